// The drills of one connection: a gap, a copy, a silence, TestRequests and a Logout.
#include <algorithm>

#include "fmt/format.h"
#include "gateway/fix/certify/break_drill.h"
#include "gateway/fix/certify/drill.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
// Without a trade while steps of trading are open, until the other drills are taken all the same.
constexpr std::uint64_t kQuietIntervals = 4;

// What a member does that is disturbed by what it got.
bool is_complaint(const Message& message) {
  const std::string_view type = message.type();
  return type == "2" || type == "3" || type == "5";
}

// A Logout that gives no reason is the member's own wish, and it has another try.
bool is_leaving(const Message& message) {
  return message.type() == "5" && message.value(58).empty();
}

std::string shown(const Message& message) {
  return evidence(From::kMember, message.fields());
}

// Keeps an answer back, and lets the venue's resend bring it.
class GapDrill final : public Drill {
 public:
  explicit GapDrill(const DrillContext& context) : Drill(context, Step::kGap) {}

  Passage from_venue(const Message& message, std::uint64_t now_ns) override {
    const bool is_the_one = stage_ == Stage::kArmed && !is_admin(message) && is_fresh(message) &&
                            number_in(message, 34) == context_.session.venue_next() &&
                            context_.session.is_settled(now_ns);
    if (!is_the_one) return {};
    missing_ = number_in(message, 34);
    stage_ = Stage::kKeptBack;
    context_.checklist.note(step(), fmt::format("kept back 34={}", missing_));
    return {.kind = Passage::Kind::kKeptBack};
  }

  void reached_member(const Message& message, std::uint64_t now_ns) override {
    const std::uint32_t sequence = number_in(message, 34);
    if (stage_ == Stage::kKeptBack && sequence > missing_) {
      stage_ = Stage::kSeen;
      deadline_ns_ = now_ns + context_.session.interval_ns();
      note(From::kVenue, message);
    }
    if (stage_ != Stage::kArmed && is_fresh(message)) highest_ = std::max(highest_, sequence);
    if (stage_ == Stage::kAsked && brings(message, missing_)) {
      stage_ = Stage::kRecovered;
      deadline_ns_ = now_ns + kDisturbedWithinNs;
      note(From::kVenue, message);
    }
  }

  bool from_member(const Message& message, std::uint64_t now_ns) override {
    const std::string_view type = message.type();
    // Who leaves before it could see the gap has another try.
    if (stage_ == Stage::kKeptBack && type == "5") stage_ = Stage::kArmed;
    if (stage_ < Stage::kSeen || (type != "2" && type != "5")) return false;
    if (stage_ == Stage::kSeen && type == "2" && is_right(message)) {
      stage_ = Stage::kAsked;
      deadline_ns_ = now_ns + context_.session.interval_ns();
      note(From::kMember, message);
    } else if (stage_ != Stage::kAsked || type == "5") {
      fail(shown(message));
    }
    return true;
  }

  bool closed(ClosedBy by) override {
    if (stage_ == Stage::kKeptBack) stage_ = Stage::kArmed;
    if (stage_ == Stage::kArmed) return false;
    fail("the connection was closed");
    return by == ClosedBy::kMember;
  }

  void tick(std::uint64_t now_ns) override {
    if (!is_past_deadline(now_ns)) return;
    if (stage_ == Stage::kRecovered) return pass("recovered");
    fail(stage_ == Stage::kSeen ? fmt::format("no ResendRequest with 7={}", missing_)
                                : "the resend did not come");
  }

 private:
  enum class Stage : std::uint8_t { kArmed, kKeptBack, kSeen, kAsked, kRecovered };

  bool is_right(const Message& request) const {
    const auto end = parse_number(request.value(16));
    return number_in(request, 7) == missing_ && end &&
           (*end == 0 || (*end >= missing_ && *end <= highest_));
  }

  Stage stage_ = Stage::kArmed;
  std::uint32_t missing_ = 0;
  std::uint32_t highest_ = 0;
};

// Gives a report a second time, marked as possibly a duplicate.
class CopyDrill final : public Drill {
 public:
  explicit CopyDrill(const DrillContext& context) : Drill(context, Step::kDuplicate) {}

  Passage from_venue(const Message& message, std::uint64_t now_ns) override {
    const bool is_the_one = deadline_ns_ == 0 && message.type() == "8" && is_fresh(message) &&
                            context_.session.is_settled(now_ns);
    Passage passage{.kind = Passage::Kind::kFollowed};
    if (!is_the_one ||
        !append_resent(passage.text, message.text(), now_ns, Precision::kMicroseconds)) {
      return {};
    }
    deadline_ns_ = now_ns + kDisturbedWithinNs;
    note(From::kVenue, Message(passage.text));
    return passage;
  }

  bool from_member(const Message& message, std::uint64_t) override {
    if (deadline_ns_ == 0 || !is_complaint(message)) return false;
    if (is_leaving(message)) {
      deadline_ns_ = 0;
      return false;
    }
    fail(shown(message));
    return true;
  }

  bool closed(ClosedBy by) override {
    if (deadline_ns_ == 0) return false;
    fail("the connection was closed");
    return by == ClosedBy::kMember;
  }

  void tick(std::uint64_t now_ns) override {
    if (is_past_deadline(now_ns)) pass("passed over");
  }
};

// Holds back all of the venue's until the member asks whether it is there.
class SilenceDrill final : public Drill {
 public:
  explicit SilenceDrill(const DrillContext& context) : Drill(context, Step::kSilence) {}

  bool from_member(const Message& message, std::uint64_t now_ns) override {
    if (!is_silent()) return false;
    // Some ask all the time; a tenth of an interval is theirs.
    const bool is_asking =
        message.type() == "1" && now_ns >= begin_ns_ + context_.session.interval_ns() * 9 / 10;
    if (is_leaving(message)) begin_ns_ = 0;
    const bool is_wrong = message.type() == "5" && !is_leaving(message);
    if (is_asking) pass(shown(message));
    if (is_wrong) fail(shown(message));
    return is_wrong;
  }

  bool closed(ClosedBy by) override {
    if (!is_silent()) return false;
    begin_ns_ = 0;
    if (by == ClosedBy::kMember) fail("the connection was closed");
    return by == ClosedBy::kMember;
  }

  void tick(std::uint64_t now_ns) override {
    const SessionWatch& session = context_.session;
    if (!is_silent()) {
      const std::uint64_t quiet_ns =
          is_trading_done() ? kSecondNs : kQuietIntervals * session.interval_ns();
      if (!session.is_settled(now_ns) || now_ns < session.traded_ns() + quiet_ns) return;
      begin_ns_ = session.venue_said_ns();
      deadline_ns_ = begin_ns_ + 2 * session.interval_ns() + kSecondNs;
    } else if (is_past_deadline(now_ns)) {
      fail("no TestRequest in two intervals and a second");
    }
  }

  bool is_silent() const override { return begin_ns_ != 0 && !is_over(); }

 private:
  // Who still trades is not disturbed.
  bool is_trading_done() const {
    return std::none_of(kSteps.begin(), kSteps.end(), [this](const StepText& row) {
      return row.step < Step::kSilence && context_.checklist.is_to_be_done(row.step);
    });
  }

  std::uint64_t begin_ns_ = 0;
};

// Says a TestRequest in place of a Heartbeat.
class AnswerDrill final : public Drill {
 public:
  AnswerDrill(const DrillContext& context, Step step) : Drill(context, step) {}

  Passage from_venue(const Message& message, std::uint64_t now_ns) override {
    if (!id_.empty() || !is_idle_heartbeat(message)) return {};
    id_ = fmt::format("CERTIFY-{}", message.value(34));
    deadline_ns_ = now_ns + context_.session.interval_ns() * 6 / 5;
    MessageWriter writer;
    writer.begin("1");
    writer.text(112, id_);
    Passage passage{.kind = Passage::Kind::kReplaced,
                    .text = in_place_of(message, "1", writer.body(), now_ns)};
    note(From::kVenue, Message(passage.text));
    return passage;
  }

  bool from_member(const Message& message, std::uint64_t) override {
    const bool is_answer = message.type() == "0" && !message.value(112).empty();
    if (id_.empty() || (!is_answer && !is_complaint(message))) return false;
    if (is_answer && message.value(112) == id_) {
      pass(shown(message));
    } else {
      fail(shown(message));
    }
    return true;
  }

  bool closed(ClosedBy by) override {
    if (id_.empty()) return false;
    fail("the connection was closed");
    return by == ClosedBy::kMember;
  }

  void tick(std::uint64_t now_ns) override {
    if (is_past_deadline(now_ns)) fail(fmt::format("no answer with 112={}", id_));
  }

  bool is_by_bytes() const override { return step() == Step::kFragments; }

 private:
  std::string id_;
};

// Logs the member out in place of a Heartbeat, when nothing else is left to do.
class LogoutDrill final : public Drill {
 public:
  explicit LogoutDrill(const DrillContext& context) : Drill(context, Step::kVenueLogout) {}

  Passage from_venue(const Message& message, std::uint64_t now_ns) override {
    // It has been told of one already.
    if (is_answered_ && message.type() == "5") {
      end();
      ask_for_break();
    }
    if (deadline_ns_ != 0) return {.kind = Passage::Kind::kKeptBack};
    if (!is_idle_heartbeat(message) || !is_last()) return {};
    deadline_ns_ = now_ns + kLogoutAnsweredWithinNs;
    MessageWriter writer;
    writer.begin("5");
    writer.text(58, "certification: answer this Logout, then log on again");
    Passage passage{.kind = Passage::Kind::kReplaced,
                    .text = in_place_of(message, "5", writer.body(), now_ns)};
    note(From::kVenue, Message(passage.text));
    return passage;
  }

  bool from_member(const Message& message, std::uint64_t) override {
    if (deadline_ns_ == 0 || message.type() != "5") return false;
    is_answered_ = true;
    context_.checklist.pass(step(), shown(message));
    return true;
  }

  bool closed(ClosedBy by) override {
    if (deadline_ns_ == 0) return false;
    if (!is_answered_) context_.checklist.fail(step(), "the connection was closed");
    end();
    return by == ClosedBy::kMember;
  }

  void tick(std::uint64_t now_ns) override {
    if (!is_past_deadline(now_ns)) return;
    if (!is_answered_) context_.checklist.fail(step(), "no Logout in 10 s");
    end();
    ask_for_break();
  }

 private:
  bool is_last() const {
    return std::none_of(kSteps.begin(), kSteps.end(), [this](const StepText& row) {
      const bool is_a_logout = row.step == Step::kVenueLogout || row.step == Step::kLogout;
      return !is_a_logout && context_.checklist.is_to_be_done(row.step);
    });
  }

  bool is_answered_ = false;
};

}  // namespace

std::vector<std::unique_ptr<Drill>> make_drills(const DrillContext& context) {
  std::vector<std::unique_ptr<Drill>> drills;
  drills.push_back(std::make_unique<GapDrill>(context));
  drills.push_back(std::make_unique<CopyDrill>(context));
  drills.push_back(std::make_unique<BreakDrill>(context));
  drills.push_back(std::make_unique<SilenceDrill>(context));
  drills.push_back(std::make_unique<AnswerDrill>(context, Step::kTestRequest));
  drills.push_back(std::make_unique<AnswerDrill>(context, Step::kFragments));
  drills.push_back(std::make_unique<LogoutDrill>(context));
  return drills;
}

}  // namespace hourglass::gateway::fix

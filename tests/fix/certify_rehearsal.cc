#include "tests/fix/certify_rehearsal.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fmt/format.h"
#include "gateway/fix/wire/message_writer.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::uint64_t kStepNs = kSecondNs / 20;
constexpr std::uint64_t kIntervalNs = 5 * kSecondNs;
constexpr std::uint64_t kStartNs = 1'795'868'400 * kSecondNs;  // 2026-11-28 12:20
constexpr std::string_view kTooFast = "777";

struct Script {
  Step step;
  std::string_view type;
  std::string_view body;
};
// {0}: the last order's ClOrdID.
constexpr std::array kScripts = {
    Script{Step::kGap, "D", "38=1|44=2|"},
    Script{Step::kDuplicate, "D", "38=1|44=2|"},
    Script{Step::kReconnect, "D", "38=1|44=2|"},
    Script{Step::kReplace, "G", "41={0}|38=2|44=2|"},
    Script{Step::kCancel, "F", "41={0}|"},
    Script{Step::kPartialFill, "D", "38=12|44=2|"},
    Script{Step::kReject, "D", "38=1|44=999|"},
    Script{Step::kCancelReject, "F", "41=none|"},
    Script{Step::kStatus, "AF", "584=S|585=7|"},
    Script{Step::kImmediate, "D", "38=1|44=2|59=3|"},
    Script{Step::kFillOrKill, "D", "38=1|44=2|59=4|"},
    Script{Step::kMassCancel, "q", "530=7|"},
};

}  // namespace

Rehearsal::Rehearsal(Fault fault)
    : fault_(fault),
      checklist_(nullptr),
      examination_(checklist_, *this, [](const StepText&) {}),
      now_ns_(kStartNs) {}

void Rehearsal::play(std::uint64_t seconds) {
  const std::uint64_t end_ns = now_ns_ + seconds * kSecondNs;
  while (now_ns_ < end_ns && !(logon_count_ > 0 && examination_.is_over())) {
    now_ns_ += kStepNs;
    member_ticks();
    if (connected_ && now_ns_ >= venue_said_ns_ + kIntervalNs) venue_says("0", "");
    venue_fills();
    examination_.tick(now_ns_);
    carry();
  }
  examination_.finish();
}

std::set<std::string> Rehearsal::with(Outcome outcome) const {
  std::set<std::string> ids;
  for (const StepText& row : kSteps) {
    if (row.required && checklist_.outcome(row.step) == outcome) ids.emplace(row.id);
  }
  return ids;
}

std::string Rehearsal::text() const {
  std::string out;
  const auto results = checklist_.results();
  for (const StepText& row : kSteps) {
    const StepResult& result = results[static_cast<std::size_t>(row.step)];
    out += fmt::format("{}: {}\n", row.id, outcome_text(result.outcome));
    for (const std::string& line : result.evidence) out += fmt::format("  {}\n", line);
  }
  return out;
}

void Rehearsal::carry() {
  while (!to_venue_.empty() || !to_member_.empty()) {
    if (!to_venue_.empty()) {
      const std::string text = std::exchange(to_venue_.front(), {});
      to_venue_.pop_front();
      venue_hears(Message(text));
    } else {
      const std::string text = std::exchange(to_member_.front(), {});
      to_member_.pop_front();
      member_hears(Message(text));
    }
    if (venue_ends_ && to_member_.empty()) venue_closes();
    if (std::exchange(member_left_, false) && connected_) {
      break_off();
      examination_.closed(ClosedBy::kMember, now_ns_);
    }
  }
}

void Rehearsal::to_member(std::string_view message, Delivery delivery) {
  if (delivery == Delivery::kByBytes) ++fragment_count_;
  to_member_.emplace_back(message);
}

void Rehearsal::break_off() {
  connected_ = logged_on_ = venue_ends_ = member_left_ = false;
  to_member_.clear();
  to_venue_.clear();
}

// --- The venue -----------------------------------------------------------------------------------

void Rehearsal::venue_says(std::string_view type, std::string_view body) {
  std::string text;
  append_message(text,
                 {.begin_string = "FIX.4.4",
                  .sender = "HOURGLASS",
                  .target = "M1",
                  .sequence = static_cast<std::uint32_t>(venue_sent_.size()) + 1,
                  .sending_time_ns = now_ns_},
                 type, fix_text(body));
  venue_sent_.push_back({.text = text, .is_admin = is_admin(Message(text))});
  venue_said_ns_ = now_ns_;
  examination_.from_venue(text, now_ns_);
}

void Rehearsal::venue_hears(const Message& message) {
  const std::string_view type = message.type();
  const std::uint32_t sequence = number_in(message, 34);
  if (type == "A") return venue_hears_logon(message);
  venue_expects_ = std::max(venue_expects_, sequence + 1);
  if (type == "1") venue_says("0", fmt::format("112={}|", message.value(112)));
  if (type == "2") venue_resends(number_in(message, 7));
  if (type == "5") {
    venue_says("5", "");
    venue_ends_ = true;
  }
  if (type == "D") venue_takes_order(message);
  const std::string id(message.value(11));
  const std::string original(message.value(41));
  if (type == "AF") venue_says("8", "150=I|39=8|584=S|");
  if (type == "q") {
    working_.clear();
    venue_says("r", fmt::format("11={}|531=7|", id));
  }
  if (type != "F" && type != "G") return;
  if (working_.erase(original) == 0) return venue_says("9", fmt::format("11={}|39=8|", id));
  if (type == "G") working_[id] = 2;
  venue_says("8",
             fmt::format("11={}|41={}|150={}|39={}|40=2|151={}|", id, original,
                         type == "G" ? '5' : '4', type == "G" ? '0' : '4', type == "G" ? 2 : 0));
}

void Rehearsal::venue_hears_logon(const Message& message) {
  const std::uint32_t sequence = number_in(message, 34);
  const bool resets = message.value(141) == "Y";
  if (resets) {
    venue_sent_.clear();
    venue_expects_ = 1;
  }
  if (sequence < venue_expects_) {
    std::string text;
    append_message(text,
                   {.begin_string = "FIX.4.4",
                    .sender = "HOURGLASS",
                    .target = "M1",
                    .sequence = 1,
                    .sending_time_ns = now_ns_},
                   "5", fix_text("58=MsgSeqNum too low|"));
    examination_.from_venue(text, now_ns_);
    venue_ends_ = true;
    return;
  }
  venue_expects_ = sequence + 1;
  venue_says("A", resets ? "98=0|108=5|141=Y|" : "98=0|108=5|");
}

void Rehearsal::venue_resends(std::uint32_t begin) {
  for (std::size_t at = begin - 1; at < venue_sent_.size(); ++at) {
    std::string text;
    if (venue_sent_[at].is_admin) {
      append_message(text,
                     {.begin_string = "FIX.4.4",
                      .sender = "HOURGLASS",
                      .target = "M1",
                      .sequence = static_cast<std::uint32_t>(at) + 1,
                      .sending_time_ns = now_ns_,
                      .poss_dup = true},
                     "4", fix_text(fmt::format("36={}|123=Y|", at + 2)));
    } else {
      append_resent(text, venue_sent_[at].text, now_ns_, Precision::kMicroseconds);
    }
    examination_.from_venue(text, now_ns_);
  }
}

void Rehearsal::venue_takes_order(const Message& order) {
  const std::string id(order.value(11));
  if (order.value(38) == kTooFast) return venue_says("j", "380=0|25001=1002|");
  const std::int64_t qty = parse_number(order.value(38)).value_or(0);
  const bool is_refused = order.value(44) == "999";
  const std::string rest = fmt::format("11={}|40=2|44=2|54=1|55=X|59={}|", id, order.value(59));
  if (is_refused) return venue_says("8", fmt::format("{}150=8|39=8|151=0|", rest));
  venue_says("8", fmt::format("{}150=0|39=0|151={}|", rest, qty));
  const bool rests = order.value(59).empty();
  if (rests) working_[id] = qty;
  if (!rests) venue_says("8", fmt::format("{}150=4|39=4|151=0|", rest));
}

void Rehearsal::venue_fills() {
  const auto wish = examination_.take_wish();
  if (!wish) return;
  const auto order = std::find_if(working_.begin(), working_.end(),
                                  [&wish](const auto& row) { return row.second >= wish->qty; });
  if (order == working_.end()) return;
  order->second -= wish->qty;
  venue_says("8", fmt::format("11={}|150=F|39={}|40=2|44=2|54=1|55=X|32={}|151={}|", order->first,
                              order->second == 0 ? 2 : 1, wish->qty, order->second));
}

void Rehearsal::venue_closes() {
  break_off();
  examination_.closed(ClosedBy::kVenue, now_ns_);
}

// --- The member ----------------------------------------------------------------------------------

void Rehearsal::member_says(std::string_view type, std::string_view body) {
  const std::string text =
      whole("FIX.4.4", fmt::format("35={}|34={}|49=M1|52=20261128-12:00:00.000|56=HOURGLASS|{}",
                                   type, member_next_++, body));
  member_said_ns_ = now_ns_;
  to_venue_.push_back(text);
  examination_.from_member(text, now_ns_);
}

std::string Rehearsal::order(std::string_view more) {
  last_order_ = fmt::format("O{}", ++order_count_);
  return fmt::format("11={}|40=2|54=1|55=X|{}", last_order_, more);
}

void Rehearsal::member_logs_on() {
  connected_ = true;
  ++logon_count_;
  asked_ = asked_alive_ = logout_sent_ = false;
  member_heard_ns_ = now_ns_;
  examination_.connected();
  const bool resets = logon_count_ == 2 && fault_ == Fault::kResetsNumbers;
  const bool restarts = logon_count_ >= 2 && fault_ == Fault::kRestartsAtOne;
  if (resets || restarts) member_next_ = member_expects_ = 1;
  member_says("A", resets ? "98=0|108=5|141=Y|554=secret|" : "98=0|108=5|554=secret|");
}

void Rehearsal::member_leaves() {
  if (fault_ != Fault::kLeavesWithoutLogout) {
    logout_sent_ = true;
    member_says("5", "");
  }
  const bool is_hasty =
      fault_ == Fault::kLeavesWithoutLogout || fault_ == Fault::kLeavesBeforeTheAnswer;
  if (!is_hasty) return;
  break_off();
  examination_.closed(ClosedBy::kMember, now_ns_);
}

void Rehearsal::member_ticks() {
  if (!connected_) return member_logs_on();
  if (!logged_on_ || logout_sent_) return;
  const bool is_slow = fault_ == Fault::kFallsSilent;
  if (now_ns_ >= member_said_ns_ + kIntervalNs * (is_slow ? 2 : 1)) {
    member_says("0", fault_ == Fault::kHeartbeatsWithAnId ? "112=HELLO|" : "");
  }
  if (now_ns_ > member_heard_ns_ + kIntervalNs * 6 / 5 && !asked_alive_ &&
      fault_ != Fault::kNeverAsksWhetherWeLive) {
    asked_alive_ = true;
    member_says("1", "112=ALIVE|");
  }
  if (now_ns_ >= acted_ns_ + kSecondNs * 3 / 2) member_acts();
}

void Rehearsal::member_acts() {
  for (const Script& script : kScripts) {
    if (!checklist_.is_open(script.step)) continue;
    acted_ns_ = now_ns_;
    const std::string body = fmt::format(fmt::runtime(script.body), last_order_);
    const bool is_first = order_count_ == 0;
    if (is_first && fault_ == Fault::kSendsTooFast) member_says("D", order("38=777|44=2|"));
    if (is_first && fault_ == Fault::kBreaksChecksums) {
      std::string garbled = whole("FIX.4.4", "35=D|34=99|");
      garbled[garbled.size() - 2] = garbled[garbled.size() - 2] == '0' ? '1' : '0';
      examination_.from_member(garbled, now_ns_);
    }
    member_says(script.type, order(body));
    // What shows a gap.
    if (script.step == Step::kGap) member_says("D", order());
    return;
  }
  const bool is_last = std::none_of(kSteps.begin(), kSteps.end(), [this](const StepText& row) {
    return row.step != Step::kLogout && checklist_.is_to_be_done(row.step);
  });
  if (is_last) member_leaves();
}

void Rehearsal::member_hears(const Message& message) {
  const std::uint32_t sequence = number_in(message, 34);
  member_heard_ns_ = now_ns_;
  asked_alive_ = false;
  if (message.type() == "A" && message.value(141) == "Y") member_expects_ = 1;
  if (message.type() == "A") {
    logged_on_ = true;
    const bool is_back = logon_count_ == 2;
    if (is_back && fault_ == Fault::kOrdersAnew) member_says("D", order());
    if (is_back && fault_ == Fault::kOrdersTwice) {
      member_says("D", fmt::format("11={}|40=2|54=1|55=X|38=1|44=2|", last_order_));
    }
  }
  if (message.type() == "5" && !logged_on_) return;  // refused
  if (sequence < member_expects_) {
    if (fault_ == Fault::kRejectsCopies && message.type() == "8") {
      member_says("3", fmt::format("45={}|", sequence));
    }
    if (fault_ == Fault::kClosesOnCopies && message.type() == "8") member_left_ = true;
    return;
  }
  const bool ignores = (fault_ == Fault::kIgnoresGaps && logon_count_ == 1) ||
                       (fault_ == Fault::kFetchesTooLate && logon_count_ == 2);
  if (sequence > member_expects_ && !ignores) {
    const bool is_wrong = fault_ == Fault::kAsksForTooMuch && logon_count_ == 1;
    const std::uint32_t from = member_expects_ - (is_wrong ? 1 : 0);
    if (!std::exchange(asked_, true)) member_says("2", fmt::format("7={}|16=0|", from));
    return;
  }
  const bool asks_again = fault_ == Fault::kAsksAgain && asked_ && logon_count_ == 1;
  if (asks_again) member_says("2", fmt::format("7={}|16=0|", member_expects_));
  asked_ = false;
  member_expects_ = message.type() == "4" ? number_in(message, 36) : sequence + 1;
  member_handles(message);
}

void Rehearsal::member_handles(const Message& message) {
  const std::string_view type = message.type();
  const std::string id(message.value(112));
  if (type == "1" && fault_ == Fault::kAnswersWithAnotherId) {
    member_says("0", "112=OTHER|");
  } else if (type == "1" && fault_ != Fault::kAnswersNoTestRequest) {
    member_says("0", fmt::format("112={}|", id));
  }
  if (type == "5" && !logout_sent_ && fault_ != Fault::kIgnoresLogout) {
    logout_sent_ = true;
    member_says("5", "");
  }
  if (message.value(150) == "8" && fault_ == Fault::kLeavesWhenRefused) {
    logout_sent_ = true;
    member_says("5", "");
  }
}

}  // namespace hourglass::gateway::fix

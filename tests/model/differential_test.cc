// Random streams through the naive model and an exchange: every event must be the same.
//
// HOURGLASS_MODEL_COMMANDS sets how many commands in all, HOURGLASS_SEED the first seed. A failure
// prints its seed and the shrunk stream, which belongs into tests/scenarios once understood.
#include "tests/model/differential.h"

#include <gtest/gtest.h>

#include <map>

#include "engine/exchange/plain_order.h"
#include "tests/support/command_builder.h"
#include "tests/support/event_text.h"
#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

// Instrumented code with an audit after each command is some fifty times slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kCommandsByDefault = 150'000;
#else
constexpr std::uint64_t kCommandsByDefault = 4'000'000;
#endif
constexpr std::uint32_t kStepsPerStream = 8'000;

struct Subject {
  const char* name;
  MakeUnderTest make;
};

const std::array kSubjects = {Subject{"Exchange", make_exchange}};

struct Case {
  Subject subject;
  Profile profile = Profile::kPlain;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.subject.name << ", " << name(one.profile);
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const Subject& subject : kSubjects) {
    for (const Profile profile : kAllProfiles) cases.push_back({subject, profile});
  }
  return cases;
}

class Differential : public testing::TestWithParam<Case> {};

TEST_P(Differential, EveryEventIsTheModels) {
  const auto& [subject, profile] = GetParam();
  const std::uint64_t commands =
      number_from_environment("HOURGLASS_MODEL_COMMANDS", kCommandsByDefault) / kAllProfiles.size();
  const std::uint64_t first_seed = number_from_environment("HOURGLASS_SEED", 1);
  const std::uint64_t stream_count = std::max<std::uint64_t>(commands / kStepsPerStream, 1);
  for (std::uint64_t seed = first_seed; seed < first_seed + stream_count; ++seed) {
    const Stream stream = random_stream(profile, seed, kStepsPerStream);
    if (!first_disagreement(stream, subject.make).has_value()) continue;
    FAIL() << "profile " << name(profile) << ", HOURGLASS_SEED=" << seed << "\n"
           << story(shrink(stream, subject.make), subject.make);
  }
}

INSTANTIATE_TEST_SUITE_P(Streams, Differential, testing::ValuesIn(all_cases()),
                         [](const testing::TestParamInfo<Case>& info) {
                           return std::string(info.param.subject.name) +
                                  std::string(name(info.param.profile));
                         });

// What an old journal's events are held to; the golden one has but 340 commands.
TEST(DifferentialOfRuleSet1, EveryEventIsTheModels) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  for (const Profile profile : kAllProfiles) {
    Stream stream = random_stream(profile, seed, kStepsPerStream);
    stream.limits.rule_set = 1;
    const auto wrong = first_disagreement(stream, make_exchange);
    EXPECT_FALSE(wrong.has_value())
        << name(profile) << ", HOURGLASS_SEED=" << seed << ": " << wrong->words;
  }
}

// --- The harness itself: exchanges with one error each must be found and shrunk. -----------------

// A model that is told something else than was sent, or whose events are changed afterwards.
class Broken final : public UnderTest {
 public:
  using ChangeCommand = std::function<void(Command&)>;
  using ChangeEvents = std::function<void(std::vector<Event>&)>;

  Broken(const NaiveLimits& limits, Clearing clearing, ChangeCommand before, ChangeEvents after)
      : model_(make_naive(limits, clearing)),
        before_(std::move(before)),
        after_(std::move(after)) {}

  void apply(const Command& command, std::vector<Event>& events) override {
    Command changed = command;
    before_(changed);
    model_->apply(changed, events);
    after_(events);
  }

 private:
  std::unique_ptr<UnderTest> model_;
  ChangeCommand before_;
  ChangeEvents after_;
};

MakeUnderTest broken(Broken::ChangeCommand before, Broken::ChangeEvents after) {
  return [before, after](const NaiveLimits& limits, Clearing clearing) {
    return std::make_unique<Broken>(limits, clearing, before, after);
  };
}

void nothing(Command&) {}
void nothing_after(std::vector<Event>&) {}

// Finds the first seed that shows the error and returns the shrunk stream; empty if none does.
std::vector<Step> find_and_shrink(Profile profile, const MakeUnderTest& make) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Stream stream = random_stream(profile, seed, 2'000);
    if (!first_disagreement(stream, make).has_value()) continue;
    return shrink(stream, make).steps;
  }
  return {};
}

TEST(DifferentialHarness, FindsAnIcebergThatShowsALotTooManyAndShrinksItToTwoCommands) {
  const MakeUnderTest make = broken(
      [](Command& command) {
        if (command.header().kind != CommandKind::kNewOrder) return;
        NewOrder order = command.as<NewOrder>();
        if (order.display_qty == Qty(3) && order.qty == Qty(6)) order.display_qty = Qty(4);
        command = Command::of(order);
      },
      nothing_after);
  const std::vector<Step> steps = find_and_shrink(Profile::kIcebergs, make);
  ASSERT_FALSE(steps.empty());
  EXPECT_LE(steps.size(), 2U);  // the listing and the order
}

TEST(DifferentialHarness, FindsAReplaceThatLosesItsPlaceAndShrinksIt) {
  const MakeUnderTest make = broken(nothing, [](std::vector<Event>& events) {
    for (Event& event : events) {
      if (event.header().kind != EventKind::kOrderReplaced) continue;
      OrderReplaced replaced = event.as<OrderReplaced>();
      if (replaced.executed > 0) replaced.kept_priority = 0;
      std::memcpy(event.bytes.data(), &replaced, sizeof(replaced));
    }
  });
  const std::vector<Step> steps = find_and_shrink(Profile::kReplaces, make);
  ASSERT_FALSE(steps.empty());
  EXPECT_LE(steps.size(), 8U);
  EXPECT_EQ(steps.back().command.header().kind, CommandKind::kReplaceOrder);
}

TEST(DifferentialHarness, FindsADisconnectThatForgetsAnOrderAndShrinksIt) {
  const MakeUnderTest make = broken(
      [](Command& command) {
        if (command.header().kind != CommandKind::kNewOrder) return;
        NewOrder order = command.as<NewOrder>();
        if (order.qty == Qty(7)) order.cancel_on_disconnect = 0;
        command = Command::of(order);
      },
      nothing_after);
  const std::vector<Step> steps = find_and_shrink(Profile::kBulk, make);
  ASSERT_FALSE(steps.empty());
  EXPECT_LE(steps.size(), 3U);
  EXPECT_EQ(steps.back().command.header().kind, CommandKind::kSessionDisconnected);
}

TEST(DifferentialHarness, FindsAnEventLostAtTheEndOfACommand) {
  const MakeUnderTest make = broken(nothing, [](std::vector<Event>& events) {
    if (events.size() > 3) events.pop_back();
  });
  EXPECT_FALSE(find_and_shrink(Profile::kCrossing, make).empty());
}

// What the streams made happen, by the model's answer: a stream that reaches nothing proves
// nothing.
struct Reached {
  std::map<RejectReason, std::uint64_t> refusals;
  std::map<EventKind, std::uint64_t> events;
  std::map<CancelReason, std::uint64_t> cancels;
  std::uint64_t continued = 0;
  std::uint64_t new_tranches = 0;
  std::uint64_t kept_priority = 0;
  std::uint64_t lost_priority = 0;
  std::uint64_t plain_orders = 0;  // accepted
  std::uint64_t plain_moves = 0;   // replaces that lost priority
  std::uint64_t command_count = 0;
};

class Counting final : public UnderTest {
 public:
  Counting(const NaiveLimits& limits, Clearing clearing, Reached& reached)
      : model_(make_naive(limits, clearing)), reached_(reached) {}

  void apply(const Command& command, std::vector<Event>& events) override {
    model_->apply(command, events);
    ++reached_.command_count;
    for (const Event& event : events) count(event);
    count_plain(command, events);
    const bool refused = !events.empty() && events[0].header().kind == EventKind::kRequestRejected;
    if (command.header().kind == CommandKind::kContinue && !refused) ++reached_.continued;
  }

 private:
  void count_plain(const Command& command, const std::vector<Event>& events) {
    const CommandKind kind = command.header().kind;
    if (events.empty()) return;
    const Event& first = events[0];
    if (kind == CommandKind::kNewOrder && is_plain(command.as<NewOrder>()) &&
        first.header().kind == EventKind::kOrderAccepted) {
      ++reached_.plain_orders;
    }
    if (kind == CommandKind::kReplaceOrder && is_plain(command.as<ReplaceOrder>()) &&
        first.header().kind == EventKind::kOrderReplaced &&
        first.as<OrderReplaced>().kept_priority == 0) {
      ++reached_.plain_moves;
    }
  }
  void count(const Event& event) {
    const EventKind kind = event.header().kind;
    ++reached_.events[kind];
    if (kind == EventKind::kRequestRejected)
      ++reached_.refusals[event.as<RequestRejected>().reason];
    if (kind == EventKind::kOrderCancelled) ++reached_.cancels[event.as<OrderCancelled>().reason];
    if (kind == EventKind::kOrderRested)
      reached_.new_tranches += event.as<OrderRested>().new_tranche;
    if (kind == EventKind::kOrderReplaced) {
      ++(event.as<OrderReplaced>().kept_priority == 1 ? reached_.kept_priority
                                                      : reached_.lost_priority);
    }
  }

  std::unique_ptr<UnderTest> model_;
  Reached& reached_;
};

TEST(RandomStreams, ReachEveryReasonEventAndCancel) {
  Reached reached;
  const MakeUnderTest make = [&](const NaiveLimits& limits, Clearing clearing) {
    return std::make_unique<Counting>(limits, clearing, reached);
  };
  for (const Profile profile : kAllProfiles) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      EXPECT_FALSE(first_disagreement(random_stream(profile, seed, 4'000), make).has_value());
    }
  }
  for (const RejectReasonText& reason : kRejectReasons) {
    // Key pages and level pages outlast any random stream; scenarios and unit tests shrink them.
    if (reason.reason == RejectReason::kNone ||
        reason.reason == RejectReason::kClientKeyLimitReached ||
        reason.reason == RejectReason::kPriceLevelLimitReached) {
      continue;
    }
    EXPECT_GE(reached.refusals[reason.reason], 10U) << reason.name;
  }
  for (std::uint8_t kind = 1; kind <= 64; ++kind) {
    if (event_bytes(EventKind(kind)) == 0) continue;
    EXPECT_GE(reached.events[EventKind(kind)], 100U) << name(EventKind(kind));
  }
  for (auto reason = CancelReason::kByClient; reason < CancelReason::kByOperator;
       reason = CancelReason(static_cast<std::uint8_t>(reason) + 1)) {
    EXPECT_GE(reached.cancels[reason], 50U) << name(reason);
  }
  EXPECT_GE(reached.continued, 1'000U);
  EXPECT_GE(reached.new_tranches, 1'000U);
  EXPECT_GE(reached.kept_priority, 1'000U);
  EXPECT_GE(reached.lost_priority, 1'000U);
  EXPECT_GE(reached.plain_orders, 10'000U);
  EXPECT_GE(reached.plain_moves, 2'000U);
}

TEST(DifferentialHarness, AgreesWithItself) {
  EXPECT_TRUE(find_and_shrink(Profile::kHostile, make_naive).empty());
}

}  // namespace
}  // namespace hourglass::engine::test

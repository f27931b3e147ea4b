// Every order's life on random streams, held to the table of the life cycle.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "engine/order/order_state.h"
#include "tests/support/command_builder.h"
#include "tests/support/event_text.h"
#include "tests/support/random_commands.h"
#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

// Follows each order from event to event; each is a move, and must lead where the table says.
class Lives {
 public:
  void follow(const Event& event) {
    switch (event.header().kind) {
      case EventKind::kOrderAccepted: {
        const auto& e = event.as<OrderAccepted>();
        states_[e.order.order_id] = OrderState::kPending;
        return move(event, e.order.order_id, OrderMove::kAccept, e.state);
      }
      case EventKind::kTrade: {
        const auto& e = event.as<Trade>();
        move(event, e.resting.order_id, fill(e.resting_leaves), e.resting_state);
        return move(event, e.incoming.order_id, fill(e.incoming_leaves), e.incoming_state);
      }
      case EventKind::kOrderReplaced: {
        const auto& e = event.as<OrderReplaced>();
        return move(event, e.order.order_id, OrderMove::kReplace, e.state);
      }
      case EventKind::kOrderCancelled: {
        const auto& e = event.as<OrderCancelled>();
        const bool expired =
            e.reason == CancelReason::kDayEnded || e.reason == CancelReason::kGoodTillDateEnded;
        return move(event, e.order.order_id, expired ? OrderMove::kExpire : OrderMove::kCancel,
                    e.state);
      }
      case EventKind::kRequestRejected:
      case EventKind::kOrderRested:
      case EventKind::kMassCancelDone:
      case EventKind::kInstrumentDefined:
      case EventKind::kTradingStateChanged:
      case EventKind::kTradingDayEnded:
      case EventKind::kPriceBandChanged:
      case EventKind::kFundsAdjusted: return;
    }
  }

  // The (state, move) pairs that happened.
  [[nodiscard]] const std::set<std::pair<OrderState, OrderMove>>& seen() const { return seen_; }

 private:
  static OrderMove fill(std::uint32_t leaves) {
    return leaves == 0 ? OrderMove::kFillWhole : OrderMove::kFillPart;
  }

  void move(const Event& event, OrderId id, OrderMove move, OrderState reported) {
    ASSERT_TRUE(states_.contains(id)) << text(event);
    OrderState& state = states_[id];
    const auto to = transition(state, move);
    ASSERT_TRUE(to.has_value()) << "an order that was " << name(state) << ": " << text(event);
    ASSERT_EQ(*to, reported) << text(event);
    seen_.insert({state, move});
    state = reported;
  }

  std::map<OrderId, OrderState> states_;
  std::set<std::pair<OrderState, OrderMove>> seen_;
};

TEST(OrderLives, FollowTheTable) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  std::set<std::pair<OrderState, OrderMove>> seen;
  for (const Profile profile : {Profile::kCrossing, Profile::kIcebergs, Profile::kReplaces,
                                Profile::kDays, Profile::kBulk}) {
    Stream stream = random_stream(profile, seed, 10'000);
    // Slices are followed elsewhere; here each command is done in one.
    stream.limits.max_steps_per_apply = kMaxStepsPerApply;
    stream.limits.max_scan_per_apply = kMaxScanPerApply;
    const std::unique_ptr<UnderTest> exchange = make_exchange(stream.limits, stream.clearing);
    Lives lives;
    std::vector<Event> events;
    std::uint64_t sequence = 0;
    for (const Step& step : stream.steps) {
      ++sequence;
      exchange->apply(stamped(step.command, sequence, step.command.header().time.value()), events);
      for (const Event& event : events) lives.follow(event);
      if (HasFatalFailure()) return;
    }
    seen.insert(lives.seen().begin(), lives.seen().end());
  }
  // Every row of the table happened, but for the refusal, which is no order's.
  EXPECT_EQ(seen.size(), kOrderTransitions.size() - 1);
}

}  // namespace
}  // namespace hourglass::engine::test

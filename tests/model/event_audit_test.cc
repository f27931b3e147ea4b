// EventAudit's own controls: a story in which everything holds, and one change for each thing that
// must not go unseen.
#include "tests/support/event_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/model/naive_exchange.h"
#include "tests/support/command_builder.h"

namespace hourglass::engine::test {
namespace {

// Commands by name, each with the events it caused.
struct Told {
  std::string_view name;
  Command command;
  std::vector<Event> events;
};
using Story = std::vector<Told>;

constexpr From kSeller{.session = 1, .account = 1};
constexpr From kBuyer{.session = 2, .account = 2};

Story true_story() {
  const std::vector<std::pair<std::string_view, Command>> script = {
      {"listing", define_instrument({.max_order_qty_lots = 10'000})},
      {"first offer",
       new_order({.from = kSeller, .key = 0, .side = Side::kSell, .price = 100, .qty = 5})},
      {"second offer",
       new_order({.from = kSeller, .key = 1, .side = Side::kSell, .price = 100, .qty = 5})},
      {"iceberg",
       new_order(
           {.from = kSeller, .key = 2, .side = Side::kSell, .price = 101, .qty = 9, .display = 3})},
      {"bid", new_order({.from = kBuyer, .key = 0, .price = 98, .qty = 6})},
      {"purchase", new_order({.from = kBuyer, .key = 1, .price = 100, .qty = 5})},
      {"immediate", new_order({.from = kBuyer,
                               .key = 2,
                               .price = 101,
                               .qty = 20,
                               .time_in_force = TimeInForce::kImmediateOrCancel})},
      {"smaller bid",
       replace_order({.from = kBuyer, .target = 0, .key = 3, .price = 98, .qty = 4})},
      {"higher bid", replace_order({.from = kBuyer, .target = 3, .key = 4, .price = 99, .qty = 4})},
      {"last offer",
       new_order({.from = kSeller, .key = 3, .side = Side::kSell, .price = 105, .qty = 5})},
      {"refusal", cancel_order(kBuyer, 77)},
      {"cancel", cancel_order(kBuyer, 4)},
  };
  NaiveExchange model({});
  Story story;
  std::uint64_t sequence = 0;
  for (const auto& [name, unstamped] : script) {
    ++sequence;
    const Command command = stamped(unstamped, sequence, 1000 * sequence);
    story.push_back({name, command, model.apply(command)});
  }
  return story;
}

std::string audit(const Story& story) {
  EventAudit audit;
  for (const Told& told : story) {
    if (const auto wrong = audit.apply(told.command, told.events)) return *wrong;
  }
  return "";
}

Told& find(Story& story, std::string_view name) {
  for (Told& told : story) {
    if (told.name == name) return told;
  }
  HG_ASSERT(false, name.size());
  return story.front();
}

// Changes the n-th event of its kind that the command caused.
template <class Body>
void edit(Story& story, std::string_view name, const std::function<void(Body&)>& change,
          std::size_t n = 0) {
  for (Event& event : find(story, name).events) {
    if (event.header().kind != Body::kKind || n-- != 0) continue;
    Body body = event.as<Body>();
    change(body);
    std::memcpy(event.bytes.data(), &body, sizeof(body));
    return;
  }
  FAIL() << name << " has no such event";
}

// The cancel once more, as a command of its own.
void cancel_again(Story& story) {
  Told again = story.back();
  again.command = stamped(again.command, again.command.header().sequence.value() + 1, 99'000);
  OrderCancelled body = again.events[0].as<OrderCancelled>();
  body.header.command_sequence = again.command.header().sequence;
  body.header.time = again.command.header().time;
  ++body.header.feed_sequence;
  ++body.header.instrument_sequence;
  ++body.order.report_number;
  std::memcpy(again.events[0].bytes.data(), &body, sizeof(body));
  story.push_back(again);
}

struct Control {
  std::string_view what;
  std::string_view said;
  std::function<void(Story&)> change;
};

const std::vector<Control> kControls = {
    {"a gap in a session's reports", "report 2 of session 1 after 0",
     [](Story& s) {
       edit<OrderAccepted>(s, "first offer", [](auto& e) { e.order.report_number = 2; });
     }},
    {"a gap in the feed", "feed sequence",
     [](Story& s) {
       edit<OrderAccepted>(s, "first offer", [](auto& e) { ++e.header.feed_sequence; });
     }},
    {"a gap in the matches", "match ids have a gap",
     [](Story& s) { edit<Trade>(s, "purchase", [](auto& e) { e.match_id = MatchId(7); }); }},
    {"an order id of its own", "not its command's sequence",
     [](Story& s) {
       edit<OrderAccepted>(s, "bid", [](auto& e) { e.order.order_id = OrderId(99); });
     }},
    {"lots that vanish in a trade", "lots appear or vanish",
     [](Story& s) { edit<Trade>(s, "immediate", [](auto& e) { --e.incoming_leaves; }); }},
    {"lots that vanish in a cancel", "not what is open",
     [](Story& s) { edit<OrderCancelled>(s, "cancel", [](auto& e) { --e.cancelled; }); }},
    {"executions that do not add up", "not what is open",
     [](Story& s) { edit<OrderCancelled>(s, "immediate", [](auto& e) { --e.executed; }); }},
    {"an order that rests and is not told of", "public is what is displayed",
     [](Story& s) {
       edit<OrderAccepted>(s, "bid", [](auto& e) {
         e.header.feed_sequence = 0;
         e.header.instrument_sequence = 0;
       });
     }},
    {"a moved order that is not displayed", "neither rests nor has ended",
     [](Story& s) { edit<OrderReplaced>(s, "higher bid", [](auto& e) { e.displayed = 0; }); }},
    {"a second end of an order", "a cancel of an order not open", cancel_again},
    {"an order that neither rests nor ends", "neither rests nor has ended",
     [](Story& s) {
       edit<OrderAccepted>(s, "bid", [](auto& e) {
         e.displayed = 0;
         e.header.feed_sequence = 0;
         e.header.instrument_sequence = 0;
       });
     }},
    {"an order taken by a closed market", "while the market is not open",
     [](Story& s) {
       edit<InstrumentDefined>(s, "listing", [](auto& e) { e.state = TradingState::kHalt; });
     }},
    {"a trade at the incoming order's price", "not the resting order's price",
     [](Story& s) { edit<Trade>(s, "immediate", [](auto& e) { e.price = Price(101); }); }},
    {"a trade beyond the limit", "outside the order's price",
     [](Story& s) { edit<OrderAccepted>(s, "purchase", [](auto& e) { e.price = Price(99); }); }},
    {"a trade past an older order", "is older",
     [](Story& s) {
       edit<Trade>(s, "purchase", [](auto& e) {
         e.resting.order_id = OrderId(3);
         e.resting.key = ClientKey(1);
       });
     }},
    {"a crossed book", "the book is crossed",
     [](Story& s) { edit<OrderAccepted>(s, "bid", [](auto& e) { e.price = Price(100); }); }},
    {"an immediate order that rests", "an immediate order rests",
     [](Story& s) {
       edit<OrderAccepted>(s, "bid",
                           [](auto& e) { e.time_in_force = TimeInForce::kImmediateOrCancel; });
     }},
    {"a fill-or-kill order filled in part", "filled in part",
     [](Story& s) {
       edit<OrderAccepted>(s, "immediate",
                           [](auto& e) { e.time_in_force = TimeInForce::kFillOrKill; });
     }},
    {"an order resting without its minimum", "rests without its minimum",
     [](Story& s) { edit<OrderAccepted>(s, "bid", [](auto& e) { e.min_qty = 2; }); }},
    {"an order that trades less than its minimum", "less than its minimum",
     [](Story& s) { edit<OrderAccepted>(s, "immediate", [](auto& e) { e.min_qty = 15; }); }},
    {"a post-only order that takes", "a post-only order takes",
     [](Story& s) {
       edit<OrderAccepted>(s, "purchase", [](auto& e) { e.post_only = PostOnly::kReject; });
     }},
    {"an iceberg cut too fine", "shows too little",
     [](Story& s) { edit<OrderAccepted>(s, "iceberg", [](auto& e) { e.qty = 20'000; }); }},
    {"a tranche that is too large", "what rests is not the order's",
     [](Story& s) { edit<OrderAccepted>(s, "iceberg", [](auto& e) { e.displayed = 4; }); }},
    {"a tranche of an order that shows all", "hides nothing",
     [](Story& s) {
       edit<OrderAccepted>(s, "iceberg", [](auto& e) {
         e.display_qty = e.qty;
         e.displayed = e.qty;
       });
       edit<Trade>(
           s, "immediate", [](auto& e) { e.resting_displayed = 6; }, 1);
     }},
    {"a place lost by an order that only shrinks", "not what was asked",
     [](Story& s) { edit<OrderReplaced>(s, "smaller bid", [](auto& e) { e.kept_priority = 0; }); }},
    {"a place kept by an order that moves", "not what was asked",
     [](Story& s) { edit<OrderReplaced>(s, "higher bid", [](auto& e) { e.kept_priority = 1; }); }},
    {"a replace by more than was asked", "not what was asked",
     [](Story& s) {
       edit<OrderReplaced>(s, "smaller bid", [](auto& e) {
         ++e.qty;
         ++e.leaves;
       });
     }},
    {"a refusal with other effects", "other effects",
     [](Story& s) {
       std::vector<Event>& events = find(s, "refusal").events;
       events.push_back(events[0]);
     }},
};

TEST(EventAudit, FindsNothingInATrueStory) {
  EXPECT_EQ(audit(true_story()), "");
}

TEST(EventAudit, FindsEachThingThatMustNotBe) {
  for (const Control& control : kControls) {
    SCOPED_TRACE(control.what);
    Story story = true_story();
    control.change(story);
    EXPECT_THAT(audit(story), testing::HasSubstr(control.said));
  }
}

}  // namespace
}  // namespace hourglass::engine::test

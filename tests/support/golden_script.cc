#include "tests/support/golden_script.h"

#include <map>
#include <utility>

#include "tests/support/command_builder.h"
#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint64_t kFirstDayNs = 1'795'996'800'000'000'000;  // 2026-11-30, UTC
constexpr std::uint64_t kStepNs = 1'000'000;
constexpr std::int64_t kMillionUsd = 1'000'000'000'000;

class Script {
 public:
  void add(Command command) {
    time_ns_ += kStepNs;
    command.mutable_header().time = Timestamp(time_ns_);
    commands_.push_back(command);
  }
  // A new order under the session's next key; returns the key.
  std::uint32_t order(NewOrderSpec spec) {
    spec.key = next_key_[spec.from.session]++;
    spec.from.session_sequence = ++session_sequence_;
    add(new_order(spec));
    return spec.key;
  }
  std::uint32_t replace(ReplaceSpec spec) {
    spec.key = next_key_[spec.from.session]++;
    spec.from.session_sequence = ++session_sequence_;
    add(replace_order(spec));
    return spec.key;
  }
  void pass(std::uint64_t ns) { time_ns_ += ns; }
  [[nodiscard]] std::uint64_t time_ns() const { return time_ns_; }
  std::vector<Command> take() { return std::move(commands_); }

 private:
  std::uint64_t time_ns_ = kFirstDayNs;
  std::map<std::uint32_t, std::uint32_t> next_key_;
  std::uint32_t session_sequence_ = 0;
  std::vector<Command> commands_;
};

From who(std::uint32_t session, std::uint32_t instrument = 0) {
  return {.session = session, .account = session, .instrument = instrument, .trader = 7};
}

void listings(Script& s) {
  s.add(define_instrument({.from = {0, 0, 0}, .symbol = "H1.T1.USE", .max_order_qty_lots = 9'000}));
  s.add(define_instrument({.from = {0, 0, 1},
                           .symbol = "H1.T1.USE-SPREAD",
                           .min_price = -500,
                           .max_price = 500,
                           .group = 1,
                           .increment = 5}));
  s.add(define_instrument(
      {.from = {0, 0, 2}, .symbol = "H1.T2.USE", .group = 1, .state = TradingState::kPause}));
  s.add(define_instrument({.from = {0, 0, 2}, .symbol = "AGAIN"}));
  s.add(define_instrument(
      {.from = {0, 0, 3}, .symbol = "UPSIDE-DOWN", .min_price = 9, .max_price = 1}));
  s.add(set_price_band({0, 0, 0}, 50, 150));
  s.add(set_price_band({0, 0, 0}, 150, 50));
  for (std::uint32_t account = 1; account <= 4; ++account) {
    s.add(adjust_funds(who(account), kMillionUsd));
  }
  s.add(adjust_funds(who(1), -kMillionUsd / 2));
  s.add(adjust_funds(who(1), -kMillionUsd));
  s.add(adjust_funds(who(5), -1));
}

void order_types(Script& s) {
  s.order({.from = who(1), .side = Side::kSell, .price = 101, .qty = 10});
  s.order({.from = who(1), .side = Side::kSell, .price = 102, .qty = 10, .client = 3});
  s.order({.from = who(2), .price = 99, .qty = 10, .time_in_force = TimeInForce::kGoodTillCancel});
  s.order({.from = who(2), .price = 101, .qty = 4});
  s.order({.from = who(3), .qty = 3, .type = OrderType::kMarket});
  s.order({.from = who(3), .qty = 9, .type = OrderType::kMarketToLimit});
  s.order({.from = who(4),
           .side = Side::kSell,
           .price = 99,
           .qty = 50,
           .time_in_force = TimeInForce::kImmediateOrCancel});
  s.order({.from = who(4), .price = 102, .qty = 500, .time_in_force = TimeInForce::kFillOrKill});
  s.order({.from = who(4), .price = 102, .qty = 6, .time_in_force = TimeInForce::kFillOrKill});
  s.order({.from = who(4), .price = 102, .qty = 90, .min_qty = 50});
  s.order({.from = who(2), .price = 103, .qty = 5, .post_only = PostOnly::kReject});
  s.order({.from = who(2), .price = 103, .qty = 5, .post_only = PostOnly::kSlide});
  s.order({.from = who(2, 1), .side = Side::kSell, .price = -5, .qty = 2});
  s.order({.from = who(3, 1), .price = 0, .qty = 1});
}

void refusals(Script& s) {
  s.order({.from = who(1, 9), .price = 100, .qty = 1});
  s.order({.from = who(1, 2), .price = 100, .qty = 1});
  s.order({.from = who(1), .price = 100, .qty = 0});
  s.order({.from = who(1), .price = 100, .qty = 9'001});
  s.order({.from = who(1), .price = 100, .qty = 5, .display = 6});
  s.order({.from = who(1), .price = 100, .qty = 5, .min_qty = 6});
  s.order({.from = who(1), .price = 200'000, .qty = 5});
  s.order({.from = who(1, 1), .price = 7, .qty = 5});
  s.order({.from = who(1), .price = 10, .qty = 5});
  s.order({.from = who(1), .price = 100, .qty = 5, .expire_time = 1});
  s.order({.from = who(1, 1),
           .side = Side::kSell,
           .qty = 5,
           .type = OrderType::kMarket,
           .post_only = PostOnly::kSlide});
  s.order({.from = {.session = 6, .account = 6}, .price = 100, .qty = 1});
  s.order({.from = who(2, 1), .side = Side::kSell, .qty = 1, .type = OrderType::kMarket});
  s.order({.from = {.session = 9'000, .account = 1}, .price = 100, .qty = 1});
  s.order({.from = {.session = 1, .account = 200'000}, .price = 100, .qty = 1});
  s.add(new_order({.from = who(1), .key = 1U << 24, .price = 100, .qty = 1}));
  s.add(new_order({.from = who(1), .key = 0, .price = 100, .qty = 1}));
  s.add(adjust_funds(who(1), 0));
  s.add(cancel_order(who(1), 4'000));
  s.add(continue_work(who(0), 1, 1));
  DefineInstrument other = define_instrument({.from = {0, 0, 4}}).as<DefineInstrument>();
  other.matching_algorithm = 2;
  s.add(Command::of(other));
  s.add(define_instrument({.from = {0, 0, 20'000}}));
  SetTradingState malformed =
      set_trading_state({0, 0, 0}, TradingState::kOpen).as<SetTradingState>();
  malformed.reserved[22] = 1;
  s.add(Command::of(malformed));
  Command unknown_version = advance_time();
  unknown_version.mutable_header().version = 99;
  s.add(unknown_version);
}

// One match of more steps than one command may make: two continuations follow it.
void long_match(Script& s) {
  s.order({.from = who(4), .side = Side::kSell, .price = 110, .qty = 2'600, .display = 1});
  s.order({.from = who(3), .price = 110, .qty = 2'550});
  s.add(mass_cancel({.from = who(4)}));
}

void changes(Script& s) {
  const std::uint32_t first =
      s.order({.from = who(1), .side = Side::kSell, .price = 120, .qty = 20, .display = 5});
  const std::uint32_t second =
      s.replace({.from = who(1), .target = first, .side = Side::kSell, .price = 120, .qty = 15});
  const std::uint32_t third =
      s.replace({.from = who(1), .target = second, .side = Side::kSell, .price = 119, .qty = 30});
  s.order({.from = who(2), .price = 119, .qty = 7});
  s.replace({.from = who(1), .target = third, .side = Side::kBuy, .price = 119, .qty = 30});
  const std::uint32_t fourth = s.replace({.from = who(1),
                                          .target = third,
                                          .side = Side::kSell,
                                          .qty = 3,
                                          .basis = QtyBasis::kReduceBy});
  s.add(cancel_order({.session = 1, .account = 2}, fourth));
  s.add(cancel_order(who(1, 1), fourth));
  s.replace({.from = who(1), .target = fourth, .side = Side::kSell, .price = 119, .qty = 7});
  s.replace({.from = who(1), .target = first, .side = Side::kSell, .price = 119, .qty = 5});
  const std::uint32_t last = s.order({.from = who(1), .price = 60, .qty = 9});
  const std::uint32_t moved =
      s.replace({.from = who(1), .target = last, .price = 61, .qty = 9, .basis = QtyBasis::kOpen});
  s.replace({.from = who(1), .target = moved, .price = 61, .qty = 0, .basis = QtyBasis::kTotal});
  s.add(cancel_order(who(1), moved));
}

void bulk_and_states(Script& s) {
  for (std::uint32_t session = 1; session <= 4; ++session) {
    s.order({.from = who(session), .price = 70 + session, .qty = 3, .cancel_on_disconnect = true});
    s.order({.from = who(session), .side = Side::kSell, .price = 130 + session, .qty = 3});
    s.order({.from = who(session, 1), .price = -100, .qty = 1});
  }
  s.add(mass_cancel({.from = who(1), .by_instrument = true, .side = Side::kSell}));
  s.add(mass_cancel({.from = who(2), .scope = MassCancelScope::kAccount, .group = 1}));
  s.add(session_disconnected(who(3)));
  s.add(set_trading_state({0, 0, 0}, TradingState::kHalt));
  s.order({.from = who(4), .price = 70, .qty = 1});
  s.add(set_trading_state({0, 0, 1}, TradingState::kClosed));
  s.add(set_trading_state({0, 0, 0}, TradingState::kOpen));
  s.add(market_recovered());
  s.add(set_trading_state({0, 0, 0}, TradingState::kOpen));
  s.add(mass_cancel({.from = {0, 0}, .scope = MassCancelScope::kMarket}));
}

void dates(Script& s) {
  for (std::uint32_t i = 0; i < 4; ++i) {
    s.order({.from = who(1 + i),
             .price = 80 + i,
             .qty = 2,
             .expire_time = s.time_ns() + (4 - i) * 1'000 * kStepNs,
             .time_in_force = TimeInForce::kGoodTillDate});
  }
  s.order({.from = who(1), .price = 79, .qty = 2});
  s.pass(2'500 * kStepNs);
  s.add(advance_time());
  s.add(end_trading_day());
  s.pass(12 * 3'600'000 * kStepNs);
}

// What is left unsaid above: a day of ordinary trading.
void trading(Script& s, std::uint32_t count) {
  RandomSource random(30);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sent;  // session, key
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto session = static_cast<std::uint32_t>(random.between(1, 4));
    if (!sent.empty() && random.percent(35)) {
      const auto [owner, key] = sent[random.below(sent.size())];
      s.add(cancel_order(who(owner), key));
      continue;
    }
    const std::int64_t qty = random.between(1, 20);
    const std::uint32_t key = s.order(
        {.from = who(session),
         .side = random.percent(50) ? Side::kBuy : Side::kSell,
         .price = random.between(95, 105),
         .qty = qty,
         .display = random.percent(20) ? 1 : qty,
         .time_in_force = random.percent(30) ? TimeInForce::kGoodTillCancel : TimeInForce::kDay});
    sent.emplace_back(session, key);
  }
}

}  // namespace

std::vector<Command> golden_commands() {
  Script script;
  listings(script);
  order_types(script);
  refusals(script);
  long_match(script);
  changes(script);
  bulk_and_states(script);
  dates(script);
  trading(script, 240);
  return script.take();
}

}  // namespace hourglass::engine::test

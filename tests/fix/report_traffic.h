// Seeded traffic of two FIX sessions and one other, whose commands wait in a queue before they are
// carried out, as in the venue's ingress ring.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "tests/fix/report_desk.h"
#include "tests/support/random_source.h"

namespace hourglass::gateway::fix::test {

inline constexpr std::array kTrafficSessions = {kOld, kNew};
inline constexpr std::uint32_t kOtherSession = 1;

class Traffic {
 public:
  // What followed from one stamped command.
  struct Applied {
    engine::Command command;
    std::vector<engine::Event> events;
  };

  explicit Traffic(std::uint64_t seed) : random_(seed), exchange_(small_slices()) {
    apply(engine::test::define_instrument({.symbol = "H1", .tick_size_nano_usd = 1'000}));
  }

  // Pushes, carries out and at times ends a day, `steps` times; nothing waits at the end.
  void run(std::uint32_t steps) {
    for (std::uint32_t i = 0; i < steps; ++i) {
      if (random_.percent(1)) {
        apply(random_.percent(30) ? engine::test::end_trading_day() : engine::test::advance_time());
      }
      if (waiting_.size() < 8 && random_.percent(60)) {
        push();
      } else if (!waiting_.empty()) {
        carry_out_next();
      }
    }
    while (!waiting_.empty()) carry_out_next();
  }

  [[nodiscard]] const std::vector<Applied>& applied() const { return applied_; }
  // All ClOrdIDs that were ever sent.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

  OrderReports live;
  Lines lines;  // what the live reports said
  std::uint32_t keys_begun_again = 0;

 private:
  static engine::ExchangeLimits small_slices() {
    engine::ExchangeLimits limits;
    limits.max_steps_per_apply = 3;
    return limits;
  }

  void push() {
    const bool is_other = random_.percent(20);
    const std::uint32_t session = is_other ? kOtherSession : kTrafficSessions[random_.below(2)];
    std::uint32_t next = other_key_;
    if (!is_other) next = live.next_key(engine::SessionId(session)).value();
    const engine::test::From from{.session = session,
                                  .account = session % 2 + 1,
                                  .session_sequence = ++numbers_[session % 2]};
    // Mostly the last few keys: those still work.
    const std::uint64_t back = 1 + random_.below(random_.percent(80) ? 12 : 200);
    const auto target = static_cast<std::uint32_t>(next - std::min<std::uint64_t>(next, back));
    // A door names only keys it gave.
    const std::uint64_t kind = next == 0 ? 0 : random_.below(100);
    engine::Command command;
    if (is_other || kind < 60) {
      command = new_order(from, is_other ? other_key_++ : next);
    } else if (kind < 80) {
      command = replace(from, target, next);
    } else if (kind < 96) {
      command = engine::test::cancel_order(from, target);
    } else if (kind < 98) {
      command = engine::test::mass_cancel({.from = from, .side = side()});
    } else {
      command = engine::test::session_disconnected(from);
    }
    if (!is_other && kind < 96) {
      texts_.push_back(fmt::format("T{}", texts_.size()));
      command = named(command, texts_.back());
    }
    live.on_command(command);
    waiting_.push_back(command);
  }

  engine::Command new_order(const engine::test::From& from, std::uint32_t key) {
    using engine::TimeInForce;
    engine::test::NewOrderSpec spec{.from = from, .key = key, .side = side()};
    spec.price = random_.between(95, 105);
    spec.qty = random_.between(random_.percent(3) ? 0 : 1, 30);
    const std::uint64_t kind = random_.below(20);
    if (kind == 0) spec.type = engine::OrderType::kMarket;
    if (kind == 1) spec.type = engine::OrderType::kMarketToLimit;
    if (kind < 2) spec.price = 0;
    if (kind == 2) spec.time_in_force = TimeInForce::kImmediateOrCancel;
    if (kind == 3) spec.time_in_force = TimeInForce::kFillOrKill;
    if (kind == 4) spec.min_qty = 5;
    if (kind == 5) spec.post_only = engine::PostOnly::kReject;
    if (kind == 6) spec.post_only = engine::PostOnly::kSlide;
    spec.display = kind == 7 || kind == 8 ? (spec.qty + 3) / 4 : spec.qty;
    if (kind == 9) spec.time_in_force = TimeInForce::kGoodTillCancel;
    if (kind == 10) {
      spec.time_in_force = TimeInForce::kGoodTillDate;
      spec.expire_time = kMidnightNs + (sequence_ + random_.below(300)) * kSecondNs;
    }
    spec.cancel_on_disconnect = random_.percent(50);
    return engine::test::new_order(spec);
  }

  engine::Command replace(const engine::test::From& from, std::uint32_t target, std::uint32_t key) {
    const auto order = live.order(engine::SessionId(from.session), engine::ClientKey(target));
    engine::test::ReplaceSpec spec{.from = from, .target = target, .key = key, .side = side()};
    if (order.has_value()) spec.side = order->side;
    spec.price =
        order.has_value() && random_.percent(50) ? order->price.value() : random_.between(95, 105);
    spec.qty = random_.between(1, 30);
    if (random_.percent(20)) spec.display = random_.between(1, spec.qty);
    return engine::test::replace_order(spec);
  }

  engine::Side side() { return random_.percent(50) ? engine::Side::kBuy : engine::Side::kSell; }

  void carry_out_next() {
    apply(waiting_.front());
    waiting_.pop_front();
  }
  void apply(const engine::Command& command) {
    follow(command);
    while (exchange_.has_pending_work()) follow(exchange_.continuation());
  }

  void follow(const engine::Command& command) {
    ++sequence_;
    const engine::Command stamped =
        engine::test::stamped(command, sequence_, kMidnightNs + sequence_ * kSecondNs);
    const auto events = exchange_.apply(stamped);
    applied_.push_back({.command = stamped, .events = {events.begin(), events.end()}});
    for (const engine::Event& event : events) {
      const auto before = live.next_key(engine::SessionId(kOld));
      live.on_event(event, lines);
      if (live.next_key(engine::SessionId(kOld)) < before) ++keys_begun_again;
    }
  }

  engine::test::RandomSource random_;
  engine::Exchange<engine::PermissiveClearing> exchange_;
  std::deque<engine::Command> waiting_;
  std::vector<Applied> applied_;
  std::vector<std::string> texts_;
  std::array<std::uint32_t, 2> numbers_{};  // the other session shares the new member's
  std::uint32_t other_key_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace hourglass::gateway::fix::test

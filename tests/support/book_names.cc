#include "tests/support/book_names.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "tests/support/event_text.h"

namespace hourglass::engine::test {
namespace {

constexpr std::int64_t kNano = 1'000'000'000;

// `nano` as a decimal with as many places as `unit` has.
std::string decimal(std::int64_t nano, std::int64_t unit) {
  int places = 0;
  for (std::int64_t rest = kNano; unit % rest != 0; rest /= 10) ++places;
  const std::uint64_t size =
      nano < 0 ? ~static_cast<std::uint64_t>(nano) + 1 : static_cast<std::uint64_t>(nano);
  std::string text = fmt::format("{}{}", nano < 0 ? "-" : "", size / kNano);
  if (places > 0) {
    const std::string fraction = fmt::format("{:09}", size % kNano);
    text += '.';
    text += fraction.substr(0, static_cast<std::size_t>(places));
  }
  return text;
}

std::string time_of_day(Timestamp time) {
  const std::uint64_t seconds = time.value() / kNano;
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string instructions(const OrderAccepted& e) {
  std::string text;
  if (e.type != OrderType::kLimit) text += fmt::format(" {}", name(e.type));
  if (e.display_qty != e.qty) text += fmt::format(" iceberg {}", e.display_qty);
  if (e.min_qty != 0) text += fmt::format(" min {}", e.min_qty);
  if (e.time_in_force != TimeInForce::kDay) text += fmt::format(" {}", name(e.time_in_force));
  if (e.time_in_force == TimeInForce::kGoodTillDate)
    text += fmt::format(" {}", time_of_day(e.expire_time));
  if (e.post_only != PostOnly::kNo) text += fmt::format(" {}", name(e.post_only));
  return text;
}

// Of an order that joined the book with this event, with so many lots displayed of those open.
std::string rests(std::uint32_t displayed, std::uint32_t open) {
  if (displayed == 0) return "";
  return displayed == open ? " rests" : fmt::format(" rests showing {}", displayed);
}

}  // namespace

BookInstrument& BookNames::instrument(const std::string& name) {
  const auto id = static_cast<std::uint32_t>(instruments_.size());
  return instruments_.try_emplace(name, BookInstrument{.id = InstrumentId(id)}).first->second;
}

bool BookNames::has_instrument(const std::string& name) const {
  return instruments_.contains(name);
}

std::string BookNames::instrument(InstrumentId id) const {
  for (const auto& [name, known] : instruments_) {
    if (known.id == id) return name;
  }
  return fmt::format("instrument-{}", id.value());
}

ClientKey BookNames::key(SessionId session, const std::string& name) {
  auto& keys = keys_[session];
  const auto next = static_cast<std::uint32_t>(keys.size() + 1);
  return keys.try_emplace(name, ClientKey(next)).first->second;
}

std::string BookNames::order(SessionId session, ClientKey key) const {
  if (const auto keys = keys_.find(session); keys != keys_.end()) {
    for (const auto& [name, known] : keys->second) {
      if (known == key) return name;
    }
  }
  return fmt::format("key-{}", key.value());
}

std::string BookNames::order(OrderId id) const {
  const auto found = orders_.find(id);
  return found == orders_.end() ? fmt::format("order-{}", id.value()) : found->second;
}

std::optional<std::int64_t> BookNames::nano(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::int64_t value = 0;
  std::int64_t unit = kNano;
  bool fraction = false;
  for (const char letter : text) {
    if (letter == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (letter < '0' || letter > '9' || unit == 0) return std::nullopt;
    if (fraction) {
      unit /= 10;
      value += (letter - '0') * unit;
    } else {
      value = value * 10 + (letter - '0') * kNano;
    }
  }
  return text.empty() ? std::nullopt : std::optional(negative ? -value : value);
}

std::optional<std::int64_t> BookNames::ticks(std::string_view text,
                                             std::int64_t tick_size_nano_usd) {
  const std::optional<std::int64_t> value = nano(text);
  if (!value.has_value() || *value % tick_size_nano_usd != 0) return std::nullopt;
  return *value / tick_size_nano_usd;
}

std::string BookNames::price(InstrumentId instrument, Price price) const {
  for (const auto& [name, known] : instruments_) {
    if (known.id == instrument) {
      return decimal(price.value() * known.tick_size_nano_usd, known.tick_size_nano_usd);
    }
  }
  return fmt::format("{}", price.value());
}

std::string BookNames::trade_line(const Trade& e) {
  const std::string at = price(e.header.instrument, e.price);
  std::string text =
      fmt::format("trade {} {} {} @ {} leaves {} {}", order(e.resting.order_id),
                  order(e.incoming.order_id), e.qty, at, e.resting_leaves, e.incoming_leaves);
  if (e.resting_displayed != e.resting_leaves) {
    text += fmt::format(" displayed {}", e.resting_displayed);
  }
  return text;
}

std::string BookNames::line(const Event& event) {
  const InstrumentId id = event.header().instrument;
  switch (event.header().kind) {
    case EventKind::kOrderAccepted: {
      const auto& e = event.as<OrderAccepted>();
      orders_[e.order.order_id] = order(e.order.session, e.order.key);
      return fmt::format("accepted {} {} {} @ {}{}{}", order(e.order.order_id),
                         engine::name(e.side), e.qty, price(id, e.price), instructions(e),
                         rests(e.displayed, e.qty));
    }
    case EventKind::kRequestRejected: {
      const auto& e = event.as<RequestRejected>();
      const std::string_view reason = describe(e.reason).name;
      if (e.key == ClientKey(0)) return fmt::format("rejected {}", reason);
      return fmt::format("rejected {} {}", order(e.session, e.key), reason);
    }
    case EventKind::kTrade: return trade_line(event.as<Trade>());
    case EventKind::kOrderRested: {
      const auto& e = event.as<OrderRested>();
      return fmt::format("{} {} {} {} @ {}", e.new_tranche == 1 ? "new-tranche" : "rested",
                         order(e.order_id), engine::name(e.side), e.qty, price(id, e.price));
    }
    case EventKind::kOrderReplaced: {
      const auto& e = event.as<OrderReplaced>();
      orders_[e.order.order_id] = order(e.order.session, e.order.key);
      std::string text = fmt::format("replaced {} by {} total {} executed {} leaves {} @ {}",
                                     order(e.order.session, e.old_key), order(e.order.order_id),
                                     e.qty, e.executed, e.leaves, price(id, e.price));
      if (e.kept_priority == 0) return text + " loses-place" + rests(e.displayed, e.leaves);
      text += " keeps-place";
      if (e.displayed != e.leaves) text += fmt::format(" displayed {}", e.displayed);
      return text;
    }
    case EventKind::kOrderCancelled: {
      const auto& e = event.as<OrderCancelled>();
      std::string text = fmt::format("{} {} {} @ {} {}", name(e.state), order(e.order.order_id),
                                     e.cancelled, price(id, e.price), name(e.reason));
      if (e.executed != 0) text += fmt::format(" executed {}", e.executed);
      if (e.displayed_removed == 0) return text.append(" never-rested");
      if (e.displayed_removed != e.cancelled) {
        text += fmt::format(" displayed {}", e.displayed_removed);
      }
      return text;
    }
    case EventKind::kMassCancelDone: {
      const auto& e = event.as<MassCancelDone>();
      return fmt::format("mass-cancelled s{} {}", e.session.value(), e.cancelled_count);
    }
    case EventKind::kInstrumentDefined: return fmt::format("defined {}", instrument(id));
    case EventKind::kTradingStateChanged:
      return fmt::format("state {} {}", instrument(id),
                         name(event.as<TradingStateChanged>().state));
    case EventKind::kTradingDayEnded:
      return fmt::format("day-ended {}", event.as<TradingDayEnded>().expired_count);
    case EventKind::kPriceBandChanged: {
      const auto& e = event.as<PriceBandChanged>();
      return fmt::format("band {} {} to {}", instrument(id), price(id, e.low), price(id, e.high));
    }
    case EventKind::kFundsAdjusted: {
      const auto& e = event.as<FundsAdjusted>();
      return fmt::format("funds account {} {}", e.account.value(),
                         decimal(e.balance.value() * 1000, 10'000'000));
    }
  }
  return text(event);
}

std::string BookNames::line(InstrumentId instrument, Side side, const FeedLevel& level) const {
  std::string text =
      fmt::format("{} {}:", engine::name(side), price(instrument, Price(level.price)));
  for (const FeedOrder& resting : level.orders) {
    text += fmt::format(" {} {}", order(resting.id), resting.qty);
  }
  return text;
}

}  // namespace hourglass::engine::test

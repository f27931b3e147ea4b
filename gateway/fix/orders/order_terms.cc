#include "gateway/fix/orders/order_terms.h"

#include "engine/contract/price_text.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

using engine::OrderType;
using engine::PostOnly;
using engine::Price;
using engine::Qty;
using engine::RejectReason;
using engine::TimeInForce;

constexpr std::int32_t kOrdRejIncorrectQuantity = 13;
constexpr std::int32_t kOrdRejUnsupported = 11;
constexpr std::int32_t kOrdRejOther = 99;

constexpr std::uint64_t kDayNs = 86'400ULL * 1'000'000'000;

Checked unsupported(std::string_view text) {
  return refusal(DoorReject::kUnsupportedValue, kOrdRejUnsupported, text);
}

// FIX quantities are decimals; ours are whole lots: "10" and "10.0", not "10.5".
std::optional<std::int64_t> whole_lots(std::string_view text) {
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    const std::string_view decimals = text.substr(dot + 1);
    if (decimals.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
    text = text.substr(0, dot);
  }
  return parse_number(text);
}

Checked read_quantity(const Fields& fields, std::uint32_t tag, Qty& qty) {
  const auto lots = whole_lots(fields.value(tag));
  if (!lots) {
    return refusal(DoorReject::kMalformedQuantity, kOrdRejIncorrectQuantity,
                   "a quantity is a whole number of lots");
  }
  qty = Qty(*lots);
  return std::nullopt;
}

Checked read_price(std::string_view text, const engine::Instrument& instrument, Price& price) {
  const engine::ParsedPrice parsed = engine::parse_price(text, instrument.tick_size_nano_usd);
  if (parsed.reason == RejectReason::kNone) {
    price = parsed.price;
    return std::nullopt;
  }
  if (parsed.reason == RejectReason::kMalformed) {
    return refusal(DoorReject::kMalformedPrice, kOrdRejOther,
                   "a price is a decimal in USD a GPU-hour, with at most 9 decimals");
  }
  return DoorRefusal{static_cast<std::uint32_t>(parsed.reason), kOrdRejOther,
                     engine::describe(parsed.reason).text};
}

// Absent or "0" display quantity: everything shows. FIX 4.4 has MaxFloor, 5.0 SP2 DisplayQty too.
Checked read_display(const Fields& fields, Qty& display) {
  const std::uint32_t tag = fields.find(kDisplayQty) ? kDisplayQty : kMaxFloor;
  if (!fields.find(tag)) return std::nullopt;
  return read_quantity(fields, tag, display);
}

Checked read_instructions(std::string_view text, engine::NewOrder& order,
                          bool& cancel_on_disconnect) {
  while (!text.empty()) {  // ends: each round takes a word off the text
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word == "6") {
      if (order.post_only == PostOnly::kNo) order.post_only = PostOnly::kReject;
    } else if (word == "R") {
      order.post_only = PostOnly::kSlide;
    } else if (word == "o") {
      cancel_on_disconnect = true;
    } else if (word == "n") {
      cancel_on_disconnect = false;
    } else {
      return unsupported("ExecInst (18) knows 6, R, o and n");
    }
  }
  return std::nullopt;
}

Checked read_time_in_force(const Fields& fields, engine::NewOrder& order) {
  const std::string_view text = fields.value(kTimeInForce);
  if (text.empty() || text == "0") {
    order.time_in_force = TimeInForce::kDay;
  } else if (text == "1") {
    order.time_in_force = TimeInForce::kGoodTillCancel;
  } else if (text == "3") {
    order.time_in_force = TimeInForce::kImmediateOrCancel;
  } else if (text == "4") {
    order.time_in_force = TimeInForce::kFillOrKill;
  } else if (text == "6") {
    order.time_in_force = TimeInForce::kGoodTillDate;
  } else {
    return unsupported("TimeInForce (59) knows 0, 1, 3, 4 and 6");
  }
  if (const auto time = fields.find(kExpireTime)) {
    const auto ns = parse_utc_timestamp(*time);
    if (!ns) return unsupported("ExpireTime (126) is a UTC time, YYYYMMDD-HH:MM:SS");
    order.expire_time = engine::Timestamp(*ns);
  } else if (const auto date = fields.find(kExpireDate)) {
    // To the end of that day.
    const auto ns = parse_utc_date(*date);
    if (!ns) return unsupported("ExpireDate (432) is a UTC date, YYYYMMDD");
    order.expire_time = engine::Timestamp(*ns + kDayNs - 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<engine::Side> read_side(std::string_view text) noexcept {
  if (text == "1") return engine::Side::kBuy;
  if (text == "2") return engine::Side::kSell;
  return std::nullopt;
}

Checked read_order(const Fields& fields, const engine::Instrument& instrument,
                   bool cancel_day_on_disconnect, engine::NewOrder& order) {
  const auto side = read_side(fields.value(kSide));
  if (!side) return unsupported("Side (54) knows 1 and 2");
  order.side = *side;
  const std::string_view type = fields.value(kOrdType);
  if (type == "2") {
    order.type = OrderType::kLimit;
  } else if (type == "1") {
    order.type = OrderType::kMarket;
  } else if (type == "K") {
    order.type = OrderType::kMarketToLimit;
  } else {
    return unsupported("OrdType (40) knows 1, 2 and K");
  }
  if (const Checked refused = read_quantity(fields, kOrderQty, order.qty)) return refused;
  order.display_qty = order.qty;
  if (const Checked refused = read_display(fields, order.display_qty)) return refused;
  if (order.display_qty == Qty(0)) order.display_qty = order.qty;
  if (fields.find(kMinQty)) {
    if (const Checked refused = read_quantity(fields, kMinQty, order.min_qty)) return refused;
  }
  if (const auto price = fields.find(kPrice)) {
    if (const Checked refused = read_price(*price, instrument, order.price)) return refused;
  }
  if (const Checked refused = read_time_in_force(fields, order)) return refused;
  bool cancel_on_disconnect = cancel_day_on_disconnect && order.time_in_force == TimeInForce::kDay;
  if (const Checked refused =
          read_instructions(fields.value(kExecInst), order, cancel_on_disconnect)) {
    return refused;
  }
  order.cancel_on_disconnect = cancel_on_disconnect ? 1 : 0;
  return std::nullopt;
}

Checked read_replace(const Fields& fields, const engine::Instrument& instrument,
                     engine::ReplaceOrder& replace) {
  const auto side = read_side(fields.value(kSide));
  if (!side) return unsupported("Side (54) knows 1 and 2");
  replace.side = *side;
  replace.basis = engine::QtyBasis::kTotal;
  if (const Checked refused = read_quantity(fields, kOrderQty, replace.qty)) return refused;
  if (const Checked refused = read_display(fields, replace.display_qty)) return refused;
  return read_price(fields.value(kPrice), instrument, replace.price);
}

}  // namespace hourglass::gateway::fix

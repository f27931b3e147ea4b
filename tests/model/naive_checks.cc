// The refusals, in the order of RejectReason: the first that applies stands (HG-MATCH-001).
#include <algorithm>
#include <span>

#include "engine/base/checked.h"
#include "tests/model/naive_exchange.h"

namespace hourglass::engine::test {
namespace {

template <class Bytes>
bool all_zero(const Bytes& bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](auto byte) { return byte == decltype(byte){}; });
}

template <class Enum>
bool within(Enum value, Enum first, Enum last) {
  return value >= first && value <= last;
}

bool is_flag(std::uint8_t value) {
  return value <= 1;
}
bool is_side(Side side) {
  return within(side, Side::kBuy, Side::kSell);
}
bool is_state(TradingState state) {
  return within(state, TradingState::kOpen, TradingState::kClosed);
}

bool well_formed(const NewOrder& c) {
  return is_side(c.side) && within(c.type, OrderType::kLimit, OrderType::kMarketToLimit) &&
         within(c.time_in_force, TimeInForce::kDay, TimeInForce::kFillOrKill) &&
         within(c.post_only, PostOnly::kNo, PostOnly::kSlide) && is_flag(c.cancel_on_disconnect) &&
         all_zero(c.reserved) && c.reserved2 == 0;
}

bool well_formed(const ReplaceOrder& c) {
  if (!is_side(c.side) || !within(c.basis, QtyBasis::kTotal, QtyBasis::kReduceBy)) return false;
  if (c.basis == QtyBasis::kReduceBy && (c.price != Price(0) || c.display_qty != Qty(0))) {
    return false;
  }
  return all_zero(c.reserved) && all_zero(c.reserved2);
}

bool well_formed(const MassCancel& c) {
  return within(c.scope, MassCancelScope::kSession, MassCancelScope::kMarket) &&
         is_flag(c.by_instrument) && is_flag(c.by_group) && is_flag(c.by_side) && is_side(c.side) &&
         (c.by_side == 1 || c.side == Side::kBuy) && all_zero(c.reserved) && all_zero(c.reserved2);
}

// HG-MATCH-003, for a kind that is known.
bool well_formed(const Command& command) {
  const CommandHeader& header = command.header();
  if (header.reserved != 0) return false;
  switch (header.kind) {
    case CommandKind::kNewOrder: return well_formed(command.as<NewOrder>());
    case CommandKind::kReplaceOrder: return well_formed(command.as<ReplaceOrder>());
    case CommandKind::kCancelOrder: return true;
    case CommandKind::kMassCancel: return well_formed(command.as<MassCancel>());
    case CommandKind::kContinue: return command.as<ContinueWork>().reserved == 0;
    case CommandKind::kSessionDisconnected:
      return all_zero(command.as<SessionDisconnected>().reserved);
    case CommandKind::kDefineInstrument:
      return is_state(command.as<DefineInstrument>().state) &&
             all_zero(command.as<DefineInstrument>().reserved);
    case CommandKind::kSetTradingState:
      return is_state(command.as<SetTradingState>().state) &&
             all_zero(command.as<SetTradingState>().reserved);
    case CommandKind::kAdvanceTime: return all_zero(command.as<AdvanceTime>().reserved);
    case CommandKind::kEndTradingDay: return all_zero(command.as<EndTradingDay>().reserved);
    case CommandKind::kMarketRecovered: return all_zero(command.as<MarketRecovered>().reserved);
    case CommandKind::kSetPriceBand: return command.as<SetPriceBand>().reserved == 0;
    case CommandKind::kAdjustFunds: return all_zero(command.as<AdjustFunds>().reserved);
  }
  return false;
}

bool names_an_instrument(const Command& command) {
  switch (command.header().kind) {
    case CommandKind::kNewOrder:
    case CommandKind::kReplaceOrder:
    case CommandKind::kCancelOrder:
    case CommandKind::kSetTradingState:
    case CommandKind::kSetPriceBand: return true;
    case CommandKind::kMassCancel: return command.as<MassCancel>().by_instrument == 1;
    case CommandKind::kContinue:
    case CommandKind::kSessionDisconnected:
    case CommandKind::kDefineInstrument:
    case CommandKind::kAdvanceTime:
    case CommandKind::kEndTradingDay:
    case CommandKind::kMarketRecovered:
    case CommandKind::kAdjustFunds: return false;
  }
  return false;
}

bool in_range(ClientKey key) {
  return key.value() < kMaxClientKeysPerSession;
}

// HG-MATCH-013: the smallest tranche an order of this total may show.
std::int64_t least_display(std::int64_t total) {
  return div_ceil(total, kMaxIcebergTranches);
}

std::int64_t floor_to(std::int64_t value, std::int64_t increment) {
  return div_floor(value, increment) * increment;
}
std::int64_t ceil_to(std::int64_t value, std::int64_t increment) {
  return div_ceil(value, increment) * increment;
}

}  // namespace

RejectReason NaiveExchange::check(const Command& command) {
  if (const RejectReason reason = check_header(command); reason != RejectReason::kNone) {
    return reason;
  }
  switch (command.header().kind) {
    case CommandKind::kNewOrder: return check_new(command.as<NewOrder>());
    case CommandKind::kReplaceOrder: return check_replace(command.as<ReplaceOrder>());
    case CommandKind::kCancelOrder: return check_cancel(command.as<CancelOrder>());
    case CommandKind::kDefineInstrument: return check_definition(command.as<DefineInstrument>());
    case CommandKind::kSetPriceBand: return check_band(command.as<SetPriceBand>());
    case CommandKind::kMassCancel:
    case CommandKind::kContinue:
    case CommandKind::kSessionDisconnected:
    case CommandKind::kSetTradingState:
    case CommandKind::kAdvanceTime:
    case CommandKind::kEndTradingDay:
    case CommandKind::kMarketRecovered:
    case CommandKind::kAdjustFunds: return RejectReason::kNone;
  }
  return RejectReason::kNone;
}

// HG-MATCH-003 to 005.
RejectReason NaiveExchange::check_header(const Command& command) const {
  const CommandHeader& header = command.header();
  if (command_bytes(header.kind) == 0) return RejectReason::kUnknownKind;
  if (header.version != kLayoutVersion) return RejectReason::kUnknownVersion;
  if (!well_formed(command)) return RejectReason::kMalformed;
  if (header.kind == CommandKind::kContinue) {
    const ContinueWork& request = command.as<ContinueWork>();
    if (!work_.has_value() || request.origin != work_->origin.header().sequence ||
        request.cursor != work_->steps) {
      return RejectReason::kStaleContinuation;
    }
  } else if (work_.has_value()) {
    return RejectReason::kWorkPending;
  }
  if (header.session.value() >= limits_.max_sessions) return RejectReason::kSessionOutOfRange;
  if (header.account.value() >= limits_.max_accounts) return RejectReason::kAccountOutOfRange;
  if (names_an_instrument(command) && !instruments_.contains(header.instrument)) {
    return RejectReason::kUnknownInstrument;
  }
  return RejectReason::kNone;
}

// HG-MATCH-010 to 021. Leaves the working price and the look-ahead's answer in plan_.
RejectReason NaiveExchange::check_new(const NewOrder& c) {
  const Instrument& instrument = listed(c.header.instrument);
  const Key key{c.header.session, c.key};
  const bool is_limit = c.type == OrderType::kLimit;
  const bool immediate = c.time_in_force == TimeInForce::kImmediateOrCancel ||
                         c.time_in_force == TimeInForce::kFillOrKill;
  const bool hides = c.display_qty < c.qty;
  if (!in_range(c.key)) return RejectReason::kClientKeyOutOfRange;
  if (used_keys_.contains(key)) return RejectReason::kDuplicateClientKey;
  if (instrument.state != TradingState::kOpen) return RejectReason::kWrongTradingState;

  if (!is_limit && (c.price != Price(0) || c.post_only != PostOnly::kNo || hides)) {
    return RejectReason::kIncompatibleInstructions;
  }
  if (c.post_only != PostOnly::kNo && (immediate || c.min_qty != Qty(0))) {
    return RejectReason::kIncompatibleInstructions;
  }
  if (immediate && hides) return RejectReason::kIncompatibleInstructions;
  if (c.time_in_force == TimeInForce::kFillOrKill && c.min_qty != Qty(0)) {
    return RejectReason::kIncompatibleInstructions;
  }

  if (c.qty <= Qty(0)) return RejectReason::kQuantityNotPositive;
  if (c.qty.value() > instrument.terms.max_order_qty_lots) return RejectReason::kQuantityTooLarge;
  if (c.display_qty <= Qty(0) || c.display_qty > c.qty ||
      c.display_qty.value() < least_display(c.qty.value())) {
    return RejectReason::kDisplayQuantityInvalid;
  }
  if (c.min_qty < Qty(0) || c.min_qty > c.qty) return RejectReason::kMinQuantityInvalid;

  const std::optional<std::int64_t> against = best(instrument, opposite(c.side));
  if (is_limit) {
    const RejectReason reason = check_limit_price(instrument, c.price.value());
    if (reason != RejectReason::kNone) return reason;
  } else if (against.has_value() && (*against < instrument.low || *against > instrument.high)) {
    return RejectReason::kPriceOutsideBand;
  }
  const bool needs_expiry = c.time_in_force == TimeInForce::kGoodTillDate;
  if (needs_expiry ? c.expire_time <= now_.time : c.expire_time != Timestamp(0)) {
    return RejectReason::kExpireTimeInvalid;
  }
  if (!is_limit && !against.has_value()) return RejectReason::kNoOppositeSide;

  plan_.price = c.price.value();
  if (c.type == OrderType::kMarket) {
    plan_.price = protected_price(instrument, c.side, *against, instrument.terms.protection_ticks);
  } else if (c.type == OrderType::kMarketToLimit) {
    plan_.price = protected_price(instrument, c.side, *against, 0);
  }
  if (const RejectReason reason = post_only(instrument, c.side, c.post_only);
      reason != RejectReason::kNone) {
    return reason;
  }
  if (const RejectReason reason = look_ahead(c); reason != RejectReason::kNone) return reason;
  if (orders_.size() >= limits_.max_orders) return RejectReason::kOrderLimitReached;
  if (key_needs_a_page_and_none_is_left(key)) return RejectReason::kClientKeyLimitReached;
  return clearing_->check(
      NaiveExposure{.account = c.header.account,
                    .price_ticks = plan_.price,
                    .qty_lots = c.qty.value(),
                    .tick_value_micro_usd = tick_value_micro_usd(c.header.instrument)},
      std::nullopt);
}

// HG-MATCH-014.
RejectReason NaiveExchange::check_limit_price(const Instrument& instrument,
                                              std::int64_t price) const {
  if (price < instrument.terms.min_price.value() || price > instrument.terms.max_price.value()) {
    return RejectReason::kPriceOutOfRange;
  }
  if (price % std::int64_t{instrument.terms.price_increment_ticks} != 0) {
    return RejectReason::kPriceOffTick;
  }
  if (price < instrument.low || price > instrument.high) return RejectReason::kPriceOutsideBand;
  return RejectReason::kNone;
}

// HG-MATCH-016. The band lies inside the price range, so its edge is the nearer one.
std::int64_t NaiveExchange::protected_price(const Instrument& instrument, Side side,
                                            std::int64_t best, std::int64_t protection) const {
  const std::int64_t increment = instrument.terms.price_increment_ticks;
  const std::int64_t points = floor_to(protection, increment);
  return side == Side::kBuy ? std::min(best + points, floor_to(instrument.high, increment))
                            : std::max(best - points, ceil_to(instrument.low, increment));
}

// HG-MATCH-018. Slides plan_.price.
RejectReason NaiveExchange::post_only(const Instrument& instrument, Side side, PostOnly post_only) {
  if (post_only == PostOnly::kNo || !reaches(instrument, side, plan_.price)) {
    return RejectReason::kNone;
  }
  if (post_only == PostOnly::kReject) return RejectReason::kPostOnlyWouldTrade;
  const std::int64_t against = *best(instrument, opposite(side));
  const std::int64_t increment = instrument.terms.price_increment_ticks;
  plan_.price = side == Side::kBuy ? against - increment : against + increment;
  return check_limit_price(instrument, plan_.price) == RejectReason::kNone
             ? RejectReason::kNone
             : RejectReason::kPostOnlyWouldTrade;
}

// HG-MATCH-019. Leaves the answer in plan_.enough.
RejectReason NaiveExchange::look_ahead(const NewOrder& c) {
  const Int128 wanted =
      c.time_in_force == TimeInForce::kFillOrKill ? c.qty.value() : c.min_qty.value();
  if (wanted == 0) return RejectReason::kNone;
  Int128 found = 0;
  std::uint32_t looked_at = 0;
  for (const auto& [price, level] : levels_reached(c.header.instrument, c.side, plan_.price)) {
    for (const OrderId id : *level) {
      if (found >= wanted) return RejectReason::kNone;
      if (looked_at == limits_.max_scan_per_apply) return RejectReason::kFillSpansTooManyOrders;
      found += orders_.at(id).open;
      ++looked_at;
    }
  }
  plan_.enough = found >= wanted;
  return RejectReason::kNone;
}

bool NaiveExchange::key_needs_a_page_and_none_is_left(Key key) const {
  return !key_pages_.contains({key.first, key.second.value() / kClientKeysPerPage}) &&
         key_pages_.size() >= limits_.max_client_key_pages;
}

// HG-MATCH-040, after the key's own range.
RejectReason NaiveExchange::check_found(const CommandHeader& header, ClientKey target) const {
  const auto found = live_keys_.find({header.session, target});
  if (found == live_keys_.end()) return RejectReason::kUnknownOrder;
  const NaiveOrder& order = orders_.at(found->second);
  if (order.instrument != header.instrument) return RejectReason::kInstrumentMismatch;
  if (order.account != header.account) return RejectReason::kAccountMismatch;
  return RejectReason::kNone;
}

// HG-MATCH-041.
RejectReason NaiveExchange::check_cancel(const CancelOrder& c) const {
  if (!in_range(c.target)) return RejectReason::kClientKeyOutOfRange;
  const RejectReason reason = check_found(c.header, c.target);
  if (reason != RejectReason::kNone) return reason;
  return listed(c.header.instrument).state == TradingState::kClosed
             ? RejectReason::kWrongTradingState
             : RejectReason::kNone;
}

// HG-MATCH-042. Leaves what the replace will do in plan_.
RejectReason NaiveExchange::check_replace(const ReplaceOrder& c) {
  const Instrument& instrument = listed(c.header.instrument);
  const Key key{c.header.session, c.key};
  if (!in_range(c.key) || !in_range(c.target)) return RejectReason::kClientKeyOutOfRange;
  if (c.key != c.target && used_keys_.contains(key)) return RejectReason::kDuplicateClientKey;
  const RejectReason found = check_found(c.header, c.target);
  if (found != RejectReason::kNone) return found;
  const NaiveOrder& order = orders_.at(live_keys_.at({c.header.session, c.target}));
  if (order.side != c.side) return RejectReason::kSideChanged;
  if (instrument.state != TradingState::kOpen) return RejectReason::kWrongTradingState;
  if (c.qty <= Qty(0)) return RejectReason::kQuantityNotPositive;

  if (c.basis == QtyBasis::kReduceBy) {
    if (key_needs_a_page_and_none_is_left(key)) return RejectReason::kClientKeyLimitReached;
    plan_.deletes = c.qty.value() >= order.open;
    plan_.keeps_priority = true;
    plan_.open = order.open - c.qty.value();
    return RejectReason::kNone;
  }

  const Int128 total = c.qty.value() + (c.basis == QtyBasis::kOpen ? Int128{order.executed} : 0);
  if (total > instrument.terms.max_order_qty_lots) return RejectReason::kQuantityTooLarge;
  if (c.display_qty < Qty(0) || c.display_qty > c.qty) {
    return RejectReason::kDisplayQuantityInvalid;
  }
  plan_.tranche = order.tranche;
  if (c.display_qty > Qty(0)) {
    plan_.tranche.reset();
    if (c.display_qty < c.qty) plan_.tranche = c.display_qty.value();
  }
  if (plan_.tranche.has_value() &&
      *plan_.tranche < least_display(static_cast<std::int64_t>(total))) {
    return RejectReason::kDisplayQuantityInvalid;
  }
  const RejectReason price_reason = check_limit_price(instrument, c.price.value());
  if (price_reason != RejectReason::kNone) return price_reason;

  plan_.price = c.price.value();
  plan_.open = static_cast<std::int64_t>(total) - order.executed;
  plan_.deletes = plan_.open <= 0;
  plan_.keeps_priority = c.basis != QtyBasis::kOpen && plan_.price == order.price &&
                         plan_.tranche == order.tranche && plan_.open <= order.open;
  const bool comes_in_again = !plan_.deletes && !plan_.keeps_priority;
  if (comes_in_again) {
    const RejectReason reason = post_only(instrument, order.side, order.post_only);
    if (reason != RejectReason::kNone) return reason;
  }
  if (key_needs_a_page_and_none_is_left(key)) return RejectReason::kClientKeyLimitReached;
  if (!comes_in_again) return RejectReason::kNone;
  NaiveExposure wanted = exposure(order, plan_.open);
  wanted.price_ticks = plan_.price;
  return clearing_->check(wanted, exposure(order, order.open));
}

// HG-MATCH-070.
RejectReason NaiveExchange::check_definition(const DefineInstrument& c) const {
  if (c.matching_algorithm != 1) return RejectReason::kUnsupportedAlgorithm;
  if (instruments_.contains(c.header.instrument)) return RejectReason::kInstrumentExists;
  if (c.header.instrument.value() >= limits_.max_instruments) {
    return RejectReason::kInstrumentLimitReached;
  }
  const auto text_end = std::find(c.symbol.begin(), c.symbol.end(), '\0');
  const bool printable = std::all_of(c.symbol.begin(), text_end,
                                     [](char letter) { return letter > ' ' && letter <= '~'; });
  const bool zero_filled =
      std::all_of(text_end, c.symbol.end(), [](char letter) { return letter == '\0'; });
  if (text_end == c.symbol.begin() || !printable || !zero_filled) {
    return RejectReason::kDefinitionInvalid;
  }
  if (c.tick_size_nano_usd <= 0 || c.contract_size_gpu_hours <= 0) {
    return RejectReason::kDefinitionInvalid;
  }
  const Int128 tick_nano_usd = mul_wide(c.tick_size_nano_usd, c.contract_size_gpu_hours);
  if (tick_nano_usd % 1000 != 0 || tick_nano_usd / 1000 > (Int128{1} << 40)) {
    return RejectReason::kDefinitionInvalid;
  }
  const std::int64_t low = c.min_price.value();
  const std::int64_t high = c.max_price.value();
  if (low > high || low < -kMaxPriceTicks || high > kMaxPriceTicks ||
      high - low >= std::int64_t{kMaxPriceSpanTicks}) {
    return RejectReason::kDefinitionInvalid;
  }
  const std::int64_t increment = c.price_increment_ticks;
  if (increment == 0 || low % increment != 0 || high % increment != 0) {
    return RejectReason::kDefinitionInvalid;
  }
  if (c.max_order_qty_lots < 1 || c.max_order_qty_lots > kMaxOrderQtyLots) {
    return RejectReason::kDefinitionInvalid;
  }
  return RejectReason::kNone;
}

// HG-MATCH-072.
RejectReason NaiveExchange::check_band(const SetPriceBand& c) const {
  const DefineInstrument& terms = listed(c.header.instrument).terms;
  return terms.min_price <= c.low && c.low <= c.high && c.high <= terms.max_price
             ? RejectReason::kNone
             : RejectReason::kDefinitionInvalid;
}

}  // namespace hourglass::engine::test

// The words for enumerators, as message texts and scenarios write them; "?" for what is no
// enumerator.
#include "engine/order/message_text.h"

namespace hourglass::engine {

std::string_view name(OrderType type) {
  switch (type) {
    case OrderType::kLimit: return "limit";
    case OrderType::kMarket: return "market";
    case OrderType::kMarketToLimit: return "market-to-limit";
  }
  return "?";
}

std::string_view name(TimeInForce time_in_force) {
  switch (time_in_force) {
    case TimeInForce::kDay: return "day";
    case TimeInForce::kGoodTillCancel: return "gtc";
    case TimeInForce::kGoodTillDate: return "gtd";
    case TimeInForce::kImmediateOrCancel: return "ioc";
    case TimeInForce::kFillOrKill: return "fok";
  }
  return "?";
}

std::string_view name(PostOnly post_only) {
  switch (post_only) {
    case PostOnly::kNo: return "no";
    case PostOnly::kReject: return "post-only";
    case PostOnly::kSlide: return "post-only-slide";
  }
  return "?";
}

std::string_view name(QtyBasis basis) {
  switch (basis) {
    case QtyBasis::kTotal: return "total";
    case QtyBasis::kOpen: return "open";
    case QtyBasis::kReduceBy: return "reduce-by";
  }
  return "?";
}

std::string_view name(MassCancelScope scope) {
  switch (scope) {
    case MassCancelScope::kSession: return "session";
    case MassCancelScope::kAccount: return "account";
    case MassCancelScope::kMarket: return "market";
  }
  return "?";
}

std::string_view name(CancelReason reason) {
  switch (reason) {
    case CancelReason::kByClient: return "by_client";
    case CancelReason::kImmediateRemainder: return "immediate_remainder";
    case CancelReason::kFillOrKillUnfilled: return "fill_or_kill_unfilled";
    case CancelReason::kMinQuantityUnavailable: return "min_quantity_unavailable";
    case CancelReason::kReplacedBelowExecuted: return "replaced_below_executed";
    case CancelReason::kMassCancel: return "mass_cancel";
    case CancelReason::kConnectionLost: return "connection_lost";
    case CancelReason::kDayEnded: return "day_ended";
    case CancelReason::kGoodTillDateEnded: return "good_till_date_ended";
    case CancelReason::kByOperator: return "by_operator";
  }
  return "?";
}

std::string_view name(TradingState state) {
  switch (state) {
    case TradingState::kOpen: return "open";
    case TradingState::kPause: return "pause";
    case TradingState::kHalt: return "halt";
    case TradingState::kClosed: return "closed";
  }
  return "?";
}

std::string_view name(OrderState state) {
  switch (state) {
    case OrderState::kPending: return "pending";
    case OrderState::kNew: return "new";
    case OrderState::kPartiallyFilled: return "partially_filled";
    case OrderState::kFilled: return "filled";
    case OrderState::kCancelled: return "cancelled";
    case OrderState::kExpired: return "expired";
    case OrderState::kRejected: return "rejected";
  }
  return "?";
}

std::string_view name(CommandKind kind) {
  switch (kind) {
    case CommandKind::kNewOrder: return "new_order";
    case CommandKind::kReplaceOrder: return "replace_order";
    case CommandKind::kCancelOrder: return "cancel_order";
    case CommandKind::kMassCancel: return "mass_cancel";
    case CommandKind::kContinue: return "continue";
    case CommandKind::kSessionDisconnected: return "session_disconnected";
    case CommandKind::kDefineInstrument: return "define_instrument";
    case CommandKind::kSetTradingState: return "set_trading_state";
    case CommandKind::kAdvanceTime: return "advance_time";
    case CommandKind::kEndTradingDay: return "end_trading_day";
    case CommandKind::kMarketRecovered: return "market_recovered";
    case CommandKind::kSetPriceBand: return "set_price_band";
    case CommandKind::kAdjustFunds: return "adjust_funds";
  }
  return "?";
}

std::string_view name(EventKind kind) {
  switch (kind) {
    case EventKind::kOrderAccepted: return "order_accepted";
    case EventKind::kRequestRejected: return "request_rejected";
    case EventKind::kTrade: return "trade";
    case EventKind::kOrderRested: return "order_rested";
    case EventKind::kOrderReplaced: return "order_replaced";
    case EventKind::kOrderCancelled: return "order_cancelled";
    case EventKind::kMassCancelDone: return "mass_cancel_done";
    case EventKind::kInstrumentDefined: return "instrument_defined";
    case EventKind::kTradingStateChanged: return "trading_state_changed";
    case EventKind::kTradingDayEnded: return "trading_day_ended";
    case EventKind::kPriceBandChanged: return "price_band_changed";
    case EventKind::kFundsAdjusted: return "funds_adjusted";
  }
  return "?";
}

}  // namespace hourglass::engine

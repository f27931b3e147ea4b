#include "engine/order/message_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "engine/order/reject_reason.h"

namespace hourglass::engine {
namespace {

// Collects " name=value" for what is not zero.
class Line {
 public:
  explicit Line(std::string start) : text_(std::move(start)) {}

  template <class Value>
  Line& field(std::string_view name, const Value& value) {
    if constexpr (requires { value.value(); }) {
      if (value.value() != 0) text_ += fmt::format(" {}={}", name, value.value());
    } else if constexpr (std::is_integral_v<Value>) {
      if (value != 0) text_ += fmt::format(" {}={}", name, value);
    } else {
      text_ += fmt::format(" {}={}", name, std::string_view(value));
    }
    return *this;
  }
  // Reserved bytes are named only where they are wrong.
  template <std::size_t n>
  Line& reserved(const std::array<std::uint8_t, n>& bytes) {
    if (std::any_of(bytes.begin(), bytes.end(), [](auto byte) { return byte != 0; })) {
      text_ += " RESERVED-NOT-ZERO";
    }
    return *this;
  }
  Line& reserved(std::uint64_t value) {
    if (value != 0) text_ += " RESERVED-NOT-ZERO";
    return *this;
  }
  Line& order(std::string_view role, const OrderRef& ref) {
    text_ += fmt::format(" {}[order={} session={} report={} account={} key={}]", role,
                         ref.order_id.value(), ref.session.value(), ref.report_number,
                         ref.account.value(), ref.key.value());
    return *this;
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string_view symbol_of(const std::array<char, 24>& symbol) {
  return {symbol.data(),
          static_cast<std::size_t>(std::find(symbol.begin(), symbol.end(), '\0') - symbol.begin())};
}

void body(Line& line, const NewOrder& c) {
  line.field("key", c.key).field("side", name(c.side)).field("type", name(c.type));
  line.field("tif", name(c.time_in_force)).field("price", c.price).field("qty", c.qty);
  if (c.display_qty != c.qty) line.field("display", c.display_qty);
  line.field("min", c.min_qty).field("expire", c.expire_time);
  if (c.post_only != PostOnly::kNo) line.field("post_only", name(c.post_only));
  line.field("cancel_on_disconnect", c.cancel_on_disconnect).field("client", c.client);
  line.reserved(c.reserved).reserved(c.reserved2);
}
void body(Line& line, const ReplaceOrder& c) {
  line.field("target", c.target).field("key", c.key).field("side", name(c.side));
  line.field("basis", name(c.basis)).field("price", c.price).field("qty", c.qty);
  line.field("display", c.display_qty).reserved(c.reserved).reserved(c.reserved2);
}
void body(Line& line, const MassCancel& c) {
  line.field("scope", name(c.scope)).field("by_instrument", c.by_instrument);
  line.field("by_group", c.by_group).field("group", c.group).field("by_side", c.by_side);
  line.field("side", name(c.side)).reserved(c.reserved).reserved(c.reserved2);
}
template <class Definition>
void definition(Line& line, const Definition& c) {
  line.field("symbol", symbol_of(c.symbol)).field("tick_nano_usd", c.tick_size_nano_usd);
  line.field("contract", c.contract_size_gpu_hours).field("min_price", c.min_price);
  line.field("max_price", c.max_price).field("group", c.group);
  line.field("protection", c.protection_ticks).field("increment", c.price_increment_ticks);
  line.field("max_qty", c.max_order_qty_lots).field("algorithm", c.matching_algorithm);
  line.field("state", name(c.state)).reserved(c.reserved);
}

void body(Line& line, const OrderAccepted& e) {
  line.order("order", e.order).field("side", name(e.side)).field("type", name(e.type));
  line.field("tif", name(e.time_in_force)).field("price", e.price).field("qty", e.qty);
  line.field("display", e.display_qty).field("displayed", e.displayed).field("min", e.min_qty);
  line.field("expire", e.expire_time);
  line.field("post_only", name(e.post_only)).field("state", name(e.state));
  line.field("session_sequence", e.session_sequence).field("trader", e.trader);
  line.field("client", e.client).reserved(e.reserved).reserved(e.reserved2);
}
void body(Line& line, const RequestRejected& e) {
  line.field("reason", describe(e.reason).name).field("request", name(e.request));
  line.field("session", e.session).field("report", e.report_number).field("account", e.account);
  line.field("key", e.key).field("session_sequence", e.session_sequence).reserved(e.reserved);
}
void body(Line& line, const Trade& e) {
  line.order("resting", e.resting).order("incoming", e.incoming).field("price", e.price);
  line.field("match", e.match_id).field("qty", e.qty).field("resting_leaves", e.resting_leaves);
  line.field("incoming_leaves", e.incoming_leaves);
  line.field("resting_displayed", e.resting_displayed).field("leg", e.leg);
  line.field("incoming_side", name(e.incoming_side));
  line.field("resting_state", name(e.resting_state));
  line.field("incoming_state", name(e.incoming_state)).reserved(e.reserved);
}
void body(Line& line, const OrderRested& e) {
  line.field("order", e.order_id).field("side", name(e.side)).field("price", e.price);
  line.field("qty", e.qty).field("new_tranche", e.new_tranche).reserved(e.reserved);
}
void body(Line& line, const OrderReplaced& e) {
  line.order("order", e.order).field("old_key", e.old_key).field("side", name(e.side));
  line.field("price", e.price).field("qty", e.qty).field("leaves", e.leaves);
  line.field("displayed", e.displayed).field("executed", e.executed);
  line.field("kept_priority", e.kept_priority).field("state", name(e.state));
  line.field("session_sequence", e.session_sequence).reserved(e.reserved);
}
void body(Line& line, const OrderCancelled& e) {
  line.order("order", e.order).field("reason", name(e.reason)).field("side", name(e.side));
  line.field("price", e.price).field("cancelled", e.cancelled);
  line.field("displayed_removed", e.displayed_removed).field("executed", e.executed);
  line.field("state", name(e.state)).field("session_sequence", e.session_sequence);
  line.reserved(e.reserved);
}
void body(Line& line, const MassCancelDone& e) {
  line.field("session", e.session).field("report", e.report_number).field("origin", e.origin);
  line.field("cancelled_count", e.cancelled_count).field("session_sequence", e.session_sequence);
}
void body(Line& line, const FundsAdjusted& e) {
  line.field("session", e.session).field("report", e.report_number).field("account", e.account);
  line.field("session_sequence", e.session_sequence).field("balance_micro_usd", e.balance);
}

}  // namespace

std::string text(const Command& command) {
  const CommandHeader& h = command.header();
  Line line(fmt::format("#{} {}", h.sequence.value(), name(h.kind)));
  if (command_bytes(h.kind) == 0) line.field("kind", static_cast<std::uint32_t>(h.kind));
  if (h.version != kLayoutVersion) line.field("VERSION", std::uint32_t{h.version});
  line.field("session", h.session).field("account", h.account).field("instrument", h.instrument);
  switch (h.kind) {
    case CommandKind::kNewOrder: body(line, command.as<NewOrder>()); break;
    case CommandKind::kReplaceOrder: body(line, command.as<ReplaceOrder>()); break;
    case CommandKind::kCancelOrder: line.field("target", command.as<CancelOrder>().target); break;
    case CommandKind::kMassCancel: body(line, command.as<MassCancel>()); break;
    case CommandKind::kContinue:
      line.field("origin", command.as<ContinueWork>().origin);
      line.field("cursor", command.as<ContinueWork>().cursor);
      line.reserved(command.as<ContinueWork>().reserved);
      break;
    case CommandKind::kDefineInstrument: definition(line, command.as<DefineInstrument>()); break;
    case CommandKind::kSetTradingState:
      line.field("state", name(command.as<SetTradingState>().state));
      line.reserved(command.as<SetTradingState>().reserved);
      break;
    case CommandKind::kSetPriceBand:
      line.field("low", command.as<SetPriceBand>().low);
      line.field("high", command.as<SetPriceBand>().high);
      line.reserved(command.as<SetPriceBand>().reserved);
      break;
    case CommandKind::kAdjustFunds:
      line.field("amount_micro_usd", command.as<AdjustFunds>().amount);
      line.reserved(command.as<AdjustFunds>().reserved);
      break;
    case CommandKind::kSessionDisconnected:
    case CommandKind::kAdvanceTime:
    case CommandKind::kEndTradingDay:
    case CommandKind::kMarketRecovered: break;
  }
  line.field("session_sequence", h.session_sequence).field("trader", h.trader);
  line.field("time", h.time).reserved(h.reserved);
  return line.take();
}

std::string text(const Event& event) {
  const EventHeader& h = event.header();
  Line line(fmt::format("#{}.{} {}", h.command_sequence.value(), h.event_number, name(h.kind)));
  if (event_bytes(h.kind) == 0) line.field("kind", static_cast<std::uint32_t>(h.kind));
  if (!is_known_rule_set(h.version)) line.field("VERSION", std::uint32_t{h.version});
  line.field("instrument", h.instrument);
  switch (h.kind) {
    case EventKind::kOrderAccepted: body(line, event.as<OrderAccepted>()); break;
    case EventKind::kRequestRejected: body(line, event.as<RequestRejected>()); break;
    case EventKind::kTrade: body(line, event.as<Trade>()); break;
    case EventKind::kOrderRested: body(line, event.as<OrderRested>()); break;
    case EventKind::kOrderReplaced: body(line, event.as<OrderReplaced>()); break;
    case EventKind::kOrderCancelled: body(line, event.as<OrderCancelled>()); break;
    case EventKind::kMassCancelDone: body(line, event.as<MassCancelDone>()); break;
    case EventKind::kInstrumentDefined: definition(line, event.as<InstrumentDefined>()); break;
    case EventKind::kTradingStateChanged:
      line.field("state", name(event.as<TradingStateChanged>().state));
      line.reserved(event.as<TradingStateChanged>().reserved);
      break;
    case EventKind::kTradingDayEnded:
      line.field("expired_count", event.as<TradingDayEnded>().expired_count);
      line.reserved(event.as<TradingDayEnded>().reserved);
      break;
    case EventKind::kPriceBandChanged:
      line.field("low", event.as<PriceBandChanged>().low);
      line.field("high", event.as<PriceBandChanged>().high);
      line.reserved(event.as<PriceBandChanged>().reserved);
      break;
    case EventKind::kFundsAdjusted: body(line, event.as<FundsAdjusted>()); break;
  }
  line.field("feed", h.feed_sequence).field("instrument_sequence", h.instrument_sequence);
  line.field("time", h.time).field("last", h.last_in_command).reserved(h.reserved);
  return line.take();
}

}  // namespace hourglass::engine

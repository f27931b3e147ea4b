// The exchange: applies one command after another and says what happened.
//
// A deterministic state machine. Nothing it decides depends on a clock, a random number, an
// address or the order of a hash table; time arrives in the command. RULES.md is its contract.
#pragma once

#include <cstdint>
#include <span>

#include "engine/base/assert.h"
#include "engine/exchange/checks.h"
#include "engine/exchange/market_state.h"
#include "engine/exchange/plain_order.h"
#include "engine/order/clearing.h"
#include "engine/order/order_state.h"

namespace hourglass::engine {

template <Clearing ClearingType>
class Exchange {
 public:
  // Thread: any, before the market opens. Cost: address space for all limits; memory as used.
  explicit Exchange(const ExchangeLimits& limits = {}, ClearingType clearing = ClearingType())
      : state_(limits), clearing_(std::move(clearing)) {}

  // Applies one stamped command whole, or refuses it and changes nothing. Units: lots, ticks,
  // micro-USD, UTC nanoseconds. Errors: a RequestRejected event with the reason. Thread: engine.
  // Cost: bounded by max_steps_per_apply matches or cancels and max_scan_per_apply orders looked
  // at; no allocation, no system call. The events are valid until the next call.
  // Source: RULES.md.
  std::span<const Event> apply(const Command& command) noexcept;

  // From the next command on makes the events of rule set `version`, a known one (asserted): a
  // replay's affair; a fresh exchange stands at kRuleSetVersion. Of the state only the numbers in
  // the feed come to differ. Thread: engine, between commands. Cost: one store.
  void set_rule_set(std::uint32_t version) noexcept { state_.events.set_rule_set(version); }

  // Whether the next command must be continuation().
  [[nodiscard]] bool has_pending_work() const noexcept {
    return state_.work.kind != WorkKind::kNone;
  }
  // The command that goes on with the pending work, unstamped. The sequencer sends it at once.
  [[nodiscard]] Command continuation() const noexcept;

  // The next command clearing wants sequenced, unstamped; false when there is none.
  [[nodiscard]] bool next_follow_up(Command& command) noexcept {
    return clearing_.next_follow_up(command);
  }

  [[nodiscard]] const MarketState& state() const noexcept { return state_; }
  [[nodiscard]] const ClearingType& clearing() const noexcept { return clearing_; }

  // Canonical bytes of everything (see MarketState::save).
  void save(StateWriter& writer) const {
    HG_ASSERT(!has_pending_work());
    state_.save(writer);
    clearing_.save(writer);
  }
  // Fills a fresh exchange. False: the bytes are no state of such an exchange.
  [[nodiscard]] bool load(StateReader& reader) {
    return state_.load(reader) && clearing_.load(reader) && reader.at_end();
  }

 private:
  // What matching tells of each fill (Books::match).
  struct FillReporter {
    Exchange& exchange;
    Instrument& terms;
    OrderRecord& incoming;
    IncomingOrder& in;
    std::uint32_t fills = 0;
    void on_fill(Slot slot, Price price, std::uint32_t lots, std::uint32_t shown) noexcept;
    std::uint32_t next_tranche(Slot slot) noexcept;
  };

  // exchange.h: dispatch.
  RejectReason dispatch(const Command& command) noexcept;
  template <class Body>
  [[nodiscard]] RejectReason check_message(const Body& body) const noexcept;
  template <class Body>
  RejectReason run(const Command& command,
                   RejectReason (Exchange::*rule)(const Body&) noexcept) noexcept;
  [[nodiscard]] bool may_go_short(const CommandHeader& header, ClientKey key) const noexcept;
  void reject(const Command& command, RejectReason reason) noexcept;
  RejectReason resume(const ContinueWork& command) noexcept;

  // exchange_entry.h: new orders and matching.
  // What an order may have besides a price, a quantity and a life: nothing, for plain ones.
  enum class Options : std::uint8_t { kNone, kAny };
  // Whether an order joins the book with the event that takes it (HG-MATCH-025, 046).
  enum class Rest : std::uint8_t { kAtOnce, kNotYet };
  RejectReason enter(const Command& command) noexcept;
  RejectReason submit_plain(const NewOrder& command, OrderHandle& key_entry) noexcept;
  OrderHandle meet_plain(const NewOrder& command, bool crosses) noexcept;
  [[nodiscard]] OrderHandle* plain_entry(const NewOrder& command) noexcept;
  RejectReason submit(const NewOrder& command) noexcept;
  template <Options kOptions, Rest kRest>
  Slot accept(const NewOrder& command, Price price, std::uint32_t displayed) noexcept;
  [[nodiscard]] RejectReason check_new(const NewOrder& command, const Instrument& terms,
                                       const ClientKeys::Place& key) const noexcept;
  [[nodiscard]] RejectReason working_price(const NewOrder& command, Price& price) const noexcept;
  [[nodiscard]] RejectReason post_only_price(InstrumentId id, Side side, PostOnly post_only,
                                             Price& price) const noexcept;
  enum class Available : std::uint8_t { kYes, kNo, kTooManyOrders };
  [[nodiscard]] Available look_ahead(InstrumentId id, Side side, Price limit,
                                     std::int64_t wanted) const noexcept;
  void meet_book(IncomingOrder in, SequenceNumber origin, std::uint64_t steps_done) noexcept;
  void settle(IncomingOrder in) noexcept;
  template <Options kOptions>
  [[nodiscard]] std::uint32_t shown_of(const IncomingOrder& in) const noexcept;
  template <Options kOptions>
  void put_in_book(IncomingOrder in) noexcept;
  void rest(IncomingOrder in) noexcept;
  void drop(IncomingOrder in, CancelReason reason) noexcept;
  void forget(IncomingOrder in) noexcept;

  // exchange_change.h: cancel and replace.
  RejectReason cancel(const CancelOrder& command) noexcept;
  RejectReason change(const Command& command) noexcept;
  [[nodiscard]] Slot plain_target(const ReplaceOrder& command,
                                  std::uint32_t& new_open) const noexcept;
  RejectReason replace(const ReplaceOrder& command) noexcept;
  [[nodiscard]] RejectReason check_owner(const CommandHeader& header, Slot slot) const noexcept;
  [[nodiscard]] RejectReason check_replace(const ReplaceOrder& command, Slot slot) const noexcept;
  void keep_place(const ReplaceOrder& command, Slot slot, std::uint32_t open) noexcept;
  template <Options kOptions>
  RejectReason requeue(const ReplaceOrder& command, Slot slot, std::uint32_t open) noexcept;
  void come_in_again(const ReplaceOrder& command, IncomingOrder in, bool crosses) noexcept;
  [[nodiscard]] bool keeps_priority(const ReplaceOrder& command, Slot slot,
                                    std::uint32_t open) const noexcept;
  void set_display(Slot slot, Qty display_qty) noexcept;
  void rename(const ReplaceOrder& command, Slot slot) noexcept;
  void report_replaced(const ReplaceOrder& command, Slot slot, Price price, std::uint32_t open,
                       std::uint32_t displayed, bool kept_priority) noexcept;
  void cancel_order(Slot slot, CancelReason reason, std::uint32_t session_sequence) noexcept;

  // exchange_bulk.h: mass cancel, expiry, recovery, definitions.
  RejectReason mass_cancel(const MassCancel& command) noexcept;
  RejectReason disconnect(const SessionDisconnected& command) noexcept;
  RejectReason end_day(const EndTradingDay& command) noexcept;
  RejectReason advance_time(const AdvanceTime& command) noexcept;
  RejectReason recover(const MarketRecovered& command) noexcept;
  RejectReason define(const DefineInstrument& command) noexcept;
  RejectReason set_state(const SetTradingState& command) noexcept;
  RejectReason set_band(const SetPriceBand& command) noexcept;
  RejectReason adjust_funds(const AdjustFunds& command) noexcept;
  void begin_work(WorkKind kind, const CommandHeader& header) noexcept;
  void end_work() noexcept { state_.work = PendingWork{}; }
  [[nodiscard]] bool run_sweep() noexcept;
  void run_mass_cancel() noexcept;
  void run_end_day() noexcept;
  void run_expiry() noexcept;
  void run_recovery() noexcept;
  [[nodiscard]] bool sweep_takes(Slot slot) const noexcept;
  void change_state(InstrumentId id, TradingState state) noexcept;

  void set_ref(OrderRef& ref, const OrderRecord& record) noexcept {
    ref.order_id = record.id;
    ref.session = record.session;
    ref.report_number = next_report(record.session);
    ref.account = record.account;
    ref.key = record.key;
  }
  [[nodiscard]] std::uint32_t next_report(SessionId session) noexcept {
    return ++state_.sessions[session.value()].report_number;
  }
  [[nodiscard]] Instrument& instrument(InstrumentId id) noexcept {
    return state_.instruments[id.value()];
  }
  [[nodiscard]] const Instrument& instrument(InstrumentId id) const noexcept {
    return state_.instruments[id.value()];
  }
  [[nodiscard]] OrderIntent intent(const OrderRecord& record, Price price,
                                   std::uint32_t qty) const noexcept {
    return {.account = record.account,
            .instrument = record.instrument,
            .side = record.side,
            .price = price,
            .qty = qty,
            .tick_value = instrument(record.instrument).tick_value};
  }
  static OrderState state_after_fill(std::uint32_t leaves) noexcept {
    return leaves == 0 ? OrderState::kFilled : OrderState::kPartiallyFilled;
  }

  MarketState state_;
  ClearingType clearing_;
};

}  // namespace hourglass::engine

#include "engine/exchange/exchange_bulk.h"
#include "engine/exchange/exchange_change.h"
#include "engine/exchange/exchange_dispatch.h"
#include "engine/exchange/exchange_entry.h"

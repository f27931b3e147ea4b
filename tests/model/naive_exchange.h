// NaiveExchange: the matching rules a second time, as plainly as they can be written.
//
// Written from engine/exchange/RULES.md alone, for reading and not for speed: ordered maps and
// lists, one function per rule, nothing shared with the exchange but the vocabulary headers. Both
// must emit the same bytes for any stream of commands (tests/model/differential_test.cc).
//
// Not for production: every step allocates, and bulk work sorts all live orders.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/order/command.h"
#include "engine/order/event.h"
#include "tests/model/naive_clearing.h"

namespace hourglass::engine::test {

struct NaiveLimits {
  std::uint32_t max_orders = 100'000;
  std::uint32_t max_sessions = 16;
  std::uint32_t max_accounts = 16;
  std::uint32_t max_instruments = 16;
  std::uint32_t max_steps_per_apply = kMaxStepsPerApply;
  std::uint32_t max_scan_per_apply = kMaxScanPerApply;
  std::uint32_t max_client_key_pages = kMaxClientKeyPages;
  std::uint32_t rule_set = kRuleSetVersion;
};

struct NaiveOrder {
  OrderId id;
  SessionId session;
  AccountId account;
  InstrumentId instrument;
  ClientKey key;
  Side side = Side::kBuy;
  TimeInForce time_in_force = TimeInForce::kDay;
  PostOnly post_only = PostOnly::kNo;
  bool cancel_on_disconnect = false;
  Timestamp expire_time;
  std::int64_t price = 0;  // working price, ticks
  std::int64_t executed = 0;
  std::int64_t open = 0;                // hidden included
  std::int64_t displayed = 0;           // of it, in the book now
  std::optional<std::int64_t> tranche;  // nothing: all is shown
  OrderState state = OrderState::kNew;
};

// One price of a book: its orders, the oldest first.
struct NaiveLevel {
  std::int64_t price = 0;
  std::vector<NaiveOrder> orders;
};

class NaiveExchange {
 public:
  explicit NaiveExchange(const NaiveLimits& limits, std::unique_ptr<NaiveClearing> clearing =
                                                        std::make_unique<PermissiveClearing>());

  // Carries out one stamped command and returns its events; bytes no field owns are zero.
  // Thread: one. Cost: unbounded, allocates.
  std::vector<Event> apply(const Command& command);

  // The continuation to send next, not stamped; nothing when no work is pending.
  [[nodiscard]] std::optional<Command> pending() const;

  [[nodiscard]] const NaiveLimits& limits() const { return limits_; }
  [[nodiscard]] const NaiveClearing& clearing() const { return *clearing_; }
  [[nodiscard]] std::vector<InstrumentId> instruments() const;
  [[nodiscard]] TradingState trading_state(InstrumentId instrument) const;
  [[nodiscard]] std::int64_t tick_value_micro_usd(InstrumentId instrument) const;
  // Working orders by order id; without the one being matched while work is pending.
  [[nodiscard]] std::vector<NaiveOrder> live_orders() const;
  // One side of one book, the best price first.
  [[nodiscard]] std::vector<NaiveLevel> levels(InstrumentId instrument, Side side) const;

 private:
  using Level = std::list<OrderId>;
  using Key = std::pair<SessionId, ClientKey>;

  struct Instrument {
    DefineInstrument terms;
    TradingState state = TradingState::kOpen;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::uint32_t sequence = 0;
    std::array<std::map<std::int64_t, Level>, 2> levels;  // by index_of(Side), then price
  };

  // What a checked new order or replace will do: found once, by the checks.
  struct Plan {
    std::int64_t price = 0;  // working price
    bool enough = true;      // what fill-or-kill or a minimum quantity wants is there
    std::int64_t open = 0;
    std::optional<std::int64_t> tranche;
    bool deletes = false;
    bool keeps_priority = false;
  };

  // Work of one command that may take several applies (section 6).
  struct Work {
    Command origin;
    std::uint64_t steps = 0;
    std::uint32_t order_count = 0;       // cancelled or expired
    std::optional<NaiveOrder> incoming;  // a match
    std::deque<OrderId> to_visit;        // bulk cancels and expiries
    std::deque<InstrumentId> to_pause;   // recovery
  };

  // naive_checks.cc: sections 1, 2, 4 and 7, the refusals.
  [[nodiscard]] RejectReason check(const Command& command);
  [[nodiscard]] RejectReason check_header(const Command& command) const;
  [[nodiscard]] RejectReason check_new(const NewOrder& command);
  [[nodiscard]] RejectReason check_found(const CommandHeader& header, ClientKey target) const;
  [[nodiscard]] RejectReason check_cancel(const CancelOrder& command) const;
  [[nodiscard]] RejectReason check_replace(const ReplaceOrder& command);
  [[nodiscard]] RejectReason check_limit_price(const Instrument& instrument,
                                               std::int64_t price) const;
  [[nodiscard]] RejectReason check_definition(const DefineInstrument& command) const;
  [[nodiscard]] RejectReason check_band(const SetPriceBand& command) const;
  [[nodiscard]] RejectReason look_ahead(const NewOrder& command);
  [[nodiscard]] RejectReason post_only(const Instrument& instrument, Side side, PostOnly post_only);
  [[nodiscard]] std::int64_t protected_price(const Instrument& instrument, Side side,
                                             std::int64_t best, std::int64_t protection) const;
  [[nodiscard]] bool key_needs_a_page_and_none_is_left(Key key) const;

  // naive_exchange.cc: what each command does.
  void carry_out(const Command& command);
  void enter(const Command& command);
  void cancel(const CancelOrder& command);
  void replace(const Command& command);
  void define(const DefineInstrument& command);
  void set_state(InstrumentId id, TradingState state);
  void set_band(const SetPriceBand& command);
  void adjust_funds(const AdjustFunds& command);
  void use_key(Key key);

  // naive_work.cc: matching and bulk work, in slices.
  void start(Work work);
  void run_slice();
  [[nodiscard]] bool match_slice();
  void trade_with_oldest(NaiveOrder& incoming);
  void finish_match();
  [[nodiscard]] bool bulk_slice();
  void visit(const NaiveOrder& order);
  void finish_bulk();
  [[nodiscard]] bool pause_slice();
  [[nodiscard]] std::deque<OrderId> orders_walked_by(const Command& command) const;
  [[nodiscard]] std::deque<OrderId> orders_expiring_until(Timestamp time) const;
  [[nodiscard]] bool mass_cancel_covers(const MassCancel& command, const NaiveOrder& order) const;

  // The book.
  [[nodiscard]] Instrument& listed(InstrumentId id) { return instruments_.at(id); }
  [[nodiscard]] const Instrument& listed(InstrumentId id) const { return instruments_.at(id); }
  [[nodiscard]] std::optional<std::int64_t> best(const Instrument& instrument, Side side) const;
  // The opposite levels an order of `side` working at `price` would trade with, the best first.
  [[nodiscard]] std::vector<std::pair<std::int64_t, const Level*>> levels_reached(
      InstrumentId instrument, Side side, std::int64_t price) const;
  [[nodiscard]] bool reaches(const Instrument& instrument, Side side, std::int64_t price) const;
  [[nodiscard]] bool rests_untraded(const NaiveOrder& order) const;
  void put_in_book(NaiveOrder& order);
  void leave_level(const NaiveOrder& order);
  void take_off(OrderId id, CancelReason reason, std::uint32_t session_sequence);
  [[nodiscard]] NaiveExposure exposure(const NaiveOrder& order, std::int64_t qty) const;

  // naive_events.cc: numbering and the bytes.
  void emit_rejected(const Command& command, RejectReason reason);
  void emit_accepted(const NewOrder& command, const NaiveOrder& order);
  void emit_rested(const NaiveOrder& order, bool new_tranche);
  void emit_trade(const NaiveOrder& resting, const NaiveOrder& incoming, std::int64_t qty);
  void emit_replaced(const NaiveOrder& order, const ReplaceOrder& command, bool kept_priority);
  void emit_cancelled(const NaiveOrder& order, std::int64_t displayed_removed, CancelReason reason,
                      std::uint32_t session_sequence);
  [[nodiscard]] EventHeader header(EventKind kind, InstrumentId instrument) const;
  void number_public(EventHeader& header);
  [[nodiscard]] OrderRef ref(const NaiveOrder& order);
  template <class Body>
  void emit(const Body& body);

  NaiveLimits limits_;
  std::unique_ptr<NaiveClearing> clearing_;
  std::map<InstrumentId, Instrument> instruments_;
  std::map<OrderId, NaiveOrder> orders_;
  std::map<Key, OrderId> live_keys_;
  std::set<Key> used_keys_;
  std::map<std::pair<SessionId, std::uint32_t>, std::uint32_t> key_pages_;  // keys used in each
  std::map<SessionId, std::uint32_t> report_numbers_;
  std::uint64_t feed_sequence_ = 0;
  std::uint64_t match_id_ = 0;
  std::optional<Work> work_;

  // Of the command being applied.
  CommandHeader now_{};
  Plan plan_;
  std::vector<Event> events_;
};

}  // namespace hourglass::engine::test

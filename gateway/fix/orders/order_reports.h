// OrderReports: from what happened in the core to what each FIX session is told.
//
// It follows every command and every event in order and remembers what a report needs and an event
// does not carry: the texts of order ids, quantities, what was executed and at which average. It is
// a pure function of the two streams: followed again from the first command after a restart it
// produces the same reports with the same numbers.
//
// What each event becomes:
//
//   OrderAccepted     35=8 150=0
//   Trade             35=8 150=F to each side, the resting one first
//   OrderReplaced     35=8 150=5
//   OrderCancelled    35=8 150=4, or 150=C where the order's day or date ended. 11 and 41 are the
//                     request's and the order's where a cancel or replace of the session asked for
//                     it; otherwise 11 is the order's, and 378 and 58 say why
//   RequestRejected   35=8 150=8 for a new order, 35=9 for a cancel or replace, 35=r for a mass
//                     cancel, nothing for others
//   MassCancelDone    35=r, for a mass cancel
//
// An event that makes no message still used up its report number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/types.h"
#include "engine/contract/instrument.h"
#include "engine/order/command.h"
#include "engine/order/event.h"
#include "gateway/fix/orders/execution_report.h"
#include "gateway/fix/orders/order_view.h"
#include "gateway/fix/wire/fix_version.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// A copy of an execution report (35=8) for who watches its account.
struct ReportCopy {
  engine::SessionId session;  // whose report it is a copy of
  engine::AccountId account;
  FixVersion version{};
  // Counts the execution reports of all sessions since the beginning of history, from 2 on: 1 is
  // the beginning. Dense, and the same whenever history is followed again.
  std::uint64_t number = 0;
};

// A session's reports go to this. `number` is the core's dense report number of the session.
class ReportSink {
 public:
  virtual ~ReportSink() = default;
  // Whether the session's reports are wanted, and in which version; nothing: not a FIX session.
  [[nodiscard]] virtual std::optional<FixVersion> version(engine::SessionId session) const = 0;
  // One message; `writer` holds its type and body until the next call.
  virtual void report(engine::SessionId session, std::uint32_t number,
                      const MessageWriter& writer) = 0;
  // Whether somebody wants copies, in this version, of execution reports about this account.
  [[nodiscard]] virtual bool wants_copies(engine::AccountId, FixVersion) const { return false; }
  // As report(), behind the report itself, which was made whether or not its own session wanted it.
  virtual void copy(const ReportCopy&, const MessageWriter&) {}
};

// Which orders are asked for: what is not set does not narrow them.
struct OrderFilter {
  std::optional<engine::InstrumentId> instrument = std::nullopt;
  std::optional<engine::Side> side = std::nullopt;
  std::optional<engine::AccountId> account = std::nullopt;
};

// Thread: one. Memory: bounded by the core's limits of orders, keys and instruments; about 150
// bytes an order of the day and 35 a cancel.
class OrderReports {
 public:
  OrderReports();
  ~OrderReports();

  // Forgets everything: the first command comes next.
  void clear();

  // --- In step with the core -------------------------------------------------------------------
  // A command before its events: as it was pushed by the door (live, sequence still 0), or as the
  // journal holds it (recovery). Remembers its ClOrdID under (session, session_sequence) and its
  // keys. For sessions below kFirstFixSession nothing is remembered.
  void on_command(const engine::Command& command);
  // The text of a mass cancel that on_command() was given before: its command has no field for it,
  // so after a recovery its report says 11=NONE, and the text counts as not used.
  void name_request(engine::SessionId session, std::uint32_t session_sequence,
                    std::string_view text);
  // An event; reports about it go to `sink`, at most two (both sides of a trade), and copies of
  // each in at most two versions. Cost: a few hash look-ups, the writing of the reports; at the
  // day's end as many steps as orders were done.
  void on_event(const engine::Event& event, ReportSink& sink);

  // --- ClOrdIDs --------------------------------------------------------------------------------
  // The key that `text` had or has today in `session`; nothing if no order or replace used it.
  [[nodiscard]] std::optional<engine::ClientKey> key_of(engine::SessionId session,
                                                        std::string_view text) const;
  // The key the session's next order or replace gets: one above the highest of the day, refused
  // requests' included. When the day ends keys go on above those that still live or are under way.
  [[nodiscard]] engine::ClientKey next_key(engine::SessionId session) const;
  // Whether `text` was used today by any request of the session (orders, replaces, cancels). What
  // was refused counts: a text that was answered once is used.
  [[nodiscard]] bool was_used(engine::SessionId session, std::string_view text) const;
  // Whether the session has used up its keys or texts of the day; the door refuses its requests
  // then, since nothing more could be remembered.
  [[nodiscard]] bool is_full(engine::SessionId session) const;

  // --- Questions -------------------------------------------------------------------------------
  // The order that answers to this key now, or did last today; one that is under way to the core is
  // pending and has no id yet. Nothing: never was one.
  [[nodiscard]] std::optional<OrderView> order(engine::SessionId session,
                                               engine::ClientKey key) const;
  // Working orders of FIX sessions only.
  [[nodiscard]] std::optional<OrderView> order(engine::OrderId order_id) const;
  // The session's working orders that `filter` lets through, oldest first. Cost: a step for each
  // working order.
  [[nodiscard]] std::vector<engine::OrderId> working_ids(engine::SessionId session,
                                                         const OrderFilter& filter = {}) const;
  // Whether the session has any.
  [[nodiscard]] bool has_working(engine::SessionId session) const;
  [[nodiscard]] const engine::Instrument* instrument(engine::InstrumentId id) const;
  [[nodiscard]] const engine::Instrument* find_instrument(std::string_view symbol,
                                                          engine::InstrumentId& id) const;
  // One more than the highest id that is listed.
  [[nodiscard]] std::uint32_t instrument_count() const;
  // The ClOrdID a key of the session has or had today; empty where it has none.
  [[nodiscard]] engine::ClientOrderId text_of(engine::SessionId session,
                                              engine::ClientKey key) const;
  // The number of the last execution report of any session (ReportCopy); 1: there was none.
  [[nodiscard]] std::uint64_t last_copy() const;

  // Writes an order's status report (150=I, 17=0) for OrderStatusRequest: `order_status_req_id` is
  // 790 or empty; with `mass_status_req_id` (584) not empty also 911 total and 912 last.
  using StatusEcho = fix::StatusEcho;
  void write_status(const OrderView& order, FixVersion version, const StatusEcho& echo,
                    MessageWriter& writer) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hourglass::gateway::fix

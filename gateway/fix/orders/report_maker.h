// The heart of OrderReports: events folded into orders, and the reports about them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/types.h"
#include "engine/order/command.h"
#include "engine/order/event.h"
#include "gateway/fix/orders/execution_report.h"
#include "gateway/fix/orders/instrument_table.h"
#include "gateway/fix/orders/member_sessions.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/orders/order_table.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// Thread: one.
class ReportMaker {
 public:
  void on_command(const engine::Command& command);
  void on_event(const engine::Event& event, ReportSink& sink);

  // The order at `slot` with its text.
  [[nodiscard]] OrderView view(OrderSlot slot) const;
  // The order a key of the session answers to or did last; kNoOrderSlot if none.
  [[nodiscard]] OrderSlot slot_of(engine::SessionId session, engine::ClientKey key) const;
  // OrderReports::last_copy().
  [[nodiscard]] std::uint64_t last_copy() const noexcept { return copies_; }

  // What a request that is still under way will make of this key: the order as it was asked for,
  // kPending. Nothing: no such request. Cost: one step for each request under way.
  [[nodiscard]] std::optional<OrderView> under_way(engine::SessionId session,
                                                   engine::ClientKey key) const;

  MemberSessions sessions;
  OrderTable orders;
  InstrumentTable instruments;

 private:
  void on_accepted(const engine::OrderAccepted& event, ReportSink& sink);
  void on_rejected(const engine::RequestRejected& event, ReportSink& sink);
  void on_trade(const engine::Trade& event, ReportSink& sink);
  void on_replaced(const engine::OrderReplaced& event, ReportSink& sink);
  void on_cancelled(const engine::OrderCancelled& event, ReportSink& sink);
  void on_mass_cancel_done(const engine::MassCancelDone& event, ReportSink& sink);
  void on_day_ended();

  // One side of a trade; of two sides of one event `role` tells them apart.
  enum class Role : std::uint8_t { kIncoming, kResting };
  void fill_side(const engine::Trade& event, const engine::OrderRef& ref, Role role,
                 ReportSink& sink);
  void refuse_order(const engine::RequestRejected& event, const engine::NewOrder& request,
                    ReportSink& sink);
  void refuse_change(const engine::RequestRejected& event, const SessionRequest& request,
                     ReportSink& sink);
  void refuse_mass_cancel(const engine::RequestRejected& event, const SessionRequest& request,
                          ReportSink& sink);
  // An execution report but for what the versions of FIX say in different words.
  struct Report {
    OrderView order{};
    std::uint32_t number = 0;
    Execution execution{};
    std::optional<engine::CancelReason> unasked{};  // 378: nobody of the session asked for it
    std::optional<engine::RejectReason> refused{};
  };
  // Reports `slot` as it stands.
  void tell(const engine::EventHeader& header, const engine::OrderRef& ref, OrderSlot slot,
            Report report, ReportSink& sink, Role role = Role::kIncoming);
  // Hands the report to its session, and copies of it to who wants them.
  void hand_out(Report& report, ReportSink& sink);
  void write(const Report& report, FixVersion version);
  void set_execution_id(const engine::EventHeader& header, Role role);

  MessageWriter writer_;
  std::string execution_id_;
  std::uint64_t copies_ = 1;  // 1: the beginning
};

// What 58 says of a cancel; empty where the member's request says it all.
[[nodiscard]] std::string_view cancel_text(engine::CancelReason reason, bool asked) noexcept;

}  // namespace hourglass::gateway::fix

// FixGateway: the FIX door and what is behind it, fastened to a venue's rings.
//
//   1  open()          members, sessions' files; no socket yet
//   2  on_command()    told the venue's history while that opens: what reports need is remembered,
//                      reports nobody was sent yet are recorded
//   3  attach()        to the rings, before the sequencer publishes
//   4  listen(), then do_work() and wait() in turn
//
// Reports leave only for events whose commands are durable (design, section 3).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "engine/ring/gating_consumer.h"
#include "engine/sequencer/history.h"
#include "engine/sequencer/pipeline_rings.h"
#include "gateway/fix/door/fix_door.h"
#include "gateway/fix/market/market_data.h"
#include "gateway/fix/orders/order_entry.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/post_trade/drop_copies.h"
#include "gateway/fix/post_trade/post_trade.h"

namespace hourglass::gateway::fix {

// Thread: the engine's.
class FixGateway final : public engine::HistoryFollower, public ReportSink {
 public:
  // Errors: FixDoor's.
  static absl::StatusOr<std::unique_ptr<FixGateway>> open(FixDoorSettings settings,
                                                          MemberList members);

  // --- Recovery ----------------------------------------------------------------------------------
  void on_beginning() override;
  void on_command(const engine::Command& command, std::span<const engine::Event> events) override;

  // --- Running -----------------------------------------------------------------------------------
  // Ends recovery and takes a place among the rings' consumers; the sequencer waits for it.
  void attach(engine::PipelineRings& rings);
  [[nodiscard]] absl::Status listen() { return door_->listen(); }
  // One round over the sockets. Returns what it did.
  std::uint32_t do_work();
  // Reports what has become durable, and tells who watches the market. Returns how many events that
  // was.
  std::uint32_t deliver();
  // Takes a changed member list. Errors: FixDoor's.
  [[nodiscard]] absl::Status set_members(const MemberList& members);
  // Whether the session's last connection, before this start or since, ended by the member's own
  // Logout; false for a session of nobody listed.
  [[nodiscard]] bool was_logged_out(engine::SessionId session) const;
  // Ends with everybody logged out.
  void close(const std::string& text);

  [[nodiscard]] FixDoor& door() noexcept { return *door_; }
  [[nodiscard]] const OrderReports& reports() const noexcept { return reports_; }

  // --- ReportSink --------------------------------------------------------------------------------
  [[nodiscard]] std::optional<FixVersion> version(engine::SessionId session) const override;
  void report(engine::SessionId session, std::uint32_t number,
              const MessageWriter& writer) override;
  [[nodiscard]] bool wants_copies(engine::AccountId account, FixVersion version) const override {
    return copies_.wanted(account, version);
  }
  void copy(const ReportCopy& copy, const MessageWriter& writer) override;

 private:
  FixGateway() : market_(reports_), post_trade_(reports_), entry_(reports_, market_, post_trade_) {}
  void follow(const engine::Event& event);
  void tell_answered(const engine::Event& event);

  OrderReports reports_;
  MarketData market_;
  PostTrade post_trade_;
  OrderEntry entry_;
  std::unique_ptr<FixDoor> door_;
  DropCopies copies_;
  engine::PipelineRings* rings_ = nullptr;
  std::optional<engine::GatingConsumer<engine::Event>> events_;
  bool recovering_ = true;
  bool copies_ended_ = false;
  std::unordered_map<std::uint32_t, std::uint32_t> last_inbound_;  // by session, in recovery
};

}  // namespace hourglass::gateway::fix

// BreakDrill: the connection ends before an order's report has come.
#pragma once

#include <string>

#include "gateway/fix/certify/drill.h"

namespace hourglass::gateway::fix {

// Three steps in one: the numbers of the next Logon, the fetching of what was missed, and that the
// order is not sent again. Thread: one.
class BreakDrill final : public Drill {
 public:
  explicit BreakDrill(const DrillContext& context) : Drill(context, Step::kReconnect) {}

  Passage from_venue(const Message& message, std::uint64_t now_ns) override;
  void reached_member(const Message& message, std::uint64_t now_ns) override;
  bool from_member(const Message& message, std::uint64_t now_ns) override;
  void tick(std::uint64_t now_ns) override;
  void finish() override;

 private:
  enum class Stage : std::uint8_t { kArmed, kBroken, kLoggingOn, kBack };

  void take_logon(const Message& logon);
  void take_request(const Message& request);
  void take_order(const Message& order);
  void end_if_decided();

  Stage stage_ = Stage::kArmed;
  OrderTerms order_;           // whose report was lost
  std::uint32_t missing_ = 0;  // number of that report
  bool is_asked_for_ = false;
  bool has_come_ = false;
  std::uint64_t order_deadline_ns_ = 0;
};

}  // namespace hourglass::gateway::fix

#include "gateway/fix/post_trade/post_trade.h"

namespace hourglass::gateway::fix {

namespace {

constexpr std::uint32_t kMsgType = 35;
constexpr std::uint32_t kTradeReportId = 571;
constexpr std::int32_t kUnknownId = 1;  // 380

}  // namespace

void PostTrade::clear() {
  ledger_ = {};
  trades_.clear();
}

void PostTrade::on_event(const engine::Event& event) {
  ledger_.on_event(event, reports_.instrument(event.header().instrument));
  trades_.on_event(event);
  positions_.on_event(event);
}

std::optional<Judgement> PostTrade::on_message(DoorSession& session, const Fields& fields) {
  const std::string_view type = fields.value(kMsgType);
  if (type == "AD") return trades_.request(session, fields);
  if (type == "AN") return positions_.request(session, fields);
  if (type == "BB") return collateral_.request(session, fields);
  if (type != "AR") return std::nullopt;
  acknowledge_trade(session, fields);
  return Judgement{Disposition::kTaken, 0};
}

// A trade stands whatever its parties say of it.
void PostTrade::acknowledge_trade(DoorSession& session, const Fields& fields) {
  const std::string_view id = fields.value(kTradeReportId);
  if (trades_.knows(session, id)) return;
  writer_.begin("j");
  writer_.text(45, fields.value(34)).text(58, "no trade report of this session's accounts today");
  writer_.text(372, fields.value(kMsgType)).text(379, id).number(380, kUnknownId);
  session.send_application(writer_);
}

void PostTrade::on_logout(const DoorSession& session) {
  trades_.forget(session);
  positions_.forget(session);
}

}  // namespace hourglass::gateway::fix

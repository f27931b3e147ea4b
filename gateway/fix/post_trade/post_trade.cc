#include "gateway/fix/post_trade/post_trade.h"

#include "gateway/fix/orders/business_reject.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {

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

bool PostTrade::waits_for_answer(const DoorSession& session, const Fields& fields) const {
  const std::string_view type = fields.value(kMsgType);
  if (type != "AD" && type != "AN") return false;
  if (fields.value(kSubscriptionRequestType) != "2") return true;
  return type == "AD" ? trades_.is_ending(session, fields.value(kTradeRequestId))
                      : positions_.is_ending(session, fields.value(kPosReqId));
}

// A trade stands whatever its parties say of it.
void PostTrade::acknowledge_trade(DoorSession& session, const Fields& fields) {
  const std::string_view id = fields.value(kTradeReportId);
  if (trades_.knows(session, id)) return;
  write_business_reject(
      fields,
      {.reason = kBusinessUnknownId, .text = "no trade report of this session's accounts today"},
      writer_);
  session.send_application(writer_);
}

void PostTrade::on_logout(const DoorSession& session) {
  trades_.forget(session);
  positions_.forget(session);
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/orders/order_reports.h"

#include "gateway/fix/orders/report_maker.h"

namespace hourglass::gateway::fix {

using engine::ClientKey;
using engine::SessionId;

struct OrderReports::Impl {
  ReportMaker maker;
};

OrderReports::OrderReports() : impl_(std::make_unique<Impl>()) {}
OrderReports::~OrderReports() = default;

void OrderReports::clear() {
  impl_ = std::make_unique<Impl>();
}

void OrderReports::on_command(const engine::Command& command) {
  impl_->maker.on_command(command);
}

void OrderReports::name_request(SessionId session, std::uint32_t session_sequence,
                                std::string_view text) {
  MemberSession* const member = impl_->maker.sessions.find(session);
  const auto id = engine::ClientOrderId::from(text);
  if (member == nullptr || !id.has_value()) return;
  if (member->requests.name(session_sequence, *id)) member->ids.note(*id, std::nullopt);
}

void OrderReports::on_event(const engine::Event& event, ReportSink& sink) {
  impl_->maker.on_event(event, sink);
}

std::optional<ClientKey> OrderReports::key_of(SessionId session, std::string_view text) const {
  const MemberSession* const member = impl_->maker.sessions.find(session);
  if (member == nullptr) return std::nullopt;
  return member->ids.key_of(text);
}

ClientKey OrderReports::next_key(SessionId session) const {
  const MemberSession* const member = impl_->maker.sessions.find(session);
  return member == nullptr ? ClientKey(0) : member->ids.next_key();
}

bool OrderReports::was_used(SessionId session, std::string_view text) const {
  const MemberSession* const member = impl_->maker.sessions.find(session);
  return member != nullptr && member->ids.was_used(text);
}

bool OrderReports::is_full(SessionId session) const {
  const MemberSession* const member = impl_->maker.sessions.find(session);
  return member != nullptr && member->ids.is_full();
}

std::optional<OrderView> OrderReports::order(SessionId session, ClientKey key) const {
  const OrderSlot slot = impl_->maker.slot_of(session, key);
  if (slot == kNoOrderSlot) return impl_->maker.under_way(session, key);
  return impl_->maker.view(slot);
}

std::optional<OrderView> OrderReports::order(engine::OrderId order_id) const {
  const auto slot = impl_->maker.orders.find(order_id);
  if (!slot.has_value()) return std::nullopt;
  return impl_->maker.view(*slot);
}

std::vector<engine::OrderId> OrderReports::working_ids(SessionId session,
                                                       const OrderFilter& filter) const {
  std::vector<engine::OrderId> ids;
  const MemberSession* const member = impl_->maker.sessions.find(session);
  if (member == nullptr) return ids;
  for (OrderSlot slot = member->working.first; slot != kNoOrderSlot;) {
    const OrderRecord& order = impl_->maker.orders.at(slot);
    if (order.instrument == filter.instrument.value_or(order.instrument) &&
        order.side == filter.side.value_or(order.side) &&
        order.account == filter.account.value_or(order.account)) {
      ids.push_back(order.order_id);
    }
    slot = order.next;
  }
  return ids;
}

bool OrderReports::has_working(SessionId session) const {
  const MemberSession* const member = impl_->maker.sessions.find(session);
  return member != nullptr && member->working.first != kNoOrderSlot;
}

const engine::Instrument* OrderReports::instrument(engine::InstrumentId id) const {
  return impl_->maker.instruments.find(id);
}

const engine::Instrument* OrderReports::find_instrument(std::string_view symbol,
                                                        engine::InstrumentId& id) const {
  return impl_->maker.instruments.find(symbol, id);
}

std::uint32_t OrderReports::instrument_count() const {
  return impl_->maker.instruments.count();
}

engine::ClientOrderId OrderReports::text_of(SessionId session, ClientKey key) const {
  const MemberSession* const member = impl_->maker.sessions.find(session);
  return member == nullptr ? engine::ClientOrderId{} : member->ids.text_of(key);
}

std::uint64_t OrderReports::last_copy() const {
  return impl_->maker.last_copy();
}

void OrderReports::write_status(const OrderView& order, FixVersion version, const StatusEcho& echo,
                                MessageWriter& writer) const {
  const Execution execution{.type = exec_type::kStatus,
                            .id = "0",
                            .client_order_id = order.client_order_id.view(),
                            .status = echo};
  write_execution_report(order, impl_->maker.instruments.find(order.instrument), version, execution,
                         writer);
}

}  // namespace hourglass::gateway::fix

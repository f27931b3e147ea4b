#include "gateway/fix/fix_gateway.h"

#include <algorithm>
#include <utility>

#include "gateway/fix/door/file_alarms.h"

namespace hourglass::gateway::fix {

using engine::Command;
using engine::Event;
using engine::EventKind;
using engine::SequenceNumber;
using engine::SessionId;

namespace {

constexpr std::uint32_t kEventsPerRound = 1024;

}  // namespace

absl::StatusOr<std::unique_ptr<FixGateway>> FixGateway::open(FixDoorSettings settings,
                                                             MemberList members) {
  auto gateway = std::unique_ptr<FixGateway>(new FixGateway);
  auto door = FixDoor::open(std::move(settings), std::move(members), gateway->entry_);
  if (!door.ok()) return door.status();
  gateway->door_ = *std::move(door);
  gateway->copies_.set_sessions(gateway->door_->sessions());
  gateway->entry_.answer_users_by(gateway->door_->users());
  return gateway;
}

void FixGateway::on_beginning() {
  reports_.clear();
  market_.clear();
  post_trade_.clear();
  last_inbound_.clear();
}

void FixGateway::on_command(const Command& command, std::span<const Event> events) {
  const engine::CommandHeader& header = command.header();
  reports_.on_command(command);
  DoorSession* const session = door_->session(header.session);
  if (session != nullptr && header.session_sequence != 0 &&
      header.sequence > session->file().epoch_applied()) {
    last_inbound_[header.session.value()] = header.session_sequence;
  }
  for (const Event& event : events) follow(event);
}

void FixGateway::follow(const Event& event) {
  reports_.on_event(event, *this);
  market_.on_event(event);
  post_trade_.on_event(event);
  if (reports_.last_copy() <= kMaxCopyNumber || copies_ended_) return;
  copies_ended_ = true;
  door_->context().alarms.emplace_back(
      "no drop copies are made any more: their numbers are used up");
}

void FixGateway::attach(engine::PipelineRings& rings) {
  rings_ = &rings;
  events_.emplace(rings.events);
  entry_.attach(rings.ingress);
  // What the journal holds was taken, even if the session's file had not yet heard so.
  for (DoorSession* session : door_->sessions()) {
    SessionFile& file = session->file();
    std::uint32_t next = file.safe_target();
    const auto last = last_inbound_.find(session->member().session);
    if (last != last_inbound_.end()) next = std::max(next, last->second + 1);
    file.resume_target(next);
    session->set_possibly_resent(false);
  }
  copies_.pass(reports_.last_copy());
  recovering_ = false;
  last_inbound_.clear();
}

std::uint32_t FixGateway::do_work() {
  entry_.retry_ends();
  return door_->do_work(SequenceNumber(rings_->applied.get() - 1));
}

std::uint32_t FixGateway::deliver() {
  const std::uint64_t durable = rings_->durable.get();
  door_->context().applied = SequenceNumber(rings_->applied.get() - 1);
  const std::uint32_t told =
      events_->read(kEventsPerRound, engine::kNoLimit, [&](const Event& event) {
        if (event.header().command_sequence.value() >= durable) return false;
        follow(event);
        tell_answered(event);
        return true;
      });
  post_trade_.tell_changes(door_->context().now_ns);
  return told + market_.streams.refresh();
}

absl::Status FixGateway::set_members(const MemberList& members) {
  copies_.pass(reports_.last_copy());
  const absl::Status status = door_->set_members(members);
  copies_.set_sessions(door_->sessions());
  copies_.pass(reports_.last_copy());
  return status;
}

// A request is answered by the first event that names it; a disconnect by its end.
void FixGateway::tell_answered(const Event& event) {
  const auto tell = [this](SessionId id, std::uint32_t sequence) {
    if (DoorSession* session = door_->session(id)) session->answered(sequence);
  };
  const auto tell_order = [&](const engine::OrderRef& order, std::uint32_t sequence) {
    if (sequence != 0) tell(order.session, sequence);
  };
  switch (event.header().kind) {
    case EventKind::kOrderAccepted: {
      const auto& accepted = event.as<engine::OrderAccepted>();
      return tell_order(accepted.order, accepted.session_sequence);
    }
    case EventKind::kOrderReplaced: {
      const auto& replaced = event.as<engine::OrderReplaced>();
      return tell_order(replaced.order, replaced.session_sequence);
    }
    case EventKind::kOrderCancelled: {
      // A mass cancel's are told by its end.
      const auto& cancelled = event.as<engine::OrderCancelled>();
      if (cancelled.reason == engine::CancelReason::kMassCancel) return;
      return tell_order(cancelled.order, cancelled.session_sequence);
    }
    case EventKind::kRequestRejected: {
      const auto& rejected = event.as<engine::RequestRejected>();
      return tell(rejected.session, rejected.session_sequence);
    }
    case EventKind::kMassCancelDone: {
      const auto& done = event.as<engine::MassCancelDone>();
      return tell(done.session, done.session_sequence);
    }
    case EventKind::kTrade:
    case EventKind::kOrderRested:
    case EventKind::kInstrumentDefined:
    case EventKind::kTradingStateChanged:
    case EventKind::kTradingDayEnded:
    case EventKind::kPriceBandChanged:
    case EventKind::kFundsAdjusted: return;
  }
}

bool FixGateway::was_logged_out(SessionId session) const {
  DoorSession* const found = door_->session(session);
  return found != nullptr && found->file().was_logged_out();
}

void FixGateway::close(const std::string& text) {
  entry_.detach();
  copies_.pass(reports_.last_copy());
  door_->close(text);
}

std::optional<FixVersion> FixGateway::version(SessionId session) const {
  const Member* const member = door_->member(session);
  return member == nullptr ? std::nullopt : std::optional(member->version);
}

// A report already recorded was made again only because its event was followed again, and is told
// again where its record is damaged.
void FixGateway::report(SessionId id, std::uint32_t number, const MessageWriter& writer) {
  DoorSession* const session = door_->session(id);
  // A drop copy session's file counts copies.
  if (session == nullptr || session->member().drop_copy) return;
  SessionFile& file = session->file();
  const bool is_lost = recovering_ && file.lost().has_report(number);
  if (number <= file.last_report() && !is_lost) return;
  if (recovering_) {
    if (const auto alarm = go_on_behind_lost_file(file)) door_->context().alarms.push_back(*alarm);
    session->set_possibly_resent(is_lost || file.power_was_lost() ||
                                 file.next_sender() >= kNextSenderBehindLostFile);
  }
  session->send_application(writer, number);
}

void FixGateway::copy(const ReportCopy& copy, const MessageWriter& writer) {
  const Member* const its = door_->member(copy.session);
  copies_.send(copy, its == nullptr ? std::string_view() : its->comp_id, writer, recovering_);
}

}  // namespace hourglass::gateway::fix

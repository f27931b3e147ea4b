// What a session sends again, in pieces as the peer reads.
#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "gateway/fix/door/door_session.h"
#include "gateway/fix/door/file_alarms.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::string_view kSequenceReset = "4";

}  // namespace

void DoorSession::on_resend_request(std::uint32_t begin, std::uint32_t end) {
  begin = std::max(begin, 1U);
  const std::uint32_t limit = std::min(end + 1, file_->next_sender());
  if (begin >= limit || !connection_) return;
  // A second request while one is served widens it.
  if (!resend_.empty()) begin = std::min(begin, resend_.next);
  resend_ = {.next = begin, .end = std::max(limit, resend_.end)};
  continue_resend();
}

void DoorSession::continue_resend() {
  while (connection_ && connection_->is_open() && !connection_->is_closing() && !resend_.empty()) {
    if (connection_->unsent_bytes() >= kWritableBelowBytes) return;
    resend_one(resend_);
    if (resend_.empty() && withheld_from_ != 0) {
      resend_ = {.next = std::max(std::exchange(withheld_from_, 0), resend_.end),
                 .end = file_->next_sender()};
    }
  }
}

void DoorSession::resend_one(Range& range) {
  const std::uint32_t from = range.next;
  const std::uint32_t application = std::min(file_->next_application(from), range.end);
  if (application > from) {
    range.next = application;
    if (file_->lost().has_message(from, application - 1)) tell_damage(from, application - 1);
    return send_gap_fill(from, application);
  }
  range.next = from + 1;
  out_.clear();
  const auto stored = file_->get(from);
  if (stored && append_resent(out_, stored->text, context_.now_ns, context_.precision)) {
    connection_->send(out_);
  } else {
    if (!stored) tell_damage(from, from);
    send_gap_fill(from, from + 1);
  }
}

// A peer may ask as often as it likes; the operator hears of it once a connection.
void DoorSession::tell_damage(std::uint32_t first, std::uint32_t last) {
  if (std::exchange(told_damage_, true)) return;
  context_.alarms.push_back(alarm_of_resend(*file_, first, last));
}

void DoorSession::send_gap_fill(std::uint32_t from, std::uint32_t to) {
  std::string time;
  append_utc_timestamp(time, context_.now_ns, context_.precision);
  out_.clear();
  MessageHeader its_header = header(from);
  its_header.poss_dup = true;
  its_header.orig_sending_time = time;
  append_message(out_, its_header, kSequenceReset, fmt::format("36={}{}123=Y{}", to, kSoh, kSoh));
  connection_->send(out_);
}

}  // namespace hourglass::gateway::fix

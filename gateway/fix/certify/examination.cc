#include "gateway/fix/certify/examination.h"

#include <algorithm>
#include <utility>

namespace hourglass::gateway::fix {
namespace {

bool has_right_checksum(const Message& message) {
  const std::string_view text = message.text();
  const std::size_t trailer = text.rfind("10=");
  return message.is_complete() && trailer != std::string_view::npos &&
         parse_number(message.value(10)) == std::int64_t{checksum(text.substr(0, trailer))};
}

}  // namespace

Examination::Examination(Checklist& checklist, Line& line, Announce announce)
    : checklist_(checklist),
      line_(line),
      announce_(std::move(announce)),
      session_(checklist),
      orders_(checklist),
      drills_(make_drills({.checklist = checklist, .session = session_, .orders = orders_})) {}

Drill* Examination::drill() const {
  return drill_index_ < drills_.size() ? drills_[drill_index_].get() : nullptr;
}

void Examination::connected() {
  connected_ = true;
  if (drill_index_ == 0) announce_(text_of(drills_.front()->step()));
}

void Examination::from_member(std::string_view text, std::uint64_t now_ns) {
  const Message message(text);
  if (!has_right_checksum(message)) return garbled_by_member();
  const bool is_drilled = drill() != nullptr && drill()->from_member(message, now_ns);
  session_.member_said(message, now_ns, is_drilled);
  orders_.member_said(message);
  after_drill(now_ns);
  let_go(now_ns);
}

void Examination::garbled_by_member() {
  checklist_.fail(Step::kUnderstood, "> bytes that are no message");
}

void Examination::from_venue(std::string_view text, std::uint64_t now_ns) {
  if (!connected_) return;
  held_bytes_ += text.size();
  held_.emplace_back(text);
  let_go(now_ns);
}

// Lets pass what is held, unless a silence is played.
void Examination::let_go(std::uint64_t now_ns) {
  const auto is_silent = [this] {
    return drill() != nullptr && drill()->is_silent() && held_bytes_ <= kMaxHeldBytes;
  };
  while (!held_.empty() && !is_silent()) {
    const std::string text = std::exchange(held_.front(), {});
    held_.pop_front();
    held_bytes_ -= text.size();
    let_pass(Message(text), now_ns);
    after_drill(now_ns);
  }
}

void Examination::let_pass(const Message& message, std::uint64_t now_ns) {
  const Passage passage = drill() == nullptr ? Passage{} : drill()->from_venue(message, now_ns);
  switch (passage.kind) {
    case Passage::Kind::kAsItIs: return deliver(message, now_ns);
    case Passage::Kind::kKeptBack: return;
    case Passage::Kind::kReplaced: return deliver(Message(passage.text), now_ns);
    case Passage::Kind::kFollowed:
      deliver(message, now_ns);
      return deliver(Message(passage.text), now_ns);
  }
}

void Examination::deliver(const Message& message, std::uint64_t now_ns) {
  const bool is_by_bytes = drill() != nullptr && drill()->is_by_bytes();
  line_.to_member(message.text(), is_by_bytes ? Delivery::kByBytes : Delivery::kWhole);
  session_.venue_said(message, now_ns);
  orders_.venue_said(message);
  if (drill() != nullptr) drill()->reached_member(message, now_ns);
}

// What a drill asked for, and the next one.
void Examination::after_drill(std::uint64_t now_ns) {
  while (drill() != nullptr) {
    if (drill()->take_break() && connected_) {
      line_.break_off();
      closed(ClosedBy::kCertify, now_ns);
    }
    if (drill() == nullptr || !drill()->is_over()) break;
    ++drill_index_;
    if (drill() != nullptr) announce_(text_of(drill()->step()));
  }
}

void Examination::closed(ClosedBy by, std::uint64_t now_ns) {
  if (!connected_) return;
  connected_ = false;
  held_.clear();
  held_bytes_ = 0;
  const bool is_drilled = by != ClosedBy::kCertify && drill() != nullptr && drill()->closed(by);
  orders_.member_left();
  session_.closed(by, is_drilled);
  if (by != ClosedBy::kCertify) after_drill(now_ns);
}

void Examination::tick(std::uint64_t now_ns) {
  session_.tick(now_ns);
  if (drill() != nullptr) drill()->tick(now_ns);
  after_drill(now_ns);
  let_go(now_ns);
}

void Examination::finish() {
  if (drill() != nullptr) drill()->finish();
  session_.finish();
}

bool Examination::is_over() const {
  return !connected_ && std::none_of(kSteps.begin(), kSteps.end(), [this](const StepText& row) {
    return checklist_.is_to_be_done(row.step);
  });
}

}  // namespace hourglass::gateway::fix

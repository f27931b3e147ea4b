#include "engine/sequencer/replayer.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "engine/sequencer/frame_ahead.h"

namespace hourglass::engine {

Replayer::Replayer(Replica& replica, JournalReader& reader, std::unique_ptr<EventDigest> digest,
                   ReplayObserver* observer)
    : replica_(replica),
      reader_(reader),
      digest_(std::move(digest)),
      observer_(observer),
      started_after_(digest_->point().through),
      lookahead_(replica.state()) {}

absl::StatusOr<bool> Replayer::step() {
  auto next = reader_.next_frame();
  if (!next.ok()) return next.status();
  if (!next->has_value()) return false;
  const absl::Status status = take(**next);
  if (!status.ok()) return status;
  return true;
}

absl::Status Replayer::take(const FrameView& frame) {
  if (const auto status = note_rule_set(frame); !status.ok()) return status;
  ++counters_.frames;
  queue(frame);
  if (const auto status = apply_through(frame.header.digest_through); !status.ok()) return status;
  return compare(frame);
}

absl::Status Replayer::note_rule_set(const FrameView& frame) {
  const std::uint32_t version = frame.header.rule_set_version;
  if (!is_known_rule_set(version)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "frame ", frame.frame_number, " of segment ", frame.segment_ordinal, " is of rule set ",
        version, "; this program re-executes rule sets ", kOldestRuleSetVersion, " to ",
        kRuleSetVersion, " (verify reads any; use the program of that rule set to re-execute)"));
  }
  if (version != last_rules_) {
    rule_changes_.push_back({.first = frame.header.first_sequence, .version = version});
    last_rules_ = version;
  }
  return absl::OkStatus();
}

absl::Status Replayer::run() {
  FrameAhead frames(reader_);
  if (const auto status = frames.start(); !status.ok()) return status;
  for (;;) {  // ends: each turn takes a frame of a finite journal
    const auto next = frames.next_frame();
    if (!next.ok()) return next.status();
    if (!next->has_value()) break;
    if (const auto status = take(**next); !status.ok()) return status;
  }
  return apply_through(SequenceNumber(~std::uint64_t{0}));
}

void Replayer::queue(const FrameView& frame) {
  if (next_ == queue_.size()) {
    queue_.clear();
    next_ = 0;
  } else if (next_ > queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
  }
  const SequenceNumber applied = replica_.state().sequence;
  std::span<const std::byte> payload = frame.payload;
  while (!payload.empty()) {
    const std::span<const std::byte> bytes = take_command(payload);
    // The frame a replay starts in may begin before the state it starts from.
    SequenceNumber sequence;
    std::memcpy(&sequence, bytes.data(), sizeof(sequence));
    if (sequence <= applied) continue;
    Command& command = queue_.emplace_back();
    // Both sizes there are, each a handful of moves.
    if (bytes.size() == sizeof(Command)) {
      std::memcpy(command.bytes.data(), bytes.data(), sizeof(Command));
    } else {
      HG_ASSERT(bytes.size() == sizeof(Command) / 2, bytes.size());
      std::memcpy(command.bytes.data(), bytes.data(), sizeof(Command) / 2);
    }
  }
}

absl::Status Replayer::apply_through(SequenceNumber through) {
  const MarketState& state = replica_.state();
  const std::size_t first = next_;
  lookahead_.begin();
  for (; next_ < queue_.size(); ++next_) {
    const Command& command = queue_[next_];
    const CommandHeader& header = command.header();
    if (header.sequence > through) break;
    // The journal vouches for sequences; times are ours to check before the exchange asserts them.
    if (header.sequence <= state.sequence || header.time < state.time) {
      return absl::DataLossError(
          absl::StrCat("command ", header.sequence.value(), " is stamped before its predecessor"));
    }
    while (!rule_changes_.empty() && header.sequence >= rule_changes_.front().first) [[unlikely]] {
        replica_.set_rule_set(rule_changes_.front().version);
        rule_changes_.erase(rule_changes_.begin());
      }
    lookahead_.advance(next_ - first, queue_.size() - first,
                       [&](std::uint64_t i) -> const Command& { return queue_[first + i]; });
    const std::span<const Event> events = replica_.apply(command);
    for (const Event& event : events) {
      digest_->add(std::span(event.bytes).first(event_bytes(event.header().kind)));
    }
    ++counters_.commands;
    counters_.events += events.size();
    if (observer_ != nullptr) observer_->on_events(command, events);
  }
  return absl::OkStatus();
}

absl::Status Replayer::compare(const FrameView& frame) {
  const SequenceNumber through = frame.header.digest_through;
  if (through > replica_.state().sequence) {
    return absl::DataLossError(absl::StrCat("frame ", frame.frame_number, " of segment ",
                                            frame.segment_ordinal, " vouches for command ",
                                            through.value(), ", which it does not follow"));
  }
  const SequenceNumber before = digest_->point().through;
  // Written before the point the replay starts from was known: nothing to compare with.
  if (through < started_after_) return absl::OkStatus();
  if (through > before) digest_->advance(through);
  if (through < before || digest_->point().digest != frame.header.event_digest) {
    difference_ = {.after = before, .through = through, .journal = frame.header.event_digest};
    return absl::DataLossError(absl::StrCat("events of commands ", before.value() + 1, " to ",
                                            through.value(), " differ from the journal's digest (",
                                            "segment ", frame.segment_ordinal, ", frame ",
                                            frame.frame_number, ")"));
  }
  ++counters_.agreements;
  if (observer_ != nullptr) observer_->on_agreement(digest_->point(), frame);
  return absl::OkStatus();
}

}  // namespace hourglass::engine

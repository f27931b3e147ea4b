#include "engine/sequencer/replayer.h"

#include <cstring>
#include <optional>

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
      agreed_(started_after_),
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

void Replayer::follow_rule_changes(SequenceNumber sequence) {
  while (!rule_changes_.empty() && rule_changes_.front().first <= sequence) {
    replica_.set_rule_set(rule_changes_.front().version);
    rule_changes_.erase(rule_changes_.begin());
  }
}

absl::Status Replayer::run() {
  std::optional<DigestBehind> behind;
  if (observer_ == nullptr || observer_->may_hear_late()) {
    behind_ = &behind.emplace(std::move(digest_));
  }
  FrameAhead frames(reader_, behind_);
  absl::Status status = frames.start();
  while (status.ok()) {  // ends: each turn takes a frame of a finite journal
    const auto next = frames.next_frame();
    if (!next.ok()) status = next.status();
    if (!next.ok() || !next->has_value()) break;
    status = take(**next);
  }
  // Whatever ended it, a difference in what was applied before came first.
  if (!difference_) {
    if (absl::Status settled = settle(0); !settled.ok()) status = std::move(settled);
  }
  frames.stop();
  named_.clear();
  behind_ = nullptr;
  if (behind) digest_ = behind->finish();
  if (!status.ok()) return status;
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
    if (!rule_changes_.empty()) [[unlikely]]
      follow_rule_changes(header.sequence);
    lookahead_.advance(next_ - first, queue_.size() - first,
                       [&](std::uint64_t i) -> const Command& { return queue_[first + i]; });
    const std::span<const Event> events = replica_.apply(command);
    for (const Event& event : events) {
      if (behind_ != nullptr) {
        behind_->add(event);
      } else {
        digest_->add(std::span(event.bytes).first(event_bytes(event.header().kind)));
      }
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
  // Written before the point the replay starts from was known: nothing to compare with.
  if (through < started_after_) return absl::OkStatus();
  Named named{.frame = frame, .counters = counters_};
  named.frame.payload = {};
  if (behind_ == nullptr) {
    if (through > digest_->point().through) digest_->advance(through);
    return judge(named, digest_->point());
  }
  behind_->ask(through);
  named_.push_back(named);
  const bool needed = observer_ != nullptr && observer_->needs_replica_at(through);
  return settle(needed ? 0 : DigestBehind::kMaxAsked - 1);
}

// Compares the digests that are there, and waits for them while more than `may_wait` are not.
absl::Status Replayer::settle(std::uint64_t may_wait) {
  while (!named_.empty() && (named_.size() > may_wait || behind_->ready())) {
    const Named named = named_.front();
    named_.pop_front();
    if (absl::Status status = judge(named, behind_->take()); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Holds the digest at a point to the frame that names it.
absl::Status Replayer::judge(const Named& named, const DigestPoint& point) {
  const FrameView& frame = named.frame;
  const SequenceNumber before = agreed_;
  const SequenceNumber through = frame.header.digest_through;
  if (through < before || point.digest != frame.header.event_digest) {
    const std::uint64_t agreements = counters_.agreements;
    counters_ = named.counters;
    counters_.agreements = agreements;
    difference_ = {.after = before, .through = through, .journal = frame.header.event_digest};
    return absl::DataLossError(absl::StrCat("events of commands ", before.value() + 1, " to ",
                                            through.value(), " differ from the journal's digest (",
                                            "segment ", frame.segment_ordinal, ", frame ",
                                            frame.frame_number, ")"));
  }
  agreed_ = through;
  ++counters_.agreements;
  if (observer_ != nullptr) observer_->on_agreement(point, frame);
  return absl::OkStatus();
}

}  // namespace hourglass::engine

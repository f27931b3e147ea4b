// Replayer: re-executes a journal and holds it to what it says of itself.
//
// Commands are applied only up to what the frame in hand vouches for, so that the replica stands
// exactly where the digest was taken: a difference lies between the last point that agreed and this
// one, and a snapshot taken there is covered by the journal's own chain. run() hashes on a second
// thread and goes on meanwhile; it waits where somebody needs the replica to stand at the point.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/exchange/lookahead.h"
#include "engine/exchange/replica.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/journal_reader.h"
#include "engine/sequencer/digest_behind.h"

namespace hourglass::engine {

// Is told of what a replay does; nothing by default. Thread: the replayer's.
class ReplayObserver {
 public:
  virtual ~ReplayObserver() = default;
  // Events not compared yet. Where agreements may come late, more of them may come before a point
  // is known to agree, and behind one that differs.
  virtual void on_events(const Command&, std::span<const Event>) {}
  // Whether run() may go on before it knows that a point agrees, hashing on another thread. Where
  // it may not it hashes at once: to wait for that thread at every point takes longer than hashing,
  // by a slice of the scheduler each time where a processor is short.
  [[nodiscard]] virtual bool may_hear_late() const { return false; }
  // Where it may: whether on_agreement() for a point at command `through` needs the replica to
  // stand there all the same.
  [[nodiscard]] virtual bool needs_replica_at(SequenceNumber /*through*/) const { return true; }
  // The digest at this point agreed with the frame that names it, which comes without its payload.
  // The replica stands there, or beyond where it is not needed; all points come, in order.
  virtual void on_agreement(const DigestPoint&, const FrameView&) {}
};

struct ReplayCounters {
  std::uint64_t commands = 0;
  std::uint64_t events = 0;
  std::uint64_t frames = 0;
  std::uint64_t agreements = 0;  // digests compared and equal
};

// Thread: one at a time.
class Replayer {
 public:
  // `replica` stands behind the command before the reader's next frame; `digest` covers events up
  // to a command at or before that one, with the events after it already added.
  Replayer(Replica& replica, JournalReader& reader, std::unique_ptr<EventDigest> digest,
           ReplayObserver* observer = nullptr);

  // Re-executes up to what one more frame vouches for. False where the reader has no frame; when it
  // has one later, stepping goes on. Errors: the reader's, of which only faults are for good;
  // kDataLoss where a digest or a stamp differs, naming the commands; kFailedPrecondition for a
  // rule set this program does not know. Those are for good.
  absl::StatusOr<bool> step();
  // Steps to the end, and applies the last commands, which no frame vouches for yet. Frames are
  // read and checked and events hashed on a thread of its own meanwhile, so that after a difference
  // the replica may stand beyond it; counters and difference are those of steps. Errors: those of
  // step(), and of starting a thread. Cost: a thread, 9 MiB.
  absl::Status run();

  // Up to the last point compared where a digest differs, else of all that was applied.
  [[nodiscard]] const ReplayCounters& counters() const noexcept { return counters_; }
  // The range of commands whose events differ, after such an error.
  struct Range {
    SequenceNumber after;
    SequenceNumber through;
    Digest journal;  // what the journal's digest at `through` is
  };
  [[nodiscard]] const std::optional<Range>& difference() const noexcept { return difference_; }
  // The digest where the replay stands; what a journal agent goes on with.
  [[nodiscard]] std::unique_ptr<EventDigest> take_digest() { return std::move(digest_); }

 private:
  // A digest some frame names, and what was done up to there.
  struct Named {
    FrameView frame;
    ReplayCounters counters;
  };

  absl::Status take(const FrameView& frame);
  absl::Status note_rule_set(const FrameView& frame);
  // Puts the replica under the rules of the command it comes to.
  void follow_rule_changes(SequenceNumber sequence);
  void queue(const FrameView& frame);
  absl::Status apply_through(SequenceNumber through);
  absl::Status compare(const FrameView& frame);
  absl::Status settle(std::uint64_t may_wait);
  absl::Status judge(const Named& named, const DigestPoint& point);

  Replica& replica_;
  JournalReader& reader_;
  std::unique_ptr<EventDigest> digest_;
  ReplayObserver* observer_;
  const SequenceNumber started_after_;
  SequenceNumber agreed_;           // the last point compared and equal
  DigestBehind* behind_ = nullptr;  // has the digest, during run()
  std::deque<Named> named_;         // asked of it and not yet compared
  std::vector<Command> queue_;      // read and not yet vouched for
  std::size_t next_ = 0;            // in queue_
  // Where queued commands of another rule set begin, oldest first; each command is applied under
  // its own frame's.
  struct RuleChange {
    SequenceNumber first;
    std::uint32_t version;
  };
  std::vector<RuleChange> rule_changes_;
  std::uint32_t last_rules_ = 0;  // of the last frame read; 0: none yet
  Lookahead lookahead_;
  ReplayCounters counters_;
  std::optional<Range> difference_;
};

}  // namespace hourglass::engine

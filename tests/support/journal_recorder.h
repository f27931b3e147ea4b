// JournalRecorder: writes the journal a venue would have written of a stream of commands.
//
// One thread instead of a pipeline: stamps, applies, appends, digests, commits. Frames hold random
// numbers of commands and name random digest points, as a journal does whose digest lags.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/exchange/replica.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/event_store.h"
#include "engine/journal/journal_writer.h"
#include "tests/support/random_commands.h"
#include "tests/support/random_source.h"

namespace hourglass::engine::test {

struct RecorderSettings {
  std::uint64_t seed = 1;  // of the frames, not of the commands
  std::uint64_t segment_blocks = 64;
  bool event_store = true;
  std::uint32_t rule_set_version = kRuleSetVersion;
};

// A point whose digest some frame names.
struct RecordedPoint {
  DigestPoint point;
  bool clean = true;  // no work was unfinished there

  bool operator==(const RecordedPoint&) const = default;
};

// Any failure aborts: the device is a test's own. Thread: one.
class JournalRecorder {
 public:
  // Begins a journal in an empty directory with a fresh replica.
  JournalRecorder(JournalDevice& device, std::unique_ptr<Replica> replica,
                  const RecorderSettings& settings = {});

  // The whole stream, continuations included, then any frame left. Stops where work never ends.
  void run(const Stream& stream);
  // One command as the sequencer treats it: stamped at its header's time or just after the last,
  // applied, followed by the continuations of its work. Of a kind without a layout: dropped.
  void send(const Command& unstamped);
  // The same without continuations.
  void send_alone(Command command);

  // A frame of what was sent since the last, naming a random point or the one asked for.
  void commit();
  void commit_through(SequenceNumber through);
  // What a newer program does: goes on with the same journal under another rule set.
  void change_rule_set(std::uint32_t version);
  // A snapshot of the replica as it stands, behind a frame that vouches for all of it. No work may
  // be unfinished. Returns the file's name.
  std::string cut();
  // Ends in order, with a seal that vouches for everything if the segment has room for it; or as
  // after a crash.
  void seal();
  void stop();

  [[nodiscard]] const Replica& replica() const { return *replica_; }
  [[nodiscard]] SequenceNumber last_sequence() const { return SequenceNumber(sequence_); }
  // What a running venue's journal would have announced.
  [[nodiscard]] SequenceNumber durable() const { return writer_->durable(); }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  [[nodiscard]] const std::vector<Command>& commands() const { return commands_; }
  // Those named so far, each once; the first is command 0.
  [[nodiscard]] const std::vector<RecordedPoint>& points() const { return points_; }

 private:
  bool finish_work(Timestamp time);
  void vouch(SequenceNumber through, bool seal);

  JournalDevice& device_;
  std::unique_ptr<Replica> replica_;
  RecorderSettings settings_;
  RandomSource random_;
  std::unique_ptr<JournalWriter> writer_;
  std::unique_ptr<EventStore> store_;
  EventDigest digest_;
  std::size_t digested_ = 0;  // of events_
  std::vector<Event> events_;
  std::vector<Command> commands_;
  std::vector<bool> clean_{true};  // by sequence
  std::vector<RecordedPoint> points_{{}};
  std::uint64_t sequence_ = 0;
  std::uint64_t time_ns_ = 0;
};

}  // namespace hourglass::engine::test

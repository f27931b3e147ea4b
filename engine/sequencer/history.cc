#include "engine/sequencer/history.h"

#include <cstring>
#include <deque>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/journal/event_store.h"
#include "engine/journal/journal_reader.h"

namespace hourglass::engine {
namespace {

absl::Status differs(SequenceNumber through) {
  return absl::DataLossError(absl::StrCat("the event store does not hold the events up to command ",
                                          through.value(), " that the journal names"));
}

// Walks along the journal's commands and the store's events, and holds these to the digests that
// the journal's frames name, each of which builds on the one before.
class History {
 public:
  History(JournalReader& reader, HistoryFollower& follower)
      : reader_(reader), follower_(follower), digest_(DigestPoint{}) {}

  // The next event of the store. False ends the walk: status() says why.
  bool take(std::span<const std::byte> bytes) {
    EventHeader header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (!events_.empty() && events_.front().header().command_sequence != header.command_sequence) {
      tell_through(events_.front().header().command_sequence);
    }
    std::memcpy(events_.emplace_back().bytes.data(), bytes.data(), bytes.size());
    return status_.ok();
  }

  // After the last event: what is left up to `end`.
  absl::Status finish(const DigestPoint& end) {
    if (!events_.empty() && status_.ok()) {
      tell_through(events_.front().header().command_sequence);
    }
    if (status_.ok()) tell_through(end.through);
    // Points before `end` may be named behind it, each once it was made.
    while (status_.ok() && newest_point() < end.through && next_frame()) {
    }
    compare_before(next(end.through));
    if (status_.ok() && digest_.point().through < end.through) compare(end);
    if (status_.ok() && digest_.point() != end) status_ = differs(end.through);
    return status_;
  }

 private:
  // Tells the commands up to `sequence`, the last of them with the events gathered.
  void tell_through(SequenceNumber sequence) {
    while (status_.ok() && told_ < sequence) {
      if (!next_command()) break;
      const SequenceNumber at = command_.header().sequence;
      compare_before(at);
      if (!status_.ok()) return;
      const bool has_events = !events_.empty() && at == events_.front().header().command_sequence;
      follower_.on_command(command_,
                           has_events ? std::span<const Event>(events_) : std::span<const Event>());
      told_ = at;
    }
    if (status_.ok() && told_ != sequence) status_ = differs(sequence);
    unhashed_.insert(unhashed_.end(), events_.begin(), events_.end());
    events_.clear();
  }

  bool next_command() {
    while (payload_.empty()) {  // ends: with a command or the journal
      if (!next_frame()) return false;
    }
    const std::span<const std::byte> bytes = take_command(payload_);
    command_ = Command{};
    std::memcpy(command_.bytes.data(), bytes.data(), bytes.size());
    return true;
  }

  bool next_frame() {
    const auto frame = reader_.next_frame();
    if (!frame.ok()) status_ = frame.status();
    if (!frame.ok() || !frame->has_value()) return false;
    const FrameHeader& header = (*frame)->header;
    if (header.digest_through > newest_point()) {
      points_.push_back({header.digest_through, header.event_digest});
    }
    payload_ = (*frame)->payload;
    return true;
  }

  [[nodiscard]] SequenceNumber newest_point() const {
    return points_.empty() ? digest_.point().through : points_.back().through;
  }

  // A frame may name a point among its own commands.
  void compare_before(SequenceNumber sequence) {
    while (status_.ok() && !points_.empty() && points_.front().through < sequence) {
      compare(points_.front());
      points_.pop_front();
    }
  }

  void compare(const DigestPoint& point) {
    while (!unhashed_.empty() && unhashed_.front().header().command_sequence <= point.through) {
      const Event& event = unhashed_.front();
      digest_.add(std::span(event.bytes).first(event_bytes(event.header().kind)));
      unhashed_.pop_front();
    }
    digest_.advance(point.through);
    if (digest_.point() != point) status_ = differs(point.through);
  }

  JournalReader& reader_;
  HistoryFollower& follower_;
  std::span<const std::byte> payload_;
  Command command_{};
  SequenceNumber told_{0};
  std::vector<Event> events_;       // of the command to be told next
  std::deque<DigestPoint> points_;  // named by frames read, not yet compared
  std::deque<Event> unhashed_;      // told, and beyond the last digest
  EventDigest digest_;
  absl::Status status_;
};

}  // namespace

absl::Status follow_history(JournalDevice& device, const JournalUuid& uuid, const DigestPoint& end,
                            HistoryFollower& follower) {
  follower.on_beginning();
  if (end.through == SequenceNumber(0)) return absl::OkStatus();
  auto store = EventStore::open_to_read(device, uuid);
  if (!store.ok()) return store.status();
  auto reader = JournalReader::open(device);
  if (!reader.ok()) return reader.status();
  History history(**reader, follower);
  const absl::Status read =
      (*store)->read(SequenceNumber(1), end.through,
                     [&](std::span<const std::byte> bytes) { return history.take(bytes); });
  const absl::Status told = history.finish(end);
  return read.ok() ? told : read;
}

}  // namespace hourglass::engine

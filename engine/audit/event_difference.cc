#include "engine/audit/event_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/journal/event_store.h"

namespace hourglass::engine {
namespace {

using EventPlace = std::pair<SequenceNumber, std::uint32_t>;

// The event that begins `bytes`, with zeros where it has no bytes.
Event first_event(std::span<const std::byte> bytes) {
  Event event{};
  EventHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  std::memcpy(event.bytes.data(), bytes.data(), event_bytes(header.kind));
  return event;
}

EventPlace place_of(const Event& event) {
  return {event.header().command_sequence, event.header().event_number};
}

// Walks both lists of events in step until they part.
class Comparison {
 public:
  explicit Comparison(std::span<const std::byte> reexecuted) : rest_(reexecuted) {}

  // Takes the store's next event.
  void take(std::span<const std::byte> stored_bytes) {
    if (found_) return;
    const Event stored = first_event(stored_bytes);
    if (rest_.empty()) return part(stored, std::nullopt);
    const Event own = first_event(rest_);
    if (place_of(own) < place_of(stored)) return part(std::nullopt, own);
    if (place_of(stored) < place_of(own)) return part(stored, std::nullopt);
    if (stored.bytes != own.bytes) return part(stored, own);
    rest_ = rest_.subspan(event_bytes(own.header().kind));
  }
  // The store has no more events.
  void end() {
    if (!found_ && !rest_.empty()) part(std::nullopt, first_event(rest_));
  }

  [[nodiscard]] std::optional<EventDifference>& found() { return found_; }

 private:
  void part(const std::optional<Event>& stored, const std::optional<Event>& reexecuted) {
    const EventPlace place = place_of(stored ? *stored : *reexecuted);
    found_ = EventDifference{.command = place.first,
                             .event_number = place.second,
                             .stored = stored,
                             .reexecuted = reexecuted};
  }

  std::span<const std::byte> rest_;
  std::optional<EventDifference> found_;
};

}  // namespace

std::optional<std::uint32_t> EventDifference::first_differing_byte() const noexcept {
  if (!stored || !reexecuted) return std::nullopt;
  const auto at =
      std::mismatch(stored->bytes.begin(), stored->bytes.end(), reexecuted->bytes.begin());
  return static_cast<std::uint32_t>(at.first - stored->bytes.begin());
}

void KeptEvents::add(SequenceNumber command, std::span<const Event> events) {
  if (events.empty()) return;
  last_offered_ = command;
  if (overflowed_) return;
  for (const Event& event : events) {
    const std::uint32_t size = event_bytes(event.header().kind);
    if (bytes_.size() - first_bytes_ + size > kMaxBytes) overflowed_ = true;
    if (overflowed_) break;
    bytes_.insert(bytes_.end(), event.bytes.begin(), event.bytes.begin() + size);
  }
  ends_.push_back({.command = command, .bytes = bytes_.size()});
}

void KeptEvents::drop_through(SequenceNumber through) {
  first_end_ = ends_through(through);
  if (first_end_ != 0) first_bytes_ = ends_[first_end_ - 1].bytes;
  if (overflowed_) {
    missing_through_ = last_offered_;
    overflowed_ = false;
  }
  // Only when most of it is dropped, so that little is moved.
  if (first_bytes_ <= bytes_.size() / 2) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(first_bytes_));
  ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(first_end_));
  for (End& end : ends_) end.bytes -= first_bytes_;
  first_bytes_ = 0;
  first_end_ = 0;
}

std::span<const std::byte> KeptEvents::bytes_through(SequenceNumber through) const noexcept {
  const std::size_t count = ends_through(through);
  const std::size_t end = count == 0 ? 0 : ends_[count - 1].bytes;
  return std::span(bytes_).subspan(first_bytes_, end - first_bytes_);
}

// How many of ends_ are of commands up to `through`.
std::size_t KeptEvents::ends_through(SequenceNumber through) const noexcept {
  const auto end = std::upper_bound(
      ends_.begin() + static_cast<std::ptrdiff_t>(first_end_), ends_.end(), through,
      [](SequenceNumber sought, const End& at) { return sought < at.command; });
  return static_cast<std::size_t>(end - ends_.begin());
}

absl::StatusOr<EventDifference> find_event_difference(JournalDevice& device,
                                                      const JournalUuid& uuid,
                                                      const DifferingRange& range,
                                                      const KeptEvents& reexecuted) {
  auto store = EventStore::open_to_read(device, uuid);
  if (absl::IsNotFound(store.status())) {
    return absl::NotFoundError(
        fmt::format("there is no {} to compare single events with", kEventStoreName));
  }
  if (!store.ok()) return store.status();
  Comparison comparison(reexecuted.bytes_through(range.through));
  EventDigest digest(range.from);
  const auto visit = [&](std::span<const std::byte> event) {
    digest.add(event);
    comparison.take(event);
    return true;
  };
  const absl::Status read = (*store)->read(next(range.from.through), range.through, visit);
  if (!read.ok()) return read;
  comparison.end();
  std::optional<EventDifference>& found = comparison.found();
  if (!found) {
    return absl::FailedPreconditionError(
        "the event store holds the events that re-execution gives, so it does not say which others "
        "the journal's digest covers");
  }
  if (!found->stored && found->command > (*store)->last_sequence()) {
    return absl::FailedPreconditionError(
        fmt::format("up to command {}, where the event store ends, all its events agree",
                    (*store)->last_sequence().value()));
  }
  if (!found->reexecuted && reexecuted.overflowed(range.from.through)) {
    return absl::FailedPreconditionError(
        "too many events lie between two digests to keep; those kept agree");
  }
  found->journal_vouches_for_stored = digest.advance(range.through).digest == range.journal;
  return *std::move(found);
}

}  // namespace hourglass::engine

#include "tests/support/reexecuted.h"

#include <cstdio>
#include <cstring>

#include "engine/base/assert.h"
#include "engine/journal/event_store.h"
#include "engine/sequencer/replayer.h"
#include "tests/support/replicas.h"

namespace hourglass::engine::test {
namespace {

void must(const absl::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  HG_ASSERT(status.ok());
}

// How many of `events` are those of commands 1 to `through`, in bytes.
std::size_t bytes_through(std::span<const std::byte> events, SequenceNumber through) {
  std::size_t bytes = 0;
  while (bytes < events.size()) {
    EventHeader header;
    std::memcpy(&header, events.data() + bytes, sizeof(header));
    if (header.command_sequence > through) break;
    bytes += event_bytes(header.kind);
  }
  return bytes;
}

}  // namespace

Reexecuted reexecute(JournalDevice& device, std::unique_ptr<Replica> fresh) {
  auto reader = JournalReader::open(device);
  must(reader.status());
  EventCollector collector;
  Replayer replayer(*fresh, **reader, std::make_unique<EventDigest>(), &collector);
  must(replayer.run());
  const auto vouched =
      std::span(collector.bytes)
          .first(bytes_through(collector.bytes, replayer.take_digest()->point().through));
  return {.events = collector.bytes,
          .vouched_events = {vouched.begin(), vouched.end()},
          .state = saved(*fresh)};
}

std::vector<std::byte> stored_events(JournalDevice& device) {
  const auto reader = JournalReader::open(device);
  must(reader.status());
  const auto store = EventStore::open_to_read(device, (*reader)->segments().front().header.uuid);
  if (absl::IsNotFound(store.status())) return {};
  must(store.status());
  std::vector<std::byte> bytes;
  const auto keep = [&](std::span<const std::byte> event) {
    bytes.insert(bytes.end(), event.begin(), event.end());
    return true;
  };
  must((*store)->read(SequenceNumber(1), (*store)->last_sequence(), keep));
  return bytes;
}

}  // namespace hourglass::engine::test

#include "tests/support/reexecuted.h"

#include <cstdio>

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

}  // namespace

Reexecuted reexecute(JournalDevice& device, std::unique_ptr<Replica> fresh) {
  auto reader = JournalReader::open(device);
  must(reader.status());
  EventCollector collector;
  Replayer replayer(*fresh, **reader, std::make_unique<EventDigest>(), &collector);
  must(replayer.run());
  return {.events = std::move(collector.bytes), .state = saved(*fresh)};
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

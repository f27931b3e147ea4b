// libFuzzer: no bytes of a snapshot file crash its reader. The first input byte's lowest bit says
// whether the header's checksum is made to fit, so that what lies behind it is reached.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "engine/journal/crc32c.h"
#include "engine/journal/snapshot_file.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hourglass::engine;
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data + 1, size - 1));
  SimulatedDevice device;
  const SnapshotPlace place{.uuid = kTestUuid,
                            .rule_set_version = kRuleSetVersion,
                            .sequence = SequenceNumber(9),
                            .event_digest = {},
                            .chain = {}};
  const std::string name = snapshot_file_name(place.sequence);
  if (!write_snapshot(device, place, input).ok()) std::abort();
  const auto written = read_snapshot(device, name, kTestUuid, kRuleSetVersion);
  if (!written.ok() || written->place != place) std::abort();

  SimulatedDevice::Bytes bytes(input.begin(), input.end());
  if (data[0] % 2 == 1 && bytes.size() >= sizeof(SnapshotHeader)) {
    SnapshotHeader header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    std::memcpy(header.magic.data(), "HGSNAP01", 8);
    header.checksum = crc32c(bytes_of(header).first(sizeof(header) - sizeof(header.checksum)),
                             checksum_seed(header.uuid));
    std::memcpy(bytes.data(), &header, sizeof(header));
  }
  device.set_contents(name, std::move(bytes));
  (void)read_snapshot(device, name, kTestUuid, kRuleSetVersion);
  return 0;
}

// libFuzzer: no bytes of a journal directory crash the reader, and what verifies also opens.
//
// The input edits a small valid journal, because checksums would stop random bytes at the first
// sector. Its first byte says how much is made to fit again afterwards: 0 nothing, 1 the sectors, 2
// the sectors and the frame chains, 3 the input is the segment file itself.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "engine/journal/frame_check.h"
#include "engine/journal/journal_writer.h"
#include "engine/journal/sector.h"
#include "engine/journal/verify.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

using Bytes = SimulatedDevice::Bytes;

struct SeedJournal {
  std::vector<std::string> names;
  std::vector<Bytes> files;
};

const SeedJournal& seed_journal() {
  static const SeedJournal kSeed = [] {
    SimulatedDevice device;
    auto writer = create_journal(device, small_segments(5));
    for (const std::uint64_t count : {10U, 40U, 1U, 25U, 60U}) {
      if (!write_frame(*writer, count).ok()) std::abort();
    }
    writer.reset();
    SeedJournal seed;
    for (const std::string& name : device.names()) {
      seed.names.push_back(name);
      seed.files.push_back(device.contents(name));
    }
    return seed;
  }();
  return kSeed;
}

// Recomputes the chain of each frame that can still be found by its own sizes.
void rechain(Bytes& file, std::uint32_t seed) {
  Sha256 sha;
  SegmentHeader segment;
  std::memcpy(&segment, file.data(), sizeof(segment));
  Digest chain = segment.prev_chain;
  std::uint32_t number = 1;
  for (std::size_t at = kBlockBytes; at + kBlockBytes <= file.size(); ++number) {
    std::vector<std::byte> data;
    for (std::size_t s = at; s < file.size(); s += kSectorBytes) {
      data.insert(data.end(), file.begin() + static_cast<std::ptrdiff_t>(s),
                  file.begin() + static_cast<std::ptrdiff_t>(s + kSectorDataBytes));
    }
    FrameHeader header;
    std::memcpy(&header, data.data(), sizeof(header));
    if (header.magic != kFrameMagic || header.blocks == 0 ||
        header.blocks > (file.size() - at) / kBlockBytes ||
        header.payload_bytes > data.size() - sizeof(header)) {
      return;
    }
    header.prev_chain = chain;
    header.chain = frame_chain(header, {data.data() + sizeof(header), header.payload_bytes}, sha);
    chain = header.chain;
    std::memcpy(data.data(), &header, sizeof(header));
    seal_blocks(data.data(), header.blocks, file.data() + at, seed, segment.segment_ordinal,
                static_cast<std::uint32_t>(at / kSectorBytes), number);
    at += std::size_t{header.blocks} * kBlockBytes;
  }
}

void reseal(Bytes& file, const Bytes& original) {
  SegmentHeader header;
  std::memcpy(&header, file.data(), sizeof(header));
  for (std::size_t at = 0; at + kSectorBytes <= file.size(); at += kSectorBytes) {
    if (std::equal(file.begin() + static_cast<std::ptrdiff_t>(at),
                   file.begin() + static_cast<std::ptrdiff_t>(at + kSectorBytes),
                   original.begin() + static_cast<std::ptrdiff_t>(at))) {
      continue;
    }
    SectorTrailer trailer;
    std::memcpy(&trailer, file.data() + at + kSectorDataBytes, sizeof(trailer));
    seal_sector(file.data() + at, checksum_seed(header.uuid), trailer.segment_ordinal,
                trailer.sector_index, trailer.frame_number);
  }
}

// Edits are {file, offset u16, length, bytes...}.
void apply_edits(std::vector<Bytes>& files, std::span<const std::uint8_t> input) {
  while (input.size() >= 5) {
    Bytes& file = files[input[0] % files.size()];
    const std::size_t offset = (std::size_t{input[1]} << 8 | input[2]) % file.size();
    const std::size_t length =
        std::min<std::size_t>({std::size_t{input[3]} + 1, input.size() - 4, file.size() - offset});
    std::memcpy(file.data() + offset, input.data() + 4, length);
    input = input.subspan(4 + length);
  }
}

void check(SimulatedDevice& device, std::uint64_t sequence) {
  const auto result = verify_journal(device);
  if (auto reader = JournalReader::open(device); reader.ok()) {
    if ((*reader)->seek(SequenceNumber(sequence)).ok()) {
      while (true) {
        const auto frame = (*reader)->next_frame();
        if (!frame.ok() || !*frame) break;
        auto payload = (*frame)->payload;
        while (!payload.empty()) (void)take_command(payload);
      }
    }
  }
  auto writer = JournalWriter::open(device, small_segments(5));
  const bool sound = result.ok() && !result->fault;
  if (!sound) return;
  if (!writer.ok()) std::abort();  // what verifies must open
  if ((*writer)->next_sequence() != result->next_sequence) std::abort();
}

}  // namespace
}  // namespace hourglass::engine

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hourglass::engine;
  if (size < 2) return 0;
  const std::span<const std::uint8_t> input(data + 2, size - 2);
  SimulatedDevice device;
  if (data[0] % 4 == 3) {
    const auto bytes = std::as_bytes(input);
    device.set_contents(segment_file_name(SequenceNumber(1)), {bytes.begin(), bytes.end()});
  } else {
    std::vector<Bytes> files = seed_journal().files;
    apply_edits(files, input);
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::string& name = seed_journal().names[i];
      if (name.starts_with(kSegmentPrefix)) {
        if (data[0] % 4 >= 1) reseal(files[i], seed_journal().files[i]);
        if (data[0] % 4 == 2) rechain(files[i], checksum_seed(kTestUuid));
      }
      device.set_contents(name, std::move(files[i]));
    }
  }
  check(device, data[1]);
  return 0;
}

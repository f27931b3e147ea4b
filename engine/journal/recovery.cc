#include "engine/journal/recovery.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "engine/journal/aligned_buffer.h"

namespace hourglass::engine {
namespace {

// A process may have died between a write and its reaching the disk: the page cache or the disk's
// own still shows what a power cut would take. Nothing read here may rest on that.
absl::Status settle(JournalDevice& device, const SegmentInfo& segment) {
  auto file = device.open(segment.file, OpenMode::kUpdate);
  if (!file.ok()) return file.status();
  return (*file)->sync();
}

// Removes the spare and any index without its segment: both are made anew when needed. The sync
// also settles a segment's name that a dead process had not yet synced.
absl::Status remove_leftovers(JournalDevice& device, const std::vector<SegmentInfo>& segments) {
  const auto names = device.list();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const auto index_of = sequence_in_name(name, kIndexPrefix, kIndexSuffix);
    const bool orphan =
        index_of && std::none_of(segments.begin(), segments.end(), [&](const SegmentInfo& info) {
          return info.header.first_sequence == *index_of;
        });
    if (!orphan && name != kSpareSegmentName && name != kSpareIndexName) continue;
    if (absl::Status s = device.remove(name); !s.ok()) return s;
  }
  return device.sync_directory();
}

absl::Status zero_fill(JournalDevice& device, const JournalTail& tail) {
  auto file = device.open(tail.place.file, OpenMode::kDurable);
  if (!file.ok()) return file.status();
  const AlignedBuffer zeros(tail.torn_bytes);
  return (*file)->write(tail.place.offset, {zeros.data(), zeros.size()});
}

// Makes the index of `segment` hold exactly `records`; returns how many slots had to change.
absl::StatusOr<std::uint32_t> repair_index(JournalDevice& device, const SegmentHeader& segment,
                                           const std::vector<IndexRecord>& records) {
  std::vector<std::byte> wanted(index_bytes(segment.segment_bytes));
  std::copy_n(std::as_bytes(std::span(records)).begin(), records.size() * sizeof(IndexRecord),
              wanted.begin());

  const std::string name = index_file_name(segment.first_sequence);
  auto file = device.open(name, OpenMode::kUpdate);
  if (absl::IsNotFound(file.status())) file = device.open(name, OpenMode::kCreate);
  if (!file.ok()) return file.status();
  const auto size = (*file)->size();
  if (!size.ok()) return size.status();
  std::vector<std::byte> found(wanted.size());
  const std::uint64_t readable = std::min<std::uint64_t>(*size, found.size());
  if (absl::Status s = (*file)->read(0, std::span(found).first(readable)); !s.ok()) return s;

  std::uint32_t repaired = 0;
  for (std::size_t at = 0; at < wanted.size(); at += sizeof(IndexRecord)) {
    if (std::memcmp(&wanted[at], &found[at], sizeof(IndexRecord)) != 0) ++repaired;
  }
  if (repaired == 0 && *size == wanted.size()) return 0;
  if (*size > wanted.size()) {
    if (absl::Status s = (*file)->truncate(wanted.size()); !s.ok()) return s;
  }
  if (absl::Status s = (*file)->write(0, wanted); !s.ok()) return s;
  if (absl::Status s = (*file)->sync(); !s.ok()) return s;
  if (absl::Status s = device.sync_directory(); !s.ok()) return s;
  return repaired;
}

}  // namespace

absl::StatusOr<JournalRecovery> recover_journal(JournalDevice& device) {
  auto list = list_segments(device);
  if (!list.ok()) return list.status();
  if (list->fault) return to_status(*list->fault);
  if (list->segments.empty()) return absl::NotFoundError("the directory holds no journal");
  const std::vector<SegmentInfo> segments = list->segments;
  JournalRecovery recovery;
  recovery.segment = segments.back();
  if (absl::Status s = settle(device, recovery.segment); !s.ok()) return s;

  JournalReader reader(device, std::move(list->segments), {});
  if (absl::Status s = reader.seek_last_segment(); !s.ok()) return s;
  const std::uint32_t seed = checksum_seed(recovery.segment.header.uuid);
  std::vector<IndexRecord> records;
  while (true) {  // each turn reads a frame or ends
    const auto frame = reader.next_frame();
    if (!frame.ok()) return frame.status();
    if (!*frame) break;
    const FrameHeader& header = (*frame)->header;
    records.push_back(make_index_record(header, (*frame)->offset, (*frame)->segment_ordinal,
                                        (*frame)->frame_number, seed));
    recovery.prev_blocks = header.blocks;
    recovery.digest_through = header.digest_through;
    recovery.event_digest = header.event_digest;
    recovery.sealed = (header.flags & kFrameSeal) != 0;
  }
  recovery.tail = reader.tail();
  recovery.offset = recovery.tail.place.offset;
  recovery.frame_number = recovery.tail.place.frame;
  recovery.next_sequence = reader.next_sequence();
  recovery.chain = reader.chain();

  // From here on the directory changes; everything in it has been found good.
  if (absl::Status s = remove_leftovers(device, segments); !s.ok()) return s;
  if (recovery.tail.kind == JournalTail::Kind::kTorn) {
    if (absl::Status s = zero_fill(device, recovery.tail); !s.ok()) return s;
  }
  const auto repaired = repair_index(device, recovery.segment.header, records);
  if (!repaired.ok()) return repaired.status();
  recovery.index_records_repaired = *repaired;
  return recovery;
}

}  // namespace hourglass::engine

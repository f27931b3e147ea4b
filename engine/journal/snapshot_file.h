// Snapshot files: a state, as bytes that only its owner understands, bound to one place of one
// journal.
//
// A snapshot bounds how much must be replayed; it is never needed and never trusted beyond what its
// hash, its journal and the event digest say. A file under its final name was whole when it was
// renamed; one that does not validate is skipped for the next older.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/journal/format.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/sha256.h"

namespace hourglass::engine {

inline constexpr std::string_view kSnapshotPrefix = "snap-";
inline constexpr std::string_view kSnapshotSuffix = ".hgs";

// What a snapshot is a snapshot of.
struct SnapshotPlace {
  JournalUuid uuid;
  std::uint32_t rule_set_version;
  SequenceNumber sequence;  // the last command applied
  Digest event_digest;      // at `sequence` (event_digest.h)
  Digest chain;             // of the frame that names this digest point

  bool operator==(const SnapshotPlace&) const = default;
};

// The file's first 256 bytes; the state follows at once and ends the file.
struct SnapshotHeader {
  std::array<char, 8> magic;  // "HGSNAP01"
  std::uint32_t format_version;
  std::uint32_t layout_version;
  std::uint32_t rule_set_version;
  std::uint32_t reserved;
  JournalUuid uuid;
  SequenceNumber sequence;
  std::uint64_t state_bytes;
  Digest event_digest;
  Digest chain;
  Digest state_sha256;
  std::array<std::byte, 100> reserved2;
  std::uint32_t checksum;  // CRC-32C of the journal's uuid, then the first 252 bytes
};
static_assert(sizeof(SnapshotHeader) == 256);

struct Snapshot {
  SnapshotPlace place;
  std::vector<std::byte> state;
};

[[nodiscard]] std::string snapshot_file_name(SequenceNumber sequence);

// A snapshot being written, a piece at a time: under a temporary name, synced, renamed, the
// directory synced. After a crash it is there whole or not at all. An older one of the same
// sequence is replaced. Thread: any but two for one sequence.
class SnapshotWriter {
 public:
  // `device` and `state` outlive the writer.
  SnapshotWriter(JournalDevice& device, const SnapshotPlace& place,
                 std::span<const std::byte> state);

  // Writes one more piece; true once the snapshot is there. Errors: kInvalidArgument (over
  // kMaxSnapshotBytes), the device's; what was written is given back, and the next step begins
  // anew. Cost: hashes and writes a MiB; a sync for each kSyncBytes, and three at the end.
  absl::StatusOr<bool> step();
  // Removes what was written. Cost: one removal, if anything was.
  void abandon();

  static constexpr std::size_t kSyncBytes = std::size_t{16} << 20;

 private:
  absl::StatusOr<bool> advance();
  absl::Status finish();

  JournalDevice& device_;
  const SnapshotPlace place_;
  const std::span<const std::byte> state_;
  std::string temporary_;
  std::unique_ptr<JournalFile> file_;
  bool begun_ = false;  // there may be a temporary file
  std::size_t at_ = 0;  // in the state
  Sha256 sha_;
};

// Writes a snapshot in one go. Errors: SnapshotWriter's. Cost: hashes and writes the state once.
absl::Status write_snapshot(JournalDevice& device, const SnapshotPlace& place,
                            std::span<const std::byte> state);

// Reads and validates one snapshot: every byte of the file is covered by a checksum or hash.
// Without `rule_set_version` any that this program knows will do. Errors: kDataLoss with the
// reason; kFailedPrecondition for a journal or rule set other than expected; kNotFound; the
// device's. Cost: one read and hash; allocates the file's size.
absl::StatusOr<Snapshot> read_snapshot(JournalDevice& device, std::string_view name,
                                       const JournalUuid& uuid,
                                       std::optional<std::uint32_t> rule_set_version = {});

// The names of the snapshots in the directory, newest first. They are not looked into.
absl::StatusOr<std::vector<std::string>> list_snapshots(JournalDevice& device);

// Removes the snapshots at or before `newest` but for the `keep` last of them, and what interrupted
// writers left. Errors: the device's. Thread: of the one who writes snapshots here.
absl::Status remove_old_snapshots(JournalDevice& device, SequenceNumber newest, std::uint32_t keep);

}  // namespace hourglass::engine

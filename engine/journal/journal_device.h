// JournalDevice: all the journal asks of a file system, so that tests can stand in its place and
// stop, lie or fail at any operation.
//
// Durability is a property of how a file was opened. kDurable: write() returns once the bytes
// survive a power cut. kCreate, kPrepare and kUpdate: only after sync(). Names (create, rename,
// remove) survive only after sync_directory().
//
// No call is ever repeated by the journal after an error: a kernel may have dropped the pages it
// failed to write and report success the second time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace hourglass::engine {

// One open file. Closed by destruction. Thread: one at a time.
class JournalFile {
 public:
  virtual ~JournalFile() = default;

  virtual absl::StatusOr<std::uint64_t> size() = 0;
  // Fills `into`. Errors: kOutOfRange where the file ends before.
  virtual absl::Status read(std::uint64_t offset, std::span<std::byte> into) = 0;
  // Writes all of `bytes`. kDurable and kPrepare files take only 4 KiB-aligned memory, offsets and
  // sizes.
  // Errors: kResourceExhausted (no space), kDataLoss (short write), others; the file's content in
  // that range is then unknown. Cost: kDurable about 160 us on a virtual NVMe; no allocation.
  virtual absl::Status write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  virtual absl::Status truncate(std::uint64_t bytes) = 0;
  virtual absl::Status sync() = 0;
};

// Held by the one writer of a directory; given back by destruction.
class JournalLock {
 public:
  virtual ~JournalLock() = default;
};

enum class OpenMode : std::uint8_t {
  kRead,
  kDurable,  // existing, written in place, each write durable on return
  kCreate,   // new and empty, replacing what had the name; buffered
  kPrepare,  // as kCreate, but past the page cache, so that filling it disturbs nobody
  kUpdate,   // existing, buffered
};

// One directory. Thread: any number at once, as long as each works on its own names.
class JournalDevice {
 public:
  virtual ~JournalDevice() = default;

  // Errors: kNotFound.
  virtual absl::StatusOr<std::unique_ptr<JournalFile>> open(std::string_view name,
                                                            OpenMode mode) = 0;
  // The names of the directory's plain files, sorted.
  virtual absl::StatusOr<std::vector<std::string>> list() = 0;
  // Replaces `to` if it exists.
  virtual absl::Status rename(std::string_view from, std::string_view to) = 0;
  // Errors: kNotFound.
  virtual absl::Status remove(std::string_view name) = 0;
  virtual absl::Status sync_directory() = 0;
  // Errors: kFailedPrecondition when another writer holds it.
  virtual absl::StatusOr<std::unique_ptr<JournalLock>> lock() = 0;
  // Where and how durable, in words: printed with every benchmark and at start-up.
  [[nodiscard]] virtual std::string describe() const = 0;
};

}  // namespace hourglass::engine

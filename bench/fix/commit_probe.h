// CommitProbe: how long the disk takes for one commit of the journal's smallest frame.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "bench/play/latency_histogram.h"
#include "engine/journal/aligned_buffer.h"
#include "engine/journal/journal_device.h"

namespace hourglass::bench {

// Writes single blocks of 4 KiB durably, one behind the other, into a file of written zeros, as the
// journal does (engine/journal/file_device.h). Thread: one.
class CommitProbe {
 public:
  // Makes the file in `directory`, which is made if it is missing. Errors: the system's. Cost:
  // 8 MiB written.
  static absl::StatusOr<std::unique_ptr<CommitProbe>> make(const std::string& directory);

  // Makes `count` commits and records each; one begins `every_ticks` after the one before, or as
  // soon as that is over. Units: TscClock's ticks. Errors: the system's.
  absl::Status run(std::uint64_t count, std::uint64_t every_ticks, LatencyHistogram& ticks);

 private:
  CommitProbe() = default;

  std::unique_ptr<engine::JournalDevice> device_;
  std::unique_ptr<engine::JournalFile> file_;
  engine::AlignedBuffer block_;
  std::uint64_t written_ = 0;  // blocks
};

}  // namespace hourglass::bench

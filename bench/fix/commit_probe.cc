#include "bench/fix/commit_probe.h"

#include <cstddef>
#include <utility>

#include "bench/play/tsc_clock.h"
#include "engine/journal/file_device.h"
#include "engine/journal/format.h"

namespace hourglass::bench {
namespace {

constexpr std::uint64_t kFileBytes = std::uint64_t{8} << 20;
constexpr std::uint64_t kChunkBytes = std::uint64_t{1} << 20;
constexpr char kFile[] = "commits";

absl::Status write_zeros(engine::JournalDevice& device) {
  const auto file = device.open(kFile, engine::OpenMode::kPrepare);
  if (!file.ok()) return file.status();
  const engine::AlignedBuffer zeros(kChunkBytes);
  for (std::uint64_t at = 0; at < kFileBytes; at += kChunkBytes) {
    const absl::Status status = (*file)->write(at, {zeros.data(), zeros.size()});
    if (!status.ok()) return status;
  }
  return (*file)->sync();
}

}  // namespace

absl::StatusOr<std::unique_ptr<CommitProbe>> CommitProbe::make(const std::string& directory) {
  auto device = engine::FileDevice::open_directory(directory);
  if (!device.ok()) return device.status();
  if (absl::Status status = write_zeros(**device); !status.ok()) return status;
  auto file = (*device)->open(kFile, engine::OpenMode::kDurable);
  if (!file.ok()) return file.status();
  auto probe = std::unique_ptr<CommitProbe>(new CommitProbe);
  probe->device_ = *std::move(device);
  probe->file_ = *std::move(file);
  probe->block_ = engine::AlignedBuffer(engine::kBlockBytes);
  return probe;
}

absl::Status CommitProbe::run(std::uint64_t count, std::uint64_t every_ticks,
                              LatencyHistogram& ticks) {
  std::uint64_t due = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    *block_.data() = static_cast<std::byte>(++written_);
    const std::uint64_t at = written_ * engine::kBlockBytes % kFileBytes;
    while (TscClock::begin_ticks() < due) {  // ends: at `due`
    }
    const std::uint64_t begin = TscClock::begin_ticks();
    due = begin + every_ticks;
    const absl::Status status = file_->write(at, {block_.data(), block_.size()});
    if (!status.ok()) return status;
    ticks.record(TscClock::end_ticks() - begin);
  }
  return absl::OkStatus();
}

}  // namespace hourglass::bench

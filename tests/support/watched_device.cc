#include "tests/support/watched_device.h"

#include <cstring>
#include <utility>

#include "engine/journal/format.h"

namespace hourglass::engine::test {

class WatchedFile final : public JournalFile {
 public:
  WatchedFile(WatchedDevice& device, std::unique_ptr<JournalFile> inner, OpenMode mode)
      : device_(device), inner_(std::move(inner)), mode_(mode) {}
  ~WatchedFile() override {
    const std::lock_guard lock(device_.mutex_);
    inner_.reset();
  }

  absl::StatusOr<std::uint64_t> size() override {
    const std::lock_guard lock(device_.mutex_);
    return inner_->size();
  }
  absl::Status read(std::uint64_t offset, std::span<std::byte> into) override {
    const std::lock_guard lock(device_.mutex_);
    return inner_->read(offset, into);
  }
  absl::Status write(std::uint64_t offset, std::span<const std::byte> bytes) override {
    const std::lock_guard lock(device_.mutex_);
    const std::uint64_t last = mode_ == OpenMode::kDurable ? last_of_frame(bytes) : 0;
    if (last != 0 && device_.frames_to_failure_ != 0 && --device_.frames_to_failure_ == 0) {
      return absl::UnknownError("watched: input/output error");
    }
    absl::Status written = inner_->write(offset, bytes);
    if (written.ok() && last != 0) device_.reached_.set(last + 1);
    return written;
  }
  absl::Status truncate(std::uint64_t bytes) override {
    const std::lock_guard lock(device_.mutex_);
    return inner_->truncate(bytes);
  }
  absl::Status sync() override {
    const std::lock_guard lock(device_.mutex_);
    return inner_->sync();
  }

 private:
  // The last sequence of the frame that `bytes` are; 0 for a segment header. A frame's header
  // stands in the first sector's data, where no trailer cuts it.
  static std::uint64_t last_of_frame(std::span<const std::byte> bytes) {
    FrameHeader header;
    static_assert(sizeof(header) <= kSectorDataBytes);
    std::memcpy(&header, bytes.data(), sizeof(header));
    return header.magic == kFrameMagic ? header.last_sequence.value() : 0;
  }

  WatchedDevice& device_;
  std::unique_ptr<JournalFile> inner_;
  OpenMode mode_;
};

absl::StatusOr<std::unique_ptr<JournalFile>> WatchedDevice::open(std::string_view name,
                                                                 OpenMode mode) {
  const std::lock_guard lock(mutex_);
  auto file = inner_.open(name, mode);
  if (!file.ok()) return file.status();
  return std::make_unique<WatchedFile>(*this, *std::move(file), mode);
}

absl::StatusOr<std::vector<std::string>> WatchedDevice::list() {
  const std::lock_guard lock(mutex_);
  return inner_.list();
}

absl::Status WatchedDevice::rename(std::string_view from, std::string_view to) {
  const std::lock_guard lock(mutex_);
  return inner_.rename(from, to);
}

absl::Status WatchedDevice::remove(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return inner_.remove(name);
}

absl::Status WatchedDevice::sync_directory() {
  const std::lock_guard lock(mutex_);
  return inner_.sync_directory();
}

absl::StatusOr<std::unique_ptr<JournalLock>> WatchedDevice::lock() {
  const std::lock_guard lock(mutex_);
  return inner_.lock();
}

}  // namespace hourglass::engine::test

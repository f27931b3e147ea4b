// PreallocatedDevice: a journal directory in memory that allocates where a file is made and nowhere
// else, so that what a commit allocates is the journal's own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/assert.h"
#include "engine/journal/journal_device.h"

namespace hourglass::engine::test {

// Whether each write takes memory, as a control: who counts allocations must notice.
enum class Hoarding : std::uint8_t { kNo, kYes };

// Thread: one.
class PreallocatedDevice final : public JournalDevice {
 public:
  // No file may become larger than `file_bytes_max` (asserted).
  explicit PreallocatedDevice(std::uint64_t file_bytes_max, Hoarding hoarding = Hoarding::kNo)
      : file_bytes_max_(file_bytes_max), hoarding_(hoarding) {}

  absl::StatusOr<std::unique_ptr<JournalFile>> open(std::string_view name, OpenMode mode) override {
    if (mode == OpenMode::kCreate || mode == OpenMode::kPrepare) {
      auto bytes = std::make_shared<Bytes>();
      bytes->reserve(file_bytes_max_);
      files_.insert_or_assign(std::string(name), std::move(bytes));
    }
    const auto found = files_.find(name);
    if (found == files_.end()) return absl::NotFoundError("no such file");
    return std::make_unique<File>(*this, found->second);
  }
  absl::StatusOr<std::vector<std::string>> list() override {
    std::vector<std::string> names;
    for (const auto& file : files_) names.push_back(file.first);
    return names;
  }
  absl::Status rename(std::string_view from, std::string_view to) override {
    const auto found = files_.find(from);
    if (found == files_.end()) return absl::NotFoundError("no such file");
    files_.insert_or_assign(std::string(to), std::move(found->second));
    files_.erase(found);
    return absl::OkStatus();
  }
  absl::Status remove(std::string_view name) override {
    const auto found = files_.find(name);
    if (found == files_.end()) return absl::NotFoundError("no such file");
    files_.erase(found);
    return absl::OkStatus();
  }
  absl::Status sync_directory() override { return absl::OkStatus(); }
  absl::StatusOr<std::unique_ptr<JournalLock>> lock() override {
    return std::make_unique<JournalLock>();
  }
  [[nodiscard]] std::string describe() const override { return "in memory"; }

 private:
  using Bytes = std::vector<std::byte>;

  class File final : public JournalFile {
   public:
    File(PreallocatedDevice& device, std::shared_ptr<Bytes> bytes)
        : device_(device), bytes_(std::move(bytes)) {}

    absl::StatusOr<std::uint64_t> size() override { return bytes_->size(); }
    absl::Status read(std::uint64_t offset, std::span<std::byte> into) override {
      if (offset + into.size() > bytes_->size()) return absl::OutOfRangeError("end of file");
      std::copy_n(bytes_->begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
      return absl::OkStatus();
    }
    absl::Status write(std::uint64_t offset, std::span<const std::byte> bytes) override {
      const std::uint64_t end = offset + bytes.size();
      HG_ASSERT(end <= device_.file_bytes_max_, end, device_.file_bytes_max_);
      if (end > bytes_->size()) bytes_->resize(end);
      std::copy(bytes.begin(), bytes.end(), bytes_->begin() + static_cast<std::ptrdiff_t>(offset));
      if (device_.hoarding_ == Hoarding::kYes) {
        device_.hoard_.push_back(std::make_unique<std::byte>());
      }
      return absl::OkStatus();
    }
    absl::Status truncate(std::uint64_t bytes) override {
      HG_ASSERT(bytes <= device_.file_bytes_max_, bytes, device_.file_bytes_max_);
      bytes_->resize(bytes);
      return absl::OkStatus();
    }
    absl::Status sync() override { return absl::OkStatus(); }

   private:
    PreallocatedDevice& device_;
    std::shared_ptr<Bytes> bytes_;
  };

  const std::uint64_t file_bytes_max_;
  const Hoarding hoarding_;
  std::map<std::string, std::shared_ptr<Bytes>, std::less<>> files_;
  std::vector<std::unique_ptr<std::byte>> hoard_;
};

}  // namespace hourglass::engine::test

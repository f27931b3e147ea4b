// FileDevice: a journal directory of a real file system.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/journal/journal_device.h"

namespace hourglass::engine {

// kVolatile drops O_DSYNC and every sync: a power cut loses what was acknowledged. For benchmarks,
// and describe() says so.
enum class Durability : std::uint8_t { kDurable, kVolatile };

// Writes segments by O_DIRECT | O_DSYNC, or, where the file system refuses O_DIRECT, O_DSYNC alone.
class FileDevice final : public JournalDevice {
 public:
  // Makes the directory (not its parents) if it is missing. Errors: the system's.
  static absl::StatusOr<std::unique_ptr<FileDevice>> open_directory(
      std::string path, Durability durability = Durability::kDurable);
  // A directory that is there, to look at: nothing in it is changed, not even to find out whether
  // it takes O_DIRECT. Writing works, and is durable. Errors: kNotFound; the system's.
  static absl::StatusOr<std::unique_ptr<FileDevice>> open_existing(std::string path);
  ~FileDevice() override;
  FileDevice(const FileDevice&) = delete;
  FileDevice& operator=(const FileDevice&) = delete;

  absl::StatusOr<std::unique_ptr<JournalFile>> open(std::string_view name, OpenMode mode) override;
  absl::StatusOr<std::vector<std::string>> list() override;
  absl::Status rename(std::string_view from, std::string_view to) override;
  absl::Status remove(std::string_view name) override;
  absl::Status sync_directory() override;
  absl::StatusOr<std::unique_ptr<JournalLock>> lock() override;
  [[nodiscard]] std::string describe() const override;

 private:
  FileDevice(std::string path, int directory, Durability durability, bool direct);

  std::string path_;
  int directory_;
  Durability durability_;
  bool direct_;
};

}  // namespace hourglass::engine

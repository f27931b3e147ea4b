// WatchedDevice: passes everything on to another device, one call at a time, and keeps count of the
// commands whose frames that device has said are durable.
//
// The count is a witness for the durable watermark that does not come from the journal's own code.
// One call at a time, because a simulated device takes no two at once and a pipeline's journal and
// preparer are two threads.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/journal/journal_device.h"
#include "engine/ring/cursor.h"

namespace hourglass::engine::test {

class WatchedDevice final : public JournalDevice {
 public:
  // `inner` outlives it.
  explicit WatchedDevice(JournalDevice& inner) : inner_(inner) {}

  // The first sequence that is in no frame written durably through this device. Thread: any.
  [[nodiscard]] std::uint64_t reached() const { return reached_.get(); }
  // Where a journal written before goes on. Thread: before there are others.
  void set_reached(std::uint64_t first_not_durable) { reached_.set(first_not_durable); }

  // Makes the `nth` frame from now (1 is the next) fail unwritten, whatever else is written in
  // between: with two threads at the device its operations have no fixed numbers. Thread: before
  // there are others.
  void fail_frame(std::uint64_t nth) { frames_to_failure_ = nth; }

  absl::StatusOr<std::unique_ptr<JournalFile>> open(std::string_view name, OpenMode mode) override;
  absl::StatusOr<std::vector<std::string>> list() override;
  absl::Status rename(std::string_view from, std::string_view to) override;
  absl::Status remove(std::string_view name) override;
  absl::Status sync_directory() override;
  absl::StatusOr<std::unique_ptr<JournalLock>> lock() override;
  [[nodiscard]] std::string describe() const override { return inner_.describe(); }

 private:
  friend class WatchedFile;

  JournalDevice& inner_;
  std::mutex mutex_;
  std::uint64_t frames_to_failure_ = 0;  // 0: none will fail
  Cursor reached_{1};                    // writer: whoever holds the mutex
};

}  // namespace hourglass::engine::test

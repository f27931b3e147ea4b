// MappedSession: a session file found or begun, locked, checked and mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/store/session_file_layout.h"

namespace hourglass::gateway::fix {

// What a new file begins with.
struct NewSession {
  std::uint64_t ring_bytes = 0;
  HeaderCopy header;
  ReservationRecord reservation;
};

// Thread: one at a time.
class MappedSession {
 public:
  // Maps `path`; where there is none, `begin` is written under another name and moved there, so
  // that no kill leaves half of one. Errors: kFailedPrecondition where a process has it open;
  // kDataLoss for a file that is not one of ours; the system's, all with the path.
  static absl::StatusOr<std::unique_ptr<MappedSession>> open(const std::string& path,
                                                             const NewSession& begin);
  ~MappedSession();
  MappedSession(const MappedSession&) = delete;
  MappedSession& operator=(const MappedSession&) = delete;

  [[nodiscard]] std::byte* at(std::uint64_t offset) const noexcept {
    return bytes_.data() + offset;
  }
  [[nodiscard]] std::span<std::byte> ring() const noexcept { return bytes_.subspan(kRingOffset); }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // Makes sure that the disk has room for the first `bytes` of the ring, so that writing there
  // raises no SIGBUS. Errors: kResourceExhausted. Cost: a compare, and now and then a system call.
  absl::Status provide(std::uint64_t bytes);
  // Tells the kernel that the first `bytes` of the ring are read next.
  void will_read(std::uint64_t bytes) noexcept;
  // Waits until both header copies are on the disk. Errors: the system's.
  absl::Status sync_header();
  // Waits until everything is on the disk. Errors: the system's.
  absl::Status sync_all();

 private:
  explicit MappedSession(std::string path) : path_(std::move(path)) {}
  // Checks and maps the file of `descriptor_`.
  absl::Status map(std::uint64_t file_bytes);
  [[nodiscard]] absl::Status error(std::string_view what) const;

  std::string path_;
  int descriptor_ = -1;
  std::span<std::byte> bytes_;
  std::uint64_t provided_bytes_ = 0;  // of the ring
};

}  // namespace hourglass::gateway::fix

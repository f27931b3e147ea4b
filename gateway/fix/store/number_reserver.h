// NumberReserver: makes the sender numbers of a session file durable ahead of their use.
//
// A thread shared by all files of the process writes the reservations; it starts with the first
// one asked for, and ends with the last file that asked.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "gateway/fix/store/session_file_layout.h"

namespace hourglass::gateway::fix {

// What a reservation says; the rest of the record is the reserver's.
struct Reservation {
  std::uint32_t life = 1;
  std::uint32_t end = 0;
  std::uint64_t epoch_applied = 0;
  std::uint64_t epoch_time_ns = 0;
};

// Writes `record` (sealed here) to its place in file `descriptor`, and waits until it is on the
// disk. Errors: the system's. Thread: any. Cost: one write of the disk.
absl::Status write_reservation(int descriptor, ReservationRecord record);

class ReserverThread;

// Thread: one at a time, the session's.
class NumberReserver {
 public:
  // `durable` is on the disk of file `descriptor`, which outlives this.
  NumberReserver(int descriptor, const ReservationRecord& durable);
  // Takes back what was not begun, and waits for a write that was.
  ~NumberReserver();
  NumberReserver(const NumberReserver&) = delete;
  NumberReserver& operator=(const NumberReserver&) = delete;

  // Whether `sequence` of `life` may be used. Cost: one load.
  [[nodiscard]] bool covers(std::uint32_t life, std::uint32_t sequence) const noexcept;
  // The end of what `life` has on the disk; 0 where it has nothing.
  [[nodiscard]] std::uint32_t durable_end(std::uint32_t life) const noexcept;
  // Asks for `reservation`, in place of one asked for before and not begun. Cost: a lock.
  void request(const Reservation& reservation);
  // Asks for `reservation` and waits for the disk. Errors: the system's; what was durable is still.
  absl::Status request_and_wait(const Reservation& reservation);

  // Not for callers: what the thread and the session's share.
  struct Shared {
    int descriptor = -1;
    // Life in the upper half, end in the lower. Stored with release by the thread after the disk
    // has it; loaded with acquire by the session's.
    std::atomic<std::uint64_t> durable{0};
    // The rest under the thread's lock.
    Reservation wanted;
    std::uint64_t generation = 0;
    bool is_queued = false;
    bool is_being_written = false;
    absl::Status outcome;
  };

 private:
  Shared shared_;
  std::shared_ptr<ReserverThread> thread_;  // from the first request on
};

}  // namespace hourglass::gateway::fix

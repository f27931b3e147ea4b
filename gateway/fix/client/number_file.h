// NumberFile: a client session's numbers from one run to the next.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace hourglass::gateway::fix {

// One line in a file of fixed length: number of our next message, blank, number of the venue's next
// one. Thread: one.
class NumberFile {
 public:
  NumberFile() = default;
  ~NumberFile();
  NumberFile(const NumberFile&) = delete;
  NumberFile& operator=(const NumberFile&) = delete;

  // Opens or makes the file and its folder, with the numbers 1 and 1, and keeps others from it.
  // Errors: kUnavailable where another program has it; kDataLoss where it is no such line; the
  // system's.
  absl::Status open(const std::string& path);
  // Writes over the line in place; durable against a crash of the program, not of the machine.
  // Cost: one system call.
  absl::Status write(std::uint32_t next_sender, std::uint32_t next_target);

  [[nodiscard]] std::uint32_t next_sender() const noexcept { return next_sender_; }
  [[nodiscard]] std::uint32_t next_target() const noexcept { return next_target_; }

 private:
  int descriptor_ = -1;
  std::uint32_t next_sender_ = 1;
  std::uint32_t next_target_ = 1;
};

}  // namespace hourglass::gateway::fix

// Multicast groups of this process's own: tests run side by side.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <string>

#include "fmt/format.h"

namespace hourglass::marketdata {

// One for each `number`, below 16.
inline std::string own_group(std::uint32_t number) {
  const auto pid = static_cast<std::uint32_t>(::getpid());
  return fmt::format("239.{}.{}.{}", 192 + number, (pid >> 8U) & 0xFFU, pid & 0xFFU);
}

}  // namespace hourglass::marketdata

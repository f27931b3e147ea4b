#include "gateway/daemon/data_dir.h"

#include <cstdlib>

#include "fmt/format.h"

namespace hourglass::gateway {

std::string default_data_dir() {
  const char* const home = std::getenv("HOME");
  return fmt::format("{}/.hourglass", home != nullptr ? home : ".");
}

}  // namespace hourglass::gateway

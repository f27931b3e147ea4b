#include "tests/feed/published_file.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/tree_file.h"

namespace hourglass::marketdata::test {

std::string published_file(const std::string& path, const std::string& expected) {
  const char* const asked = std::getenv("HOURGLASS_WRITE_FEED");
  if (asked != nullptr && *asked != '\0') {
    std::ofstream out(fmt::format("{}/{}", HOURGLASS_SOURCE_DIR, path), std::ios::binary);
    out << expected;
  }
  return engine::test::tree_file(path);
}

}  // namespace hourglass::marketdata::test

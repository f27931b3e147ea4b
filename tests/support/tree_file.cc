#include "tests/support/tree_file.h"

#include <fstream>
#include <sstream>

namespace hourglass::engine::test {

std::string tree_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(std::string(HOURGLASS_SOURCE_DIR) + "/" + path).rdbuf();
  return text.str();
}

}  // namespace hourglass::engine::test

// A file of the source tree as text: for tests that hold a page to the code it describes.
#pragma once

#include <string>

namespace hourglass::engine::test {

// Errors: a file that cannot be read is the empty text. `path` counts from the tree's root.
std::string tree_file(const std::string& path);

}  // namespace hourglass::engine::test

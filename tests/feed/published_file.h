// Files of the tree that tests make: held equal, and written anew on request.
#pragma once

#include <string>

namespace hourglass::marketdata::test {

// The file as it stands; where HOURGLASS_WRITE_FEED is set (to anything), first made `expected`.
// `path` counts from the tree's root.
std::string published_file(const std::string& path, const std::string& expected);

}  // namespace hourglass::marketdata::test

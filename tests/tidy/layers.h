// The arrows between folders: who may include whom.
#pragma once

#include <vector>

#include "tests/tidy/source_file.h"

namespace hourglass::tests {

// Every include of `file` that goes against an arrow of the layer table (layers.cc), is not written
// from the repository's root, or brings QuickFIX in outside gateway/fix; and the file itself if it
// lies in no known layer.
std::vector<Finding> check_includes(const SourceFile& file);

}  // namespace hourglass::tests

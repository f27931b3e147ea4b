// Words that do not belong in parts of the tree, and the few places that are let off, with reasons.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tests/tidy/source_file.h"

namespace hourglass::tests {

// A place where a banned word may stand.
struct Exception {
  std::string_view word;
  std::string_view path_prefix;
  std::string_view reason;
};

// The exceptions in force.
std::span<const Exception> exceptions();

// Every banned word (bans.cc) in the code of `file` that no exception covers.
std::vector<Finding> check_bans(const SourceFile& file);

// Whether `exception` names a banned word and its word stands in `file`; one that never does should
// be struck off.
bool is_used(const Exception& exception, const SourceFile& file);
bool names_a_ban(const Exception& exception);

}  // namespace hourglass::tests

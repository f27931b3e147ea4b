// The source of Debian's QuickFIX package, for its acceptance suite (test/definitions/server/) and
// its stock dictionaries (spec/). Neither is part of this tree: they are fetched when a test runs.
#pragma once

#include <absl/status/statusor.h>

#include <string>

namespace hourglass::gateway::fix::test {

// The directory that holds the unpacked source. The first call on a machine fetches it with apt-get
// into quickfix-source below shared_temporary_directory(), with package lists of its own: no file
// of the system is changed and no right is needed. Later calls, of other processes too, find it
// there; a call made meanwhile waits for the first. HOURGLASS_QUICKFIX_SOURCE in the environment
// names a directory to take instead. Cost: a few seconds and 13 MB once, at most 120 s. Errors:
// kUnavailable with the reason, where the registry cannot be reached, which is a reason to skip a
// test; kNotFound where the directory in the environment holds no such source.
absl::StatusOr<std::string> quickfix_source_directory();

}  // namespace hourglass::gateway::fix::test

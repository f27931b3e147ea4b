// `hourglass audit`: what an auditor does with a journal directory.
#pragma once

#include <span>
#include <string_view>

#include "engine/exchange/replica.h"

namespace hourglass::engine {

// The exchanges a journal may have been written by, for --clearing. The engine knows no clearing of
// the venue, so the program's front hands them in.
struct AuditReplicas {
  ReplicaFactory funded;      // what the venue runs
  ReplicaFactory permissive;  // what `play` measures with
};

// The subcommand: verify, replay or snapshot, then a directory. Prints the report to stdout and
// errors to stderr. Returns the exit code: 0 all is well, 1 something is not or could not be
// looked at, 2 misused. Thread: main.
int audit_main(std::span<const std::string_view> args, const AuditReplicas& replicas);

}  // namespace hourglass::engine

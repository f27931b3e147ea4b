// Reading and writing HGOS1 streams.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/streams/stream.h"

namespace hourglass::bench {

// Reads and checks the stream in the file at `path`, every record of it.
// Errors: NotFound or Unavailable when the file cannot be opened or read, DataLoss when it is
// truncated, InvalidArgument with the field or record when anything else is wrong. No file, however
// hostile, crashes it. Thread: any. Cost: one pass in pieces of 1 MiB; 24 bytes a record, and
// while checking 4 bytes an id.
absl::StatusOr<Stream> read_stream(const std::string& path);

// The same for a file already in memory. Used by tests and the fuzzer.
absl::StatusOr<Stream> parse_stream(std::span<const std::byte> bytes);

// Writes `stream` to `path`, replacing what is there. Errors: Unavailable with the system's text;
// the file may then be half written. Thread: any.
absl::Status write_stream(const Stream& stream, const std::string& path);

}  // namespace hourglass::bench

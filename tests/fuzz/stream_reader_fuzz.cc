// Bytes that claim to be an order stream: whatever the reader accepts can be played safely.
#include <cstddef>
#include <cstdint>
#include <span>

#include "bench/streams/reference_book.h"
#include "bench/streams/stream_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hourglass::bench;
  const absl::StatusOr<Stream> stream = parse_stream(std::as_bytes(std::span(data, size)));
  if (!stream.ok()) {
    if (stream.status().message().empty()) __builtin_trap();
    return 0;
  }
  ReferenceVenue venue(stream->header.n_symbols);
  venue.play(stream->records());
  const StreamResults results = venue.results();
  // The bounds the reader calls plausible must hold for what really happens.
  if (results.trades > 2 * stream->records().size()) __builtin_trap();
  if (results.end_orders > stream->header.max_id) __builtin_trap();
  return 0;
}

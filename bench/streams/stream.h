// Stream: a checked or generated order stream in memory.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "bench/streams/hgos_format.h"
#include "bench/streams/record_buffer.h"

namespace hourglass::bench {

// Whoever hands one out vouches for it: every record obeys the format and the header describes
// them, except that only playing it shows whether the expected results are right.
struct Stream {
  StreamHeader header;
  RecordBuffer buffer;

  [[nodiscard]] std::span<const StreamOp> records() const noexcept { return buffer.records(); }
  // The records that build the book.
  [[nodiscard]] std::span<const StreamOp> preload() const noexcept {
    return records().first(header.n_preload);
  }
  // The records that are timed.
  [[nodiscard]] std::span<const StreamOp> timed() const noexcept {
    return records().subspan(header.n_preload);
  }
  [[nodiscard]] std::string_view name() const noexcept {
    const auto end = std::find(header.name.begin(), header.name.end(), '\0');
    return {header.name.data(), static_cast<std::size_t>(end - header.name.begin())};
  }
};

}  // namespace hourglass::bench

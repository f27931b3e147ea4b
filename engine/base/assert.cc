#include "engine/base/assert.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace hourglass::engine {

void assertion_failed(const char* claim, const char* file, std::int32_t line,
                      std::initializer_list<std::int64_t> values) noexcept {
  std::fprintf(stderr, "hourglass: assertion failed at sequence %" PRIu64 ": %s (%s:%d)",
               current_sequence_for_assert, claim, file, line);
  for (const std::int64_t value : values) std::fprintf(stderr, " [%" PRId64 "]", value);
  std::fputc('\n', stderr);
  std::abort();
}

}  // namespace hourglass::engine

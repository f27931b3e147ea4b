#include "tests/support/event_text.h"

#include <fmt/format.h>

#include <cstring>

namespace hourglass::engine::test {

bool same(const Event& a, const Event& b) {
  const std::uint32_t bytes = event_bytes(a.header().kind);
  return std::memcmp(a.bytes.data(), b.bytes.data(), bytes == 0 ? sizeof(Event) : bytes) == 0;
}

std::optional<std::string> first_difference(std::span<const Event> expected,
                                            std::span<const Event> actual) {
  constexpr std::size_t kContext = 3;
  std::size_t at = 0;
  while (at < expected.size() && at < actual.size() && same(expected[at], actual[at])) ++at;
  if (at == expected.size() && at == actual.size()) return std::nullopt;
  std::string out =
      fmt::format("event {} of {} expected, {} actual\n", at, expected.size(), actual.size());
  for (std::size_t i = at > kContext ? at - kContext : 0; i < at; ++i) {
    out += fmt::format("    both     {}\n", text(expected[i]));
  }
  out += fmt::format("  > expected {}\n", at < expected.size() ? text(expected[at]) : "(no more)");
  out += fmt::format("  > actual   {}\n", at < actual.size() ? text(actual[at]) : "(no more)");
  for (std::size_t i = at + 1; i < at + kContext; ++i) {
    if (i < expected.size()) out += fmt::format("    expected {}\n", text(expected[i]));
    if (i < actual.size()) out += fmt::format("    actual   {}\n", text(actual[i]));
  }
  return out;
}

}  // namespace hourglass::engine::test

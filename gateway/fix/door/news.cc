#include "gateway/fix/door/news.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_line(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNewsChars &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

absl::StatusOr<News> read_news(std::string_view text, bool is_urgent) {
  std::vector<std::string> lines;
  for (std::string_view rest = text;;) {  // ends: each round takes a part off
    const std::size_t bar = rest.find('|');
    const std::string_view line = trimmed(rest.substr(0, bar));
    if (!is_line(line)) {
      return absl::InvalidArgumentError(fmt::format(
          "news HEADLINE [| LINE ...], each of 1 to {} printable ASCII characters", kMaxNewsChars));
    }
    lines.emplace_back(line);
    if (lines.size() > kMaxNewsLines + 1) {
      return absl::InvalidArgumentError(fmt::format("over {} lines of news", kMaxNewsLines));
    }
    if (bar == std::string_view::npos) break;
    rest.remove_prefix(bar + 1);
  }
  News news{.headline = lines.front(), .lines = {}, .is_urgent = is_urgent};
  news.lines.assign(lines.begin() + 1, lines.end());
  return news;
}

void write_news(const News& news, MessageWriter& writer) {
  writer.begin("B");
  writer.text(kHeadline, news.headline).character(kUrgency, news.is_urgent ? '1' : '0');
  // FIX asks for one line at least.
  if (news.lines.empty()) {
    writer.number(kNoLinesOfText, 1).text(kText, news.headline);
    return;
  }
  writer.number(kNoLinesOfText, static_cast<std::int64_t>(news.lines.size()));
  for (const std::string& line : news.lines) writer.text(kText, line);
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/wire/fields.h"

#include <charconv>
#include <chrono>
#include <limits>
#include <system_error>

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint32_t kMaxTag = 999'999;
constexpr std::size_t kMaxTagDigits = 9;  // what fits in the int that QuickFIX has for it
constexpr std::size_t kUsualFields = 64;
constexpr std::size_t kDateChars = 8;
constexpr std::size_t kNoDecimals = 17;  // length of YYYYMMDD-HH:MM:SS
constexpr std::uint32_t kFirstYear = 1970;
constexpr std::uint32_t kLastYear = 2261;  // the last one whose nanoseconds all fit in 63 bits
constexpr std::uint32_t kNanoDigits = 9;

// The tag before the '=', or nothing.
std::optional<std::uint32_t> parse_tag(std::string_view text) noexcept {
  std::uint32_t tag = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, tag);
  if (error != std::errc{} || stopped != end || text.front() == '0' || tag > kMaxTag) {
    return std::nullopt;
  }
  return tag;
}

// The number of a text of digits alone, or nothing. At most 9 digits are asked for.
std::optional<std::uint32_t> parse_digits(std::string_view text) noexcept {
  std::uint32_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return number;
}

// Nanoseconds of ".mmm", ".mmmuuu", ".mmmuuunnn" or of an empty text.
std::optional<std::uint32_t> parse_fraction(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const std::size_t digits = text.size() - 1;
  if (text.front() != '.' || (digits != 3 && digits != 6 && digits != kNanoDigits)) {
    return std::nullopt;
  }
  auto nanos = parse_digits(text.substr(1));
  if (!nanos) return std::nullopt;
  for (std::size_t i = digits; i < kNanoDigits; ++i) *nanos *= 10;
  return nanos;
}

}  // namespace

bool Fields::parse(std::string_view text) {
  fields_.clear();
  if (fields_.capacity() == 0) fields_.reserve(kUsualFields);
  while (!text.empty()) {
    const std::size_t end = text.find(kSoh);
    if (end == std::string_view::npos) return false;
    const std::string_view field = text.substr(0, end);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos || fields_.size() == kMaxFields) return false;
    const auto tag = parse_tag(field.substr(0, equals));
    if (!tag) return false;
    fields_.push_back({.tag = *tag, .value = field.substr(equals + 1)});
    text.remove_prefix(end + 1);
  }
  return true;
}

bool has_tags(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t equals = text.find('=');
    const std::size_t end = text.find(kSoh);
    if (end == std::string_view::npos || equals > end) return false;
    const std::string_view sign = text.starts_with('-') ? "-" : "";
    const std::string_view tag = text.substr(sign.size(), equals - sign.size());
    const bool is_padded = tag.size() > 1 && tag.front() == '0';
    if (tag.empty() || tag.size() > kMaxTagDigits || is_padded || !parse_digits(tag)) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

std::optional<std::string_view> Fields::find(std::uint32_t tag) const noexcept {
  for (const Field& field : fields_) {
    if (field.tag == tag) return field.value;
  }
  return std::nullopt;
}

std::string_view Fields::value(std::uint32_t tag) const noexcept {
  return find(tag).value_or(std::string_view{});
}

std::optional<std::int64_t> parse_number(std::string_view text) noexcept {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> parse_utc_timestamp(std::string_view text) noexcept {
  if (text.size() < kNoDecimals) return std::nullopt;
  if (text[8] != '-' || text[11] != ':' || text[14] != ':') return std::nullopt;
  const auto day_ns = parse_utc_date(text.substr(0, kDateChars));
  const auto hour = parse_digits(text.substr(9, 2));
  const auto minute = parse_digits(text.substr(12, 2));
  const auto second = parse_digits(text.substr(15, 2));
  const auto nanos = parse_fraction(text.substr(kNoDecimals));
  if (!day_ns || !hour || !minute || !second || !nanos) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::uint64_t seconds = (std::uint64_t{*hour} * 60 + *minute) * 60 + *second;
  return *day_ns + seconds * std::nano::den + *nanos;
}

std::optional<std::uint64_t> parse_utc_date(std::string_view text) noexcept {
  if (text.size() != kDateChars) return std::nullopt;
  const auto year = parse_digits(text.substr(0, 4));
  const auto month = parse_digits(text.substr(4, 2));
  const auto day = parse_digits(text.substr(6, 2));
  if (!year || !month || !day || *year < kFirstYear || *year > kLastYear) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  const std::chrono::sys_seconds begin = std::chrono::sys_days(date);
  return static_cast<std::uint64_t>(begin.time_since_epoch().count()) * std::nano::den;
}

}  // namespace hourglass::gateway::fix

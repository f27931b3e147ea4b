#include "gateway/fix/door/plain_message.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace hourglass::gateway::fix {
namespace {

constexpr std::size_t kLeadingFields = 3;  // 8, 9, 35
constexpr std::size_t kMaxNumberDigits = 9;
constexpr std::size_t kMaxDecimalChars = 20;
constexpr std::size_t kTagAndEquals = 3;  // "35=", "10="
constexpr std::uint32_t kNone = 0;

// MsgSeqNum, SenderCompID, SenderSubID, SendingTime, TargetCompID, TargetSubID, PossResend.
constexpr std::array<std::uint32_t, 7> kHeaderTags{34, 49, 50, 52, 56, 57, 97};
constexpr std::uint32_t kRequiredHeader = 0b0011011;  // by place in kHeaderTags: 34, 49, 52, 56

bool is_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_sign(std::string_view text) noexcept {
  return text.starts_with('-') ? text.substr(1) : text;
}

bool is_decimal(std::string_view text) noexcept {
  if (text.size() > kMaxDecimalChars) return false;
  text = without_sign(text);
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return is_digits(text);
  return is_digits(text.substr(0, point)) && is_digits(text.substr(point + 1));
}

// QuickFIX takes a 60th second, and so does parse_utc_timestamp(), as different times.
bool is_time(std::string_view text) noexcept {
  constexpr std::size_t kTensOfSeconds = 15;
  return parse_utc_timestamp(text) && text[kTensOfSeconds] != '6';
}

bool is_written_so(std::string_view value, PlainKind kind) noexcept {
  switch (kind) {
    case PlainKind::kOther: return false;
    case PlainKind::kText: return true;
    case PlainKind::kCharacter: return value.size() == 1;
    case PlainKind::kNumber:
      return without_sign(value).size() <= kMaxNumberDigits && is_digits(without_sign(value));
    case PlainKind::kDecimal: return is_decimal(value);
    case PlainKind::kBoolean: return value == "Y" || value == "N";
    case PlainKind::kTime: return is_time(value);
    case PlainKind::kDate: return parse_utc_date(value).has_value();
  }
  return false;
}

bool is_listed_in(std::string_view value, const PlainField& field) noexcept {
  const auto code = static_cast<unsigned char>(value.front());
  return value.size() == 1 && code < 128 && ((field.values[code / 64] >> (code % 64)) & 1) != 0;
}

bool is_good(std::string_view value, const PlainField& field) noexcept {
  if (value.empty() || !is_written_so(value, field.kind)) return false;
  return !field.is_listed || is_listed_in(value, field);
}

bool is_header_value(const Field& field, const PlainHeader& header) noexcept {
  switch (field.tag) {
    case 34: return is_good(field.value, {PlainKind::kNumber, false, {}});
    case 49: return field.value == header.sender;
    case 56: return field.value == header.target;
    case 97: return field.value == "Y" || field.value == "N";
    case 52: {
      const auto sent_ns = parse_utc_timestamp(field.value);
      return is_time(field.value) && *sent_ns + header.max_latency_ns >= header.now_ns &&
             *sent_ns <= header.now_ns + header.max_latency_ns;
    }
    default: return !field.value.empty();
  }
}

// How many fields from the third on are of a header that is in order; kNone where it is not.
std::size_t header_fields(std::span<const Field> fields, const PlainHeader& header) noexcept {
  std::uint32_t seen = 0;
  std::size_t count = 0;
  for (const Field& field : fields) {
    const auto* const place = std::ranges::find(kHeaderTags, field.tag);
    if (place == kHeaderTags.end()) break;
    const std::uint32_t bit = 1U << (place - kHeaderTags.begin());
    if ((seen & bit) != 0 || !is_header_value(field, header)) return kNone;
    seen |= bit;
    ++count;
  }
  return (seen & kRequiredHeader) == kRequiredHeader ? count : kNone;
}

bool is_body(std::span<const Field> fields, const PlainMessage& message) noexcept {
  std::array<std::uint64_t, 2> seen{};
  for (const Field& field : fields) {
    const std::uint32_t place = field.tag < kPlainTags ? message.field_by_tag[field.tag] : kNone;
    const std::uint64_t bit = std::uint64_t{1} << (place % 64);
    std::uint64_t& half = seen[place / 64];
    if (place == kNone || (half & bit) != 0) return false;
    if (!is_good(field.value, message.fields[place])) return false;
    half |= bit;
  }
  return (seen[0] & message.required[0]) == message.required[0] &&
         (seen[1] & message.required[1]) == message.required[1];
}

}  // namespace

// Source: FIX 4.4 vol. 2, "Checksum calculation" and BodyLength (9).
bool is_whole(const Fields& fields, std::string_view text) noexcept {
  const std::span<const Field> all = fields.all();
  if (all.size() <= kLeadingFields || all[0].tag != 8 || all[1].tag != 9 || all[2].tag != 35) {
    return false;
  }
  const std::string_view length = all[1].value;
  const std::string_view checksum = all.back().value;
  if (all.back().tag != 10 || checksum.size() != 3 || !is_digits(checksum)) return false;
  if (checksum.data() + checksum.size() + 1 != text.data() + text.size()) return false;
  if (!is_digits(length) || length.size() > kMaxNumberDigits) return false;
  const char* const body = length.data() + length.size() + 1;
  const char* const trailer = checksum.data() - kTagAndEquals;
  if (parse_number(length) != trailer - body || *(trailer - 1) != kSoh) return false;
  std::uint32_t sum = 0;
  for (const char* at = text.data(); at != trailer; ++at) sum += static_cast<unsigned char>(*at);
  return parse_number(checksum) == (sum & 0xFF);
}

bool is_plain(const Fields& fields, std::string_view text, const PlainRules& rules,
              const PlainHeader& header) noexcept {
  std::span<const Field> all = fields.all();
  if (!is_whole(fields, text) || all[0].value != header.begin_string) return false;
  const auto message = std::ranges::find(rules, all[2].value, &PlainMessage::type);
  if (message == rules.end()) return false;
  all = all.subspan(kLeadingFields, all.size() - kLeadingFields - 1);
  const std::size_t count = header_fields(all, header);
  return count != kNone && is_body(all.subspan(count), *message);
}

std::uint32_t misdated_tag(const Fields& fields, const DatedTags& dated) noexcept {
  for (const auto& [tag, value] : fields.all()) {
    const bool is_wrong_date =
        std::ranges::binary_search(dated.dates, tag) && !parse_utc_date(value);
    const bool is_wrong_time =
        std::ranges::binary_search(dated.times, tag) && !parse_utc_timestamp(value);
    if (is_wrong_date || is_wrong_time) return tag;
  }
  return 0;
}

}  // namespace hourglass::gateway::fix

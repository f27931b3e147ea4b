#include "gateway/fix/wire/message_writer.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "engine/base/assert.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kNanoPerSecond = 1'000'000'000;
constexpr std::uint32_t kNanoDigits = 9;
constexpr std::size_t kMaxDigits = 20;  // of a signed or unsigned 64-bit number
constexpr std::size_t kChecksumDigits = 3;

// The header fields of every version we speak, ascending.
constexpr std::array<std::uint32_t, 30> kHeaderTags = {
    8,   9,   34,  35,  43,  49,  50,  52,  56,  57,  90,  91,  97,   115,  116,
    122, 128, 129, 142, 143, 144, 145, 212, 213, 347, 369, 627, 1128, 1129, 1156};
static_assert(std::is_sorted(kHeaderTags.begin(), kHeaderTags.end()));

bool is_header_tag(std::uint32_t tag) noexcept {
  return std::binary_search(kHeaderTags.begin(), kHeaderTags.end(), tag);
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, kMaxDigits> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), written.ptr);
}

// Appends the last `digits` digits of the value, with zeros in front.
void append_padded(std::string& out, std::uint64_t value, std::size_t digits) {
  std::array<char, kMaxDigits> text;
  HG_ASSERT(digits <= text.size(), digits);
  for (std::size_t i = digits; i > 0; --i) {
    text[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(text.data(), digits);
}

void append_tag(std::string& out, std::uint32_t tag) {
  append_number(out, tag);
  out.push_back('=');
}

void append_text(std::string& out, std::uint32_t tag, std::string_view value) {
  if (value.empty()) return;
  append_tag(out, tag);
  out.append(value);
  out.push_back(kSoh);
}

// Appends an amount in 1e-9 USD as a decimal, exactly, without zeros at its end.
void append_nano(std::string& out, engine::Int128 nano) {
  if (nano < 0) out.push_back('-');
  const auto magnitude = static_cast<engine::UInt128>(nano < 0 ? -nano : nano);
  const engine::UInt128 whole = magnitude / kNanoPerSecond;
  HG_ASSERT(whole <= UINT64_MAX);
  append_number(out, static_cast<std::uint64_t>(whole));
  auto part = static_cast<std::uint64_t>(magnitude % kNanoPerSecond);
  if (part == 0) return;
  std::size_t digits = kNanoDigits;
  for (; part % 10 == 0; --digits) part /= 10;
  out.push_back('.');
  append_padded(out, part, digits);
}

// Field 9 goes before `start_of_body`, field 10 to the end.
void finish(std::string& out, std::size_t message_start, std::size_t body_start) {
  std::array<char, kMaxDigits + 3> length;
  length[0] = '9';
  length[1] = '=';
  char* const end =
      std::to_chars(length.data() + 2, length.data() + length.size() - 1, out.size() - body_start)
          .ptr;
  *end = kSoh;
  out.insert(body_start, length.data(), static_cast<std::size_t>(end + 1 - length.data()));
  const std::uint8_t sum = checksum(std::string_view(out).substr(message_start));
  out.append("10=");
  append_padded(out, sum, kChecksumDigits);
  out.push_back(kSoh);
}

// A message taken apart: its header fields in the order of their tags, and its body as it is.
struct SentMessage {
  std::array<Field, kHeaderTags.size()> header;
  std::size_t header_count = 0;
  std::string_view body;

  [[nodiscard]] std::string_view value(std::uint32_t tag) const noexcept {
    for (std::size_t i = 0; i < header_count; ++i) {
      if (header[i].tag == tag) return header[i].value;
    }
    return {};
  }
  bool add(Field field) noexcept {
    if (header_count == header.size()) return false;
    std::size_t at = header_count++;
    for (; at > 0 && header[at - 1].tag > field.tag; --at) header[at] = header[at - 1];
    header[at] = field;
    return true;
  }
};

// Takes "tag=value|" off the front of the text, or nothing where there is no such field.
std::optional<Field> take_field(std::string_view& text) noexcept {
  const std::size_t end = text.find(kSoh);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view field = text.substr(0, end);
  const std::size_t equals = field.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto tag = parse_number(field.substr(0, equals));
  if (!tag || *tag < 1 || *tag > UINT32_MAX) return std::nullopt;
  text.remove_prefix(end + 1);
  return Field{.tag = static_cast<std::uint32_t>(*tag), .value = field.substr(equals + 1)};
}

// Whether the text ends with the field 10 it should have; takes that off.
bool take_trailer(std::string_view& text) noexcept {
  constexpr std::size_t kTrailerBytes = 3 + kChecksumDigits + 1;
  if (text.size() < kTrailerBytes) return false;
  std::string_view trailer = text.substr(text.size() - kTrailerBytes);
  text.remove_suffix(kTrailerBytes);
  const auto field = take_field(trailer);
  if (!field || field->tag != 10 || !trailer.empty()) return false;
  return parse_number(field->value) == std::int64_t{checksum(text)};
}

// The parts of a message of ours, or nothing. Fields 43, 52 and 122 of its header are kept too.
std::optional<SentMessage> take_apart(std::string_view text) noexcept {
  if (!take_trailer(text)) return std::nullopt;
  SentMessage sent;
  const auto begin_string = take_field(text);
  if (!begin_string || begin_string->tag != 8) return std::nullopt;
  const auto length = take_field(text);
  if (!length || length->tag != 9) return std::nullopt;
  if (parse_number(length->value) != static_cast<std::int64_t>(text.size())) return std::nullopt;
  if (!text.starts_with("35=")) return std::nullopt;
  sent.add(*begin_string);
  for (;;) {  // ends: each round takes a field, of at most as many as a header has
    std::string_view rest = text;
    const auto field = take_field(rest);
    if (!field || !is_header_tag(field->tag)) break;
    if (!sent.value(field->tag).empty() || !sent.add(*field)) return std::nullopt;
    text = rest;
  }
  sent.body = text;
  for (const std::uint32_t tag : {34U, 49U, 52U, 56U}) {
    if (sent.value(tag).empty()) return std::nullopt;
  }
  return sent;
}

}  // namespace

void append_utc_timestamp(std::string& out, std::uint64_t time_ns, Precision precision) {
  const std::uint64_t seconds = time_ns / kNanoPerSecond;
  constexpr std::uint64_t kSecondsPerDay = 86'400;
  const std::chrono::sys_days day{
      std::chrono::days(static_cast<std::int32_t>(seconds / kSecondsPerDay))};
  const std::chrono::year_month_day date(day);
  const std::uint64_t of_day = seconds % kSecondsPerDay;
  append_padded(out, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out.push_back('-');
  append_padded(out, of_day / 3600, 2);
  out.push_back(':');
  append_padded(out, of_day / 60 % 60, 2);
  out.push_back(':');
  append_padded(out, of_day % 60, 2);
  if (precision == Precision::kSeconds) return;
  const auto digits = static_cast<std::uint32_t>(precision);
  std::uint64_t part = time_ns % kNanoPerSecond;
  for (std::uint32_t i = digits; i < kNanoDigits; ++i) part /= 10;
  out.push_back('.');
  append_padded(out, part, digits);
}

void MessageWriter::begin(std::string_view msg_type) {
  msg_type_.assign(msg_type);
  body_.clear();
}

void MessageWriter::wipe() noexcept {
  sodium_memzero(body_.data(), body_.size());
  body_.clear();
}

MessageWriter& MessageWriter::text(std::uint32_t tag, std::string_view value) {
  const std::size_t from = body_.size();
  append_text(body_, tag, value);
  // The field's own end is no part of its value.
  if (body_.size() > from)
    std::replace(body_.begin() + static_cast<std::ptrdiff_t>(from), body_.end() - 1, kSoh, '?');
  return *this;
}

MessageWriter& MessageWriter::character(std::uint32_t tag, char value) {
  return text(tag, std::string_view(&value, 1));
}

MessageWriter& MessageWriter::number(std::uint32_t tag, std::int64_t value) {
  append_tag(body_, tag);
  append_number(body_, value);
  body_.push_back(kSoh);
  return *this;
}

MessageWriter& MessageWriter::price(std::uint32_t tag, engine::Price price,
                                    std::int64_t tick_size_nano_usd) {
  append_tag(body_, tag);
  append_nano(body_, engine::mul_wide(price.value(), tick_size_nano_usd));
  body_.push_back(kSoh);
  return *this;
}

MessageWriter& MessageWriter::average_price(std::uint32_t tag, engine::Int128 total_ticks,
                                            std::int64_t qty, std::int64_t tick_size_nano_usd) {
  HG_ASSERT(qty > 0, qty);
  // Whole ticks first: their remainder is below qty, so no product leaves 128 bits.
  const engine::Int128 ticks = total_ticks / qty;
  const engine::Int128 rest = total_ticks % qty * tick_size_nano_usd;
  engine::Int128 nano = ticks * tick_size_nano_usd + rest / qty;
  const engine::Int128 lost = rest % qty;
  if ((lost < 0 ? -lost : lost) * 2 >= qty) nano += lost < 0 ? -1 : 1;
  append_tag(body_, tag);
  append_nano(body_, nano);
  body_.push_back(kSoh);
  return *this;
}

MessageWriter& MessageWriter::timestamp(std::uint32_t tag, engine::Timestamp time,
                                        Precision precision) {
  append_tag(body_, tag);
  append_utc_timestamp(body_, time.value(), precision);
  body_.push_back(kSoh);
  return *this;
}

std::uint8_t checksum(std::string_view text) noexcept {
  std::uint32_t sum = 0;
  for (const char c : text) sum += static_cast<std::uint8_t>(c);
  return static_cast<std::uint8_t>(sum);
}

void append_message(std::string& out, const MessageHeader& header, std::string_view msg_type,
                    std::string_view body) {
  const std::size_t message_start = out.size();
  append_text(out, 8, header.begin_string);
  const std::size_t body_start = out.size();
  append_text(out, 35, msg_type);
  append_tag(out, 34);
  append_number(out, header.sequence);
  out.push_back(kSoh);
  if (header.poss_dup) append_text(out, 43, "Y");
  append_text(out, 49, header.sender);
  append_tag(out, 52);
  append_utc_timestamp(out, header.sending_time_ns, header.precision);
  out.push_back(kSoh);
  append_text(out, 56, header.target);
  if (header.poss_resend) append_text(out, 97, "Y");
  append_text(out, 115, header.on_behalf_of);
  append_text(out, 122, header.orig_sending_time);
  out.append(body);
  finish(out, message_start, body_start);
}

bool append_resent(std::string& out, std::string_view sent, std::uint64_t now_ns,
                   Precision precision) {
  const auto message = take_apart(sent);
  if (!message) return false;
  SentMessage again;
  for (std::size_t i = 0; i < message->header_count; ++i) {
    const Field& field = message->header[i];
    if (field.tag == 43 || field.tag == 52 || field.tag == 122) continue;
    if (field.tag != 8 && field.tag != 35) again.add(field);
  }
  if (!again.add({.tag = 43, .value = "Y"}) || !again.add({.tag = 52, .value = {}}) ||
      !again.add({.tag = 122, .value = message->value(52)})) {
    return false;
  }
  const std::size_t message_start = out.size();
  append_text(out, 8, message->value(8));
  const std::size_t body_start = out.size();
  append_text(out, 35, message->value(35));
  for (std::size_t i = 0; i < again.header_count; ++i) {
    append_tag(out, again.header[i].tag);
    if (again.header[i].tag == 52) {
      append_utc_timestamp(out, now_ns, precision);
    } else {
      out.append(again.header[i].value);
    }
    out.push_back(kSoh);
  }
  out.append(message->body);
  finish(out, message_start, body_start);
  return true;
}

}  // namespace hourglass::gateway::fix

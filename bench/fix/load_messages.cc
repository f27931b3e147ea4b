#include "bench/fix/load_messages.h"

#include <algorithm>
#include <cstring>

#include "engine/base/assert.h"
#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::bench {
namespace {

using gateway::fix::kSoh;

constexpr std::string_view kHead =
    "8=FIX.4.4\x01"
    "9=";
constexpr std::size_t kTrailerBytes = 7;  // "10=" three digits SOH
constexpr std::size_t kMaxLengthDigits = 6;

// Writes `value` with zeros before it. Returns the sum of the digits' bytes.
std::uint32_t put_digits(char* at, std::size_t digits, std::uint64_t value) {
  std::uint32_t sum = 0;
  for (std::size_t i = digits; i-- != 0; value /= 10) {
    at[i] = static_cast<char>('0' + value % 10);
    sum += static_cast<std::uint32_t>(at[i]);
  }
  return sum;
}

std::uint32_t sum_of(std::string_view text) {
  std::uint32_t sum = 0;
  for (const char c : text) sum += static_cast<unsigned char>(c);
  return sum;
}

// Where the value of the field "TAG=" begins.
std::size_t value_at(std::string_view text, std::string_view field) {
  const std::size_t at = text.find(std::string(1, kSoh).append(field));
  HG_ASSERT(at != std::string_view::npos, text.size());
  return at + 1 + field.size();
}

std::string one_order(const OrderTerms& terms) {
  gateway::fix::MessageWriter writer;
  writer.begin("D");
  writer.text(1, terms.account).text(11, std::string(kOrderNumberDigits, '0')).number(38, 1);
  writer.character(40, '2').text(44, terms.price).character(54, terms.side);
  writer.text(55, terms.symbol).character(59, '0').timestamp(60, engine::Timestamp(0));
  std::string text;
  gateway::fix::append_message(text,
                               {.begin_string = "FIX.4.4",
                                .sender = terms.sender,
                                .target = terms.target,
                                .sequence = kMaxLoadSequence},
                               writer.msg_type(), writer.body());
  return text;
}

}  // namespace

OrderTemplate::OrderTemplate(const OrderTerms& terms)
    : text_(one_order(terms)),
      sequence_at_(value_at(text_, "34=")),
      order_number_at_(value_at(text_, "11=")),
      sending_time_at_(value_at(text_, "52=")),
      transact_time_at_(value_at(text_, "60=")) {
  set_time(0);
  const std::string_view text(text_);
  fixed_sum_ = sum_of(text.substr(0, text.size() - kTrailerBytes)) - 2 * time_sum_ -
               sum_of(text.substr(sequence_at_, kSequenceDigits)) -
               sum_of(text.substr(order_number_at_, kOrderNumberDigits));
}

void OrderTemplate::set_time(std::uint64_t time_ns) {
  time_.clear();
  gateway::fix::append_utc_timestamp(time_, time_ns, gateway::fix::Precision::kMicroseconds);
  text_.replace(sending_time_at_, time_.size(), time_);
  text_.replace(transact_time_at_, time_.size(), time_);
  time_sum_ = sum_of(time_);
}

void OrderTemplate::append(std::string& out, std::uint32_t sequence,
                           std::uint64_t order_number) const {
  const std::size_t from = out.size();
  out += text_;
  char* const order = out.data() + from;
  const std::uint32_t sum = fixed_sum_ + 2 * time_sum_ +
                            put_digits(order + sequence_at_, kSequenceDigits, sequence) +
                            put_digits(order + order_number_at_, kOrderNumberDigits, order_number);
  put_digits(order + text_.size() - kTrailerBytes + 3, 3, sum % 256);
}

std::span<char> AnswerReader::room() {
  // A message longer than the buffer is none of ours.
  if (held_ == buffer_.size()) {
    answers_.trouble = "a message without an end";
    held_ = 0;
  }
  return std::span(buffer_).subspan(held_);
}

void AnswerReader::took(std::size_t bytes) {
  held_ += bytes;
  std::string_view text(buffer_.data(), held_);
  while (const std::size_t length = whole_message(text)) text.remove_prefix(length);
  std::memmove(buffer_.data(), text.data(), text.size());
  held_ = text.size();
}

std::size_t AnswerReader::whole_message(std::string_view text) {
  if (text.size() < kHead.size() + kMaxLengthDigits + 1) return 0;
  std::size_t at = kHead.size();
  std::size_t body = 0;
  for (; at < kHead.size() + kMaxLengthDigits && text[at] != kSoh; ++at) {
    body = body * 10 + static_cast<std::size_t>(text[at] - '0');
  }
  if (!text.starts_with(kHead) || text[at] != kSoh || body > buffer_.size()) {
    if (answers_.trouble.empty()) answers_.trouble = "bytes that are no FIX 4.4";
    return text.size();
  }
  const std::size_t whole = at + 1 + body + kTrailerBytes;
  if (whole > text.size()) return 0;
  count(text.substr(0, whole), at + 1);
  return whole;
}

void AnswerReader::count(std::string_view message, std::size_t body_at) {
  ++answers_.messages;
  const std::string_view type = message.substr(body_at, 5);  // "35=" one character SOH
  char what = type.size() == 5 && type.back() == kSoh ? type[3] : '?';
  if (what == '8') {
    const std::size_t exec_type = message.find(
        "\x01"
        "150=",
        body_at);
    what = exec_type == std::string_view::npos ? '?' : message[exec_type + 5];
    if (what == '0') ++answers_.orders;
    if (what == 'F') ++answers_.fills;
    if (what == '0' || what == 'F') return;
  } else if (what == 'D') {
    ++answers_.orders;
    return;
  } else if (what == '0' || what == '1') {
    if (what == '0') ++answers_.heartbeats;
    return;
  }
  if (!answers_.trouble.empty()) return;
  answers_.trouble = message;
  std::replace(answers_.trouble.begin(), answers_.trouble.end(), kSoh, '|');
}

}  // namespace hourglass::bench

#include "gateway/fix/wire/framer.h"

#include <algorithm>

#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::string_view kStart = "8=";
constexpr std::string_view kLengthTag = "9=";
constexpr std::string_view kTrailer =
    "\x01"
    "10=";
// "FIX.4.4" has 7; a longer one is garbled, so that nobody makes us look for its end for ever.
constexpr std::size_t kMaxBeginStringBytes = 32;
constexpr std::size_t kMaxLengthDigits = 9;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

}  // namespace

void Framer::add(std::string_view bytes) {
  if (begin_ != 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_.append(bytes);
}

// What precedes a start that was passed over: a digit there means another field's tag, such as the
// 108 of "108=30". At the front of what is pending there is none, and "8=" there is a start unless
// it was found garbled before.
bool Framer::find_start() {
  const std::string_view all(buffer_);
  std::string_view pending = all.substr(begin_);
  if (!skipping_) {
    if (pending.starts_with(kStart)) return true;
    if (kStart.starts_with(pending)) return false;
    skipping_ = true;
    ++garbled_count_;
  }
  for (std::size_t at = begin_ + 1; (at = all.find(kStart, at)) != std::string_view::npos; ++at) {
    if (is_digit(all[at - 1])) continue;
    begin_ = at;
    skipping_ = false;
    return true;
  }
  // The last two bytes may be a start's first one and what stands before it.
  begin_ = std::max(begin_, all.size() - std::min<std::size_t>(2, all.size()));
  return false;
}

void Framer::pass_over() {
  skipping_ = true;
  trailer_from_ = 0;
  ++garbled_count_;
}

// Reads "8=...|9=n|" at the front of what is pending.
Framer::Head Framer::read_head(std::size_t& body, std::size_t& length) const {
  const std::string_view pending = std::string_view(buffer_).substr(begin_);
  const std::string_view version = pending.substr(0, kMaxBeginStringBytes + kStart.size() + 1);
  const std::size_t version_end = version.find(kSoh);
  if (version_end == std::string_view::npos) {
    return version.size() == pending.size() ? Head::kNeedMore : Head::kGarbled;
  }
  const std::string_view rest = pending.substr(version_end + 1);
  if (rest.size() < kLengthTag.size()) {
    return kLengthTag.starts_with(rest) ? Head::kNeedMore : Head::kGarbled;
  }
  if (!rest.starts_with(kLengthTag)) return Head::kGarbled;
  length = 0;
  const std::string_view digits = rest.substr(kLengthTag.size());
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] == kSoh) {
      body = version_end + 1 + kLengthTag.size() + i + 1;
      return i == 0 ? Head::kGarbled : Head::kWhole;
    }
    if (!is_digit(digits[i])) return Head::kGarbled;
    if (i == kMaxLengthDigits) return Head::kTooLong;
    length = length * 10 + static_cast<std::size_t>(digits[i] - '0');
  }
  return Head::kNeedMore;
}

Framer::Result Framer::next(std::string_view& message) {
  for (;;) {  // ends: each round passes over a garbled start in the buffer or returns
    if (!find_start()) return Result::kNeedMore;
    std::size_t body = 0;
    std::size_t length = 0;
    const Head head = read_head(body, length);
    if (head == Head::kNeedMore) return Result::kNeedMore;
    if (head == Head::kTooLong || body + length > kMaxMessageBytes) return Result::kTooLong;
    if (head == Head::kWhole) return take(body + length, message);
    pass_over();
  }
}

// As in QuickFIX, a length that ends before the field 10 goes on to it, and one that ends behind it
// to the next message's: only so do both sides agree on which messages were lost.
Framer::Result Framer::take(std::size_t body_end, std::string_view& message) {
  const std::string_view pending = std::string_view(buffer_).substr(begin_);
  const Result unfinished =
      pending.size() >= kMaxMessageBytes ? Result::kTooLong : Result::kNeedMore;
  if (pending.size() < body_end) return unfinished;
  const std::size_t trailer = pending.find(kTrailer, std::max(trailer_from_, body_end - 1));
  if (trailer == std::string_view::npos) {
    trailer_from_ = pending.size() - std::min(pending.size(), kTrailer.size() - 1);
    return unfinished;
  }
  trailer_from_ = trailer;
  const std::size_t end = pending.find(kSoh, trailer + kTrailer.size());
  if (end == std::string_view::npos) return unfinished;
  trailer_from_ = 0;
  if (end + 1 > kMaxMessageBytes) return Result::kTooLong;
  message = pending.substr(0, end + 1);
  begin_ += end + 1;
  return Result::kMessage;
}

}  // namespace hourglass::gateway::fix

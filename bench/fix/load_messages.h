// A load's messages: orders from a prepared text, and answers that are only counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass::bench {

// Digits of a MsgSeqNum and of a ClOrdID in a load; FIX allows zeros before a number.
inline constexpr std::size_t kSequenceDigits = 8;
inline constexpr std::size_t kOrderNumberDigits = 10;
// Sequence numbers beyond this have no room in an OrderTemplate.
inline constexpr std::uint32_t kMaxLoadSequence = 99'999'999;

// What all orders of one session have in common. One lot, limit, DAY.
struct OrderTerms {
  std::string_view sender;
  std::string_view target;
  std::string_view account;
  std::string_view symbol;
  std::string_view price;
  char side;  // '1' buys, '2' sells
};

// A FIX 4.4 NewOrderSingle that is written once; from order to order only MsgSeqNum (34), ClOrdID
// (11), the times (52, 60) and the checksum change. Thread: one.
class OrderTemplate {
 public:
  explicit OrderTemplate(const OrderTerms& terms);

  // The time of the orders appended from here on. Units: nanoseconds UTC since 1970.
  void set_time(std::uint64_t time_ns);
  // Appends one order; both numbers fit their digits. Cost: a copy, no pass over the text.
  void append(std::string& out, std::uint32_t sequence, std::uint64_t order_number) const;

 private:
  std::string text_;
  std::string time_;
  std::size_t sequence_at_;
  std::size_t order_number_at_;
  std::size_t sending_time_at_;
  std::size_t transact_time_at_;
  std::uint32_t fixed_sum_ = 0;  // of all bytes that never change
  std::uint32_t time_sum_ = 0;   // of one of the two times
};

// What came back so far.
struct Answers {
  std::uint64_t messages = 0;    // all, heartbeats as well
  std::uint64_t orders = 0;      // answered by their first report, or by an echo
  std::uint64_t fills = 0;       // reports of trades
  std::uint64_t heartbeats = 0;  // 35=0
  std::string trouble;           // the first message that should not have come, SOH as |
};

// Cuts a session's bytes by their BodyLength and counts the messages. The venue is not checked.
// Thread: one.
class AnswerReader {
 public:
  static constexpr std::size_t kRoomBytes = 256U << 10;

  // `room_bytes`: of the longest message, or of what one read may bring.
  explicit AnswerReader(std::size_t room_bytes = kRoomBytes) : buffer_(room_bytes) {}

  // Where the next bytes are to be read to; never empty.
  [[nodiscard]] std::span<char> room();
  // So many were read there. Errors: Answers::trouble.
  void took(std::size_t bytes);

  [[nodiscard]] const Answers& answers() const noexcept { return answers_; }

 private:
  // The bytes of the message at the beginning of `text`; 0 where it is not whole yet.
  std::size_t whole_message(std::string_view text);
  void count(std::string_view message, std::size_t body_at);

  std::vector<char> buffer_;
  std::size_t held_ = 0;
  Answers answers_;
};

}  // namespace hourglass::bench

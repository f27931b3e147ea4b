// Writing FIX messages: a body field by field, then header and trailer around it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/checked.h"
#include "engine/base/types.h"

namespace hourglass::gateway::fix {

enum class Precision : std::uint8_t { kSeconds = 0, kMilliseconds = 3, kMicroseconds = 6 };

// Appends "YYYYMMDD-HH:MM:SS[.mmm[uuu]]". Units: nanoseconds UTC since 1970; cut, not rounded.
void append_utc_timestamp(std::string& out, std::uint64_t time_ns, Precision precision);

// The body of one message: everything between header and trailer. Reused from message to message it
// allocates only while it grows. Thread: one. Fields stand in the order they are added.
class MessageWriter {
 public:
  // Starts over with a message of this type.
  void begin(std::string_view msg_type);
  // A SOH in it becomes '?'; an empty text is left out, as FIX knows no field without a value.
  MessageWriter& text(std::uint32_t tag, std::string_view value);
  MessageWriter& character(std::uint32_t tag, char value);
  MessageWriter& number(std::uint32_t tag, std::int64_t value);
  // Units: ticks and the contract's tick size in 1e-9 USD; written exactly, without trailing zeros.
  MessageWriter& price(std::uint32_t tag, engine::Price price, std::int64_t tick_size_nano_usd);
  // The exact quotient total_ticks * tick_size / qty as a decimal, rounded half away from zero to 9
  // decimals: an average price. `qty` is positive.
  MessageWriter& average_price(std::uint32_t tag, engine::Int128 total_ticks, std::int64_t qty,
                               std::int64_t tick_size_nano_usd);
  MessageWriter& timestamp(std::uint32_t tag, engine::Timestamp time,
                           Precision precision = Precision::kMicroseconds);

  // Makes room for so many bytes of body, so that growing leaves no copies of a secret behind.
  void reserve(std::size_t bytes) { body_.reserve(bytes); }
  // Overwrites the body, which had a secret.
  void wipe() noexcept;

  [[nodiscard]] std::string_view msg_type() const noexcept { return msg_type_; }
  [[nodiscard]] std::string_view body() const noexcept { return body_; }

 private:
  std::string msg_type_;
  std::string body_;
};

// What stands before the body. Empty texts are left out. Fields come in QuickFIX's order: 8, 9, 35,
// then ascending by tag.
struct MessageHeader {
  std::string_view begin_string;
  std::string_view sender;
  std::string_view target;
  std::uint32_t sequence = 0;
  std::uint64_t sending_time_ns = 0;
  Precision precision = Precision::kMicroseconds;
  bool poss_dup = false;                    // 43=Y
  bool poss_resend = false;                 // 97=Y
  std::string_view on_behalf_of = {};       // 115
  std::string_view orig_sending_time = {};  // 122, as text
};

// Appends the whole message with body length and checksum to `out`. Cost: one pass over the body.
void append_message(std::string& out, const MessageHeader& header, std::string_view msg_type,
                    std::string_view body);

// The sum of all bytes modulo 256, as field 10 wants it. Cost: one pass.
[[nodiscard]] std::uint8_t checksum(std::string_view text) noexcept;

// Appends a sent message again as FIX resends it: 43=Y, 122 = its sending time, 52 = now; the other
// header fields in QuickFIX's order, the body untouched. Errors: false, nothing appended, where
// `sent` is no message of ours. `sent` is no part of `out`.
bool append_resent(std::string& out, std::string_view sent, std::uint64_t now_ns,
                   Precision precision);

}  // namespace hourglass::gateway::fix

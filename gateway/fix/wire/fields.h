// A FIX message as the fields it consists of, without copying it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hourglass::gateway::fix {

inline constexpr char kSoh = '\x01';
// Fields of one message: the longest we send is a 35=X of 400 trades, each of 10.
inline constexpr std::uint32_t kMaxFields = 4096;

struct Field {
  std::uint32_t tag;
  std::string_view value;
};

// The fields of a message in the order they came, as views into the text, which must outlive them.
// Reused from message to message, it allocates only while it grows. Thread: one.
class Fields {
 public:
  // Takes `text` apart, e.g. "8=FIX.4.4|9=...|10=123|" with SOH for |. Checks neither length nor
  // checksum. Errors: false where a field has no '=', its tag is no number from 1 to 999,999
  // without zeros before it, it has no end, or there are over kMaxFields; the fields before it are
  // kept. Cost: one pass.
  bool parse(std::string_view text);

  [[nodiscard]] const std::vector<Field>& all() const noexcept { return fields_; }
  // The value of the first field `tag`. Cost: linear in the fields.
  [[nodiscard]] std::optional<std::string_view> find(std::uint32_t tag) const noexcept;
  // The same with an empty value for an absent field.
  [[nodiscard]] std::string_view value(std::uint32_t tag) const noexcept;

 private:
  std::vector<Field> fields_;
};

// Whether `text` is nothing but fields with tags: whole numbers of 1 to 9 digits, without zeros
// before them. What is none can be answered with no RefTagID, and is read as another tag by some
// engines. Cost: one pass.
[[nodiscard]] bool has_tags(std::string_view text) noexcept;

// A whole number as FIX writes it: digits, for signed ones with a '-' before them. Errors: nothing
// for any other text or one that does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_number(std::string_view text) noexcept;

// UTCTimestamp, "YYYYMMDD-HH:MM:SS" with 0, 3, 6 or 9 decimals, in nanoseconds since 1970. A 60th
// second counts as the next minute's first. Errors: nothing for any other text or a date before
// 1970 or after 2261.
[[nodiscard]] std::optional<std::uint64_t> parse_utc_timestamp(std::string_view text) noexcept;

// The first nanosecond since 1970 of a date "YYYYMMDD", as of UTC. Errors: nothing for any other
// text, a date the calendar has not, or one before 1970 or after 2261.
[[nodiscard]] std::optional<std::uint64_t> parse_utc_date(std::string_view text) noexcept;

}  // namespace hourglass::gateway::fix

// Cutting a byte stream into FIX messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hourglass::gateway::fix {

// Longest message taken in; a longer one ends the connection.
inline constexpr std::size_t kMaxMessageBytes = 64U << 10;

// Takes bytes as they arrive and gives whole messages: "8=" to the end of the first field 10 at or
// behind where the length in field 9 leads. So, as with QuickFIX's own parser, a wrong length gives
// a message that the session finds garbled, one too long together with what follows it (FIX session
// test case 2m). What does not begin with "8=" and a field 9 with digits behind it is passed over
// up to the next "8=" that no digit precedes (2d, 2t). The checksum is the session's to check.
// Cost: one pass, also where bytes come one at a time; no allocation once grown. Memory: at most
// kMaxMessageBytes and one read. Thread: one.
class Framer {
 public:
  enum class Result : std::uint8_t { kMessage, kNeedMore, kTooLong };

  // Adds what was read. The views given before are no longer good.
  void add(std::string_view bytes);
  // The next whole message; the view is good until the next add(). kTooLong: a message over
  // kMaxMessageBytes is on its way (its length says so, or no length came); there is no going on.
  Result next(std::string_view& message);

  // Runs of bytes passed over.
  [[nodiscard]] std::uint64_t garbled_count() const noexcept { return garbled_count_; }
  // Bytes held and not yet given.
  [[nodiscard]] std::size_t pending_bytes() const noexcept { return buffer_.size() - begin_; }

 private:
  enum class Head : std::uint8_t { kWhole, kNeedMore, kGarbled, kTooLong };

  bool find_start();
  void pass_over();
  Head read_head(std::size_t& body, std::size_t& length) const;
  Result take(std::size_t body_end, std::string_view& message);

  std::string buffer_;
  std::size_t begin_ = 0;         // of what is pending, in buffer_
  std::size_t trailer_from_ = 0;  // where to go on looking for field 10, from begin_
  bool skipping_ = false;         // what is pending begins with bytes passed over
  std::uint64_t garbled_count_ = 0;
};

}  // namespace hourglass::gateway::fix

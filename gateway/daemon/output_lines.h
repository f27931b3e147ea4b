// OutputLines: what a running venue says on a descriptor, so that nobody waits for whoever reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace hourglass::gateway {

inline constexpr std::size_t kMaxWaitingOutputBytes = 1U << 20;

// Texts wait in a queue and are written as the descriptor takes them. The descriptor itself stays
// as it is: O_NONBLOCK would be everybody's who shares a terminal. Thread: one.
class OutputLines {
 public:
  // `descriptor` outlives this.
  explicit OutputLines(int descriptor);
  ~OutputLines();
  OutputLines(const OutputLines&) = delete;
  OutputLines& operator=(const OutputLines&) = delete;

  // Takes the whole text, or leaves it out where kMaxWaitingOutputBytes wait already; how many
  // were left out is said once there is room again. What waits when a write fails (a full disk, a
  // reader that went) is left out too, and each later text tries again. Never waits. Cost: a copy.
  void put(std::string_view text);
  // Writes what is taken at once, up to a bound. Returns whether that was anything. Never waits.
  bool flush();
  [[nodiscard]] bool empty() const noexcept { return texts_.empty(); }
  // Sleeps until more would be taken, at most `timeout_ns`.
  void wait(std::uint64_t timeout_ns) const;
  // Writes until nothing waits, for at most `timeout_ns`; what waits then stays unwritten.
  void finish(std::uint64_t timeout_ns);

 private:
  struct Text {
    std::string bytes;
    std::uint64_t count;  // of what was put: 1, or what this says was left out
  };
  void tell_left_out();
  [[nodiscard]] bool is_ready(int timeout_ms) const;
  void leave_out_all();

  int descriptor_;
  int own_ = -1;  // the same file through a description of our own that never blocks
  std::deque<Text> texts_;
  std::size_t written_ = 0;  // of the first text
  std::size_t waiting_bytes_ = 0;
  std::uint64_t left_out_ = 0;
  bool has_failed_ = false;   // the writing, since the last text that was written whole
  bool is_line_cut_ = false;  // by that
};

}  // namespace hourglass::gateway

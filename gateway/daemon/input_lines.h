// Lines of standard input, read by a thread of their own so that nobody waits for a person.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace hourglass::gateway {

// A longer line is given as its first kMaxLineBytes + 1 bytes: so many say that it is none.
inline constexpr std::size_t kMaxLineBytes = 4096;

// Thread: the owner's; the reader's is let go when the program ends, for nothing can end a read.
class InputLines {
 public:
  // `wake` is called from the reading thread for each line and at the end.
  explicit InputLines(std::function<void()> wake);
  ~InputLines();
  InputLines(const InputLines&) = delete;
  InputLines& operator=(const InputLines&) = delete;
  // The next line, if one is there.
  std::optional<std::string> next();
  // Sleeps until there is a line or the end, at most `timeout_ns`.
  void wait(std::uint64_t timeout_ns);
  // The input has ended and every line was taken.
  [[nodiscard]] bool ended();

 private:
  // Shared with the reader, which may outlive the owner.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::string> lines;
    bool ended = false;
    std::function<void()> wake;
  };
  static void tell(Shared& shared);  // with the lock held
  static void read_all(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace hourglass::gateway

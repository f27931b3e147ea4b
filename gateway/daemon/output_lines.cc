#include "gateway/daemon/output_lines.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "engine/sequencer/clock.h"
#include "fmt/format.h"

namespace hourglass::gateway {
namespace {

// PIPE_BUF: a pipe that is ready takes so much without waiting. Source: pipe(7).
constexpr std::size_t kPieceBytes = 4096;
constexpr std::uint32_t kPiecesPerFlush = 16;
constexpr std::uint64_t kNsPerMs = 1'000'000;

// A terminal that is ready may have room for a part only, and another program may take a pipe's
// room first: there a description of our own, which can be O_NONBLOCK. -1 where the system gives
// none (somebody else's terminal) and for all else: a file does not block, a socket that is ready
// takes a piece.
int own_description(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return -1;
  if (!S_ISFIFO(status.st_mode) && ::isatty(descriptor) != 1) return -1;
  return ::open(fmt::format("/proc/self/fd/{}", descriptor).c_str(),
                O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

}  // namespace

OutputLines::OutputLines(int descriptor)
    : descriptor_(descriptor), own_(own_description(descriptor)) {}

OutputLines::~OutputLines() {
  if (own_ >= 0) ::close(own_);
}

void OutputLines::put(std::string_view text) {
  if (text.empty()) return;
  if (left_out_ != 0) tell_left_out();
  if (left_out_ != 0 || waiting_bytes_ >= kMaxWaitingOutputBytes) {
    ++left_out_;
    return;
  }
  texts_.push_back({.bytes = std::string(text), .count = 1});
  waiting_bytes_ += text.size();
}

// At half the bound, so that a slow reader is not told of every text that found no room.
void OutputLines::tell_left_out() {
  if (left_out_ == 0 || waiting_bytes_ > kMaxWaitingOutputBytes / 2) return;
  texts_.push_back(
      {.bytes = fmt::format("{}({} {} left out here: the output {})\n", is_line_cut_ ? "\n" : "",
                            left_out_, left_out_ == 1 ? "text" : "texts",
                            has_failed_ ? "failed" : "was not read"),
       .count = left_out_});
  waiting_bytes_ += texts_.back().bytes.size();
  left_out_ = 0;
}

bool OutputLines::is_ready(int timeout_ms) const {
  pollfd look{.fd = own_ >= 0 ? own_ : descriptor_, .events = POLLOUT, .revents = 0};
  // Where nobody is at the other end the write tells.
  return ::poll(&look, 1, timeout_ms) > 0;
}

bool OutputLines::flush() {
  bool wrote = false;
  for (std::uint32_t piece = 0; piece < kPiecesPerFlush && !texts_.empty(); ++piece) {
    if (!is_ready(0)) break;
    const std::string& text = texts_.front().bytes;
    const ssize_t taken = ::write(own_ >= 0 ? own_ : descriptor_, text.data() + written_,
                                  std::min(text.size() - written_, kPieceBytes));
    if (taken < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (taken < 0) {
      leave_out_all();
      return wrote;
    }
    wrote = true;
    written_ += static_cast<std::size_t>(taken);
    waiting_bytes_ -= static_cast<std::size_t>(taken);
    if (written_ == text.size()) {
      texts_.pop_front();
      written_ = 0;
      has_failed_ = is_line_cut_ = false;
    }
  }
  if (!has_failed_) tell_left_out();
  return wrote;
}

// Said with the next text, which may find room on the disk, or a new reader.
void OutputLines::leave_out_all() {
  has_failed_ = true;
  is_line_cut_ = is_line_cut_ || written_ != 0;
  for (const Text& text : texts_) left_out_ += text.count;
  texts_.clear();
  written_ = waiting_bytes_ = 0;
}

void OutputLines::wait(std::uint64_t timeout_ns) const {
  static_cast<void>(is_ready(static_cast<int>(timeout_ns / kNsPerMs)));
}

void OutputLines::finish(std::uint64_t timeout_ns) {
  const std::uint64_t end_ns = engine::monotonic_ns() + timeout_ns;
  while (!texts_.empty()) {  // ends: with the time
    if (flush()) continue;
    const std::uint64_t now_ns = engine::monotonic_ns();
    if (now_ns >= end_ns) return;
    wait(std::min<std::uint64_t>(end_ns - now_ns, 10 * kNsPerMs));
  }
}

}  // namespace hourglass::gateway

#include "gateway/daemon/input_lines.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace hourglass::gateway {
namespace {

// Lines that may wait; a faster writer is read no further until they are taken.
constexpr std::size_t kMaxWaitingLines = 1024;
constexpr useconds_t kPauseWhenFullUs = 1000;

}  // namespace

InputLines::InputLines(std::function<void()> wake) : shared_(std::make_shared<Shared>()) {
  shared_->wake = std::move(wake);
  // Signals are the main thread's.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([shared = shared_] { read_all(shared); }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void InputLines::read_all(const std::shared_ptr<Shared>& shared) {
  std::string buffer;
  char chunk[kMaxLineBytes];
  for (;;) {  // ends: with the input
    const ssize_t got = ::read(STDIN_FILENO, chunk, sizeof(chunk));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    buffer.append(chunk, static_cast<std::size_t>(got));
    for (std::size_t end; (end = buffer.find('\n')) != std::string::npos;) {
      std::unique_lock lock(shared->mutex);
      while (shared->lines.size() >= kMaxWaitingLines) {
        lock.unlock();
        ::usleep(kPauseWhenFullUs);
        lock.lock();
      }
      shared->lines.push_back(buffer.substr(0, std::min(end, kMaxLineBytes + 1)));
      tell(*shared);
      lock.unlock();
      buffer.erase(0, end + 1);
    }
    // What is left has no end yet; what is kept of it goes on being one line until that comes.
    if (buffer.size() > kMaxLineBytes) buffer.resize(kMaxLineBytes + 1);
  }
  const std::lock_guard lock(shared->mutex);
  shared->ended = true;
  tell(*shared);
}

InputLines::~InputLines() {
  const std::lock_guard lock(shared_->mutex);
  shared_->wake = nullptr;
}

void InputLines::tell(Shared& shared) {
  shared.changed.notify_all();
  if (shared.wake) shared.wake();
}

void InputLines::wait(std::uint64_t timeout_ns) {
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait_for(lock, std::chrono::nanoseconds(timeout_ns),
                            [this] { return shared_->ended || !shared_->lines.empty(); });
}

std::optional<std::string> InputLines::next() {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->lines.empty()) return std::nullopt;
  std::string line = std::move(shared_->lines.front());
  shared_->lines.pop_front();
  return line;
}

bool InputLines::ended() {
  const std::lock_guard lock(shared_->mutex);
  return shared_->ended && shared_->lines.empty();
}

}  // namespace hourglass::gateway

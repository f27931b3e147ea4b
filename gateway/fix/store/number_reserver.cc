#include "gateway/fix/store/number_reserver.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t pack(std::uint32_t life, std::uint32_t end) {
  return std::uint64_t{life} << 32 | end;
}

// Signals are for the threads that wait for them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

// One for the process while any file holds it.
class ReserverThread {
 public:
  static std::shared_ptr<ReserverThread> shared() {
    static std::mutex lock;
    static std::weak_ptr<ReserverThread> current;
    const std::scoped_lock hold(lock);
    auto thread = current.lock();
    if (thread == nullptr) {
      thread = std::make_shared<ReserverThread>();
      current = thread;
    }
    return thread;
  }

  ReserverThread() {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { run(); });
  }
  ~ReserverThread() {
    {
      const std::scoped_lock hold(lock_);
      stopping_ = true;
    }
    work_.notify_one();
    thread_.join();
  }
  ReserverThread(const ReserverThread&) = delete;
  ReserverThread& operator=(const ReserverThread&) = delete;

  void request(NumberReserver::Shared& file, const Reservation& reservation) {
    {
      const std::scoped_lock hold(lock_);
      file.wanted = reservation;
      if (!file.is_queued) queue_.push_back(&file);
      file.is_queued = true;
    }
    work_.notify_one();
  }

  absl::Status wait(NumberReserver::Shared& file) {
    std::unique_lock hold(lock_);
    done_.wait(hold, [&] { return !file.is_queued && !file.is_being_written; });
    return file.outcome;
  }

  void forget(NumberReserver::Shared& file) {
    std::unique_lock hold(lock_);
    if (file.is_queued) queue_.erase(std::find(queue_.begin(), queue_.end(), &file));
    file.is_queued = false;
    done_.wait(hold, [&] { return !file.is_being_written; });
  }

 private:
  // Endless until the last file lets go.
  void run() {
    ::pthread_setname_np(::pthread_self(), "fix-numbers");
    std::unique_lock hold(lock_);
    for (;;) {
      work_.wait(hold, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      NumberReserver::Shared& file = *queue_.front();
      queue_.pop_front();
      file.is_queued = false;
      file.is_being_written = true;
      const Reservation wanted = file.wanted;
      hold.unlock();
      // A write that failed is done again in the same place, so the last good one stands.
      absl::Status outcome =
          write_reservation(file.descriptor, {.life = wanted.life,
                                              .generation = file.generation + 1,
                                              .epoch_applied = wanted.epoch_applied,
                                              .epoch_time_ns = wanted.epoch_time_ns,
                                              .end = wanted.end});
      if (outcome.ok()) {
        ++file.generation;
        file.durable.store(pack(wanted.life, wanted.end), std::memory_order_release);
      }
      hold.lock();
      file.outcome = std::move(outcome);
      file.is_being_written = false;
      done_.notify_all();
    }
  }

  std::mutex lock_;
  std::condition_variable work_;
  std::condition_variable done_;
  std::deque<NumberReserver::Shared*> queue_;  // each file once at most
  bool stopping_ = false;
  std::thread thread_;
};

absl::Status write_reservation(int descriptor, ReservationRecord record) {
  record.crc = checksum_of(record);
  const auto offset = static_cast<off_t>(reservation_offset(record.generation));
  // RWF_DSYNC syncs these bytes alone; fdatasync would write all the messages as well.
  const iovec bytes{.iov_base = &record, .iov_len = sizeof(record)};
  ssize_t put = ::pwritev2(descriptor, &bytes, 1, offset, RWF_DSYNC);
  if (put < 0 && (errno == EOPNOTSUPP || errno == ENOSYS)) {
    put = ::pwrite(descriptor, &record, sizeof(record), offset);
    if (put >= 0 && ::fdatasync(descriptor) != 0) put = -1;
  }
  if (put < 0) return absl::ErrnoToStatus(errno, "reserving sender numbers");
  if (put != static_cast<ssize_t>(sizeof(record))) {
    return absl::DataLossError(fmt::format("reserving sender numbers: {} bytes written", put));
  }
  return absl::OkStatus();
}

NumberReserver::NumberReserver(int descriptor, const ReservationRecord& durable) {
  shared_.descriptor = descriptor;
  shared_.generation = durable.generation;
  shared_.durable.store(pack(durable.life, durable.end), std::memory_order_relaxed);
}

NumberReserver::~NumberReserver() {
  if (thread_ != nullptr) thread_->forget(shared_);
}

std::uint32_t NumberReserver::durable_end(std::uint32_t life) const noexcept {
  const std::uint64_t durable = shared_.durable.load(std::memory_order_acquire);
  return durable >> 32 == life ? static_cast<std::uint32_t>(durable) : 0;
}

bool NumberReserver::covers(std::uint32_t life, std::uint32_t sequence) const noexcept {
  return sequence < durable_end(life);
}

void NumberReserver::request(const Reservation& reservation) {
  if (thread_ == nullptr) thread_ = ReserverThread::shared();
  thread_->request(shared_, reservation);
}

absl::Status NumberReserver::request_and_wait(const Reservation& reservation) {
  request(reservation);
  return thread_->wait(shared_);
}

}  // namespace hourglass::gateway::fix

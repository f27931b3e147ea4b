#include "gateway/fix/transport/tls_acceptor.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "gateway/fix/transport/listener.h"

namespace hourglass::gateway::fix {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 16U << 10;
// Where processors are shared, a flood of handshakes leaves the market nine tenths of one.
constexpr int kNiceness = 10;

}  // namespace

TlsPeer::TlsPeer(int descriptor, bool is_ipv6, std::unique_ptr<TlsStream> its_stream) noexcept
    : stream(std::move(its_stream)), descriptor_(descriptor), is_ipv6_(is_ipv6) {}

TlsPeer::~TlsPeer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

TlsPeer::TlsPeer(TlsPeer&& other) noexcept
    : stream(std::move(other.stream)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      is_ipv6_(other.is_ipv6_) {}

TlsPeer& TlsPeer::operator=(TlsPeer&& other) noexcept {
  std::swap(stream, other.stream);
  std::swap(descriptor_, other.descriptor_);
  std::swap(is_ipv6_, other.is_ipv6_);
  return *this;
}

int TlsPeer::take_descriptor() noexcept {
  return std::exchange(descriptor_, -1);
}

// All but open(), port(), poll() and set_context() is called on the thread.
class TlsAcceptor::Worker {
 public:
  Worker(TlsContext context, std::function<void()> wake)
      : wake_(std::move(wake)),
        listener_(loop_, [this](tcp::socket socket) { begin(std::move(socket)); }),
        timer_(loop_),
        context_(std::move(context)) {}
  ~Worker() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  absl::Status open(const std::string& address, std::uint16_t port) {
    absl::Status status = listener_.open(address, port);
    if (!status.ok()) return status;
    port_ = listener_.port();
    thread_ = std::thread([this] { run(); });
    return status;
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  bool poll(TlsPeer& peer) {
    // The thread has a lower priority and may have been stopped anywhere: it is not waited for.
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock() || peers_.empty()) return false;
    peer = std::move(peers_.front());
    peers_.pop_front();
    return true;
  }
  void set_context(TlsContext context) {
    const std::lock_guard lock(context_mutex_);
    context_ = std::move(context);
  }

 private:
  struct Handshake {
    std::uint64_t id;
    tcp::socket socket;
    std::unique_ptr<TlsStream> stream;
    Clock::time_point deadline;
    bool is_over = false;
  };
  using Held = std::shared_ptr<Handshake>;

  void run() {
    static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness));
    loop_.run();
  }
  void begin(tcp::socket socket);
  void wait_to_read(const Held& handshake);
  void read(const Held& handshake);
  // Sends what there is to send; then does what the step so far asks for.
  void go_on(const Held& handshake, TlsStream::Result result);
  void hand_over(const Held& handshake);
  void end(const Held& handshake);
  void watch_the_time();

  boost::asio::io_context loop_{1};
  const std::function<void()> wake_;
  Listener listener_;
  boost::asio::steady_timer timer_;
  bool is_watching_ = false;
  std::map<std::uint64_t, Held> handshakes_;  // the oldest first
  std::uint64_t next_id_ = 1;
  std::uint16_t port_ = 0;  // set before the thread starts

  std::mutex context_mutex_;
  TlsContext context_;  // guarded by it

  std::mutex mutex_;  // held for a move only
  std::deque<TlsPeer> peers_;

  std::thread thread_;  // last: it uses all of the above
};

void TlsAcceptor::Worker::begin(tcp::socket socket) {
  error_code error;
  socket.non_blocking(true, error);
  socket.set_option(tcp::no_delay(true), error);
  if (handshakes_.size() >= kMaxHandshakes) end(handshakes_.begin()->second);
  std::unique_ptr<TlsStream> stream;
  {
    const std::lock_guard lock(context_mutex_);
    stream = std::make_unique<TlsStream>(context_);
  }
  const auto deadline = Clock::now() + std::chrono::nanoseconds(kHandshakeWithinNs);
  const Held handshake(new Handshake{.id = next_id_++,
                                     .socket = std::move(socket),
                                     .stream = std::move(stream),
                                     .deadline = deadline});
  handshakes_.emplace(handshake->id, handshake);
  watch_the_time();
  wait_to_read(handshake);
}

void TlsAcceptor::Worker::wait_to_read(const Held& handshake) {
  handshake->socket.async_wait(tcp::socket::wait_read, [this, handshake](const error_code& error) {
    if (handshake->is_over) return;
    if (error) return end(handshake);
    read(handshake);
  });
}

void TlsAcceptor::Worker::read(const Held& handshake) {
  std::array<char, kReadBytes> buffer;
  error_code error;
  const std::size_t got = handshake->socket.read_some(boost::asio::buffer(buffer), error);
  if (error == boost::asio::error::would_block) return wait_to_read(handshake);
  if (error) return end(handshake);
  handshake->stream->feed({buffer.data(), got});
  go_on(handshake, handshake->stream->handshake());
}

void TlsAcceptor::Worker::go_on(const Held& handshake, TlsStream::Result result) {
  TlsStream& stream = *handshake->stream;
  error_code error;
  while (!stream.output().empty()) {  // ends: with all of it, or when the system takes no more
    const std::string_view bytes = stream.output();
    const std::size_t took =
        handshake->socket.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error == boost::asio::error::would_block) {
      return handshake->socket.async_wait(tcp::socket::wait_write,
                                          [this, handshake, result](const error_code& failed) {
                                            if (handshake->is_over) return;
                                            if (failed) return end(handshake);
                                            go_on(handshake, result);
                                          });
    }
    if (error) return end(handshake);
    stream.consume(took);
  }
  switch (result) {
    case TlsStream::Result::kDone: return hand_over(handshake);
    case TlsStream::Result::kNeedMore: return wait_to_read(handshake);
    case TlsStream::Result::kEnded:
    case TlsStream::Result::kFailed: return end(handshake);
  }
}

void TlsAcceptor::Worker::hand_over(const Held& handshake) {
  error_code error;
  const auto endpoint = handshake->socket.local_endpoint(error);
  const bool is_ipv6 = !error && endpoint.address().is_v6();
  const int descriptor = handshake->socket.release(error);
  if (error) return end(handshake);
  TlsPeer peer(descriptor, is_ipv6, std::move(handshake->stream));
  end(handshake);
  {
    const std::lock_guard lock(mutex_);
    if (peers_.size() >= kMaxUncollectedPeers) return;
    peers_.push_back(std::move(peer));
  }
  wake_();
}

void TlsAcceptor::Worker::end(const Held& handshake) {
  const Held held = handshake;  // the map's own may be the one given
  held->is_over = true;
  error_code error;
  held->socket.close(error);
  handshakes_.erase(held->id);
}

// One timer for all: they have the same time, so the oldest is the next to be late.
void TlsAcceptor::Worker::watch_the_time() {
  if (is_watching_ || handshakes_.empty()) return;
  is_watching_ = true;
  timer_.expires_at(handshakes_.begin()->second->deadline);
  timer_.async_wait([this](const error_code& error) {
    is_watching_ = false;
    if (error) return;
    const Clock::time_point now = Clock::now();
    while (!handshakes_.empty() && handshakes_.begin()->second->deadline <= now) {
      end(handshakes_.begin()->second);
    }
    watch_the_time();
  });
}

TlsAcceptor::TlsAcceptor(TlsContext context, std::function<void()> wake)
    : worker_(std::make_unique<Worker>(std::move(context), std::move(wake))) {}

TlsAcceptor::~TlsAcceptor() = default;

absl::Status TlsAcceptor::open(const std::string& address, std::uint16_t port) {
  return worker_->open(address, port);
}

std::uint16_t TlsAcceptor::port() const noexcept {
  return worker_->port();
}

bool TlsAcceptor::poll(TlsPeer& peer) {
  return worker_->poll(peer);
}

void TlsAcceptor::set_context(TlsContext context) {
  worker_->set_context(std::move(context));
}

}  // namespace hourglass::gateway::fix

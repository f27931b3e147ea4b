#include "gateway/fix/transport/connection.h"

#include <array>
#include <utility>

#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

}  // namespace

Connection::Connection(Socket socket, ConnectionOwner& owner, std::uint64_t id)
    : socket_(std::move(socket)), owner_(owner), id_(id) {
  error_code error;
  socket_.non_blocking(true, error);
  // Orders are small and answers are waited for: no gathering by the kernel.
  socket_.set_option(tcp::no_delay(true), error);
  const auto endpoint = socket_.remote_endpoint(error);
  if (!error) peer_ = fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

void Connection::start() {
  wait_to_read();
}

void Connection::wait_to_read() {
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const error_code& error) {
    if (!self->open_) return;
    if (error) return self->close(error.message());
    self->read();
  });
}

// One buffer serves all connections: they are read one at a time, and the framer keeps the rest.
void Connection::read() {
  static thread_local std::array<char, kReadBytes> buffer;
  error_code error;
  const std::size_t got = socket_.read_some(boost::asio::buffer(buffer), error);
  if (error == boost::asio::error::would_block) return wait_to_read();
  if (error) return close(error == boost::asio::error::eof ? "closed by peer" : error.message());
  framer_.add({buffer.data(), got});
  deliver();
}

void Connection::deliver() {
  while (!paused_) {  // ends: each round takes a message off the buffer
    std::string_view message;
    const Framer::Result result = framer_.next(message);
    if (result == Framer::Result::kTooLong) return close("message too long");
    if (result == Framer::Result::kNeedMore) return wait_to_read();
    owner_.on_message(*this, message);
    if (!open_ || closing_) return;
  }
}

void Connection::resume() {
  if (!paused_ || !open_ || closing_) return;
  paused_ = false;
  deliver();
}

void Connection::send(std::string_view bytes) {
  if (!open_ || closing_) return;
  if (unsent_bytes() + bytes.size() > kMaxUnsentBytes) return close("peer does not read");
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
  }
  out_.append(bytes);
  if (unsent_bytes() >= kWritableBelowBytes) was_full_ = true;
  if (!unflushed_ && !waiting_to_write_) {
    unflushed_ = true;
    owner_.on_unflushed(*this);
  }
}

void Connection::flush() {
  unflushed_ = false;
  if (!open_ || waiting_to_write_) return;
  error_code error;
  while (sent_ < out_.size()) {  // ends: with everything, or when the system takes no more
    const std::size_t took =
        socket_.write_some(boost::asio::buffer(out_.data() + sent_, out_.size() - sent_), error);
    if (error == boost::asio::error::would_block) break;
    if (error) return close(error.message());
    sent_ += took;
  }
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
    if (closing_) return close("closed");
  } else {
    wait_to_write();
  }
  if (was_full_ && unsent_bytes() < kWritableBelowBytes) {
    was_full_ = false;
    owner_.on_writable(*this);
  }
}

void Connection::wait_to_write() {
  if (sent_ > kWritableBelowBytes) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
  waiting_to_write_ = true;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const error_code& error) {
    self->waiting_to_write_ = false;
    if (!self->open_) return;
    if (error) return self->close(error.message());
    self->flush();
  });
}

void Connection::close_after_sending() {
  if (!open_ || closing_) return;
  closing_ = true;
  if (unsent_bytes() == 0) return close("closed");
  if (!waiting_to_write_) flush();
}

void Connection::close(std::string_view reason) {
  if (!open_) return;
  open_ = false;
  const auto self = shared_from_this();  // the owner may let go of it
  error_code error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  socket_.close(error);
  owner_.on_closed(*this, reason);
}

}  // namespace hourglass::gateway::fix

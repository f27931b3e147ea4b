#include "gateway/fix/transport/connection.h"

#include <array>
#include <utility>

#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

}  // namespace

Connection::Connection(Socket socket, ConnectionOwner& owner, std::uint64_t id,
                       std::unique_ptr<TlsStream> tls)
    : socket_(std::move(socket)), owner_(owner), id_(id), tls_(std::move(tls)) {
  error_code error;
  socket_.non_blocking(true, error);
  // Orders are small and answers are waited for: no gathering by the kernel.
  socket_.set_option(tcp::no_delay(true), error);
  const auto endpoint = socket_.remote_endpoint(error);
  if (!error) peer_ = fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

// What came together with the end of the handshake is in the stream already.
void Connection::start() {
  if (tls_ != nullptr) return take_encrypted({});
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
  if (closing_) {
    // Who says no more may still read; one that is gone is told by the writing.
    if (!error) wait_to_read();
    return;
  }
  if (error) return close(error == boost::asio::error::eof ? "closed by peer" : error.message());
  // A stranger's bytes cost work too, over TLS most of all.
  if (stage == Stage::kFresh && (fresh_bytes_ += got) > kMaxFreshBytes) {
    return close("no Logon in what came first");
  }
  if (tls_ != nullptr) return take_encrypted({buffer.data(), got});
  framer_.add({buffer.data(), got});
  deliver();
}

// What stood whole before the end, or before a record that is none, still counts. An end without
// TLS's own word for it is as good: FIX has its Logout.
void Connection::take_encrypted(std::string_view bytes) {
  static thread_local std::array<char, kReadBytes> plain;
  tls_->feed(bytes);
  TlsStream::Result result = TlsStream::Result::kDone;
  while (result == TlsStream::Result::kDone) {  // ends: with what was fed
    std::size_t got = 0;
    result = tls_->read(plain, got);
    if (result == TlsStream::Result::kDone) framer_.add({plain.data(), got});
  }
  deliver();
  if (result == TlsStream::Result::kNeedMore) {
    if (!tls_->output().empty()) flush();  // our word on new keys
  } else if (!closing_) {
    close(result == TlsStream::Result::kEnded ? "closed by peer" : tls_->trouble());
  }
}

void Connection::deliver() {
  while (!paused_) {  // ends: each round takes a message off the buffer
    std::string_view message;
    const Framer::Result result = framer_.next(message);
    if (result == Framer::Result::kTooLong) return close("message too long");
    if (result == Framer::Result::kNeedMore) return wait_to_read();
    owner_.on_message(*this, message);
    if (!open_) return;
    if (closing_) return wait_to_read();
  }
}

void Connection::resume() {
  if (!paused_ || !open_ || closing_) return;
  paused_ = false;
  deliver();
}

void Connection::send(std::string_view bytes) {
  if (!open_ || closing_) return;
  if (unsent_bytes() + bytes.size() > kMaxUnsentBytes + kLastWordsBytes) {
    return close("peer does not read");
  }
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
  const bool is_all = tls_ == nullptr ? write_some(error) : write_some_encrypted(error);
  if (error) return close(error.message());
  if (is_all) {
    out_.clear();
    sent_ = 0;
    if (closing_) return close("closed");
  } else {
    // With TLS more may wait than was sent: records are longer than what they hold.
    if (unsent_bytes() >= kWritableBelowBytes) was_full_ = true;
    wait_to_write();
  }
  if (was_full_ && unsent_bytes() < kWritableBelowBytes) {
    was_full_ = false;
    owner_.on_writable(*this);
  }
}

bool Connection::write_some(error_code& error) {
  while (sent_ < out_.size()) {  // ends: with everything, or when the system takes no more
    const std::size_t took =
        socket_.write_some(boost::asio::buffer(out_.data() + sent_, out_.size() - sent_), error);
    if (error == boost::asio::error::would_block) {
      error.clear();
      return false;
    }
    if (error) return false;
    sent_ += took;
  }
  return true;
}

// One record is made after another, each once the system has taken the one before.
bool Connection::write_some_encrypted(error_code& error) {
  for (;;) {  // ends: with everything, or when the system takes no more
    if (!write_some_records(error)) return false;
    if (sent_ == out_.size()) return true;
    const std::string_view next = std::string_view(out_).substr(sent_, kTlsRecordBytes);
    if (!tls_->write(next)) {
      error = boost::asio::error::connection_aborted;
      return false;
    }
    sent_ += next.size();
  }
}

bool Connection::write_some_records(error_code& error) {
  while (!tls_->output().empty()) {  // ends: with everything, or when the system takes no more
    const std::string_view bytes = tls_->output();
    const std::size_t took =
        socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error == boost::asio::error::would_block) {
      error.clear();
      return false;
    }
    if (error) return false;
    tls_->consume(took);
  }
  return true;
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
  if (tls_ != nullptr) {
    if (sent_ == out_.size()) tls_->shut_down();  // else it would follow on a cut message
    static_cast<void>(write_some_records(error));
  }
  socket_.shutdown(tcp::socket::shutdown_send, error);
  socket_.close(error);
  owner_.on_closed(*this, reason);
}

}  // namespace hourglass::gateway::fix

// Connection: one peer's TCP connection, as whole messages in and bounded bytes out.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/fix/transport/tls_stream.h"
#include "gateway/fix/wire/framer.h"

namespace hourglass::gateway::fix {

// Bytes a peer may leave unread before it is cut off.
inline constexpr std::size_t kMaxUnsentBytes = 4U << 20;
// Room beyond them for the message that says so.
inline constexpr std::size_t kLastWordsBytes = 4U << 10;
// Below so many unsent bytes on_writable() is told, where more had been waiting.
inline constexpr std::size_t kWritableBelowBytes = 256U << 10;
// Read at a time, so that one peer with much to say leaves the others their turn.
inline constexpr std::size_t kReadBytes = 16U << 10;

// A Logon is to be in the first so many bytes.
inline constexpr std::size_t kMaxFreshBytes = 2 * kMaxMessageBytes;

class Connection;
class DoorSession;  // what the door fastens a connection to; nothing here looks into it

// Thread: the event loop's.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  // A whole message; the view is good during the call.
  virtual void on_message(Connection& connection, std::string_view text) = 0;
  // The connection is over, for the reason given; once. It may still be held, and does nothing.
  virtual void on_closed(Connection& connection, std::string_view reason) = 0;
  // Much was unsent and now is little.
  virtual void on_writable(Connection& connection) = 0;
  // Bytes were sent to a connection that had none waiting: flush() it before the thread sleeps.
  virtual void on_unflushed(Connection& connection) = 0;
};

// Never blocks. What is sent is gathered until flush(), so that one system call carries a round's
// messages. With TLS the bytes pass a filter on their way, and wait in plain form until the system
// takes the record before them. Held by the event loop while it is open. Thread: the event loop's.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  // `owner` outlives every call; `id` is the owner's number for it; `tls`, if any, has shaken
  // hands.
  Connection(Socket socket, ConnectionOwner& owner, std::uint64_t id,
             std::unique_ptr<TlsStream> tls = nullptr);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins to read; messages may be given during the call. Once.
  void start();
  // Whether so many bytes more stay within kMaxUnsentBytes. What goes beyond is to be the last.
  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept {
    return unsent_bytes() + bytes <= kMaxUnsentBytes;
  }
  // Takes bytes for the peer. Over kMaxUnsentBytes and kLastWordsBytes the connection is closed:
  // the peer does not read.
  void send(std::string_view bytes);
  // Hands what waits to the system, as much as it takes; the rest goes when it can.
  void flush();
  // No message is given, and nothing read, until resume(): what comes behind a Logon waits until
  // that is decided.
  void pause() noexcept { paused_ = true; }
  void resume();
  // Closes once everything was sent, or at the next close(); what the peer says until then is read
  // and dropped, for what is unread at the end would take what was sent with it; but not while
  // paused.
  void close_after_sending();
  void close(std::string_view reason);

  [[nodiscard]] bool is_open() const noexcept { return open_; }
  [[nodiscard]] bool is_closing() const noexcept { return closing_; }
  // With TLS also what is encrypted and was not taken by the system.
  [[nodiscard]] std::size_t unsent_bytes() const noexcept {
    return out_.size() - sent_ + (tls_ == nullptr ? 0 : tls_->output().size());
  }
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  // Address and port, for logs.
  [[nodiscard]] const std::string& peer() const noexcept { return peer_; }
  // Of the peer's TLS certificate, 64 hex digits; empty without one.
  [[nodiscard]] std::string_view certificate_sha256() const noexcept {
    return tls_ == nullptr ? std::string_view() : tls_->peer_certificate_sha256();
  }

  // --- The owner's notes about it ----------------------------------------------------------------
  enum class Stage : std::uint8_t { kFresh, kAuthenticating, kWaiting, kLoggedOn, kEnding };
  Stage stage = Stage::kFresh;
  std::uint64_t opened_ns = 0;
  std::uint64_t closing_ns = 0;
  std::string logon;               // the Logon it waits with
  std::uint64_t judged_by = 0;     // the credentials that was judged by
  DoorSession* session = nullptr;  // null: none yet

 private:
  void wait_to_read();
  void read();
  // Gives what came over TLS, `bytes` last.
  void take_encrypted(std::string_view bytes);
  // Gives the messages that are whole; then reads on.
  void deliver();
  // Hands the system what it takes. False: not all, or not for now, or `error`.
  bool write_some(boost::system::error_code& error);
  bool write_some_encrypted(boost::system::error_code& error);
  // Only what is encrypted already.
  bool write_some_records(boost::system::error_code& error);
  void wait_to_write();

  Socket socket_;
  ConnectionOwner& owner_;
  std::uint64_t id_;
  std::string peer_;
  std::unique_ptr<TlsStream> tls_;  // null: plain TCP
  Framer framer_;
  std::string out_;
  std::size_t sent_ = 0;         // of out_
  std::size_t fresh_bytes_ = 0;  // read before the Logon
  bool open_ = true;
  bool closing_ = false;  // when all is sent
  bool waiting_to_write_ = false;
  bool unflushed_ = false;
  bool was_full_ = false;
  bool paused_ = false;
};

}  // namespace hourglass::gateway::fix

// TlsStream: one connection's TLS as a filter between bytes; it knows no socket.
//
//   what the socket brought -> feed() -> handshake(), then read()  -> plain bytes
//   plain bytes             -> write() -> output(), consume()      -> what the socket is to take
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/fix/transport/tls_context.h"

namespace hourglass::gateway::fix {

// The most plain bytes that one record carries. Source: RFC 8446, 5.1.
inline constexpr std::size_t kTlsRecordBytes = 16U << 10;
// A peer may renew its keys so often, and once more for so many plain bytes: each costs as much as
// hundreds of records.
inline constexpr std::uint64_t kFreeKeyUpdates = 16;
inline constexpr std::uint64_t kBytesPerKeyUpdate = 64U << 10;
// Behind so many records we renew ours. Source: RFC 8446, 5.5: 2^24.5 with AES-GCM.
inline constexpr std::uint64_t kRecordsPerKey = 1U << 24;

// Never blocks. Also where a function fails output() may hold an alert for the peer.
// Thread: one at a time; may be handed from one to another.
class TlsStream {
 public:
  enum class Result : std::uint8_t { kDone, kNeedMore, kEnded, kFailed };

  // The accepting side, which knows its peer by its certificate at most.
  explicit TlsStream(const TlsContext& context, std::uint64_t records_per_key = kRecordsPerKey);
  // The connecting side; `host` is the name or address connected to.
  TlsStream(const TlsContext& context, const std::string& host);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // Takes bytes of the peer's. Cost: a copy.
  void feed(std::string_view bytes);
  // kDone once hands are shaken; kNeedMore: send output(), feed what comes, again. Cost: up to some
  // hundreds of microseconds.
  [[nodiscard]] Result handshake();
  // Plain bytes into `room`; kDone: `got` of them, there may be more. kNeedMore: all that was fed
  // is read. kEnded: the peer said that it sends no more. Cost: that of what was fed.
  [[nodiscard]] Result read(std::span<char> room, std::size_t& got);
  // Adds `bytes`, at most kTlsRecordBytes, to output() as one record. False where it failed.
  [[nodiscard]] bool write(std::string_view bytes);
  // Adds to output() that we send no more. Nothing where the stream has failed.
  void shut_down();

  // Bytes for the peer, in order; good until the next call of another function.
  [[nodiscard]] std::string_view output() const noexcept {
    return std::string_view(out_).substr(out_sent_);
  }
  // `count` bytes of output() were sent.
  void consume(std::size_t count);

  // SHA-256 of the peer's certificate, 64 hex digits; empty where it has shown none. Behind the
  // handshake.
  [[nodiscard]] const std::string& peer_certificate_sha256() const noexcept {
    return peer_certificate_sha256_;
  }
  // Why it failed.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }

 private:
  friend struct TlsBio;
  struct Free {
    void operator()(SSL* ssl) const noexcept;
  };
  Result result_of(int returned);
  Result fail(std::string_view why);

  std::unique_ptr<SSL, Free> ssl_;
  std::string in_;  // fed; read up to in_read_
  std::size_t in_read_ = 0;
  std::string out_;  // for the peer; sent up to out_sent_
  std::size_t out_sent_ = 0;
  std::uint64_t key_updates_ = 0;  // of the peer's
  std::uint64_t plain_bytes_ = 0;  // read
  std::uint64_t records_ = 0;      // written under our key
  std::uint64_t records_per_key_;
  std::string peer_certificate_sha256_;
  std::string trouble_;
  bool failed_ = false;
};

}  // namespace hourglass::gateway::fix

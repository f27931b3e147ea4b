#include "gateway/fix/transport/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>

#include "engine/base/assert.h"
#include "gateway/fix/transport/tls_certificate.h"

namespace hourglass::gateway::fix {

// OpenSSL's view of the stream: it reads in_ and writes out_.
struct TlsBio {
  static TlsStream& stream(BIO* bio) { return *static_cast<TlsStream*>(::BIO_get_data(bio)); }

  static int read(BIO* bio, char* room, std::size_t size, std::size_t* got) {
    ::BIO_clear_retry_flags(bio);
    TlsStream& self = stream(bio);
    *got = std::min(size, self.in_.size() - self.in_read_);
    if (*got == 0) {
      ::BIO_set_retry_read(bio);
      return 0;
    }
    std::memcpy(room, self.in_.data() + self.in_read_, *got);
    self.in_read_ += *got;
    return 1;
  }

  static int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* took) {
    ::BIO_clear_retry_flags(bio);
    stream(bio).out_.append(bytes, size);
    *took = size;
    return 1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  // Made once and kept. Null where there is no memory.
  static const BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* const fresh =
          ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "hourglass");
      if (fresh == nullptr) return fresh;
      ::BIO_meth_set_read_ex(fresh, read);
      ::BIO_meth_set_write_ex(fresh, write);
      ::BIO_meth_set_ctrl(fresh, control);
      return fresh;
    }();
    return made;
  }

  static void count_key_updates(int is_ours, int, int type, const void* bytes, std::size_t size,
                                SSL*, void* self) {
    if (is_ours != 0 || type != SSL3_RT_HANDSHAKE || size == 0) return;
    if (*static_cast<const unsigned char*>(bytes) != SSL3_MT_KEY_UPDATE) return;
    ++static_cast<TlsStream*>(self)->key_updates_;
  }
};

void TlsStream::Free::operator()(SSL* ssl) const noexcept {
  ::SSL_free(ssl);
}

TlsStream::TlsStream(const TlsContext& context, std::uint64_t records_per_key)
    : ssl_(::SSL_new(context.get())), records_per_key_(records_per_key) {
  BIO* const bio = ::BIO_new(TlsBio::method());
  HG_ASSERT(ssl_ != nullptr && bio != nullptr, errno);
  ::BIO_set_data(bio, this);
  ::BIO_set_init(bio, 1);
  ::SSL_set_bio(ssl_.get(), bio, bio);
  ::SSL_set_msg_callback(ssl_.get(), TlsBio::count_key_updates);
  ::SSL_set_msg_callback_arg(ssl_.get(), this);
  ::SSL_set_accept_state(ssl_.get());
}

TlsStream::TlsStream(const TlsContext& context, const std::string& host) : TlsStream(context) {
  ::SSL_set_connect_state(ssl_.get());
  const bool is_address =
      ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl_.get()), host.c_str()) == 1;
  if (is_address) return;
  const bool is_named = ::SSL_set1_host(ssl_.get(), host.c_str()) == 1 &&
                        SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1;
  if (!is_named) fail("no name of a host");
}

TlsStream::~TlsStream() = default;

void TlsStream::feed(std::string_view bytes) {
  if (in_read_ == in_.size()) {
    in_.clear();
    in_read_ = 0;
  }
  in_.append(bytes);
}

TlsStream::Result TlsStream::handshake() {
  for (;;) {  // ends: with the handshake, a failure, or what was fed
    if (failed_) return Result::kFailed;
    ::ERR_clear_error();
    const int returned = ::SSL_do_handshake(ssl_.get());
    const Result result = result_of(returned);
    if (result == Result::kNeedMore && in_read_ < in_.size()) continue;
    if (result != Result::kDone) return result == Result::kEnded ? fail("ended early") : result;
    if (X509* const certificate = ::SSL_get1_peer_certificate(ssl_.get())) {
      peer_certificate_sha256_ = sha256_of(*certificate);
      ::X509_free(certificate);
    }
    return result;
  }
}

TlsStream::Result TlsStream::read(std::span<char> room, std::size_t& got) {
  for (;;) {  // ends: with bytes, a failure, or what was fed
    if (failed_) return Result::kFailed;
    ::ERR_clear_error();
    const int returned = ::SSL_read_ex(ssl_.get(), room.data(), room.size(), &got);
    const Result result = result_of(returned);
    if (result == Result::kDone) plain_bytes_ += got;
    if (key_updates_ > kFreeKeyUpdates + plain_bytes_ / kBytesPerKeyUpdate) {
      return fail("too many key updates");
    }
    if (result != Result::kNeedMore || in_read_ == in_.size()) return result;
  }
}

bool TlsStream::write(std::string_view bytes) {
  HG_ASSERT(bytes.size() <= kTlsRecordBytes, bytes.size());
  if (failed_) return false;
  ::ERR_clear_error();
  std::size_t took = 0;
  const int returned = ::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &took);
  if (returned != 1 || took != bytes.size()) {
    fail(take_tls_error());
    return false;
  }
  if (++records_ == records_per_key_) {
    records_ = 0;
    ::SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
  }
  return true;
}

void TlsStream::shut_down() {
  if (failed_ || ::SSL_is_init_finished(ssl_.get()) == 0) return;
  ::ERR_clear_error();
  ::SSL_shutdown(ssl_.get());
}

void TlsStream::consume(std::size_t count) {
  HG_ASSERT(count <= out_.size() - out_sent_, count);
  out_sent_ += count;
  if (out_sent_ < out_.size()) return;
  out_.clear();
  out_sent_ = 0;
}

TlsStream::Result TlsStream::result_of(int returned) {
  if (returned == 1) return Result::kDone;
  switch (::SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ: return Result::kNeedMore;
    case SSL_ERROR_ZERO_RETURN: return Result::kEnded;
    default: return fail(take_tls_error());
  }
}

TlsStream::Result TlsStream::fail(std::string_view why) {
  failed_ = true;
  trouble_ = "TLS: ";
  trouble_ += why;
  return Result::kFailed;
}

}  // namespace hourglass::gateway::fix

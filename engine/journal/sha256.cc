#include "engine/journal/sha256.h"

#include <fmt/format.h>

// OpenSSL 3.0's EVP interface frees and allocates its state at every start, on the journal's thread
// at every frame. The older one keeps it where it is told to; deprecated, but the same code
// beneath.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "engine/base/assert.h"

namespace hourglass::engine {
namespace {

SHA256_CTX* context(std::byte* state) noexcept {
  return reinterpret_cast<SHA256_CTX*>(state);
}

}  // namespace

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte b : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(b));
  return text;
}

void Sha256::start() noexcept {
  static_assert(sizeof(SHA256_CTX) == kStateBytes && alignof(SHA256_CTX) <= 8);
  const int started = SHA256_Init(context(state_.data()));
  HG_ASSERT(started == 1, started);
}

void Sha256::update(std::span<const std::byte> bytes) noexcept {
  const int updated = SHA256_Update(context(state_.data()), bytes.data(), bytes.size());
  HG_ASSERT(updated == 1, updated);
}

Digest Sha256::finish() noexcept {
  Digest digest;
  const int finished =
      SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), context(state_.data()));
  HG_ASSERT(finished == 1, finished);
  return digest;
}

Digest Sha256::of(std::span<const std::byte> bytes) noexcept {
  start();
  update(bytes);
  return finish();
}

}  // namespace hourglass::engine

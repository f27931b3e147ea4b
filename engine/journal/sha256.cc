#include "engine/journal/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "engine/base/assert.h"

namespace hourglass::engine {
namespace {

// EVP_sha256() would look the provider up again at every start; the fetched form does it once.
const EVP_MD* fetched_sha256() noexcept {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  return kAlgorithm;
}

}  // namespace

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte b : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(b));
  return text;
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  HG_ASSERT(context_ != nullptr);
  HG_ASSERT(fetched_sha256() != nullptr);
  HG_ASSERT(EVP_DigestInit_ex(context_, fetched_sha256(), nullptr) == 1);
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(context_);
}

void Sha256::start() noexcept {
  // A null algorithm keeps the context's, and with it its state's memory.
  const int started = EVP_DigestInit_ex(context_, nullptr, nullptr);
  HG_ASSERT(started == 1, started);
}

void Sha256::update(std::span<const std::byte> bytes) noexcept {
  const int updated = EVP_DigestUpdate(context_, bytes.data(), bytes.size());
  HG_ASSERT(updated == 1, updated);
}

Digest Sha256::finish() noexcept {
  Digest digest;
  unsigned size = 0;
  const int finished =
      EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()), &size);
  HG_ASSERT(finished == 1 && size == digest.size(), finished, size);
  return digest;
}

Digest Sha256::of(std::span<const std::byte> bytes) noexcept {
  start();
  update(bytes);
  return finish();
}

}  // namespace hourglass::engine

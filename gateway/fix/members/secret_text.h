// SecretText: a password while it is held. Its bytes are wiped before their memory is given back.
#pragma once

#include <sodium.h>

#include <string_view>
#include <vector>

namespace hourglass::gateway::fix {

// Moves without leaving a copy behind, which std::string does not for short texts. Thread: one.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string_view text) : bytes_(text.begin(), text.end()) {}
  ~SecretText() { wipe(); }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  SecretText(SecretText&& other) noexcept { bytes_.swap(other.bytes_); }
  SecretText& operator=(SecretText&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    bytes_.clear();
    bytes_.swap(other.bytes_);
    return *this;
  }

  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), bytes_.size()}; }

 private:
  void wipe() noexcept {
    if (!bytes_.empty()) sodium_memzero(bytes_.data(), bytes_.size());
  }

  std::vector<char> bytes_;
};

}  // namespace hourglass::gateway::fix

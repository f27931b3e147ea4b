#include "gateway/fix/members/password_input.h"

#include <fmt/format.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "gateway/fix/members/authentication.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::size_t kRandomBytes = 18;
constexpr std::int32_t kUrlSafe = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

// Turns a terminal's echo off while it lives, and its signals, which would leave it off.
class EchoOff {
 public:
  explicit EchoOff(int descriptor) : descriptor_(descriptor) {
    is_terminal_ = ::tcgetattr(descriptor_, &before_) == 0;
    if (!is_terminal_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    static_cast<void>(::tcsetattr(descriptor_, TCSAFLUSH, &quiet));
    std::fputs("Password: ", stderr);
  }
  ~EchoOff() {
    if (!is_terminal_) return;
    std::fputs("\n", stderr);
    static_cast<void>(::tcsetattr(descriptor_, TCSAFLUSH, &before_));
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  int descriptor_;
  bool is_terminal_ = false;
  termios before_{};
};

}  // namespace

absl::Status check_new_password(std::string_view text) {
  const bool is_printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (is_printable && text.size() >= kMinPasswordBytes && text.size() <= kMaxPasswordBytes) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(fmt::format("a password is {} to {} printable ASCII characters",
                                                kMinPasswordBytes, kMaxPasswordBytes));
}

absl::StatusOr<SecretText> read_password(int descriptor) {
  const EchoOff echo_off(descriptor);
  std::array<char, kMaxPasswordBytes + 1> line{};  // one more than the longest, to see it is longer
  std::size_t length = 0;
  while (length < line.size()) {
    // A byte at a time: what follows the line may be for the next who reads.
    const ssize_t got = ::read(descriptor, line.data() + length, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, "read the password");
    if (got == 0 || line[length] == '\n') break;
    ++length;
  }
  SecretText password(std::string_view(line.data(), length));
  sodium_memzero(line.data(), line.size());
  if (absl::Status status = check_new_password(password.view()); !status.ok()) return status;
  return password;
}

SecretText make_password() {
  std::array<unsigned char, kRandomBytes> random{};
  std::array<char, sodium_base64_ENCODED_LEN(kRandomBytes, kUrlSafe)> text{};
  randombytes_buf(random.data(), random.size());
  sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), kUrlSafe);
  SecretText password(std::string_view(text.data()));
  sodium_memzero(random.data(), random.size());
  sodium_memzero(text.data(), text.size());
  return password;
}

}  // namespace hourglass::gateway::fix

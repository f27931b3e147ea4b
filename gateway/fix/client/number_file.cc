#include "gateway/fix/client/number_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "fmt/format.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::size_t kDigits = 10;
constexpr std::size_t kLineBytes = 2 * kDigits + 2;
constexpr mode_t kOwnersOnly = 0600;

absl::Status system_error(const std::string& path) {
  return absl::ErrnoToStatus(errno, path);
}

bool read_sequence(std::string_view text, std::uint32_t& sequence) {
  const auto number = parse_number(text);
  if (!number || *number < 1 || *number > UINT32_MAX) return false;
  sequence = static_cast<std::uint32_t>(*number);
  return true;
}

}  // namespace

NumberFile::~NumberFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

absl::Status NumberFile::open(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) return absl::UnavailableError(fmt::format("{}: {}", path, error.message()));
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnersOnly);
  if (descriptor_ < 0) return system_error(path);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error(path);
    return absl::UnavailableError("another hourglass fix runs with this CompID");
  }
  std::array<char, kLineBytes + 1> line;
  const ssize_t got = ::pread(descriptor_, line.data(), line.size(), 0);
  if (got < 0) return system_error(path);
  if (got == 0) return write(1, 1);
  const std::string_view text(line.data(), static_cast<std::size_t>(got));
  if (text.size() == kLineBytes && read_sequence(text.substr(0, kDigits), next_sender_) &&
      read_sequence(text.substr(kDigits + 1, kDigits), next_target_)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(fmt::format("{}: no line of two numbers; remove it", path));
}

absl::Status NumberFile::write(std::uint32_t next_sender, std::uint32_t next_target) {
  next_sender_ = next_sender;
  next_target_ = next_target;
  const std::string line =
      fmt::format("{:0{}} {:0{}}\n", next_sender, kDigits, next_target, kDigits);
  if (::pwrite(descriptor_, line.data(), line.size(), 0) == static_cast<ssize_t>(line.size())) {
    return absl::OkStatus();
  }
  return absl::ErrnoToStatus(errno, "numbers of the session");
}

}  // namespace hourglass::gateway::fix

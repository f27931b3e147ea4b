#include "gateway/fix/client/starter_login.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>

#include "absl/cleanup/cleanup.h"
#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::size_t kMaxStarters = 64;
constexpr std::size_t kLongestLine = 512;  // more than a name and a password take
constexpr std::string_view kHint = "; say a CompID, and a password or key";

std::string path_in(const std::string& data_dir) {
  return fmt::format("{}/fix/starter-credentials", data_dir);
}

// The lines of a file with passwords. What was read is wiped.
class SecretLines {
 public:
  explicit SecretLines(const std::string& path) {
    file_.rdbuf()->pubsetbuf(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    file_.open(path);
    line_.reserve(kLongestLine);
  }
  ~SecretLines() {
    sodium_memzero(buffer_.data(), buffer_.size());
    sodium_memzero(line_.data(), line_.size());
  }
  SecretLines(const SecretLines&) = delete;
  SecretLines& operator=(const SecretLines&) = delete;

  [[nodiscard]] bool is_open() const { return file_.is_open(); }
  bool next() { return static_cast<bool>(std::getline(file_, line_)); }
  [[nodiscard]] std::string_view line() const noexcept { return line_; }

 private:
  std::array<char, 4096> buffer_{};
  std::ifstream file_;
  std::string line_;
};

std::string_view name_of(std::string_view line) {
  return line.substr(0, line.find(' '));
}

// On the disk when it returns.
absl::Status write_private(const std::string& path, std::string_view text) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  const bool is_written =
      file >= 0 && ::fchmod(file, 0600) == 0 &&
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (is_written) return absl::OkStatus();
  return absl::InternalError(fmt::format("write {}: {}", path, std::strerror(error)));
}

}  // namespace

absl::Status take_starter_login(const std::string& data_dir, std::size_t place,
                                ClientSettings& settings) {
  const std::string path = path_in(data_dir);
  SecretLines file(path);
  if (!file.is_open()) return absl::NotFoundError(fmt::format("{} cannot be read{}", path, kHint));
  for (std::size_t i = 0; i < kMaxStarters && file.next(); ++i) {
    const std::string_view line = file.line();
    const std::string_view name = name_of(line);
    if (settings.comp_id.empty() ? i != place : name != settings.comp_id) continue;
    if (name.size() == line.size()) break;
    settings.comp_id = std::string(name);
    settings.password = std::string(line.substr(name.size() + 1));
    return absl::OkStatus();
  }
  return absl::NotFoundError(fmt::format("{} has no such member{}", path, kHint));
}

absl::Status replace_starter_password(const std::string& data_dir, std::string_view comp_id,
                                      std::string_view password) {
  const std::string path = path_in(data_dir);
  SecretLines file(path);
  std::string text;
  const absl::Cleanup wipe = [&text] { sodium_memzero(text.data(), text.size()); };
  text.reserve(kMaxStarters * kLongestLine);
  bool is_there = false;
  for (std::size_t i = 0; i < kMaxStarters && file.next(); ++i) {
    if (name_of(file.line()) == comp_id) {
      is_there = true;
      text.append(comp_id).append(" ").append(password).append("\n");
    } else {
      text.append(file.line()).append("\n");
    }
  }
  if (!is_there) return absl::NotFoundError(fmt::format("{} has no {}", path, comp_id));
  const std::string written = fmt::format("{}.new", path);
  const absl::Status status = write_private(written, text);
  if (!status.ok()) return status;
  if (::rename(written.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::InternalError(fmt::format("rename {}: {}", written, std::strerror(errno)));
}

}  // namespace hourglass::gateway::fix

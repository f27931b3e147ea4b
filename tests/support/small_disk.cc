#include "tests/support/small_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace hourglass::engine::test {
namespace {

bool write_file(const char* name, std::string_view text) {
  const int file = ::open(name, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(file);
  return written;
}

// A mount namespace for this process; as root of a user namespace where it is not root already.
bool enter_namespace() {
  if (::unshare(CLONE_NEWNS) == 0) return true;
  const std::string user = fmt::format("0 {} 1", ::geteuid());
  const std::string group = fmt::format("0 {} 1", ::getegid());
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
         write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", user) &&
         write_file("/proc/self/gid_map", group);
}

// 0, or errno of what is not allowed here.
int mount_here(const std::string& mount_point, std::uint64_t bytes) {
  const std::string options = fmt::format("size={},mode=0700", bytes);
  const bool mounted = enter_namespace() &&
                       ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       ::mount("small-disk", mount_point.c_str(), "tmpfs", 0, options.c_str()) == 0;
  return mounted ? 0 : errno;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SmallDisk>> SmallDisk::mount(const std::string& within,
                                                            std::uint64_t bytes) {
  auto disk = std::unique_ptr<SmallDisk>(new SmallDisk);
  std::string directory = std::filesystem::absolute(within) / "hourglass-disk-XXXXXX";
  std::array<int, 2> hold{};
  std::array<int, 2> answer{};
  if (::mkdtemp(directory.data()) == nullptr || ::pipe2(hold.data(), O_CLOEXEC) != 0 ||
      ::pipe2(answer.data(), O_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(errno, "a directory to mount on");
  }
  disk->mount_point_ = directory;
  disk->keeper_ = ::fork();
  if (disk->keeper_ == 0) {
    ::close(hold[1]);
    const int failed = mount_here(directory, bytes);
    static_cast<void>(!::write(answer[1], &failed, sizeof(failed)));
    char nothing = 0;
    static_cast<void>(!::read(hold[0], &nothing, 1));  // until the test ends, however it does
    ::_exit(0);
  }
  ::close(hold[0]);
  ::close(answer[1]);
  disk->hold_ = hold[1];
  int failed = EIO;
  static_cast<void>(!::read(answer[0], &failed, sizeof(failed)));
  ::close(answer[0]);
  if (failed != 0) return absl::ErrnoToStatus(failed, "mounting a tmpfs");
  disk->path_ = fmt::format("/proc/{}/root{}", disk->keeper_, directory);
  if (::access(disk->path_.c_str(), W_OK) != 0) return absl::ErrnoToStatus(errno, disk->path_);
  return disk;
}

SmallDisk::~SmallDisk() {
  if (hold_ >= 0) ::close(hold_);
  if (keeper_ > 0) ::waitpid(keeper_, nullptr, 0);
  if (!mount_point_.empty()) ::rmdir(mount_point_.c_str());
}

}  // namespace hourglass::engine::test

#include "engine/journal/file_device.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace hourglass::engine {
namespace {

constexpr char kLockName[] = "lock";
constexpr char kProbeName[] = "direct-io-probe.tmp";

absl::Status system_error(std::string_view what, std::string_view name) {
  return absl::ErrnoToStatus(errno, fmt::format("{} {}", what, name));
}

class RealFile final : public JournalFile {
 public:
  RealFile(int descriptor, std::string name, bool syncs)
      : descriptor_(descriptor), name_(std::move(name)), syncs_(syncs) {}
  ~RealFile() override { ::close(descriptor_); }

  absl::StatusOr<std::uint64_t> size() override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return system_error("fstat", name_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  absl::Status read(std::uint64_t offset, std::span<std::byte> into) override {
    while (!into.empty()) {  // each turn reads at least one byte
      const ssize_t got =
          ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
      if (got < 0) return system_error("read", name_);
      if (got == 0) return absl::OutOfRangeError(fmt::format("{} ends at {}", name_, offset));
      into = into.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
    return absl::OkStatus();
  }

  absl::Status write(std::uint64_t offset, std::span<const std::byte> bytes) override {
    const ssize_t put =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0) return system_error("write", name_);
    if (static_cast<std::size_t>(put) != bytes.size()) {
      // Nearly always a full disk, but what is on it now is unknown, so it is not called that.
      return absl::DataLossError(
          fmt::format("short write: {} of {} bytes to {}", put, bytes.size(), name_));
    }
    return absl::OkStatus();
  }

  absl::Status truncate(std::uint64_t bytes) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) {
      return system_error("truncate", name_);
    }
    return absl::OkStatus();
  }

  absl::Status sync() override {
    if (syncs_ && ::fsync(descriptor_) != 0) return system_error("fsync", name_);
    return absl::OkStatus();
  }

 private:
  int descriptor_;
  std::string name_;
  bool syncs_;
};

class FileLock final : public JournalLock {
 public:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  ~FileLock() override { ::close(descriptor_); }

 private:
  int descriptor_;
};

// Whether this file system takes O_DIRECT; tmpfs before Linux 6.6 and some others do not.
bool takes_direct_io(int directory) {
  const int probe = ::openat(directory, kProbeName, O_CREAT | O_RDWR | O_DIRECT | O_CLOEXEC, 0644);
  if (probe >= 0) ::close(probe);
  ::unlinkat(directory, kProbeName, 0);  // an open refused by O_DIRECT may still have created it
  return probe >= 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileDevice>> FileDevice::open_directory(std::string path,
                                                                       Durability durability) {
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return system_error("mkdir", path);
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return system_error("open", path);
  const bool direct = takes_direct_io(directory);
  return std::unique_ptr<FileDevice>(
      new FileDevice(std::move(path), directory, durability, direct));
}

absl::StatusOr<std::unique_ptr<FileDevice>> FileDevice::open_existing(std::string path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return system_error("open", path);
  return std::unique_ptr<FileDevice>(
      new FileDevice(std::move(path), directory, Durability::kDurable, false));
}

FileDevice::FileDevice(std::string path, int directory, Durability durability, bool direct)
    : path_(std::move(path)), directory_(directory), durability_(durability), direct_(direct) {}

FileDevice::~FileDevice() {
  ::close(directory_);
}

absl::StatusOr<std::unique_ptr<JournalFile>> FileDevice::open(std::string_view name,
                                                              OpenMode mode) {
  const bool durable = durability_ == Durability::kDurable;
  int flags = O_CLOEXEC;
  switch (mode) {
    case OpenMode::kRead: flags |= O_RDONLY; break;
    case OpenMode::kDurable:
      flags |= O_RDWR | (durable ? O_DSYNC : 0) | (durable && direct_ ? O_DIRECT : 0);
      break;
    case OpenMode::kCreate: flags |= O_RDWR | O_CREAT | O_TRUNC; break;
    case OpenMode::kPrepare:
      flags |= O_RDWR | O_CREAT | O_TRUNC | (durable && direct_ ? O_DIRECT : 0);
      break;
    case OpenMode::kUpdate: flags |= O_RDWR; break;
  }
  std::string text(name);
  const int descriptor = ::openat(directory_, text.c_str(), flags, 0644);
  if (descriptor < 0) return system_error("open", name);
  return std::make_unique<RealFile>(descriptor, std::move(text), durable);
}

absl::StatusOr<std::vector<std::string>> FileDevice::list() {
  const int copy = ::openat(directory_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return system_error("open", path_);
  DIR* entries = ::fdopendir(copy);
  if (entries == nullptr) {
    ::close(copy);
    return system_error("list", path_);
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(entries)) {
    if (entry->d_type != DT_DIR) names.emplace_back(entry->d_name);
    errno = 0;
  }
  const int failed = errno;
  ::closedir(entries);
  if (failed != 0) {
    errno = failed;
    return system_error("list", path_);
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status FileDevice::rename(std::string_view from, std::string_view to) {
  if (::renameat(directory_, std::string(from).c_str(), directory_, std::string(to).c_str()) != 0) {
    return system_error("rename", from);
  }
  return absl::OkStatus();
}

absl::Status FileDevice::remove(std::string_view name) {
  if (::unlinkat(directory_, std::string(name).c_str(), 0) != 0)
    return system_error("remove", name);
  return absl::OkStatus();
}

absl::Status FileDevice::sync_directory() {
  if (durability_ == Durability::kDurable && ::fsync(directory_) != 0) {
    return system_error("fsync", path_);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<JournalLock>> FileDevice::lock() {
  const int descriptor = ::openat(directory_, kLockName, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error("open", kLockName);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const bool held = errno == EWOULDBLOCK;
    absl::Status error = system_error("flock", path_);
    ::close(descriptor);
    if (!held) return error;
    return absl::FailedPreconditionError(
        fmt::format("another process is writing the journal in {}", path_));
  }
  return std::make_unique<FileLock>(descriptor);
}

std::string FileDevice::describe() const {
  if (durability_ == Durability::kVolatile) {
    return fmt::format("{}: VOLATILE, a power cut loses acknowledged commands", path_);
  }
  return fmt::format("{}: durable, {}", path_, direct_ ? "O_DIRECT|O_DSYNC" : "O_DSYNC");
}

}  // namespace hourglass::engine

#include "gateway/fix/store/mapped_session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "gateway/fix/store/session_file_upgrade.h"

namespace hourglass::gateway::fix {
namespace {

// Room asked of the disk at a time: as much again as there is, within these. A session that says
// little takes little; one that says much asks once in some 3,000 messages.
constexpr std::uint64_t kProvidedBytesMin = 64U << 10;
constexpr std::uint64_t kProvidedBytesMax = 1U << 20;
// Turns of open(): one finds no file, one finds another's just made.
constexpr std::uint32_t kOpenAttemptCount = 4;
// How often a call that a signal interrupts is begun anew.
constexpr std::uint32_t kInterruptedCount = 100;
constexpr mode_t kFileMode = 0600;

absl::Status system_error(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("{} {}", what, path));
}

// A descriptor that closes itself unless taken.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(other.take()) {}
  Descriptor& operator=(Descriptor&&) = delete;

  [[nodiscard]] int get() const { return number_; }
  int take() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// Takes room on the disk for [from, to). Returns 0 or errno. A signal may interrupt the call.
int take_room(int descriptor, std::uint64_t from, std::uint64_t to) {
  int failed = EINTR;
  for (std::uint32_t attempt = 0; attempt < kInterruptedCount && failed == EINTR; ++attempt) {
    failed = ::posix_fallocate(descriptor, static_cast<off_t>(from), static_cast<off_t>(to - from));
  }
  return failed;
}

absl::Status lock(int descriptor, const std::string& path) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  if (errno != EWOULDBLOCK) return system_error("locking", path);
  return absl::FailedPreconditionError(fmt::format("{} is in use by another process", path));
}

// Whether `path` still leads to the file of `descriptor`; another process may have moved it.
bool is_named(int descriptor, const std::string& path) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(descriptor, &ours) == 0 && ::stat(path.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

template <class Block>
bool write_block(int descriptor, Block block, std::uint64_t offset) {
  block.crc = checksum_of(block);
  const ssize_t put = ::pwrite(descriptor, &block, sizeof(block), static_cast<off_t>(offset));
  if (put >= 0 && put != static_cast<ssize_t>(sizeof(block))) errno = ENOSPC;
  return put == static_cast<ssize_t>(sizeof(block));
}

bool sync_directory_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const Descriptor directory(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory.get() >= 0 && ::fsync(directory.get()) == 0;
}

// Writes the whole of a new file. Returns false with errno.
bool fill(int descriptor, const NewSession& begin) {
  if (::ftruncate(descriptor, 0) != 0) return false;
  errno = take_room(descriptor, 0, kRingOffset);
  if (errno != 0) return false;
  HeaderCopy second = begin.header;
  ++second.generation;
  return ::ftruncate(descriptor, static_cast<off_t>(kRingOffset + begin.ring_bytes)) == 0 &&
         write_block(descriptor, FileIdentity{.ring_bytes = begin.ring_bytes}, 0) &&
         write_block(descriptor, begin.header, header_offset(begin.header.generation)) &&
         write_block(descriptor, second, header_offset(second.generation)) &&
         write_block(descriptor, begin.reservation,
                     reservation_offset(begin.reservation.generation)) &&
         ::fsync(descriptor) == 0;
}

// Begins `path` under another name, so that no half of one ever has the name. Gives nothing where
// another process was first.
absl::StatusOr<std::optional<Descriptor>> create(const std::string& path, const NewSession& begin) {
  const std::string draft = path + ".new";
  Descriptor file(::open(draft.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
  if (file.get() < 0) return system_error("creating", draft);
  if (absl::Status locked = lock(file.get(), draft); !locked.ok()) return locked;
  if (!is_named(file.get(), draft)) return std::nullopt;
  if (!fill(file.get(), begin)) {
    const absl::Status failed = system_error("writing", draft);
    ::unlink(draft.c_str());
    return failed;
  }
  if (::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return std::nullopt;
    return system_error("naming", path);
  }
  if (!sync_directory_of(path)) return system_error("syncing the directory of", path);
  return file;
}

// Opens and locks what has the name. Gives nothing where there is none.
absl::StatusOr<std::optional<Descriptor>> open_existing(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return std::nullopt;
  if (file.get() < 0) return system_error("opening", path);
  if (absl::Status locked = lock(file.get(), path); !locked.ok()) return locked;
  if (!is_named(file.get(), path)) return std::nullopt;
  return file;
}

absl::StatusOr<Descriptor> find_or_create(const std::string& path, const NewSession& begin) {
  for (std::uint32_t attempt = 0; attempt < kOpenAttemptCount; ++attempt) {
    auto existing = open_existing(path);
    if (!existing.ok()) return existing.status();
    if (existing->has_value()) return std::move(**existing);
    auto created = create(path, begin);
    if (!created.ok()) return created.status();
    if (created->has_value()) return std::move(**created);
  }
  return absl::FailedPreconditionError(fmt::format("{} is being made by another process", path));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MappedSession>> MappedSession::open(const std::string& path,
                                                                   const NewSession& begin) {
  auto file = find_or_create(path, begin);
  if (!file.ok()) return file.status();
  auto session = std::unique_ptr<MappedSession>(new MappedSession(path));
  session->descriptor_ = file->take();
  struct stat status {};
  if (::fstat(session->descriptor_, &status) != 0) return session->error("fstat");
  const absl::Status mapped = session->map(static_cast<std::uint64_t>(status.st_size));
  if (!mapped.ok()) return mapped;
  return session;
}

MappedSession::~MappedSession() {
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
  if (descriptor_ >= 0) ::close(descriptor_);
}

absl::Status MappedSession::map(std::uint64_t file_bytes) {
  FileIdentity identity;
  const ssize_t got = ::pread(descriptor_, &identity, sizeof(identity), 0);
  if (got < 0) return error("reading");
  if (got == 0) {
    return absl::DataLossError(
        fmt::format("{} is empty, which no session file ever is: it was cut", path_));
  }
  if (got != static_cast<ssize_t>(sizeof(identity)) || identity.magic != kSessionFileMagic ||
      identity.crc != checksum_of(identity)) {
    return absl::DataLossError(
        fmt::format("{} is not a session file, or its beginning is damaged", path_));
  }
  if (identity.version != kSessionFileVersion && identity.version != kSessionFileVersion1) {
    return absl::FailedPreconditionError(
        fmt::format("{} is of version {}, not {}", path_, identity.version, kSessionFileVersion));
  }
  if (identity.ring_bytes < kRingBytesMin || identity.ring_bytes > kRingBytesMax ||
      !std::has_single_bit(identity.ring_bytes) ||
      file_bytes != kRingOffset + identity.ring_bytes) {
    return absl::DataLossError(
        fmt::format("{} was cut, or is no session file: it has {} bytes, and a ring of {} in {}",
                    path_, file_bytes, identity.ring_bytes, kRingOffset + identity.ring_bytes));
  }
  // The first pages were written at creation; a copy that was made sparse may lack them.
  errno = take_room(descriptor_, 0, kRingOffset);
  if (errno != 0) return error("room for the header of");
  if (identity.version == kSessionFileVersion1) {
    const absl::Status upgraded = upgrade_session_file(descriptor_, path_, identity);
    if (!upgraded.ok()) return upgraded;
  }
  void* const mapping =
      ::mmap(nullptr, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (mapping == MAP_FAILED) return error("mapping");
  bytes_ = {static_cast<std::byte*>(mapping), file_bytes};
  // Without it the kernel reads ahead on every first touch, and fills memory with the empty ring.
  if (::madvise(mapping, file_bytes, MADV_RANDOM) != 0) return error("advising on");
  return absl::OkStatus();
}

absl::Status MappedSession::provide(std::uint64_t bytes) {
  if (bytes <= provided_bytes_) return absl::OkStatus();
  const std::uint64_t ring_bytes = ring().size();
  const std::uint64_t step = std::clamp(provided_bytes_, kProvidedBytesMin, kProvidedBytesMax);
  const std::uint64_t step_end = (bytes + step - 1) / step * step;
  // With no room for a step there may still be some for what is needed now.
  for (const std::uint64_t end : {std::min(step_end, ring_bytes), bytes}) {
    errno = take_room(descriptor_, kRingOffset + provided_bytes_, kRingOffset + end);
    if (errno == 0) {
      provided_bytes_ = end;
      return absl::OkStatus();
    }
  }
  return error("room for messages in");
}

void MappedSession::will_read(std::uint64_t bytes) noexcept {
  if (bytes > 0) static_cast<void>(::madvise(at(kRingOffset), bytes, MADV_WILLNEED));
}

absl::Status MappedSession::sync_header() {
  if (::msync(at(kHeaderPages), 2 * kSessionPageBytes, MS_SYNC) != 0) return error("syncing");
  return absl::OkStatus();
}

absl::Status MappedSession::sync_all() {
  if (::fdatasync(descriptor_) != 0) return error("syncing");
  return absl::OkStatus();
}

absl::Status MappedSession::error(std::string_view what) const {
  return system_error(what, path_);
}

}  // namespace hourglass::gateway::fix

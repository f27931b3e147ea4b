#include "bench/streams/stream_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "bench/streams/stream_validator.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

// Checked while still in cache, and a hostile sparse file is refused before it fills the memory.
constexpr std::uint64_t kRecordsPerPiece = (1U << 20U) / sizeof(StreamOp);

// Where the bytes come from: `fill` reads exactly `bytes.size()` bytes or says why not.
template <class Fill>
absl::StatusOr<Stream> read_checked(std::uint64_t file_bytes, Fill&& fill) {
  if (file_bytes < sizeof(StreamHeader)) {
    return absl::DataLossError(fmt::format("truncated: {} bytes, the header alone has {}",
                                           file_bytes, sizeof(StreamHeader)));
  }
  Stream stream;
  absl::Status status = fill(std::as_writable_bytes(std::span(&stream.header, 1)));
  if (!status.ok()) return status;
  if (status = check_header(stream.header, file_bytes); !status.ok()) return status;

  absl::StatusOr<RecordBuffer> buffer = RecordBuffer::reserve(stream.header.n_ops);
  if (!buffer.ok()) return buffer.status();
  stream.buffer = std::move(*buffer);
  StreamValidator validator(stream.header);
  while (stream.buffer.size() < stream.header.n_ops) {
    const std::span<StreamOp> piece = stream.buffer.extend(
        std::min(kRecordsPerPiece, stream.header.n_ops - stream.buffer.size()));
    if (status = fill(std::as_writable_bytes(piece)); !status.ok()) return status;
    if (status = validator.check(piece); !status.ok()) return status;
  }
  if (status = validator.finish(); !status.ok()) return status;
  return stream;
}

absl::Status system_error(const char* what) {
  const std::int32_t error = errno;
  const std::string text = fmt::format("cannot {}: {}", what, std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(text) : absl::UnavailableError(text);
}

absl::Status read_exactly(std::int32_t file, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::read(file, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read");
    if (got == 0) return absl::DataLossError("truncated: the file shrank while it was read");
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return absl::OkStatus();
}

absl::Status write_exactly(std::int32_t file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error("write");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return absl::OkStatus();
}

// Closes on the way out; a write's success is only known from close(), which take() leaves to the
// caller.
class File {
 public:
  explicit File(std::int32_t descriptor) noexcept : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] std::int32_t get() const noexcept { return descriptor_; }
  std::int32_t take() noexcept { return std::exchange(descriptor_, -1); }

 private:
  std::int32_t descriptor_;
};

absl::Status with_path(const absl::Status& status, const std::string& path) {
  return {status.code(), fmt::format("{}: {}", path, std::string(status.message()))};
}

absl::StatusOr<Stream> read_open_file(const File& file) {
  if (file.get() < 0) return system_error("open");
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return system_error("stat");
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError("not a regular file");
  return read_checked(static_cast<std::uint64_t>(info.st_size),
                      [&](std::span<std::byte> bytes) { return read_exactly(file.get(), bytes); });
}

absl::Status write_open_file(const Stream& stream, File& file) {
  if (file.get() < 0) return system_error("open");
  absl::Status status = write_exactly(file.get(), std::as_bytes(std::span(&stream.header, 1)));
  if (status.ok()) status = write_exactly(file.get(), std::as_bytes(stream.records()));
  if (!status.ok()) return status;
  return ::close(file.take()) == 0 ? absl::OkStatus() : system_error("close");
}

}  // namespace

absl::StatusOr<Stream> read_stream(const std::string& path) {
  // Non-blocking, so that a path that names a pipe is refused and does not hang.
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  absl::StatusOr<Stream> stream = read_open_file(file);
  if (!stream.ok()) return with_path(stream.status(), path);
  return stream;
}

absl::StatusOr<Stream> parse_stream(std::span<const std::byte> bytes) {
  return read_checked(bytes.size(), [rest = bytes](std::span<std::byte> out) mutable {
    std::memcpy(out.data(), rest.data(), out.size());
    rest = rest.subspan(out.size());
    return absl::OkStatus();
  });
}

absl::Status write_stream(const Stream& stream, const std::string& path) {
  File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  const absl::Status status = write_open_file(stream, file);
  return status.ok() ? status : with_path(status, path);
}

}  // namespace hourglass::bench

#include "bench/streams/record_buffer.h"

#include <sys/mman.h>

#include <utility>

#include "absl/status/status.h"
#include "engine/base/assert.h"
#include "fmt/format.h"

namespace hourglass::bench {

absl::StatusOr<RecordBuffer> RecordBuffer::reserve(std::uint64_t capacity) {
  if (capacity > kMaxStreamRecords) {
    return absl::ResourceExhaustedError(
        fmt::format("{} records are more than the limit of {}", capacity, kMaxStreamRecords));
  }
  RecordBuffer buffer;
  if (capacity == 0) return buffer;
  const std::uint64_t bytes = capacity * sizeof(StreamOp);
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    return absl::ResourceExhaustedError(fmt::format("no memory for {} records", capacity));
  }
  // A wish: without huge pages the stream is only slower to read.
  static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
  buffer.data_ = static_cast<StreamOp*>(memory);
  buffer.capacity_ = capacity;
  return buffer;
}

RecordBuffer::RecordBuffer(RecordBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

RecordBuffer& RecordBuffer::operator=(RecordBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

RecordBuffer::~RecordBuffer() {
  if (data_ != nullptr) ::munmap(data_, capacity_ * sizeof(StreamOp));
}

void RecordBuffer::push_back(const StreamOp& op) noexcept {
  HG_ASSERT(size_ < capacity_, size_, capacity_);
  data_[size_++] = op;
}

std::span<StreamOp> RecordBuffer::extend(std::uint64_t count) noexcept {
  HG_ASSERT(count <= capacity_ - size_, count, size_, capacity_);
  const std::span<StreamOp> added{data_ + size_, count};
  size_ += count;
  return added;
}

}  // namespace hourglass::bench

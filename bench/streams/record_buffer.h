// RecordBuffer: the records of a stream in memory, on huge pages where the kernel grants them, so
// that reading the stream costs the book under test as few cache and TLB entries as possible.
#pragma once

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "bench/streams/hgos_format.h"

namespace hourglass::bench {

// A growing array with a fixed capacity. Address space is reserved at once, memory arrives as
// records are appended, and nothing ever moves. Move-only. Thread: one writer, then any reader.
class RecordBuffer {
 public:
  // Reserves room for `capacity` records. Errors: ResourceExhausted over kMaxStreamRecords or when
  // the system refuses. Cost: one mmap.
  static absl::StatusOr<RecordBuffer> reserve(std::uint64_t capacity);

  RecordBuffer() noexcept = default;
  RecordBuffer(RecordBuffer&& other) noexcept;
  RecordBuffer& operator=(RecordBuffer&& other) noexcept;
  ~RecordBuffer();

  // Appends one record; the capacity must not be exhausted.
  void push_back(const StreamOp& op) noexcept;
  // Appends `count` uninitialised records and returns them, to be filled by the caller.
  std::span<StreamOp> extend(std::uint64_t count) noexcept;

  [[nodiscard]] std::span<const StreamOp> records() const noexcept { return {data_, size_}; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }

 private:
  StreamOp* data_ = nullptr;
  std::uint64_t size_ = 0;
  std::uint64_t capacity_ = 0;
};

}  // namespace hourglass::bench

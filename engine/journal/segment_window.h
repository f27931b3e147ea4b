// SegmentWindow: a segment file seen through a buffer that moves with the reader.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "engine/base/assert.h"
#include "engine/base/limits.h"
#include "engine/journal/aligned_buffer.h"
#include "engine/journal/journal_device.h"

namespace hourglass::engine {

class SegmentWindow {
 public:
  // Large enough that most frames come without a system call of their own.
  static constexpr std::size_t kWindowBytes = std::size_t{4} * kMaxFrameBytes;

  // Looks through `file`, which has `bytes` bytes, from now on. Cost: allocates where no segment
  // before was as large.
  void point_at(std::unique_ptr<JournalFile> file, std::uint64_t bytes) {
    const std::uint64_t wanted = std::min<std::uint64_t>(kWindowBytes, bytes);
    if (buffer_.size() < wanted) buffer_ = AlignedBuffer(wanted);
    file_ = std::move(file);
    file_bytes_ = bytes;
    begin_ = end_ = 0;
  }

  // Makes [offset, offset + bytes) readable by at(). `bytes` is at most kMaxFrameBytes and the
  // range inside the file. Of a segment that is being written, `settled` says how many bytes from
  // `offset` on will not change any more: no others are read ahead, for what is read stays here.
  // Errors: the device's. Cost: at most one read of kWindowBytes.
  absl::Status need(std::uint64_t offset, std::size_t bytes, std::uint64_t settled = kWindowBytes) {
    HG_ASSERT(bytes <= kMaxFrameBytes && offset + bytes <= file_bytes_, offset, bytes, file_bytes_);
    if (offset >= begin_ && offset + bytes <= end_) return absl::OkStatus();
    const std::uint64_t ahead = std::max<std::uint64_t>(bytes, settled / kBlockBytes * kBlockBytes);
    const std::uint64_t take =
        std::min({std::uint64_t{buffer_.size()}, file_bytes_ - offset, ahead});
    begin_ = end_ = 0;
    absl::Status read = file_->read(offset, buffer_.first(take));
    if (read.ok()) {
      begin_ = offset;
      end_ = offset + take;
    }
    return read;
  }

  // The bytes at `offset`, valid until the next need().
  [[nodiscard]] const std::byte* at(std::uint64_t offset) const noexcept {
    HG_ASSERT(offset >= begin_ && offset < end_, offset, begin_, end_);
    return buffer_.data() + (offset - begin_);
  }

 private:
  AlignedBuffer buffer_;
  std::unique_ptr<JournalFile> file_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace hourglass::engine

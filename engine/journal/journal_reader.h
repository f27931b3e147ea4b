// JournalReader: the commands of a journal directory in order, each byte verified on the way.
//
// Nothing is skipped and nothing repaired: the first thing that is wrong ends the reading and says
// where it is. Hostile bytes are only ever a fault. The reader takes no lock; to read the journal
// of a running writer, set `stop_after` to what the writer has announced as durable, because a
// frame in flight looks damaged, and follow() when it has announced more.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/journal/commit_index.h"
#include "engine/journal/frame_check.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/journal_fault.h"
#include "engine/journal/segment_list.h"
#include "engine/journal/segment_window.h"
#include "engine/journal/tail_rule.h"

namespace hourglass::engine {

// One frame, valid until the reader's next call.
struct FrameView {
  FrameHeader header;
  std::span<const std::byte> payload;  // its commands, one after the other, 64-byte aligned
  std::uint32_t segment_ordinal;
  std::uint32_t frame_number;
  std::uint64_t offset;
};

// Takes the first command off `payload` and returns its bytes; `payload` is a FrameView's and not
// empty. Thread: any. Cost: one switch.
[[nodiscard]] std::span<const std::byte> take_command(std::span<const std::byte>& payload) noexcept;

struct JournalTail {
  enum class Kind : std::uint8_t {
    kNotReached,  // reading has not come to the end, or stopped at stop_after
    kClean,       // after the last frame everything is old
    kTorn,        // and a frame whose write was cut short, never acknowledged
  };
  Kind kind = Kind::kNotReached;
  JournalPlace place;  // where the next frame belongs
  std::uint64_t torn_bytes = 0;
  std::uint32_t torn_sectors = 0;
};

struct JournalReaderOptions {
  std::optional<SequenceNumber> stop_after;  // frames after the one with this command are not read
};

// Thread: one at a time.
class JournalReader {
 public:
  // Opens the journal in `device`'s directory at its first frame. Errors: kNotFound where there is
  // none, kDataLoss for a fault in any segment header (place in the message), the device's.
  // Cost: 4 KiB read for each segment; up to 2.5 MiB of buffers from the first frame on.
  static absl::StatusOr<std::unique_ptr<JournalReader>> open(JournalDevice& device,
                                                             JournalReaderOptions options = {});
  // The same over segments already listed. `segments` is not empty.
  JournalReader(JournalDevice& device, std::vector<SegmentInfo> segments,
                JournalReaderOptions options);

  [[nodiscard]] const std::vector<SegmentInfo>& segments() const noexcept { return segments_; }

  // The next frame, or nothing at the end; tail() then says how the journal ends. Errors:
  // kDataLoss, with fault() set, for good; the device's. Cost: no allocation within a segment.
  absl::StatusOr<std::optional<FrameView>> next_frame();

  // Makes next_frame() return the frame that holds `sequence`, or nothing where that is beyond the
  // end. Uses the commit index where it helps. The frame met first is taken at its word on what
  // came before it. Errors: kOutOfRange when `sequence` is before the first kept segment; those of
  // next_frame().
  absl::Status seek(SequenceNumber sequence);
  // Makes next_frame() return the last segment's first frame.
  absl::Status seek_last_segment();

  // Lets next_frame() go on through `announced`, which the running writer has said to be durable
  // and which never falls; into segments begun since, too. From then on the absence of an announced
  // frame is a fault, and segments that cannot be listed just now are kUnavailable: ask again.
  void follow(SequenceNumber announced) noexcept;
  // The writer has written its last frame: lets next_frame() go on to its end.
  void read_to_end() noexcept;

  [[nodiscard]] const JournalTail& tail() const noexcept { return tail_; }
  [[nodiscard]] const std::optional<JournalFault>& fault() const noexcept { return fault_; }

  // What the frames read so far lead to.
  [[nodiscard]] SequenceNumber next_sequence() const noexcept { return expected_.first_sequence; }
  [[nodiscard]] const Digest& chain() const noexcept { return chain_; }

 private:
  absl::Status enter_segment(std::size_t index);
  absl::StatusOr<bool> read_frame(std::uint32_t& blocks);
  absl::Status leave_segment(std::uint32_t blocks);
  absl::Status list_again();
  [[nodiscard]] std::uint64_t settled_bytes() const noexcept;
  absl::StatusOr<bool> jump(const IndexRecord& record);
  absl::Status fail(std::uint64_t offset, std::string what);

  JournalDevice& device_;
  std::vector<SegmentInfo> segments_;
  JournalReaderOptions options_;

  SegmentWindow window_;
  AlignedBuffer frame_data_;  // the data bytes of the frame in hand
  Sha256 sha_;

  std::size_t at_ = 0;  // segment
  bool entered_ = false;
  bool ended_ = false;
  bool growing_ = false;  // follow() was called: there may be more segments than listed
  bool holding_ = false;  // seek() has read the frame in hand; next_frame() has not returned it
  std::uint64_t offset_ = 0;
  std::uint32_t frame_number_ = 0;  // of the next frame
  std::uint32_t seed_ = 0;
  FrameExpectation expected_;
  Digest chain_{};
  FrameView frame_{};
  JournalTail tail_;
  std::optional<JournalFault> fault_;
};

}  // namespace hourglass::engine

#include "engine/journal/segment_preparer.h"

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"
#include "engine/journal/format.h"

namespace hourglass::engine {

SegmentPreparer::SegmentPreparer(JournalDevice& device, std::uint64_t segment_bytes,
                                 std::uint32_t chunk_bytes)
    : device_(device), segment_bytes_(segment_bytes), zeros_(chunk_bytes) {
  HG_ASSERT(chunk_bytes > 0 && chunk_bytes % kBlockBytes == 0, chunk_bytes);
  HG_ASSERT(segment_bytes % kBlockBytes == 0, segment_bytes);
}

SegmentPreparer::State SegmentPreparer::step() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kReady && state_ != State::kFailed) note(advance());
  return state_;
}

absl::Status SegmentPreparer::finish() {
  const std::lock_guard lock(mutex_);
  // Bounded by the chunks of a segment and a few steps around them.
  while (state_ != State::kReady && state_ != State::kFailed) {
    note(advance());
    if (state_ == State::kNoSpace) break;
  }
  return state_ == State::kReady ? absl::OkStatus() : last_error_;
}

// One piece of work. On error the caller's note() decides what it means.
absl::Status SegmentPreparer::advance() {
  if (state_ == State::kNeeded || state_ == State::kNoSpace) {
    auto file = device_.open(kSpareSegmentName, OpenMode::kPrepare);
    if (!file.ok()) return file.status();
    segment_ = *std::move(file);
    filled_ = 0;
    state_ = State::kFilling;
    return absl::OkStatus();
  }
  if (segment_ != nullptr && filled_ < segment_bytes_) {
    const std::uint64_t bytes = std::min<std::uint64_t>(zeros_.size(), segment_bytes_ - filled_);
    absl::Status written = segment_->write(filled_, {zeros_.data(), bytes});
    if (written.ok()) filled_ += bytes;
    return written;
  }
  if (segment_ != nullptr) {
    if (absl::Status synced = segment_->sync(); !synced.ok()) return synced;
    segment_.reset();
    return absl::OkStatus();
  }
  // The index is a 64th of the segment: small enough for one step.
  auto index = device_.open(kSpareIndexName, OpenMode::kCreate);
  if (!index.ok()) return index.status();
  const std::uint64_t index_size = index_bytes(segment_bytes_);
  for (std::uint64_t at = 0; at < index_size; at += zeros_.size()) {
    const std::uint64_t bytes = std::min<std::uint64_t>(zeros_.size(), index_size - at);
    if (absl::Status s = (*index)->write(at, {zeros_.data(), bytes}); !s.ok()) return s;
  }
  if (absl::Status synced = (*index)->sync(); !synced.ok()) return synced;
  state_ = State::kReady;
  return absl::OkStatus();
}

void SegmentPreparer::note(const absl::Status& status) {
  if (status.ok()) return;
  last_error_ = status;
  segment_.reset();
  // Nothing of the spare is trusted after an error, so a full disk costs only the work done: the
  // file is given back and begun anew. A disk writes short when it fills up in the middle.
  if (absl::IsResourceExhausted(status) || absl::IsDataLoss(status)) {
    last_error_ = absl::ResourceExhaustedError(status.message());
    state_ = State::kNoSpace;
    device_.remove(kSpareIndexName).IgnoreError();
    device_.remove(kSpareSegmentName).IgnoreError();
  } else {
    state_ = State::kFailed;
  }
}

absl::Status SegmentPreparer::promote(std::span<const std::byte> header_block,
                                      std::string_view segment_name, std::string_view index_name) {
  const std::lock_guard lock(mutex_);
  HG_ASSERT(state_ == State::kReady, state_);
  state_ = State::kFailed;  // until every step below has succeeded
  {
    auto file = device_.open(kSpareSegmentName, OpenMode::kDurable);
    if (!file.ok()) return last_error_ = file.status();
    last_error_ = (*file)->write(0, header_block);
    if (!last_error_.ok()) return last_error_;
  }
  // The header is durable before the file has a segment's name: a segment file always has one.
  last_error_ = device_.rename(kSpareIndexName, index_name);
  if (last_error_.ok()) last_error_ = device_.rename(kSpareSegmentName, segment_name);
  if (last_error_.ok()) last_error_ = device_.sync_directory();
  if (last_error_.ok()) state_ = State::kNeeded;
  return last_error_;
}

absl::Status SegmentPreparer::recycle(std::string_view segment_name, std::string_view index_name) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kNeeded && state_ != State::kNoSpace) {
    return absl::FailedPreconditionError("a spare segment is there already");
  }
  if (absl::Status s = device_.rename(segment_name, kSpareSegmentName); !s.ok()) return s;
  // Gone for good before its content may change under a reader's feet.
  if (absl::Status s = device_.sync_directory(); !s.ok()) return s;
  device_.remove(index_name)
      .IgnoreError();        // an index without a segment is removed at the next open
  state_ = State::kFilling;  // what is missing is the index
  segment_.reset();
  return absl::OkStatus();
}

SegmentPreparer::State SegmentPreparer::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

absl::Status SegmentPreparer::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

}  // namespace hourglass::engine

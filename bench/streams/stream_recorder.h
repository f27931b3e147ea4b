// StreamRecorder: what a generator writes its orders into.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/streams/order_pool.h"
#include "bench/streams/reference_book.h"
#include "bench/streams/split_mix.h"
#include "bench/streams/stream.h"

namespace hourglass::bench {

// Plays each order through the reference book as it is written, so that a generator can look at the
// book it is building and the header's expected results come out at the end. Thread: one.
class StreamRecorder {
 public:
  struct Shape {
    std::string_view name;  // at most 23 characters
    std::uint32_t seed = 0;
    std::uint32_t symbol_count = 1;
    std::uint64_t max_records = 0;  // address space only; a generator's upper bound
  };
  // Errors: ResourceExhausted when the memory is refused or over the format's limit.
  static absl::StatusOr<StreamRecorder> open(const Shape& shape);

  // --- Orders. Ids are given out densely from 1; every quantity and price must be positive.
  // -------
  std::uint64_t enter(OpKind kind, std::uint16_t symbol, engine::Side side,
                      std::int32_t price_ticks, std::uint32_t qty_lots);
  void cancel(std::uint16_t symbol, std::uint64_t id);
  void reduce(std::uint16_t symbol, std::uint64_t id, std::uint32_t qty_lots);
  void requeue(std::uint16_t symbol, std::uint64_t id, std::int32_t price_ticks,
               std::uint32_t qty_lots);
  // Everything so far built the book; what follows is timed.
  void end_preload() { header_.n_preload = record_count(); }
  // Fills the header in and hands the stream over; the recorder is then empty.
  Stream finish() &&;

  // --- What a generator looks at. ----------------------------------------------------------------
  [[nodiscard]] SplitMix& random() { return random_; }
  [[nodiscard]] const ReferenceBook& book(std::uint16_t symbol) const {
    return venue_->book(symbol);
  }
  [[nodiscard]] const OrderPool& resting(std::uint16_t symbol) const { return pools_[symbol]; }
  // A resting order of a symbol that has one, uniformly.
  std::uint64_t pick(std::uint16_t symbol);
  [[nodiscard]] engine::Side side_of(std::uint64_t id) const { return side_of_id_[id - 1]; }
  [[nodiscard]] std::uint64_t record_count() const { return buffer_.size(); }

 private:
  StreamRecorder(const Shape& shape, RecordBuffer buffer);

  void record(const StreamOp& op);
  void update_pool(std::uint16_t symbol, std::uint64_t id);

  StreamHeader header_;
  RecordBuffer buffer_;
  SplitMix random_;
  std::unique_ptr<ReferenceVenue> venue_;
  std::vector<OrderPool> pools_;          // by symbol
  std::vector<engine::Side> side_of_id_;  // by id - 1
  std::uint64_t live_count_ = 0;
};

}  // namespace hourglass::bench

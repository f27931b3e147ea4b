// StreamValidator: says whether bytes that claim to be an HGOS1 stream are one.
//
// A stage trusts its stream without checking, so everything a hostile file could do to one is
// refused here, record by record, before a single record is played.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "bench/streams/hgos_format.h"

namespace hourglass::bench {

// Checks a header against the size of its file. Errors: InvalidArgument naming the first field that
// is wrong; DataLoss for a truncated file. Thread: any. Cost: constant.
absl::Status check_header(const StreamHeader& header, std::uint64_t file_bytes);

// Takes the records in order, in as many pieces as suit the caller. Thread: one.
class StreamValidator {
 public:
  // `header` must have passed check_header.
  explicit StreamValidator(const StreamHeader& header) noexcept : header_(header) {}

  // Checks the next records. Errors: InvalidArgument with the record's number (the first is 0) and
  // what is wrong with it; the validator is then of no further use. Cost: a few ns a record, 4
  // bytes an id.
  absl::Status check(std::span<const StreamOp> ops);

  // To be called after the last record. Errors: InvalidArgument when fewer ids were used than the
  // header says.
  absl::Status finish() const;

 private:
  // In the order in which they are checked; of two faults the earlier is reported.
  enum class Fault : std::uint8_t {
    kNone,
    kUnknownKind,
    kPadNotZero,
    kSymbolOutOfRange,
    kSideInvalid,
    kIdZero,
    kIdOverMax,
    kIdNotDense,
    kIdEnteredTwice,
    kSymbolOrSideChanged,
    kQtyZero,
    kQtyTooLarge,
    kPriceNotPositive,
    kPriceOutOfRange,
  };

  [[nodiscard]] Fault check_one(const StreamOp& op);
  [[nodiscard]] absl::Status describe(Fault fault, const StreamOp& op) const;

  StreamHeader header_;
  std::uint64_t records_checked_ = 0;
  // By id - 1: the symbol and side its first record gave it.
  std::vector<std::uint32_t> home_of_id_;
};

}  // namespace hourglass::bench

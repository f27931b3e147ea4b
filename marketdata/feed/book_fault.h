// Why a message does not fit the book it is for. A venue never sends one that does not: a loss went
// unnoticed, or bytes are somebody else's.
#pragma once

#include <cstdint>

namespace hourglass::marketdata {

enum class BookFault : std::uint8_t {
  kNone = 0,
  kMalformed,          // a block shorter than version 1's, or a group that is not whole
  kUnknownInstrument,  // an id at or above kMaxInstruments
  kSequenceGap,        // instr_seq goes on with another number than the next
  kUnknownOrder,       // not in the book
  kDuplicateOrder,     // in the book already
  kWrongSide,          // neither bid nor offer, or not the order's
  kWrongPrice,         // none at all
  kWrongQuantity,      // zero, more than there is, or not what is left
  kTooManyOrders,      // of one book: kMaxOrdersInBook
  kSnapshotCount,      // orders or levels other than announced
  kSnapshotOrder,      // entries not in order of priority
  kSnapshotCrc,        // book_crc32 is another
};

constexpr const char* name(BookFault fault) noexcept {
  switch (fault) {
    case BookFault::kNone: return "none";
    case BookFault::kMalformed: return "malformed";
    case BookFault::kUnknownInstrument: return "unknown instrument";
    case BookFault::kSequenceGap: return "sequence gap";
    case BookFault::kUnknownOrder: return "unknown order";
    case BookFault::kDuplicateOrder: return "duplicate order";
    case BookFault::kWrongSide: return "wrong side";
    case BookFault::kWrongPrice: return "wrong price";
    case BookFault::kWrongQuantity: return "wrong quantity";
    case BookFault::kTooManyOrders: return "too many orders";
    case BookFault::kSnapshotCount: return "snapshot count";
    case BookFault::kSnapshotOrder: return "snapshot order";
    case BookFault::kSnapshotCrc: return "snapshot CRC";
  }
  return "unknown";
}

}  // namespace hourglass::marketdata

// SnapshotAssembler: one line's snapshot messages into whole pictures of books.
//
// A picture is Begin, Orders and End of one instrument. Nothing numbers its packets: what was lost,
// came twice or in another order shows in the counts, the order of priority and the CRC, and the
// picture is thrown away; the loop brings another. One assembler a line, since two lines bring each
// picture twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "marketdata/feed/book_crc.h"
#include "marketdata/feed/book_fault.h"
#include "marketdata/feed/order_book.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet_reader.h"

namespace hourglass::marketdata {

// A whole picture, until its assembler's next message.
struct BookSnapshot {
  SnapshotBegin begin;
  std::span<const SnapshotOrderEntry> orders;
  std::uint32_t book_crc32;
};

// Thread: one. Cost: a copy of each entry and its CRC; allocates to hold more than ever before.
class SnapshotAssembler {
 public:
  // The next message of a snapshot packet. Something: it was the last of a picture that is whole.
  // Errors: nothing, and fault() names why where a picture was thrown away.
  std::optional<BookSnapshot> take(const Frame& frame) {
    fault_ = BookFault::kNone;
    switch (frame.template_id) {
      case SnapshotBegin::kTemplateId: begin(frame); return std::nullopt;
      case SnapshotOrders::kTemplateId: add(frame); return std::nullopt;
      case SnapshotEnd::kTemplateId: return end(frame);
      default: return std::nullopt;  // CycleEnd, and what is newer
    }
  }

  [[nodiscard]] BookFault fault() const noexcept { return fault_; }

 private:
  void begin(const Frame& frame) {
    // Its predecessor never ended.
    if (begin_) fault_ = BookFault::kSnapshotCount;
    begin_.reset();
    const auto body = frame.as<SnapshotBegin>();
    if (frame.block.size() < sizeof(SnapshotBegin)) return drop(BookFault::kMalformed);
    const std::uint64_t count =
        std::uint64_t{body->bid_order_count} + std::uint64_t{body->offer_order_count};
    if (count > kMaxOrdersInBook) return drop(BookFault::kTooManyOrders);
    begin_ = body;
    orders_.clear();
    crc_ = {};
  }

  void add(const Frame& frame) {
    if (!begin_) return;
    if (frame.block.size() < sizeof(SnapshotOrders)) return drop(BookFault::kMalformed);
    const auto body = frame.as<SnapshotOrders>();
    const auto group = GroupView<SnapshotOrderEntry>::in(frame.rest);
    if (!group) return drop(BookFault::kMalformed);
    if (body->instrument_id != begin_->instrument_id ||
        body->last_instr_seq != begin_->last_instr_seq) {
      return drop(BookFault::kSnapshotCount);
    }
    for (std::size_t i = 0; i < group->size(); ++i) {
      const SnapshotOrderEntry entry = (*group)[i];
      if (orders_.size() == std::size_t{begin_->bid_order_count} + begin_->offer_order_count) {
        return drop(BookFault::kSnapshotCount);
      }
      if (!is_behind_last(entry)) return drop(BookFault::kSnapshotOrder);
      orders_.push_back(entry);
      crc_.add_order(entry.side, entry.price, entry.display_qty, entry.order_id);
    }
  }

  std::optional<BookSnapshot> end(const Frame& frame) {
    if (!begin_) return std::nullopt;
    const SnapshotBegin begin = *begin_;
    begin_.reset();
    const auto body = frame.as<SnapshotEnd>();
    if (frame.block.size() < sizeof(SnapshotEnd)) {
      fault_ = BookFault::kMalformed;
    } else if (body->instrument_id != begin.instrument_id || body->order_count != orders_.size() ||
               orders_.size() != std::size_t{begin.bid_order_count} + begin.offer_order_count) {
      fault_ = BookFault::kSnapshotCount;
    } else if (body->book_crc32 != crc_.value()) {
      fault_ = BookFault::kSnapshotCrc;
    }
    if (fault_ != BookFault::kNone) return std::nullopt;
    return BookSnapshot{begin, orders_, body->book_crc32};
  }

  // Bids come first, from the best down, then offers; each side as many as announced.
  [[nodiscard]] bool is_behind_last(const SnapshotOrderEntry& entry) const noexcept {
    const bool is_bid = orders_.size() < begin_->bid_order_count;
    if (entry.side != (is_bid ? BookSide::kBid : BookSide::kOffer)) return false;
    if (orders_.empty() || orders_.back().side != entry.side) return true;
    return is_bid ? entry.price <= orders_.back().price : entry.price >= orders_.back().price;
  }

  void drop(BookFault fault) noexcept {
    begin_.reset();
    fault_ = fault;
  }

  std::optional<SnapshotBegin> begin_;  // of the picture being assembled
  std::vector<SnapshotOrderEntry> orders_;
  BookCrc crc_;
  BookFault fault_ = BookFault::kNone;
};

// The book of these orders in place of what is in `book`. Errors: an order that does not fit; the
// book is then of no use.
inline BookFault build(std::span<const SnapshotOrderEntry> orders, OrderBook& book) {
  book.clear();
  for (const SnapshotOrderEntry& order : orders) {
    const BookFault fault = book.add(order.side, order.order_id, order.price, order.display_qty);
    if (fault != BookFault::kNone) return fault;
  }
  return BookFault::kNone;
}

}  // namespace hourglass::marketdata

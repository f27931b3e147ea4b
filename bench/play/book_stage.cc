#include "bench/play/book_stage.h"

#include <algorithm>
#include <array>

#include "bench/play/resting_orders.h"
#include "engine/base/fixed_array.h"
#include "engine/base/prefetch.h"
#include "engine/book/books.h"

namespace hourglass::bench {
namespace {

using engine::InstrumentId;
using engine::OrderHandle;
using engine::Price;
using engine::Side;
using engine::Slot;

// Does for a stream what the exchange does for its sessions, and no more: an array from dense ids
// to handles, and an array from slots back to ids for the tape.
class BookStage final : public Stage {
 public:
  explicit BookStage(const StreamHeader& header)
      : handle_of_(header.max_id + 1), id_of_(std::uint64_t{engine::kMaxOrders}) {
    // As a venue does before it opens, so that no page fault is timed.
    handle_of_.prefault(handle_of_.size());
    id_of_.prefault(header.max_live + 1);
    books_.orders().prefault(static_cast<std::uint32_t>(
        std::min<std::uint64_t>(header.max_live, engine::kMaxOrders - 1)));
  }

  bool open(const StreamHeader& header) {
    for (std::uint32_t i = 0; i < header.n_symbols; ++i) {
      if (!books_.open(InstrumentId(i), Price(header.min_price_ticks),
                       Price(header.max_price_ticks))) {
        return false;
      }
    }
    symbol_count_ = header.n_symbols;
    return true;
  }

  // Records are known a burst in advance, as commands in the ingress ring are, so the lines of the
  // next ones are fetched while this one is worked on: the three steps of
  // engine/exchange/lookahead.h.
  void play(std::span<const StreamOp> ops) override {
    const std::size_t count = ops.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (!books_.orders().outgrew_cache()) {
        apply(ops[i]);
        continue;
      }
      if (i + kKeyAhead < count) {
        level_ahead_[(i + kKeyAhead) % kHints] = prefetch_key(ops[i + kKeyAhead]);
      }
      if (i + kOrderAhead < count) prefetch_order(ops[i + kOrderAhead]);
      if (i + kLinksAhead < count) {
        books_.prefetch_tail(level_ahead_[(i + kLinksAhead) % kHints]);
        prefetch_links(ops[i + kLinksAhead]);
      }
      apply(ops[i]);
    }
  }

  StreamResults results() override {
    std::uint64_t orders = 0;
    std::uint64_t qty = 0;
    for (std::uint32_t i = 0; i < symbol_count_; ++i) {
      for (const Side side : {Side::kBuy, Side::kSell}) {
        books_.walk(InstrumentId(i), side, [&](Slot slot, Price) {
          ++orders;
          qty += books_.orders()[slot].qty;
          return true;
        });
      }
    }
    return tally_.results(orders, qty);
  }

  // What the book tells of a fill.
  void on_fill(Slot slot, Price price, std::uint32_t lots, std::uint32_t /*shown*/) noexcept {
    tally_.add(id_of_[slot], incoming_id_, lots, static_cast<std::uint64_t>(price.value()));
  }
  std::uint32_t next_tranche(Slot) noexcept { return 0; }

 private:
  static constexpr std::size_t kKeyAhead = 12;
  static constexpr std::size_t kOrderAhead = 8;
  static constexpr std::size_t kLinksAhead = 4;
  static constexpr std::size_t kHints = 16;

  // Of every kind alike, since asking for the kind is a coin toss: the handle of an order yet to be
  // entered is empty and fetches slot 0, the price of a cancel is none and fetches a level of none.
  // Returns the level it may come to rest at, or one no order is ever in.
  std::uint32_t prefetch_key(const StreamOp& op) const noexcept {
    prefetch_line(&handle_of_[op.order_id]);
    return books_.prefetch_price(InstrumentId(op.symbol_index), op.side, Price(op.price_ticks));
  }
  void prefetch_order(const StreamOp& op) const noexcept {
    books_.orders().prefetch(handle_of_[op.order_id].slot);
  }
  void prefetch_links(const StreamOp& op) const noexcept {
    books_.prefetch_links(handle_of_[op.order_id].slot);
  }

  void apply(const StreamOp& op) noexcept {
    if (op.kind == OpKind::kNew) return enter(op, true);
    if (op.kind == OpKind::kIoc) return enter(op, false);
    const OrderHandle handle = handle_of_[op.order_id];
    if (!books_.orders().is_live(handle)) return;
    if (op.kind == OpKind::kReduce && op.qty_lots < books_.orders()[handle.slot].qty) {
      return books_.reduce(handle.slot, op.qty_lots);
    }
    books_.remove(handle.slot);
    books_.orders().give_back(handle.slot);
    if (op.kind == OpKind::kRequeue) enter(op, true);
  }

  void enter(const StreamOp& op, bool rests) noexcept {
    const InstrumentId instrument(op.symbol_index);
    const Price price(op.price_ticks);
    std::uint32_t left = op.qty_lots;
    if (books_.crosses(instrument, op.side, price)) {
      incoming_id_ = op.order_id;
      left = books_.match(instrument, op.side, price, left, kNoFillLimit, *this);
    }
    if (left == 0 || !rests) return;
    // As the exchange checks: a stream too large for the venue fails by its results.
    if (books_.orders().full() || books_.levels().full()) return;
    const Slot slot = books_.orders().take();
    books_.insert(instrument, op.side, price, slot, left, false);
    id_of_[slot] = static_cast<std::uint32_t>(op.order_id);
    handle_of_[op.order_id] = books_.orders().handle(slot);
  }

  static constexpr std::uint32_t kNoFillLimit = 0xFFFFFFFF;

  engine::Books books_;
  engine::FixedArray<OrderHandle> handle_of_;
  engine::FixedArray<std::uint32_t> id_of_;
  std::array<std::uint32_t, kHints> level_ahead_{};
  std::uint64_t incoming_id_ = 0;
  std::uint32_t symbol_count_ = 0;
  TradeTally tally_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Stage>> make_book_stage(const StageOptions& /*options*/,
                                                       const StreamHeader& header) {
  if (const absl::Status status = check_fits_venue(header); !status.ok()) return status;
  auto stage = std::make_unique<BookStage>(header);
  if (!stage->open(header)) {
    return absl::ResourceExhaustedError("the stream's books exceed the price directories");
  }
  return stage;
}

}  // namespace hourglass::bench

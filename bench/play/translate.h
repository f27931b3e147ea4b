// From a stream record to the command a door would make of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>

#include "bench/streams/hgos_format.h"
#include "engine/order/command.h"

namespace hourglass::bench {

// How a kind of record becomes a command: what is the same for all of its kind, and which fields
// the record gives. A table rather than a switch, because the kind of the next record is a coin
// toss, which a switch loses half the time.
struct StreamForm {
  engine::Command image;  // with everything but what the masks let through
  std::uint32_t second_key_mask = 0;
  std::uint64_t price_mask = 0;
  std::uint64_t qty_mask = 0;
  std::uint64_t display_mask = 0;
  std::uint8_t side_mask = 0;
  std::uint8_t side_at = offsetof(engine::NewOrder, side);
};

// The places the kinds have in common. Of a cancel they lie in its client order id, which is zero
// in a stream, or behind it: its masks are 0.
static_assert(offsetof(engine::NewOrder, key) == offsetof(engine::ReplaceOrder, target) &&
              offsetof(engine::NewOrder, key) == offsetof(engine::CancelOrder, target) &&
              offsetof(engine::NewOrder, client) == offsetof(engine::ReplaceOrder, key) &&
              offsetof(engine::NewOrder, price) == offsetof(engine::ReplaceOrder, price) &&
              offsetof(engine::NewOrder, qty) == offsetof(engine::ReplaceOrder, qty) &&
              offsetof(engine::NewOrder, display_qty) ==
                  offsetof(engine::ReplaceOrder, display_qty));

// One a kind, found by the last four bits of its letter, which differ.
using StreamForms = std::array<StreamForm, 16>;

inline StreamForms make_stream_forms() noexcept {
  using namespace engine;
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  const auto from_the_stream = []<class Body>(Body body) {
    body.header = make_header<Body>(SessionId(1), AccountId(1), InstrumentId(0));
    return body;
  };
  StreamForms forms{};
  const auto form_of = [&](OpKind kind) -> StreamForm& {
    return forms[static_cast<std::uint8_t>(kind) % forms.size()];
  };
  for (const OpKind kind : {OpKind::kNew, OpKind::kIoc}) {
    auto order = from_the_stream(NewOrder{});
    order.type = OrderType::kLimit;
    order.time_in_force =
        kind == OpKind::kNew ? TimeInForce::kDay : TimeInForce::kImmediateOrCancel;
    form_of(kind) = {.image = Command::of(order),
                     .price_mask = kAll,
                     .qty_mask = kAll,
                     .display_mask = kAll,
                     .side_mask = 0xFF};
  }
  for (const OpKind kind : {OpKind::kReduce, OpKind::kRequeue}) {
    auto replace = from_the_stream(ReplaceOrder{});
    replace.basis = kind == OpKind::kReduce ? QtyBasis::kReduceBy : QtyBasis::kOpen;
    form_of(kind) = {.image = Command::of(replace),
                     .second_key_mask = 0xFFFFFFFF,
                     .price_mask = kind == OpKind::kRequeue ? kAll : 0,
                     .qty_mask = kAll,
                     .side_mask = 0xFF,
                     .side_at = offsetof(ReplaceOrder, side)};
  }
  form_of(OpKind::kCancel) = {.image = Command::of(from_the_stream(CancelOrder{}))};
  return forms;
}
inline const StreamForms kStreamForms = make_stream_forms();

// All records come from one session and account; ids are the session's client keys. A reduction
// and a requeue keep the order's id. Thread: any, after main has begun. Cost: a copy and a few
// stores, no branch.
inline void translate(const StreamOp& op, engine::Command& command) noexcept {
  using namespace engine;
  const StreamForm& form = kStreamForms[static_cast<std::uint8_t>(op.kind) % kStreamForms.size()];
  command = form.image;
  std::byte* const bytes = command.bytes.data();
  const auto put = [&](std::size_t at, auto value) {
    std::memcpy(bytes + at, &value, sizeof(value));
  };
  const auto key = static_cast<std::uint32_t>(op.order_id);
  put(offsetof(CommandHeader, instrument), static_cast<std::uint32_t>(op.symbol_index));
  put(offsetof(NewOrder, key), key);
  put(offsetof(ReplaceOrder, key), key & form.second_key_mask);
  put(offsetof(NewOrder, price),
      static_cast<std::uint64_t>(std::int64_t{op.price_ticks}) & form.price_mask);
  put(offsetof(NewOrder, qty), op.qty_lots & form.qty_mask);
  put(offsetof(NewOrder, display_qty), op.qty_lots & form.display_mask);
  bytes[form.side_at] = static_cast<std::byte>(static_cast<std::uint8_t>(op.side) & form.side_mask);
}

// The listing of a stream's symbol: open, one tick of one lot worth a micro-USD.
inline engine::DefineInstrument listing(std::uint32_t symbol, const StreamHeader& header) noexcept {
  using namespace engine;
  DefineInstrument define{};
  define.header = make_header<DefineInstrument>(SessionId(0), AccountId(0), InstrumentId(symbol));
  define.symbol = {'S'};
  for (std::uint32_t digit = 0, rest = symbol; digit < 5; ++digit, rest /= 10) {
    define.symbol[5 - digit] = static_cast<char>('0' + rest % 10);
  }
  define.tick_size_nano_usd = 1000;
  define.contract_size_gpu_hours = 1;
  define.min_price = Price(header.min_price_ticks);
  define.max_price = Price(header.max_price_ticks);
  define.price_increment_ticks = 1;
  define.max_order_qty_lots = static_cast<std::uint32_t>(kMaxOrderQtyLots);
  define.matching_algorithm = 1;
  define.state = TradingState::kOpen;
  return define;
}

}  // namespace hourglass::bench

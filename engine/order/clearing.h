// The one seam between matching and everything about money.
//
// The exchange is a template over its Clearing, so that the seam costs no indirect call. Matching
// never goes round it: an order is reserved for before its first fill, and every fill, cancel and
// replace tells it. A Clearing never calls a book; what it wants done it asks for by follow-ups.
#pragma once

#include <concepts>
#include <cstdint>

#include "engine/base/types.h"
#include "engine/order/command.h"
#include "engine/order/reject_reason.h"
#include "engine/order/state_bytes.h"

namespace hourglass::engine {

// What an order could cost: `qty` lots at `price` or better.
struct OrderIntent {
  AccountId account;
  InstrumentId instrument;
  Side side;
  Price price;        // working limit, in ticks
  std::uint32_t qty;  // lots
  Money tick_value;   // micro-USD a tick and lot
};

// A trade as clearing sees it. Each side's hold was reserved at its own working price.
struct ClearingTrade {
  InstrumentId instrument;
  Price price;
  std::uint32_t qty;
  Money tick_value;
  AccountId resting_account;
  AccountId incoming_account;
  Price resting_limit;
  Price incoming_limit;
  Side incoming_side;
};

// What a clearing command did.
struct ClearingOutcome {
  RejectReason reason = RejectReason::kNone;
  Money balance;
};

// reserve   holds what `intent` needs, or refuses; on refusal its state is unchanged.
// replace   holds what `with` needs in place of what was held for `held`, or refuses; on refusal
//           its state is unchanged. One step, because an account that is over its limit could not
//           take back what it had released.
// release   gives back what reserve() held for these lots.
// on_trade  turns both sides' holds of these lots into a position; cannot fail.
// apply     carries out a clearing command.
// next_follow_up  the next command clearing wants sequenced, first in, first out.
// save/load its state in canonical bytes.
// Thread: engine. Cost: constant, no allocation, for the first four.
template <class T>
concept Clearing = requires(T& clearing, const T& constant, const OrderIntent& intent,
                            const ClearingTrade& trade, const Command& command, Command& follow_up,
                            StateWriter& writer, StateReader& reader) {
  { clearing.reserve(intent) }
  noexcept->std::same_as<RejectReason>;
  { clearing.replace(intent, intent) }
  noexcept->std::same_as<RejectReason>;
  { clearing.release(intent) }
  noexcept;
  { clearing.on_trade(trade) }
  noexcept;
  { clearing.apply(command) }
  noexcept->std::same_as<ClearingOutcome>;
  { clearing.next_follow_up(follow_up) }
  noexcept->std::same_as<bool>;
  {constant.save(writer)};
  { clearing.load(reader) } -> std::same_as<bool>;
};

// Lets everything through: for tests and benchmarks of matching alone. Never what `run` uses.
struct PermissiveClearing {
  RejectReason reserve(const OrderIntent&) noexcept { return RejectReason::kNone; }
  RejectReason replace(const OrderIntent&, const OrderIntent&) noexcept {
    return RejectReason::kNone;
  }
  void release(const OrderIntent&) noexcept {}
  void on_trade(const ClearingTrade&) noexcept {}
  ClearingOutcome apply(const Command& command) noexcept {
    return {.reason = RejectReason::kNone, .balance = command.as<AdjustFunds>().amount};
  }
  bool next_follow_up(Command&) noexcept { return false; }
  void save(StateWriter&) const {}
  bool load(StateReader&) { return true; }
};
static_assert(Clearing<PermissiveClearing>);

}  // namespace hourglass::engine

// Requests that a small venue refuses, one way or several ways at once.
//
// A Request is a good command of one kind and the defects it can have, each with the reason it is
// refused for. Defects can be laid over each other, which is how precedence is tested; and the list
// of all of them says whether every reason can be reached.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/exchange/exchange.h"
#include "engine/order/reject_reason.h"
#include "risk/clearing/funded_limit.h"
#include "tests/support/exchange_instances.h"

namespace hourglass::engine::test {

// A venue with room for almost nothing: prices 50 to 250 in steps of 5, band 60 to 130.
//
//   instrument 0: session 1 bids 10 at 90 (key 1, post-only; key 2 is used up) and 4,096 showing
//                 1 there too (key 3),
//                 session 2 bids 1 five times at 95 (keys 1 to 5),
//                 session 3 offers 1 five times at 105 (keys 1 to 5)
//   instrument 1: listed, empty. Instrument 2: not listed. Accounts 1 to 3 funded, 0 not.
class SmallVenue {
 public:
  SmallVenue();

  // Stamps and applies; the events are valid until the next call.
  std::span<const Event> apply(const Command& command);
  // As apply(), and all that follows from it; aborts if it is refused.
  void must(const Command& command);
  // Continues until no work is pending.
  void settle();
  [[nodiscard]] std::vector<std::byte> saved() const;

  Exchange<risk::FundedLimit> exchange;

 private:
  std::uint64_t sequence_ = 0;
};

// Setups run in this order, since one may take away what another needs.
enum class Phase : std::uint8_t {
  kNothing,
  kFillThePool,
  kFillThePages,
  kBook,
  kState,
  kLeaveWorkPending,
};

struct Defect {
  RejectReason reason = RejectReason::kNone;
  std::function<void(Command&)> change{};
  Phase phase = Phase::kNothing;
  std::function<void(SmallVenue&)> setup{};
};

struct Request {
  std::string_view name;
  std::function<Command(SmallVenue&)> good;                        // may prepare the venue
  std::vector<Defect> defects;                                     // in order of precedence
  std::vector<std::pair<RejectReason, RejectReason>> exclusive{};  // pairs that cannot meet
};

// All requests. Cost: allocates.
std::vector<Request> refusable_requests();

// The command with the defects laid over it and the venue prepared for them.
Command with_defects(SmallVenue& venue, const Request& request,
                     const std::vector<const Defect*>& defects);

}  // namespace hourglass::engine::test

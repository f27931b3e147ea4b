// From the fields of an order message to the terms of a command, and why that is not possible.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/contract/instrument.h"
#include "engine/order/command.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

// What the door itself refuses, as tag 25001 says it: numbers from 1000 up, the core's reasons
// being below. Source: RULES_OF_ENGAGEMENT, reject codes.
enum class DoorReject : std::uint32_t {
  kDuplicateClOrdId = 1000,
  kUnknownAccount = 1001,
  kThrottled = 1002,
  kStale = 1003,
  kUnknownSymbol = 1004,
  kMalformedPrice = 1005,
  kMalformedQuantity = 1006,
  kNotAvailable = 1007,
  kUnsupportedMessage = 1008,
  kUnsupportedValue = 1009,
  kUnknownOrder = 1010,
  kClOrdIdForm = 1011,
  kIdsUsedUp = 1012,
};

// A refusal by the door. `code` is tag 25001: a DoorReject, or the number of one of the core's
// reasons where a text could not even be made into a command.
struct DoorRefusal {
  std::uint32_t code = 0;
  std::int32_t ord_rej_reason = 0;  // FIX 103; 102 has the same numbers where it has them
  std::string_view text{};          // of static duration
};
using Checked = std::optional<DoorRefusal>;

constexpr DoorRefusal refusal(DoorReject code, std::int32_t ord_rej_reason,
                              std::string_view text) noexcept {
  return {static_cast<std::uint32_t>(code), ord_rej_reason, text};
}

// Fills what `fields` of a NewOrderSingle say into `order`: all but header, key and id. Units: the
// instrument's ticks and lots. Errors: the first field that means nothing; `order` is then half
// filled. Whether the terms are allowed is the core's to say. Thread: any, pure. Source: FIX 4.4
// and 5.0 SP2, 35=D; RULES_OF_ENGAGEMENT, section 8.
[[nodiscard]] Checked read_order(const Fields& fields, const engine::Instrument& instrument,
                                 bool cancel_day_on_disconnect, engine::NewOrder& order);

// The same for an OrderCancelReplaceRequest: quantity is the total (executed and open), as FIX has
// it, so that what trades while the request is on its way is counted once.
[[nodiscard]] Checked read_replace(const Fields& fields, const engine::Instrument& instrument,
                                   engine::ReplaceOrder& replace);

// 54: nothing for a value other than 1 and 2.
[[nodiscard]] std::optional<engine::Side> read_side(std::string_view text) noexcept;

}  // namespace hourglass::gateway::fix

// Prices and money between people's decimals and ticks or micro-USD, without floating point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/contract/instrument.h"

namespace hourglass::engine {

struct ParsedPrice {
  RejectReason reason = RejectReason::kNone;  // kPriceOffTick, kPriceOutOfRange, kMalformed
  Price price;
};

// The ticks of a decimal in USD a GPU-hour: an optional '-', digits, optionally '.' and at most 9
// digits. Errors: kMalformed for any other text, kPriceOffTick between two ticks, kPriceOutOfRange
// over kMaxPriceTicks. Thread: any, pure. Cost: the text's length.
[[nodiscard]] ParsedPrice parse_price(std::string_view text, std::int64_t tick_size_nano_usd);

struct ParsedMoney {
  RejectReason reason = RejectReason::kNone;  // kPriceOffTick, kAmountInvalid, kMalformed
  Money amount;
};

// The micro-USD of a decimal in USD, written as for parse_price. Errors: kMalformed for any other
// text, kPriceOffTick for a part of a micro-USD, kAmountInvalid for what Money cannot hold. Thread:
// any, pure. Cost: the text's length.
[[nodiscard]] ParsedMoney parse_money(std::string_view text);

// The decimal of a price with its cents and no zeros beyond them, as parse_price takes it back.
[[nodiscard]] std::string price_text(Price price, std::int64_t tick_size_nano_usd);
// The decimal of an amount in USD, written the same way, as parse_money takes it back.
[[nodiscard]] std::string money_text(Money amount);

}  // namespace hourglass::engine

#include "engine/contract/price_text.h"

#include <limits>

#include "fmt/format.h"

namespace hourglass::engine {
namespace {

constexpr std::int64_t kNanoPerUsd = 1'000'000'000;
constexpr std::size_t kDecimals = 9;

bool is_negative(std::string_view text) {
  return !text.empty() && text.front() == '-';
}

// Nano-USD of the text's absolute value, or nothing.
std::optional<Int128> parse_nano(std::string_view text) {
  if (is_negative(text)) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  constexpr std::size_t kWholeDigits = 18;  // 10^27 nano-USD fit in 128 bits with room
  if (whole.empty() || whole.size() > kWholeDigits || part.size() > kDecimals) return std::nullopt;
  if (point != std::string_view::npos && part.empty()) return std::nullopt;
  Int128 nano = 0;
  for (const std::string_view digits : {whole, part}) {
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      nano = nano * 10 + (c - '0');
    }
  }
  for (std::size_t i = part.size(); i < kDecimals; ++i) nano *= 10;
  return nano;
}

}  // namespace

ParsedPrice parse_price(std::string_view text, std::int64_t tick_size_nano_usd) {
  const auto nano = parse_nano(text);
  if (!nano) return {.reason = RejectReason::kMalformed, .price = {}};
  if (*nano % tick_size_nano_usd != 0) return {.reason = RejectReason::kPriceOffTick, .price = {}};
  const Int128 ticks = *nano / tick_size_nano_usd;
  if (ticks > kMaxPriceTicks) return {.reason = RejectReason::kPriceOutOfRange, .price = {}};
  const auto magnitude = static_cast<std::int64_t>(ticks);
  return {.reason = RejectReason::kNone,
          .price = Price(is_negative(text) ? -magnitude : magnitude)};
}

ParsedMoney parse_money(std::string_view text) {
  const auto nano = parse_nano(text);
  if (!nano) return {.reason = RejectReason::kMalformed, .amount = {}};
  if (*nano % kNanoUsdPerMicroUsd != 0) {
    return {.reason = RejectReason::kPriceOffTick, .amount = {}};
  }
  const Int128 micro = *nano / kNanoUsdPerMicroUsd;
  if (micro > std::numeric_limits<std::int64_t>::max()) {
    return {.reason = RejectReason::kAmountInvalid, .amount = {}};
  }
  const auto magnitude = static_cast<std::int64_t>(micro);
  return {.reason = RejectReason::kNone,
          .amount = Money(is_negative(text) ? -magnitude : magnitude)};
}

std::string price_text(Price price, std::int64_t tick_size_nano_usd) {
  const Int128 nano = mul_wide(price.value(), tick_size_nano_usd);
  const bool negative = nano < 0;
  const Int128 magnitude = negative ? -nano : nano;
  std::string text = fmt::format("{}{}.{:09}", negative ? "-" : "",
                                 static_cast<std::int64_t>(magnitude / kNanoPerUsd),
                                 static_cast<std::int64_t>(magnitude % kNanoPerUsd));
  // Cents stay, further zeros go.
  while (text.back() == '0' && text[text.size() - 3] != '.') text.pop_back();
  return text;
}

std::string money_text(Money amount) {
  return price_text(Price(amount.value()), kNanoUsdPerMicroUsd);
}

}  // namespace hourglass::engine

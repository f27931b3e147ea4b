// What a MarketDataRequest (35=V) asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/types.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/quickfix/session.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

// Requests of a session that are open at a time.
inline constexpr std::uint32_t kMaxMarketRequests = 64;
inline constexpr std::uint32_t kMaxSymbolsPerRequest = 100;
// Of them those for updates of one contract: each is work and a message at its every command. As
// many as a member has uses: its best prices, its book, its trades, its day's figures.
inline constexpr std::uint32_t kMaxRequestsPerContract = 4;
// Levels a side told at most, so that a whole book is one message: MarketDepth (264) 0 means these.
inline constexpr std::uint32_t kMaxBookDepth = 400;
// The same where each change is told as a whole book (265=0).
inline constexpr std::uint32_t kMaxRefreshDepth = 10;

// What FIX calls MDEntryType (269); those there are, each a bit.
inline constexpr std::string_view kEntryTypes = "012478B";
using EntryTypes = std::uint8_t;
[[nodiscard]] constexpr EntryTypes entry_bit(char type) noexcept {
  const std::size_t at = kEntryTypes.find(type);
  return at == std::string_view::npos ? EntryTypes{0} : static_cast<EntryTypes>(1U << at);
}

// FIX 281, those we give.
inline constexpr char kRejectUnknownSymbol = '0';
inline constexpr char kRejectDuplicateId = '1';
inline constexpr char kRejectBandwidth = '2';  // over a limit
inline constexpr char kRejectDepth = '5';
inline constexpr char kRejectAggregated = '7';
inline constexpr char kRejectEntryType = '8';
inline constexpr char kRejectNoReason = '\0';  // the field is left out

struct MarketRefusal {
  char reason = kRejectNoReason;
  std::string text;
};

struct MarketRequest {
  std::string_view id;      // in the message
  char subscription = '0';  // 263
  EntryTypes types = 0;
  std::uint32_t depth = 0;  // levels a side, 1 to kMaxBookDepth
  bool full_refresh = false;
  std::vector<engine::InstrumentId> instruments;  // rising, each once
};

// Reads it. Of one that ends a subscription (263=2) only the id. Errors: a judgement other than
// kTaken for what the session layer rejects; else `refusal` for what 35=Y does, the first of: id,
// 265 missing, 264, 266, 269, 146, 55. Thread: any, pure. Source: FIX 4.4 and 5.0 SP2, 35=V.
[[nodiscard]] Judgement read_market_request(const Fields& fields, const OrderReports& reports,
                                            MarketRequest& request,
                                            std::optional<MarketRefusal>& refusal);

}  // namespace hourglass::gateway::fix

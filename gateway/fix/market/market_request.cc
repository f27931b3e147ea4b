#include "gateway/fix/market/market_request.h"

#include <algorithm>

#include "fmt/format.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::size_t kToldBytes = 24;  // of a symbol that is none

std::optional<MarketRefusal> read_depth(const Fields& fields, MarketRequest& request) {
  const std::int64_t depth = parse_number(fields.value(kMarketDepth)).value_or(-1);
  if (depth < 0 || depth > kMaxBookDepth) {
    return MarketRefusal{kRejectDepth, fmt::format("MarketDepth (264) is 0, the whole book, or 1 "
                                                   "to {}",
                                                   kMaxBookDepth)};
  }
  request.depth = depth == 0 ? kMaxBookDepth : static_cast<std::uint32_t>(depth);
  request.full_refresh = request.subscription == '1' && fields.value(kMdUpdateType) == "0";
  if (request.full_refresh && request.depth > kMaxRefreshDepth) {
    return MarketRefusal{
        kRejectDepth,
        fmt::format("full refresh (265=0) needs a MarketDepth (264) of 1 to {}", kMaxRefreshDepth)};
  }
  return std::nullopt;
}

std::optional<MarketRefusal> read_types(const Fields& fields, MarketRequest& request) {
  for (const Field& field : fields.all()) {
    if (field.tag != kMdEntryType) continue;
    const EntryTypes bit = field.value.size() == 1 ? entry_bit(field.value.front()) : 0;
    if (bit == 0) {
      return MarketRefusal{kRejectEntryType,
                           fmt::format("there is no MDEntryType (269) {} here", field.value)};
    }
    request.types = static_cast<EntryTypes>(request.types | bit);
  }
  if (request.types != 0) return std::nullopt;
  return MarketRefusal{kRejectEntryType, "no MDEntryType (269) is asked for"};
}

std::optional<MarketRefusal> read_symbols(const Fields& fields, const OrderReports& reports,
                                          MarketRequest& request) {
  std::vector<engine::InstrumentId>& found = request.instruments;
  for (const Field& field : fields.all()) {
    if (field.tag != kSymbol) continue;
    if (found.size() == kMaxSymbolsPerRequest) {
      return MarketRefusal{kRejectBandwidth,
                           fmt::format("at most {} symbols in a request", kMaxSymbolsPerRequest)};
    }
    engine::InstrumentId id;
    if (reports.find_instrument(field.value, id) == nullptr) {
      return MarketRefusal{kRejectUnknownSymbol,
                           fmt::format("no such contract: {}", field.value.substr(0, kToldBytes))};
    }
    found.push_back(id);
  }
  if (found.empty()) return MarketRefusal{kRejectUnknownSymbol, "no Symbol (55) is asked for"};
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return std::nullopt;
}

}  // namespace

Judgement read_market_request(const Fields& fields, const OrderReports& reports,
                              MarketRequest& request, std::optional<MarketRefusal>& refusal) {
  request.id = fields.value(kMdReqId);
  if (request.id.empty()) return {Disposition::kWrongValue, kMdReqId};
  const std::string_view subscription = fields.value(kSubscriptionRequestType);
  if (subscription != "0" && subscription != "1" && subscription != "2") {
    return {Disposition::kWrongValue, kSubscriptionRequestType};
  }
  request.subscription = subscription.front();
  if (request.subscription == '2') return {Disposition::kTaken, 0};
  // FIX: required where updates are asked for.
  if (request.subscription == '1' && !fields.find(kMdUpdateType)) {
    return {Disposition::kFieldMissing, kMdUpdateType};
  }
  refusal = read_depth(fields, request);
  if (!refusal && fields.value(kAggregatedBook) == "N") {
    refusal = MarketRefusal{kRejectAggregated, "orders are told by price level only (266=Y)"};
  }
  if (!refusal) refusal = read_types(fields, request);
  if (!refusal) refusal = read_symbols(fields, reports, request);
  return {Disposition::kTaken, 0};
}

}  // namespace hourglass::gateway::fix

// Every message of the feed as data, by its template's id.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "marketdata/wire/field_info.h"
#include "marketdata/wire/message_fields.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

inline constexpr std::span<const FieldInfo> kPacketHeaderFields = fields::Of<PacketHeader>::kAll;

// In order of their template ids.
inline constexpr std::array kMessages{
    fields::message<OrderAdd>("OrderAdd"),
    fields::message<OrderReduce>("OrderReduce"),
    fields::message<OrderDelete>("OrderDelete"),
    fields::message<OrderReplace>("OrderReplace"),
    fields::message<OrderExecuted>("OrderExecuted"),
    fields::message<Trade>("Trade"),
    fields::message<TradeSummary>("TradeSummary"),
    fields::message<BookUpdate, LevelEntry>("BookUpdate", "levels"),
    fields::message<TopOfBook>("TopOfBook"),
    fields::message<InstrumentDefinition>("InstrumentDefinition"),
    fields::message<TradingStatus>("TradingStatus"),
    fields::message<PriceLimits>("PriceLimits"),
    fields::message<AuctionIndicative>("AuctionIndicative"),
    fields::message<Statistics>("Statistics"),
    fields::message<SettlementPrice>("SettlementPrice"),
    fields::message<OpenInterest>("OpenInterest"),
    fields::message<IndexValue>("IndexValue"),
    fields::message<FundValue>("FundValue"),
    fields::message<TradeBust>("TradeBust"),
    fields::message<DayEnd>("DayEnd"),
    fields::message<BookClear>("BookClear"),
    fields::message<VenueIdentity>("VenueIdentity"),
    fields::message<SnapshotBegin>("SnapshotBegin"),
    fields::message<SnapshotOrders, SnapshotOrderEntry>("SnapshotOrders", "orders"),
    fields::message<SnapshotLevels, LevelEntry>("SnapshotLevels", "levels"),
    fields::message<SnapshotEnd>("SnapshotEnd"),
    fields::message<CycleEnd>("CycleEnd"),
    fields::message<RetransmitRequest>("RetransmitRequest"),
    fields::message<RetransmitReject>("RetransmitReject"),
    fields::message<ReplayRequest>("ReplayRequest"),
    fields::message<ReplayComplete>("ReplayComplete"),
};

// nullptr: no message of this schema. Cost: a search in 31.
constexpr const MessageInfo* find_message(std::uint16_t template_id) noexcept {
  const auto* const found = std::lower_bound(
      kMessages.begin(), kMessages.end(), template_id,
      [](const MessageInfo& message, std::uint16_t id) { return message.template_id < id; });
  return found == kMessages.end() || found->template_id != template_id ? nullptr : found;
}

}  // namespace hourglass::marketdata

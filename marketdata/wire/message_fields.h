// The feed's messages as data: name, place and kind of each field, for programs that print, compare
// or convert any message. A program that handles a message reads its struct instead.
//
// Held to the schema, in both directions, by tests/feed/schema_test.cc.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "marketdata/wire/field_info.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet.h"
#include "marketdata/wire/value_names.h"

namespace hourglass::marketdata {
namespace fields {

template <class Body>
struct Of;
template <>
struct Of<PacketHeader> {
  using M = PacketHeader;
  static constexpr std::array kAll{
      of<decltype(M::seq_num)>("seqNum", offsetof(M, seq_num)),
      of<decltype(M::sending_time)>("sendingTime", offsetof(M, sending_time)),
      of<decltype(M::channel_id)>("channelId", offsetof(M, channel_id)),
      of<decltype(M::epoch)>("epoch", offsetof(M, epoch)),
      of<decltype(M::msg_count)>("msgCount", offsetof(M, msg_count)),
      flags("flags", offsetof(M, flags), kPacketFlagNames),
      of<decltype(M::header_version)>("headerVersion", offsetof(M, header_version)),
  };
};
template <>
struct Of<OrderAdd> {
  using M = OrderAdd;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::display_qty)>("displayQty", offsetof(M, display_qty)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::order_id)>("orderId", offsetof(M, order_id)),
      price("price", offsetof(M, price)),
      of<decltype(M::side)>("side", offsetof(M, side)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      flags("orderFlags", offsetof(M, order_flags), kOrderFlagNames),
  };
};
template <>
struct Of<OrderReduce> {
  using M = OrderReduce;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::new_display_qty)>("newDisplayQty", offsetof(M, new_display_qty)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::order_id)>("orderId", offsetof(M, order_id)),
      of<decltype(M::side)>("side", offsetof(M, side)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      of<decltype(M::reason)>("reason", offsetof(M, reason)),
  };
};
template <>
struct Of<OrderDelete> {
  using M = OrderDelete;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::deleted_qty)>("deletedQty", offsetof(M, deleted_qty)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::order_id)>("orderId", offsetof(M, order_id)),
      of<decltype(M::side)>("side", offsetof(M, side)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      of<decltype(M::reason)>("reason", offsetof(M, reason)),
  };
};
template <>
struct Of<OrderReplace> {
  using M = OrderReplace;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::new_display_qty)>("newDisplayQty", offsetof(M, new_display_qty)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::order_id)>("orderId", offsetof(M, order_id)),
      price("newPrice", offsetof(M, new_price)),
      of<decltype(M::side)>("side", offsetof(M, side)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      flags("orderFlags", offsetof(M, order_flags), kOrderFlagNames),
  };
};
template <>
struct Of<OrderExecuted> {
  using M = OrderExecuted;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::exec_qty)>("execQty", offsetof(M, exec_qty)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::order_id)>("orderId", offsetof(M, order_id)),
      of<decltype(M::trade_id)>("tradeId", offsetof(M, trade_id)),
      of<decltype(M::leaves_qty)>("leavesQty", offsetof(M, leaves_qty)),
      of<decltype(M::side)>("side", offsetof(M, side)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      of<decltype(M::trade_type)>("tradeType", offsetof(M, trade_type)),
      price("price", offsetof(M, price)),
  };
};
template <>
struct Of<Trade> {
  using M = Trade;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::qty)>("qty", offsetof(M, qty)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::trade_id)>("tradeId", offsetof(M, trade_id)),
      price("price", offsetof(M, price)),
      of<decltype(M::aggressor_side)>("aggressorSide", offsetof(M, aggressor_side), kMayBeNull),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      of<decltype(M::trade_type)>("tradeType", offsetof(M, trade_type)),
  };
};
template <>
struct Of<TradeSummary> {
  using M = TradeSummary;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::total_qty)>("totalQty", offsetof(M, total_qty)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::aggressor_time)>("aggressorTime", offsetof(M, aggressor_time)),
      price("deepestPrice", offsetof(M, deepest_price)),
      of<decltype(M::aggressor_side)>("aggressorSide", offsetof(M, aggressor_side)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      of<decltype(M::order_count)>("orderCount", offsetof(M, order_count)),
  };
};
template <>
struct Of<LevelEntry> {
  using M = LevelEntry;
  static constexpr std::array kAll{
      price("price", offsetof(M, price)),
      of<decltype(M::qty)>("qty", offsetof(M, qty)),
      of<decltype(M::order_count)>("orderCount", offsetof(M, order_count)),
      of<decltype(M::level)>("level", offsetof(M, level)),
      of<decltype(M::side)>("side", offsetof(M, side)),
  };
};
template <>
struct Of<BookUpdate> {
  using M = BookUpdate;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::trade_qty)>("tradeQty", offsetof(M, trade_qty), kMayBeNull),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      of<decltype(M::aggressor_side)>("aggressorSide", offsetof(M, aggressor_side), kMayBeNull),
      of<decltype(M::trade_type)>("tradeType", offsetof(M, trade_type)),
  };
};
template <>
struct Of<TopOfBook> {
  using M = TopOfBook;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::bid_order_count)>("bidOrderCount", offsetof(M, bid_order_count)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      price("bidPrice", offsetof(M, bid_price), kMayBeNull),
      price("offerPrice", offsetof(M, offer_price), kMayBeNull),
      of<decltype(M::bid_qty)>("bidQty", offsetof(M, bid_qty)),
      of<decltype(M::offer_qty)>("offerQty", offsetof(M, offer_qty)),
      of<decltype(M::offer_order_count)>("offerOrderCount", offsetof(M, offer_order_count)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      of<decltype(M::status)>("status", offsetof(M, status)),
  };
};
template <>
struct Of<InstrumentDefinition> {
  using M = InstrumentDefinition;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::product_group)>("productGroup", offsetof(M, product_group)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::symbol)>("symbol", offsetof(M, symbol)),
      price("tickSize", offsetof(M, tick_size)),
      of<decltype(M::contract_size_gpu_hours)>("contractSizeGpuHours",
                                               offsetof(M, contract_size_gpu_hours)),
      price("minPrice", offsetof(M, min_price), kMayBeNull),
      price("maxPrice", offsetof(M, max_price), kMayBeNull),
      price("priceIncrement", offsetof(M, price_increment)),
      of<decltype(M::protection_ticks)>("protectionTicks", offsetof(M, protection_ticks)),
      of<decltype(M::max_order_qty)>("maxOrderQty", offsetof(M, max_order_qty)),
      of<decltype(M::match_algorithm)>("matchAlgorithm", offsetof(M, match_algorithm)),
      of<decltype(M::status)>("status", offsetof(M, status)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      of<decltype(M::security_type)>("securityType", offsetof(M, security_type)),
  };
};
template <>
struct Of<TradingStatus> {
  using M = TradingStatus;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::status)>("status", offsetof(M, status)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
  };
};
template <>
struct Of<PriceLimits> {
  using M = PriceLimits;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      price("lowLimit", offsetof(M, low_limit), kMayBeNull),
      price("highLimit", offsetof(M, high_limit), kMayBeNull),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
  };
};
template <>
struct Of<AuctionIndicative> {
  using M = AuctionIndicative;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::imbalance_qty)>("imbalanceQty", offsetof(M, imbalance_qty)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      price("indicativePrice", offsetof(M, indicative_price), kMayBeNull),
      of<decltype(M::indicative_qty)>("indicativeQty", offsetof(M, indicative_qty)),
      of<decltype(M::imbalance_side)>("imbalanceSide", offsetof(M, imbalance_side), kMayBeNull),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
      of<decltype(M::auction)>("auction", offsetof(M, auction)),
  };
};
template <>
struct Of<Statistics> {
  using M = Statistics;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::trade_date)>("tradeDate", offsetof(M, trade_date)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      price("openPrice", offsetof(M, open_price), kMayBeNull),
      price("highPrice", offsetof(M, high_price), kMayBeNull),
      price("lowPrice", offsetof(M, low_price), kMayBeNull),
      price("lastPrice", offsetof(M, last_price), kMayBeNull),
      of<decltype(M::volume)>("volume", offsetof(M, volume)),
      of<decltype(M::trade_count)>("tradeCount", offsetof(M, trade_count)),
      of<decltype(M::last_qty)>("lastQty", offsetof(M, last_qty)),
  };
};
template <>
struct Of<SettlementPrice> {
  using M = SettlementPrice;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::trade_date)>("tradeDate", offsetof(M, trade_date)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      price("price", offsetof(M, price)),
      of<decltype(M::kind)>("kind", offsetof(M, kind)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
  };
};
template <>
struct Of<OpenInterest> {
  using M = OpenInterest;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::trade_date)>("tradeDate", offsetof(M, trade_date)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::open_interest)>("openInterest", offsetof(M, open_interest)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
  };
};
template <>
struct Of<IndexValue> {
  using M = IndexValue;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::trade_date)>("tradeDate", offsetof(M, trade_date)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      price("value", offsetof(M, value)),
      of<decltype(M::method_hash)>("methodHash", offsetof(M, method_hash)),
      of<decltype(M::constituent_count)>("constituentCount", offsetof(M, constituent_count)),
      of<decltype(M::kind)>("kind", offsetof(M, kind)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
  };
};
template <>
struct Of<FundValue> {
  using M = FundValue;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::trade_date)>("tradeDate", offsetof(M, trade_date)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      price("navPerShare", offsetof(M, nav_per_share)),
      of<decltype(M::shares_outstanding)>("sharesOutstanding", offsetof(M, shares_outstanding)),
      of<decltype(M::kind)>("kind", offsetof(M, kind)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
  };
};
template <>
struct Of<TradeBust> {
  using M = TradeBust;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::qty)>("qty", offsetof(M, qty)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::trade_id)>("tradeId", offsetof(M, trade_id)),
      price("price", offsetof(M, price)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
  };
};
template <>
struct Of<DayEnd> {
  using M = DayEnd;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::trade_date)>("tradeDate", offsetof(M, trade_date)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::expired_count)>("expiredCount", offsetof(M, expired_count)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
  };
};
template <>
struct Of<BookClear> {
  using M = BookClear;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::instr_seq)>("instrSeq", offsetof(M, instr_seq)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      flags("eventFlags", offsetof(M, event_flags), kEventFlagNames),
  };
};
template <>
struct Of<VenueIdentity> {
  using M = VenueIdentity;
  static constexpr std::array kAll{
      of<decltype(M::instrument_count)>("instrumentCount", offsetof(M, instrument_count)),
      of<decltype(M::first_available_seq)>("firstAvailableSeq", offsetof(M, first_available_seq)),
      of<decltype(M::journal_uuid)>("journalUuid", offsetof(M, journal_uuid)),
      of<decltype(M::partition)>("partition", offsetof(M, partition)),
      of<decltype(M::epoch)>("epoch", offsetof(M, epoch)),
      of<decltype(M::trade_date)>("tradeDate", offsetof(M, trade_date)),
  };
};
template <>
struct Of<SnapshotBegin> {
  using M = SnapshotBegin;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::last_instr_seq)>("lastInstrSeq", offsetof(M, last_instr_seq)),
      of<decltype(M::bid_order_count)>("bidOrderCount", offsetof(M, bid_order_count)),
      of<decltype(M::last_seq_num)>("lastSeqNum", offsetof(M, last_seq_num)),
      of<decltype(M::transact_time)>("transactTime", offsetof(M, transact_time)),
      of<decltype(M::offer_order_count)>("offerOrderCount", offsetof(M, offer_order_count)),
      of<decltype(M::status)>("status", offsetof(M, status)),
  };
};
template <>
struct Of<SnapshotOrderEntry> {
  using M = SnapshotOrderEntry;
  static constexpr std::array kAll{
      of<decltype(M::order_id)>("orderId", offsetof(M, order_id)),
      price("price", offsetof(M, price)),
      of<decltype(M::display_qty)>("displayQty", offsetof(M, display_qty)),
      of<decltype(M::side)>("side", offsetof(M, side)),
  };
};
template <>
struct Of<SnapshotOrders> {
  using M = SnapshotOrders;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::last_instr_seq)>("lastInstrSeq", offsetof(M, last_instr_seq)),
  };
};
template <>
struct Of<SnapshotLevels> {
  using M = SnapshotLevels;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::last_instr_seq)>("lastInstrSeq", offsetof(M, last_instr_seq)),
  };
};
template <>
struct Of<SnapshotEnd> {
  using M = SnapshotEnd;
  static constexpr std::array kAll{
      of<decltype(M::instrument_id)>("instrumentId", offsetof(M, instrument_id)),
      of<decltype(M::book_crc32)>("bookCrc32", offsetof(M, book_crc32)),
      of<decltype(M::order_count)>("orderCount", offsetof(M, order_count)),
  };
};
template <>
struct Of<CycleEnd> {
  using M = CycleEnd;
  static constexpr std::array kAll{
      of<decltype(M::instrument_count)>("instrumentCount", offsetof(M, instrument_count)),
      of<decltype(M::last_seq_num)>("lastSeqNum", offsetof(M, last_seq_num)),
  };
};
template <>
struct Of<RetransmitRequest> {
  using M = RetransmitRequest;
  static constexpr std::array kAll{
      of<decltype(M::request_id)>("requestId", offsetof(M, request_id)),
      of<decltype(M::begin_seq)>("beginSeq", offsetof(M, begin_seq)),
      of<decltype(M::count)>("count", offsetof(M, count)),
      of<decltype(M::channel_id)>("channelId", offsetof(M, channel_id)),
  };
};
template <>
struct Of<RetransmitReject> {
  using M = RetransmitReject;
  static constexpr std::array kAll{
      of<decltype(M::request_id)>("requestId", offsetof(M, request_id)),
      of<decltype(M::first_available_seq)>("firstAvailableSeq", offsetof(M, first_available_seq)),
      of<decltype(M::retry_delay_ns)>("retryDelayNs", offsetof(M, retry_delay_ns)),
      of<decltype(M::channel_id)>("channelId", offsetof(M, channel_id)),
      of<decltype(M::reason)>("reason", offsetof(M, reason)),
  };
};
template <>
struct Of<ReplayRequest> {
  using M = ReplayRequest;
  static constexpr std::array kAll{
      of<decltype(M::request_id)>("requestId", offsetof(M, request_id)),
      of<decltype(M::begin_seq)>("beginSeq", offsetof(M, begin_seq)),
      of<decltype(M::end_seq)>("endSeq", offsetof(M, end_seq)),
      of<decltype(M::channel_id)>("channelId", offsetof(M, channel_id)),
  };
};
template <>
struct Of<ReplayComplete> {
  using M = ReplayComplete;
  static constexpr std::array kAll{
      of<decltype(M::request_id)>("requestId", offsetof(M, request_id)),
      of<decltype(M::last_seq)>("lastSeq", offsetof(M, last_seq)),
      of<decltype(M::channel_id)>("channelId", offsetof(M, channel_id)),
      of<decltype(M::reason)>("reason", offsetof(M, reason), kMayBeNull),
  };
};

template <class Body>
constexpr MessageInfo message(std::string_view name) {
  return {.name = name,
          .template_id = Body::kTemplateId,
          .block_bytes = sizeof(Body),
          .fields = Of<Body>::kAll};
}
template <class Body, class Entry>
constexpr MessageInfo message(std::string_view name, std::string_view group_name) {
  MessageInfo info = message<Body>(name);
  info.group_name = group_name;
  info.entry_bytes = sizeof(Entry);
  info.entry_fields = Of<Entry>::kAll;
  return info;
}

}  // namespace fields

}  // namespace hourglass::marketdata

#include "gateway/fix/market/market_messages.h"

#include <string>

#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::size_t kDateBytes = 8;  // of YYYYMMDD-HH:MM:SS.uuuuuu

// The body of an entry, which 269 begins in a snapshot.
void write_entry(const MarketEntry& entry, FixVersion version, MessageWriter& writer) {
  writer.character(kMdEntryType, entry.type);
  if (entry.has_price) {
    writer.price(kMdEntryPx, entry.price, entry.instrument->tick_size_nano_usd);
  }
  if (entry.has_qty) writer.number(kMdEntrySize, static_cast<std::int64_t>(entry.qty));
  if (entry.trade != nullptr) {
    std::string time;
    append_utc_timestamp(time, entry.trade->time.value(), Precision::kMicroseconds);
    writer.text(kMdEntryDate, std::string_view(time).substr(0, kDateBytes));
    writer.text(kMdEntryTime, std::string_view(time).substr(kDateBytes + 1));
  }
  if (entry.orders != 0) writer.number(kNumberOfOrders, entry.orders);
  if (entry.trade == nullptr) return;
  const auto match = static_cast<std::int64_t>(entry.trade->match_id.value());
  if (version == FixVersion::kFix50Sp2) writer.number(kTradeId, match);
  writer.character(kAggressorSide, entry.trade->aggressor == engine::Side::kBuy ? '1' : '2');
  if (version == FixVersion::kFix44) writer.number(kMatchId, match);
}

}  // namespace

void write_snapshot(const MarketHead& head, const engine::Instrument& instrument,
                    std::uint32_t rpt_seq, std::span<const MarketEntry> entries,
                    MessageWriter& writer) {
  writer.begin("W");
  writer.text(kSymbol, instrument.symbol_view()).number(kRptSeq, rpt_seq).text(kMdReqId, head.id);
  writer.number(kNoMdEntries, static_cast<std::int64_t>(entries.size()));
  for (const MarketEntry& entry : entries) write_entry(entry, head.version, writer);
  writer.number(kFeedSequence, static_cast<std::int64_t>(head.feed_sequence));
}

void write_update(const MarketHead& head, std::span<const MarketEntry> entries,
                  MessageWriter& writer) {
  writer.begin("X");
  writer.text(kMdReqId, head.id);
  writer.number(kNoMdEntries, static_cast<std::int64_t>(entries.size()));
  for (const MarketEntry& entry : entries) {
    writer.character(kMdUpdateAction, entry.action);
    writer.text(kSymbol, entry.instrument->symbol_view()).number(kRptSeq, entry.rpt_seq);
    write_entry(entry, head.version, writer);
  }
  writer.number(kFeedSequence, static_cast<std::int64_t>(head.feed_sequence));
}

void write_refusal(std::string_view id, const MarketRefusal& refusal, MessageWriter& writer) {
  writer.begin("Y");
  writer.text(kText, refusal.text).text(kMdReqId, id);
  if (refusal.reason != kRejectNoReason) writer.character(kMdReqRejReason, refusal.reason);
}

}  // namespace hourglass::gateway::fix

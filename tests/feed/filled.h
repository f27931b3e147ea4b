// Blocks of every message whose fields all differ, so that one read for another is seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "marketdata/wire/field_info.h"
#include "marketdata/wire/message_fields.h"
#include "marketdata/wire/messages.h"

namespace hourglass::marketdata::test {

template <class Body>
struct NoGroup {
  using Message = Body;
};
template <class Body, class EntryOf>
struct WithGroup {
  using Message = Body;
  using Entry = EntryOf;
};

// All, in order of their template ids: what can be done to a type only, is done for each of these.
using AllMessages =
    std::tuple<NoGroup<OrderAdd>, NoGroup<OrderReduce>, NoGroup<OrderDelete>, NoGroup<OrderReplace>,
               NoGroup<OrderExecuted>, NoGroup<Trade>, NoGroup<TradeSummary>,
               WithGroup<BookUpdate, LevelEntry>, NoGroup<TopOfBook>, NoGroup<InstrumentDefinition>,
               NoGroup<TradingStatus>, NoGroup<PriceLimits>, NoGroup<AuctionIndicative>,
               NoGroup<Statistics>, NoGroup<SettlementPrice>, NoGroup<OpenInterest>,
               NoGroup<IndexValue>, NoGroup<FundValue>, NoGroup<TradeBust>, NoGroup<DayEnd>,
               NoGroup<BookClear>, NoGroup<VenueIdentity>, NoGroup<SnapshotBegin>,
               WithGroup<SnapshotOrders, SnapshotOrderEntry>, WithGroup<SnapshotLevels, LevelEntry>,
               NoGroup<SnapshotEnd>, NoGroup<CycleEnd>, NoGroup<RetransmitRequest>,
               NoGroup<RetransmitReject>, NoGroup<ReplayRequest>, NoGroup<ReplayComplete>>;

enum class Filling : std::uint8_t {
  kDistinct,  // no two fields of a message alike, none zero where its type has another value
  kNulls,     // as before, and null in each field that may be
  kGreatest,  // the greatest number that is not null
  kLeast,     // zeros; of signed numbers the least that is not null
};

// Gives out the values. Thread: one.
class Filler {
 public:
  explicit Filler(Filling filling) : filling_(filling) {}

  template <class Body>
  Body filled() {
    Body body;
    std::memset(&body, 0, sizeof(body));
    fill(fields::Of<Body>::kAll, std::as_writable_bytes(std::span(&body, 1)));
    return body;
  }
  template <class Entry>
  std::vector<Entry> entries(std::size_t count) {
    std::vector<Entry> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(filled<Entry>());
    return all;
  }

 private:
  void fill(std::span<const FieldInfo> fields, std::span<std::byte> block);
  std::uint64_t value_of(const FieldInfo& field);

  Filling filling_;
  std::uint64_t count_ = 0;
  std::map<const NamedValue*, std::size_t> next_;  // of each enum, in turn
};

}  // namespace hourglass::marketdata::test

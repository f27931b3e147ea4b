// MarketState to canonical bytes and back.
#include <algorithm>
#include <vector>

#include "engine/exchange/checks.h"
#include "engine/exchange/market_state.h"

namespace hourglass::engine {
namespace {

struct SavedSession {
  std::uint32_t session;
  std::uint32_t report_number;
};

struct SavedInstrument {
  Instrument terms;
  InstrumentId id;
  std::uint32_t reserved;
};

// One working order. Orders of a level stand oldest first, so that loading in file order restores
// price-time priority.
struct SavedOrder {
  OrderId id;
  Price price;
  Timestamp expire_time;  // good-till-date, else 0
  SessionId session;
  AccountId account;
  InstrumentId instrument;
  ClientKey key;
  std::uint32_t total;
  std::uint32_t executed;
  std::uint32_t shown;
  std::uint32_t hidden;
  std::uint32_t display_qty;  // iceberg, else 0
  Side side;
  OrderType type;
  TimeInForce time_in_force;
  PostOnly post_only;
  std::uint8_t cancel_on_disconnect;
  std::uint8_t is_iceberg;
  std::array<std::uint8_t, 6> reserved;
};
static_assert(sizeof(SavedOrder) == 72);

// A page of keys some order of the session has used, on whichever day.
struct SavedKeyPage {
  SessionId session;
  std::uint32_t page;
};

// Keys of one session used today, without a gap.
struct SavedKeys {
  SessionId session;
  ClientKey first;
  std::uint32_t count;
};

SavedOrder saved_order(const MarketState& state, Slot slot, Price price) {
  const OrderRecord& record = state.records[slot];
  const bool expires = record.time_in_force == TimeInForce::kGoodTillDate;
  return {.id = record.id,
          .price = price,
          .expire_time = expires ? state.extras[slot].expire_time : Timestamp(0),
          .session = record.session,
          .account = record.account,
          .instrument = record.instrument,
          .key = record.key,
          .total = record.total,
          .executed = record.executed,
          .shown = state.books.orders()[slot].qty,
          .hidden = record.hidden,
          .display_qty = record.is_iceberg != 0 ? state.extras[slot].display_qty : 0,
          .side = record.side,
          .type = record.type,
          .time_in_force = record.time_in_force,
          .post_only = record.post_only,
          .cancel_on_disconnect = record.cancel_on_disconnect,
          .is_iceberg = record.is_iceberg,
          .reserved = {}};
}

std::vector<SavedKeys> used_keys(const MarketState& state) {
  std::vector<SavedKeys> runs;
  state.keys.for_each_used(state.limits.max_sessions, state.books.orders(),
                           [&](SessionId session, ClientKey key) {
                             if (!runs.empty() && runs.back().session == session &&
                                 runs.back().first.value() + runs.back().count == key.value()) {
                               ++runs.back().count;
                             } else {
                               runs.push_back({.session = session, .first = key, .count = 1});
                             }
                           });
  return runs;
}

template <class T>
void put_all(StateWriter& writer, const std::vector<T>& items) {
  writer.put(static_cast<std::uint64_t>(items.size()));
  for (const T& item : items) writer.put(item);
}

// --- Loading: every claim of the bytes is checked before it is used ------------------------------

bool load_instrument(MarketState& state, const SavedInstrument& saved) {
  if (saved.id.value() >= state.limits.max_instruments || saved.reserved != 0) return false;
  const Instrument& terms = saved.terms;
  DefineInstrument definition{};
  definition.symbol = terms.symbol;
  definition.tick_size_nano_usd = terms.tick_size_nano_usd;
  definition.contract_size_gpu_hours = terms.contract_size_gpu_hours;
  definition.min_price = terms.min_price;
  definition.max_price = terms.max_price;
  definition.group = terms.group;
  definition.protection_ticks = terms.protection_ticks;
  definition.price_increment_ticks = terms.price_increment_ticks;
  definition.max_order_qty_lots = terms.max_order_qty_lots;
  definition.matching_algorithm = terms.matching_algorithm;
  definition.state = terms.state;
  const auto made = make_instrument(definition);
  if (!made || made->tick_value != terms.tick_value) return false;
  if (!is_well_formed(definition) || terms.matching_algorithm != kPriceTimeAlgorithm) return false;
  if (terms.band_low > terms.band_high || !terms.in_range(terms.band_low) ||
      !terms.in_range(terms.band_high)) {
    return false;
  }
  Instrument& listed = state.instruments[saved.id.value()];
  if (listed.listed() || !state.books.open(saved.id, terms.min_price, terms.max_price))
    return false;
  listed = terms;
  return true;
}

bool is_sound(const MarketState& state, const SavedOrder& o) {
  if (o.instrument.value() >= state.limits.max_instruments ||
      o.session.value() >= state.limits.max_sessions ||
      o.account.value() >= state.limits.max_accounts || o.key.value() >= kMaxClientKeysPerSession ||
      o.id.value() == 0 || o.id.value() > state.sequence.value()) {
    return false;
  }
  const Instrument& terms = state.instruments[o.instrument.value()];
  if (!terms.listed() || !terms.in_range(o.price) || !terms.on_tick(o.price)) return false;
  if (!in_list(o.side, Side::kBuy, Side::kSell) ||
      !in_list(o.type, OrderType::kLimit, OrderType::kMarketToLimit) ||
      !in_list(o.time_in_force, TimeInForce::kDay, TimeInForce::kGoodTillDate) ||
      !in_list(o.post_only, PostOnly::kNo, PostOnly::kSlide)) {
    return false;
  }
  const bool expires = o.time_in_force == TimeInForce::kGoodTillDate;
  const std::uint64_t parts = std::uint64_t{o.executed} + o.shown + o.hidden;
  return o.shown > 0 && parts == o.total && o.total <= kMaxOrderQtyLots &&
         o.cancel_on_disconnect <= 1 && o.is_iceberg <= 1 &&
         (o.is_iceberg == 1) == (o.display_qty != 0) && (o.hidden == 0 || o.is_iceberg == 1) &&
         expires == (o.expire_time != Timestamp(0)) && all_zero(o.reserved);
}

bool load_order(MarketState& state, const SavedOrder& o, std::vector<Slot>& loaded) {
  Books& books = state.books;
  if (!is_sound(state, o) || books.orders().full() ||
      !books.has_room(o.instrument, o.side, o.price)) {
    return false;
  }
  if (books.crosses(o.instrument, o.side, o.price)) return false;
  if (state.find_order(o.session, o.key) != kNoSlot) return false;
  if (!state.keys.has_room(state.keys.place(o.session, o.key))) return false;
  const Slot slot = books.orders().take();
  state.records[slot] = {.id = o.id,
                         .session = o.session,
                         .account = o.account,
                         .instrument = o.instrument,
                         .key = o.key,
                         .total = o.total,
                         .executed = o.executed,
                         .hidden = o.hidden,
                         .session_prev = kNoSlot,
                         .session_next = kNoSlot,
                         .account_prev = kNoSlot,
                         .account_next = kNoSlot,
                         .side = o.side,
                         .type = o.type,
                         .time_in_force = o.time_in_force,
                         .post_only = o.post_only,
                         .cancel_on_disconnect = o.cancel_on_disconnect,
                         .is_iceberg = o.is_iceberg,
                         .is_linked = 0,
                         .reserved = {}};
  state.extras[slot] = {
      .expire_time = o.expire_time, .display_qty = o.display_qty, .heap_place = 0};
  books.insert(o.instrument, o.side, o.price, slot, o.shown, o.hidden != 0);
  state.keys.set(state.keys.place(o.session, o.key), books.orders().handle(slot), books.orders());
  loaded.push_back(slot);
  return true;
}

// Owners' lists are kept oldest first, which the books' order is not.
bool link_by_age(MarketState& state, std::vector<Slot>& loaded) {
  std::sort(loaded.begin(), loaded.end(),
            [&](Slot a, Slot b) { return state.records[a].id < state.records[b].id; });
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    if (i > 0 && state.records[loaded[i - 1]].id == state.records[loaded[i]].id) return false;
    state.link(loaded[i]);
  }
  return true;
}

bool load_keys(MarketState& state, const SavedKeys& run) {
  if (run.session.value() >= state.limits.max_sessions || run.count == 0 ||
      run.first.value() >= kMaxClientKeysPerSession ||
      run.count > kMaxClientKeysPerSession - run.first.value()) {
    return false;
  }
  for (std::uint32_t i = 0; i < run.count; ++i) {
    const ClientKey key(run.first.value() + i);
    if (state.find_order(run.session, key) != kNoSlot) continue;
    if (!state.keys.has_room(state.keys.place(run.session, key))) return false;
    state.keys.mark_used(state.keys.place(run.session, key), state.books.orders());
  }
  return true;
}

}  // namespace

void MarketState::save(StateWriter& writer) const {
  HG_ASSERT(work.kind == WorkKind::kNone);
  writer.put(std::uint64_t{kLayoutVersion});
  writer.put(limits.max_steps_per_apply);
  writer.put(limits.max_scan_per_apply);
  writer.put(sequence);
  writer.put(time);
  writer.put(match_id);
  writer.put(events.feed_sequence());
  std::vector<SavedInstrument> listed;
  std::vector<SavedOrder> orders;
  for (std::uint32_t i = 0; i < limits.max_instruments; ++i) {
    if (!instruments[i].listed()) continue;
    const InstrumentId id(i);
    listed.push_back({.terms = instruments[i], .id = id, .reserved = 0});
    for (const Side side : {Side::kBuy, Side::kSell}) {
      books.walk(id, side, [&](Slot slot, Price price) {
        orders.push_back(saved_order(*this, slot, price));
        return true;
      });
    }
  }
  std::vector<SavedSession> reported;
  for (std::uint32_t s = 0; s < limits.max_sessions; ++s) {
    if (sessions[s].report_number == 0) continue;
    reported.push_back({.session = s, .report_number = sessions[s].report_number});
  }
  std::vector<SavedKeyPage> pages;
  keys.for_each_page(limits.max_sessions, [&](SessionId session, std::uint32_t page) {
    pages.push_back({.session = session, .page = page});
  });
  put_all(writer, listed);
  put_all(writer, pages);
  put_all(writer, orders);
  put_all(writer, reported);
  put_all(writer, used_keys(*this));
}

bool MarketState::load(StateReader& reader) {
  HG_ASSERT(sequence == SequenceNumber(0) && books.orders().live_count() == 0, sequence);
  if (reader.get<std::uint64_t>() != kLayoutVersion) return false;
  if (reader.get<std::uint32_t>() != limits.max_steps_per_apply) return false;
  if (reader.get<std::uint32_t>() != limits.max_scan_per_apply) return false;
  sequence = reader.get<SequenceNumber>();
  time = reader.get<Timestamp>();
  match_id = reader.get<std::uint64_t>();
  events.set_feed_sequence(reader.get<std::uint64_t>());
  // Counts are not trusted: each element read past the end makes the reader not ok and ends it.
  for (auto n = reader.get<std::uint64_t>(); n != 0 && reader.ok(); --n) {
    const auto saved = reader.get<SavedInstrument>();
    if (!reader.ok() || !load_instrument(*this, saved)) return false;
  }
  for (auto n = reader.get<std::uint64_t>(); n != 0 && reader.ok(); --n) {
    const auto saved = reader.get<SavedKeyPage>();
    if (!reader.ok() || saved.session.value() >= limits.max_sessions ||
        !keys.open_page(saved.session, saved.page)) {
      return false;
    }
  }
  std::vector<Slot> loaded;
  for (auto n = reader.get<std::uint64_t>(); n != 0 && reader.ok(); --n) {
    const auto saved = reader.get<SavedOrder>();
    if (!reader.ok() || !load_order(*this, saved, loaded)) return false;
  }
  if (!link_by_age(*this, loaded)) return false;
  for (auto n = reader.get<std::uint64_t>(); n != 0 && reader.ok(); --n) {
    const auto saved = reader.get<SavedSession>();
    if (saved.session >= limits.max_sessions) return false;
    sessions[saved.session].report_number = saved.report_number;
  }
  for (auto n = reader.get<std::uint64_t>(); n != 0 && reader.ok(); --n) {
    const auto saved = reader.get<SavedKeys>();
    if (!reader.ok() || !load_keys(*this, saved)) return false;
  }
  return reader.ok();
}

}  // namespace hourglass::engine

#include "marketdata/publish/feed_state.h"

#include <array>
#include <cstring>
#include <optional>

#include "engine/base/assert.h"
#include "marketdata/publish/level_messages.h"

namespace hourglass::marketdata {
namespace {

using engine::EventKind;

// A frame of our own, whose header needs no check.
Frame frame_of(std::span<const std::byte> bytes) noexcept {
  FrameHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return {.template_id = header.template_id,
          .version = header.version,
          .block = bytes.subspan(sizeof(header), header.block_length),
          .rest = bytes.subspan(sizeof(header) + header.block_length),
          .bytes = bytes};
}

template <class Body>
Body body_of(std::span<const std::byte> frame) noexcept {
  Body body;
  std::memcpy(&body, frame.data() + sizeof(FrameHeader), sizeof(body));
  return body;
}

bool is_of_an_instrument(const engine::EventHeader& header) noexcept {
  return header.kind != EventKind::kTradingDayEnded;
}

bool is_same_top(const TopOfBook& a, const TopOfBook& b) noexcept {
  return a.bid_price == b.bid_price && a.offer_price == b.offer_price && a.bid_qty == b.bid_qty &&
         a.offer_qty == b.offer_qty && a.bid_order_count == b.bid_order_count &&
         a.offer_order_count == b.offer_order_count && a.status == b.status;
}

}  // namespace

FeedState::FeedState(const FeedLimits& limits)
    : limits_(limits),
      orders_(limits.kept_messages),
      levels_(limits.kept_messages),
      changed_tops_(limits.max_instruments),
      changed_figures_(limits.max_instruments),
      listings_(limits.max_instruments),
      tops_(limits.max_instruments),
      figures_(limits.max_instruments),
      definitions_(limits.max_instruments),
      price_limits_(limits.max_instruments),
      listed_(limits.max_instruments),
      touched_(engine::kMaxEventsPerApply),
      flags_(engine::kMaxEventsPerApply) {}

void FeedState::apply(std::span<const engine::Event> events) {
  if (events.empty()) return;
  HG_ASSERT(events.size() <= engine::kMaxEventsPerApply, events.size());
  begin_event(events);
  for (std::size_t i = 0; i < events.size(); ++i) take(events[i], flags_[i]);
  end_event();
}

// Which messages end the event and their instrument's part of it, and which instruments it is of.
void FeedState::begin_event(std::span<const engine::Event> events) noexcept {
  ++event_count_;
  touched_count_ = 0;
  trades_.begin();
  for (std::size_t i = events.size(); i-- > 0;) {
    const engine::EventHeader& header = events[i].header();
    flags_[i] = 0;
    if (!is_of_an_instrument(header)) continue;
    const std::uint32_t id = header.instrument.value();
    HG_ASSERT(id < limits_.max_instruments, id, header.feed_sequence);
    if (listings_[id].event == event_count_) continue;
    listings_[id].event = event_count_;
    touched_[touched_count_++] = id;
    flags_[i] = kLastInInstrument;
  }
  flags_[0] |= kStartOfEvent;
  flags_[events.size() - 1] |= kEndOfEvent;
}

void FeedState::take(const engine::Event& event, std::uint8_t event_flags) {
  const engine::EventHeader& header = event.header();
  HG_ASSERT(last_sequence_ == 0 || header.feed_sequence == last_sequence_ + 1, header.feed_sequence,
            last_sequence_);
  last_sequence_ = header.feed_sequence;
  EventTerms terms{.event_flags = event_flags};
  std::int64_t price_before = kNullPrice;
  const Listing* listing = nullptr;
  if (is_of_an_instrument(header)) {
    Listing& mine = listings_[header.instrument.value()];
    mine.instr_seq = header.instrument_sequence;
    mine.time = header.time.value();
    terms.tick_nano_usd = mine.tick_nano_usd;
    listing = &mine;
    day_.note(header.time.value());
    if (header.kind == EventKind::kOrderReplaced && mine.is_priced != 0) {
      // Where it was, and what it showed, its replace does not say.
      const auto& replaced = event.as<engine::OrderReplaced>();
      const BookOrder* const order =
          book(header.instrument.value()).find(replaced.order.order_id.value());
      HG_ASSERT(order != nullptr, replaced.order.order_id, header.feed_sequence);
      price_before = order->price;
      terms.shown_qty = order->qty;
    }
  } else {
    terms.trade_date = day_.end(header.time.value());
  }
  const OrderMessage message = write_order_message(event, terms, orders_.room());
  HG_ASSERT(message.frame_bytes != 0, header.kind, header.feed_sequence);
  const std::span<const std::byte> frame =
      orders_.commit(header.feed_sequence, message.frame_bytes);
  note(event, frame, message.price);
  if (listing == nullptr || listing->is_priced != 0) {
    const BookResult result = shadow_.apply(frame_of(frame));
    HG_ASSERT(result.fault == BookFault::kNone, result.fault, header.feed_sequence);
  }
  if (message.side == BookSide::kNone) {
    std::memcpy(levels_.room(), frame.data(), frame.size());
    levels_.commit(header.feed_sequence, frame.size());
  } else {
    write_levels(event, event_flags, message, price_before);
  }
}

void FeedState::write_levels(const engine::Event& event, std::uint8_t event_flags,
                             const OrderMessage& message, std::int64_t price_before) {
  const engine::EventHeader& header = event.header();
  const std::uint32_t id = header.instrument.value();
  std::array<LevelEntry, 2> entries;
  std::size_t count = 0;
  if (listings_[id].is_priced != 0) {
    const OrderBook& shadow = book(id);
    if (price_before != kNullPrice) {
      entries[count++] = level_entry(shadow, message.side, price_before);
    }
    // An order that left and trades before it rests touches its old level alone.
    const bool left = header.kind == EventKind::kOrderReplaced &&
                      event.as<engine::OrderReplaced>().displayed == 0;
    if (!left && message.price != price_before) {
      entries[count++] = level_entry(shadow, message.side, message.price);
    }
  }
  const std::size_t bytes = write_book_update(
      event, event_flags, std::span<const LevelEntry>(entries).first(count), levels_.room());
  levels_.commit(header.feed_sequence, bytes);
}

// What the message changes besides a book.
void FeedState::note(const engine::Event& event, std::span<const std::byte> frame,
                     std::int64_t price) noexcept {
  const std::uint32_t id = event.header().instrument.value();
  switch (event.header().kind) {
    case EventKind::kTrade: {
      const auto& trade = event.as<engine::Trade>();
      trades_.add(trade, price);
      figures_[id].add(price, trade.qty);
      changed_figures_.add(id);
      return;
    }
    case EventKind::kInstrumentDefined: return define(event.as<engine::InstrumentDefined>(), frame);
    case EventKind::kTradingStateChanged:
      listings_[id].status = wire_status(event.as<engine::TradingStateChanged>().state);
      return;
    case EventKind::kPriceBandChanged:
      price_limits_[id] = body_of<PriceLimits>(frame);
      listings_[id].has_limits = 1;
      return;
    case EventKind::kTradingDayEnded: return clear_figures();
    case EventKind::kOrderAccepted:
    case EventKind::kOrderRested:
    case EventKind::kOrderReplaced:
    case EventKind::kOrderCancelled:
    case EventKind::kRequestRejected:
    case EventKind::kMassCancelDone:
    case EventKind::kFundsAdjusted: return;
  }
}

void FeedState::define(const engine::InstrumentDefined& event,
                       std::span<const std::byte> frame) noexcept {
  const std::uint32_t id = event.header.instrument.value();
  Listing& listing = listings_[id];
  HG_ASSERT(listing.is_listed == 0, id, event.header.feed_sequence);
  const auto definition = body_of<InstrumentDefinition>(frame);
  definitions_[id] = definition;
  listing.tick_nano_usd = event.tick_size_nano_usd;
  listing.status = definition.status;
  listing.is_listed = 1;
  listing.is_priced = is_price(definition.min_price) && is_price(definition.max_price) ? 1 : 0;
  listed_[listed_count_++] = id;
  shadow_.find_or_add(id);
  changed_figures_.add(id);
}

void FeedState::clear_figures() noexcept {
  for (const std::uint32_t id : listed()) {
    figures_[id] = DayFigures{};
    changed_figures_.add(id);
  }
}

void FeedState::end_event() noexcept {
  summaries_now_ = trades_.end();
  // Backwards: they were found from the event's end on.
  while (touched_count_ != 0) {
    const std::uint32_t id = touched_[--touched_count_];
    const TopOfBook now = top(id);
    if (is_same_top(now, tops_[id])) continue;
    tops_[id] = now;
    changed_tops_.add(id);
  }
}

TopOfBook FeedState::top(std::uint32_t id) const noexcept {
  const Listing& listing = listings_[id];
  TopOfBook top{.instrument_id = id,
                .instr_seq = listing.instr_seq,
                .bid_order_count = 0,
                .transact_time = listing.time,
                .bid_price = kNullPrice,
                .offer_price = kNullPrice,
                .bid_qty = 0,
                .offer_qty = 0,
                .offer_order_count = 0,
                .event_flags = 0,
                .status = listing.status,
                .padding = 0};
  const OrderBook& shadow = book(id);
  if (const BookLevel* bid = shadow.best(BookSide::kBid); bid != nullptr) {
    top.bid_price = bid->price;
    top.bid_qty = bid->qty;
    top.bid_order_count = bid->order_count;
  }
  if (const BookLevel* offer = shadow.best(BookSide::kOffer); offer != nullptr) {
    top.offer_price = offer->price;
    top.offer_qty = offer->qty;
    top.offer_order_count = offer->order_count;
  }
  return top;
}

Statistics FeedState::statistics(std::uint32_t id) const noexcept {
  const DayFigures& figures = figures_[id];
  return {.instrument_id = id,
          .instr_seq = listings_[id].instr_seq,
          .trade_date = day_.date(),
          .transact_time = listings_[id].time,
          .open_price = figures.price_or_null(figures.open_price),
          .high_price = figures.price_or_null(figures.high_price),
          .low_price = figures.price_or_null(figures.low_price),
          .last_price = figures.price_or_null(figures.last_price),
          .volume = figures.volume,
          .trade_count = figures.trade_count,
          .last_qty = figures.last_qty};
}

InstrumentDefinition FeedState::definition(std::uint32_t id) const noexcept {
  InstrumentDefinition definition = definitions_[id];
  definition.status = listings_[id].status;
  definition.event_flags = 0;
  return definition;
}

bool FeedState::limits(std::uint32_t id, PriceLimits& limits) const noexcept {
  if (listings_[id].has_limits == 0) return false;
  limits = price_limits_[id];
  limits.event_flags = 0;
  return true;
}

}  // namespace hourglass::marketdata

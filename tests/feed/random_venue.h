// RandomVenue: an order channel's messages as a venue sends them, with books in plain containers
// that say what each message does. What is tested never sees them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <list>
#include <map>
#include <ostream>
#include <span>
#include <utility>
#include <vector>

#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet_reader.h"
#include "marketdata/wire/packet_writer.h"
#include "tests/support/random_source.h"

// Tests name the fields they are about; the others are zero.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace hourglass::marketdata::test {

using engine::test::RandomSource;

inline constexpr std::uint16_t kChannel = channel_id(0, ChannelKind::kOrders);
inline constexpr std::uint16_t kEpoch = 7;

struct PlainOrder {
  std::uint64_t id;
  std::uint32_t qty;
  bool operator==(const PlainOrder&) const = default;
};

// Sides by BookSide; the best bid is the last of its map, the best offer the first.
struct PlainBook {
  std::array<std::map<std::int64_t, std::list<PlainOrder>>, 2> sides;
  std::uint32_t instr_seq = 0;
  TradingStatusCode status = TradingStatusCode::kClosed;
  bool operator==(const PlainBook&) const = default;
};

// What a failed comparison shows.
inline void PrintTo(const PlainBook& book, std::ostream* out) {
  *out << "instr_seq " << book.instr_seq << " status " << static_cast<int>(book.status);
  for (const auto& levels : book.sides) {
    *out << " |";
    for (const auto& [price, orders] : levels) {
      *out << " at " << price << ":";
      for (const PlainOrder& order : orders) *out << " " << order.id << "x" << order.qty;
    }
  }
}

// Bit by bit, from the definition.
class PlainCrc {
 public:
  template <class T>
  void add(T value) {
    std::array<unsigned char, sizeof(T)> bytes;
    std::memcpy(bytes.data(), &value, sizeof(T));
    for (const unsigned char byte : bytes) {
      crc_ ^= byte;
      for (int bit = 0; bit < 8; ++bit) crc_ = (crc_ >> 1) ^ ((crc_ & 1) != 0 ? 0xEDB88320U : 0U);
    }
  }
  [[nodiscard]] std::uint32_t value() const { return ~crc_; }

 private:
  std::uint32_t crc_ = UINT32_MAX;
};

// A frame's bytes, as PacketWriter lays them out.
template <class Body>
std::vector<std::byte> frame_of(const Body& body) {
  std::array<std::byte, kMaxPacketBytes> buffer;
  PacketWriter writer(buffer);
  writer.begin({});
  writer.add(body);
  const auto packet = writer.finish(0);
  return {packet.begin() + sizeof(PacketHeader), packet.end()};
}
template <class Body, class Entry>
std::vector<std::byte> frame_of(const Body& body, std::span<const Entry> entries) {
  std::array<std::byte, kMaxPacketBytes> buffer;
  PacketWriter writer(buffer);
  writer.begin({});
  writer.add(body, entries);
  const auto packet = writer.finish(0);
  return {packet.begin() + sizeof(PacketHeader), packet.end()};
}

// A packet of these frames, which have room in it.
inline std::vector<std::byte> packet_of(std::uint64_t seq_num,
                                        std::span<const std::vector<std::byte>> frames,
                                        std::uint8_t flags = kIncremental,
                                        std::uint16_t channel = kChannel) {
  std::array<std::byte, kMaxPacketBytes> buffer;
  PacketWriter writer(buffer);
  writer.begin({.seq_num = seq_num,
                .sending_time = 0,
                .channel_id = channel,
                .epoch = kEpoch,
                .msg_count = 0,
                .flags = flags,
                .header_version = kPacketHeaderVersion});
  for (const auto& frame : frames) EXPECT_TRUE(writer.add_frame(frame));
  const auto packet = writer.finish(0);
  return {packet.begin(), packet.end()};
}

// Reads the one frame in `bytes`.
inline Frame read_frame(std::span<const std::byte> bytes) {
  FrameHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return {.template_id = header.template_id,
          .version = header.version,
          .block = bytes.subspan(sizeof(header), header.block_length),
          .rest = bytes.subspan(sizeof(header) + header.block_length),
          .bytes = bytes};
}

class RandomVenue {
 public:
  using Event = std::vector<std::vector<std::byte>>;  // frames, each the next number

  RandomVenue(std::uint64_t seed, std::uint32_t instrument_count)
      : random_(seed), books_(instrument_count) {}

  // What one command did, at least one message.
  Event next() {
    event_.clear();
    bodies_.clear();
    static constexpr std::array<std::uint32_t, 11> kWeights{48, 8, 20, 12, 9, 2, 1, 1, 2, 1, 1};
    const auto instrument = static_cast<std::uint32_t>(random_.below(books_.size()));
    switch (random_.weighted(kWeights)) {
      case 0: add(instrument); break;
      case 1: reduce(instrument); break;
      case 2: cancel(instrument); break;
      case 3: replace(instrument); break;
      case 4: aggress(instrument); break;
      case 5: mass_cancel(); break;
      case 6: clear(instrument); break;
      case 7: set_status(instrument); break;
      case 8: print(instrument); break;
      case 9: end_day(); break;
      default: define(instrument); break;
    }
    if (event_.empty()) print(instrument);
    flag();
    seq_ += event_.size();
    return std::move(event_);
  }

  // Number of the last message.
  [[nodiscard]] std::uint64_t seq() const { return seq_; }
  [[nodiscard]] const std::vector<PlainBook>& books() const { return books_; }

  // Begin, Orders and End of one instrument, in frames.
  [[nodiscard]] Event snapshot(std::uint32_t instrument) const {
    const PlainBook& book = books_[instrument];
    std::vector<SnapshotOrderEntry> entries;
    PlainCrc crc;
    std::array<std::uint32_t, 2> counts{};
    for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
      for_each_level(book, side, [&](std::int64_t price, const std::list<PlainOrder>& orders) {
        for (const PlainOrder& order : orders) {
          entries.push_back({.order_id = order.id,
                             .price = price,
                             .display_qty = order.qty,
                             .side = side,
                             .padding = {}});
          crc.add(side);
          crc.add(price);
          crc.add(order.qty);
          crc.add(order.id);
          ++counts[index(side)];
        }
      });
    }
    Event frames;
    frames.push_back(frame_of(SnapshotBegin{.instrument_id = instrument,
                                            .last_instr_seq = book.instr_seq,
                                            .bid_order_count = counts[0],
                                            .last_seq_num = seq_,
                                            .transact_time = 0,
                                            .offer_order_count = counts[1],
                                            .status = book.status,
                                            .padding = {}}));
    const SnapshotOrders orders{.instrument_id = instrument, .last_instr_seq = book.instr_seq};
    constexpr std::size_t kInFrame = 50;
    for (std::size_t at = 0; at < entries.size(); at += kInFrame) {
      const std::size_t count = std::min(kInFrame, entries.size() - at);
      frames.push_back(
          frame_of(orders, std::span<const SnapshotOrderEntry>(entries).subspan(at, count)));
    }
    frames.push_back(frame_of(SnapshotEnd{.instrument_id = instrument,
                                          .book_crc32 = crc.value(),
                                          .order_count = counts[0] + counts[1]}));
    return frames;
  }

  template <class Each>
  static void for_each_level(const PlainBook& book, BookSide side, Each each) {
    const auto& levels = book.sides[index(side)];
    if (side == BookSide::kOffer) {
      for (const auto& [price, orders] : levels) each(price, orders);
    } else {
      for (auto at = levels.rbegin(); at != levels.rend(); ++at) each(at->first, at->second);
    }
  }

 private:
  static std::size_t index(BookSide side) { return side == BookSide::kBid ? 0 : 1; }

  struct Place {
    BookSide side;
    std::int64_t price;
    std::list<PlainOrder>::iterator order;
  };

  BookSide random_side() { return random_.percent(50) ? BookSide::kBid : BookSide::kOffer; }
  std::uint32_t random_qty() { return static_cast<std::uint32_t>(random_.between(1, 100)); }
  // Bids below 0, offers above, mostly near; a few far, so that ladders get long.
  std::int64_t passive_price(BookSide side) {
    const std::int64_t away = random_.percent(80) ? random_.between(1, 6) : random_.between(1, 60);
    return side == BookSide::kBid ? -away : away;
  }
  bool pick(PlainBook& book, Place& place) {
    const BookSide first = random_side();
    const BookSide second = first == BookSide::kBid ? BookSide::kOffer : BookSide::kBid;
    const BookSide side = book.sides[index(first)].empty() ? second : first;
    auto& levels = book.sides[index(side)];
    if (levels.empty()) return false;
    auto level = levels.begin();
    std::advance(level, static_cast<std::ptrdiff_t>(random_.below(levels.size())));
    auto order = level->second.begin();
    std::advance(order, static_cast<std::ptrdiff_t>(random_.below(level->second.size())));
    place = {side, level->first, order};
    return true;
  }
  void erase(PlainBook& book, const Place& place) {
    auto& levels = book.sides[index(place.side)];
    auto& orders = levels[place.price];
    orders.erase(place.order);
    if (orders.empty()) levels.erase(place.price);
  }

  template <class Body>
  void tell(std::uint32_t instrument, Body body) {
    body.instrument_id = instrument;
    body.instr_seq = ++books_[instrument].instr_seq;
    event_.push_back(frame_of(body));
    bodies_.emplace_back(instrument, sizeof(FrameHeader) + offsetof(Body, event_flags));
  }

  void join(std::uint32_t instrument, BookSide side, std::int64_t price, PlainOrder order,
            std::uint8_t flags) {
    books_[instrument].sides[index(side)][price].push_back(order);
    tell(instrument, OrderAdd{.display_qty = order.qty,
                              .order_id = order.id,
                              .price = price,
                              .side = side,
                              .order_flags = flags});
  }
  void add(std::uint32_t instrument) {
    const BookSide side = random_side();
    join(instrument, side, passive_price(side), {++last_id_, random_qty()}, 0);
  }
  void reduce(std::uint32_t instrument) {
    Place place;
    if (!pick(books_[instrument], place)) return;
    place.order->qty = static_cast<std::uint32_t>(random_.between(1, place.order->qty));
    tell(instrument, OrderReduce{.new_display_qty = place.order->qty,
                                 .order_id = place.order->id,
                                 .side = place.side,
                                 .reason = ReduceReason::kReplaced});
  }
  void cancel(std::uint32_t instrument) {
    Place place;
    if (!pick(books_[instrument], place)) return;
    tell(instrument, OrderDelete{.deleted_qty = place.order->qty,
                                 .order_id = place.order->id,
                                 .side = place.side,
                                 .reason = DeleteReason::kCancelled});
    erase(books_[instrument], place);
  }
  void replace(std::uint32_t instrument) {
    Place place;
    if (!pick(books_[instrument], place)) return;
    const PlainOrder order{place.order->id, random_qty()};
    const std::int64_t price = random_.percent(50) ? place.price : passive_price(place.side);
    erase(books_[instrument], place);
    books_[instrument].sides[index(place.side)][price].push_back(order);
    tell(instrument, OrderReplace{.new_display_qty = order.qty,
                                  .order_id = order.id,
                                  .new_price = price,
                                  .side = place.side});
  }
  // Trades through a number of lots; now and then an order met shows another tranche, and what is
  // left of the incoming order rests.
  void aggress(std::uint32_t instrument) {
    const BookSide side = random_side();
    auto& levels = books_[instrument].sides[index(side)];
    std::uint32_t left = random_qty() * 2;
    for (int turn = 0; turn < 8 && left > 0 && !levels.empty(); ++turn) {
      const auto level = side == BookSide::kBid ? std::prev(levels.end()) : levels.begin();
      const std::int64_t price = level->first;
      PlainOrder& order = level->second.front();
      const std::uint64_t id = order.id;
      const std::uint32_t qty = std::min(left, order.qty);
      left -= qty;
      order.qty -= qty;
      tell(instrument, OrderExecuted{.exec_qty = qty,
                                     .order_id = id,
                                     .trade_id = ++last_trade_,
                                     .leaves_qty = order.qty,
                                     .side = side,
                                     .trade_type = TradeType::kRegular,
                                     .price = price});
      if (order.qty != 0) continue;
      erase(books_[instrument], {side, price, level->second.begin()});
      if (random_.percent(15)) join(instrument, side, price, {id, random_qty()}, kNewTranche);
    }
    if (left == 0 || !random_.percent(40)) return;
    const BookSide other = side == BookSide::kBid ? BookSide::kOffer : BookSide::kBid;
    join(instrument, other, passive_price(other), {++last_id_, left}, kAfterTrading);
  }
  void mass_cancel() {
    for (std::uint32_t instrument = 0; instrument < books_.size(); ++instrument) {
      if (random_.percent(50)) cancel(instrument);
    }
  }
  void clear(std::uint32_t instrument) {
    PlainBook old = books_[instrument];
    books_[instrument].sides = {};
    tell(instrument, BookClear{});
    for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
      for (const auto& [price, orders] : old.sides[index(side)]) {
        for (const PlainOrder& order : orders) {
          if (random_.percent(80)) join(instrument, side, price, order, 0);
        }
      }
    }
  }
  void set_status(std::uint32_t instrument) {
    books_[instrument].status =
        random_.percent(50) ? TradingStatusCode::kOpen : TradingStatusCode::kHalt;
    tell(instrument, TradingStatus{.status = books_[instrument].status});
  }
  void define(std::uint32_t instrument) {
    tell(instrument, InstrumentDefinition{.tick_size = 1, .status = books_[instrument].status});
  }
  void print(std::uint32_t instrument) {
    tell(instrument, Trade{.qty = random_qty(), .trade_id = ++last_trade_, .price = 5});
  }
  void end_day() {
    event_.push_back(frame_of(DayEnd{.trade_date = 20260101}));
    bodies_.emplace_back(kNoInstrument, sizeof(FrameHeader) + offsetof(DayEnd, event_flags));
  }

  // Marks where the event begins and ends, and each instrument's last message.
  void flag() {
    for (std::size_t i = 0; i < event_.size(); ++i) {
      std::uint8_t flags = 0;
      if (i == 0) flags |= kStartOfEvent;
      if (i + 1 == event_.size()) flags |= kEndOfEvent;
      bool last = bodies_[i].first != kNoInstrument;
      for (std::size_t k = i + 1; k < event_.size(); ++k) {
        if (bodies_[k].first == bodies_[i].first) last = false;
      }
      if (last) flags |= kLastInInstrument;
      event_[i][bodies_[i].second] = std::byte{flags};
    }
  }

  static constexpr std::uint32_t kNoInstrument = UINT32_MAX;

  RandomSource random_;
  std::vector<PlainBook> books_;
  Event event_;
  // Of each frame of the event, its instrument and where its flags are.
  std::vector<std::pair<std::uint32_t, std::size_t>> bodies_;
  std::uint64_t seq_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint64_t last_trade_ = 0;
};

}  // namespace hourglass::marketdata::test

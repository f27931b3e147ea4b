// A generated order stream as the order channel's packets: what the feed's benchmark reads.
//
// The stream is played through the exchange; each public event of a book becomes the message that
// the feed has for it, and whole events share a packet, as they do when they are waiting together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "bench/play/translate.h"
#include "bench/streams/generator.h"
#include "engine/exchange/exchange.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet_writer.h"

namespace hourglass::bench {

// Packets one behind the other. Thread: one.
class PacketTape {
 public:
  // Adds a packet that holds `msg_count` messages.
  void add(std::span<const std::byte> packet, std::uint32_t msg_count) {
    bytes_.insert(bytes_.end(), packet.begin(), packet.end());
    ends_.push_back(bytes_.size());
    messages_.push_back(msg_count);
  }
  [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
  [[nodiscard]] std::span<const std::byte> operator[](std::size_t i) const noexcept {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::span(bytes_).subspan(begin, ends_[i] - begin);
  }
  [[nodiscard]] std::uint32_t messages(std::size_t i) const noexcept { return messages_[i]; }

 private:
  std::vector<std::byte> bytes_;
  std::vector<std::size_t> ends_;
  std::vector<std::uint32_t> messages_;
};

// The message of a public event that changes a book, appended to `frames`; others change none.
class EventMessages {
 public:
  void add(const engine::Event& event) {
    using engine::EventKind;
    const engine::EventHeader& header = event.header();
    if (header.feed_sequence == 0) return;
    instrument_ = header.instrument.value();
    instr_seq_ = header.instrument_sequence;
    switch (header.kind) {
      case EventKind::kOrderAccepted: return accepted(event.as<engine::OrderAccepted>());
      case EventKind::kOrderRested: return rested(event.as<engine::OrderRested>());
      case EventKind::kTrade: return traded(event.as<engine::Trade>());
      case EventKind::kOrderReplaced: return replaced(event.as<engine::OrderReplaced>());
      case EventKind::kOrderCancelled: return cancelled(event.as<engine::OrderCancelled>());
      default: return put(marketdata::TradingStatus{});
    }
  }
  // What add() appended since the last call: an event's frames.
  struct Frames {
    std::vector<std::byte> bytes;
    std::vector<std::size_t> ends;
  };
  [[nodiscard]] const Frames& frames() const noexcept { return frames_; }
  void clear() noexcept {
    frames_.bytes.clear();
    frames_.ends.clear();
  }

 private:
  using Side = marketdata::BookSide;
  static Side side_of(engine::Side side) noexcept {
    return side == engine::Side::kBuy ? Side::kBid : Side::kOffer;
  }

  template <class Body>
  void put(Body body) {
    body.instrument_id = instrument_;
    body.instr_seq = instr_seq_;
    body.event_flags = marketdata::kEndOfEvent;
    std::array<std::byte, 256> room;
    marketdata::PacketWriter writer(room);
    writer.begin({});
    writer.add(body);
    const auto packet = writer.finish(0);
    const auto frame = packet.subspan(sizeof(marketdata::PacketHeader));
    frames_.bytes.insert(frames_.bytes.end(), frame.begin(), frame.end());
    frames_.ends.push_back(frames_.bytes.size());
  }
  void join(engine::OrderId id, engine::Price price, std::uint32_t qty, engine::Side side) {
    marketdata::OrderAdd add{};
    add.order_id = id.value();
    add.price = price.value() * 1000;
    add.display_qty = qty;
    add.side = side_of(side);
    put(add);
  }
  void leave(engine::OrderId id, std::uint32_t qty, engine::Side side) {
    marketdata::OrderDelete gone{};
    gone.order_id = id.value();
    gone.deleted_qty = qty;
    gone.side = side_of(side);
    put(gone);
    shown_[id.value()] = 0;
  }

  void accepted(const engine::OrderAccepted& event) {
    show(event.order.order_id, event.displayed);
    join(event.order.order_id, event.price, event.displayed, event.side);
  }
  void rested(const engine::OrderRested& event) {
    show(event.order_id, event.qty);
    join(event.order_id, event.price, event.qty, event.side);
  }
  void traded(const engine::Trade& event) {
    marketdata::OrderExecuted executed{};
    executed.order_id = event.resting.order_id.value();
    executed.exec_qty = event.qty;
    executed.leaves_qty = event.resting_displayed;
    executed.side = event.incoming_side == engine::Side::kBuy ? Side::kOffer : Side::kBid;
    executed.trade_id = event.match_id.value();
    executed.price = event.price.value() * 1000;
    put(executed);
    show(event.resting.order_id, event.resting_displayed);
  }
  void replaced(const engine::OrderReplaced& event) {
    const engine::OrderId id = event.order.order_id;
    if (event.kept_priority != 0) {
      marketdata::OrderReduce reduce{};
      reduce.order_id = id.value();
      reduce.new_display_qty = event.displayed;
      reduce.side = side_of(event.side);
      put(reduce);
    } else if (event.displayed == 0) {
      leave(id, shown_[id.value()], event.side);
    } else {
      marketdata::OrderReplace replace{};
      replace.order_id = id.value();
      replace.new_price = event.price.value() * 1000;
      replace.new_display_qty = event.displayed;
      replace.side = side_of(event.side);
      put(replace);
    }
    show(id, event.displayed);
  }
  void cancelled(const engine::OrderCancelled& event) {
    leave(event.order.order_id, event.displayed_removed, event.side);
  }

  // What each order shows: a replacement that trades first does not say what it takes away.
  void show(engine::OrderId id, std::uint32_t qty) {
    if (id.value() >= shown_.size()) shown_.resize(id.value() * 2 + 1024);
    shown_[id.value()] = qty;
  }

  std::uint32_t instrument_ = 0;
  std::uint32_t instr_seq_ = 0;
  Frames frames_;
  std::vector<std::uint32_t> shown_;
};

// A stream's packets: those of the preload, and those that are timed.
struct FeedFlow {
  PacketTape preload;
  PacketTape timed;
};

// Packs events' frames into packets.
class EventPacker {
 public:
  EventPacker() : writer_(room_) { begin(); }

  // All of an event, where it has room in one packet.
  void add(const EventMessages::Frames& frames, PacketTape& tape) {
    if (frames.bytes.size() > writer_.room()) flush(tape);
    std::size_t begin = 0;
    for (const std::size_t end : frames.ends) {
      const auto frame = std::span(frames.bytes).subspan(begin, end - begin);
      if (frame.size() > writer_.room()) flush(tape);
      writer_.add_frame(frame);
      begin = end;
    }
  }
  void flush(PacketTape& tape) {
    if (writer_.msg_count() == 0) return;
    next_seq_ += writer_.msg_count();
    const std::uint32_t count = writer_.msg_count();
    tape.add(writer_.finish(0), count);
    begin();
  }

 private:
  void begin() {
    writer_.begin({.seq_num = next_seq_,
                   .sending_time = 0,
                   .channel_id = marketdata::channel_id(0, marketdata::ChannelKind::kOrders),
                   .epoch = 1,
                   .msg_count = 0,
                   .flags = marketdata::kIncremental,
                   .header_version = marketdata::kPacketHeaderVersion});
  }

  std::array<std::byte, marketdata::kMaxPacketBytes> room_;
  marketdata::PacketWriter writer_;
  std::uint64_t next_seq_ = 1;
};

// Plays a stream of seed 1 through the exchange. Ends the program where it can not be generated.
// Cost: seconds, and some 60 bytes a message.
inline FeedFlow make_feed_flow(StreamKind kind, std::uint32_t scale_percent) {
  const absl::StatusOr<Stream> stream = generate_stream(kind, 1, scale_percent);
  if (!stream.ok()) std::abort();
  const auto exchange = std::make_unique<engine::Exchange<engine::PermissiveClearing>>(
      engine::Exchange<engine::PermissiveClearing>::Options{});
  FeedFlow flow;
  EventMessages messages;
  EventPacker packer;
  std::uint64_t sequence = 0;
  const auto apply = [&](engine::Command& command, PacketTape& tape) {
    command.mutable_header().sequence = engine::SequenceNumber(++sequence);
    command.mutable_header().time = engine::Timestamp(sequence);
    messages.clear();
    for (const engine::Event& event : exchange->apply(command)) messages.add(event);
    packer.add(messages.frames(), tape);
  };
  for (std::uint32_t symbol = 0; symbol < stream->header.n_symbols; ++symbol) {
    engine::Command define = engine::Command::of(listing(symbol, stream->header));
    apply(define, flow.preload);
  }
  engine::Command command;
  const auto play = [&](std::span<const StreamOp> ops, PacketTape& tape) {
    for (const StreamOp& op : ops) {
      translate(op, command);
      apply(command, tape);
    }
    packer.flush(tape);
  };
  play(stream->preload(), flow.preload);
  play(stream->timed(), flow.timed);
  return flow;
}

}  // namespace hourglass::bench

// What tests of the publisher share: public events of the real exchange under random commands, a
// sink that keeps all packets, and books rebuilt from messages in the plainest way.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "marketdata/publish/publisher.h"
#include "marketdata/wire/packet_reader.h"
#include "tests/support/exchange_instances.h"
#include "tests/support/random_commands.h"
#include "tests/support/random_source.h"
#include "tests/support/replicas.h"

namespace hourglass::marketdata::publish_test {

using engine::Event;
using engine::EventKind;

// The events of each command, private ones too.
using Commands = std::vector<std::vector<Event>>;

inline constexpr std::uint32_t kMaxSlices = 2'000;  // work that takes more ends a stream

template <class Clearing>
Commands events_of(const engine::test::Stream& stream) {
  const auto exchange =
      std::make_unique<engine::Exchange<Clearing>>(engine::test::exchange_limits(stream.limits));
  exchange->set_rule_set(stream.limits.rule_set);
  Commands commands;
  std::uint64_t time_ns = 0;
  const auto send = [&](const engine::Command& unstamped) {
    engine::Command command = unstamped;
    engine::CommandHeader& header = command.mutable_header();
    header.sequence = engine::SequenceNumber(commands.size() + 1);
    time_ns = std::max(time_ns + 1, header.time.value());
    header.time = engine::Timestamp(time_ns);
    const auto events = exchange->apply(command);
    commands.emplace_back(events.begin(), events.end());
  };
  for (const engine::test::Step& step : stream.steps) {
    for (std::uint32_t slices = 0;
         step.when == engine::test::When::kIdle && exchange->has_pending_work(); ++slices) {
      if (slices == kMaxSlices) return commands;
      send(exchange->continuation());
    }
    send(step.command);
  }
  return commands;
}

inline Commands events_of(const engine::test::Stream& stream) {
  return stream.clearing == engine::test::Clearing::kFunded
             ? events_of<risk::FundedLimit>(stream)
             : events_of<engine::PermissiveClearing>(stream);
}

// The public events of one command.
inline std::vector<Event> public_of(const std::vector<Event>& events) {
  std::vector<Event> chosen;
  for (const Event& event : events) {
    if (event.header().feed_sequence != 0) chosen.push_back(event);
  }
  return chosen;
}

struct SentPacket {
  Stream to{};
  std::vector<std::byte> bytes;

  [[nodiscard]] PacketHeader header() const {
    PacketHeader header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    return header;
  }
};

class KeepingSink final : public PacketSink {
 public:
  void send(Stream to, std::span<const std::byte> packet) noexcept override {
    packets.push_back({to, {packet.begin(), packet.end()}});
  }
  // Those of one stream, in order; taken out.
  std::vector<SentPacket> take(Stream stream) {
    std::vector<SentPacket> taken;
    std::vector<SentPacket> rest;
    for (SentPacket& packet : packets) {
      const bool wanted = packet.to == stream;
      (wanted ? taken : rest).push_back(std::move(packet));
    }
    packets = std::move(rest);
    return taken;
  }

  std::vector<SentPacket> packets;
};

// One message as it was sent; `sequence` counts on from its packet's.
struct SentMessage {
  std::uint64_t sequence = 0;
  std::size_t packet = 0;  // its place among those given
  std::uint16_t template_id = 0;
  std::vector<std::byte> bytes;

  template <class Body>
  [[nodiscard]] Body as() const {
    EXPECT_EQ(template_id, Body::kTemplateId);
    Body body{};
    std::memcpy(&body, bytes.data() + sizeof(FrameHeader), sizeof(body));
    return body;
  }
  template <class Body, class Entry>
  [[nodiscard]] std::vector<Entry> entries() const {
    const auto rest = std::span(bytes).subspan(sizeof(FrameHeader) + sizeof(Body));
    const auto group = GroupView<Entry>::in(rest);
    EXPECT_TRUE(group.has_value());
    std::vector<Entry> entries;
    for (std::size_t i = 0; group && i < group->size(); ++i) entries.push_back((*group)[i]);
    return entries;
  }
};

inline std::vector<SentMessage> messages_of(const std::vector<SentPacket>& packets) {
  std::vector<SentMessage> messages;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    PacketReader reader(packets[i].bytes);
    std::uint64_t sequence = reader.header().seq_num;
    while (const auto frame = reader.next()) {
      messages.push_back(
          {sequence++, i, frame->template_id, {frame->bytes.begin(), frame->bytes.end()}});
    }
    EXPECT_EQ(reader.fault(), PacketFault::kNone);
  }
  return messages;
}

// A book of lists in maps, from the order channel's messages.
struct PlainOrder {
  std::uint64_t id = 0;
  std::uint32_t qty = 0;
  bool operator==(const PlainOrder&) const = default;
};
struct PlainLevel {
  std::uint64_t qty = 0;
  std::uint32_t order_count = 0;
  bool operator==(const PlainLevel&) const = default;
};
struct PlainBook {
  using Side = std::map<std::int64_t, std::list<PlainOrder>>;
  std::array<Side, 2> sides;

  bool operator==(const PlainBook&) const = default;

  Side& side(BookSide of) { return sides[static_cast<std::size_t>(of)]; }
  std::map<std::int64_t, PlainLevel> levels(std::size_t side) const {
    std::map<std::int64_t, PlainLevel> levels;
    for (const auto& [price, orders] : sides[side]) {
      for (const PlainOrder& order : orders) {
        levels[price].qty += order.qty;
        ++levels[price].order_count;
      }
    }
    return levels;
  }
  // Sets what an order shows; 0 takes it out.
  void set(BookSide of, std::uint64_t id, std::uint32_t qty) {
    for (auto level = side(of).begin(); level != side(of).end(); ++level) {
      for (auto order = level->second.begin(); order != level->second.end(); ++order) {
        if (order->id != id) continue;
        order->qty = qty;
        if (qty == 0) level->second.erase(order);
        if (level->second.empty()) side(of).erase(level);
        return;
      }
    }
    ADD_FAILURE() << "order " << id << " is not in the book";
  }
  void join(BookSide of, std::int64_t price, PlainOrder order) { side(of)[price].push_back(order); }
};

using PlainBooks = std::map<std::uint32_t, PlainBook>;

inline void apply(PlainBooks& books, const SentMessage& message) {
  switch (message.template_id) {
    case OrderAdd::kTemplateId: {
      const auto m = message.as<OrderAdd>();
      return books[m.instrument_id].join(m.side, m.price, {m.order_id, m.display_qty});
    }
    case OrderReduce::kTemplateId: {
      const auto m = message.as<OrderReduce>();
      return books[m.instrument_id].set(m.side, m.order_id, m.new_display_qty);
    }
    case OrderDelete::kTemplateId: {
      const auto m = message.as<OrderDelete>();
      return books[m.instrument_id].set(m.side, m.order_id, 0);
    }
    case OrderReplace::kTemplateId: {
      const auto m = message.as<OrderReplace>();
      books[m.instrument_id].set(m.side, m.order_id, 0);
      return books[m.instrument_id].join(m.side, m.new_price, {m.order_id, m.new_display_qty});
    }
    case OrderExecuted::kTemplateId: {
      const auto m = message.as<OrderExecuted>();
      return books[m.instrument_id].set(m.side, m.order_id, m.leaves_qty);
    }
    default: return;
  }
}

inline PublisherSettings small_settings() {
  PublisherSettings settings;
  settings.venue.partition = 3;
  settings.venue.epoch = 7;
  settings.venue.journal_uuid = {1, 2, 3};
  settings.limits = {.max_instruments = 16, .max_orders = 4096, .kept_messages = 1U << 16};
  return settings;
}

// What a random test runs through, by HOURGLASS_SEED and HOURGLASS_FEED_SEEDS.
template <class Each>
void for_each_stream(std::uint32_t steps, Each each) {
  const std::uint64_t first = engine::test::number_from_environment("HOURGLASS_SEED", 1);
  const std::uint64_t count = engine::test::number_from_environment("HOURGLASS_FEED_SEEDS", 3);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    for (const engine::test::Profile profile : engine::test::kAllProfiles) {
      SCOPED_TRACE(fmt::format("profile {}, HOURGLASS_SEED={}", name(profile), seed));
      each(events_of(engine::test::random_stream(profile, seed, steps)), seed);
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace hourglass::marketdata::publish_test

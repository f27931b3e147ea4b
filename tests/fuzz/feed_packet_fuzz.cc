// Any bytes as a packet of the feed: read to its end or its fault from a place with nothing around
// it, each frame as every message and every group. What is a whole packet is given back byte for
// byte by the writer. The first byte says whether it came in a stream.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "engine/base/assert.h"
#include "marketdata/wire/message_catalog.h"
#include "marketdata/wire/message_json.h"
#include "marketdata/wire/packet_reader.h"
#include "marketdata/wire/packet_writer.h"

namespace {

using namespace hourglass::marketdata;

using Bodies = std::tuple<OrderAdd, OrderReduce, OrderDelete, OrderReplace, OrderExecuted, Trade,
                          TradeSummary, BookUpdate, TopOfBook, InstrumentDefinition, TradingStatus,
                          PriceLimits, AuctionIndicative, Statistics, SettlementPrice, OpenInterest,
                          IndexValue, FundValue, TradeBust, DayEnd, BookClear, VenueIdentity,
                          SnapshotBegin, SnapshotOrders, SnapshotLevels, SnapshotEnd, CycleEnd,
                          RetransmitRequest, RetransmitReject, ReplayRequest, ReplayComplete>;
static_assert(std::tuple_size_v<Bodies> == kMessages.size());

template <class Entry>
std::vector<Entry> entries_of(const Frame& frame) {
  std::vector<Entry> entries;
  const auto group = GroupView<Entry>::in(frame.rest);
  for (std::size_t i = 0; group && i < group->size(); ++i) entries.push_back((*group)[i]);
  return entries;
}

// Whether the frame is as this version writes it, with zeros behind it.
template <class Body>
bool is_as_written(const Frame& frame, std::size_t group_bytes) {
  const std::size_t end = sizeof(FrameHeader) + sizeof(Body) + group_bytes;
  return frame.version == kSchemaVersion && frame.block.size() == sizeof(Body) &&
         frame.bytes.size() == padded(end) &&
         std::all_of(frame.bytes.begin() + static_cast<std::ptrdiff_t>(end), frame.bytes.end(),
                     [](std::byte byte) { return byte == std::byte{0}; });
}

template <class Body, class Entry>
bool write_with_group(const Frame& frame, const Body& body, PacketWriter& writer) {
  const std::vector<Entry> entries = entries_of<Entry>(frame);
  GroupSize size;
  if (!GroupView<Entry>::in(frame.rest)) return false;
  std::memcpy(&size, frame.rest.data(), sizeof(size));
  if (size.block_length != sizeof(Entry)) return false;
  if (!is_as_written<Body>(frame, sizeof(size) + entries.size() * sizeof(Entry))) return false;
  const bool has_room = writer.add(body, std::span<const Entry>(entries));
  HG_ASSERT(has_room, frame.template_id);
  return true;
}

// Writes the message field by field where the writer would have written these bytes.
template <class Body>
bool write_as(const Frame& frame, PacketWriter& writer) {
  const auto body = frame.as<Body>();
  if (!body) return false;
  if constexpr (std::is_same_v<Body, BookUpdate> || std::is_same_v<Body, SnapshotLevels>) {
    return write_with_group<Body, LevelEntry>(frame, *body, writer);
  } else if constexpr (std::is_same_v<Body, SnapshotOrders>) {
    return write_with_group<Body, SnapshotOrderEntry>(frame, *body, writer);
  } else {
    if (!is_as_written<Body>(frame, 0)) return false;
    const bool has_room = writer.add(*body);
    HG_ASSERT(has_room, frame.template_id);
    return true;
  }
}

void write_again(const Frame& frame, PacketWriter& writer) {
  const bool is_written = std::apply(
      [&](const auto&... body) {
        return (write_as<std::decay_t<decltype(body)>>(frame, writer) || ...);
      },
      Bodies{});
  if (is_written) return;
  const bool has_room = writer.add_frame(frame.bytes);
  HG_ASSERT(has_room, frame.template_id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool is_stream = (data[0] & 1) != 0;
  const std::size_t bytes = size - 1;
  const std::unique_ptr<std::byte[]> exact(new std::byte[bytes]);
  std::memcpy(exact.get(), data + 1, bytes);

  PacketReader reader({exact.get(), bytes}, is_stream);
  std::array<std::byte, kMaxPacketBytes> buffer;
  PacketWriter writer(buffer);
  writer.begin(reader.header());
  std::string json;
  append_json(reader.header(), json);
  bool fits = true;
  while (const auto frame = reader.next()) {
    entries_of<LevelEntry>(*frame);
    entries_of<SnapshotOrderEntry>(*frame);
    append_json(*frame, json);
    // A stream's packet may be longer than the writer writes one.
    fits = fits && frame->bytes.size() <= writer.room();
    if (fits) write_again(*frame, writer);
  }
  HG_ASSERT(reader.consumed() <= bytes || reader.fault() == PacketFault::kShortHeader, bytes);
  if (reader.fault() != PacketFault::kNone || !fits) return 0;
  const PacketHeader& header = reader.header();
  const auto again = writer.finish(header.sending_time, header.msg_count);
  HG_ASSERT(again.size() == reader.consumed(), again.size(), reader.consumed());
  const bool is_same = std::memcmp(again.data(), exact.get(), again.size()) == 0;
  HG_ASSERT(is_same, again.size());
  return 0;
}

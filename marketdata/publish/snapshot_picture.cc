#include "marketdata/publish/snapshot_picture.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/base/assert.h"
#include "marketdata/feed/book_crc.h"

namespace hourglass::marketdata {
namespace {

constexpr std::size_t kEntryBytes = sizeof(SnapshotOrderEntry);
static_assert(sizeof(LevelEntry) == kEntryBytes);
constexpr std::size_t kGroupBytes =
    sizeof(FrameHeader) + sizeof(SnapshotOrders) + sizeof(GroupSize);
static_assert(sizeof(SnapshotOrders) == sizeof(SnapshotLevels));
static_assert(kGroupBytes % kFrameAlignment == 0 && kEntryBytes % kFrameAlignment == 0);
constexpr std::size_t kEntriesInPacket =
    (kMaxPacketBytes - sizeof(PacketHeader) - kGroupBytes) / kEntryBytes;

constexpr std::uint64_t packets_for(std::uint64_t entries) noexcept {
  return 2 + entries / kEntriesInPacket;  // its beginning and end take room too
}

}  // namespace

// Entries on their way into as few messages as hold them.
template <class Message, class Entry>
class SnapshotPicture::Group {
 public:
  Group(SnapshotPicture& picture, const Message& message) noexcept
      : picture_(picture), message_(message) {}

  void add(const Entry& entry) noexcept {
    if (count_ == 0 && room() == 0) {
      picture_.end_packet();
      picture_.begin_packet();
    }
    entries_[count_++] = entry;
    if (count_ == room()) write();
  }
  void write() noexcept {
    if (count_ == 0) return;
    const bool fits =
        picture_.writer_.add(message_, std::span<const Entry>(entries_).first(count_));
    HG_ASSERT(fits, count_);
    count_ = 0;
  }

 private:
  // Entries that the packet still takes.
  [[nodiscard]] std::size_t room() const noexcept {
    const std::size_t bytes = picture_.writer_.room();
    return bytes < kGroupBytes ? 0 : (bytes - kGroupBytes) / kEntryBytes;
  }

  SnapshotPicture& picture_;
  Message message_;
  std::array<Entry, kEntriesInPacket> entries_;
  std::size_t count_ = 0;
};

SnapshotPicture::SnapshotPicture(const StreamTerms& terms, std::uint32_t max_orders)
    : terms_(terms),
      packets_(packets_for(max_orders) * kPacketStride),
      packet_bytes_(packets_for(max_orders)),
      writer_({}) {}

std::uint64_t SnapshotPicture::packets_of(const FeedState& state, std::uint32_t id) const noexcept {
  const OrderBook& book = state.book(id);
  const std::uint64_t entries =
      channel_of(terms_.to) == ChannelKind::kOrders
          ? book.order_count()
          : book.level_count(BookSide::kBid) + book.level_count(BookSide::kOffer);
  return packets_for(entries) - 1;
}

void SnapshotPicture::write(const FeedState& state, std::uint32_t id) {
  const OrderBook& book = state.book(id);
  const bool by_order = channel_of(terms_.to) == ChannelKind::kOrders;
  std::array<std::uint32_t, 2> counts{};
  for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
    std::uint32_t& count = counts[static_cast<std::size_t>(side)];
    for (std::size_t depth = 0; depth < book.level_count(side); ++depth) {
      count += by_order ? book.level(side, depth)->order_count : 1;
    }
  }
  cut_ = state.last_sequence();
  packet_count_ = 0;
  begin_packet();
  add(SnapshotBegin{.instrument_id = id,
                    .last_instr_seq = state.instr_seq(id),
                    .bid_order_count = counts[0],
                    .last_seq_num = cut_,
                    .transact_time = state.time(id),
                    .offer_order_count = counts[1],
                    .status = state.status(id),
                    .padding = {}});
  if (by_order) {
    Group<SnapshotOrders, SnapshotOrderEntry> group(*this, {id, state.instr_seq(id)});
    for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
      book.for_each_order(side, [&](const BookOrder& order) {
        group.add({.order_id = order.id,
                   .price = order.price,
                   .display_qty = order.qty,
                   .side = side,
                   .padding = {}});
      });
    }
    group.write();
  } else {
    Group<SnapshotLevels, LevelEntry> group(*this, {id, state.instr_seq(id)});
    for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
      for (std::size_t depth = 0; depth < book.level_count(side); ++depth) {
        const BookLevel& level = *book.level(side, depth);
        group.add({.price = level.price,
                   .qty = level.qty,
                   .order_count = level.order_count,
                   .level = static_cast<std::uint8_t>(std::min<std::size_t>(depth + 1, UINT8_MAX)),
                   .side = side,
                   .padding = 0});
      }
    }
    group.write();
  }
  add(SnapshotEnd{.instrument_id = id,
                  .book_crc32 = by_order ? book_crc(book) : level_crc(book),
                  .order_count = counts[0] + counts[1]});
  end_packet();
}

std::span<const std::byte> SnapshotPicture::packet(std::uint64_t index,
                                                   std::uint64_t now_ns) noexcept {
  std::byte* const at = packets_.data() + index * kPacketStride;
  std::memcpy(at + offsetof(PacketHeader, sending_time), &now_ns, sizeof(now_ns));
  return {at, packet_bytes_[index]};
}

void SnapshotPicture::begin_packet() noexcept {
  HG_ASSERT(packet_count_ < packet_bytes_.size(), packet_count_);
  writer_ = PacketWriter({packets_.data() + packet_count_ * kPacketStride, kPacketStride});
  writer_.begin({.seq_num = cut_,
                 .sending_time = 0,
                 .channel_id = channel_id(terms_.partition, channel_of(terms_.to)),
                 .epoch = terms_.epoch,
                 .msg_count = 0,
                 .flags = kSnapshot,
                 .header_version = kPacketHeaderVersion});
}

void SnapshotPicture::end_packet() noexcept {
  packet_bytes_[packet_count_++] = static_cast<std::uint16_t>(writer_.finish(0).size());
}

template <class Body>
void SnapshotPicture::add(const Body& body) noexcept {
  if (writer_.add(body)) return;
  end_packet();
  begin_packet();
  const bool fits = writer_.add(body);
  HG_ASSERT(fits, cut_);
}

}  // namespace hourglass::marketdata

// Packets as they are written and read, and as they should not be.
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "marketdata/wire/message_catalog.h"
#include "marketdata/wire/message_json.h"
#include "marketdata/wire/packet_reader.h"
#include "marketdata/wire/packet_writer.h"
#include "tests/feed/filled.h"

namespace hourglass::marketdata::test {
namespace {

using Bytes = std::vector<std::byte>;

constexpr PacketHeader kHeader{.seq_num = 41,
                               .sending_time = 0,
                               .channel_id = 17,
                               .epoch = 3,
                               .msg_count = 0,
                               .flags = kIncremental,
                               .header_version = kPacketHeaderVersion};

// A writer with its bytes.
class Packet {
 public:
  Packet() { writer.begin(kHeader); }
  Bytes bytes() {
    const auto done = writer.finish(99);
    return {done.begin(), done.end()};
  }

 private:
  std::array<std::byte, kMaxPacketBytes> buffer_{};

 public:
  PacketWriter writer{buffer_};
};

// Of three messages: one to be padded, one with a group, one as it is.
Bytes three_messages() {
  Packet packet;
  Filler filler(Filling::kDistinct);
  EXPECT_TRUE(packet.writer.add(filler.filled<OrderAdd>()));
  const auto levels = filler.entries<LevelEntry>(2);
  EXPECT_TRUE(packet.writer.add(filler.filled<BookUpdate>(), std::span<const LevelEntry>(levels)));
  EXPECT_TRUE(packet.writer.add(filler.filled<OrderExecuted>()));
  return packet.bytes();
}
constexpr std::size_t kSecond = sizeof(PacketHeader) + 56;  // where its second frame begins
constexpr std::size_t kThird = kSecond + 88;

template <class T>
void put(Bytes& bytes, std::size_t at, T value) {
  ASSERT_LE(at + sizeof(value), bytes.size());
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

struct Read {
  PacketFault fault = PacketFault::kNone;
  std::vector<std::uint16_t> templates{};
  std::size_t consumed = 0;
  std::size_t bodies = 0;  // of a template this knows
};

// Reads all there is to read, from a place with nothing behind it: the address sanitizer sees a
// step beyond.
Read read(const Bytes& bytes, bool is_stream = false) {
  const std::unique_ptr<std::byte[]> exact(new std::byte[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  PacketReader reader({exact.get(), bytes.size()}, is_stream);
  Read all;
  std::string json;
  while (const auto frame = reader.next()) {
    all.templates.push_back(frame->template_id);
    append_json(*frame, json);
    if (const auto levels = GroupView<LevelEntry>::in(frame->rest)) {
      for (std::size_t i = 0; i < levels->size(); ++i) json += (*levels)[i].price == 0 ? 'z' : 'n';
    }
    std::apply(
        [&](auto... kind) {
          ((all.bodies += frame->as<typename decltype(kind)::Message>() ? 1U : 0U), ...);
        },
        AllMessages{});
  }
  all.fault = reader.fault();
  all.consumed = reader.consumed();
  return all;
}

TEST(Packet, HoldsItsMessagesInPlaceAndZerosBetween) {
  const Bytes bytes = three_messages();
  ASSERT_EQ(bytes.size(), kThird + 64);
  const Read all = read(bytes);
  EXPECT_EQ(all.fault, PacketFault::kNone);
  EXPECT_EQ(all.templates, (std::vector<std::uint16_t>{10, 20, 14}));
  EXPECT_EQ(all.consumed, bytes.size());
  EXPECT_EQ(all.bodies, 3U);
  // Literal bytes of what stands before a block: 88 bytes, SBE little-endian, block of 24, template
  // 20, schema 18503, version 1.
  const std::array<unsigned char, 12> head{0x58, 0, 0x50, 0xEB, 0x18, 0, 0x14, 0, 0x47, 0x48, 1, 0};
  EXPECT_EQ(std::memcmp(bytes.data() + kSecond, head.data(), head.size()), 0);
  const std::array<unsigned char, 4> group{0x18, 0, 2, 0};
  EXPECT_EQ(std::memcmp(bytes.data() + kSecond + 36, group.data(), group.size()), 0);
  for (std::size_t i = kSecond - 4; i < kSecond; ++i) EXPECT_EQ(bytes[i], std::byte{0}) << i;
}

// Both frames of a message: written, read back, and of a length that is a multiple of eight.
template <class Kind>
void write_and_read() {
  using Body = typename Kind::Message;
  Packet packet;
  Filler filler(Filling::kDistinct);
  const Body body = filler.template filled<Body>();
  std::size_t end = sizeof(FrameHeader) + sizeof(Body);
  if constexpr (requires { typename Kind::Entry; }) {
    const auto entries = filler.template entries<typename Kind::Entry>(3);
    ASSERT_TRUE(packet.writer.add(body, std::span<const typename Kind::Entry>(entries)));
    end += sizeof(GroupSize) + 3 * sizeof(typename Kind::Entry);
  } else {
    ASSERT_TRUE(packet.writer.add(body));
  }
  const Bytes bytes = packet.bytes();
  PacketReader reader(bytes);
  const PacketHeader header = reader.header();
  EXPECT_TRUE(header.sending_time == 99 && header.msg_count == 1);
  const auto frame = reader.next();
  ASSERT_TRUE(frame) << Body::kTemplateId;
  EXPECT_EQ(frame->version, kSchemaVersion);
  EXPECT_EQ(frame->bytes.size(), padded(end));
  EXPECT_EQ(frame->bytes.size() % kFrameAlignment, 0U);
  const auto read_back = frame->template as<Body>();
  ASSERT_TRUE(read_back);
  EXPECT_EQ(std::memcmp(&*read_back, &body, sizeof(body)), 0) << Body::kTemplateId;
  EXPECT_FALSE(frame->template as<CycleEnd>() && Body::kTemplateId != CycleEnd::kTemplateId);
  for (std::size_t i = end; i < frame->bytes.size(); ++i) EXPECT_EQ(frame->bytes[i], std::byte{0});
  if constexpr (requires { typename Kind::Entry; }) {
    const auto group = GroupView<typename Kind::Entry>::in(frame->rest);
    ASSERT_TRUE(group);
    ASSERT_EQ(group->size(), 3U);
    const typename Kind::Entry last = (*group)[2];
    EXPECT_EQ(std::memcmp(&last, frame->bytes.data() + end - sizeof(last), sizeof(last)), 0);
  }
}

TEST(Packet, GivesBackEachMessage) {
  std::apply([](auto... kind) { (write_and_read<decltype(kind)>(), ...); }, AllMessages{});
}

TEST(Packet, TestsKnowEachMessage) {
  std::vector<std::uint16_t> ids;
  std::apply([&](auto... kind) { (ids.push_back(decltype(kind)::Message::kTemplateId), ...); },
             AllMessages{});
  std::vector<std::uint16_t> listed;
  for (const MessageInfo& message : kMessages) listed.push_back(message.template_id);
  EXPECT_EQ(ids, listed);
}

TEST(PacketWriter, LeavesAPacketAsItIsWhereAMessageHasNoRoom) {
  Packet packet;
  const OrderAdd body = Filler(Filling::kDistinct).filled<OrderAdd>();
  std::uint32_t count = 0;
  while (packet.writer.add(body)) ++count;
  EXPECT_EQ(count, (kMaxPacketBytes - sizeof(PacketHeader)) / 56);
  const std::size_t size = packet.writer.size();
  const std::vector<LevelEntry> levels(2);
  EXPECT_FALSE(packet.writer.add(BookUpdate{}, std::span<const LevelEntry>(levels)));
  EXPECT_FALSE(packet.writer.add_frame(Bytes(56)));
  EXPECT_EQ(packet.writer.size(), size);
  EXPECT_EQ(packet.writer.msg_count(), count);
  EXPECT_EQ(packet.writer.room(), kMaxPacketBytes - size);
  EXPECT_TRUE(packet.writer.add(CycleEnd{}));  // 24 bytes, of the 32 there are
  EXPECT_EQ(read(packet.bytes()).templates.size(), count + 1);
}

TEST(PacketReader, TakesPacketsWithoutMessages) {
  Packet packet;
  EXPECT_EQ(read(packet.bytes()).fault, PacketFault::kNone);
  const auto last = packet.writer.finish(99, kEndOfSession);
  const Read all = read({last.begin(), last.end()});
  EXPECT_EQ(all.fault, PacketFault::kNone);
  EXPECT_TRUE(all.templates.empty());
}

struct Damage {
  const char* what;
  std::size_t at;
  std::uint16_t value;
  PacketFault fault;
  std::size_t frames;  // read before it
};

constexpr std::array kDamages{
    Damage{"another header", 22, 0x0201, PacketFault::kHeaderVersion, 0},
    Damage{"more messages than there are", 20, 4, PacketFault::kShortFrame, 3},
    Damage{"fewer messages than there are", 20, 2, PacketFault::kCount, 2},
    Damage{"end of session, with messages", 20, kEndOfSession, PacketFault::kCount, 0},
    Damage{"a frame beyond the end", kThird, 72, PacketFault::kShortFrame, 2},
    Damage{"a frame of nothing", kThird, 0, PacketFault::kShortFrame, 2},
    Damage{"a frame shorter than its header", kThird, 8, PacketFault::kShortFrame, 2},
    Damage{"a frame shorter than its block", kSecond + 4, 77, PacketFault::kShortFrame, 1},
    Damage{"a length that is no multiple", kSecond, 84, PacketFault::kFrameAlignment, 1},
    Damage{"big-endian", kSecond + 2, 0x5BE0, PacketFault::kEncoding, 1},
    Damage{"another schema", kSecond + 8, 18504, PacketFault::kSchema, 1},
};

TEST(PacketReader, NamesEachFault) {
  std::set<PacketFault> found;
  const auto expect = [&](const char* what, const Bytes& bytes, PacketFault fault,
                          std::size_t frames) {
    const Read all = read(bytes);
    EXPECT_EQ(all.fault, fault) << what;
    EXPECT_EQ(all.templates.size(), frames) << what;
    found.insert(all.fault);
  };
  expect("nothing wrong", three_messages(), PacketFault::kNone, 3);
  for (const Damage& damage : kDamages) {
    Bytes bytes = three_messages();
    put(bytes, damage.at, damage.value);
    expect(damage.what, bytes, damage.fault, damage.frames);
  }
  expect("nothing", {}, PacketFault::kShortHeader, 0);
  Bytes bytes = three_messages();
  bytes.resize(sizeof(PacketHeader) - 1);
  expect("a piece of a header", bytes, PacketFault::kShortHeader, 0);
  bytes = three_messages();
  bytes.push_back({});
  expect("a byte behind", bytes, PacketFault::kCount, 3);
  bytes.resize(kMaxPacketBytes + 1);
  expect("too much", bytes, PacketFault::kTooLong, 0);
  EXPECT_EQ(found.size(), static_cast<std::size_t>(PacketFault::kCount) + 1);
}

TEST(PacketReader, EndsAPacketInAStreamBehindItsLastFrame) {
  Bytes bytes = three_messages();
  const std::size_t size = bytes.size();
  const Bytes again = bytes;
  bytes.insert(bytes.end(), again.begin(), again.end());
  const Read all = read(bytes, true);
  EXPECT_EQ(all.fault, PacketFault::kNone);
  EXPECT_EQ(all.templates.size(), 3U);
  EXPECT_EQ(all.consumed, size);
  bytes.resize(kMaxPacketBytes + 8);
  EXPECT_EQ(read(bytes, true).fault, PacketFault::kNone);
}

TEST(PacketReader, NeverReadsBeyondWhatIsThereHoweverShort) {
  const Bytes whole = three_messages();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(read(bytes).fault, PacketFault::kNone) << size;
    EXPECT_NE(read(bytes, true).fault, PacketFault::kNone) << size;
  }
}

TEST(PacketReader, NeverReadsBeyondWhatIsThereWhateverByteIsAnother) {
  const Bytes whole = three_messages();
  std::set<PacketFault> found;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (std::uint32_t value = 0; value < 256; ++value) {
      Bytes bytes = whole;
      bytes[at] = static_cast<std::byte>(value);
      for (const bool is_stream : {false, true}) {
        const Read all = read(bytes, is_stream);
        EXPECT_LE(all.consumed, bytes.size());
        found.insert(all.fault);
      }
    }
  }
  EXPECT_EQ(found.size(), 7U);  // all but kShortHeader and kTooLong
}

// A frame of this template with this block and group, as another version would send it.
Bytes one_frame(std::uint16_t template_id, const Bytes& block, const Bytes& rest = {}) {
  const std::size_t end = sizeof(FrameHeader) + block.size() + rest.size();
  Bytes frame(padded(end));
  const FrameHeader header{.frame_length = static_cast<std::uint16_t>(frame.size()),
                           .encoding_type = kSbeLittleEndian,
                           .block_length = static_cast<std::uint16_t>(block.size()),
                           .template_id = template_id,
                           .schema_id = kSchemaId,
                           .version = 2};
  std::memcpy(frame.data(), &header, sizeof(header));
  std::copy(block.begin(), block.end(), frame.begin() + sizeof(header));
  std::copy(rest.begin(), rest.end(),
            frame.begin() + static_cast<std::ptrdiff_t>(sizeof(header) + block.size()));
  Packet packet;
  EXPECT_TRUE(packet.writer.add_frame(frame));
  return packet.bytes();
}

template <class Body>
Bytes block_of(const Body& body, std::size_t size) {
  Bytes block(size, std::byte{0x77});
  std::memcpy(block.data(), &body, std::min(size, sizeof(body)));
  return block;
}

TEST(PacketReader, CutsLongerBlocksAndFillsShorterOnesWithNull) {
  const TopOfBook body = Filler(Filling::kDistinct).filled<TopOfBook>();
  const Bytes longer = one_frame(TopOfBook::kTemplateId, block_of(body, sizeof(body) + 12));
  PacketReader longer_reader(longer);
  const auto frame = longer_reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->version, 2U);
  const auto cut = frame->as<TopOfBook>();
  ASSERT_TRUE(cut);
  EXPECT_EQ(std::memcmp(&*cut, &body, sizeof(body)), 0);

  const Bytes shorter = one_frame(TopOfBook::kTemplateId, block_of(body, 36));
  PacketReader shorter_reader(shorter);
  const auto short_frame = shorter_reader.next();
  ASSERT_TRUE(short_frame);
  const auto filled = short_frame->as<TopOfBook>();
  ASSERT_TRUE(filled);
  TopOfBook expected;
  std::memset(&expected, 0xFF, sizeof(expected));
  std::memcpy(&expected, &body, 36);
  EXPECT_EQ(std::memcmp(&*filled, &expected, sizeof(expected)), 0);
  std::string json;
  ASSERT_TRUE(append_json(*short_frame, json));
  EXPECT_THAT(json, testing::HasSubstr("\"bidQty\":null"));
}

TEST(PacketReader, TakesAGroupsEntriesAsLongAsTheyAreSaidToBe) {
  Bytes rest(sizeof(GroupSize) + 2 * 32, std::byte{0x77});
  const GroupSize size{.block_length = 32, .num_in_group = 2};
  std::memcpy(rest.data(), &size, sizeof(size));
  const LevelEntry entry = Filler(Filling::kDistinct).filled<LevelEntry>();
  std::memcpy(rest.data() + sizeof(size) + 32, &entry, sizeof(entry));
  const Bytes bytes = one_frame(BookUpdate::kTemplateId, Bytes(sizeof(BookUpdate)), rest);
  PacketReader reader(bytes);
  const auto frame = reader.next();
  ASSERT_TRUE(frame);
  const auto levels = GroupView<LevelEntry>::in(frame->rest);
  ASSERT_TRUE(levels);
  const LevelEntry second = (*levels)[1];
  EXPECT_EQ(std::memcmp(&second, &entry, sizeof(entry)), 0);
  EXPECT_FALSE(GroupView<LevelEntry>::in(frame->rest.first(3)));
  EXPECT_FALSE(GroupView<LevelEntry>::in(frame->rest.first(sizeof(GroupSize) + 2 * 32 - 1)));
  rest[0] = std::byte{23};
  EXPECT_FALSE(GroupView<LevelEntry>::in(rest));
}

TEST(MessageJson, TakesNoGroupWhoseEntriesAreShorterThanTheyEverWere) {
  std::array<std::byte, kMaxPacketBytes> buffer;
  PacketWriter writer(buffer);
  PacketHeader header{};
  header.header_version = kPacketHeaderVersion;
  writer.begin(header);
  const std::array<LevelEntry, 2> entries{};
  ASSERT_TRUE(writer.add(BookUpdate{}, std::span<const LevelEntry>(entries)));
  const std::span<const std::byte> packet = writer.finish(0);
  const std::size_t group = sizeof(PacketHeader) + sizeof(FrameHeader) + sizeof(BookUpdate);
  for (const std::uint16_t entry_bytes : std::array<std::uint16_t, 4>{0, 1, 21, 24}) {
    SCOPED_TRACE(entry_bytes);
    std::memcpy(buffer.data() + group, &entry_bytes, sizeof(entry_bytes));
    std::string out;
    PacketReader reader(packet);
    EXPECT_EQ(append_json(*reader.next(), out), entry_bytes == 24);
    EXPECT_EQ(out.empty(), entry_bytes != 24) << out;
  }
}

TEST(PacketReader, PassesOverMessagesItDoesNotKnow) {
  Packet packet;
  const Bytes stranger = one_frame(199, Bytes(41));
  EXPECT_TRUE(packet.writer.add_frame(std::span(stranger).subspan(sizeof(PacketHeader))));
  EXPECT_TRUE(packet.writer.add(Filler(Filling::kDistinct).filled<OrderDelete>()));
  const Bytes bytes = packet.bytes();
  const Read all = read(bytes);
  EXPECT_EQ(all.fault, PacketFault::kNone);
  EXPECT_EQ(all.templates, (std::vector<std::uint16_t>{199, 12}));
  PacketReader reader(bytes);
  std::string json;
  EXPECT_FALSE(append_json(*reader.next(), json));
  EXPECT_EQ(json, "");
}

}  // namespace
}  // namespace hourglass::marketdata::test

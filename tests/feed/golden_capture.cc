#include "tests/feed/golden_capture.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "marketdata/wire/message_json.h"
#include "marketdata/wire/packet_reader.h"
#include "marketdata/wire/packet_writer.h"
#include "tests/feed/filled.h"

namespace hourglass::marketdata::test {
namespace {

constexpr std::uint64_t kFirstTime = 1'796'000'000'123'456'789;  // in December 2026

// Adds messages, and begins a new packet where one has no room.
class Packing {
 public:
  explicit Packing(bool is_tcp) : is_tcp_(is_tcp) { begin(); }

  template <class Body, class... Entries>
  void add(const Body& body, Entries... entries) {
    if (writer_.add(body, entries...)) return;
    end();
    static_cast<void>(writer_.add(body, entries...));
  }
  void end() { finish(writer_.msg_count()); }
  void end_of_session() { finish(kEndOfSession); }

  std::vector<GoldenPacket> packets{};

 private:
  void begin() {
    const std::size_t number = packets.size();
    const auto kind = static_cast<ChannelKind>(1 + number % 6);
    writer_.begin({.seq_num = 0x0102'0304'0506'0708 + 100 * number,
                   .sending_time = 0,
                   .channel_id = channel_id(static_cast<std::uint16_t>(3 + number), kind),
                   .epoch = static_cast<std::uint16_t>(0xA1B0 + number),
                   .msg_count = 0,
                   .flags = static_cast<std::uint8_t>(number % 32),
                   .header_version = kPacketHeaderVersion});
  }
  void finish(std::uint16_t msg_count) {
    const auto bytes = writer_.finish(kFirstTime + 1'000 * packets.size(), msg_count);
    packets.push_back({.bytes = {bytes.begin(), bytes.end()}, .is_tcp = is_tcp_});
    begin();
  }

  bool is_tcp_;
  std::array<std::byte, kMaxPacketBytes> buffer_{};
  PacketWriter writer_{buffer_};
};

template <class Kind>
void add_message(Filler& filler, Packing& packing) {
  using Body = typename Kind::Message;
  if constexpr (requires { typename Kind::Entry; }) {
    using Entry = typename Kind::Entry;
    for (const std::size_t count : {0U, 1U, 3U}) {
      const std::vector<Entry> entries = filler.template entries<Entry>(count);
      packing.add(filler.template filled<Body>(), std::span<const Entry>(entries));
    }
  } else {
    packing.add(filler.template filled<Body>());
  }
}

void add_all(Filling filling, Packing& packing) {
  Filler filler(filling);
  std::apply([&](auto... kind) { (add_message<decltype(kind)>(filler, packing), ...); },
             AllMessages{});
  packing.end();
}

constexpr std::size_t kMostValues = 11;  // of one enum: TradingStatusCode

// A message with each value of its enums.
template <class Body>
void add_values(Packing& packing) {
  const std::span<const FieldInfo> all = fields::Of<Body>::kAll;
  if (std::none_of(all.begin(), all.end(),
                   [](const FieldInfo& field) { return field.kind == FieldKind::kValue; })) {
    return;
  }
  // A filler for each, so that one message's turns do not shift another's.
  Filler filler(Filling::kDistinct);
  for (std::size_t i = 0; i < kMostValues; ++i) {
    if constexpr (std::is_same_v<Body, BookUpdate>) {
      const std::vector<LevelEntry> entries = filler.entries<LevelEntry>(2);
      packing.add(filler.filled<Body>(), std::span<const LevelEntry>(entries));
    } else {
      packing.add(filler.filled<Body>());
    }
  }
}

// --- pcap ----------------------------------------------------------------------------------------

using Bytes = std::span<const std::byte>;

// Integers of either order, appended.
template <class Integer>
void append_little(std::string& out, Integer value) {
  for (std::size_t i = 0; i < sizeof(value); ++i) out += static_cast<char>(value >> (8 * i));
}
template <class Integer>
void append_big(std::string& out, Integer value) {
  for (std::size_t i = sizeof(value); i-- > 0;) out += static_cast<char>(value >> (8 * i));
}
void append_bytes(std::string& out, Bytes bytes) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

constexpr std::uint32_t kRawIp = 101;  // LINKTYPE_RAW
constexpr std::uint32_t kVenue = 0x0A00'0001;
constexpr std::uint32_t kMember = 0x0A00'0002;
constexpr std::uint32_t kGroup = 0xEF00'0001;
constexpr std::uint16_t kPort = 40'001;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

// RFC 1071, of an even number of bytes.
std::uint16_t internet_checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]) << 8 |
                                      static_cast<unsigned char>(bytes[i + 1]));
  }
  sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~((sum & 0xFFFF) + (sum >> 16)));
}

class PcapText {
 public:
  PcapText() {
    append_little<std::uint32_t>(text, 0xA1B2'C3D4);
    append_little<std::uint16_t>(text, 2);
    append_little<std::uint16_t>(text, 4);
    append_little<std::uint64_t>(text, 0);  // UTC
    append_little<std::uint32_t>(text, 65'535);
    append_little<std::uint32_t>(text, kRawIp);
  }

  void udp(Bytes payload) {
    std::string datagram;
    append_big<std::uint16_t>(datagram, kPort);
    append_big<std::uint16_t>(datagram, kPort);
    append_big<std::uint16_t>(datagram, static_cast<std::uint16_t>(8 + payload.size()));
    append_big<std::uint16_t>(datagram, 0);  // no checksum
    append_bytes(datagram, payload);
    record(kUdp, kGroup, datagram);
  }

  // The next bytes of the one stream there is.
  void tcp(Bytes payload) {
    std::string segment;
    append_big<std::uint16_t>(segment, kPort);
    append_big<std::uint16_t>(segment, kPort + 1);
    append_big<std::uint32_t>(segment, stream_at_);
    append_big<std::uint32_t>(segment, 1);
    append_big<std::uint16_t>(segment, 0x5018);  // 20 bytes of header; PSH, ACK
    append_big<std::uint16_t>(segment, 65'535);
    append_big<std::uint32_t>(segment, 0);  // a checksum that is not looked at
    append_bytes(segment, payload);
    stream_at_ += static_cast<std::uint32_t>(payload.size());
    record(kTcp, kMember, segment);
  }

  std::string text{};

 private:
  void record(std::uint8_t protocol, std::uint32_t to, const std::string& payload) {
    std::string header;
    append_big<std::uint32_t>(header,
                              static_cast<std::uint32_t>(0x4500'0000 + 20 + payload.size()));
    append_big<std::uint32_t>(header, 0x0000'4000);  // not to be cut
    append_big<std::uint16_t>(header, static_cast<std::uint16_t>(1 << 8 | protocol));
    append_big<std::uint16_t>(header, 0);
    append_big<std::uint32_t>(header, kVenue);
    append_big<std::uint32_t>(header, to);
    const std::uint16_t checksum = internet_checksum(header);
    header[10] = static_cast<char>(checksum >> 8);
    header[11] = static_cast<char>(checksum);
    const auto bytes = static_cast<std::uint32_t>(header.size() + payload.size());
    append_little<std::uint32_t>(text, static_cast<std::uint32_t>(kFirstTime / 1'000'000'000));
    append_little<std::uint32_t>(text, count_++);
    append_little<std::uint32_t>(text, bytes);
    append_little<std::uint32_t>(text, bytes);
    text += header;
    text += payload;
  }

  std::uint32_t count_ = 0;
  std::uint32_t stream_at_ = 1;
};

}  // namespace

std::vector<GoldenPacket> golden_packets() {
  Packing udp(false);
  for (const Filling filling :
       {Filling::kDistinct, Filling::kNulls, Filling::kGreatest, Filling::kLeast}) {
    add_all(filling, udp);
  }
  std::apply([&](auto... kind) { (add_values<typename decltype(kind)::Message>(udp), ...); },
             AllMessages{});
  udp.end();
  udp.end();  // a sign of life
  udp.end_of_session();
  Packing tcp(true);
  add_all(Filling::kDistinct, tcp);
  tcp.end();
  tcp.add(Filler(Filling::kNulls).filled<ReplayComplete>());
  tcp.end();
  tcp.end_of_session();
  udp.packets.insert(udp.packets.end(), tcp.packets.begin(), tcp.packets.end());
  return udp.packets;
}

std::string golden_pcap(const std::vector<GoldenPacket>& packets) {
  PcapText pcap;
  std::vector<std::byte> stream;
  for (const GoldenPacket& packet : packets) {
    if (packet.is_tcp) {
      stream.insert(stream.end(), packet.bytes.begin(), packet.bytes.end());
    } else {
      pcap.udp(packet.bytes);
    }
  }
  // A first segment that the dissector can tell by; then one that ends within a frame's header.
  Bytes rest(stream);
  for (const std::size_t size : {40U, 27U, 700U, 301U, 5U, 613U}) {
    const Bytes segment = rest.first(std::min(size, rest.size()));
    pcap.tcp(segment);
    rest = rest.subspan(segment.size());
  }
  pcap.tcp(rest);
  return pcap.text;
}

std::string golden_json(const std::vector<GoldenPacket>& packets) {
  std::string json;
  for (const GoldenPacket& packet : packets) {
    PacketReader reader(packet.bytes);
    append_json(reader.header(), json);
    json += '\n';
    while (const auto frame = reader.next()) {
      if (!append_json(*frame, json)) json += "not read";
      json += '\n';
    }
    if (reader.fault() != PacketFault::kNone) json += "fault\n";
  }
  return json;
}

}  // namespace hourglass::marketdata::test

// Real sockets on the loopback interface.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "fmt/format.h"
#include "marketdata/feed/multicast_receiver.h"
#include "marketdata/publish/multicast_lines.h"
#include "tests/feed/own_group.h"

namespace hourglass::marketdata {
namespace {

using testing::HasSubstr;

constexpr std::uint16_t kPort = 31000;

std::vector<std::byte> packet(std::uint8_t mark, std::size_t bytes) {
  return std::vector<std::byte>(bytes, static_cast<std::byte>(mark));
}

struct Received {
  std::vector<std::byte> bytes;
  SenderAddress sender;
};

std::vector<Received> receive_all(MulticastReceiver& receiver, std::size_t count) {
  std::vector<Received> all;
  std::array<std::byte, 2048> buffer;
  while (all.size() < count) {
    pollfd waiting{.fd = receiver.descriptor(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 2000) <= 0) break;
    SenderAddress sender;
    while (const auto got = receiver.receive(buffer, sender)) {
      all.push_back({{got->begin(), got->end()}, sender});
    }
  }
  return all;
}

std::unique_ptr<MulticastLines> open_lines() {
  const std::vector<LineSettings> settings{{.group = own_group(0), .base_port = kPort},
                                           {.group = own_group(1), .base_port = kPort}};
  auto lines = MulticastLines::open(settings);
  EXPECT_TRUE(lines.ok()) << lines.status();
  return *std::move(lines);
}

std::uint16_t port_of(Stream stream) {
  return static_cast<std::uint16_t>(kPort + static_cast<std::uint16_t>(stream));
}

TEST(Multicast, BothLinesCarryEveryPacketOnItsStreamFromSocketsOfTheirOwn) {
  MulticastReceiver orders_a(own_group(0), port_of(Stream::kOrders));
  MulticastReceiver orders_b(own_group(1), port_of(Stream::kOrders));
  MulticastReceiver top_a(own_group(0), port_of(Stream::kTop));
  ASSERT_EQ(orders_a.error() + orders_b.error() + top_a.error(), "");
  const auto lines = open_lines();

  // More than a batch, of all sizes up to the greatest.
  std::vector<std::vector<std::byte>> sent;
  for (std::size_t i = 0; i < MulticastLines::kBatch + 10; ++i) {
    sent.push_back(packet(static_cast<std::uint8_t>(i), i % 2 == 0 ? 24 : kMaxPacketBytes));
    lines->send(Stream::kOrders, sent.back());
  }
  lines->send(Stream::kTop, packet(200, 30));
  lines->flush();

  std::vector<SenderAddress> senders;
  for (MulticastReceiver* receiver : {&orders_a, &orders_b}) {
    const std::vector<Received> got = receive_all(*receiver, sent.size());
    ASSERT_EQ(got.size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_EQ(got[i].bytes, sent[i]) << i;
      EXPECT_EQ(got[i].sender, got[0].sender) << i;
    }
    senders.push_back(got[0].sender);
  }
  EXPECT_NE(senders[0], senders[1]);
  const std::vector<Received> top = receive_all(top_a, 1);
  ASSERT_EQ(top.size(), 1U);
  EXPECT_EQ(top[0].bytes, packet(200, 30));
  EXPECT_EQ(lines->source(0), fmt::format("127.0.0.1:{}", senders[0].port));
  for (std::size_t line = 0; line < 2; ++line) {
    EXPECT_EQ(lines->counts(line), (LineCounts{.sent = sent.size() + 1}));
  }
}

TEST(Multicast, AReceiverGetsNoOtherGroupsPackets) {
  MulticastReceiver mine(own_group(0), port_of(Stream::kOrders));
  MulticastReceiver others(own_group(1), port_of(Stream::kOrders));
  const std::vector<LineSettings> only_b{{.group = own_group(1), .base_port = kPort}};
  const auto lines = MulticastLines::open(only_b);
  ASSERT_TRUE(lines.ok()) << lines.status();
  (*lines)->send(Stream::kOrders, packet(1, 24));
  (*lines)->flush();
  EXPECT_EQ(receive_all(others, 1).size(), 1U);
  std::array<std::byte, 2048> buffer;
  SenderAddress sender;
  EXPECT_FALSE(mine.receive(buffer, sender).has_value());
}

TEST(Multicast, WhatIsNoLineIsRefusedByName) {
  struct Row {
    LineSettings settings;
    std::string words;
  };
  const std::vector<Row> rows{
      {{.group = "10.0.0.1", .base_port = kPort}, "\"10.0.0.1\" is no IPv4 multicast group"},
      {{.group = "", .base_port = kPort}, "\"\" is no IPv4 multicast group"},
      {{.group = "239.1.1.1", .base_port = 0}, "0 is no base port"},
      {{.group = "239.1.1.1", .base_port = 65530}, "65530 is no base port: 8 ports"},
      {{.group = "239.1.1.1", .base_port = kPort, .interface = "lo"}, "\"lo\" is no IPv4 address"},
      {{.group = "239.1.1.1", .base_port = kPort, .interface = "203.0.113.7"},
       "interface 203.0.113.7 cannot be sent from"},
  };
  for (const Row& row : rows) {
    const auto lines = MulticastLines::open(std::span(&row.settings, 1));
    EXPECT_THAT(std::string(lines.status().message()), HasSubstr(row.words));
  }
  EXPECT_THAT(MulticastReceiver("10.0.0.1", kPort).error(), HasSubstr("no IPv4 multicast group"));
  EXPECT_THAT(MulticastReceiver("239.1.1.1", kPort, "lo").error(), HasSubstr("no IPv4 address"));
  EXPECT_THAT(MulticastReceiver("239.1.1.1", kPort, "203.0.113.7").error(),
              HasSubstr("cannot be joined"));
}

}  // namespace
}  // namespace hourglass::marketdata

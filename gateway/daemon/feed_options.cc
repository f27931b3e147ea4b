#include "gateway/daemon/feed_options.h"

#include <string>

#include "fmt/format.h"

namespace hourglass::gateway {
namespace {

constexpr std::int64_t kMaxPort = 65'535;
constexpr std::int64_t kMaxTtl = 255;

}  // namespace

void FeedOptions::declare(engine::CommandLine& line) {
  line.flag("no-feed", none_, "publish no market data");
  line.number("feed-port", port_, {.min = 1, .max = kMaxPort - marketdata::kStreamCount},
              "the first of the feed's ports, one for each stream");
  line.number("feed-retransmission-port", retransmission_port_, {.min = 0, .max = kMaxPort},
              "where messages are asked for again by UDP; 0 takes any free port");
  line.text("feed-group-a", group_a_, "IP", "the multicast group of line A");
  line.text("feed-group-b", group_b_, "IP", "the multicast group of line B");
  line.text("feed-interface", interface_, "IP",
            "the address of the interface the feed is sent from, and of the retransmission port");
  line.number("feed-ttl", ttl_, {.min = 0, .max = kMaxTtl},
              "routers the feed may pass; 0 keeps it on this machine, 1 on its network");
}

absl::StatusOr<std::optional<FeedSettings>> FeedOptions::settings() const {
  if (none_) return std::nullopt;
  const auto base_port = static_cast<std::uint16_t>(port_);
  const auto line_to = [&](std::string_view group) {
    return marketdata::LineSettings{.group = std::string(group),
                                    .base_port = base_port,
                                    .interface = std::string(interface_),
                                    .ttl = static_cast<std::uint8_t>(ttl_)};
  };
  if (group_a_ == group_b_) {
    return absl::InvalidArgumentError(
        fmt::format("lines A and B both go to {}: one is to be there when the other is not",
                    std::string(group_a_)));
  }
  FeedSettings settings;
  settings.lines = {line_to(group_a_), line_to(group_b_)};
  settings.retransmission.address = std::string(interface_);
  settings.retransmission.port = static_cast<std::uint16_t>(retransmission_port_);
  return settings;
}

}  // namespace hourglass::gateway

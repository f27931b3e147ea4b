// The golden packets: each message of the feed several times, as one would capture them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hourglass::marketdata::test {

struct GoldenPacket {
  std::vector<std::byte> bytes;
  bool is_tcp;
};

// Each message with fields all different, with nulls, with the greatest and the least there is; its
// group with no entry, one and several; packets without messages; over UDP, and some over TCP.
std::vector<GoldenPacket> golden_packets();

// Them as a pcap file: UDP datagrams in order, then the TCP packets as one stream, whose segments
// end within packets and hold several.
std::string golden_pcap(const std::vector<GoldenPacket>& packets);

// A line of JSON for each packet and each message, as our decoder reads them.
std::string golden_json(const std::vector<GoldenPacket>& packets);

}  // namespace hourglass::marketdata::test

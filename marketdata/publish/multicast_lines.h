// MulticastLines: packets out on lines A and B, each from a socket of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "marketdata/wire/packet.h"
#include "marketdata/wire/streams.h"

namespace hourglass::marketdata {

// Defaults reach nobody beyond this host: the loopback interface, time to live 0.
struct LineSettings {
  std::string group;                    // IPv4, 224.0.0.0 to 239.255.255.255
  std::uint16_t base_port = 0;          // a stream's port is this and its number
  std::string interface = "127.0.0.1";  // the sending interface's address
  std::uint8_t ttl = 0;
};

// What became of a line's packets.
struct LineCounts {
  std::uint64_t sent = 0;
  std::uint64_t refused = 0;    // by the system: no room, no route; nobody got them on this line
  std::int32_t last_error = 0;  // errno of the last refusal

  friend bool operator==(const LineCounts&, const LineCounts&) = default;
};

// Thread: one. A line's failure does not touch the other.
class MulticastLines {
 public:
  static constexpr std::size_t kBatch = 64;

  // One or two lines. Errors: kInvalidArgument for what is no group, interface or port range, with
  // its text; the system's for a socket.
  static absl::StatusOr<std::unique_ptr<MulticastLines>> open(std::span<const LineSettings> lines);
  ~MulticastLines();
  MulticastLines(const MulticastLines&) = delete;
  MulticastLines& operator=(const MulticastLines&) = delete;

  // Takes a copy of the packet, to be sent behind those taken before; sends what is taken when that
  // is kBatch. Packets have at most kMaxPacketBytes. Cost: a copy.
  void send(Stream stream, std::span<const std::byte> packet) noexcept;
  // Sends what was taken, on all lines. Never waits: what the system does not take at once is lost
  // on that line, and counted. Cost: one system call a line, about 4 us a packet on loopback.
  void flush() noexcept;

  [[nodiscard]] std::size_t line_count() const noexcept { return lines_.size(); }
  // `line` is below line_count().
  [[nodiscard]] const LineCounts& counts(std::size_t line) const noexcept {
    return lines_[line].counts;
  }
  // The address packets of this line come from, as "a.b.c.d:port".
  [[nodiscard]] std::string source(std::size_t line) const;

 private:
  struct Line;
  struct Batch;
  struct Line {
    std::int32_t socket = -1;
    std::uint32_t group = 0;  // network order
    std::uint16_t base_port = 0;
    LineCounts counts;
  };

  MulticastLines();
  static absl::StatusOr<Line> open_line(const LineSettings& settings);
  void flush_line(Line& line) noexcept;

  std::vector<Line> lines_;
  std::unique_ptr<Batch> batch_;
  std::size_t waiting_ = 0;
};

}  // namespace hourglass::marketdata

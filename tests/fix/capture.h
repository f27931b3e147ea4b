// FIX on the loopback interface as Wireshark sees it: dumpcap records it, tshark decodes it.
#pragma once

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hourglass::gateway::fix {

// Records a TCP port of the loopback interface into a file. Thread: one. Ends dumpcap when it goes.
class Capture {
 public:
  // What comes from now on is recorded. Errors: kUnavailable with the reason, where dumpcap is not
  // installed or not allowed to, which is a reason to skip a test.
  static absl::StatusOr<Capture> start(std::uint16_t port, std::string file);

  Capture(Capture&& other) noexcept;
  Capture& operator=(Capture&&) = delete;
  ~Capture();

  // Stops when these bytes are in the file, and with them all that came before. False: they did not
  // come in 15 s.
  bool stop_behind(std::string_view last_bytes);

 private:
  Capture(std::string file, pid_t dumpcap, FILE* said)
      : file_(std::move(file)), dumpcap_(dumpcap), said_(said) {}

  std::string file_;
  pid_t dumpcap_;
  FILE* said_;
};

using CountsByType = std::map<std::string, std::uint32_t>;  // by MsgType (35)

struct Decoded {
  CountsByType from_venue;
  CountsByType to_venue;
  std::vector<std::string> faults;  // bytes that are no FIX, malformed packets, wrong checksums
};

// Has tshark decode a recorded file, taking what goes over the port for FIX. Errors: kUnavailable
// where tshark is not installed; kInternal with its words where it cannot read the file.
absl::StatusOr<Decoded> decode(const std::string& file, std::uint16_t port);

}  // namespace hourglass::gateway::fix

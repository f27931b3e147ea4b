// EchoVenue: our FIX door with an application that echoes, as QuickFIX's acceptance suite wants it:
// our transport, framing, session files and resends under that suite's scripts.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "gateway/fix/door/fix_door.h"

namespace hourglass::gateway::fix::test {

struct EchoVenueSettings {
  std::string directory;             // of the sessions' files
  std::string dictionary_directory;  // of the stock FIX44.xml, FIXT11.xml and FIX50SP2.xml
  FixVersion version = FixVersion::kFix44;
  std::string venue = "ISLD";
  std::string member = "TW";
};

// Serves on a thread of its own until it goes.
class EchoVenue {
 public:
  static absl::StatusOr<std::unique_ptr<EchoVenue>> start(const EchoVenueSettings& settings);
  ~EchoVenue();
  EchoVenue(const EchoVenue&) = delete;
  EchoVenue& operator=(const EchoVenue&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  EchoVenue() = default;
  void serve();

  std::unique_ptr<SessionApplication> application_;
  std::unique_ptr<FixDoor> door_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace hourglass::gateway::fix::test

// The options of `hourglass run` that say where and how members reach it by FIX.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/base/command_line.h"
#include "gateway/fix/door/fix_door.h"

namespace hourglass::gateway {

//   FixOptions fix;
//   fix.declare(line);
//   ... parse ...
//   auto settings = fix.settings(line);
class FixOptions {
 public:
  // Adds the options to `line`; this outlives it.
  void declare(engine::CommandLine& line);
  // What was asked for. The plain port is opened on this machine's own addresses only, unless it is
  // asked for by name: passwords and orders would cross the network in the clear. Errors:
  // kInvalidArgument for an address that is none, a certificate without its key, no port left for
  // TLS. Behind the parsing.
  [[nodiscard]] absl::StatusOr<fix::FixDoorSettings> settings(
      const engine::CommandLine& line) const;

 private:
  std::string_view address_ = "127.0.0.1";
  std::int64_t port_ = fix::kDefaultFixPort;
  std::int64_t tls_port_ = fix::kDefaultFixTlsPort;
  std::string_view certificate_;
  std::string_view key_;
  bool in_the_clear_ = false;
};

}  // namespace hourglass::gateway

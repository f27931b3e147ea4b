// The options of a program that connects to a venue by TLS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/base/command_line.h"
#include "gateway/fix/transport/tls_context.h"

namespace hourglass::gateway::fix {

inline constexpr std::int64_t kDefaultClientPort = 9880;
inline constexpr std::int64_t kDefaultClientTlsPort = 9881;

// Thread: one.
struct TlsOptions {
  bool tls = false;
  std::string_view trusted{};
  std::string_view certificate{};
  std::string_view certificate_key{};

  // Adds --tls, --ca, --certificate and --certificate-key to a command line, which they outlive.
  void add_to(engine::CommandLine& line);
  // What to connect with; nothing without --tls. The venue is believed by a file alone: the one
  // named, or what it left in its data directory. Errors: kInvalidArgument where they contradict
  // each other.
  [[nodiscard]] absl::StatusOr<std::optional<TlsClientFiles>> files(
      std::string_view data_dir) const;
};

}  // namespace hourglass::gateway::fix

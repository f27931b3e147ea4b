// ServerProcess: what a load is put on, in a process of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace hourglass::bench {

enum class ServerKind : std::uint8_t {
  kVolatile,    // the venue without a journal
  kDurable,     // the venue as it serves
  kStockTwice,  // QuickFIX's own acceptor, which sends as much as the venue does
  kStock,       // the same, which echoes once
};
inline constexpr std::uint32_t kServerKinds = 4;

// Messages by which a server answers an order: echoes, or a report of the order and one of its
// trade, which comes when it comes.
[[nodiscard]] constexpr std::uint32_t echoes_of(ServerKind kind) noexcept {
  return kind == ServerKind::kStockTwice ? 2 : kind == ServerKind::kStock ? 1 : 0;
}

// "venue, volatile" and so on; for JSON "volatile", "durable", "stock_twice", "stock".
[[nodiscard]] std::string_view describe(ServerKind kind) noexcept;
[[nodiscard]] std::string_view name(ServerKind kind) noexcept;

// A new directory under `parent` that is gone when this is.
class ScratchDirectory {
 public:
  // Errors: the system's.
  static absl::StatusOr<std::unique_ptr<ScratchDirectory>> make(std::string_view parent);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// One session the server knows. The members of a server have one key between them.
struct LoadMember {
  std::string comp_id;
  std::uint32_t account;
};

struct ServerSettings {
  ServerKind kind = ServerKind::kVolatile;
  std::string directory;  // new and empty
  std::vector<LoadMember> members;
  std::string public_key;  // Ed25519, of all members; the stock acceptor asks nobody
};

// Thread: one. Ends the server when it goes.
class ServerProcess {
 public:
  // Starts the server and waits until it listens. The venue is this program run anew, the stock
  // acceptor a fork of this process, which must have one thread. Errors: the system's, and what the
  // server said instead.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> start(const ServerSettings& settings);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // Processor time of all its threads since it began. Units: nanoseconds. 0 once it has ended.
  [[nodiscard]] std::uint64_t cpu_ns() const;
  // The kernel's part of it, in the system's clock ticks of mostly 10 ms. Units: nanoseconds.
  [[nodiscard]] std::uint64_t kernel_ns() const;

 private:
  ServerProcess() = default;
  absl::Status start_venue(const ServerSettings& settings);
  absl::Status start_stock(const ServerSettings& settings);
  absl::Status hear_port();

  pid_t child_ = -1;
  std::uint16_t port_ = 0;
  FILE* output_ = nullptr;
};

}  // namespace hourglass::bench

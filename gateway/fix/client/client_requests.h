// ClientRequests: a trader's words into FIX requests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/client/fix_client.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// Orders whose contract and side are remembered; beyond, all are forgotten and asked for again.
inline constexpr std::size_t kMaxKnownOrders = 1U << 17;

struct ClientRequest {
  std::string msg_type;
  std::string body;
  std::string id;  // that of the answers: 11, 320, 568, 584, 710 or 909
};

// Thread: one.
class ClientRequests {
 public:
  // `begin_string`: FIX.4.4 or FIXT.1.1. Ids made begin with the time, which is that of the start.
  ClientRequests(std::string_view begin_string, std::uint64_t start_ns);

  // What one may say, one form a line.
  static std::string_view help();
  static std::vector<std::string_view> split(std::string_view line);

  // The request of a line's words. Errors: kInvalidArgument with a sentence for the trader;
  // kFailedPrecondition where the order named is not known: ask for its status first.
  absl::StatusOr<ClientRequest> read(const std::vector<std::string_view>& words,
                                     std::uint64_t now_ns);
  // Asks for an order's status, also for one not known.
  ClientRequest status_of(std::string_view id);
  // Learns from an ExecutionReport which contract and side an order has.
  void note(const Message& report);

 private:
  struct KnownOrder {
    std::string symbol;
    std::string side;  // FIX 54
  };

  std::string next_id();
  absl::StatusOr<ClientRequest> enter(const std::vector<std::string_view>& words,
                                      std::uint64_t now_ns);
  absl::StatusOr<ClientRequest> cancel(std::string_view id, std::uint64_t now_ns);
  absl::StatusOr<ClientRequest> replace(const std::vector<std::string_view>& words,
                                        std::uint64_t now_ns);
  ClientRequest cancel_all(std::uint64_t now_ns);
  ClientRequest working_orders();
  ClientRequest list();
  absl::StatusOr<ClientRequest> trades(const std::vector<std::string_view>& words);
  absl::StatusOr<ClientRequest> positions(const std::vector<std::string_view>& words,
                                          std::uint64_t now_ns);
  ClientRequest balance();
  absl::StatusOr<KnownOrder> known(std::string_view id) const;
  [[nodiscard]] ClientRequest finish(std::string id) const;

  bool is_fix44_;
  std::string id_prefix_;
  std::uint64_t ids_made_ = 0;
  MessageWriter writer_;
  std::unordered_map<std::string, KnownOrder> known_;
};

}  // namespace hourglass::gateway::fix

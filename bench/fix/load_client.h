// LoadClient: a venue's members, as cheap as they can be made, since they share its processors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/fix/load_messages.h"
#include "bench/fix/server_process.h"
#include "bench/play/latency_histogram.h"
#include "gateway/fix/client/fix_client.h"

namespace hourglass::bench {

// Orders of one session that may be unanswered.
inline constexpr std::uint64_t kWindow = 256;
inline constexpr std::uint32_t kMaxLoadSessions = 64;
// Accounts the venue funds on a new directory, of sessions with odd and even numbers.
inline constexpr std::uint32_t kBuyersAccount = 11;
inline constexpr std::uint32_t kSellersAccount = 12;

// The sessions B1 to B<count>.
[[nodiscard]] std::vector<LoadMember> load_members(std::uint32_t count);

// A session of a server's on this machine, logged on with the members' key. Errors: FixClient's.
absl::StatusOr<std::unique_ptr<gateway::fix::FixClient>> log_on_member(
    std::uint16_t port, const LoadMember& member, const std::string& secret_key);

// The flow: session B1 buys what B2 sells, B3 what B4 sells, and so on, a contract for each pair
// until they begin again, one lot an order and all at one price; so half the orders rest until the
// other half meets them, and every one is filled. Thread: one; poll() over all sessions.
class LoadClient {
 public:
  // Logs the sessions on, each with a signature by `secret_key`. The server answers each order with
  // so many messages that are no reports of trades, at least 1. Errors: FixClient's.
  static absl::StatusOr<std::unique_ptr<LoadClient>> log_on(std::uint16_t port,
                                                            std::uint32_t session_count,
                                                            const std::string& secret_key,
                                                            std::uint32_t answers_an_order);

  // Sends `orders_each` orders a session, at most kWindow of each unanswered, and returns once
  // there are `fills_an_order` reports of trades for each besides its answer. Errors: kAborted for
  // an answer that should not be, with its text; kDeadlineExceeded where nothing comes for 10 s;
  // kUnavailable.
  absl::Status run(std::uint64_t orders_each, std::uint64_t fills_an_order);
  // Sends `order_count` buy orders that rest, by the first session, each once the one before is
  // answered, and records the time from before its send() to behind the reading of its answer.
  // Units: TscClock's ticks. Errors: as run().
  absl::Status measure(std::uint64_t order_count, LatencyHistogram& ticks);

  // Messages that came on all sessions.
  [[nodiscard]] std::uint64_t message_count() const;

 private:
  struct Session {
    std::unique_ptr<gateway::fix::FixClient> client;
    OrderTemplate order;
    AnswerReader reader{};
    std::uint32_t next_sequence = 0;
    std::uint64_t sent = 0;         // orders, since the logon
    std::uint64_t orders_goal = 0;  // to be answered, since the logon
    std::uint64_t fills_goal = 0;
    std::string out{};
    std::size_t out_sent = 0;

    std::uint32_t answers_an_order = 1;

    [[nodiscard]] std::uint64_t answered() const {
      return reader.answers().orders / answers_an_order;
    }
    [[nodiscard]] bool is_done() const {
      return answered() >= orders_goal && reader.answers().fills >= fills_goal;
    }
  };

  LoadClient() = default;
  static absl::Status send_some(Session& session);
  static absl::Status read_some(Session& session);
  static void fill_window(Session& session);

  std::vector<Session> sessions_;
};

}  // namespace hourglass::bench

// Authenticator: the thread that checks logons, so that hashing a password stops no order.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/members/failed_logons.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/members/secret_text.h"

namespace hourglass::gateway::fix {

// Logons that are waiting, being checked, or checked and not yet collected.
inline constexpr std::uint32_t kMaxWaitingLogons = 256;

// Checks one logon after another on a thread of its own. start_cryptography() must have been called
// before the first submit().
//
//   Authenticator authenticator([&loop] { loop.wake(); });
//   authenticator.submit({number, *members.find(sender), claim});
//   // later, woken:
//   Authenticator::Result result;
//   while (authenticator.poll(result)) answer(result.id, result.status);
class Authenticator {
 public:
  // A logon to check, with copies of all it needs. The password's copy is wiped when it is done.
  struct Request {
    Request(std::uint64_t request_id, Member claimed, const LogonClaim& claim);
    // Views into this request.
    [[nodiscard]] LogonClaim claim() const;

    std::uint64_t id;  // the caller's, handed back
    Member member;
    std::string sender;
    std::string target;
    std::string sequence;
    std::string sending_time;
    std::string username;
    SecretText password;
    std::string raw_data;
    std::uint64_t received_ns;
  };
  struct Result {
    std::uint64_t id = 0;
    // As authenticate(); besides, kUnauthenticated after too many failures (FailedLogons).
    absl::Status status;
  };

  // `wake` is called after each result, on the worker's thread and without a lock held; it must not
  // call back, and is called for the last time before the destructor returns.
  explicit Authenticator(std::function<void()> wake);
  // Waits for the check in hand only; what waits behind it is dropped. Cost: at most that of one
  // authenticate().
  ~Authenticator();
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // Hands a logon over. Errors: false where kMaxWaitingLogons are there; the request is dropped.
  // Thread: the owner's. Cost: a lock held for some instructions.
  [[nodiscard]] bool submit(Request request);
  // The next result, in the order of the requests; false where there is none. Thread: the owner's.
  // Cost: as submit().
  [[nodiscard]] bool poll(Result& result);

 private:
  void run();
  Result check(const Request& request);

  const std::function<void()> wake_;
  RecentSignatures recent_;  // the worker's
  FailedLogons failed_;      // the worker's

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Request> requests_;
  std::deque<Result> results_;
  std::uint32_t outstanding_ = 0;  // submitted and not collected
  bool is_stopping_ = false;

  std::thread worker_;  // last: it uses all of the above
};

}  // namespace hourglass::gateway::fix

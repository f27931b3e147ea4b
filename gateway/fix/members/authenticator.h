// Authenticator: the thread that checks logons and changes passwords, so that hashing one, or
// waiting for the disk that keeps it, stops no order.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <variant>

#include "absl/status/status.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/members/failed_logons.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/members/secret_text.h"

namespace hourglass::gateway::fix {

// Logons that are waiting, being checked, or checked and not yet collected.
inline constexpr std::uint32_t kMaxWaitingLogons = 256;
// The same of password changes. Each takes as long as several logons, which wait behind it.
inline constexpr std::uint32_t kMaxWaitingChanges = 32;

// Does one thing after another, in the order asked for, on a thread of its own.
// start_cryptography() must have been called before the first submit().
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
  // A password to change, for a session that is logged on. The copies are wiped when it is done.
  struct Change {
    std::uint64_t id = 0;  // the caller's, handed back
    Member member;         // with the hash that is good now
    SecretText old_password;
    SecretText new_password;  // check_new_password() found it good
    std::uint64_t received_ns = 0;
  };
  struct Result {
    std::uint64_t id = 0;
    // Of a logon as authenticate(); besides, kUnauthenticated after too many failures
    // (FailedLogons). Of a change, with one sentence for the member: kUnauthenticated where the old
    // password is wrong, which counts as a failed logon; kResourceExhausted after too many of those
    // or without memory; kAborted where another has changed it meanwhile; kNotFound where the
    // session is not listed any more; kUnavailable where it was not recorded.
    absl::Status status;
    bool is_change = false;
    std::string old_hash{};  // of a change: that was checked against
    std::string new_hash{};  // of a change that is done: it is on the disk
    std::string trouble{};   // for the operator: why a change was not recorded
  };

  // `wake` is called after each result, on the worker's thread and without a lock held; it must not
  // call back, and is called for the last time before the destructor returns. Changes are written
  // to the members file of `members_folder`.
  explicit Authenticator(std::function<void()> wake, std::string members_folder = {});
  // Waits for what is in hand only; what waits behind it is dropped. Cost: at most that of one
  // change.
  ~Authenticator();
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // Hands a logon over. Errors: false where kMaxWaitingLogons are there; the request is dropped.
  // Thread: the owner's. Cost: a lock held for some instructions.
  [[nodiscard]] bool submit(Request request);
  // The same for a change, of which kMaxWaitingChanges are taken.
  [[nodiscard]] bool submit_change(Change change);
  // The next result, in the order of the requests; false where there is none. Thread: the owner's.
  // Cost: as submit().
  [[nodiscard]] bool poll(Result& result);

 private:
  using Work = std::variant<Request, Change>;

  void run();
  // The worker's.
  Result carry_out(const Request& request);
  Result carry_out(const Change& change);

  const std::function<void()> wake_;
  const std::string members_folder_;
  RecentSignatures recent_;  // the worker's
  FailedLogons failed_;      // the worker's

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Work> work_;
  std::deque<Result> results_;
  std::uint32_t logons_ = 0;   // submitted and not collected
  std::uint32_t changes_ = 0;  // the same
  bool is_stopping_ = false;

  std::thread worker_;  // last: it uses all of the above
};

}  // namespace hourglass::gateway::fix

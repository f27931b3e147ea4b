// The thread that checks logons, and the ban after failures.
#include "gateway/fix/members/authenticator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/fix/members/authentication.h"
#include "gateway/fix/members/failed_logons.h"
#include "tests/fix/logon_claims.h"

namespace hourglass::gateway::fix {
namespace {

const absl::Status kBanned = absl::UnauthenticatedError("too many failed logons, try again later");

class AuthenticatorTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(start_cryptography(), absl::OkStatus()); }
};

TEST(FailedLogons, BanAfterFiveInARowFor15Seconds) {
  FailedLogons failed;
  for (std::uint64_t i = 0; i < 5; ++i) {
    EXPECT_FALSE(failed.is_banned("A", 100 * kSecond + i)) << i;
    failed.record_failure("A", 100 * kSecond + i);
  }
  EXPECT_TRUE(failed.is_banned("A", 100 * kSecond + 4));
  EXPECT_FALSE(failed.is_banned("B", 100 * kSecond + 4));
  EXPECT_TRUE(failed.is_banned("A", 115 * kSecond + 3));
  EXPECT_FALSE(failed.is_banned("A", 115 * kSecond + 4));
  // The count begins anew behind a ban.
  for (std::uint64_t i = 0; i < 4; ++i) failed.record_failure("A", 116 * kSecond);
  EXPECT_FALSE(failed.is_banned("A", 116 * kSecond));
  failed.record_failure("A", 116 * kSecond);
  EXPECT_TRUE(failed.is_banned("A", 116 * kSecond));
}

TEST(FailedLogons, CountOnlyThoseWithin60Seconds) {
  FailedLogons within;
  FailedLogons beyond;
  for (std::uint64_t i = 0; i < 4; ++i) {
    within.record_failure("A", (100 + i) * kSecond);
    beyond.record_failure("A", (100 + i) * kSecond);
  }
  within.record_failure("A", 160 * kSecond);
  beyond.record_failure("A", 160 * kSecond + 1);
  EXPECT_TRUE(within.is_banned("A", 160 * kSecond));
  EXPECT_FALSE(beyond.is_banned("A", 160 * kSecond + 1));
  beyond.record_failure("A", 161 * kSecond);
  EXPECT_TRUE(beyond.is_banned("A", 161 * kSecond));
}

TEST(FailedLogons, AreForgottenAtASuccess) {
  FailedLogons failed;
  for (std::uint64_t i = 0; i < 4; ++i) failed.record_failure("A", 100 * kSecond);
  failed.record_success("A");
  failed.record_failure("A", 100 * kSecond);
  EXPECT_FALSE(failed.is_banned("A", 100 * kSecond));
}

TEST(FailedLogons, BanTheUnknownWhereThereIsNoRoom) {
  FailedLogons failed;
  for (std::uint32_t i = 0; i < kMaxMembers; ++i) {
    failed.record_failure(fmt::format("M{}", i), 100 * kSecond);
  }
  EXPECT_FALSE(failed.is_banned("M7", 160 * kSecond));
  EXPECT_TRUE(failed.is_banned("NEW", 160 * kSecond));
  EXPECT_FALSE(failed.is_banned("NEW", 160 * kSecond + 1));
}

// Counts wake-ups and waits for them.
class Waker {
 public:
  void wake() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  void wait_for(std::uint32_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }
  [[nodiscard]] std::uint32_t count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint32_t count_ = 0;
};

// A gate the worker stands at after a result until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    is_reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_reached_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_reached_ = false;
  bool is_open_ = false;
};

struct Answer {
  std::uint64_t id;
  absl::Status status;
  bool operator==(const Answer&) const = default;
};

std::vector<Answer> collect(Authenticator& authenticator) {
  std::vector<Answer> answers;
  Authenticator::Result result;
  while (authenticator.poll(result)) answers.push_back({result.id, result.status});
  return answers;
}

TEST_F(AuthenticatorTest, AnswersInOrderAndWakesAfterEachAnswer) {
  Waker waker;
  std::atomic<std::thread::id> waker_thread;
  Authenticator authenticator([&] {
    waker_thread = std::this_thread::get_id();
    waker.wake();
  });
  EXPECT_TRUE(collect(authenticator).empty());
  std::string signature;
  {
    // The request owns what the claim views.
    const std::string password = "open sesame";
    ASSERT_TRUE(authenticator.submit({7, with_password(), claim_of(password)}));
  }
  ASSERT_TRUE(authenticator.submit({3, with_key(), signed_claim(signature)}));
  ASSERT_TRUE(authenticator.submit({4, with_key(), signed_claim(signature)}));
  ASSERT_TRUE(authenticator.submit({5, with_password(), claim_of("wrong")}));
  waker.wait_for(4);
  EXPECT_EQ(collect(authenticator),
            (std::vector<Answer>{
                {7, absl::OkStatus()}, {3, absl::OkStatus()}, {4, kUsed}, {5, kWrongPassword}}));
  EXPECT_EQ(waker.count(), 4U);
  EXPECT_NE(waker_thread.load(), std::this_thread::get_id());
}

TEST_F(AuthenticatorTest, BansASessionAfterFiveFailuresAndNoOther) {
  Waker waker;
  Authenticator authenticator([&] { waker.wake(); });
  std::string signature;
  Member other = with_key();
  other.comp_id = "DESK2";
  LogonClaim from_other = claim_of("");
  from_other.sender = "DESK2";
  signature = sign(keys().secret_key, signed_text(from_other)).value();
  from_other.raw_data = signature;
  LogonClaim wrong = claim_of("");
  wrong.raw_data = "AAAA";
  std::vector<Answer> expected;
  for (std::uint64_t id = 0; id < 5; ++id) {
    ASSERT_TRUE(authenticator.submit({id, with_key(), wrong}));
    expected.push_back({id, kWrongSignature});
  }
  std::string good_signature;
  LogonClaim good = signed_claim(good_signature);
  ASSERT_TRUE(authenticator.submit({5, with_key(), good}));
  expected.push_back({5, kBanned});
  ASSERT_TRUE(authenticator.submit({6, other, from_other}));
  expected.push_back({6, absl::OkStatus()});
  // Attempts during the ban do not lengthen it.
  good.sending_time = "20261128-10:00:15.250";
  good_signature = sign(keys().secret_key, signed_text(good)).value();
  good.raw_data = good_signature;
  good.received_ns = kSentNs + kLogonBanNs - 1;
  ASSERT_TRUE(authenticator.submit({7, with_key(), good}));
  expected.push_back({7, kBanned});
  good.received_ns = kSentNs + kLogonBanNs;
  ASSERT_TRUE(authenticator.submit({8, with_key(), good}));
  expected.push_back({8, absl::OkStatus()});
  waker.wait_for(9);
  EXPECT_EQ(collect(authenticator), expected);
}

TEST_F(AuthenticatorTest, TakesItsMostWaitingLogonsUntilTheyAreCollected) {
  Gate gate;
  Waker waker;
  Authenticator authenticator([&] {
    gate.pass();
    waker.wake();
  });
  LogonClaim empty = claim_of("");
  for (std::uint64_t id = 0; id < kMaxWaitingLogons; ++id) {
    ASSERT_TRUE(authenticator.submit({id, with_key(), empty})) << id;
  }
  EXPECT_FALSE(authenticator.submit({999, with_key(), empty}));
  gate.wait_until_reached();
  EXPECT_FALSE(authenticator.submit({999, with_key(), empty}));  // checked, but not collected
  Authenticator::Result result;
  const bool is_first = authenticator.poll(result) && result.id == 0;
  const bool is_room = authenticator.submit({kMaxWaitingLogons, with_key(), empty});
  const bool is_more_room = authenticator.submit({999, with_key(), empty});
  gate.open();  // before anything ends the test: the worker stands there
  ASSERT_EQ((std::vector<bool>{is_first, is_room, is_more_room}),
            (std::vector<bool>{true, true, false}));
  waker.wait_for(kMaxWaitingLogons + 1);
  std::vector<std::uint64_t> ids;
  for (const Answer& answer : collect(authenticator)) ids.push_back(answer.id);
  std::vector<std::uint64_t> expected;
  for (std::uint64_t id = 1; id <= kMaxWaitingLogons; ++id) expected.push_back(id);
  EXPECT_EQ(ids, expected);
}

TEST_F(AuthenticatorTest, TakesFewChangesSoThatLogonsFindRoom) {
  Gate gate;
  Authenticator authenticator([&] { gate.pass(); });
  const auto submit = [&](std::uint64_t id) {
    Authenticator::Change change{.id = id,
                                 .member = with_key(),
                                 .old_password = SecretText("wrong"),
                                 .new_password = SecretText("open sesame"),
                                 .received_ns = kSentNs};
    return authenticator.submit_change(std::move(change));
  };
  std::vector<bool> taken;
  for (std::uint64_t id = 0; id <= kMaxWaitingChanges; ++id) taken.push_back(submit(id));
  taken.push_back(authenticator.submit({999, with_key(), claim_of("")}));
  gate.open();
  std::vector<bool> expected(kMaxWaitingChanges, true);
  expected.insert(expected.end(), {false, true});
  EXPECT_EQ(taken, expected);
}

TEST_F(AuthenticatorTest, StopsBehindTheCheckInHandAndDropsTheRest) {
  Waker waker;
  {
    Authenticator authenticator([&] { waker.wake(); });
    const LogonClaim claim = claim_of("open sesame");
    for (std::uint64_t id = 0; id < kMaxWaitingLogons; ++id) {
      ASSERT_TRUE(authenticator.submit({id, with_password(), claim}));
    }
  }
  // To check all of them takes seconds.
  EXPECT_LT(waker.count(), kMaxWaitingLogons);
}

}  // namespace
}  // namespace hourglass::gateway::fix

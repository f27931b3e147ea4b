// kill -9 on the real program under FIX traffic, again and again: each member is told each
// execution once, what it was told stays true, and all that is resent is what was sent.
// HOURGLASS_SEED sets the seed, HOURGLASS_KILLS how often.
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/fix/client/fix_client.h"
#include "gateway/fix/wire/fields.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/execution_ledger.h"
#include "tests/fix/venue_dictionary.h"
#include "tests/support/fix_text.h"
#include "tests/support/random_source.h"
#include "tests/support/running_venue.h"

namespace hourglass::gateway::fix {
namespace {

using engine::test::number_from_environment;
using engine::test::RandomSource;
using engine::test::run_program;
using engine::test::RunningVenue;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::chrono::seconds kPatience{60};
constexpr std::uint64_t kSnapshotEvery = 50;
// Requests between two kills; below a second's worth, so that no throttle ends the session.
constexpr std::int64_t kMostRequests = 400;
constexpr std::int64_t kLull = 5;  // ms
constexpr std::uint64_t kLivesPerSnapshot = 4;
constexpr std::uint64_t kUsualKills = 12;

// --- A member
// --------------------------------------------------------------------------------------

struct Credentials {
  std::string comp_id;
  std::string_view version;
  std::string password = {};
  std::string secret_key_hex = {};
};

// Its numbers and its ledger live on; its connections come and go.
class Trader {
 public:
  Trader(Credentials credentials, char side) : credentials_(std::move(credentials)), side_(side) {}

  absl::Status log_on(std::uint16_t port, bool with_next_expected) {
    ClientSettings settings;
    settings.host = "127.0.0.1";
    settings.port = port;
    settings.begin_string = credentials_.version;
    settings.comp_id = credentials_.comp_id;
    settings.password = credentials_.password;
    settings.secret_key_hex = credentials_.secret_key_hex;
    settings.send_next_expected = with_next_expected;
    settings.next_sender = next_sender_;
    settings.next_target = next_target_;
    settings.patience = kPatience;
    settings.on_numbers = [this](std::uint32_t sender, std::uint32_t target) {
      next_sender_ = sender;
      next_target_ = target;
    };
    client_ = std::make_unique<FixClient>(std::move(settings));
    if (const absl::Status status = client_->connect(); !status.ok()) return status;
    return client_->logon();
  }

  // A request of any kind, also such as are refused. It is not waited for.
  void ask_anything(RandomSource& random) {
    // new, immediate, market, cancel, replace, mass cancel, id used twice, malformed, garbled
    constexpr std::array<std::uint32_t, 9> kWeights = {45, 10, 3, 14, 14, 1, 4, 3, 1};
    switch (random.weighted(kWeights)) {
      case 0: return send("D", order(random, random.percent(40) ? '1' : '0'));
      case 1: return send("D", order(random, random.percent(70) ? '3' : '4'));
      case 2:
        return send("D", fmt::format("11={}|38={}|40=1|54={}|55=H100.D1|59=3|{}", fresh_id(),
                                     random.between(1, 9), side_, kTime));
      case 3:
        return send("F", fmt::format("11={}|41={}|54={}|55=H100.D1|{}", fresh_id(),
                                     some_resting_id(random), side_, kTime));
      case 4: return send("G", replace(random));
      case 5: return send("q", fmt::format("11={}|{}530=7|", fresh_id(), kTime));
      case 6:
        return send("D", fmt::format("11={}|38=1|40=2|44=2.35|54={}|55=H100.D1|{}",
                                     some_resting_id(random), side_, kTime));
      case 7: return send("D", malformed(random));
      default: return send_garbled();
    }
  }

  // Takes what has come, and what comes with no pause over `patience`.
  void hear(milliseconds patience) {
    for (;;) {  // ends: when nothing more is there
      const auto message = client_->receive(patience);
      if (!message.ok()) return note_end(message.status());
      if (!message->has_value()) return;
      take(**message);
    }
  }

  // After the venue was killed: takes what the connection still holds, or is itself struck down and
  // does not.
  void lose(bool forgets_the_unread) {
    if (forgets_the_unread) client_->close_abruptly();
    for (;;) {  // ends: with the connection
      const auto message = client_->receive(kPatience);
      if (!message.ok()) return note_end(message.status());
      if (!message->has_value()) return ledger.faults.push_back("the connection does not end");
      take(**message);
    }
  }

  // How the venue says its orders stand. What a venue before this one was still to tell comes
  // before the answer.
  Standings ask_working() {
    const std::string id = fmt::format("Q{}", ++questions_);
    send("AF", fmt::format("584={}|585=7|", id));
    Standings all;
    for (;;) {  // ends: with the last answer
      const auto message = client_->receive(kPatience);
      if (!message.ok() || !message->has_value()) {
        ledger.faults.push_back(fmt::format("no answer: {}", message.status().ToString()));
        return all;
      }
      const Message& report = **message;
      take(report);
      if (report.value(584) != id) continue;
      if (report.value(39) != "8") {
        all[std::string(report.value(37))] =
            standing(report.value(11), number(report, 14), number(report, 151));
      }
      if (report.value(912) == "Y") return all;
    }
  }

  // All application messages from the first on, by a ResendRequest.
  std::map<std::uint32_t, std::string> ask_for_all_again() {
    const std::uint32_t end = next_target_;
    send("2", "7=1|16=0|");
    std::map<std::uint32_t, std::string> all;
    for (std::uint32_t next = 1; next < end;) {
      const auto text = client_->receive_raw(kPatience);
      if (!text.ok() || !text->has_value()) {
        ledger.faults.push_back(fmt::format("no resend: {}", text.status().ToString()));
        return all;
      }
      const Message message(**text);
      if (number(message, 34) != next || message.value(43) != "Y") {
        ledger.faults.push_back(fmt::format("{} is not {} again", readable(**text), next));
        return all;
      }
      if (message.type() != "4") all[next] = lasting(message);
      next = message.type() == "4" ? static_cast<std::uint32_t>(number(message, 36)) : next + 1;
    }
    return all;
  }

  absl::Status log_out() { return client_->logout(); }
  // As a client does that keeps no file of its numbers.
  void forget_what_was_heard() { next_target_ = 1; }

  ExecutionLedger ledger;

 private:
  static constexpr std::string_view kTime = "60=20261128-12:00:00|";
  static constexpr std::size_t kRecentIds = 20;

  // Lost connections are met by who hears.
  void send(std::string_view type, const std::string& body) {
    static_cast<void>(client_->send(type, fix_text(body)));
  }

  void take(const Message& message) {
    std::string breach = test::breach_of_dictionary(message.text());
    if (!breach.empty()) ledger.faults.push_back(std::move(breach));
    if (message.type() == "5") ledger.faults.push_back(readable(message.text()));
    if (message.type() != "3" && message.type() != "5") ledger.take(message);
  }

  void note_end(const absl::Status& status) {
    if (!absl::IsUnavailable(status)) ledger.faults.push_back(status.ToString());
  }

  std::string fresh_id() { return fmt::format("{}-{}", side_, ++ids_made_); }
  // An id that may rest in the book.
  std::string fresh_resting_id() {
    resting_ids_.push_back(fresh_id());
    return resting_ids_.back();
  }
  std::string some_resting_id(RandomSource& random) {
    if (resting_ids_.empty()) return "none";
    const std::size_t back = random.below(std::min(resting_ids_.size(), kRecentIds));
    return resting_ids_[resting_ids_.size() - 1 - back];
  }

  // Some of the buyer's prices cross some of the seller's.
  [[nodiscard]] std::string price(RandomSource& random) const {
    const std::int64_t cents = side_ == '1' ? random.between(230, 233) : random.between(231, 234);
    return fmt::format("2.{}{}", cents - 200, random.between(1, 9));
  }
  std::string order(RandomSource& random, char time_in_force) {
    const bool may_rest = time_in_force == '0' || time_in_force == '1';
    const std::string id = may_rest ? fresh_resting_id() : fresh_id();
    const std::int64_t qty = random.between(1, 20);
    return fmt::format("11={}|38={}|40=2|44={}|54={}|55=H100.D1|59={}|{}{}", id, qty, price(random),
                       side_, time_in_force, kTime, may_rest && qty > 10 ? "111=3|" : "");
  }
  std::string replace(RandomSource& random) {
    const std::string target = some_resting_id(random);
    return fmt::format("11={}|38={}|40=2|41={}|44={}|54={}|55=H100.D1|{}", fresh_resting_id(),
                       random.between(1, 25), target, price(random), side_, kTime);
  }
  std::string malformed(RandomSource& random) {
    constexpr std::array<std::string_view, 5> kBodies = {
        "38=1|40=2|44=cheap|54=1|55=H100.D1|",                                 // no number
        "38=1.5|40=2|44=2.35|54=1|55=H100.D1|", "38=1|40=2|54=1|55=H100.D1|",  // no price
        "38=1|40=2|44=2.35|54=1|",                                             // no contract
        "38=1|40=2|44=2.35|54=1|55=V100.D1|"};                                 // no such one
    return fmt::format("11={}|{}{}", fresh_id(), kBodies[random.below(kBodies.size())], kTime);
  }
  // Passed over, and no number is used.
  void send_garbled() {
    std::string text = whole(credentials_.version, "35=D|34=1|");
    text[text.size() - 2] = text[text.size() - 2] == '0' ? '1' : '0';
    static_cast<void>(client_->send_raw(text));
  }

  Credentials credentials_;
  char side_;  // FIX 54
  std::unique_ptr<FixClient> client_;
  std::uint32_t next_sender_ = 1;
  std::uint32_t next_target_ = 1;
  std::uint32_t questions_ = 0;
  std::uint64_t ids_made_ = 0;
  std::vector<std::string> resting_ids_;
};

// --- The kills
// -------------------------------------------------------------------------------------

class FixKillTest : public testing::Test {
 protected:
  FixKillTest() : seed_(seed()), random_(seed_) {
    std::string directory = testing::TempDir() + "fix-kill-XXXXXX";
    data_dir_ = ::mkdtemp(directory.data());
    RecordProperty("seed", std::to_string(seed_));
  }
  ~FixKillTest() override {
    venue_.reset();
    std::filesystem::remove_all(data_dir_);
  }

  // The buyer logs on with a password, the seller with a key.
  void add_members(std::string_view seller_version) {
    member({"add", "TRADER1", "--accounts", "11"});
    const std::string said = member({"password", "TRADER1", "--generate"});
    Credentials buyer{.comp_id = "TRADER1", .version = kFix44};
    for (std::size_t at = 0; at < said.size();) {
      const std::size_t end = std::min(said.find('\n', at), said.size());
      const std::string line = said.substr(at, end - at);
      if (!line.starts_with("password of")) buyer.password = line;
      at = end + 1;
    }
    buyer_.emplace(buyer, '1');
    const std::string keys = run_program({HOURGLASS_PROGRAM, "member", "keys"}).output;
    const auto word_behind = [&keys](std::string_view name) {
      const std::size_t at = keys.find(name) + name.size();
      return keys.substr(at, keys.find('\n', at) - at);
    };
    member({"add", "TRADER2", "--accounts", "12", "--public-key", word_behind("public "),
            "--version", seller_version == kFix44 ? "4.4" : "5.0"});
    seller_.emplace(Credentials{.comp_id = "TRADER2",
                                .version = seller_version,
                                .secret_key_hex = word_behind("secret ")},
                    '2');
  }

  void start() {
    do {
      venue_ =
          std::make_unique<RunningVenue>(engine::test::VenueStart{.program = HOURGLASS_PROGRAM,
                                                                  .data_dir = data_dir_,
                                                                  .snapshot_every = kSnapshotEvery,
                                                                  .with_fix = true});
    } while (is_killed_while_it_starts());
    const auto greeting = venue_->hear();
    ASSERT_TRUE(greeting.has_value()) << venue_->errors();
    ASSERT_THAT(*greeting, testing::Not(HasSubstr("passed over")));
    if (greeting->find("snapshot of") != std::string::npos) ++starts_from_a_snapshot_;
    const std::uint16_t port = venue_->fix_port();
    ASSERT_NE(port, 0) << venue_->errors();
    for (Trader* trader : {&*buyer_, &*seller_}) {
      ASSERT_EQ(trader->log_on(port, random_.percent(40)), absl::OkStatus()) << venue_->errors();
    }
  }

  bool is_killed_while_it_starts() {
    if (!random_.percent(15)) return false;
    pause(30'000);
    venue_->kill();
    return true;
  }

  // Requests of both members, some of which it waits for, as many as `wanted`.
  void trade(std::int64_t wanted) {
    for (std::int64_t left = wanted; left > 0; --left) {
      Trader& trader = random_.percent(50) ? *buyer_ : *seller_;
      trader.ask_anything(random_);
      // Most is sent without waiting for answers; now and then all so far is answered.
      if (random_.percent(8)) trader.hear(milliseconds(random_.percent(25) ? kLull : 0));
    }
  }

  // Most die too young for a snapshot, or while one is being written: it is the work of a thread
  // that runs when nobody else wants to.
  void trade_until_a_snapshot() {
    constexpr std::uint32_t kRounds = 10'000;
    const std::string before = newest_snapshot();
    for (std::uint32_t round = 0; round < kRounds && newest_snapshot() == before; ++round) {
      trade(5);
      pause(20'000);
    }
    ASSERT_NE(newest_snapshot(), before);
  }
  [[nodiscard]] std::string newest_snapshot() const {
    std::string newest;
    for (const auto& entry : std::filesystem::directory_iterator(data_dir_)) {
      if (entry.path().extension() == ".hgs") {
        newest = std::max(newest, entry.path().filename().string());
      }
    }
    return newest;
  }

  void kill() {
    pause(3'000);
    venue_->kill();
    for (Trader* trader : {&*buyer_, &*seller_}) trader->lose(random_.percent(40));
  }

  // Nothing is under way, so what all were told must agree.
  void check_standings() {
    const Standings bought = buyer_->ask_working();
    const Standings sold = seller_->ask_working();
    ASSERT_THAT(buyer_->ledger.faults, IsEmpty());
    ASSERT_THAT(seller_->ledger.faults, IsEmpty());
    ASSERT_EQ(buyer_->ledger.working(), bought);
    ASSERT_EQ(seller_->ledger.working(), sold);
    ASSERT_EQ(buyer_->ledger.fills, seller_->ledger.fills);
    // Their connections were lost.
    ASSERT_FALSE(buyer_->ledger.has_day_order());
    ASSERT_FALSE(seller_->ledger.has_day_order());
  }

  void trade_through_kills(std::uint64_t kills) {
    for (std::uint64_t life = 0; life < kills; ++life) {
      SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}, before kill {}", seed_, life + 1));
      ASSERT_NO_FATAL_FAILURE(start());
      if (random_.percent(70)) {
        ASSERT_NO_FATAL_FAILURE(check_standings());
      }
      if (life % kLivesPerSnapshot == 0) {
        ASSERT_NO_FATAL_FAILURE(trade_until_a_snapshot());
      }
      trade(random_.between(0, kMostRequests));
      kill();
    }
    SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}, after the kills", seed_));
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_NO_FATAL_FAILURE(check_standings());
  }

  void check_journal() {
    for (const char* action : {"verify", "replay"}) {
      const auto ended = run_program({HOURGLASS_PROGRAM, "audit", action, data_dir_});
      EXPECT_EQ(ended.exit_code, 0) << action << ": " << ended.output;
    }
  }

  // Waits at random up to so many microseconds.
  void pause(std::int64_t microseconds_max) {
    std::this_thread::sleep_for(std::chrono::microseconds(random_.between(0, microseconds_max)));
  }

  std::string member(std::vector<std::string> words) {
    words.insert(words.begin(), {HOURGLASS_PROGRAM, "member"});
    words.insert(words.end(), {"--data-dir", data_dir_});
    const auto ended = run_program(words);
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return ended.output;
  }

  std::uint64_t seed_;
  RandomSource random_;
  std::string data_dir_;
  std::unique_ptr<RunningVenue> venue_;
  std::optional<Trader> buyer_;
  std::optional<Trader> seller_;
  std::uint32_t starts_from_a_snapshot_ = 0;
};

TEST_F(FixKillTest, EachExecutionIsHandedOverOnceAndStaysTrue) {
  add_members(kFix44);
  const std::uint64_t kills = number_from_environment("HOURGLASS_KILLS", kUsualKills);
  ASSERT_NO_FATAL_FAILURE(trade_through_kills(kills));
  EXPECT_EQ(buyer_->log_out(), absl::OkStatus());
  EXPECT_EQ(seller_->log_out(), absl::OkStatus());
  venue_->say("quit");
  EXPECT_EQ(venue_->wait(), 0) << venue_->errors();
  check_journal();
  // The first life leaves a snapshot, so every later one has one to begin with.
  EXPECT_EQ(starts_from_a_snapshot_, kills);
  fmt::print("seed {}: {} starts from a snapshot, {} fills, {} and {} messages\n", seed_,
             starts_from_a_snapshot_, buyer_->ledger.fills.size(),
             buyer_->ledger.handed_over.size(), seller_->ledger.handed_over.size());
  if (kills < kUsualKills) return;
  for (const Trader* trader : {&*buyer_, &*seller_}) {
    for (const char type : {'0', 'F', '4', '5', '8'}) {
      EXPECT_TRUE(trader->ledger.counts.contains(type)) << type << ", seed " << seed_;
    }
    EXPECT_NE(trader->ledger.lost_connection_count, 0U) << seed_;
  }
}

TEST_F(FixKillTest, TheSameHoldsBetweenTheTwoVersionsOfFix) {
  add_members(kFix50);
  ASSERT_NO_FATAL_FAILURE(
      trade_through_kills(number_from_environment("HOURGLASS_KILLS", kUsualKills) / 3 + 1));
  venue_->kill();
  check_journal();
  EXPECT_THAT(seller_->ledger.fills, testing::Not(IsEmpty())) << seed_;
}

TEST_F(FixKillTest, WhatIsSentAgainFromTheFirstMessageOnIsWhatWasSent) {
  add_members(kFix50);
  ASSERT_NO_FATAL_FAILURE(trade_through_kills(3));
  for (Trader* trader : {&*buyer_, &*seller_}) {
    EXPECT_EQ(trader->ask_for_all_again(), trader->ledger.handed_over) << seed_;
    EXPECT_THAT(trader->ledger.faults, IsEmpty()) << seed_;
  }
}

// That the tests above can fail.
TEST_F(FixKillTest, AClientThatForgetsItsNumbersIsToldItsExecutionsTwice) {
  add_members(kFix44);
  ASSERT_NO_FATAL_FAILURE(start());
  for (int requests = 0; requests < 500 && !buyer_->ledger.counts.contains('0'); ++requests) {
    buyer_->ask_anything(random_);
    buyer_->hear(milliseconds(kLull));
  }
  venue_->kill();
  buyer_->lose(false);
  seller_->lose(false);
  buyer_->forget_what_was_heard();
  ASSERT_NO_FATAL_FAILURE(start());
  buyer_->ask_working();
  EXPECT_THAT(buyer_->ledger.faults,
              testing::Contains(HasSubstr("this ExecID was handed over before")));
}

}  // namespace
}  // namespace hourglass::gateway::fix

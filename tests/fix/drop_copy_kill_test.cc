// kill -9 on the real program under FIX traffic: a drop copy session is handed over a copy of each
// execution report once, in the market's order. HOURGLASS_SEED sets the seed.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/client/fix_client.h"
#include "gateway/fix/wire/fields.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"
#include "tests/support/fix_text.h"
#include "tests/support/random_source.h"

namespace hourglass::gateway::fix {
namespace {

using engine::test::RandomSource;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kPatience{60};
constexpr std::uint32_t kKills = 4;
constexpr std::int64_t kMostRequests = 250;

// An execution report of the market, in the order of commands and events; of a trade's two sides
// the resting one is told first.
struct Execution {
  std::int64_t command = 0;
  std::int64_t event = 0;
  bool is_incoming = false;
  std::string what;  // of whom, ExecType, ClOrdID, lots

  friend auto operator<=>(const Execution&, const Execution&) = default;
};

void PrintTo(const Execution& execution, std::ostream* out) {
  *out << execution.command << "." << execution.event << " " << execution.what;
}

// A member whose numbers live on while connections come and go.
class Member {
 public:
  Member(std::string comp_id, std::string password)
      : comp_id_(std::move(comp_id)), password_(std::move(password)) {}

  absl::Status log_on(std::uint16_t port) {
    ClientSettings settings;
    settings.host = "127.0.0.1";
    settings.port = port;
    settings.comp_id = comp_id_;
    settings.password = password_;
    settings.next_sender = next_sender_;
    settings.next_target = next_target_;
    settings.patience = kPatience;
    settings.on_numbers = [this](std::uint32_t sender, std::uint32_t target) {
      next_sender_ = sender;
      next_target_ = target;
    };
    client_ = std::make_unique<FixClient>(std::move(settings));
    if (absl::Status status = client_->connect(); !status.ok()) return status;
    return client_->logon();
  }

  void ask(RandomSource& random, char side) {
    const std::string id = fmt::format("{}{}", side, ++ids_);
    if (random.percent(3)) return send("q", fmt::format("11={}|60=20261128-12:00:00|530=7|", id));
    send("D", fmt::format("11={}|38={}|40=2|44=2.3{}|54={}|55=H100.D1|59={}|60=20261128-12:00:00|",
                          id, random.between(0, 9), random.between(1, 4), side,
                          random.percent(30) ? '3' : '0'));
  }
  void hear(milliseconds patience) {
    for (;;) {  // ends: with the connection, or with quiet
      const auto message = client_->receive(patience);
      if (!message.ok() || !message->has_value()) return;
      take(**message);
    }
  }
  // Until a question is answered, before which comes all that was told so far.
  bool settle() {
    const std::string id = fmt::format("Q{}", ++ids_);
    send("AF", fmt::format("584={}|585=7|", id));
    for (;;) {  // ends: with the answer, or what stands in its place
      const auto message = client_->receive(kPatience);
      if (!message.ok() || !message->has_value()) return false;
      take(**message);
      if ((*message)->value(584) == id && (*message)->value(912) == "Y") return true;
    }
  }
  void forget_the_unread() { client_->close_abruptly(); }

  std::vector<Execution> executions;

 private:
  void send(std::string_view type, const std::string& body) {
    static_cast<void>(client_->send(type, fix_text(body)));
  }
  void take(const Message& message) {
    const std::string_view id = message.value(17);
    const std::size_t dot = id.find('.');
    if (message.type() != "8" || message.value(150) == "I" || id.starts_with('R')) return;
    const bool is_copy = message.value(797) == "Y";
    const std::string_view event = id.substr(dot + 1);
    executions.push_back(
        {.command = parse_number(id.substr(0, dot)).value_or(-1),
         .event = parse_number(event.substr(0, event.find('.'))).value_or(-1),
         .is_incoming = !id.ends_with(".R"),
         .what = fmt::format("{} {} {} {}", is_copy ? message.value(115) : comp_id_,
                             message.value(150), message.value(11), message.value(32))});
  }

  std::string comp_id_;
  std::string password_;
  std::unique_ptr<FixClient> client_;
  std::uint32_t next_sender_ = 1;
  std::uint32_t next_target_ = 1;
  std::uint64_t ids_ = 0;
};

TEST(DropCopyKill, EachExecutionIsCopiedOnceInTheMarketsOrder) {
  const std::uint64_t its_seed = seed();
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", its_seed));
  RandomSource random(its_seed);
  RunningFix venue;
  std::vector<Member> members;
  for (const char* name : {"TRADER1", "TRADER2", "DROPCOPY1"}) {
    members.emplace_back(name, venue.password(name));
  }
  Member& copier = members[2];
  for (std::uint32_t life = 0; life <= kKills; ++life) {
    if (life > 0) venue.start();
    // The drop copy is logged on in some lives alone: it misses nothing.
    const bool is_watched = life == kKills || random.percent(60);
    for (Member& member : members) {
      if (&member == &copier && !is_watched) continue;
      ASSERT_EQ(member.log_on(venue.port()), absl::OkStatus()) << venue.program().errors();
    }
    if (life == kKills) break;
    for (std::int64_t left = random.between(50, kMostRequests); left > 0; --left) {
      const std::size_t who = random.below(2);
      members[who].ask(random, who == 0 ? '1' : '2');
      if (random.percent(5)) members[random.below(2)].hear(milliseconds(0));
      if (is_watched && random.percent(5)) copier.hear(milliseconds(0));
    }
    // Some at least is durable before the first kill.
    if (life == 0 || random.percent(30)) {
      ASSERT_TRUE(members[0].settle());
      ASSERT_TRUE(members[1].settle());
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random.between(0, 20'000)));
    venue.program().kill();
    for (Member& member : members) {
      if (&member == &copier && !is_watched) continue;
      if (random.percent(40)) member.forget_the_unread();
      member.hear(kPatience);
    }
  }
  // Twice: the other member's requests of the life before may have been answered in between.
  for (std::uint32_t round = 0; round < 2; ++round) {
    for (Member& member : members) ASSERT_TRUE(member.settle());
  }

  std::vector<Execution> told = members[0].executions;
  told.insert(told.end(), members[1].executions.begin(), members[1].executions.end());
  std::ranges::sort(told);
  EXPECT_GT(told.size(), 100U);
  EXPECT_EQ(std::ranges::count_if(
                told, [](const Execution& one) { return one.what.find(" F ") != one.what.npos; }) %
                2,
            0);
  EXPECT_EQ(copier.executions, told);
}

}  // namespace
}  // namespace hourglass::gateway::fix

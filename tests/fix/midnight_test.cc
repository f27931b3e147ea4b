// What the trading day's end does to a session that is logged on.
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "engine/sequencer/clock.h"
#include "fmt/format.h"
#include "gateway/daemon/venue.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kSleepNs = 1'000'000;

// A venue whose schedule goes by a clock that is set, served on a thread of its own.
class ScheduledVenue {
 public:
  explicit ScheduledVenue(std::string data_dir) : data_dir_(std::move(data_dir)) {
    std::filesystem::remove_all(data_dir_);
    thread_ = std::thread([this] { serve(); });
    port_ = opened_.get_future().get();
  }
  ~ScheduledVenue() {
    stop_ = true;
    thread_.join();
  }
  ScheduledVenue(const ScheduledVenue&) = delete;
  ScheduledVenue& operator=(const ScheduledVenue&) = delete;

  void end_day() { clock_ns_ += kTradingDayNs; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string password() const { return starter_password(data_dir_); }

 private:
  void serve() {
    FixDoorSettings door;
    door.port = 0;
    auto venue = Venue::open({.data_dir = data_dir_,
                              .segment_bytes = 1U << 20,
                              .shadow = std::nullopt,
                              .fix = door,
                              .clock_ns = [this] { return clock_ns_.load(); }});
    EXPECT_TRUE(venue.ok()) << venue.status();
    opened_.set_value(venue.ok() ? (*venue)->fix()->door().port() : std::uint16_t{0});
    while (venue.ok() && !stop_) {
      if ((*venue)->do_work() == 0) (*venue)->wait(kSleepNs);
    }
    if (venue.ok()) {
      EXPECT_EQ((*venue)->close(), absl::OkStatus());
    }
  }

  std::string data_dir_;
  std::atomic<std::uint64_t> clock_ns_{engine::SystemClock{}.now().value()};
  std::atomic<bool> stop_{false};
  std::promise<std::uint16_t> opened_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

// The id in what only() gave with 11 last.
std::string id_in(const std::string& heard) {
  const std::size_t at = heard.rfind("11=");
  return at == std::string::npos ? heard : heard.substr(at + 3, heard.size() - at - 4);
}

class Midnight : public testing::Test {
 protected:
  ScheduledVenue venue_{fmt::format("{}/Midnight_{}", testing::TempDir(),
                                    testing::UnitTest::GetInstance()->current_test_info()->name())};
  Peer peer_{venue_.port()};
};

TEST_F(Midnight, EndsDayOrdersAndFreesTheirIdsWhileTheSessionGoesOn) {
  ASSERT_EQ(only(peer_.log_on(venue_.password()), {35, 34}), "35=A|34=1|");
  EXPECT_EQ(peer_.order("D1"), accepted("D1"));
  peer_.say("D", order_body("G1") + "59=1|");
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("G1"));
  venue_.end_day();
  EXPECT_EQ(only(peer_.hear(), {35, 34, 11, 39, 150, 151}), "35=8|34=4|11=D1|39=C|150=C|151=0|");
  EXPECT_EQ(peer_.order("D1"), accepted("D1"));
  // That of an order which still works is not free.
  peer_.say("D", order_body("G1"));
  EXPECT_EQ(only(peer_.hear(), {35, 34, 11, 39, 103, 25001}),
            "35=8|34=6|11=G1|39=8|103=6|25001=1000|");
}

// Whether an order comes before the day's end or behind it, it is one of the two days'.
TEST_F(Midnight, TakesEachOrderUnderWayIntoOneDayOrTheOther) {
  constexpr std::uint32_t kOrders = 300;
  ASSERT_EQ(only(peer_.log_on(venue_.password()), {35, 34}), "35=A|34=1|");
  std::string packet;
  for (std::uint32_t i = 0; i < kOrders; ++i) {
    packet += peer_.message("D", order_body(fmt::format("A{}", i)));
  }
  peer_.send(packet);
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("A0"));
  venue_.end_day();
  std::set<std::string> working = {"A0"};
  std::uint32_t taken = 1;
  std::uint32_t expired = 0;
  while (taken < kOrders || expired == 0) {
    const std::string heard = only(peer_.hear(), {39, 150, 11});
    const std::string id = id_in(heard);
    if (heard.starts_with("39=0|150=0|")) {
      ++taken;
      EXPECT_TRUE(working.insert(id).second) << heard;
    } else {
      ASSERT_TRUE(heard.starts_with("39=C|150=C|")) << heard;
      ++expired;
      EXPECT_EQ(working.erase(id), 1U) << heard;
    }
  }
  peer_.say("H", "11=A0|54=1|55=H100.D1|");
  for (;;) {  // ends: with the answer, behind which no expiry comes
    const std::string heard = only(peer_.hear(), {39, 150, 11});
    if (!heard.starts_with("39=C|150=C|")) break;
    EXPECT_EQ(working.erase(id_in(heard)), 1U) << heard;
  }
  EXPECT_FALSE(working.contains("A0"));
  peer_.say("AF", "584=M|585=7|");
  std::set<std::string> told;
  std::string heard = only(peer_.hear(), {39, 912, 150, 11});
  for (; heard.starts_with("39=0|912=N|"); heard = only(peer_.hear(), {39, 912, 150, 11})) {
    told.insert(id_in(heard));
  }
  if (heard.starts_with("39=0|")) told.insert(id_in(heard));
  EXPECT_EQ(told, working);
}

}  // namespace
}  // namespace hourglass::gateway::fix

// What a running venue does because time passes: dates that have come, and the end of the day.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/sequencer/clock.h"
#include "gateway/daemon/text_door.h"
#include "gateway/daemon/venue.h"

namespace hourglass::gateway {
namespace {

class VenueScheduleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "hourglass-schedule-XXXXXX";
    ASSERT_NE(::mkdtemp(path_.data()), nullptr);
    open();
  }
  void TearDown() override {
    venue_.reset();
    std::filesystem::remove_all(path_);
  }

  void open() {
    auto venue = Venue::open(
        {.data_dir = path_, .segment_bytes = 1U << 20, .clock_ns = [this] { return now_ns_; }});
    ASSERT_TRUE(venue.ok()) << venue.status();
    venue_ = *std::move(venue);
  }
  void close() {
    EXPECT_EQ(venue_->close(), absl::OkStatus());
    venue_.reset();
  }
  void buy(const std::string& how) {
    TextDoor door(*venue_);
    ASSERT_TRUE(door.answer("deposit 1000000").ok());
    ASSERT_TRUE(door.answer("buy 1 H100.D1 @ 1.00 " + how).ok());
  }
  // Orders that work once everything due was done.
  std::uint64_t working() {
    while (venue_->do_work() != 0) {
    }
    return venue_->market().books.orders().live_count();
  }

  std::string path_;
  std::uint64_t now_ns_ = engine::SystemClock{}.now().value();
  std::unique_ptr<Venue> venue_;
};

TEST_F(VenueScheduleTest, EndsTheTradingDayAtMidnightUtc) {
  buy("");
  buy("gtc as 7");
  EXPECT_EQ(working(), 2U);
  const std::uint64_t midnight_ns = (now_ns_ / kTradingDayNs + 1) * kTradingDayNs;
  now_ns_ = midnight_ns - 1;
  EXPECT_EQ(working(), 2U);
  now_ns_ = midnight_ns;
  EXPECT_EQ(working(), 1U);
  const engine::SequenceNumber after = venue_->market().sequence;
  EXPECT_EQ(working(), 1U);
  EXPECT_EQ(venue_->market().sequence, after) << "a day ends once";
  close();
}

TEST_F(VenueScheduleTest, EndsADayThatPassedWhileNothingRan) {
  buy("");
  close();
  open();
  EXPECT_EQ(working(), 1U);
  close();
  now_ns_ += kTradingDayNs;
  open();
  EXPECT_EQ(working(), 0U);
  close();
}

TEST_F(VenueScheduleTest, ExpiresOrdersWhoseDateHasCome) {
  buy("gtc");
  engine::NewOrder order{};
  order.header = engine::make_header<engine::NewOrder>(
      engine::SessionId(1), engine::AccountId(1), engine::InstrumentId(1), engine::TraderId(0), 99);
  order.key = engine::ClientKey(50);
  order.client_order_id = *engine::ClientOrderId::from("50");
  order.price = engine::Price(100);
  order.qty = order.display_qty = engine::Qty(1);
  order.type = engine::OrderType::kLimit;
  order.time_in_force = engine::TimeInForce::kGoodTillDate;
  constexpr std::uint64_t kSoonNs = 200'000'000;
  order.expire_time = engine::Timestamp(engine::SystemClock{}.now().value() + kSoonNs);
  ASSERT_EQ(venue_->pipeline().rings().ingress.try_push(engine::Command::of(order)),
            engine::PushResult::kPushed);
  ASSERT_EQ(venue_->settle(), absl::OkStatus());
  EXPECT_EQ(working(), 2U);
  // Stamps are the system's, so its clock must have come there, too.
  while (engine::SystemClock{}.now() < order.expire_time) {
  }
  now_ns_ = order.expire_time.value();
  EXPECT_EQ(working(), 1U);
  close();
}

}  // namespace
}  // namespace hourglass::gateway

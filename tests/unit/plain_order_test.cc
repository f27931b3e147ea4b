// Which requests take the short way, against the rules they stand for, bit by bit.
#include "engine/exchange/plain_order.h"

#include <gtest/gtest.h>

#include <cstring>

#include "engine/exchange/checks.h"

namespace hourglass::engine {
namespace {

NewOrder plain_order_of(Side side, TimeInForce stays) {
  NewOrder order{};
  order.header =
      make_header<NewOrder>(SessionId(7), AccountId(9), InstrumentId(3), TraderId(11), 5);
  order.header.sequence = SequenceNumber(123'456);
  order.header.time = Timestamp(987'654'321);
  order.key = ClientKey(17);
  order.client = ClientCode(4);
  order.price = Price(-250);
  order.qty = order.display_qty = Qty(0x7FFF'FFFF);
  order.side = side;
  order.type = OrderType::kLimit;
  order.time_in_force = stays;
  order.cancel_on_disconnect = 1;
  order.client_order_id = ClientOrderId{};
  return order;
}

ReplaceOrder plain_replace_of(Side side, QtyBasis basis) {
  ReplaceOrder replace{};
  replace.header = make_header<ReplaceOrder>(SessionId(7), AccountId(9), InstrumentId(3));
  replace.target = replace.key = ClientKey(17);
  replace.price = Price(99);
  replace.qty = Qty(12);
  replace.side = side;
  replace.basis = basis;
  return replace;
}

// What the short way leaves out, said by the checks themselves. The quantity's bounds are not part
// of it, but that it has 32 bits is: what is longer is refused by any instrument.
bool is_plain_by_the_rules(const NewOrder& c) {
  const bool stays_plainly = c.time_in_force == TimeInForce::kDay ||
                             c.time_in_force == TimeInForce::kGoodTillCancel ||
                             c.time_in_force == TimeInForce::kImmediateOrCancel;
  return c.header.version == kLayoutVersion && c.header.reserved == 0 && is_well_formed(c) &&
         are_instructions_compatible(c) && is_expiry_valid(c) && c.type == OrderType::kLimit &&
         stays_plainly && c.post_only == PostOnly::kNo && c.min_qty == Qty(0) &&
         c.display_qty == c.qty && c.qty.value() >= 0 && c.qty.value() >> 32 == 0;
}

bool is_plain_by_the_rules(const ReplaceOrder& c) {
  return c.header.version == kLayoutVersion && c.header.reserved == 0 && is_well_formed(c) &&
         c.basis != QtyBasis::kReduceBy && c.key == c.target && c.display_qty == Qty(0) &&
         c.qty.value() >= 0 && c.qty.value() >> 32 == 0;
}

// Every one-bit and every two-bit neighbour of `start`; returns how many of them are plain.
template <class Body>
std::uint32_t compare_neighbours(const Body& start) {
  std::uint32_t plain_count = 0;
  std::array<std::uint8_t, sizeof(Body)> bytes;
  const auto compare = [&](std::size_t first, std::size_t second) {
    std::memcpy(bytes.data(), &start, sizeof(Body));
    bytes[first / 8] = static_cast<std::uint8_t>(bytes[first / 8] ^ (1U << (first % 8)));
    if (second != first) {
      bytes[second / 8] = static_cast<std::uint8_t>(bytes[second / 8] ^ (1U << (second % 8)));
    }
    // The sequencer's switch has looked at the kind.
    bytes[offsetof(CommandHeader, kind)] = static_cast<std::uint8_t>(Body::kKind);
    Body body;
    std::memcpy(&body, bytes.data(), sizeof(Body));
    ASSERT_EQ(is_plain(body), is_plain_by_the_rules(body)) << "bits " << first << ", " << second;
    plain_count += is_plain(body) ? 1U : 0U;
  };
  for (std::size_t first = 0; first < sizeof(Body) * 8; ++first) {
    for (std::size_t second = first; second < sizeof(Body) * 8; ++second) compare(first, second);
  }
  return plain_count;
}

TEST(PlainOrder, IsWhatTheChecksLeaveNothingToSayAbout) {
  for (const Side side : {Side::kBuy, Side::kSell}) {
    for (const TimeInForce stays :
         {TimeInForce::kDay, TimeInForce::kGoodTillCancel, TimeInForce::kImmediateOrCancel}) {
      const NewOrder order = plain_order_of(side, stays);
      EXPECT_TRUE(is_plain(order));
      EXPECT_GT(compare_neighbours(order), 1000U);
    }
  }
}

TEST(PlainOrder, LeavesOrdersWithOptionsToTheLongWay) {
  NewOrder order = plain_order_of(Side::kBuy, TimeInForce::kGoodTillDate);
  order.expire_time = Timestamp(2'000'000'000);
  EXPECT_FALSE(is_plain(order));
  EXPECT_FALSE(is_plain(plain_order_of(Side::kBuy, TimeInForce::kFillOrKill)));
  order = plain_order_of(Side::kBuy, TimeInForce::kDay);
  order.display_qty = Qty(1);
  EXPECT_FALSE(is_plain(order));
  order = plain_order_of(Side::kBuy, TimeInForce::kDay);
  order.post_only = PostOnly::kSlide;
  EXPECT_FALSE(is_plain(order));
}

TEST(PlainReplace, IsWhatTheChecksLeaveNothingToSayAbout) {
  for (const Side side : {Side::kBuy, Side::kSell}) {
    for (const QtyBasis basis : {QtyBasis::kTotal, QtyBasis::kOpen}) {
      const ReplaceOrder replace = plain_replace_of(side, basis);
      EXPECT_TRUE(is_plain(replace));
      EXPECT_GT(compare_neighbours(replace), 1000U);
    }
    EXPECT_FALSE(is_plain(plain_replace_of(side, QtyBasis::kReduceBy)));
  }
}

}  // namespace
}  // namespace hourglass::engine

#include "marketdata/feed/books.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "marketdata/feed/book_crc.h"
#include "tests/feed/plain_book_of.h"
#include "tests/feed/random_venue.h"

namespace hourglass::marketdata::test {
namespace {

// More under no sanitizer.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeeds = 4;
#else
constexpr std::uint64_t kSeeds = 60;
#endif

OrderAdd an_add(std::uint32_t instr_seq, std::uint64_t id, std::int64_t price, std::uint32_t qty,
                BookSide side = BookSide::kBid) {
  return {.instrument_id = 3,
          .instr_seq = instr_seq,
          .display_qty = qty,
          .transact_time = 0,
          .order_id = id,
          .price = price,
          .side = side,
          .event_flags = kEndOfEvent,
          .order_flags = 0,
          .padding = 0};
}

template <class Body>
BookResult apply(Books& books, const Body& body) {
  const std::vector<std::byte> bytes = frame_of(body);
  return books.apply(read_frame(bytes));
}

TEST(BookCrc, IsZlibs) {
  Crc32 crc;
  crc.add(std::as_bytes(std::span("123456789", 9)));
  EXPECT_EQ(crc.value(), 0xCBF43926U);
}

TEST(Books, AreWhatTheVenuesAreBehindEachEvent) {
  const std::uint64_t first = engine::test::number_from_environment("HOURGLASS_SEED", 1);
  for (std::uint64_t seed = first; seed < first + kSeeds; ++seed) {
    SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
    RandomVenue venue(seed, 3);
    Books books(BookState::kLive);
    for (int step = 0; step < 1500; ++step) {
      for (const auto& frame : venue.next()) {
        const BookResult result = books.apply(read_frame(frame));
        ASSERT_EQ(result.fault, BookFault::kNone) << name(result.fault);
      }
      books.for_each([&](const Instrument& instrument) {
        ASSERT_EQ(plain_book_of(instrument), venue.books()[instrument.id]);
      });
      ASSERT_FALSE(testing::Test::HasFailure());
    }
  }
}

TEST(Books, HaveTheCrcOfTheVenuesSnapshot) {
  RandomVenue venue(5, 2);
  Books books(BookState::kLive);
  for (int step = 0; step < 2000; ++step) {
    for (const auto& frame : venue.next()) books.apply(read_frame(frame));
    if (step % 100 != 0 || books.find(1) == nullptr) continue;
    const auto end = venue.snapshot(1).back();
    EXPECT_EQ(book_crc(books.find(1)->book), read_frame(end).as<SnapshotEnd>()->book_crc32);
  }
}

struct Misfit {
  const char* what;
  BookFault fault;
  std::vector<std::byte> frame;
};

// Each applied to a book of one bid, order 1, of 10 lots at 100, after one message.
std::vector<Misfit> misfits() {
  const auto no_side = static_cast<BookSide>(2);
  return {
      {"gap", BookFault::kSequenceGap, frame_of(an_add(3, 2, 100, 5))},
      {"id again", BookFault::kDuplicateOrder, frame_of(an_add(2, 1, 100, 5))},
      {"no side", BookFault::kWrongSide, frame_of(an_add(2, 2, 100, 5, no_side))},
      {"no price", BookFault::kWrongPrice, frame_of(an_add(2, 2, kNullPrice, 5))},
      {"greatest price", BookFault::kWrongPrice,
       frame_of(an_add(2, 2, INT64_MAX, 5, BookSide::kOffer))},
      {"no quantity", BookFault::kWrongQuantity, frame_of(an_add(2, 2, 100, 0))},
      {"reduce: unknown", BookFault::kUnknownOrder,
       frame_of(OrderReduce{.instrument_id = 3, .instr_seq = 2, .order_id = 2})},
      {"reduce: side", BookFault::kWrongSide,
       frame_of(OrderReduce{.instrument_id = 3,
                            .instr_seq = 2,
                            .new_display_qty = 4,
                            .order_id = 1,
                            .side = BookSide::kOffer})},
      {"reduce: more", BookFault::kWrongQuantity,
       frame_of(
           OrderReduce{.instrument_id = 3, .instr_seq = 2, .new_display_qty = 11, .order_id = 1})},
      {"reduce: none", BookFault::kWrongQuantity,
       frame_of(OrderReduce{.instrument_id = 3, .instr_seq = 2, .order_id = 1})},
      {"delete: unknown", BookFault::kUnknownOrder,
       frame_of(OrderDelete{.instrument_id = 3, .instr_seq = 2, .order_id = 2})},
      {"delete: side", BookFault::kWrongSide,
       frame_of(OrderDelete{.instrument_id = 3,
                            .instr_seq = 2,
                            .deleted_qty = 10,
                            .order_id = 1,
                            .side = BookSide::kNone})},
      {"delete: other quantity", BookFault::kWrongQuantity,
       frame_of(OrderDelete{.instrument_id = 3, .instr_seq = 2, .deleted_qty = 9, .order_id = 1})},
      {"replace: unknown", BookFault::kUnknownOrder,
       frame_of(OrderReplace{.instrument_id = 3, .instr_seq = 2, .order_id = 2})},
      {"replace: side", BookFault::kWrongSide,
       frame_of(OrderReplace{.instrument_id = 3,
                             .instr_seq = 2,
                             .new_display_qty = 1,
                             .order_id = 1,
                             .side = BookSide::kOffer})},
      {"replace: price", BookFault::kWrongPrice,
       frame_of(OrderReplace{.instrument_id = 3,
                             .instr_seq = 2,
                             .new_display_qty = 1,
                             .order_id = 1,
                             .new_price = kNullPrice})},
      {"replace: none", BookFault::kWrongQuantity,
       frame_of(OrderReplace{.instrument_id = 3, .instr_seq = 2, .order_id = 1, .new_price = 4})},
      {"executed: unknown", BookFault::kUnknownOrder,
       frame_of(OrderExecuted{.instrument_id = 3, .instr_seq = 2, .exec_qty = 1, .order_id = 2})},
      {"executed: side", BookFault::kWrongSide,
       frame_of(OrderExecuted{.instrument_id = 3,
                              .instr_seq = 2,
                              .exec_qty = 1,
                              .order_id = 1,
                              .leaves_qty = 9,
                              .side = BookSide::kOffer})},
      {"executed: more", BookFault::kWrongQuantity,
       frame_of(OrderExecuted{.instrument_id = 3, .instr_seq = 2, .exec_qty = 11, .order_id = 1})},
      {"executed: leaves", BookFault::kWrongQuantity,
       frame_of(OrderExecuted{
           .instrument_id = 3, .instr_seq = 2, .exec_qty = 1, .order_id = 1, .leaves_qty = 8})},
  };
}

TEST(Books, NameWhatDoesNotFitAndKeepTheBookAsItWas) {
  for (const Misfit& misfit : misfits()) {
    SCOPED_TRACE(misfit.what);
    Books books(BookState::kLive);
    apply(books, an_add(1, 1, 100, 10));
    PlainBook before = plain_book_of(*books.find(3));
    const BookResult result = books.apply(read_frame(misfit.frame));
    EXPECT_EQ(result.outcome, BookOutcome::kFault);
    EXPECT_STREQ(name(result.fault), name(misfit.fault));
    EXPECT_EQ(books.find(3)->state, BookState::kStale);
    EXPECT_EQ(books.find(3)->fault, misfit.fault);
    EXPECT_EQ(plain_book_of(*books.find(3)).sides, before.sides);
    EXPECT_EQ(apply(books, an_add(3, 9, 100, 5)).outcome, BookOutcome::kWaiting);
  }
}

TEST(Books, LeaveOutWhatTheyHaveAlready) {
  Books books(BookState::kLive);
  apply(books, an_add(1, 1, 100, 10));
  EXPECT_EQ(apply(books, an_add(1, 1, 100, 10)).outcome, BookOutcome::kOld);
  EXPECT_TRUE(books.find(3)->is_live());
}

TEST(Books, AreKnownAgainBehindAClear) {
  Books books(BookState::kWaiting);
  EXPECT_EQ(apply(books, an_add(7, 1, 100, 10)).outcome, BookOutcome::kWaiting);
  EXPECT_EQ(apply(books, BookClear{.instrument_id = 3, .instr_seq = 8}).outcome,
            BookOutcome::kApplied);
  EXPECT_EQ(apply(books, an_add(9, 1, 100, 10)).outcome, BookOutcome::kApplied);
  EXPECT_TRUE(books.find(3)->is_live());
}

TEST(Books, AreSuspectUntilTheirNextNumberFollows) {
  Books books(BookState::kLive);
  apply(books, an_add(1, 1, 100, 10));
  books.suspect_all();
  EXPECT_EQ(books.find(3)->state, BookState::kSuspect);
  EXPECT_EQ(apply(books, an_add(2, 2, 100, 10)).outcome, BookOutcome::kApplied);
  EXPECT_TRUE(books.find(3)->is_live());
  books.suspect_all();
  EXPECT_EQ(apply(books, an_add(4, 3, 100, 10)).fault, BookFault::kSequenceGap);
}

TEST(Books, TakePriceLimitsFromTheCycleAndKeepNewerOnes) {
  Books books(BookState::kWaiting);
  const auto told = [&books](std::uint32_t instr_seq, std::int64_t low) {
    const std::vector<std::byte> bytes =
        frame_of(PriceLimits{.instrument_id = 3, .instr_seq = instr_seq, .low_limit = low});
    return books.define(read_frame(bytes));
  };
  EXPECT_TRUE(told(5, 100));
  EXPECT_EQ(books.find(3)->limits.value().low_limit, 100);
  EXPECT_TRUE(told(4, 90));
  EXPECT_EQ(books.find(3)->limits.value().low_limit, 100);
  EXPECT_TRUE(told(6, 110));
  EXPECT_EQ(books.find(3)->limits.value().low_limit, 110);
}

TEST(Books, RefuseInstrumentsBeyondTheLimit) {
  Books books(BookState::kLive);
  OrderAdd add = an_add(1, 1, 100, 10);
  add.instrument_id = kMaxInstruments;
  EXPECT_EQ(apply(books, add).fault, BookFault::kUnknownInstrument);
}

TEST(Books, CountMessagesTheyDoNotKnow) {
  Books books(BookState::kLive);
  apply(books, an_add(1, 1, 100, 10));
  std::vector<std::byte> newer = frame_of(an_add(2, 2, 100, 10));
  const std::uint16_t unheard = 49;
  std::memcpy(newer.data() + offsetof(FrameHeader, template_id), &unheard, sizeof(unheard));
  EXPECT_EQ(books.apply(read_frame(newer)).outcome, BookOutcome::kNoted);
  EXPECT_EQ(apply(books, an_add(3, 2, 100, 10)).outcome, BookOutcome::kApplied);
}

// Valid messages with bytes turned over and fields drawn from few values, so that they often fit.
TEST(Books, SurviveAnyMessages) {
  RandomSource random(engine::test::number_from_environment("HOURGLASS_SEED", 1));
  for (std::uint64_t round = 0; round < kSeeds; ++round) {
    RandomVenue venue(random.next(), 2);
    Books books(BookState::kLive);
    std::uint32_t fault_count = 0;
    for (int step = 0; step < 3000; ++step) {
      for (std::vector<std::byte> frame : venue.next()) {
        if (random.percent(1)) {
          frame[sizeof(FrameHeader) + random.below(frame.size() - sizeof(FrameHeader))] ^=
              std::byte{static_cast<unsigned char>(random.below(256))};
        }
        if (random.percent(1)) {
          const auto block = static_cast<std::uint16_t>(random.below(40));
          std::memcpy(frame.data() + offsetof(FrameHeader, block_length), &block, sizeof(block));
        }
        const BookResult result = books.apply(read_frame(frame));
        fault_count += result.outcome == BookOutcome::kFault ? 1U : 0U;
        EXPECT_EQ(result.outcome == BookOutcome::kFault, result.fault != BookFault::kNone);
      }
    }
    books.for_each([](const Instrument& instrument) { plain_book_of(instrument); });
    EXPECT_GT(fault_count, 0U);
  }
}

}  // namespace
}  // namespace hourglass::marketdata::test

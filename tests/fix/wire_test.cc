// FIX text: fields, and messages written, sent again and read back.
#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/framer.h"
#include "gateway/fix/wire/message_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// --- Fields --------------------------------------------------------------------------------------

std::vector<std::pair<std::uint32_t, std::string>> pairs(const Fields& fields) {
  std::vector<std::pair<std::uint32_t, std::string>> all;
  for (const Field& field : fields.all()) all.emplace_back(field.tag, std::string(field.value));
  return all;
}

TEST(Fields, KeepsTheOrderAndWhatStandsBehindTheFirstEqualsSign) {
  Fields fields;
  const std::string text = fix_text("8=FIX.4.4|58=a=b|56=|999999=x|58=again|");
  EXPECT_TRUE(fields.parse(text));
  EXPECT_THAT(pairs(fields),
              ElementsAre(std::pair(8, "FIX.4.4"), std::pair(58, "a=b"), std::pair(56, ""),
                          std::pair(999999, "x"), std::pair(58, "again")));
  EXPECT_EQ(fields.value(58), "a=b");
  EXPECT_EQ(fields.find(56), "");
  EXPECT_EQ(fields.find(57), std::nullopt);
  EXPECT_EQ(fields.value(57), "");
}

TEST(Fields, StopsAtTheFirstFieldThatIsNoneAndKeepsThoseBefore) {
  Fields fields;
  for (const std::string_view bad : {"x", "x|", "=5|", "0=5|", "-1=5|", "+1=5|", "1000000=5|",
                                     "4294967297=5|", "1a=5|", " 1=5|", "35=0", "|"}) {
    const std::string text = fix_text("8=FIX.4.4|" + std::string(bad));
    EXPECT_FALSE(fields.parse(text)) << bad;
    EXPECT_THAT(pairs(fields), ElementsAre(std::pair(8, "FIX.4.4"))) << bad;
  }
  EXPECT_TRUE(fields.parse(""));
  EXPECT_THAT(pairs(fields), IsEmpty());
}

TEST(Fields, TakesAsManyAsTheBoundAndNoneMore) {
  std::string text;
  for (std::uint32_t i = 0; i < kMaxFields; ++i) text += fix_text("1=a|");
  Fields fields;
  EXPECT_TRUE(fields.parse(text));
  EXPECT_EQ(fields.all().size(), kMaxFields);
  text += fix_text("1=a|");
  EXPECT_FALSE(fields.parse(text));
  EXPECT_EQ(fields.all().size(), kMaxFields);
}

TEST(Numbers, AreDigitsWithAtMostAMinusBefore) {
  EXPECT_EQ(parse_number("0"), 0);
  EXPECT_EQ(parse_number("007"), 7);
  EXPECT_EQ(parse_number("-12"), -12);
  EXPECT_EQ(parse_number("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_number("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const std::string_view bad :
       {"", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "--1", "9223372036854775808"}) {
    EXPECT_EQ(parse_number(bad), std::nullopt) << bad;
  }
}

TEST(UtcTimestamps, ReadKnownDates) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  EXPECT_EQ(parse_utc_timestamp("19700101-00:00:00"), 0U);
  EXPECT_EQ(parse_utc_timestamp("20000229-12:00:00"), 951'825'600 * kSecond);
  EXPECT_EQ(parse_utc_timestamp("20240229-23:59:59.001"), 1'709'251'199 * kSecond + 1'000'000);
  EXPECT_EQ(parse_utc_timestamp("20260301-00:00:00.000001"), 1'772'323'200 * kSecond + 1'000);
  EXPECT_EQ(parse_utc_timestamp("20260301-00:00:00.000000001"), 1'772'323'200 * kSecond + 1);
  // A leap second is the next minute's first.
  EXPECT_EQ(parse_utc_timestamp("20161231-23:59:60"), 1'483'228'800 * kSecond);
  EXPECT_EQ(parse_utc_timestamp("22611231-23:59:60.999999999"),
            9'214'646'400 * kSecond + 999'999'999);
}

TEST(UtcTimestamps, RefuseWhatIsNoDateOrNotOfTheForm) {
  for (const std::string_view bad : {"",
                                     "20260301",
                                     "20260301-00:00",
                                     "20260301-00:00:00.",
                                     "20260301-00:00:00.1",
                                     "20260301-00:00:00.0001",
                                     "20260301-00:00:00.0000000001",
                                     "20260301-00:00:00,001",
                                     "20260301 00:00:00",
                                     "20260301-00.00:00",
                                     "20260301-00:00:61",
                                     "20260301-00:60:00",
                                     "20260301-24:00:00",
                                     "20230229-00:00:00",
                                     "21000229-00:00:00",
                                     "20260431-00:00:00",
                                     "20261301-00:00:00",
                                     "20260001-00:00:00",
                                     "20260100-00:00:00",
                                     "19691231-23:59:59",
                                     "22620101-00:00:00",
                                     "2026030a-00:00:00",
                                     "20260301-00:00:-1",
                                     "20260301-00:00:00.00a",
                                     "20260301-00:00:00Z"}) {
    EXPECT_EQ(parse_utc_timestamp(bad), std::nullopt) << bad;
  }
}

TEST(UtcDates, AreDaysOfTheCalendarInEightDigits) {
  constexpr std::uint64_t kDay = 86'400ULL * 1'000'000'000;
  EXPECT_EQ(parse_utc_date("19700102"), kDay);
  EXPECT_EQ(parse_utc_date("20000229"), 11'016 * kDay);
  for (const std::string_view bad : {"", "2026030", "202603011", "20261345", "20260230", "20260400",
                                     "19691231", "22620101", "2026-3-1", "20260301-00:00:00"}) {
    EXPECT_EQ(parse_utc_date(bad), std::nullopt) << bad;
  }
}

TEST(UtcTimestamps, AreCutToTheirPrecisionAndReadBack) {
  const std::uint64_t time = *parse_utc_timestamp("20240229-23:59:59.987654321");
  const auto written = [&](Precision precision) {
    std::string out = "52=";
    append_utc_timestamp(out, time, precision);
    return out;
  };
  EXPECT_EQ(written(Precision::kSeconds), "52=20240229-23:59:59");
  EXPECT_EQ(written(Precision::kMilliseconds), "52=20240229-23:59:59.987");
  EXPECT_EQ(written(Precision::kMicroseconds), "52=20240229-23:59:59.987654");
}

TEST(UtcTimestamps, OfEveryDayToTheLastYearAreReadBack) {
  constexpr std::uint64_t kNoonOfDay = 43'200'000'001'000;
  constexpr std::uint64_t kDay = 86'400'000'000'000;
  std::string text;
  for (std::uint64_t day = 0; day < 106'651; ++day) {
    text.clear();
    append_utc_timestamp(text, day * kDay + kNoonOfDay, Precision::kMicroseconds);
    ASSERT_EQ(parse_utc_timestamp(text), day * kDay + kNoonOfDay) << text;
  }
  EXPECT_EQ(text, "22611231-12:00:00.000001");
}

// --- Writing -------------------------------------------------------------------------------------

TEST(Checksum, IsTheSumOfAllBytesModulo256) {
  EXPECT_EQ(checksum(""), 0);
  EXPECT_EQ(checksum("abc"), (97 + 98 + 99) % 256);
  EXPECT_EQ(checksum("\xff\xff\x03"), 1);
  EXPECT_EQ(checksum(fix_text("8=FIX.4.4|9=5|35=0|")), 163);
}

std::string price_of(std::int64_t ticks, std::int64_t tick_size_nano_usd) {
  MessageWriter writer;
  writer.price(44, engine::Price(ticks), tick_size_nano_usd);
  return readable(writer.body());
}

TEST(MessageWriter, WritesPricesExactlyAndWithoutTrailingZeros) {
  EXPECT_EQ(price_of(23'500, 100'000), "44=2.35|");
  EXPECT_EQ(price_of(20'000, 100'000), "44=2|");
  EXPECT_EQ(price_of(1, 100'000), "44=0.0001|");
  EXPECT_EQ(price_of(-1, 100'000), "44=-0.0001|");
  EXPECT_EQ(price_of(-25'000, 100'000), "44=-2.5|");
  EXPECT_EQ(price_of(0, 100'000), "44=0|");
  EXPECT_EQ(price_of(100, 1'000'000'000), "44=100|");
  EXPECT_EQ(price_of(1, 1), "44=0.000000001|");
  EXPECT_EQ(price_of(std::numeric_limits<std::int64_t>::min(), 1), "44=-9223372036.854775808|");
  EXPECT_EQ(price_of(std::numeric_limits<std::int64_t>::max(), 1'000'000'000),
            "44=9223372036854775807|");
}

std::string average_of(engine::Int128 total_ticks, std::int64_t qty, std::int64_t tick) {
  MessageWriter writer;
  writer.average_price(6, total_ticks, qty, tick);
  return readable(writer.body());
}

TEST(MessageWriter, RoundsAveragePricesHalfAwayFromZeroAtNineDecimals) {
  EXPECT_EQ(average_of(0, 5, 100'000), "6=0|");
  EXPECT_EQ(average_of(47'001, 2, 100'000), "6=2.35005|");
  EXPECT_EQ(average_of(10, 3, 1'000'000'000), "6=3.333333333|");
  EXPECT_EQ(average_of(20, 3, 1'000'000'000), "6=6.666666667|");
  EXPECT_EQ(average_of(-10, 3, 1'000'000'000), "6=-3.333333333|");
  EXPECT_EQ(average_of(-20, 3, 1'000'000'000), "6=-6.666666667|");
  // Halves, and what is just below and above them.
  EXPECT_EQ(average_of(1, 2, 1), "6=0.000000001|");
  EXPECT_EQ(average_of(-1, 2, 1), "6=-0.000000001|");
  EXPECT_EQ(average_of(3, 2, 1), "6=0.000000002|");
  EXPECT_EQ(average_of(499, 1000, 1), "6=0|");
  EXPECT_EQ(average_of(-499, 1000, 1), "6=0|");
  EXPECT_EQ(average_of(501, 1000, 1), "6=0.000000001|");
  EXPECT_EQ(average_of(1'999'999'999, 2, 1), "6=1|");
  // Products of 128 bits.
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(average_of(engine::mul_wide(kMax, kMax), kMax, 1'000'000'000),
            "6=9223372036854775807|");
  EXPECT_EQ(average_of(engine::mul_wide(kMax, 3) - 1, kMax, 1'000'000'000), "6=3|");
  EXPECT_EQ(average_of(kMax - 1, kMax, kMax), "6=9223372036.854775806|");
}

TEST(MessageWriter, WritesFieldsInTheirOrderAndLetsNoTextEndAField) {
  MessageWriter writer;
  writer.begin("0");
  writer.text(58, "gone");
  writer.begin("8");
  writer.text(58, fix_text("|a|10=1|"))
      .text(1, "")
      .character(54, '1')
      .number(38, -5)
      .number(14, std::numeric_limits<std::int64_t>::min())
      .timestamp(60, engine::Timestamp(1'772'323'200'123'456'789))
      .timestamp(432, engine::Timestamp(0), Precision::kSeconds);
  EXPECT_EQ(writer.msg_type(), "8");
  EXPECT_EQ(readable(writer.body()),
            "58=?a?10=1?|54=1|38=-5|14=-9223372036854775808|60=20260301-00:00:00.123456|"
            "432=19700101-00:00:00|");
}

TEST(MessageWriter, LeavesNothingOfABodyItWipes) {
  constexpr std::string_view kSecret = "correct horse battery staple";
  MessageWriter writer;
  writer.begin("BE");
  writer.reserve(64);
  writer.text(554, kSecret);
  const char* const bytes = writer.body().data();
  writer.wipe();
  EXPECT_EQ(writer.body(), "");
  // The memory is still the writer's.
  EXPECT_EQ(std::string(bytes, kSecret.size()), std::string(kSecret.size(), '\0'));
}

TEST(Message, HasLengthAndChecksumAsCountedByHand) {
  std::string out = "before";
  append_message(out,
                 {.begin_string = "FIX.4.4",
                  .sender = "HOURGLASS",
                  .target = "A",
                  .sequence = 7,
                  .sending_time_ns = 1'772'323'200'000'000'000,
                  .precision = Precision::kMilliseconds},
                 "0", fix_text("112=T|"));
  // 5 + 5 + 13 + 25 + 5 + 6 bytes; the sum of all before field 10 is 3805 = 14 * 256 + 221.
  EXPECT_EQ(readable(out),
            "before8=FIX.4.4|9=59|35=0|34=7|49=HOURGLASS|52=20260301-00:00:00.000|56=A|112=T|"
            "10=221|");
}

TEST(Message, HasItsHeaderInAscendingOrder) {
  std::string out;
  append_message(out,
                 {.begin_string = "FIXT.1.1",
                  .sender = "S",
                  .target = "T",
                  .sequence = 12,
                  .sending_time_ns = 0,
                  .precision = Precision::kSeconds,
                  .poss_dup = true,
                  .poss_resend = true,
                  .orig_sending_time = "19700101-00:00:00"},
                 "AE", "");
  EXPECT_EQ(readable(out.substr(0, out.size() - 7)),
            "8=FIXT.1.1|9=75|35=AE|34=12|43=Y|49=S|52=19700101-00:00:00|56=T|97=Y|"
            "122=19700101-00:00:00|");
}

std::string resent(std::string_view sent) {
  std::string out;
  if (!append_resent(out, sent, 1'772'323'200'000'000'000, Precision::kMilliseconds)) {
    EXPECT_EQ(out, "");
    return "refused";
  }
  return readable(out);
}

TEST(ResentMessage, SaysWhenItWasFirstSentAndKeepsTheBody) {
  EXPECT_EQ(resent(whole("FIX.4.4", "35=8|34=9|49=H|52=20260228-11:22:33.456789|56=M|37=1|58=x|")),
            readable(whole("FIX.4.4",
                           "35=8|34=9|43=Y|49=H|52=20260301-00:00:00.000|56=M|"
                           "122=20260228-11:22:33.456789|37=1|58=x|")));
}

TEST(ResentMessage, KeepsTheOtherHeaderFieldsInAscendingOrder) {
  EXPECT_EQ(resent(whole("FIXT.1.1",
                         "35=8|34=9|49=H|50=s|52=20260228-11:22:33|56=M|57=t|115=u|128=v|1128=9|"
                         "37=1|52=body|")),
            readable(whole("FIXT.1.1",
                           "35=8|34=9|43=Y|49=H|50=s|52=20260301-00:00:00.000|56=M|57=t|115=u|"
                           "122=20260228-11:22:33|128=v|1128=9|37=1|52=body|")));
}

TEST(ResentMessage, ReplacesWhatAnEarlierResendLeft) {
  EXPECT_EQ(resent(whole("FIX.4.4",
                         "35=8|34=9|43=N|49=H|52=20260228-11:22:33|56=M|97=Y|"
                         "122=20250101-00:00:00|37=1|")),
            readable(whole("FIX.4.4",
                           "35=8|34=9|43=Y|49=H|52=20260301-00:00:00.000|56=M|97=Y|"
                           "122=20260228-11:22:33|37=1|")));
}

TEST(ResentMessage, MayHaveNoBody) {
  EXPECT_EQ(resent(whole("FIX.4.4", "35=0|34=9|49=H|52=20260228-11:22:33|56=M|")),
            readable(whole("FIX.4.4",
                           "35=0|34=9|43=Y|49=H|52=20260301-00:00:00.000|56=M|"
                           "122=20260228-11:22:33|")));
}

TEST(ResentMessage, IsRefusedWhereTheTextIsNoMessageOfOurs) {
  const std::string_view good = "35=8|34=9|49=H|52=20260228-11:22:33|56=M|37=1|";
  const std::string message = whole("FIX.4.4", good);
  EXPECT_NE(resent(message), "refused");
  for (std::size_t cut = 0; cut < message.size(); ++cut) {
    EXPECT_EQ(resent(message.substr(0, cut)), "refused") << cut;
    std::string flipped = message;
    flipped[cut] = static_cast<char>(flipped[cut] ^ 1);
    EXPECT_EQ(resent(flipped), "refused") << cut;
  }
  EXPECT_EQ(resent(message + "x"), "refused");
  EXPECT_EQ(resent(whole("FIX.4.4", "34=9|35=8|49=H|52=20260228-11:22:33|56=M|")), "refused");
  EXPECT_EQ(resent(whole("FIX.4.4", "35=8|34=9|49=H|56=M|52=|")), "refused");
  EXPECT_EQ(resent(whole("FIX.4.4", "35=8|34=9|34=9|49=H|52=20260228-11:22:33|56=M|")), "refused");
  EXPECT_EQ(resent(whole("FIX.4.4", "35=8|34=9|49=H|52=20260228-11:22:33|37=1|")), "refused");
}

// --- All together --------------------------------------------------------------------------------

TEST(Wire, WhatIsWrittenIsFramedAndReadBack) {
  const std::uint64_t started = seed();
  SCOPED_TRACE(testing::Message() << "HOURGLASS_SEED=" << started);
  std::mt19937_64 random(started);
  MessageWriter writer;
  std::string stream;
  std::vector<std::string> sent;
  for (int i = 0; i < 200; ++i) {
    writer.begin("8");
    for (std::uint64_t field = random() % 20; field > 0; --field) {
      std::string value(random() % 30, ' ');
      for (char& c : value) c = static_cast<char>(random());
      writer.text(static_cast<std::uint32_t>(1 + random() % 999'999), value);
    }
    const std::size_t from = stream.size();
    append_message(stream,
                   {.begin_string = "FIX.4.4",
                    .sender = "H",
                    .target = "M",
                    .sequence = static_cast<std::uint32_t>(random()),
                    .sending_time_ns = random() >> 1U},
                   writer.msg_type(), writer.body());
    sent.push_back(stream.substr(from));
  }
  Framer framer;
  Fields fields;
  std::vector<std::string> received;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t size = std::min<std::size_t>(1 + random() % 700, stream.size() - at);
    framer.add(std::string_view(stream).substr(at, size));
    at += size;
    std::string_view message;
    while (framer.next(message) == Framer::Result::kMessage) {
      received.emplace_back(message);
      EXPECT_TRUE(fields.parse(message));
      EXPECT_EQ(fields.all().back().tag, 10U);
      std::string again;
      EXPECT_TRUE(append_resent(again, message, 0, Precision::kMicroseconds));
    }
  }
  EXPECT_EQ(received, sent);
  EXPECT_EQ(framer.garbled_count(), 0U);
}

}  // namespace
}  // namespace hourglass::gateway::fix

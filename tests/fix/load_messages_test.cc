// A load's orders are what the venue's writer would have written, and its answers are counted as
// they come, however they are cut.
#include "bench/fix/load_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"
#include "tests/support/fix_text.h"

namespace hourglass::bench {
namespace {

using gateway::fix::readable;
using gateway::fix::whole;

constexpr OrderTerms kTerms{.sender = "B1",
                            .target = "HOURGLASS",
                            .account = "11",
                            .symbol = "H100.D1",
                            .price = "2.35",
                            .side = '2'};
const std::uint64_t kTimeNs = *gateway::fix::parse_utc_timestamp("20261128-11:59:58.123456");

// The same order by the writer all else is written with.
std::string written(std::string_view sequence, std::string_view id, std::string_view time) {
  std::string rest = "35=D|34=";
  rest.append(sequence).append("|49=B1|52=").append(time).append("|56=HOURGLASS|1=11|11=");
  rest.append(id).append("|38=1|40=2|44=2.35|54=2|55=H100.D1|59=0|60=").append(time).append("|");
  return whole("FIX.4.4", rest);
}

void feed(AnswerReader& reader, std::string_view bytes, std::size_t at_a_time) {
  while (!bytes.empty()) {
    const std::size_t size = std::min({at_a_time, bytes.size(), reader.room().size()});
    std::copy_n(bytes.begin(), size, reader.room().begin());
    reader.took(size);
    bytes.remove_prefix(size);
  }
}

std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::string> counted(
    const AnswerReader& reader) {
  const Answers& answers = reader.answers();
  return {answers.messages, answers.orders, answers.fills, answers.heartbeats, answers.trouble};
}

TEST(OrderTemplate, WritesWhatTheVenuesWriterWrites) {
  OrderTemplate order(kTerms);
  order.set_time(kTimeNs);
  std::string out = "before it";
  order.append(out, 7, 1);
  EXPECT_EQ(readable(out),
            "before it" + readable(written("00000007", "0000000001", "20261128-11:59:58.123456")));
}

TEST(OrderTemplate, KeepsTheChecksumRightForAllNumbersAndTimes) {
  OrderTemplate order(kTerms);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::uint64_t time_ns = kTimeNs + i * 987'654'321'000;
    std::string time;
    gateway::fix::append_utc_timestamp(time, time_ns, gateway::fix::Precision::kMicroseconds);
    std::string sequence = std::to_string(i * 99'999);
    sequence.insert(0, kSequenceDigits - sequence.size(), '0');
    std::string id = std::to_string(i * 9'999'999);
    id.insert(0, kOrderNumberDigits - id.size(), '0');
    order.set_time(time_ns);
    std::string out;
    order.append(out, static_cast<std::uint32_t>(i * 99'999), i * 9'999'999);
    ASSERT_EQ(readable(out), readable(written(sequence, id, time)));
  }
}

TEST(AnswerReader, CountsMessagesHoweverTheyAreCut) {
  const std::string bytes = whole("FIX.4.4", "35=8|34=2|37=1|150=0|39=0|") +
                            whole("FIX.4.4", "35=8|34=3|37=1|58=text with 10=000 in it|150=F|") +
                            whole("FIX.4.4", "35=0|34=4|") + whole("FIX.4.4", "35=1|34=5|112=X|") +
                            whole("FIX.4.4", "35=D|34=6|11=0000000001|150=8|");
  for (std::size_t at_a_time = 1; at_a_time <= bytes.size(); ++at_a_time) {
    AnswerReader reader;
    feed(reader, bytes, at_a_time);
    ASSERT_EQ(counted(reader), std::tuple(5, 2, 1, 1, "")) << at_a_time << " bytes at a time";
  }
}

TEST(AnswerReader, CountsOnInAFullBuffer) {
  const std::string report = whole("FIX.4.4", "35=8|34=2|37=1|150=0|39=0|");
  std::string bytes;
  for (std::int32_t i = 0; i < 100; ++i) bytes += report;
  AnswerReader reader(report.size() + 1);
  feed(reader, bytes, bytes.size());
  EXPECT_EQ(counted(reader), std::tuple(100, 100, 0, 0, ""));
}

TEST(AnswerReader, KeepsTheFirstMessageThatShouldNotCome) {
  const std::string refusal = whole("FIX.4.4", "35=8|34=2|150=8|58=insufficient funds|");
  AnswerReader reader;
  feed(reader, refusal + whole("FIX.4.4", "35=j|34=3|58=too many messages a second|"), 10);
  EXPECT_EQ(counted(reader), std::tuple(2, 0, 0, 0, readable(refusal)));
}

TEST(AnswerReader, SaysThatBytesAreNoFix) {
  AnswerReader reader;
  feed(reader, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 100);
  EXPECT_EQ(counted(reader), std::tuple(0, 0, 0, 0, "bytes that are no FIX 4.4"));
  AnswerReader small(32);
  feed(small, whole("FIX.4.4", "35=8|34=2|58=longer than the buffer is|150=0|"), 8);
  EXPECT_EQ(counted(small), std::tuple(0, 0, 0, 0, "bytes that are no FIX 4.4"));
}

}  // namespace
}  // namespace hourglass::bench

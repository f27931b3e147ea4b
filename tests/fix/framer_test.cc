// Cutting a byte stream into FIX messages, whole and damaged.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/framer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

using testing::IsEmpty;

const std::string_view kHeartbeat = "8=FIX.4.4|9=5|35=0|10=163|";

// What a stream gives when it comes in pieces of these sizes, the last one repeated.
struct Framed {
  std::vector<std::string> messages;
  Framer::Result end = Framer::Result::kNeedMore;
  std::uint64_t garbled = 0;
  bool operator==(const Framed&) const = default;
};

Framed framed(std::string_view stream, const std::vector<std::size_t>& pieces) {
  Framer framer;
  Framed result;
  for (std::size_t at = 0, piece = 0; at < stream.size() || at == 0;) {
    const std::size_t size =
        std::min(pieces[std::min(piece++, pieces.size() - 1)], stream.size() - at);
    framer.add(stream.substr(at, size));
    at += size;
    std::string_view message;
    while ((result.end = framer.next(message)) == Framer::Result::kMessage) {
      result.messages.push_back(readable(message));
    }
    if (result.end == Framer::Result::kTooLong || stream.empty()) break;
  }
  result.garbled = framer.garbled_count();
  return result;
}

// The stream at once; checks that it gives the same in two pieces cut anywhere and byte by byte.
Framed framed_anyhow(std::string_view readable_stream) {
  const std::string stream = fix_text(readable_stream);
  const Framed whole = framed(stream, {stream.size()});
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    const Framed parts = framed(stream, {cut, stream.size()});
    EXPECT_EQ(parts.messages, whole.messages) << readable_stream << " cut at " << cut;
    EXPECT_EQ(parts.end, whole.end) << readable_stream << " cut at " << cut;
    EXPECT_EQ(parts.garbled, whole.garbled) << readable_stream << " cut at " << cut;
  }
  EXPECT_EQ(framed(stream, {1}).messages, whole.messages) << readable_stream;
  EXPECT_EQ(framed(stream, {1}).garbled, whole.garbled) << readable_stream;
  return whole;
}

TEST(Framer, GivesWholeMessagesHoweverTheyAreCut) {
  const std::string order = "8=FIX.4.4|9=18|35=D|11=a|108=30|1|10=000|";
  const Framed result = framed_anyhow(std::string(kHeartbeat) + order + std::string(kHeartbeat));
  EXPECT_EQ(result,
            (Framed{.messages = {std::string(kHeartbeat), order, std::string(kHeartbeat)}}));
}

TEST(Framer, KeepsAFieldTenInsideTheLengthInTheMessage) {
  const std::string text = "8=FIX.4.4|9=22|35=n|213=x|10=000|y=1||10=000|";
  EXPECT_EQ(framed_anyhow(text), (Framed{.messages = {text}}));
}

TEST(Framer, PassesOverWhatPrecedesAStart) {
  for (const std::string_view junk :
       {"x", "8", "88", "=", "8x8", "35=0|", "108=30|98=0|", "\r\n", "35=0|108=FIX|9=5|"}) {
    const Framed result = framed_anyhow(std::string(junk) + "\n" + std::string(kHeartbeat));
    EXPECT_EQ(result, (Framed{.messages = {std::string(kHeartbeat)}, .garbled = 1})) << junk;
  }
}

TEST(Framer, PassesOverAStartWithoutAGoodLength) {
  for (const std::string_view bad :
       {"8=FIX.4.4|35=0|9=5|10=0|", "8=FIX.4.4|9=|35=0|10=0|", "8=FIX.4.4|9=-5|35=0|10=0|",
        "8=FIX.4.4|9=+5|35=0|10=0|", "8=FIX.4.4|9=5x|35=0|108=30|10=0|", "8=FIX.4.4|99=5|10=0|",
        "8=FIX.4.4.4.4.4.4.4.4.4.4.4.4.4.4.4|9=5|35=0|10=0|"}) {
    const Framed result = framed_anyhow(std::string(bad) + std::string(kHeartbeat));
    EXPECT_EQ(result, (Framed{.messages = {std::string(kHeartbeat)}, .garbled = 1})) << bad;
  }
}

TEST(Framer, GivesTheSessionMessagesOfWrongLengthAsQuickFixDoes) {
  // Too short a length goes on to the field 10.
  const std::string too_short = "8=FIX.4.4|9=3|35=0|34=2|49=TW|10=000|";
  EXPECT_EQ(framed_anyhow(too_short + std::string(kHeartbeat)),
            (Framed{.messages = {too_short, std::string(kHeartbeat)}}));
  // One too long takes the next message with it.
  const std::string too_long = "8=FIX.4.4|9=29|35=0|34=2|10=000|";
  EXPECT_EQ(framed_anyhow(too_long + std::string(kHeartbeat) + std::string(kHeartbeat)),
            (Framed{.messages = {too_long + std::string(kHeartbeat), std::string(kHeartbeat)}}));
  // A field garbled in the middle is no matter here.
  const std::string garbled = "8=FIX.4.4|9=23|35=0|34=2|4garbled9=TW|10=0|";
  EXPECT_EQ(framed_anyhow(garbled), (Framed{.messages = {garbled}}));
}

TEST(Framer, TakesTheLongestMessageAndNoneLonger) {
  const auto message_of = [](std::size_t size) {
    const std::string head = fix_text("8=FIX.4.4|9=65510|58=");
    const std::string tail = fix_text("|10=000|");
    return head + std::string(size - head.size() - tail.size(), 'x') + tail;
  };
  for (const std::size_t piece : {std::size_t{1}, std::size_t{4096}, kMaxMessageBytes + 1}) {
    const Framed longest = framed(message_of(kMaxMessageBytes), {piece});
    EXPECT_EQ(longest.messages.size(), 1U);
    EXPECT_EQ(longest.end, Framer::Result::kNeedMore);
    const Framed longer = framed(message_of(kMaxMessageBytes + 1), {piece});
    EXPECT_THAT(longer.messages, IsEmpty());
    EXPECT_EQ(longer.end, Framer::Result::kTooLong);
  }
}

TEST(Framer, SaysTooLongAsSoonAsTheLengthDoes) {
  for (const std::string_view text :
       {"8=FIX.4.4|9=65536|", "8=FIX.4.4|9=999999999|", "8=FIX.4.4|9=9999999999"}) {
    EXPECT_EQ(framed_anyhow(text), (Framed{.messages = {}, .end = Framer::Result::kTooLong}))
        << text;
  }
}

TEST(Framer, SaysTooLongWhereNoFieldTenComes) {
  const std::string text = fix_text("8=FIX.4.4|9=5|35=0|58=") + std::string(kMaxMessageBytes, 'x');
  EXPECT_EQ(framed(text, {1000}).end, Framer::Result::kTooLong);
  const std::string unended =
      fix_text("8=FIX.4.4|9=5|35=0|10=") + std::string(kMaxMessageBytes, 'x');
  EXPECT_EQ(framed(unended, {1000}).end, Framer::Result::kTooLong);
}

TEST(Framer, HoldsNoMoreThanTwoBytesOfGarbage) {
  Framer framer;
  std::string_view message;
  for (int i = 0; i < 100; ++i) {
    framer.add("no FIX at all, 108=30 and so on");
    EXPECT_EQ(framer.next(message), Framer::Result::kNeedMore);
    EXPECT_LE(framer.pending_bytes(), 2U);
  }
  EXPECT_EQ(framer.garbled_count(), 1U);
}

TEST(Framer, FindsTheNextGoodMessageBehindAnyDamage) {
  const std::uint64_t started = seed();
  SCOPED_TRACE(testing::Message() << "HOURGLASS_SEED=" << started);
  std::mt19937_64 random(started);
  const std::string good = whole("FIX.4.4", "35=D|34=9|49=H|52=20260228-11:22:33|56=M|11=a|38=5|");
  Fields fields;
  for (int round = 0; round < 1'000; ++round) {
    std::string stream = good + good;
    for (std::uint64_t change = 1 + random() % 3; change > 0; --change) {
      const std::size_t at = random() % good.size();
      switch (random() % 3) {
        case 0: stream[at] = static_cast<char>(random()); break;
        case 1: stream.erase(at, 1 + random() % 3); break;
        default: stream.insert(at, 1, fix_text("|=810")[random() % 5]); break;
      }
    }
    // A wrong length may swallow all that follows up to itself, at most this many.
    for (std::size_t size = 0; size <= kMaxMessageBytes; size += good.size()) stream += good;
    const Framed at_once = framed(stream, {stream.size()});
    const Framed in_parts = framed(stream, {1 + random() % 200, 1 + random() % 5000});
    ASSERT_EQ(at_once, in_parts) << readable(stream.substr(0, 3 * good.size()));
    ASSERT_TRUE(at_once.end == Framer::Result::kTooLong ||
                (!at_once.messages.empty() && at_once.messages.back() == readable(good)))
        << readable(stream.substr(0, 3 * good.size()));
    for (const std::string& message : at_once.messages) static_cast<void>(fields.parse(message));
  }
}

}  // namespace
}  // namespace hourglass::gateway::fix

// What is sent again is what was sent, and what cannot be is refused with the reason.
#include "marketdata/publish/retransmission.h"

#include <gtest/gtest.h>

#include "marketdata/publish/request_limiter.h"
#include "tests/feed/publish_desk.h"
#include "tests/support/random_source.h"

namespace hourglass::marketdata::publish_test {
namespace {

SentPacket answer(Publisher& publisher, const RetransmitRequest& request,
                  std::uint64_t delay_ns = 0) {
  const auto bytes = publisher.retransmission().answer(request, delay_ns, 99);
  return {{}, {bytes.begin(), bytes.end()}};
}

RetransmitReject refusal(Publisher& publisher, const RetransmitRequest& request,
                         std::uint64_t delay_ns = 0) {
  const auto messages = messages_of({answer(publisher, request, delay_ns)});
  EXPECT_EQ(messages.size(), 1U);
  if (messages.size() != 1) return {};
  const auto reject = messages[0].as<RetransmitReject>();
  EXPECT_EQ(reject.request_id, request.request_id);
  EXPECT_EQ(reject.channel_id, request.channel_id);
  return reject;
}

RetransmitRequest asking(ChannelKind channel, std::uint64_t begin, std::uint16_t count) {
  return {
      .request_id = 17, .begin_seq = begin, .count = count, .channel_id = channel_id(3, channel)};
}

TEST(Retransmission, SendsAgainWhatWasSent) {
  for_each_stream(2'000, [](const Commands& commands, std::uint64_t seed) {
    KeepingSink sink;
    Publisher publisher(small_settings(), sink);
    for (const auto& events : commands) publisher.publish(public_of(events), 1);
    publisher.flush(1);
    engine::test::RandomSource random(seed);
    for (const Stream stream : {Stream::kOrders, Stream::kLevels}) {
      const auto sent = messages_of(sink.take(stream));
      for (std::uint32_t i = 0; i < 200; ++i) {
        const std::size_t first = random.below(sent.size());
        const auto count = static_cast<std::uint16_t>(1 + random.below(60));
        const SentPacket packet = answer(publisher, asking(channel_of(stream), first + 1, count));
        const auto again = messages_of({packet});
        EXPECT_EQ(packet.header().flags, kIncremental | kRetransmitted);
        EXPECT_EQ(packet.header().seq_num, first + 1);
        EXPECT_EQ(packet.header().epoch, 7);
        EXPECT_EQ(packet.header().sending_time, 99U);
        ASSERT_FALSE(again.empty());
        ASSERT_LE(again.size(), count);
        for (std::size_t k = 0; k < again.size(); ++k) {
          ASSERT_EQ(again[k].bytes, sent[first + k].bytes);
        }
        // Fewer than asked for: no more are there, or no more fit.
        const std::size_t next = first + again.size();
        if (again.size() < count && next < sent.size()) {
          EXPECT_GT(packet.bytes.size() + sent[next].bytes.size(), kMaxPacketBytes);
        }
      }
    }
  });
}

TEST(Retransmission, RefusesWithTheReasonAndTheFirstAvailable) {
  PublisherSettings settings = small_settings();
  settings.limits.kept_messages = 1U << 12;
  KeepingSink sink;
  Publisher publisher(settings, sink);
  const auto unborn = refusal(publisher, asking(ChannelKind::kOrders, 1, 1));
  EXPECT_EQ(unborn.reason, RetransmitRefusal::kNotYet);
  const std::uint64_t seed = engine::test::number_from_environment("HOURGLASS_SEED", 1);
  auto stream = engine::test::random_stream(engine::test::Profile::kCrossing, seed, 20'000);
  stream.limits.max_orders = 2'000;
  for (const auto& events : events_of(stream)) publisher.publish(public_of(events), 1);
  publisher.flush(1);
  const std::uint64_t last = publisher.state().last_sequence();
  ASSERT_GT(last, 2 * settings.limits.kept_messages) << "HOURGLASS_SEED=" << seed;
  const auto sent = messages_of(sink.take(Stream::kLevels));

  const auto too_old = refusal(publisher, asking(ChannelKind::kLevels, 1, 5));
  EXPECT_EQ(too_old.reason, RetransmitRefusal::kTooOld);
  EXPECT_EQ(too_old.retry_delay_ns, 0U);
  const std::uint64_t first = too_old.first_available_seq;
  EXPECT_EQ(first, last - settings.limits.kept_messages + 1);
  EXPECT_EQ(refusal(publisher, asking(ChannelKind::kLevels, first - 1, 5)).reason,
            RetransmitRefusal::kTooOld);
  const auto oldest = messages_of({answer(publisher, asking(ChannelKind::kLevels, first, 5))});
  ASSERT_EQ(oldest.size(), 5U);
  EXPECT_EQ(oldest[0].bytes, sent[first - 1].bytes);
  EXPECT_EQ(messages_of({answer(publisher, asking(ChannelKind::kLevels, last, 5))}).size(), 1U);

  const auto not_yet = refusal(publisher, asking(ChannelKind::kLevels, last + 1, 5));
  EXPECT_EQ(not_yet.reason, RetransmitRefusal::kNotYet);
  EXPECT_GT(not_yet.retry_delay_ns, 0U);
  const auto limited = refusal(publisher, asking(ChannelKind::kLevels, last, 5), 1'234);
  EXPECT_EQ(limited.reason, RetransmitRefusal::kRateLimited);
  EXPECT_EQ(limited.retry_delay_ns, 1'234U);
  EXPECT_EQ(limited.first_available_seq, first);
  for (const ChannelKind kind : {ChannelKind::kTop, ChannelKind::kDefinitions,
                                 ChannelKind::kStatistics, ChannelKind::kIndices}) {
    EXPECT_EQ(refusal(publisher, asking(kind, 1, 1)).reason, RetransmitRefusal::kNotNumbered);
  }
  EXPECT_EQ(refusal(publisher, asking(ChannelKind(9), 1, 1)).reason,
            RetransmitRefusal::kUnknownChannel);
  RetransmitRequest stray = asking(ChannelKind::kOrders, last, 1);
  stray.channel_id = channel_id(4, ChannelKind::kOrders);
  EXPECT_EQ(refusal(publisher, stray).reason, RetransmitRefusal::kUnknownChannel);
  EXPECT_EQ(refusal(publisher, asking(ChannelKind::kOrders, 0, 1)).reason,
            RetransmitRefusal::kMalformed);
  EXPECT_EQ(refusal(publisher, asking(ChannelKind::kOrders, last, 0)).reason,
            RetransmitRefusal::kMalformed);
}

TEST(MessageLog, KeepsWhatWasNotOverwrittenWhateverTheLengths) {
  MessageLog log(1U << 12);
  EXPECT_EQ(log.first_available(), log.next_sequence());
  engine::test::RandomSource random(engine::test::number_from_environment("HOURGLASS_SEED", 1));
  std::vector<std::vector<std::byte>> written;
  for (std::uint64_t sequence = 5; sequence < 20'000; ++sequence) {
    std::byte* const at = log.room();
    const std::size_t bytes =
        random.percent(50) ? write_frame(at, InstrumentDefinition{}) : write_frame(at, OrderAdd{});
    std::memcpy(at + sizeof(FrameHeader), &sequence, sizeof(sequence));
    written.emplace_back(at, at + bytes);
    log.commit(sequence, bytes);
    if (sequence % 977 != 0) continue;
    const std::uint64_t first = log.first_available();
    EXPECT_EQ(first, sequence < 5 + (1U << 12) ? 5 : sequence - (1U << 12) + 1);
    for (std::uint64_t kept = first; kept <= sequence; ++kept) {
      const auto frame = log.frame(kept);
      ASSERT_TRUE(std::equal(frame.begin(), frame.end(), written[kept - 5].begin(),
                             written[kept - 5].end()));
    }
  }
}

TEST(RequestLimiter, LetsABurstThroughAndThenTheRate) {
  RequestLimiter limiter({.per_second = 100, .burst = 4}, 64);
  constexpr std::uint64_t kNow = 1'000'000'000'000;
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(limiter.take(1, kNow), 0U);
  EXPECT_EQ(limiter.take(1, kNow), 10'000'000U);
  EXPECT_EQ(limiter.take(1, kNow + 9'999'999), 1U) << "what was refused costs nothing";
  EXPECT_EQ(limiter.take(2, kNow), 0U) << "another client has its own";
  EXPECT_EQ(limiter.take(1, kNow + 10'000'000), 0U);
  EXPECT_EQ(limiter.take(1, kNow + 10'000'000), 10'000'000U);
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(limiter.take(1, kNow + 1'000'000'000), 0U);
  EXPECT_NE(limiter.take(1, kNow + 1'000'000'000), 0U);
}

}  // namespace
}  // namespace hourglass::marketdata::publish_test

// Looking ahead decides nothing: whatever the commands, the events are the same with it.
// HOURGLASS_SEED sets the seed.
#include "engine/exchange/lookahead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "engine/exchange/exchange.h"
#include "tests/support/exchange_instances.h"
#include "tests/support/random_commands.h"
#include "tests/support/random_source.h"
#include "tests/support/replicas.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint32_t kSteps = 20'000;
constexpr std::size_t kBurst = 64;  // as the sequencer takes them from its ring

using Bytes = std::vector<std::byte>;

// An exchange that is fed bursts of commands and keeps every event's bytes.
class Fed {
 public:
  enum class Ahead : std::uint8_t { kNo, kAlways };

  Fed(const NaiveLimits& limits, Ahead ahead) : exchange_(exchange_limits(limits)), ahead_(ahead) {}

  void feed(std::span<const Step> burst) {
    lookahead_.begin();
    for (std::size_t i = 0; i < burst.size(); ++i) {
      if (ahead_ == Ahead::kAlways) {
        lookahead_.advance(i, burst.size(),
                           [&](std::uint64_t n) -> const Command& { return burst[n].command; });
      }
      apply(burst[i].command);
      while (exchange_.has_pending_work()) apply(exchange_.continuation());
    }
  }
  [[nodiscard]] const Bytes& events() const { return events_; }

 private:
  void apply(Command command) {
    CommandHeader& header = command.mutable_header();
    header.sequence = SequenceNumber(++sequence_);
    time_ = std::max(time_, header.time);
    header.time = time_;
    for (const Event& event : exchange_.apply(command)) {
      const auto bytes = std::span(event.bytes).first(event_bytes(event.header().kind));
      events_.insert(events_.end(), bytes.begin(), bytes.end());
    }
  }

  Exchange<engine::PermissiveClearing> exchange_;
  Lookahead lookahead_{exchange_.state(), 0};
  const Ahead ahead_;
  Bytes events_;
  std::uint64_t sequence_ = 0;
  Timestamp time_;
};

TEST(Lookahead, ChangesNoEvent) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  for (const Profile profile : kAllProfiles) {
    SCOPED_TRACE(testing::Message() << name(profile) << ", seed " << seed);
    const Stream stream = random_stream(profile, seed, kSteps);
    Fed plain(stream.limits, Fed::Ahead::kNo);
    Fed ahead(stream.limits, Fed::Ahead::kAlways);
    for (std::size_t from = 0; from < stream.steps.size(); from += kBurst) {
      const auto burst =
          std::span(stream.steps).subspan(from, std::min(kBurst, stream.steps.size() - from));
      plain.feed(burst);
      ahead.feed(burst);
    }
    EXPECT_FALSE(plain.events().empty());
    EXPECT_TRUE(plain.events() == ahead.events());
  }
}

// Each command is looked at once at most, in order and never further ahead than promised; nothing
// is looked at while no order works, because then all fit the cache.
TEST(Lookahead, PeeksAtEachCommandOnce) {
  const Stream stream =
      random_stream(Profile::kPlain, number_from_environment("HOURGLASS_SEED", 1), kSteps);
  Exchange<engine::PermissiveClearing> exchange;
  Lookahead lookahead(exchange.state(), 0);
  std::vector<std::uint64_t> peeked;
  lookahead.begin();
  for (std::uint64_t at = 0; at < kSteps; ++at) {
    const bool any_works = exchange.state().books.orders().live_count() != 0;
    lookahead.advance(at, kSteps, [&](std::uint64_t i) -> const Command& {
      EXPECT_TRUE(any_works);
      EXPECT_LE(i, at + Lookahead::kKeyAhead);
      EXPECT_GE(i, peeked.empty() ? at : peeked.back() + 1);
      peeked.push_back(i);
      return stream.steps[i].command;
    });
    Command command = stream.steps[at].command;
    command.mutable_header().sequence = SequenceNumber(2 * at + 1);
    command.mutable_header().time = exchange.state().time;
    if (!exchange.has_pending_work()) static_cast<void>(exchange.apply(command));
  }
  ASSERT_FALSE(peeked.empty());
  EXPECT_EQ(peeked.back(), kSteps - 1);
}

}  // namespace
}  // namespace hourglass::engine::test

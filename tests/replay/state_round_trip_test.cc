// An exchange that was saved and loaded goes on as if nothing had been.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/replay/recorded.h"
#include "tests/support/command_builder.h"
#include "tests/support/event_text.h"
#include "tests/support/journal_workload.h"

namespace hourglass::engine::test {
namespace {

// The commands of a stream as they were stamped, continuations included.
std::vector<Command> commands_of(const Stream& stream, std::uint64_t seed) {
  Recorded recorded(stream, {.seed = seed, .event_store = false});
  recorded.recorder.run(stream);
  return recorded.recorder.commands();
}

class Pair {
 public:
  explicit Pair(const Stream& stream)
      : stream_(stream), original_(make_replica(stream.limits, stream.clearing)) {}

  // Applies to the original alone until `command` and then, as soon as no work is pending, to a
  // loaded copy as well. Returns what goes wrong.
  std::string run(std::span<const Command> commands, std::size_t copy_at) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (i >= copy_at && !copy_ && !original_->has_pending_work()) {
        if (!load_copy()) return "the saved state does not load or not to the same bytes";
      }
      const std::span<const Event> expected = original_->apply(commands[i]);
      if (!copy_) continue;
      const std::span<const Event> actual = copy_->apply(commands[i]);
      if (const auto wrong = first_difference(expected, actual)) {
        return text(commands[i]) + "\n" + *wrong;
      }
    }
    if (!copy_) return "";
    copy_->state().audit();
    if (original_->has_pending_work() != copy_->has_pending_work()) return "pending work differs";
    if (original_->has_pending_work()) return "";
    return saved(*original_) == saved(*copy_) ? "" : "the final states differ";
  }
  [[nodiscard]] bool copied() const { return copy_ != nullptr; }

 private:
  bool load_copy() {
    const std::vector<std::byte> bytes = saved(*original_);
    copy_ = make_replica(stream_.limits, stream_.clearing);
    StateReader reader(bytes);
    if (!copy_->load(reader)) return false;
    copy_->state().audit();
    return saved(*copy_) == bytes;
  }

  const Stream& stream_;
  std::unique_ptr<Replica> original_;
  std::unique_ptr<Replica> copy_;
};

TEST(StateRoundTrip, ChangesNothingThatComesAfter) {
  const std::uint64_t first_seed = journal_test_seed(1);
  std::uint32_t copied = 0;
  for (const Profile profile : kAllProfiles) {
    for (std::uint64_t seed = first_seed; seed < first_seed + 10; ++seed) {
      Stream stream = random_stream(profile, seed, 500);
      // Every second time so few key pages that sessions run out of them.
      if (seed % 2 == 0) stream.limits.max_client_key_pages = 3;
      const std::vector<Command> commands = commands_of(stream, seed);
      Pair pair(stream);
      EXPECT_EQ(pair.run(commands, RandomSource(seed).below(commands.size())), "")
          << name(profile) << " HOURGLASS_SEED=" << seed;
      if (pair.copied()) ++copied;
    }
  }
  EXPECT_GT(copied, 60U);
}

// Two sessions, one page of keys: who has it keeps it, also over the end of a day.
TEST(StateRoundTrip, RemembersWhoseKeyPagesAreGone) {
  Stream stream;
  stream.limits.max_client_key_pages = 1;
  std::vector<Command> commands;
  const auto add = [&](const Command& command) {
    commands.push_back(stamped(command, commands.size() + 1, commands.size() + 1));
  };
  add(define_instrument({}));
  add(new_order({.from = {.session = 1}, .key = 0, .price = 10, .qty = 1}));
  add(cancel_order({.session = 1}, 0));
  add(end_trading_day());
  add(new_order({.from = {.session = 2}, .key = 0, .price = 10, .qty = 1}));
  Pair pair(stream);
  EXPECT_EQ(pair.run(commands, 4), "");
  ASSERT_TRUE(pair.copied());
  const auto replica = make_replica(stream.limits, Clearing::kPermissive);
  std::span<const Event> events;
  for (const Command& command : commands) events = replica->apply(command);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].as<RequestRejected>().reason, RejectReason::kClientKeyLimitReached);
}

// Every byte of a state, changed by one bit: refused, or a state that is sound.
TEST(StateRoundTrip, LoadsNoUnsoundState) {
  const auto recorded = record(Profile::kDays, 1, 120);
  JournalRecorder& recorder = recorded->recorder;
  while (recorder.replica().has_pending_work()) recorder.send(advance_time());
  const std::vector<std::byte> good = saved(recorder.replica());
  std::uint32_t refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::vector<std::byte> bytes = good;
    bytes[at] ^= std::byte{static_cast<unsigned char>(1U << (at % 8))};
    const auto replica = recorded->fresh();
    StateReader reader(bytes);
    if (!replica->load(reader)) {
      ++refused;
      continue;
    }
    replica->state().audit();
    const std::vector<std::byte> again = saved(*replica);
    const auto copy = recorded->fresh();
    StateReader second(again);
    EXPECT_TRUE(copy->load(second)) << at;
    EXPECT_EQ(saved(*copy), again) << at;
  }
  EXPECT_GT(refused, good.size() / 4);
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto replica = recorded->fresh();
    StateReader reader{std::span(good).first(size)};
    EXPECT_FALSE(replica->load(reader)) << size;
  }
}

}  // namespace
}  // namespace hourglass::engine::test

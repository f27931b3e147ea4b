// A person's line that is too long is none, whole or in parts.
#include <gtest/gtest.h>

#include "gateway/daemon/input_lines.h"
#include "tests/support/running_venue.h"

namespace hourglass::gateway {
namespace {

using engine::test::RunningVenue;

TEST(LongLine, IsRefusedWholeWhereverItIsCut) {
  const std::string refusal = "? a line has at most 4096 bytes; this one was not carried out\n";
  RunningVenue venue({.program = HOURGLASS_PROGRAM,
                      .data_dir = testing::TempDir() + "long_line",
                      .snapshot_every = 1000});
  ASSERT_TRUE(venue.hear().has_value());
  // Each ends in a command that would stop the venue, at another place of the reader's buffer.
  for (std::size_t bytes = kMaxLineBytes - 4; bytes <= 3 * kMaxLineBytes + 1; bytes += 509) {
    SCOPED_TRACE(bytes);
    const std::string line = std::string(bytes, 'x') + "\tquit";
    ASSERT_TRUE(venue.say(line));
    EXPECT_EQ(venue.hear().value_or("ended"), refusal);
  }
  // The longest that is one.
  ASSERT_TRUE(venue.say(std::string(kMaxLineBytes, 'x')));
  EXPECT_EQ(venue.hear().value_or("ended").substr(0, 4), "? \"x");
  ASSERT_TRUE(venue.say("quit"));
  EXPECT_EQ(venue.wait(), 0);
}

}  // namespace
}  // namespace hourglass::gateway

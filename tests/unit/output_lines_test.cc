// Output of a running venue: whole texts, in order, and nobody waits for whoever reads.
#include "gateway/daemon/output_lines.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "fmt/format.h"

namespace hourglass::gateway {
namespace {

// A pipe nobody reads unless asked to.
class OutputLinesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  void TearDown() override {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  // What stands in the pipe, and what comes behind it.
  std::string read_all(OutputLines& output) {
    std::string text;
    std::array<char, 65536> chunk{};
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    for (;;) {  // ends: with the output
      const ssize_t got = ::read(ends_[0], chunk.data(), chunk.size());
      if (got > 0) {
        text.append(chunk.data(), static_cast<std::size_t>(got));
      } else if (!output.flush()) {
        return text;
      }
    }
  }

  std::array<int, 2> ends_{-1, -1};
};

TEST_F(OutputLinesTest, WritesWhatIsPutInOrder) {
  OutputLines output(ends_[1]);
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string line = fmt::format("line {} of many\n", i);
    output.put(line);
    expected += line;
  }
  EXPECT_FALSE(output.empty());
  EXPECT_EQ(read_all(output), expected);
  EXPECT_TRUE(output.empty());
}

TEST_F(OutputLinesTest, LeavesWholeTextsOutBeyondTheBoundAndSaysHowMany) {
  OutputLines output(ends_[1]);
  const std::string text = std::string(1023, 'x') + "\n";
  constexpr std::size_t kTaken = kMaxWaitingOutputBytes / 1024;
  for (std::size_t i = 0; i < kTaken + 7; ++i) output.put(text);
  std::string expected;
  for (std::size_t i = 0; i < kTaken; ++i) expected += text;
  expected += "(7 texts left out here: the output was not read)\n";
  EXPECT_EQ(read_all(output), expected);
  output.put("after\n");
  EXPECT_EQ(read_all(output), "after\n");
}

TEST_F(OutputLinesTest, NeverWaitsForAReader) {
  OutputLines output(ends_[1]);
  output.put(std::string(kMaxWaitingOutputBytes, 'x'));
  while (output.flush()) continue;  // would never end where a write waited
  EXPECT_FALSE(output.empty());
  output.finish(1'000'000);
  EXPECT_FALSE(output.empty());
}

// Somebody else's descriptor of the same pipe goes on waiting as before.
TEST_F(OutputLinesTest, LeavesTheDescriptorAsItIs) {
  const int flags = ::fcntl(ends_[1], F_GETFL);
  OutputLines output(ends_[1]);
  output.put("text\n");
  output.flush();
  EXPECT_EQ(::fcntl(ends_[1], F_GETFL), flags);
}

TEST_F(OutputLinesTest, ForgetsWhatNobodyCanReadAnyMore) {
  OutputLines output(ends_[1]);
  ::signal(SIGPIPE, SIG_IGN);
  ::close(ends_[0]);
  ends_[0] = -1;
  output.put("text\n");
  output.flush();
  EXPECT_TRUE(output.empty());
  output.put("more\n");
  EXPECT_TRUE(output.empty());
}

}  // namespace
}  // namespace hourglass::gateway

// Output of a running venue: whole texts, in order, and nobody waits for whoever reads.
#include "gateway/daemon/output_lines.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
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

// What is lost is counted, and so is a line that says so and is lost too.
TEST_F(OutputLinesTest, GoesOnOnceAFullDiskHasRoomAgain) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto set_room = [&](rlim_t bytes) {
    const rlimit room{.rlim_cur = bytes, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &room), 0);
  };
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  OutputLines output(::fileno(file));
  const auto say = [&](const std::string& text) {
    output.put(text);
    while (output.flush()) continue;  // ends: with the text
    EXPECT_TRUE(output.empty());
  };
  set_room(12);
  say("written\n");
  say("cut in two\n");
  say("lost\n");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(output.flush());
  output.put("lost\n");
  say("lost\n");
  set_room(before.rlim_cur);
  say("again\n");
  say("more\n");
  std::string text(1000, '\0');
  const ssize_t got = ::pread(::fileno(file), text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  std::fclose(file);
  EXPECT_EQ(text, "written\ncut \n(4 texts left out here: the output failed)\nagain\nmore\n");
}

TEST_F(OutputLinesTest, GoesOnWithANewReaderOfAPipe) {
  const std::string path = fmt::format("{}/output-lines-{}", ::testing::TempDir(), ::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  ::signal(SIGPIPE, SIG_IGN);
  const auto open_reader = [&] {
    ::close(ends_[0]);
    ends_[0] = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(ends_[0], 0);
  };
  open_reader();
  ::close(ends_[1]);
  ends_[1] = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_GE(ends_[1], 0);
  OutputLines output(ends_[1]);
  ::close(ends_[0]);
  output.put("text\n");
  EXPECT_FALSE(output.flush());
  EXPECT_TRUE(output.empty());
  ends_[0] = -1;
  open_reader();
  ASSERT_EQ(::unlink(path.c_str()), 0);
  output.put("more\n");
  output.flush();
  EXPECT_EQ(read_all(output), "(1 text left out here: the output failed)\nmore\n");
}

}  // namespace
}  // namespace hourglass::gateway

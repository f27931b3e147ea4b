// QuickFIX's acceptance suite against QuickFIX's own acceptor: the control of the runner, which
// judges our acceptor elsewhere. And the other control: that the runner reports what is wrong.
#include <absl/status/status.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/fix/quickfix/stock_acceptor.h"
#include "tests/fix/acceptance_script.h"
#include "tests/fix/quickfix_source.h"

namespace hourglass::gateway::fix::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kHost = "127.0.0.1";
// A port that is free when it is chosen may be taken when it is bound.
constexpr std::int32_t kPortsTriedMax = 5;
// What a loaded machine delays by a second can make the stock acceptor answer otherwise, and its
// threads can take a closed socket's number for another's.
constexpr std::int32_t kRunsMax = 3;

constexpr std::int32_t kAcceptors = 6;

// A stock acceptor in a process of its own, which ends with the test's.
class StockProcess {
 public:
  StockProcess(const std::string& source, const std::string& begin_string) {
    for (std::int32_t tried = 0; tried < kPortsTriedMax && child_ < 0; ++tried) {
      port_ = StockAcceptor::free_port();
      start({source + "/spec", begin_string, "ISLD", {"TW"}, port_});
    }
  }
  ~StockProcess() { end(); }
  StockProcess(const StockProcess&) = delete;
  StockProcess& operator=(const StockProcess&) = delete;

  // Why there is none; empty: it serves.
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void start(const StockSettings& settings) {
    std::array<int, 2> answer{};
    ASSERT_EQ(::pipe(answer.data()), 0);
    child_ = ::fork();
    ASSERT_GE(child_, 0);
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      std::string error;
      const std::unique_ptr<StockAcceptor> acceptor = StockAcceptor::start(settings, error);
      static_cast<void>(!::write(answer[1], error.data(), error.size()));
      ::close(answer[1]);
      while (acceptor != nullptr) ::pause();  // until it is killed
      ::_exit(1);
    }
    ::close(answer[1]);
    error_.clear();
    std::array<char, 4096> chunk{};
    for (ssize_t got = 0; (got = ::read(answer[0], chunk.data(), chunk.size())) > 0;) {
      error_.append(chunk.data(), static_cast<std::size_t>(got));
    }
    ::close(answer[0]);
    if (!error_.empty()) end();
  }

  void end() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

  pid_t child_ = -1;
  std::uint16_t port_ = 0;
  std::string error_;
};

std::string scripts_of(const std::string& source, const std::string& version) {
  return source + "/test/definitions/server/" + version;
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Needs the source; without a way to the registry there is nothing to judge.
class Acceptance : public testing::Test {
 protected:
  void SetUp() override {
    const auto source = quickfix_source_directory();
    if (absl::IsUnavailable(source.status())) {
      GTEST_SKIP() << "QuickFIX's source: " << source.status();
    }
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *source;
  }

  void check_suite(const std::string& version, const std::string& begin_string,
                   std::size_t script_count) {
    std::vector<std::unique_ptr<StockProcess>> stock;
    std::vector<std::uint16_t> ports;
    for (std::int32_t i = 0; i < kAcceptors; ++i) {
      stock.push_back(std::make_unique<StockProcess>(source_, begin_string));
      ASSERT_EQ(stock.back()->error(), "");
      ports.push_back(stock.back()->port());
    }
    const auto begin = std::chrono::steady_clock::now();
    const auto results = run_suite(scripts_of(source_, version), kHost, ports, kRunsMax);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    ASSERT_TRUE(results.ok()) << results.status();
    std::vector<std::string> failures;
    std::int32_t repeated = 0;
    for (const ScriptResult& result : *results) {
      if (!result.failure.empty()) failures.push_back(result.failure);
      repeated += result.runs - 1;
    }
    fmt::print("{}: {} scripts, {} failed, {} runs repeated, {:.1f} s\n", version, results->size(),
               failures.size(), repeated, took.count());
    EXPECT_THAT(failures, IsEmpty());
    EXPECT_EQ(results->size(), script_count);
  }

  std::string source_;
};

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kIsControlWanted = false;
#else
constexpr bool kIsControlWanted = true;
#endif

TEST_F(Acceptance, QuickFixsOwnAcceptorPassesItsSuiteForFix44) {
  if (!kIsControlWanted) GTEST_SKIP() << "nothing of ours is in it for a sanitizer to see";
  check_suite("fix44", "FIX.4.4", 59);
}

TEST_F(Acceptance, QuickFixsOwnAcceptorPassesItsSuiteForFix50Sp2) {
  if (!kIsControlWanted) GTEST_SKIP() << "nothing of ours is in it for a sanitizer to see";
  check_suite("fix50sp2", "FIXT.1.1", 60);
}

TEST_F(Acceptance, TheRunnerReportsAChangedExpectation) {
  const StockProcess stock(source_, "FIX.4.4");
  ASSERT_EQ(stock.error(), "");
  std::string text =
      text_of(scripts_of(source_, "fix44") + "/1a_ValidLogonWithCorrectMsgSeqNum.def");
  const std::size_t at = text.find("108=30", text.find("\nE"));
  ASSERT_NE(at, std::string::npos);
  const auto as_it_is = parse_script("as it is", text);
  ASSERT_TRUE(as_it_is.ok()) << as_it_is.status();
  EXPECT_EQ(run_script(*as_it_is, kHost, stock.port()), absl::OkStatus());
  const auto changed = parse_script("changed", text.replace(at, 6, "108=31"));
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_THAT(std::string(run_script(*changed, kHost, stock.port()).message()),
              AllOf(HasSubstr("changed:5: tag 108 is \"30\" instead of \"31\""),
                    HasSubstr("expected: 8=FIX.4.4|9=61|35=A|"),
                    HasSubstr("received: 8=FIX.4.4|9=61|35=A|")));
}

TEST_F(Acceptance, TheRunnerReportsAConnectionThatCloses) {
  const StockProcess stock(source_, "FIX.4.4");
  ASSERT_EQ(stock.error(), "");
  const auto script = parse_script("unknown",
                                   "iCONNECT\n"
                                   "I8=FIX.4.4\00135=A\00134=1\00149=NOBODY\00152=<TIME>\001"
                                   "56=ISLD\00198=0\001108=30\001\n"
                                   "E8=FIX.4.4\00135=A\001\n");
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_THAT(std::string(run_script(*script, kHost, stock.port()).message()),
              HasSubstr("unknown:3: the acceptor closed the connection"));
}

TEST(AcceptanceScript, ReadsConnectionsMessagesAndComments) {
  const auto script = parse_script("s",
                                   "# why\r\n\niCONNECT\r\ni2,CONNECT\nI2,8=A\nE8=B\n"
                                   "e2,DISCONNECT\niDISCONNECT");
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_THAT(script->steps,
              ElementsAre(Step{StepKind::kConnect, 3, 1, ""}, Step{StepKind::kConnect, 4, 2, ""},
                          Step{StepKind::kSend, 5, 2, "8=A"}, Step{StepKind::kExpect, 6, 1, "8=B"},
                          Step{StepKind::kAwaitDisconnect, 7, 2, ""},
                          Step{StepKind::kDisconnect, 8, 1, ""}));
}

TEST(AcceptanceScript, RefusesALineThatIsNoStep) {
  EXPECT_EQ(parse_script("s", "iCONNECT\niCONECT\n").status().message(),
            "s:2: not a step: iCONECT");
  EXPECT_EQ(parse_script("s", "X8=A\n").status().message(), "s:1: not a step: X8=A");
  EXPECT_EQ(parse_script("s", "eCONNECT\n").status().message(), "s:1: not a step: eCONNECT");
  EXPECT_EQ(parse_script("s", "# nothing\n").status().message(), "s: no steps");
}

TEST(AcceptanceScript, ComputesLengthAndChecksumWhereAbsent) {
  EXPECT_EQ(complete_message("8=FIX.4.2\00135=0\001", 0), "8=FIX.4.2\0019=5\00135=0\00110=161\001");
  EXPECT_EQ(complete_message("8=FIX.4.2\00135=0\00110=256\001", 0),
            "8=FIX.4.2\0019=5\00135=0\00110=256\001");
  EXPECT_EQ(complete_message("8=FIX.4.2\0019=7\00135=0\001", 0),
            "8=FIX.4.2\0019=7\00135=0\00110=163\001");
  EXPECT_EQ(complete_message("35=0\0018=FIX.4.2\001", 0), "35=0\0018=FIX.4.2\001");
}

TEST(AcceptanceScript, PutsTimesIn) {
  EXPECT_EQ(complete_message("52=<TIME>\00160=<TIME+10>\001122=<TIME-1>\001", 86'400),
            "52=19700102-00:00:00\00160=19700102-00:00:10\001122=19700101-23:59:59\001");
}

TEST(AcceptanceScript, ComparesFieldsInOrder) {
  const std::string received = "8=FIX.4.2\0019=5\00135=0\00110=161\001";
  EXPECT_EQ(difference("8=FIX.4.2\0019=5\00135=0\00110=0\001", received), "");
  EXPECT_EQ(difference("8=FIX.4.2\0019=<ANY>\00135=0\00110=0\001", received), "");
  EXPECT_EQ(difference("8=FIX.4.2\0019=5\00135=1\00110=0\001", received),
            "tag 35 is \"0\" instead of \"1\"");
  EXPECT_EQ(difference("8=FIX.4.2\0019=5\00134=1\00135=0\00110=0\001", received),
            "field 3 is tag 35 instead of 34");
  EXPECT_EQ(difference("8=FIX.4.2\0019=5\00135=0\001", received), "4 fields instead of 3");
  EXPECT_EQ(
      difference("8=FIX.4.2\0019=5\00135=0\00110=0\001", "8=FIX.4.2\0019=5\00135=0\00110=162\001"),
      "CheckSum is 162 and should be 161");
}

TEST(AcceptanceScript, ComparesOnlyTheFormOfTimes) {
  const std::string any_time = "52=00000000-00:00:00";
  const auto judged = [&any_time](const std::string& value) {
    return difference(any_time, "52=" + value).starts_with("tag 52");
  };
  EXPECT_FALSE(judged("20260101-12:00:00"));
  EXPECT_FALSE(judged("20260101-12:00:00.123"));
  EXPECT_FALSE(judged("20260101-12:00:00.123456"));
  EXPECT_TRUE(judged("20260101 12:00:00"));
  EXPECT_TRUE(judged("20260101-12:00:00."));
  EXPECT_TRUE(judged("20260101-12:00:00,123"));
  EXPECT_TRUE(judged(""));
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

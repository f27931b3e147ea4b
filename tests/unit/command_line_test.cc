#include "engine/base/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hourglass::engine {
namespace {

using testing::ElementsAre;

// The options of an imaginary subcommand, and what a command line made of them.
struct Line {
  std::int64_t repeat = 1;
  bool latency = false;
  std::string_view stage = "book";
  std::string_view out;
  std::string_view stream;
  std::string_view report = "report.txt";
  std::vector<std::string_view> rest;
  CommandLine line{"play", "Runs an order stream."};

  Line() {
    line.number("repeat", repeat, {.min = 1, .max = 1000}, "how often to run it");
    line.flag("latency", latency, "measure each operation");
    line.choice("stage", stage, {"book", "exchange"}, "what to run");
    line.text("out", out, "FILE", "where to write");
    line.argument("STREAM", stream, "the orders");
    line.optional_argument("REPORT", report, "the report");
  }

  std::string error(std::vector<std::string_view> args) {
    const absl::StatusOr<CommandLine::Outcome> outcome = line.parse(args);
    return outcome.ok() ? "no error" : std::string(outcome.status().message());
  }
  bool runs(std::vector<std::string_view> args) {
    const absl::StatusOr<CommandLine::Outcome> outcome = line.parse(args);
    return outcome.ok() && *outcome == CommandLine::Outcome::kRun;
  }
};

TEST(CommandLine, ReadsValuesInBothSpellingsAndArgumentsAnywhere) {
  Line line;
  ASSERT_TRUE(line.runs({"--repeat", "7", "in.hgos", "--stage=exchange", "--latency", "out.txt"}));
  EXPECT_EQ(line.repeat, 7);
  EXPECT_EQ(line.stage, "exchange");
  EXPECT_TRUE(line.latency);
  EXPECT_EQ(line.stream, "in.hgos");
  EXPECT_EQ(line.report, "out.txt");
  EXPECT_TRUE(line.line.was_given("repeat"));
  EXPECT_FALSE(line.line.was_given("out"));
}

TEST(CommandLine, LeavesWhatWasNotGivenAtItsDefault) {
  Line line;
  ASSERT_TRUE(line.runs({"in.hgos"}));
  EXPECT_EQ(line.repeat, 1);
  EXPECT_EQ(line.stage, "book");
  EXPECT_FALSE(line.latency);
  EXPECT_EQ(line.report, "report.txt");
}

TEST(CommandLine, TakesEverythingAfterTwoDashesAsArguments) {
  Line line;
  ASSERT_TRUE(line.runs({"--", "--latency", "-"}));
  EXPECT_FALSE(line.latency);
  EXPECT_EQ(line.stream, "--latency");
  EXPECT_EQ(line.report, "-");
}

TEST(CommandLine, NamesTheOptionItDoesNotKnowAndTheOneMeant) {
  EXPECT_EQ(Line().error({"--repaet", "7"}), "unknown option --repaet; did you mean --repeat?");
  EXPECT_EQ(Line().error({"--colour"}), "unknown option --colour");
  EXPECT_EQ(Line().error({"-repeat"}), "unknown option -repeat; did you mean --repeat?");
  EXPECT_EQ(Line().error({"--"}), "STREAM is missing");
}

TEST(CommandLine, RefusesNumbersThatAreNoneOrOutOfRange) {
  const auto refusal = [](std::string_view value) {
    return "--repeat wants a whole number from 1 to 1000, not \"" + std::string(value) + "\"";
  };
  for (const std::string_view value : {"", "x", "1x", "1.5", "0", "1001", "-3", " 7", "0x10",
                                       "9223372036854775808", "99999999999999999999"}) {
    EXPECT_EQ(Line().error({"--repeat", value, "in"}), refusal(value));
  }
  EXPECT_TRUE(Line().runs({"--repeat", "1", "in"}));
  EXPECT_TRUE(Line().runs({"--repeat", "1000", "in"}));
}

TEST(CommandLine, ReadsNegativeNumbersWhereTheRangeHasThem) {
  std::int64_t offset = 0;
  CommandLine line("shift", "Shifts.");
  line.number("offset", offset, {.min = -5, .max = 5}, "by how much");
  ASSERT_TRUE(line.parse(std::vector<std::string_view>{"--offset", "-5"}).ok());
  EXPECT_EQ(offset, -5);
  ASSERT_FALSE(line.parse(std::vector<std::string_view>{"--offset=-6"}).ok());
}

TEST(CommandLine, RefusesMissingUnwantedAndRepeatedValues) {
  EXPECT_EQ(Line().error({"in", "--repeat"}), "--repeat wants a value: --repeat N");
  EXPECT_EQ(Line().error({"in", "--out", "--latency"}), "--out wants a value: --out FILE");
  EXPECT_EQ(Line().error({"in", "--out="}), "--out wants a value, not an empty one");
  EXPECT_EQ(Line().error({"in", "--latency=yes"}), "--latency is a switch and takes no value");
  EXPECT_EQ(Line().error({"in", "--repeat", "2", "--repeat=3"}), "--repeat is given twice");
  EXPECT_EQ(Line().error({"in", "--stage", "bok"}),
            "--stage is one of book, exchange, not \"bok\"");
}

TEST(CommandLine, RefusesMissingAndSurplusArguments) {
  EXPECT_EQ(Line().error({}), "STREAM is missing");
  EXPECT_EQ(Line().error({"a", "b", "c"}), "one argument too many: \"c\"");
}

TEST(CommandLine, CollectsTheRemainingArguments) {
  Line line;
  line.line.remaining_arguments("MORE", line.rest, "more streams");
  ASSERT_TRUE(line.runs({"a", "b", "c", "--latency", "d"}));
  EXPECT_THAT(line.rest, ElementsAre("c", "d"));
}

TEST(CommandLine, LetsHelpWinOverMistakesButNotOverArguments) {
  for (const std::string_view help : {"--help", "-h"}) {
    Line line;
    const absl::StatusOr<CommandLine::Outcome> outcome =
        line.line.parse(std::vector<std::string_view>{"--bogus", help});
    ASSERT_TRUE(outcome.ok());
    EXPECT_EQ(*outcome, CommandLine::Outcome::kHelpAsked);
  }
  EXPECT_TRUE(Line().runs({"--", "--help"}));
}

TEST(CommandLine, ExplainsItselfFromItsDeclarations) {
  Line line;
  line.line.remaining_arguments("MORE", line.rest, "more streams");
  EXPECT_EQ(line.line.help(),
            "Usage: hourglass play [options] STREAM [REPORT] [MORE...]\n"
            "\n"
            "Runs an order stream.\n"
            "\n"
            "Arguments:\n"
            "  STREAM   the orders\n"
            "  REPORT   the report\n"
            "  MORE...  more streams\n"
            "\n"
            "Options:\n"
            "  --repeat N             how often to run it (default: 1)\n"
            "  --latency              measure each operation\n"
            "  --stage book|exchange  what to run (default: book)\n"
            "  --out FILE             where to write\n"
            "  --help                 print this page\n");
}

}  // namespace
}  // namespace hourglass::engine

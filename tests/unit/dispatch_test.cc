#include "gateway/cli/dispatch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "engine/order/command.h"
#include "gateway/cli/version.h"

namespace hourglass::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> seen_args;  // what the subcommand was last called with

int remember(std::span<const std::string_view> args) {
  seen_args.assign(args.begin(), args.end());
  return 7;
}

constexpr std::array kTable{
    Subcommand{.name = "play", .summary = "run an order stream", .run = remember},
    Subcommand{.name = "version", .summary = "print what was built", .run = run_version},
};

struct Result {
  int exit_code;
  std::string out;
  std::string err;
  bool operator==(const Result&) const = default;
};

Result call(std::vector<std::string_view> args) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int exit_code = dispatch(kTable, args);
  return {exit_code, testing::internal::GetCapturedStdout(),
          testing::internal::GetCapturedStderr()};
}

TEST(Dispatch, HandsTheRestOfTheLineToTheNamedSubcommand) {
  EXPECT_EQ(call({"play", "--stage", "book"}), (Result{7, "", ""}));
  EXPECT_THAT(seen_args, ElementsAre("--stage", "book"));
}

TEST(Dispatch, ListsAllSubcommandsOnRequest) {
  const std::string page = help_page(kTable);
  EXPECT_THAT(page, HasSubstr("  play     run an order stream\n"));
  EXPECT_THAT(page, HasSubstr("  version  print what was built\n"));
  for (const std::string_view asked : {"help", "--help", "-h"}) {
    EXPECT_EQ(call({asked}), (Result{0, page, ""}));
  }
}

TEST(Dispatch, PrintsTheListAsAnErrorWhenNothingIsAskedFor) {
  EXPECT_EQ(call({}), (Result{2, "", help_page(kTable)}));
}

TEST(Dispatch, SuggestsTheClosestNameForAnUnknownOne) {
  EXPECT_EQ(
      call({"paly"}),
      (Result{
          2, "",
          "hourglass: unknown command \"paly\"; did you mean \"play\"?\nTry: hourglass help\n"}));
  EXPECT_EQ(call({"margin"}),
            (Result{2, "", "hourglass: unknown command \"margin\"\nTry: hourglass help\n"}));
  EXPECT_EQ(call({"help", "margin"}), call({"margin"}));
}

TEST(Dispatch, AsksTheSubcommandForItsOwnPage) {
  EXPECT_EQ(call({"help", "play"}).exit_code, 7);
  EXPECT_THAT(seen_args, ElementsAre("--help"));
}

TEST(Version, TellsEachFactOnItsLineAndRefusesArguments) {
  const Result result = call({"version"});
  EXPECT_EQ(result.exit_code, 0);
  for (const std::string_view fact :
       {"hourglass ", "compiler: ", "flags: -", "command layout: 1\n", "event layout: 2\n",
        "rule set: 2 (re-executes 1 to 2)\n", "assertions: on\n", "slow checks: o"}) {
    EXPECT_THAT(result.out, HasSubstr(std::string(fact)));
  }
  EXPECT_EQ(call({"version", "2"}), (Result{2, "",
                                            "hourglass version: one argument too many: \"2\"\n"
                                            "Try: hourglass version --help\n"}));
}

}  // namespace
}  // namespace hourglass::gateway

// `hourglass fix certify`: each wrong of a member fails its step, and our own client passes.
#include <stdlib.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/certify/certificate.h"
#include "gateway/fix/certify/steps.h"
#include "gateway/fix/transport/tls_certificate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/certify_rehearsal.h"
#include "tests/fix/dictionary_tables.h"
#include "tests/fix/running_fix.h"
#include "tests/support/fake_venue.h"
#include "tests/support/fix_text.h"
#include "tests/support/tree_file.h"

namespace hourglass::gateway::fix {
namespace {

using engine::test::Ended;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Ids = std::set<std::string>;

constexpr std::uint64_t kSimulatedSeconds = 150;

TEST(Certification, PassesAMemberThatKeepsTheRules) {
  Rehearsal rehearsal(Fault::kNone);
  rehearsal.play(kSimulatedSeconds);
  EXPECT_TRUE(rehearsal.is_passed()) << rehearsal.text();
  EXPECT_THAT(rehearsal.failed(), IsEmpty());
  EXPECT_THAT(rehearsal.not_done(), IsEmpty());
  EXPECT_GT(rehearsal.fragment_count(), 0U);
  EXPECT_THAT(rehearsal.text(), Not(HasSubstr("secret")));
}

TEST(Certification, FailsExactlyTheStepAMemberGetsWrong) {
  struct Row {
    Fault fault;
    Ids failed;
    Ids not_done = {};
  };
  const std::vector<Row> rows = {
      {Fault::kIgnoresGaps, {"gap"}},
      {Fault::kAsksForTooMuch, {"gap"}},
      {Fault::kAsksAgain, {"gap"}},
      {Fault::kRejectsCopies, {"duplicate"}},
      {Fault::kClosesOnCopies, {"duplicate"}},
      {Fault::kResetsNumbers, {"reconnect"}, {"recovery", "orders-once"}},
      {Fault::kFetchesTooLate, {"recovery"}, {"orders-once"}},
      {Fault::kOrdersTwice, {"orders-once"}},
      {Fault::kOrdersAnew, {"orders-once"}},
      {Fault::kNeverAsksWhetherWeLive, {"silence"}},
      {Fault::kAnswersWithAnotherId, {"test-request", "fragments"}},
      {Fault::kAnswersNoTestRequest, {"test-request", "fragments"}},
      {Fault::kFallsSilent, {"heartbeats"}},
      {Fault::kHeartbeatsWithAnId, {"heartbeats"}},
      {Fault::kIgnoresLogout, {"venue-logout"}},
      {Fault::kLeavesWithoutLogout, {"logout"}},
      {Fault::kLeavesBeforeTheAnswer, {"logout"}},
      {Fault::kBreaksChecksums, {"understood"}},
      {Fault::kSendsTooFast, {"throttle"}},
  };
  for (const Row& row : rows) {
    Rehearsal rehearsal(row.fault);
    rehearsal.play(kSimulatedSeconds);
    EXPECT_EQ(rehearsal.failed(), row.failed) << rehearsal.text();
    EXPECT_EQ(rehearsal.not_done(), row.not_done) << rehearsal.text();
    EXPECT_FALSE(rehearsal.is_passed());
  }
}

// The venue refuses such a Logon, so nothing behind it can be done.
TEST(Certification, FailsAMemberThatBeginsAtOneAgain) {
  Rehearsal rehearsal(Fault::kRestartsAtOne);
  rehearsal.play(kSimulatedSeconds);
  EXPECT_EQ(rehearsal.failed(), Ids{"reconnect"}) << rehearsal.text();
  EXPECT_THAT(rehearsal.not_done(), testing::IsSupersetOf(Ids{"recovery", "status", "silence"}));
}

TEST(Certification, DoesNotPassARefusalThatEndsTheSession) {
  Rehearsal rehearsal(Fault::kLeavesWhenRefused);
  rehearsal.play(kSimulatedSeconds);
  EXPECT_THAT(rehearsal.failed(), IsEmpty()) << rehearsal.text();
  EXPECT_THAT(rehearsal.not_done(), testing::Contains("reject"));
}

TEST(Certification, ShowsOfAMessageOnlyWhatDecides) {
  const auto shown = [](From from, std::string_view rest) {
    return evidence(from, Message(whole("FIX.4.4", std::string(rest))).fields());
  };
  EXPECT_EQ(shown(From::kMember, "35=A|34=1|49=M|553=M|554=secret|95=4|96=sign|58=t|108=5|"),
            "> 8=FIX.4.4 35=A 34=1 49=M 108=5");
  EXPECT_EQ(shown(From::kVenue, "35=5|34=2|49=HOURGLASS|58=too low|"), "< 35=5 34=2 58=too low");
  EXPECT_EQ(shown(From::kMember, "35=D|11=a\x1b[2J|"), "> 35=D 11=a?[2J");
}

TEST(Certification, KeepsABoundedRecord) {
  Checklist checklist(nullptr);
  for (std::uint32_t i = 0; i < 100; ++i) checklist.note(Step::kGap, fmt::format("{}", i));
  checklist.pass(Step::kGap, "passed");
  checklist.pass(Step::kGap, "passed again");
  checklist.fail(Step::kGap, "failed");
  checklist.pass(Step::kGap, "passed late");
  const StepResult gap = checklist.results()[static_cast<std::size_t>(Step::kGap)];
  EXPECT_EQ(gap.outcome, Outcome::kFailed);
  EXPECT_THAT(gap.evidence, ElementsAre("0", "1", "2", "3", "4", "5", "6", "failed"));
}

TEST(Certification, WritesACertificateForPrograms) {
  Certificate certificate;
  certificate.begun_ns = 1'795'868'400'000'000'000;
  certificate.ended_ns = certificate.begun_ns + 1'000'000;
  certificate.member = "M1";
  certificate.venue = "HOURGLASS";
  certificate.begin_string = "FIX.4.4";
  certificate.results[0] = {.outcome = Outcome::kPassed, .evidence = {"< \"35=A\""}};
  const std::string json = certificate_json(certificate);
  EXPECT_THAT(
      json,
      testing::StartsWith(
          R"({"format":1,"result":"FAIL","begun":"20261128-12:20:00.000",)"
          R"("ended":"20261128-12:20:00.001","member":"M1","venue":"HOURGLASS",)"
          R"("begin_string":"FIX.4.4","steps":[{"id":"logon","title":"Log on","required":true,)"
          R"("result":"PASS","evidence":["< \"35=A\""]},{"id":"interval")"));
  EXPECT_THAT(json, HasSubstr(R"({"id":"fok","title":"Fill or kill","required":false,)"
                              R"("result":"NOT DONE","evidence":[]})"));
  EXPECT_THAT(summary_text(certificate),
              testing::EndsWith("M1 is not certified: 22 required steps not passed\n"));
}

TEST(RulesOfEngagement, PrintsTheStepsOfACertification) {
  std::string printed;
  for (const test::PageBlock& block :
       test::page_blocks(engine::test::tree_file("gateway/RULES_OF_ENGAGEMENT.md"))) {
    if (block.name == "certification") printed += block.text;
  }
  EXPECT_EQ(printed, step_table()) << "should be:\n" << step_table();
}

// --- The program ---------------------------------------------------------------------------------

Ended certify(std::vector<std::string> words) {
  words.insert(words.begin(), {HOURGLASS_PROGRAM, "fix", "certify"});
  return engine::test::run_program(words);
}

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Both at once, as each waits for heartbeats most of the time. The second speaks TLS to the venue.
TEST(FixCertify, OurOwnClientPassesAllStepsInBothVersions) {
  RunningFix venue;
  const std::string password50 = venue.add_member("M50", "11", {"--version", "5.0"});
  const std::string password44 = venue.add_member("C44", "12");
  ASSERT_THAT(venue.reload(), HasSubstr("read again"));
  const std::vector<std::string> common = {"--self", "--data-dir", venue.data_dir(), "--port"};
  std::array<std::vector<std::string>, 2> words{common, common};
  words[0].push_back(fmt::to_string(venue.port()));
  words[1].insert(words[1].end(), {fmt::to_string(venue.tls_port()), "--tls"});
  const std::array<std::string, 2> reports{fmt::format("{}/44.json", venue.data_dir()),
                                           fmt::format("{}/50.json", venue.data_dir())};
  for (std::size_t i = 0; i < 2; ++i) {
    words[i].insert(words[i].end(), {"--report", reports[i]});
  }
  for (const std::string& word :
       {std::string("--as"), std::string("M50"), std::string("--password"), password50,
        std::string("--version"), std::string("5.0"), std::string("--counterparty"),
        std::string("C44"), std::string("--counterparty-password"), password44,
        std::string("--symbol"), std::string("H200.D1")}) {
    words[1].push_back(word);
  }
  std::array<Ended, 2> ended{};
  std::thread other([&] { ended[1] = certify(words[1]); });
  ended[0] = certify(words[0]);
  other.join();
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string report = file_text(reports[i]);
    EXPECT_EQ(ended[i].exit_code, 0) << ended[i].output;
    EXPECT_THAT(ended[i].output, HasSubstr(i == 0 ? "TRADER1 is certified" : "M50 is certified"));
    EXPECT_THAT(report, testing::StartsWith(R"({"format":1,"result":"PASS",)"));
    EXPECT_THAT(report,
                HasSubstr(i == 0 ? R"("begin_string":"FIX.4.4")" : R"("begin_string":"FIXT.1.1")"));
    EXPECT_THAT(report, Not(HasSubstr("NOT DONE")));
    for (const std::string& password :
         {venue.password(), venue.password("TRADER2"), password50, password44}) {
      EXPECT_THAT(ended[i].output, Not(HasSubstr(password)));
      EXPECT_THAT(report, Not(HasSubstr(password)));
    }
  }
}

TEST(FixCertify, SaysWhyItCannotBegin) {
  FakeVenue venue;
  const std::string port = fmt::format("{}", venue.port());
  const Ended taken = certify({"--host", "127.0.0.1", "--port", port, "--listen", port});
  EXPECT_EQ(taken.exit_code, 1);
  EXPECT_EQ(taken.output,
            fmt::format("hourglass fix certify: port {}: Address already in use\n", port));
  venue.close();
  // A port that was free a moment ago.
  const Ended away = certify({"--host", "127.0.0.1", "--port", "1"});
  EXPECT_EQ(away.exit_code, 1);
  EXPECT_EQ(
      away.output,
      "hourglass fix certify: the venue cannot be reached: 127.0.0.1:1: Connection refused\n");
  const Ended unwritable = certify({"--report", "/nowhere/report.json"});
  EXPECT_EQ(unwritable.exit_code, 1);
  EXPECT_EQ(unwritable.output, "hourglass fix certify: /nowhere/report.json cannot be written\n");
  EXPECT_EQ(certify({"--minutes", "0"}).exit_code, 2);
}

// An address at which nobody listens.
TEST(FixCertify, GoesToThePortOfTlsWhereNoneIsNamed) {
  std::string directory = testing::TempDir() + "certify-tls-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const std::string certificate = fmt::format("{}/certificate.pem", directory);
  ASSERT_EQ(make_self_signed(certificate, fmt::format("{}/key.pem", directory)), absl::OkStatus());
  const Ended away = certify({"--host", "127.0.0.77", "--tls", "--ca", certificate});
  std::filesystem::remove_all(directory);
  EXPECT_EQ(away.exit_code, 1);
  EXPECT_EQ(away.output,
            "hourglass fix certify: the venue cannot be reached: 127.0.0.77:9881: Connection "
            "refused\n");
}

}  // namespace
}  // namespace hourglass::gateway::fix

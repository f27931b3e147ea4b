// A trader's words into FIX requests, and a venue's reports into words.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gateway/fix/client/client_requests.h"
#include "gateway/fix/client/fix_main.h"
#include "gateway/fix/client/report_text.h"
#include "gateway/fix/client/trading_desk.h"
#include "gateway/fix/wire/fields.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_venue.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

using testing::HasSubstr;

// 36^4 ms, "10000" in base 36, and a time of day.
constexpr std::uint64_t kStartNs = 1'679'616'000'000;
const std::uint64_t kNowNs = *parse_utc_timestamp("20260301-10:00:00");

Message message_of(std::string_view rest) {
  return Message(whole("FIX.4.4", std::string(rest)));
}

// Type and body of what a line asks for, or the error.
std::string asked(ClientRequests& requests, std::string_view line) {
  const auto request = requests.read(ClientRequests::split(line), kNowNs);
  if (!request.ok()) return std::string(request.status().message());
  return request->msg_type + ": " + readable(request->body);
}

TEST(ClientRequests, WriteOrdersInTheFieldsOfTheirVersion) {
  ClientRequests requests("FIX.4.4", kStartNs);
  EXPECT_EQ(asked(requests, "buy 10 H100.D1 @ 2.35"),
            "D: 11=10000-1|38=10|40=2|44=2.35|54=1|55=H100.D1|59=0|60=20260301-10:00:00.000000|");
  EXPECT_EQ(asked(requests, " sell\t4 H100.D1 market ioc\r"),
            "D: 11=10000-2|38=4|40=1|54=2|55=H100.D1|59=3|60=20260301-10:00:00.000000|");
  EXPECT_EQ(asked(requests, "sell 4 H100.D1 best fok account 12 as ME"),
            "D: 1=12|11=ME|38=4|40=K|54=2|55=H100.D1|59=4|60=20260301-10:00:00.000000|");
  EXPECT_EQ(asked(requests, "buy 9 H100.D1 @ -2 gtd 20260401 post show 3"),
            "D: 11=10000-3|18=6|38=9|40=2|44=-2|54=1|55=H100.D1|59=6|60=20260301-10:00:00.000000|"
            "111=3|432=20260401|");
  ClientRequests fix50("FIXT.1.1", kStartNs);
  EXPECT_EQ(asked(fix50, "buy 9 H100.D1 @ 2 gtc show 3"),
            "D: 11=10000-1|38=9|40=2|44=2|54=1|55=H100.D1|59=1|60=20260301-10:00:00.000000|"
            "1138=3|");
}

TEST(ClientRequests, WriteQuestionsAndMassCancels) {
  ClientRequests requests("FIX.4.4", kStartNs);
  EXPECT_EQ(asked(requests, "orders"), "AF: 584=10000-1|585=7|");
  EXPECT_EQ(asked(requests, "list"), "x: 320=10000-2|559=4|");
  EXPECT_EQ(asked(requests, "cancel-all"), "q: 11=10000-3|60=20260301-10:00:00.000000|530=7|");
  EXPECT_EQ(asked(requests, "status A1"), "H: 11=A1|54=1|55=[N/A]|790=10000-4|");
  EXPECT_EQ(asked(requests, "trades"), "AD: 568=10000-5|569=1|");
  EXPECT_EQ(asked(requests, "trades H100.D1 after 7.1.R"),
            "AD: 55=H100.D1|568=10000-6|569=1|25030=7.1.R|");
  EXPECT_EQ(asked(requests, "positions H100.D1"),
            "AN: 55=H100.D1|60=20260301-10:00:00.000000|710=10000-7|724=0|");
  EXPECT_EQ(asked(requests, "balance"), "BB: 909=10000-8|");
}

TEST(ClientRequests, ChangeOrdersTheyHaveSeenAReportOf) {
  ClientRequests requests("FIX.4.4", kStartNs);
  EXPECT_EQ(asked(requests, "cancel A1"), "no order A1 is known");
  requests.note(message_of("35=8|11=A1|39=8|54=2|55=H100.D1|"));  // was refused
  EXPECT_EQ(asked(requests, "replace A1 5 @ 2"), "no order A1 is known");
  requests.note(message_of("35=8|11=A1|39=0|54=2|55=H100.D1|"));
  EXPECT_EQ(asked(requests, "cancel A1"),
            "F: 11=10000-1|41=A1|54=2|55=H100.D1|60=20260301-10:00:00.000000|");
  EXPECT_EQ(asked(requests, "replace A1 5 @ 2.4"),
            "G: 11=10000-2|38=5|40=2|41=A1|44=2.4|54=2|55=H100.D1|"
            "60=20260301-10:00:00.000000|");
  EXPECT_EQ(asked(requests, "status A1"), "H: 11=A1|54=2|55=H100.D1|790=10000-3|");
}

TEST(ClientRequests, SayWhatIsWrongWithALine) {
  ClientRequests requests("FIX.4.4", kStartNs);
  const std::string form = "buy|sell QTY SYMBOL @ PRICE, or market, or best";
  EXPECT_EQ(asked(requests, ""), "say what; try help");
  EXPECT_EQ(asked(requests, "purchase 1"), "\"purchase\" is no request; try help");
  EXPECT_EQ(asked(requests, "buy 10 H100.D1"), form);
  EXPECT_EQ(asked(requests, "buy 10 H100.D1 @"), form);
  EXPECT_EQ(asked(requests, "buy 10 H100.D1 2.35"), form);
  EXPECT_EQ(asked(requests, "buy 1.5 H100.D1 @ 2"), "\"1.5\" is no quantity, which is whole lots");
  EXPECT_EQ(asked(requests, "buy 1 H100.D1 @ two"),
            "\"two\" is no price in USD a GPU-hour, as 2.35");
  EXPECT_EQ(asked(requests, "buy 1 H100.D1 @ 2 soon"),
            "\"soon\" is no option: day gtc ioc fok post gtd show account as");
  EXPECT_EQ(asked(requests, "buy 1 H100.D1 @ 2 gtd"), "gtd WHAT?");
  EXPECT_EQ(asked(requests, "buy 1 H100.D1 @ 2 show x"),
            "\"x\" is no quantity, which is whole lots");
  EXPECT_EQ(asked(requests, "cancel"), "cancel ID");
  EXPECT_EQ(asked(requests, "replace A1 5 2"), "replace ID QTY @ PRICE");
  EXPECT_EQ(asked(requests, "orders all"), "orders stands alone");
  EXPECT_EQ(asked(requests, "trades after"), "trades [SYMBOL] [after ID]");
  EXPECT_EQ(asked(requests, "positions of mine"), "positions [SYMBOL]");
}

TEST(ReportText, PutsEachReportInOneLine) {
  const auto text = [](std::string_view rest) { return report_text(message_of(rest)); };
  EXPECT_EQ(text("35=8|11=12|150=0|39=0|54=1|38=10|55=H100.D1|44=2.35|151=10|14=0|"),
            "new 12: buy 10 H100.D1 @ 2.35 leaves 10\n");
  EXPECT_EQ(text("35=8|11=12|150=F|39=1|54=1|38=10|55=H100.D1|32=4|31=2.35|151=6|14=4|6=2.35|"),
            "fill 12: 4 @ 2.35, executed 4, leaves 6, average 2.35\n");
  EXPECT_EQ(text("35=8|11=13|41=12|150=5|39=1|54=2|38=12|55=H100.D1|44=2.4|151=8|14=4|"),
            "replaced 12 by 13: sell 12 H100.D1 @ 2.4 leaves 8\n");
  EXPECT_EQ(text("35=8|11=14|41=13|150=4|39=4|54=2|38=12|55=H100.D1|44=2.4|151=0|14=4|"),
            "cancelled 13: sell 12 H100.D1 @ 2.4, executed 4\n");
  EXPECT_EQ(text("35=8|11=13|150=4|39=4|54=2|38=12|55=H100.D1|151=0|14=4|58=connection lost|"),
            "cancelled 13: sell 12 H100.D1, executed 4 (connection lost)\n");
  EXPECT_EQ(text("35=8|11=13|150=C|39=C|54=2|38=12|55=H100.D1|44=2|151=0|14=0|"),
            "expired 13: sell 12 H100.D1 @ 2, executed 0\n");
  EXPECT_EQ(text("35=8|11=15|150=8|39=8|54=1|38=1|55=X|58=no such contract|25001=1003|"),
            "refused 15: buy 1 X (no such contract, code 1003)\n");
  EXPECT_EQ(text("35=8|11=12|150=I|39=1|54=1|38=10|55=H100.D1|44=2.35|151=6|14=4|"),
            "status 12: partly filled, buy 10 H100.D1 @ 2.35, executed 4, leaves 6\n");
  EXPECT_EQ(text("35=8|11=12|150=I|39=8|54=7|55=[N/A]|58=unknown|"), "no order 12 (unknown)\n");
  EXPECT_EQ(text("35=8|150=I|39=8|54=7|58=no working orders|"), "no order (no working orders)\n");
  EXPECT_EQ(text("35=9|11=16|41=12|434=2|102=1|58=unknown order|25001=11|"),
            "refused 16: replace of 12 (unknown order, code 11)\n");
  EXPECT_EQ(text("35=9|11=16|41=12|434=1|102=0|58=too late|"),
            "refused 16: cancel of 12 (too late)\n");
  EXPECT_EQ(text("35=r|11=17|530=7|531=7|533=3|"), "mass cancel 17: 3 cancelled\n");
  EXPECT_EQ(text("35=8|115=T1|11=12|150=0|54=1|38=10|55=X|44=2|151=10|797=Y|"),
            "T1: new 12: buy 10 X @ 2 leaves 10\n");
  EXPECT_EQ(text("35=AQ|748=3|749=0|750=0|25031=Y|"), "3 trades, and there are more\n");
  EXPECT_EQ(text("35=AQ|58=no such contract|749=1|750=2|"), "refused: trades (no such contract)\n");
  EXPECT_EQ(text("35=AE|31=2.5|32=3|55=X|552=1|54=2|37=9|1=11|571=7.1|"),
            "trade 7.1: sold 3 X @ 2.5, account 11, order 9\n");
  EXPECT_EQ(text("35=AO|727=1|728=0|729=0|"), "1 positions\n");
  EXPECT_EQ(text("35=AP|1=11|55=X|702=3|703=SOD|704=1|705=0|703=TQ|704=0|705=3|703=FIN|704=0|705=2|"
                 "708=7.5|730=2.5|"),
            "account 11 X: short 2, bought 0 and sold 3 today, cash 7.5, last price 2.5\n");
  EXPECT_EQ(text("35=BA|1=11|15=USD|899=5|901=9|25032=1|25033=3|"),
            "account 11: free 5 of 9 USD, held for orders 1, used by trades 3\n");
  EXPECT_EQ(text("35=BG|58=not yours|945=4|"), "refused: money (not yours)\n");
  EXPECT_EQ(text("35=r|11=17|530=7|531=0|532=99|58=halted|"), "refused 17: mass cancel (halted)\n");
  EXPECT_EQ(text("35=3|45=9|371=44|372=D|373=6|58=Incorrect data format|"),
            "refused: message 9 of type D (Incorrect data format, field 44)\n");
  EXPECT_EQ(text("35=j|45=9|372=z|380=3|58=Unsupported|"),
            "refused: message 9 of type z (Unsupported)\n");
  EXPECT_EQ(text("35=5|58=day is over|"), "logged out by the venue (day is over)\n");
  EXPECT_THAT(text("35=h|336=1|340=2|"), HasSubstr("|35=h|336=1|340=2|10="));
  EXPECT_THAT(text("35=8|150=Z|"), HasSubstr("|35=8|150=Z|10="));
}

TEST(ReportText, GivesAContractALine) {
  EXPECT_EQ(report_text(message_of(
                "35=y|320=1|560=0|146=2|55=H100.D1|231=24|15=USD|1140=1000|969=0.0001|1148=0.01|"
                "1149=20|326=17|55=A100.D1|231=24|15=USD|1140=500|969=0.001|1148=-1|1149=1|"
                "326=99|")),
            "H100.D1, 24 GPU-hours a lot, at most 1000 lots an order, tick 0.0001, from 0.01 to "
            "20, open\n"
            "A100.D1, 24 GPU-hours a lot, at most 500 lots an order, tick 0.001, from -1 to 1, "
            "99\n");
  EXPECT_EQ(report_text(message_of("35=y|320=1|560=2|")), "no contract is listed\n");
  EXPECT_EQ(report_text(message_of("35=B|148=restart|61=1|33=2|58=at 18:00|58=UTC|")),
            "urgent news: restart\n  at 18:00\n  UTC\n");
  EXPECT_EQ(report_text(message_of("35=B|148=restart|61=0|33=1|58=restart|")), "news: restart\n");
}

TEST(ReportText, KnowsARefusal) {
  for (const std::string_view refusal : {"35=8|150=8|39=8|", "35=8|150=I|39=8|", "35=9|",
                                         "35=r|531=0|", "35=3|", "35=j|", "35=5|"}) {
    EXPECT_TRUE(is_refusal(message_of(refusal))) << refusal;
  }
  for (const std::string_view other : {"35=8|150=0|39=0|", "35=r|531=7|", "35=y|560=0|"}) {
    EXPECT_FALSE(is_refusal(message_of(other))) << other;
  }
}

// --- At the desk
// -----------------------------------------------------------------------------------

class TradingDeskTest : public testing::Test {
 protected:
  void SetUp() override {
    ClientSettings settings;
    settings.host = "127.0.0.1";
    settings.port = venue_.port();
    settings.comp_id = "TRADER1";
    client_.emplace(settings);
    ASSERT_TRUE(client_->connect().ok());
    venue_.accept();
    venue_.say("35=A|34=1|98=0|108=30|");
    ASSERT_TRUE(client_->logon().ok());
    venue_.hear();
    desk_.emplace(*client_, ClientRequests("FIX.4.4", kStartNs),
                  [this](std::string_view text) { printed_ += text; });
  }

  FakeVenue venue_;
  std::optional<FixClient> client_;
  std::optional<TradingDesk> desk_;
  std::string printed_;
};

TEST_F(TradingDeskTest, PrintsAllThatFollowsARequest) {
  EXPECT_EQ(desk_->say({"buy", "4", "H100.D1", "@", "2.35"}), absl::OkStatus());
  EXPECT_EQ(venue_.hear(), "35=D|34=2|11=10000-1|38=4|40=2|44=2.35|54=1|55=H100.D1|59=0|");
  venue_.say("35=8|34=2|11=10000-1|150=0|39=0|54=1|38=4|55=H100.D1|44=2.35|151=4|14=0|");
  venue_.say("35=8|34=3|11=10000-1|150=F|39=2|54=1|38=4|55=H100.D1|32=4|31=2.3|151=0|14=4|6=2.3|");
  EXPECT_EQ(desk_->settle(), absl::OkStatus());
  EXPECT_EQ(printed_,
            "new 10000-1: buy 4 H100.D1 @ 2.35 leaves 4\n"
            "fill 10000-1: 4 @ 2.3, executed 4, leaves 0, average 2.3\n");
  EXPECT_FALSE(desk_->saw_refusal());
}

TEST_F(TradingDeskTest, AsksForAnOrderOfAnotherRunBeforeItChangesIt) {
  venue_.say("35=8|34=2|11=A1|150=I|39=0|54=2|38=4|55=H100.D1|44=2|151=4|14=0|790=10000-1|");
  EXPECT_EQ(desk_->say({"cancel", "A1"}), absl::OkStatus());
  EXPECT_EQ(venue_.hear(), "35=H|34=2|11=A1|54=1|55=[N/A]|790=10000-1|");
  EXPECT_EQ(venue_.hear(), "35=F|34=3|11=10000-2|41=A1|54=2|55=H100.D1|");
  venue_.say("35=8|34=3|11=10000-2|41=A1|150=4|39=4|54=2|38=4|55=H100.D1|44=2|151=0|14=0|");
  EXPECT_EQ(desk_->settle(), absl::OkStatus());
  EXPECT_EQ(printed_, "cancelled A1: sell 4 H100.D1 @ 2, executed 0\n");
}

TEST_F(TradingDeskTest, SendsNoCancelOfAnOrderTheVenueDoesNotKnow) {
  venue_.say("35=8|34=2|11=A1|150=I|39=8|54=1|55=[N/A]|103=5|58=none|790=10000-1|");
  EXPECT_EQ(desk_->say({"cancel", "A1"}), absl::NotFoundError("the venue knows no order A1"));
  EXPECT_EQ(venue_.hear(), "35=H|34=2|11=A1|54=1|55=[N/A]|790=10000-1|");
}

TEST_F(TradingDeskTest, NotesARefusalOfWhatItAskedFor) {
  EXPECT_EQ(desk_->say({"orders"}), absl::OkStatus());
  venue_.say("35=j|34=2|45=2|372=AF|380=4|58=not now|");
  EXPECT_EQ(desk_->settle(), absl::OkStatus());
  EXPECT_EQ(printed_, "refused: message 2 of type AF (not now)\n");
  EXPECT_TRUE(desk_->saw_refusal());
}

TEST_F(TradingDeskTest, KnowsHelpCommentsAndQuit) {
  EXPECT_EQ(desk_->say({"#", "a", "comment"}), absl::OkStatus());
  EXPECT_EQ(desk_->say({}), absl::OkStatus());
  EXPECT_EQ(printed_, "");
  EXPECT_EQ(desk_->say({"help"}), absl::OkStatus());
  EXPECT_EQ(printed_, ClientRequests::help());
  EXPECT_TRUE(absl::IsCancelled(desk_->say({"quit"})));
}

// --- The program
// -----------------------------------------------------------------------------------

std::string fresh_directory(const std::string& name) {
  // Tests may run at the same time.
  const std::string path =
      testing::TempDir() + "hourglass_" + name + "_" + std::to_string(::getpid());
  std::filesystem::remove_all(path);
  return path;
}

struct ProgramRun {
  int exit_code;
  std::string out;
  std::string err;
};

ProgramRun run_fix(std::vector<std::string_view> args) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int exit_code = fix_main(args);
  std::fflush(stdout);
  return {.exit_code = exit_code,
          .out = testing::internal::GetCapturedStdout(),
          .err = testing::internal::GetCapturedStderr()};
}

TEST(FixMain, TradesWithTheStartersPasswordAndGoesOnWithItsNumbers) {
  const std::string data_dir = fresh_directory("fix_main");
  std::filesystem::create_directories(data_dir + "/fix");
  std::ofstream(data_dir + "/fix/starter-credentials") << "TRADER1 secret1\nTRADER2 secret2\n";
  FakeVenue venue;
  const std::string port = std::to_string(venue.port());
  std::vector<std::string> heard;
  std::thread playing([&] {
    venue.accept();
    venue.say("35=A|34=1|98=0|108=30|");
    for (int i = 0; i < 2; ++i) heard.push_back(venue.hear());
    venue.say("35=8|34=2|11=A1|150=0|39=0|54=1|38=4|55=H100.D1|44=2|151=4|14=0|");
    heard.push_back(venue.hear());
    venue.say("35=5|34=3|");
    heard.push_back(venue.hear());
    venue.accept();
    venue.say("35=A|34=4|98=0|108=30|");
    for (int i = 0; i < 2; ++i) heard.push_back(venue.hear());
    venue.say("35=8|34=5|11=B1|150=8|39=8|54=1|38=4|55=X|58=no such contract|25001=1|");
    heard.push_back(venue.hear());
    venue.say("35=5|34=6|");
    heard.push_back(venue.hear());
  });
  const std::vector<std::string_view> common = {"--host", "127.0.0.1",  "--port",
                                                port,     "--data-dir", data_dir};
  std::vector<std::string_view> first = common;
  for (const char* word : {"buy", "4", "H100.D1", "@", "2", "as", "A1"}) first.push_back(word);
  const ProgramRun bought = run_fix(first);
  std::vector<std::string_view> second = common;
  for (const char* word : {"--as", "TRADER2", "buy", "4", "X", "@", "2", "as", "B1"}) {
    second.push_back(word);
  }
  // TRADER2 has no numbers yet, so its file is given those of TRADER1.
  std::filesystem::copy_file(data_dir + "/fix-client/TRADER1", data_dir + "/fix-client/TRADER2");
  const ProgramRun refused = run_fix(second);
  playing.join();
  EXPECT_EQ(bought.out, "new A1: buy 4 H100.D1 @ 2 leaves 4\n");
  EXPECT_EQ(bought.err, "");
  EXPECT_EQ(bought.exit_code, 0);
  EXPECT_EQ(refused.out, "refused B1: buy 4 X (no such contract, code 1)\n");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(heard, testing::ElementsAre(
                         "35=A|34=1|98=0|108=30|553=TRADER1|554=secret1|",
                         "35=D|34=2|11=A1|38=4|40=2|44=2|54=1|55=H100.D1|59=0|", "35=5|34=3|",
                         "closed", "35=A|34=4|98=0|108=30|553=TRADER2|554=secret2|",
                         "35=D|34=5|11=B1|38=4|40=2|44=2|54=1|55=X|59=0|", "35=5|34=6|", "closed"));
}

TEST(FixMain, TakesTheNumberTheVenueExpectsWhereItsOwnIsTooLow) {
  const std::string data_dir = fresh_directory("fix_main_low");
  FakeVenue venue;
  const std::string port = std::to_string(venue.port());
  std::vector<std::string> heard;
  std::thread playing([&] {
    venue.accept();
    venue.say("35=5|34=8|58=MsgSeqNum too low, expecting 12 but received 1|");
    while (heard.empty() || heard.back() != "closed") heard.push_back(venue.hear());
    venue.accept();
    venue.say("35=A|34=1|98=0|108=30|");
    for (int i = 0; i < 2; ++i) heard.push_back(venue.hear());
    venue.say("35=y|34=2|320=none of ours|560=2|");
    venue.say("35=j|34=3|45=13|372=x|380=4|58=later|");
    heard.push_back(venue.hear());
    venue.say("35=5|34=4|");
  });
  const ProgramRun run = run_fix({"--host", "127.0.0.1", "--port", port, "--data-dir", data_dir,
                                  "--as", "TRADER1", "--password", "p", "list"});
  playing.join();
  EXPECT_EQ(run.out, "no contract is listed\nrefused: message 13 of type x (later)\n");
  EXPECT_EQ(run.exit_code, 1);
  ASSERT_GE(heard.size(), 4U);
  EXPECT_EQ(heard[heard.size() - 3], "35=A|34=12|98=0|108=30|553=TRADER1|554=p|");
  EXPECT_THAT(heard[heard.size() - 2], testing::StartsWith("35=x|34=13|320="));
  EXPECT_EQ(heard[heard.size() - 1], "35=5|34=14|");
}

TEST(FixMain, SaysWhatItLacks) {
  const std::string data_dir = fresh_directory("fix_main_none");
  const auto error = [&](std::vector<std::string_view> args) {
    args.insert(args.begin(), {"--data-dir", data_dir});
    const ProgramRun run = run_fix(args);
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_EQ(run.out, "");
    return run.err;
  };
  EXPECT_EQ(error({"list"}), "hourglass fix: " + data_dir +
                                 "/fix/starter-credentials cannot be read; say a CompID, and a "
                                 "password or key\n");
  EXPECT_EQ(error({"--as", "../X", "--password", "p", "list"}),
            "hourglass fix: \"../X\" is no CompID\n");
  EXPECT_EQ(error({"--as", "X", "--key", "/dev/null", "list"}),
            "hourglass fix: /dev/null: no secret key of 128 hex digits\n");
  EXPECT_EQ(run_fix({"--version", "4.2"}).exit_code, 2);
}

}  // namespace
}  // namespace hourglass::gateway::fix

// `hourglass play` and `hourglass bench streams`, on streams of a few thousand orders.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "bench/play/bench_main.h"
#include "bench/play/play_main.h"
#include "bench/play/play_report.h"
#include "bench/play/player.h"
#include "bench/play/stages.h"
#include "bench/play/stream_bench.h"
#include "bench/streams/stream_reader.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

const StageOptions kReference{.stage = "reference"};

Stream small_stream() {
  return *generate_stream(StreamKind::kEcmix, 1, 1);
}

struct Outcome {
  int exit_code;
  std::string out;
  std::string err;
};

Outcome run(int (*main)(std::span<const std::string_view>),
            const std::vector<std::string_view>& args) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int exit_code = main(args);
  return {exit_code, testing::internal::GetCapturedStdout(),
          testing::internal::GetCapturedStderr()};
}

class StreamPlay : public testing::Test {
 protected:
  ~StreamPlay() override { std::remove(path_.c_str()); }
  std::string path_ = testing::TempDir() + fmt::format("hourglass_play_{}.bin", ::getpid());
};

TEST(CheckResults, NamesEveryFieldThatDiffersWithBothValues) {
  const StreamResults expected{1, 2, 3, 0xabc, 5, 6};
  EXPECT_EQ(check_results(expected, expected), absl::OkStatus());
  const auto message = [&](const StreamResults& played) {
    return std::string(check_results(played, expected).message());
  };
  EXPECT_EQ(message({9, 2, 3, 0xabc, 5, 6}), "trades is 9, the stream expects 1");
  EXPECT_EQ(message({1, 9, 3, 0xabc, 5, 6}), "traded_qty is 9, the stream expects 2");
  EXPECT_EQ(message({1, 2, 9, 0xabc, 5, 6}), "notional is 9, the stream expects 3");
  EXPECT_EQ(message({1, 2, 3, 0xabd, 5, 6}),
            "trade_hash is 0000000000000abd, the stream expects 0000000000000abc");
  EXPECT_EQ(message({1, 2, 3, 0xabc, 9, 6}), "end_orders is 9, the stream expects 5");
  EXPECT_EQ(message({0, 2, 3, 0xabc, 5, 9}),
            "trades is 0, the stream expects 1; end_qty is 9, the stream expects 6");
}

TEST(Player, TimesEverythingButThePreload) {
  const Stream stream = small_stream();
  const absl::StatusOr<TimedRun> run = play_for_throughput(stream, kReference);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->op_count, 30'000U);
  EXPECT_GT(run->seconds, 0);
  EXPECT_EQ(check_results(run->results, stream.header.expected), absl::OkStatus());
}

TEST(Player, MeasuresEachTimedOperationUnderItsKind) {
  const Stream stream = small_stream();
  const absl::StatusOr<LatencyRun> run = play_for_latency(stream, kReference);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(check_results(run->results, stream.header.expected), absl::OkStatus());
  for (std::size_t i = 0; i < kOpKinds.size(); ++i) {
    const auto of_kind = std::count_if(stream.timed().begin(), stream.timed().end(),
                                       [&](const StreamOp& op) { return op.kind == kOpKinds[i]; });
    EXPECT_EQ(run->ticks_by_kind[i].count(), static_cast<std::uint64_t>(of_kind));
  }
}

TEST(Player, RefusesAStreamThatIsAllPreload) {
  Stream stream = small_stream();
  stream.header.n_preload = stream.header.n_ops;
  EXPECT_EQ(play_for_throughput(stream, kReference).status(),
            absl::InvalidArgumentError("the stream is all preload: nothing to time"));
}

TEST(MakeStage, KnowsItsTableAndRefusesWhatIsNotInIt) {
  const StreamHeader header = small_stream().header;
  ASSERT_EQ(stages().front().name, "reference");
  for (const StageEntry& entry : stages()) {
    EXPECT_EQ(*find_stage(entry.name), &entry);
    EXPECT_FALSE(entry.left_out.empty()) << entry.name;
  }
  EXPECT_TRUE(absl::StrContains(make_stage({.stage = "bok"}, header).status().message(),
                                "no stage is called \"bok\"; there are: reference"));
  EXPECT_EQ(make_stage({.stage = "reference", .journal = JournalMode::kDurable}, header).status(),
            absl::InvalidArgumentError(
                "stage reference has no journal: --journal durable is not for it"));
  EXPECT_EQ(make_stage({.stage = "exchange", .rate = 1}, header).status(),
            absl::InvalidArgumentError("stage exchange has no doors: --rate is not for it"));
}

TEST(MakeStage, RefusesToKeepAJournalThatIsNotWritten) {
  const StreamHeader header = small_stream().header;
  EXPECT_EQ(make_stage({.stage = "book", .keep_journal = true}, header).status(),
            absl::InvalidArgumentError("stage book has no journal: --keep-journal is not for it"));
  EXPECT_EQ(make_stage({.stage = "pipeline", .keep_journal = true}, header).status(),
            absl::InvalidArgumentError("stage pipeline has no journal with --journal none: "
                                       "--keep-journal has nothing to keep"));
}

TEST(PlayJson, HasEveryFieldOnOneLine) {
  PlayReport report{.stream = "a\"b",
                    .seed = 7,
                    .options = kReference,
                    .left_out = "the rest",
                    .run = {.op_count = 4,
                            .seconds = 0.5,
                            .cpu_share = 0.25,
                            .results = {1, 2, ~0ULL, 0xabc, 5, 6}},
                    .latency = {},
                    .clock = {},
                    .as_expected = true};
  const std::string json = play_json(report);
  EXPECT_TRUE(json.starts_with(
      R"({"stream":"a\"b","seed":7,"stage":"reference","journal":"none","ops":4,)"
      R"("seconds":0.500000,"ns_per_op":125000000.00,"ops_per_s":8,"cpu_share":0.25,"trades":1,)"
      R"("traded_qty":2,"notional":18446744073709551615,"trade_hash":"0000000000000abc",)"
      R"("end_orders":5,"end_qty":6,"as_expected":true,"machine":")"))
      << json;
  EXPECT_TRUE(json.ends_with(R"("left_out":"preload and reading the stream; the rest"})")) << json;
  EXPECT_EQ(json.find('\n'), std::string::npos);
}

TEST_F(StreamPlay, PrintsOneLineARunAndSucceedsWhenTheResultsAreTheHeaders) {
  ASSERT_TRUE(write_stream(small_stream(), path_).ok());
  const Outcome outcome =
      run(play_main, {path_, "--stage", "reference", "--json", "--repeat", "3", "--latency"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 3);
  EXPECT_TRUE(outcome.out.starts_with(R"({"stream":"ecmix","seed":1,"stage":"reference",)"));
  for (const char* field :
       {"\"latency_ns\":{\"N\":{\"count\":", "\"p99.99\":", "\"max\":", "\"as_expected\":true"}) {
    EXPECT_NE(outcome.out.find(field), std::string::npos) << field;
  }
}

TEST_F(StreamPlay, FailsAndNamesTheFieldWhenTheResultsAreNotTheHeaders) {
  Stream stream = small_stream();
  stream.header.expected.trade_hash ^= 1;
  ASSERT_TRUE(write_stream(stream, path_).ok());
  const Outcome outcome = run(play_main, {path_, "--stage", "reference"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(
      outcome.err,
      "hourglass play: trade_hash is 4ea209e6973b5441, the stream expects 4ea209e6973b5440\n");
  EXPECT_NE(outcome.out.find("NOT AS EXPECTED"), std::string::npos);
}

TEST_F(StreamPlay, FailsOnAStreamItCannotRead) {
  const Outcome outcome = run(play_main, {path_, "--stage", "reference"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err,
            fmt::format("hourglass play: {}: cannot open: No such file or directory\n", path_));
}

TEST_F(StreamPlay, RefusesARateWhereEachOperationWaitsForTheLast) {
  const Outcome outcome = run(play_main, {"ecmix", "--scale", "1", "--stage", "pipeline", "--rate",
                                          "1000000", "--latency"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "hourglass play: --rate cannot be had with --latency, which offers the next operation "
            "when the last one is over\n");
}

TEST_F(StreamPlay, GeneratesAStreamGivenByName) {
  const Outcome outcome =
      run(play_main, {"sweep", "--seed", "7", "--scale", "1", "--stage", "reference", "--json"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.out.find(R"("trade_hash":"ab44bcc85696c6ff")"), std::string::npos);
}

TEST(StreamBench, PlaysBothBooksInEveryRound) {
  const Stream stream = small_stream();
  const absl::StatusOr<Comparison> row = compare(stream, StreamKind::kEcmix, kReference, 3);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->op_count, 30'000U);
  EXPECT_EQ(row->reference_ns_per_op.size(), 3U);
  EXPECT_EQ(row->ratios().size(), 3U);
}

TEST(StreamBench, ComparesWithinARound) {
  const Comparison row{.reference_ns_per_op = {100, 30}, .stage_ns_per_op = {10, 15}};
  EXPECT_EQ(row.ratios(), (std::vector<double>{10, 2}));
}

TEST(StreamBench, StopsWhenABookPrintsAnotherTape) {
  Stream stream = small_stream();
  ++stream.header.expected.end_orders;
  EXPECT_EQ(compare(stream, StreamKind::kEcmix, kReference, 1).status(),
            absl::DataLossError("ecmix through reference: end_orders is 1991, the stream expects "
                                "1992"));
}

TEST(StreamBench, TakesTheLowerOfTwoMiddleValues) {
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({4, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 3, 2}), 2);
}

TEST(StreamBench, PrintsOneRowAStreamAndSeed) {
  const Outcome outcome =
      run(bench_main, {"streams", "--stage", "reference", "--streams", "ecmix,sweep", "--seeds",
                       "1,2", "--scale", "1", "--rounds", "1", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 4);
}

TEST(StreamBench, RefusesListsItCannotRead) {
  const auto refusal = [](std::string_view option, std::string_view value) {
    const Outcome outcome = run(bench_main, {"streams", option, value});
    EXPECT_EQ(outcome.exit_code, 2);
    return outcome.err;
  };
  EXPECT_EQ(refusal("--seeds", "1,,2"),
            "hourglass bench streams: --seeds wants up to 64 numbers with commas, not \"1,,2\"\n");
  EXPECT_EQ(refusal("--seeds", "4294967296"),
            "hourglass bench streams: --seeds wants up to 64 numbers with commas, not "
            "\"4294967296\"\n");
  EXPECT_EQ(refusal("--streams", "itch,etch"),
            "hourglass bench streams: no stream is called \"etch\"\n");
}

TEST(Bench, ExplainsItself) {
  EXPECT_EQ(run(bench_main, {}).exit_code, 2);
  EXPECT_EQ(run(bench_main, {"--help"}).exit_code, 0);
  EXPECT_EQ(run(bench_main, {"streams", "--help"}).exit_code, 0);
  EXPECT_EQ(run(bench_main, {"generate"}).exit_code, 2);
}

}  // namespace
}  // namespace hourglass::bench

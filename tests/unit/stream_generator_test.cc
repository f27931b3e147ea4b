// The generated streams are a published yardstick: their bytes must never change.
#include "bench/streams/generator.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "bench/streams/reference_book.h"
#include "bench/streams/stream_reader.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

std::string sha256(const Stream& stream) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  EVP_DigestUpdate(context, &stream.header, sizeof(StreamHeader));
  EVP_DigestUpdate(context, stream.records().data(), stream.records().size_bytes());
  unsigned char digest[32] = {};
  EVP_DigestFinal_ex(context, digest, nullptr);
  EVP_MD_CTX_free(context);
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

struct GoldenStream {
  StreamKind kind;
  std::uint32_t seed;
  StreamHeader header;
  std::string_view sha256;  // of the whole file
};

std::ostream& operator<<(std::ostream& out, const GoldenStream& golden) {
  return out << name(golden.kind) << " seed " << golden.seed;
}

// All at scale 1.
StreamHeader header_of(StreamHeader header, StreamKind kind, std::uint32_t seed) {
  header.magic = kStreamMagic;
  header.seed = seed;
  const std::string_view text = name(kind);
  std::copy(text.begin(), text.end(), header.name.begin());
  return header;
}

class GeneratedStream : public testing::TestWithParam<GoldenStream> {};

TEST_P(GeneratedStream, HasThePublishedBytes) {
  const GoldenStream& golden = GetParam();
  const absl::StatusOr<Stream> stream = generate_stream(golden.kind, golden.seed, 1);
  ASSERT_TRUE(stream.ok()) << stream.status();
  // The header first: when it differs, its numbers say more than a digest.
  const StreamHeader expected = header_of(golden.header, golden.kind, golden.seed);
  EXPECT_EQ(stream->header.n_ops, expected.n_ops);
  EXPECT_EQ(stream->header.max_id, expected.max_id);
  EXPECT_EQ(stream->header.expected.trades, expected.expected.trades);
  EXPECT_EQ(stream->header.expected.trade_hash, expected.expected.trade_hash);
  EXPECT_TRUE(stream->header == expected);
  EXPECT_EQ(sha256(*stream), golden.sha256);
}

// The million orders of deep take most of this test's time: one seed is enough for it.
const GoldenStream kGoldenStreams[] = {
    {StreamKind::kEcmix,
     1,
     {.n_ops = 32016,
      .n_preload = 2016,
      .max_id = 5636,
      .n_symbols = 1,
      .min_price_ticks = 37500,
      .max_price_ticks = 62500,
      .expected = {2265, 19540, 976731660, 0x4ea209e6973b5441, 1991, 31829},
      .max_live = 2000},
     "67f94f12a5e087094c08da9b11542ec27830f9b1996d49611cfdb8ca66b626e2"},
    {StreamKind::kEcmix,
     7,
     {.n_ops = 32022,
      .n_preload = 2022,
      .max_id = 5677,
      .n_symbols = 1,
      .min_price_ticks = 37500,
      .max_price_ticks = 62500,
      .expected = {2350, 19905, 995211938, 0x86ee7df09cc0d0f6, 1972, 32219},
      .max_live = 2000},
     "560aadefffa6500bcc2215cbcb18f768614825d2d10a4b8b0e311a1d6e30e853"},
    {StreamKind::kItch,
     1,
     {.n_ops = 60000,
      .n_preload = 10000,
      .max_id = 34998,
      .n_symbols = 1,
      .min_price_ticks = 18003,
      .max_price_ticks = 21921,
      .expected = {5067, 692811, 13857260908, 0x6fc189de326284fe, 10319, 2744971},
      .max_live = 10423},
     "b81100bdeaca2c1f2ac3bc488b2aefc1163d03a324b494eee4c43b8f5ee31930"},
    {StreamKind::kItch,
     7,
     {.n_ops = 60000,
      .n_preload = 10000,
      .max_id = 35085,
      .n_symbols = 1,
      .min_price_ticks = 18051,
      .max_price_ticks = 21600,
      .expected = {5220, 709882, 14198706514, 0x28516668bb9b5c13, 10368, 2745616},
      .max_live = 10427},
     "9d7cb990b4841014a2277731936a5336507f5d55df647fc20d719748ce520513"},
    {StreamKind::kItch1k,
     1,
     {.n_ops = 199498,
      .n_preload = 149498,
      .max_id = 174562,
      .n_symbols = 1000,
      .min_price_ticks = 3845,
      .max_price_ticks = 36254,
      .expected = {4227, 648322, 13802413387, 0xd17e2c76d6f60166, 150643, 44365415},
      .max_live = 150679},
     "1870f9c0aa2083b9dc45af8bde81d0119ae2c65e3b05e5cb3b22d161cdbfc612"},
    {StreamKind::kItch1k,
     7,
     {.n_ops = 199498,
      .n_preload = 149498,
      .max_id = 174673,
      .n_symbols = 1000,
      .min_price_ticks = 4344,
      .max_price_ticks = 35794,
      .expected = {4395, 675831, 13309668041, 0xde3d5ffa9e0ecf2b, 150672, 44368326},
      .max_live = 150680},
     "a89948e0501dc375ca89fdf9a4b9c30615713970db1370fd4482d5c7a3d6c30f"},
    {StreamKind::kDeep,
     1,
     {.n_ops = 1030000,
      .n_preload = 1000000,
      .max_id = 1014910,
      .n_symbols = 1,
      .min_price_ticks = 5001,
      .max_price_ticks = 55000,
      .expected = {0, 0, 0, 0x14650fb0739d0383, 999820, 50447509},
      .max_live = 1000000},
     "f77f676d1619efda2072529a517e03924952f7f1cf5abfe5ac69b0906fed4abf"},
    {StreamKind::kSweep,
     1,
     {.n_ops = 32000,
      .n_preload = 2000,
      .max_id = 32000,
      .n_symbols = 1,
      .min_price_ticks = 19790,
      .max_price_ticks = 20210,
      .expected = {30392, 772135, 15447254609, 0xaf14b0d9c7bb4ce4, 1570, 40571},
      .max_live = 2000},
     "49f8707c7751ad6ba03829059b0442dbca285f7452c651e2adfa6b85415c226f"},
    {StreamKind::kSweep,
     7,
     {.n_ops = 32000,
      .n_preload = 2000,
      .max_id = 32000,
      .n_symbols = 1,
      .min_price_ticks = 19790,
      .max_price_ticks = 20210,
      .expected = {30149, 766685, 15344365057, 0xab44bcc85696c6ff, 1824, 46200},
      .max_live = 2000},
     "42c960b97edc87c1e4ea2815d988dcd2033d17ebc69807114d1822ad42d51c78"},
};

INSTANTIATE_TEST_SUITE_P(Golden, GeneratedStream, testing::ValuesIn(kGoldenStreams),
                         [](const testing::TestParamInfo<GoldenStream>& info) {
                           return fmt::format("{}Seed{}", name(info.param.kind), info.param.seed);
                         });

// Without deep, whose million orders would only make the test slow.
TEST(GenerateStream, MakesFilesThatTheReaderAcceptsAndThatReplayToTheirResults) {
  for (const StreamKind kind :
       {StreamKind::kEcmix, StreamKind::kItch, StreamKind::kItch1k, StreamKind::kSweep}) {
    SCOPED_TRACE(name(kind));
    const absl::StatusOr<Stream> generated = generate_stream(kind, 3, 1);
    ASSERT_TRUE(generated.ok()) << generated.status();
    const std::string path =
        testing::TempDir() + fmt::format("hourglass_{}_{}.bin", name(kind), ::getpid());
    ASSERT_TRUE(write_stream(*generated, path).ok());
    const absl::StatusOr<Stream> read = read_stream(path);
    std::remove(path.c_str());
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(sha256(*read), sha256(*generated));

    ReferenceVenue venue(read->header.n_symbols);
    venue.play(read->preload());
    venue.play(read->timed());
    EXPECT_TRUE(venue.results() == read->header.expected);
  }
}

TEST(GenerateStream, RefusesAScaleOutsideItsRange) {
  for (const std::uint32_t scale : {0U, kMaxScalePercent + 1}) {
    const absl::StatusOr<Stream> stream = generate_stream(StreamKind::kSweep, 1, scale);
    EXPECT_EQ(stream.status().message(),
              fmt::format("scale {} is not in 1..{} percent", scale, kMaxScalePercent));
  }
}

TEST(StreamKind, IsFoundByItsNameOnly) {
  for (const StreamKind kind : kStreamKinds) EXPECT_EQ(stream_kind(name(kind)), kind);
  EXPECT_EQ(stream_kind("ITCH"), std::nullopt);
  EXPECT_EQ(stream_kind(""), std::nullopt);
}

}  // namespace
}  // namespace hourglass::bench

#include "bench/streams/stream_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/limits.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

using engine::Side;

// A small valid stream: what each test spoils in one place.
struct Sample {
  StreamHeader header;
  std::vector<StreamOp> ops;

  [[nodiscard]] std::vector<std::byte> bytes() const {
    std::vector<std::byte> out(sizeof header + ops.size() * sizeof(StreamOp));
    std::memcpy(out.data(), &header, sizeof header);
    std::memcpy(out.data() + sizeof header, ops.data(), ops.size() * sizeof(StreamOp));
    return out;
  }
};

Sample valid_sample() {
  Sample sample;
  sample.ops = {
      {.order_id = 1, .qty_lots = 5, .price_ticks = 100, .kind = OpKind::kNew, .side = Side::kBuy},
      {.order_id = 2, .qty_lots = 7, .price_ticks = 103, .kind = OpKind::kNew, .side = Side::kSell},
      {.order_id = 1, .qty_lots = 2, .kind = OpKind::kReduce, .side = Side::kBuy},
      {.order_id = 3, .qty_lots = 9, .price_ticks = 101, .symbol_index = 1, .kind = OpKind::kIoc},
      {.order_id = 2,
       .qty_lots = 4,
       .price_ticks = 102,
       .kind = OpKind::kRequeue,
       .side = Side::kSell},
      {.order_id = 1, .kind = OpKind::kCancel, .side = Side::kBuy},
  };
  sample.header.magic = kStreamMagic;
  sample.header.n_ops = sample.ops.size();
  sample.header.n_preload = 2;
  sample.header.max_id = 3;
  sample.header.n_symbols = 2;
  sample.header.min_price_ticks = 100;
  sample.header.max_price_ticks = 103;
  sample.header.expected.end_orders = 1;
  sample.header.expected.end_qty_lots = 4;
  sample.header.max_live = 2;
  sample.header.name = {'s', 'a', 'm', 'p', 'l', 'e'};
  return sample;
}

// What the reader says of a valid sample after `spoil`; "OK" when it finds nothing wrong.
std::string verdict_on(const std::function<void(Sample&)>& spoil) {
  Sample sample = valid_sample();
  spoil(sample);
  const absl::StatusOr<Stream> stream = parse_stream(sample.bytes());
  return stream.ok() ? "OK" : std::string(stream.status().message());
}

TEST(StreamReader, AcceptsAValidStreamAsItIs) {
  const Sample sample = valid_sample();
  const absl::StatusOr<Stream> stream = parse_stream(sample.bytes());
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_TRUE(stream->header == sample.header);
  EXPECT_EQ(stream->name(), "sample");
  EXPECT_EQ(stream->preload().size(), 2U);
  EXPECT_TRUE(std::equal(stream->records().begin(), stream->records().end(), sample.ops.begin(),
                         sample.ops.end()));
  EXPECT_EQ(stream->timed().data(), stream->records().data() + 2);
}

TEST(StreamReader, NamesTheHeaderFieldThatIsWrong) {
  const auto header = [](const std::function<void(StreamHeader&)>& spoil) {
    return verdict_on([&](Sample& sample) { spoil(sample.header); });
  };
  EXPECT_EQ(header([](auto& h) { h.magic[7] = '2'; }),
            "magic is not HGOS0001: not an order stream");
  EXPECT_EQ(header([](auto& h) { h.n_ops = 0; }), "n_ops is 0: nothing to play");
  EXPECT_EQ(header([](auto& h) { h.n_ops = kMaxStreamRecords + 1; }),
            "n_ops 268435457 is over the limit of 268435456");
  // Times 24 bytes, this wraps round to a small number.
  EXPECT_EQ(header([](auto& h) { h.n_ops = 0x0AAAAAAAAAAAAAABULL + 5; }),
            "n_ops 768614336404564656 is over the limit of 268435456");
  EXPECT_EQ(header([](auto& h) { h.n_ops = 7; }), "truncated: 272 bytes, n_ops 7 needs 296");
  EXPECT_EQ(header([](auto& h) { h.n_ops = 5; }), "24 trailing bytes after the last record");
  EXPECT_EQ(header([](auto& h) { h.n_preload = 7; }), "n_preload 7 is over n_ops 6");
  EXPECT_EQ(header([](auto& h) { h.n_preload = 6; }), "OK");
  EXPECT_EQ(header([](auto& h) { h.max_id = 0; }), "max_id 0 is not in 1..n_ops 6");
  EXPECT_EQ(header([](auto& h) { h.max_id = 7; }), "max_id 7 is not in 1..n_ops 6");
  EXPECT_EQ(header([](auto& h) { h.max_id = 4; }), "max_id is 4 but only 3 ids are used");
  EXPECT_EQ(header([](auto& h) { h.n_symbols = 0; }), "n_symbols 0 is not in 1..16384");
  EXPECT_EQ(header([](auto& h) { h.n_symbols = 16385; }), "n_symbols 16385 is not in 1..16384");
  EXPECT_EQ(header([](auto& h) { h.min_price_ticks = 0; }),
            "prices 0..103 are not a positive range");
  EXPECT_EQ(header([](auto& h) { h.max_price_ticks = 99; }),
            "prices 100..99 are not a positive range");
  EXPECT_EQ(header([](auto& h) { h.max_live = 4; }),
            "max_live 4 is implausible: at most 3 is possible");
  EXPECT_EQ(header([](auto& h) { h.expected.end_orders = 3; }),
            "end_orders 3 is implausible: at most 2 is possible");
  EXPECT_EQ(header([](auto& h) { h.expected.end_qty_lots = 1ULL << 31U; }),
            "end_qty 2147483648 is implausible: at most 2147483647 is possible");
  EXPECT_EQ(header([](auto& h) { h.expected.trades = 13; }),
            "trades 13 is implausible: at most 12 is possible");
  EXPECT_EQ(header([](auto& h) { h.expected.traded_qty_lots = 1; }),
            "traded_qty 1 is implausible: at most 0 is possible");
}

TEST(StreamReader, RefusesANameThatIsNotPaddedText) {
  const std::string refusal = "name is not 1 to 23 printable characters and zeros";
  const auto named = [](std::string_view name) {
    return verdict_on([&](Sample& sample) {
      sample.header.name = {};
      std::copy(name.begin(), name.end(), sample.header.name.begin());
    });
  };
  EXPECT_EQ(named("x"), "OK");
  EXPECT_EQ(named(std::string(23, 'x')), "OK");
  EXPECT_EQ(named(std::string(24, 'x')), refusal);
  EXPECT_EQ(named(""), refusal);
  EXPECT_EQ(named("a\x1b[2J"), refusal);
  EXPECT_EQ(named(std::string_view("a\0b", 3)), refusal);
}

TEST(StreamReader, NamesTheRecordThatIsWrongAndWhy) {
  const auto record = [](std::size_t index, const std::function<void(StreamOp&)>& spoil) {
    return verdict_on([&](Sample& sample) { spoil(sample.ops[index]); });
  };
  EXPECT_EQ(record(0, [](auto& op) { op.kind = OpKind{'n'}; }),
            "record 0: op 110 is none of N I C R X");
  EXPECT_EQ(record(5, [](auto& op) { op.zero = 1; }), "record 5: the last four bytes are 1, not 0");
  EXPECT_EQ(record(3, [](auto& op) { op.symbol_index = 2; }),
            "record 3: symbol 2 is not below n_symbols 2");
  EXPECT_EQ(record(1, [](auto& op) { op.side = Side{2}; }), "record 1: side 2 is neither 0 nor 1");
  EXPECT_EQ(record(1, [](auto& op) { op.order_id = 0; }), "record 1: id is 0");
  EXPECT_EQ(record(4, [](auto& op) { op.order_id = 4; }), "record 4: id 4 is over max_id 3");
  EXPECT_EQ(record(4, [](auto& op) { op.order_id = ~0ULL; }),
            "record 4: id 18446744073709551615 is over max_id 3");
  EXPECT_EQ(record(0, [](auto& op) { op.order_id = 2; }),
            "record 0: id 2 is used first before id 1");
  EXPECT_EQ(record(3, [](auto& op) { op.order_id = 2; }), "record 3: id 2 enters a second time");
  EXPECT_EQ(record(2, [](auto& op) { op.side = Side::kSell; }),
            "record 2: id 1 began with another symbol or side");
  EXPECT_EQ(record(4, [](auto& op) { op.symbol_index = 1; }),
            "record 4: id 2 began with another symbol or side");
  for (const std::size_t index : {0U, 2U, 3U, 4U}) {
    EXPECT_EQ(record(index, [](auto& op) { op.qty_lots = 0; }),
              fmt::format("record {}: quantity is 0", index));
    EXPECT_EQ(record(index, [](auto& op) { op.qty_lots = 1U << 31U; }),
              fmt::format("record {}: quantity 2147483648 is over 2147483647", index));
    EXPECT_EQ(record(index, [](auto& op) { op.qty_lots = engine::kMaxOrderQtyLots; }), "OK");
  }
  for (const std::size_t index : {0U, 3U, 4U}) {
    EXPECT_EQ(record(index, [](auto& op) { op.price_ticks = 0; }),
              fmt::format("record {}: price 0 is not positive", index));
    EXPECT_EQ(record(index, [](auto& op) { op.price_ticks = -100; }),
              fmt::format("record {}: price -100 is not positive", index));
    EXPECT_EQ(record(index, [](auto& op) { op.price_ticks = 99; }),
              fmt::format("record {}: price 99 is outside the header's 100..103", index));
    EXPECT_EQ(record(index, [](auto& op) { op.price_ticks = 104; }),
              fmt::format("record {}: price 104 is outside the header's 100..103", index));
  }
}

TEST(StreamReader, LetsAnOperationNameAnIdThatNeverEnters) {
  EXPECT_EQ(verdict_on([](Sample& sample) { sample.ops[3].kind = OpKind::kCancel; }), "OK");
}

TEST(StreamReader, SaysOfEveryShorterFileThatItIsTruncated) {
  const std::vector<std::byte> bytes = valid_sample().bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const absl::StatusOr<Stream> stream = parse_stream(std::span(bytes).first(size));
    EXPECT_EQ(stream.status().code(), absl::StatusCode::kDataLoss) << size << " bytes";
  }
  EXPECT_EQ(parse_stream({}).status().message(), "truncated: 0 bytes, the header alone has 128");
}

TEST(StreamReader, SurvivesEveryFlippedBit) {
  const std::vector<std::byte> bytes = valid_sample().bytes();
  std::int32_t refused = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::vector<std::byte> flipped = bytes;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    if (!parse_stream(flipped).ok()) ++refused;
  }
  // Far from all: a seed, an expected result or a valid quantity may be anything.
  EXPECT_GT(refused, 1000);
}

class StreamFile : public testing::Test {
 protected:
  ~StreamFile() override { std::remove(path_.c_str()); }
  void write(std::span<const std::byte> bytes) const {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  std::string path_ = testing::TempDir() + fmt::format("hourglass_stream_{}.bin", ::getpid());
};

TEST_F(StreamFile, IsReadLikeTheSameBytesInMemory) {
  const Sample sample = valid_sample();
  write(sample.bytes());
  const absl::StatusOr<Stream> stream = read_stream(path_);
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_TRUE(stream->header == sample.header);
  EXPECT_TRUE(std::equal(stream->records().begin(), stream->records().end(), sample.ops.begin(),
                         sample.ops.end()));
}

TEST_F(StreamFile, IsNamedInTheError) {
  EXPECT_EQ(read_stream(path_).status(),
            absl::NotFoundError(path_ + ": cannot open: No such file or directory"));
  EXPECT_EQ(read_stream(testing::TempDir()).status(),
            absl::InvalidArgumentError(testing::TempDir() + ": not a regular file"));
  Sample sample = valid_sample();
  sample.ops[5].order_id = 0;
  write(sample.bytes());
  EXPECT_EQ(read_stream(path_).status(), absl::InvalidArgumentError(path_ + ": record 5: id is 0"));
}

TEST_F(StreamFile, OfGigabytesOfZerosIsRefusedAtItsFirstRecord) {
  Sample sample = valid_sample();
  sample.header.n_ops = kMaxStreamRecords;
  write(sample.bytes());
  ASSERT_EQ(::truncate(path_.c_str(), static_cast<off_t>(sizeof(StreamHeader) +
                                                         kMaxStreamRecords * sizeof(StreamOp))),
            0);
  EXPECT_EQ(read_stream(path_).status(),
            absl::InvalidArgumentError(path_ + ": record 6: op 0 is none of N I C R X"));
}

}  // namespace
}  // namespace hourglass::bench

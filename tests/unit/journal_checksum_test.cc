#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "engine/journal/crc32c.h"
#include "engine/journal/format.h"
#include "engine/journal/sha256.h"

namespace hourglass::engine {
namespace {

std::span<const std::byte> text(std::string_view s) {
  return std::as_bytes(std::span(s));
}

// RFC 3720, appendix B.4.
TEST(Crc32c, MatchesThePublishedVectors) {
  EXPECT_EQ(crc32c(text("123456789")), 0xE3069283U);
  EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0})), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0xFF})), 0x62A8AB43U);
  std::vector<std::byte> rising(32);
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<std::byte>(i);
  EXPECT_EQ(crc32c(rising), 0x46DD794EU);
  EXPECT_EQ(crc32c({}), 0U);
}

TEST(Crc32c, ContinuesFromAnEarlierChecksum) {
  EXPECT_EQ(crc32c(text("6789"), crc32c(text("12345"))), crc32c(text("123456789")));
}

// FIPS 180-4 examples.
TEST(Sha256, MatchesThePublishedVectors) {
  Sha256 sha;
  EXPECT_EQ(to_hex(sha.of({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha.of(text("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, StartForgetsWhatCameBefore) {
  Sha256 sha;
  sha.start();
  sha.update(text("ab"));
  sha.start();
  sha.update(text("a"));
  sha.update(text("bc"));
  EXPECT_EQ(sha.finish(), Sha256().of(text("abc")));
}

TEST(AllZero, SeesASingleBitAnywhere) {
  std::vector<std::byte> bytes(512);
  EXPECT_TRUE(all_zero(bytes));
  EXPECT_TRUE(all_zero({}));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = std::byte{1};
    EXPECT_FALSE(all_zero(bytes)) << i;
    bytes[i] = std::byte{0};
  }
}

TEST(JournalNames, AreTwentyDigitsAndNothingElse) {
  const std::string name = segment_file_name(SequenceNumber(42));
  EXPECT_EQ(name, "seg-00000000000000000042.hgj");
  EXPECT_EQ(index_file_name(SequenceNumber(42)), "idx-00000000000000000042.hgi");
  EXPECT_EQ(sequence_in_name(name, kSegmentPrefix, kSegmentSuffix), SequenceNumber(42));
  const auto refused = [](std::string_view text) {
    return sequence_in_name(text, kSegmentPrefix, kSegmentSuffix) == std::nullopt;
  };
  EXPECT_TRUE(refused("seg-0000000000000000042.hgj"));
  EXPECT_TRUE(refused("seg-000000000000000000042.hgj"));
  EXPECT_TRUE(refused("seg-0000000000000000004x.hgj"));
  EXPECT_TRUE(refused("idx-00000000000000000042.hgj"));
  EXPECT_TRUE(refused("seg-18446744073709551616.hgj")) << "does not fit 64 bits";
  EXPECT_FALSE(refused("seg-18446744073709551615.hgj"));
}

}  // namespace
}  // namespace hourglass::engine

// The journal on the file system at hand.
#include "engine/journal/file_device.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "engine/journal/verify.h"
#include "tests/support/journal_workload.h"

namespace hourglass::engine {
namespace {

class FileDeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "hourglass-journal-XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::unique_ptr<FileDevice> open_device(Durability durability = Durability::kDurable) {
    auto device = FileDevice::open_directory(path_, durability);
    EXPECT_TRUE(device.ok()) << device.status();
    return *std::move(device);
  }

  std::string path_;
};

TEST_F(FileDeviceTest, HoldsAJournalThatRollsAndReopens) {
  for (const Durability durability : {Durability::kDurable, Durability::kVolatile}) {
    std::filesystem::remove_all(path_);
    const auto device = open_device(durability);
    {
      auto writer = create_journal(*device, small_segments(8));
      for (std::uint64_t i = 1; i <= 20; ++i) {
        ASSERT_EQ(write_frame(*writer, i * 5), absl::OkStatus());
        writer->preparer().step();
      }
      ASSERT_EQ(writer->close(), absl::OkStatus());
    }
    auto writer = JournalWriter::open(*device, small_segments(8));
    ASSERT_TRUE(writer.ok()) << writer.status();
    EXPECT_EQ((*writer)->durable(), SequenceNumber(1050));
    ASSERT_EQ(write_frame(**writer, 50), absl::OkStatus());
    std::uint64_t last = 0;
    EXPECT_EQ(check_contents(*device, &last), "");
    EXPECT_EQ(last, 1100U);
    EXPECT_TRUE(verify_journal(*device)->intact());
  }
}

TEST_F(FileDeviceTest, RefusesASecondWriterUntilTheFirstIsGone) {
  const auto first = open_device();
  const auto second = open_device();
  auto writer = create_journal(*first, small_segments(8));
  const absl::Status refused = JournalWriter::open(*second, small_segments(8)).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  writer.reset();
  EXPECT_TRUE(JournalWriter::open(*second, small_segments(8)).ok());
}

TEST_F(FileDeviceTest, SaysWhatIsMissing) {
  const auto device = open_device();
  EXPECT_TRUE(absl::IsNotFound(device->open("nothing", OpenMode::kRead).status()));
  EXPECT_TRUE(absl::IsNotFound(device->remove("nothing")));
  auto file = device->open("short", OpenMode::kCreate);
  ASSERT_TRUE(file.ok());
  std::array<std::byte, 10> bytes{};
  EXPECT_TRUE(absl::IsOutOfRange((*file)->read(0, bytes)));
  EXPECT_FALSE(FileDevice::open_directory(path_ + "/no/such/parent").ok());
}

TEST_F(FileDeviceTest, SaysLoudlyThatVolatileLosesCommands) {
  EXPECT_NE(open_device(Durability::kVolatile)->describe().find("VOLATILE"), std::string::npos);
  EXPECT_NE(open_device()->describe().find("O_DSYNC"), std::string::npos);
}

}  // namespace
}  // namespace hourglass::engine

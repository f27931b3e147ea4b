// The members file changed by several at a time.
#include "gateway/fix/members/members_file.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gateway/daemon/starter_members.h"
#include "gtest/gtest.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint32_t kChanges = 40;
const std::string kHash = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA";

class MembersFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fmt::format("{}/members-file-{}", testing::TempDir(),
                          testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
  }

  absl::Status add(const std::string& name) const {
    MembersFile file(folder_);
    auto list = file.read_to_change();
    if (!list.ok()) return list.status();
    Member member;
    member.comp_id = name;
    member.accounts = {11};
    member.password_hash = kHash;
    if (absl::Status status = list->add(member); !status.ok()) return status;
    return file.write(*list);
  }
  absl::Status replace(const std::string& name, const std::string& from, const std::string& to) {
    Member member = *MembersFile(folder_).read().value().find(name);
    member.password_hash = from;
    return MembersFile(folder_).replace_password_hash(member, to);
  }
  static std::string hash(std::uint32_t number) { return fmt::format("{}{}", kHash, number); }

  std::string folder_;
};

TEST_F(MembersFileTest, LosesNoChangeOfTwoWhoChangeItAtOnce) {
  ASSERT_EQ(add("DESK"), absl::OkStatus());
  ASSERT_EQ(replace("DESK", kHash, hash(0)), absl::OkStatus());
  std::thread other([&] {
    for (std::uint32_t i = 0; i < kChanges; ++i) {
      EXPECT_EQ(add(fmt::format("M{}", i)), absl::OkStatus());
    }
  });
  for (std::uint32_t i = 0; i < kChanges; ++i) {
    EXPECT_EQ(replace("DESK", hash(i), hash(i + 1)), absl::OkStatus()) << i;
  }
  other.join();
  const MemberList list = MembersFile(folder_).read().value();
  EXPECT_EQ(list.all().size(), kChanges + 1);
  EXPECT_EQ(list.find("DESK")->password_hash, hash(kChanges));
}

TEST_F(MembersFileTest, ReplacesAPasswordOnlyWhereItIsTheOneThatWasThought) {
  ASSERT_EQ(add("DESK"), absl::OkStatus());
  const MemberList before = MembersFile(folder_).read().value();
  EXPECT_EQ(replace("DESK", hash(1), hash(2)),
            absl::AbortedError("the password of DESK was changed by somebody else"));
  Member member = *before.find("DESK");
  member.session += 1;
  EXPECT_EQ(MembersFile(folder_).replace_password_hash(member, hash(2)),
            absl::NotFoundError("DESK is not listed any more"));
  EXPECT_EQ(MembersFile(folder_).read().value().all(), before.all());
}

TEST_F(MembersFileTest, IsNotWaitedForLongWhereAnotherHoldsIt) {
  ASSERT_EQ(add("DESK"), absl::OkStatus());
  MembersFile holder(folder_);
  ASSERT_TRUE(holder.read_to_change().ok());
  EXPECT_EQ(MembersFile(folder_).read_to_change(std::chrono::milliseconds(20)).status(),
            absl::UnavailableError(
                fmt::format("{}: another program is changing the members, try again", folder_)));
}

// Who adds the first member is not given the starters.
TEST_F(MembersFileTest, IsNotGivenStartersWhileAnotherMakesIt) {
  std::optional<MembersFile> first(folder_);
  auto list = first->read_to_change();
  ASSERT_TRUE(list.ok());
  absl::StatusOr<MemberList> opened;
  std::thread venue([&] { opened = open_members(folder_, true); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  Member member;
  member.comp_id = "DESK";
  member.accounts = {11};
  EXPECT_EQ(list->add(member), absl::OkStatus());
  EXPECT_EQ(first->write(*list), absl::OkStatus());
  first.reset();
  venue.join();
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->all(), list->all());
  EXPECT_EQ(MembersFile(folder_).read().value().all(), list->all());
  EXPECT_FALSE(std::filesystem::exists(fmt::format("{}/{}", folder_, kStarterCredentials)));
}

}  // namespace
}  // namespace hourglass::gateway::fix

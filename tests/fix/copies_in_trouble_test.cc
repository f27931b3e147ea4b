// A drop copy session that cannot record is passed by, and gets what it missed once it can.
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/door/fix_door.h"
#include "gateway/fix/post_trade/drop_copies.h"
#include "gtest/gtest.h"
#include "tests/fix/idle_application.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kFileBytes = std::uint64_t{1} << 20;

// A venue's door with one drop copy session, of account 11.
class CopiesInTrouble : public testing::Test {
 protected:
  CopiesInTrouble() : directory_(fmt::format("{}/copies-in-trouble", testing::TempDir())) {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    start();
  }

  void start() {
    door_.reset();
    MemberList members;
    EXPECT_TRUE(members
                    .add({.comp_id = "COPIER",
                          .session = kFirstFixSession,
                          .accounts = {11},
                          .drop_copy = true})
                    .ok());
    auto door = FixDoor::open(
        {.directory = directory_, .port = 0, .session_file_bytes = kFileBytes}, members, nothing_);
    ASSERT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
    copies_.set_sessions(door_->sessions());
  }
  DoorSession& session() { return *door_->session(engine::SessionId(kFirstFixSession)); }
  // The copy of the report with this number, whose text is no longer than this.
  void send(std::uint64_t number, bool is_recovery, std::size_t text_bytes = 1) {
    MessageWriter writer;
    writer.begin("8");
    writer.text(17, fmt::format("E{}", number)).text(58, std::string(text_bytes, 'x'));
    copies_.send({.session = engine::SessionId(kFirstFixSession + 1),
                  .account = engine::AccountId(11),
                  .version = FixVersion::kFix44,
                  .number = number},
                 "TRADER", writer, is_recovery);
  }
  // ExecIDs of the copies in its file.
  std::vector<std::string> recorded() {
    std::vector<std::string> ids;
    for (std::uint32_t i = 1; i < session().file().next_sender(); ++i) {
      const auto stored = session().file().get(i);
      Fields fields;
      if (stored && fields.parse(stored->text)) ids.emplace_back(fields.value(17));
    }
    return ids;
  }

  std::string directory_;
  IdleApplication nothing_;
  std::unique_ptr<FixDoor> door_;
  DropCopies copies_;
};

TEST_F(CopiesInTrouble, ComeOnceWhenTheVenueStartsAgain) {
  copies_.pass(1);
  send(2, false);
  EXPECT_EQ(door_->alarm(), std::nullopt);
  send(3, false, kFileBytes);
  EXPECT_TRUE(door_->alarm().has_value());
  send(4, false);
  // As at a member list's change and at an orderly stop.
  copies_.pass(5);
  EXPECT_EQ(recorded(), std::vector<std::string>{"E2"});
  EXPECT_EQ(session().file().last_report(), 2U);

  start();
  for (std::uint64_t number = 2; number <= 5; ++number) send(number, true);
  copies_.pass(5);
  send(6, false);
  for (std::uint64_t number = 2; number <= 6; ++number) send(number, true);
  EXPECT_EQ(recorded(), (std::vector<std::string>{"E2", "E3", "E4", "E5", "E6"}));
}

}  // namespace
}  // namespace hourglass::gateway::fix

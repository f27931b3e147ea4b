#include "tests/fix/script_venue.h"

#include <algorithm>
#include <filesystem>

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::uint64_t kSnapshotEvery = 50;
constexpr std::uint32_t kHeartBtSeconds = 60;  // no heartbeat comes between
constexpr std::chrono::seconds kPatience{30};

// The starter accounts have funds, and 13 never had any.
constexpr std::uint32_t kFirstAccount = 11;
constexpr std::uint32_t kSecondAccount = 12;
constexpr std::uint32_t kAccountWithoutFunds = 13;
constexpr std::uint32_t kSlowMembersRate = 2;

std::string fresh_directory() {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  std::string name = fmt::format("{}_{}", test.test_suite_name(), test.name());
  std::replace(name.begin(), name.end(), '/', '_');
  const std::string path = fmt::format("{}/{}", testing::TempDir(), name);
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path + "/fix");
  return path;
}

Member member_of(std::size_t connection) {
  Member member;
  member.accounts = {kSecondAccount};
  if (connection == 0) member.accounts = {kFirstAccount, kAccountWithoutFunds};
  // What is to go with the line is marked; the third member is as members are.
  member.cancel_on_disconnect = connection == 2;
  if (connection == 3) member.orders_per_second = kSlowMembersRate;
  return member;
}

}  // namespace

ScriptVenue::ScriptVenue(const std::array<FixVersion, kScriptConnections>& versions)
    : data_dir_(fresh_directory()) {
  EXPECT_EQ(start_cryptography(), absl::OkStatus());
  keys_ = make_key_pair();
  add_members(versions);
  restart();
}

void ScriptVenue::add_members(const std::array<FixVersion, kScriptConnections>& versions) {
  MemberList list;
  for (std::size_t place = 0; place < members_.size(); ++place) {
    for (std::size_t connection = 0; connection < kScriptConnections; ++connection) {
      Member member = member_of(connection);
      member.comp_id = fmt::format("PLACE{}-{}", place + 1, connection + 1);
      member.version = versions[connection];
      member.ed25519_public_key = keys_.public_key;
      const bool is_fix44 = member.version == FixVersion::kFix44;
      ScriptMember& own = members_[place][connection];
      own.comp_id = member.comp_id;
      own.version = member.version;
      own.client = std::make_unique<FixClient>(
          ClientSettings{.host = "127.0.0.1",
                         .begin_string = is_fix44 ? "FIX.4.4" : "FIXT.1.1",
                         .comp_id = member.comp_id,
                         .secret_key_hex = keys_.secret_key,
                         .heart_bt_seconds = kHeartBtSeconds,
                         // One way to catch up or the other.
                         .send_next_expected = connection == 1,
                         .patience = kPatience});
      EXPECT_EQ(list.add(std::move(member)), absl::OkStatus());
    }
  }
  EXPECT_EQ(list.save(data_dir_ + "/fix/members.json"), absl::OkStatus());
}

void ScriptVenue::kill() {
  program_->kill();
}

void ScriptVenue::restart() {
  program_.emplace(engine::test::VenueStart{.program = HOURGLASS_PROGRAM,
                                            .data_dir = data_dir_,
                                            .snapshot_every = kSnapshotEvery,
                                            .with_fix = true});
  const std::uint16_t port = program_->fix_port();
  EXPECT_NE(port, 0) << program_->errors();
  for (ScriptMembers& members : members_) {
    for (ScriptMember& member : members) member.client->set_port(port);
  }
}

std::string ScriptVenue::say(const std::string& line) {
  program_->say(line);
  while (const auto answer = program_->hear()) {
    if (answer->starts_with("durable through") || answer->starts_with('?')) return *answer;
  }
  return "? the venue has ended";
}

// Of three characters, so that what is behind it in a script has 17.
std::string ScriptVenue::fresh_prefix() {
  const std::uint32_t number = scripts_++;
  return fmt::format("{}{:02}", static_cast<char>('A' + number / 100), number % 100);
}

}  // namespace hourglass::gateway::fix::test

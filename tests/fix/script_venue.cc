#include "tests/fix/script_venue.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "fmt/format.h"
#include "gateway/daemon/starter_list.h"
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
constexpr std::size_t kDropCopy = 4;
constexpr std::size_t kWithPassword = 5;
constexpr char kPassword[] = "correct horse";

std::string fresh_directory() {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  std::string name = fmt::format("{}_{}", test.test_suite_name(), test.name());
  std::replace(name.begin(), name.end(), '/', '_');
  const std::string path = fmt::format("{}/{}", testing::TempDir(), name);
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path + "/fix");
  return path;
}

std::uint64_t utc_now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

Member member_of(std::size_t place, std::size_t connection) {
  Member member;
  member.accounts = {kSecondAccount};
  if (connection == 0) member.accounts = {kFirstAccount, kAccountWithoutFunds};
  for (std::uint32_t i = 1; i <= ScriptVenue::kOwnAccounts && connection < 2; ++i) {
    member.accounts.push_back(
        ScriptVenue::own_account(place, static_cast<std::uint32_t>(connection), i));
  }
  member.drop_copy = connection == kDropCopy;
  if (member.drop_copy) {
    member.accounts = {ScriptVenue::own_account(place, 0, ScriptVenue::kOwnAccounts),
                       ScriptVenue::own_account(place, 1, ScriptVenue::kOwnAccounts)};
  }
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
  for (const engine::DefineInstrument& define : starter_list(utc_now_ns())) {
    contracts_.emplace_back(define.symbol.data());
  }
  add_members(versions);
  restart();
}

void ScriptVenue::add_members(const std::array<FixVersion, kScriptConnections>& versions) {
  MemberList list;
  const std::string password_hash = hash_password(kPassword).value();
  for (std::size_t place = 0; place < members_.size(); ++place) {
    for (std::size_t connection = 0; connection < kScriptConnections; ++connection) {
      Member member = member_of(place, connection);
      member.comp_id = fmt::format("PLACE{}-{}", place + 1, connection + 1);
      member.version = versions[connection];
      const bool has_password = connection == kWithPassword;
      (has_password ? member.password_hash : member.ed25519_public_key) =
          has_password ? password_hash : keys_.public_key;
      ScriptMember& own = members_[place][connection];
      own.comp_id = member.comp_id;
      own.version = member.version;
      own.settings = {.host = "127.0.0.1",
                      .begin_string = own.version == FixVersion::kFix44 ? "FIX.4.4" : "FIXT.1.1",
                      .comp_id = member.comp_id,
                      .password = has_password ? kPassword : "",
                      .secret_key_hex = has_password ? "" : keys_.secret_key,
                      .heart_bt_seconds = kHeartBtSeconds,
                      // One way to catch up or the other.
                      .send_next_expected = connection == 1,
                      .patience = kPatience};
      own.client = std::make_unique<FixClient>(own.settings);
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
  port_ = program_->fix_port();
  EXPECT_NE(port_, 0) << program_->errors();
  for (ScriptMembers& members : members_) {
    for (ScriptMember& member : members) member.client->set_port(port_);
  }
}

// Another client, for settings are for its life. It has nothing to send again, since all that was
// sent is answered.
void ScriptVenue::set_password(ScriptMember& member, std::string password) {
  member.settings.password = std::move(password);
  member.settings.next_sender = member.client->next_sender();
  member.settings.next_target = member.client->next_target();
  member.client = std::make_unique<FixClient>(member.settings);
  member.client->set_port(port_);
}

std::string ScriptVenue::say(const std::string& line) {
  constexpr std::string_view kAll = "<ALL>";
  const std::size_t at = line.find(kAll);
  if (at == std::string::npos) return say_one(line);
  std::string answer;
  for (const std::string& contract : contracts_) {
    answer = say_one(std::string(line).replace(at, kAll.size(), contract));
    if (answer.starts_with('?')) break;
  }
  return answer;
}

std::string ScriptVenue::say_one(const std::string& line) {
  program_->say(line);
  while (const auto answer = program_->hear()) {
    for (const std::string_view last : {"durable through", "account ", "news to ", "?"}) {
      if (answer->starts_with(last)) return *answer;
    }
  }
  return "? the venue has ended";
}

// Of three characters, so that what is behind it in a script has 17.
std::string ScriptVenue::fresh_prefix() {
  const std::uint32_t number = scripts_++;
  return fmt::format("{}{:02}", static_cast<char>('A' + number / 100), number % 100);
}

}  // namespace hourglass::gateway::fix::test

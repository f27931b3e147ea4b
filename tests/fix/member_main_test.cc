// `hourglass member`: what it prints, what it refuses, and what it leaves in the file.
#include "gateway/fix/members/member_main.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/transport/tls_certificate.h"

namespace hourglass::gateway::fix {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::string_view kKey =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

struct Result {
  int exit_code;
  std::string out;
  std::string err;
  bool operator==(const Result&) const = default;
};

class MemberMainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    parent_ = ::testing::TempDir() + "hourglass-member-XXXXXX";
    ASSERT_NE(::mkdtemp(parent_.data()), nullptr);
    data_dir_ = parent_ + "/venue";
    ASSERT_EQ(start_cryptography(), absl::OkStatus());
  }
  void TearDown() override { std::filesystem::remove_all(parent_); }

  static Result call(const std::vector<std::string_view>& args) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int exit_code = member_main(args);
    return {exit_code, testing::internal::GetCapturedStdout(),
            testing::internal::GetCapturedStderr()};
  }
  // The same for an action on the data directory.
  Result act(std::vector<std::string_view> args) {
    args.insert(args.end(), {"--data-dir", data_dir_});
    return call(args);
  }
  // The same with `input` on standard input.
  Result act_with(const std::string& input, const std::vector<std::string_view>& args) {
    const std::string path = parent_ + "/input";
    std::ofstream(path) << input;
    const int before = ::dup(STDIN_FILENO);
    std::FILE* const file = std::fopen(path.c_str(), "r");
    EXPECT_GE(::dup2(::fileno(file), STDIN_FILENO), 0);
    Result result = act(args);
    EXPECT_GE(::dup2(before, STDIN_FILENO), 0);
    ::close(before);
    std::fclose(file);
    return result;
  }
  std::vector<Member> members() {
    const auto list = MemberList::load(data_dir_ + "/fix/members.json");
    EXPECT_TRUE(list.ok()) << list.status();
    return list.ok() ? list->all() : std::vector<Member>();
  }
  static bool lets_in(const Member& member, std::string_view password) {
    RecentSignatures recent;
    return authenticate(member, {.sender = member.comp_id, .password = password}, recent).ok();
  }

  std::string parent_;
  std::string data_dir_;
};

TEST_F(MemberMainTest, AddsAMemberWithAllThatWasAskedFor) {
  EXPECT_EQ(act_with("open sesame\nnot this",
                     {"add", "DESK1", "--accounts", "12,11", "--version", "5.0", "--password-stdin",
                      "--public-key", kKey, "--certificate", kKey, "--no-cancel-on-disconnect",
                      "--orders-per-second", "5", "--cancels-per-second", "7"}),
            (Result{0, "added DESK1 as session 4096; a running venue takes it on SIGHUP\n", ""}));
  ASSERT_EQ(members().size(), 1U);
  Member member = members().front();
  EXPECT_TRUE(lets_in(member, "open sesame"));
  EXPECT_FALSE(lets_in(member, "not this"));
  member.password_hash.clear();
  Member expected;
  expected.comp_id = "DESK1";
  expected.session = 4096;
  expected.version = FixVersion::kFix50Sp2;
  expected.accounts = {12, 11};
  expected.cancel_on_disconnect = false;
  expected.orders_per_second = 5;
  expected.cancels_per_second = 7;
  expected.ed25519_public_key = kKey;
  expected.certificate_sha256 = kKey;
  EXPECT_EQ(member, expected);
}

TEST_F(MemberMainTest, AddsWithDefaultsAndSaysThatThereIsNoPasswordYet) {
  EXPECT_EQ(act({"add", "DESK1", "--accounts", "11"}),
            (Result{0,
                    "added DESK1 as session 4096; a running venue takes it on SIGHUP\n"
                    "it cannot log on before `hourglass member password DESK1`\n",
                    ""}));
  Member expected;
  expected.comp_id = "DESK1";
  expected.session = 4096;
  expected.accounts = {11};
  EXPECT_THAT(members(), testing::ElementsAre(expected));
}

TEST_F(MemberMainTest, RefusesWhatCannotBeAddedAndLeavesTheFile) {
  ASSERT_EQ(act({"add", "DESK1", "--accounts", "11"}).exit_code, 0);
  const std::vector<Member> before = members();
  EXPECT_EQ(
      act({"add", "DESK1", "--accounts", "11"}),
      (Result{1, "", "hourglass member add: member DESK1: comp_id: there is one of this name\n"}));
  EXPECT_EQ(act({"add", "desk", "--accounts", "11"}),
            (Result{1, "", "hourglass member add: comp_id: must be 1 to 20 of A-Z 0-9 - _\n"}));
  EXPECT_EQ(
      act({"add", "DESK2", "--accounts", "11,11"}),
      (Result{1, "", "hourglass member add: member DESK2: accounts: 11 stands there twice\n"}));
  const Result no_numbers{
      1, "", "hourglass member add: --accounts takes numbers with commas between, as 11,12\n"};
  for (const std::string_view accounts : {"eleven", "11,", ",11", "11 12", "-1", "4294967296"}) {
    EXPECT_EQ(act({"add", "DESK2", "--accounts", accounts}), no_numbers) << accounts;
  }
  EXPECT_EQ(act({"add", "DESK2"}), no_numbers);
  EXPECT_EQ(act({"add", "DESK2", "--accounts", "11", "--version", "4.2"}).exit_code, 2);
  EXPECT_EQ(act({"add", "--accounts", "11"}).exit_code, 2);
  const Result bad_password{
      1, "", "hourglass member add: a password is 8 to 128 printable ASCII characters\n"};
  for (const std::string& password :
       {std::string(), std::string("\n"), std::string("7 chars\n"), std::string("tab\tbetween\n"),
        std::string(129, 'a') + "\n"}) {
    EXPECT_EQ(act_with(password, {"add", "DESK2", "--accounts", "11", "--password-stdin"}),
              bad_password)
        << password;
  }
  EXPECT_EQ(members(), before);
}

TEST_F(MemberMainTest, RemovesAMember) {
  ASSERT_EQ(act({"add", "DESK1", "--accounts", "11"}).exit_code, 0);
  ASSERT_EQ(act({"add", "DESK2", "--accounts", "12"}).exit_code, 0);
  EXPECT_EQ(act({"remove", "DESK3"}),
            (Result{1, "", "hourglass member remove: no member DESK3\n"}));
  EXPECT_EQ(act({"remove", "DESK1"}),
            (Result{0,
                    "removed DESK1; a running venue takes it on SIGHUP and cancels its working "
                    "orders, a stopped one when it starts\n",
                    ""}));
  ASSERT_EQ(members().size(), 1U);
  EXPECT_EQ(members().front().comp_id, "DESK2");
}

TEST_F(MemberMainTest, ListsTheMembersWithoutTheirSecrets) {
  EXPECT_EQ(act({"list"}), (Result{0, "no members; see `hourglass member add --help`\n", ""}));
  EXPECT_FALSE(std::filesystem::exists(data_dir_));
  ASSERT_EQ(act({"add", "DESK1", "--accounts", "11,12"}).exit_code, 0);
  ASSERT_EQ(act({"add", "DESK2", "--accounts", "7", "--version", "5.0", "--public-key", kKey,
                 "--certificate", kKey, "--no-cancel-on-disconnect"})
                .exit_code,
            0);
  ASSERT_EQ(act_with("open sesame\n", {"password", "DESK2"}).exit_code, 0);
  ASSERT_EQ(act({"add", "COPY1", "--accounts", "7,11", "--drop-copy"}).exit_code, 0);
  EXPECT_EQ(
      act({"list"}),
      (Result{0,
              "COMPID               SESSION FIX  LOGON           CERTIFICATE      ON DISCONNECT "
              "ORDERS/S CANCELS/S  ACCOUNTS\n"
              "DESK1                   4096 4.4  none            any or none      cancel        "
              "    1000      2000  11,12\n"
              "DESK2                   4097 5.0  password or key d75a980182b10ab7 keep          "
              "    1000      2000  7\n"
              "COPY1                   4098 4.4  none            any or none      drop copy     "
              "    1000      2000  7,11\n",
              ""}));
  EXPECT_TRUE(members().back().drop_copy);
}

TEST_F(MemberMainTest, SetsAndForgetsTheCertificateAMemberMustHave) {
  ASSERT_EQ(act({"add", "DESK1", "--accounts", "11"}).exit_code, 0);
  const Member before = members().front();
  const std::string path = parent_ + "/certificate.pem";
  ASSERT_TRUE(make_self_signed(path, parent_ + "/key.pem").ok());
  const std::string fingerprint = *certificate_sha256(path);
  Member with = before;
  with.certificate_sha256 = fingerprint;
  EXPECT_EQ(act({"certificate", "DESK1", path}),
            (Result{0,
                    fmt::format("certificate of DESK1: {}; a running venue takes it on SIGHUP\n",
                                fingerprint),
                    ""}));
  EXPECT_THAT(members(), testing::ElementsAre(with));
  EXPECT_EQ(act({"certificate", "DESK2", path}),
            (Result{1, "", "hourglass member certificate: no member DESK2\n"}));
  const Result unclear{1, "", "hourglass member certificate: say either FILE or --none\n"};
  EXPECT_EQ(act({"certificate", "DESK1"}), unclear);
  EXPECT_EQ(act({"certificate", "DESK1", path, "--none"}), unclear);
  const std::string key = parent_ + "/key.pem";
  EXPECT_EQ(act({"certificate", "DESK1", key}),
            (Result{1, "",
                    fmt::format("hourglass member certificate: {} holds no certificate in PEM "
                                "form\n",
                                key)}));
  EXPECT_THAT(members(), testing::ElementsAre(with));
  EXPECT_EQ(
      act({"certificate", "DESK1", "--none"}),
      (Result{0, "certificate of DESK1: any or none; a running venue takes it on SIGHUP\n", ""}));
  EXPECT_THAT(members(), testing::ElementsAre(before));
}

TEST_F(MemberMainTest, SetsAPasswordFromItsInput) {
  ASSERT_EQ(act({"add", "DESK1", "--accounts", "11"}).exit_code, 0);
  Member before = members().front();
  EXPECT_EQ(act_with("first one", {"password", "DESK1"}),
            (Result{0, "password of DESK1 set; a running venue takes it on SIGHUP\n", ""}));
  EXPECT_EQ(act_with("second one\n", {"password", "DESK1"}).exit_code, 0);
  EXPECT_EQ(act_with("short\n", {"password", "DESK1"}).exit_code, 1);
  EXPECT_EQ(act_with("third one\n", {"password", "DESK2"}),
            (Result{1, "", "hourglass member password: no member DESK2\n"}));
  Member after = members().front();
  EXPECT_FALSE(lets_in(after, "first one"));
  EXPECT_TRUE(lets_in(after, "second one"));
  after.password_hash.clear();
  EXPECT_EQ(after, before);
}

TEST_F(MemberMainTest, MakesAPasswordAndPrintsItOnce) {
  ASSERT_EQ(act({"add", "DESK1", "--accounts", "11"}).exit_code, 0);
  Result made = act({"password", "DESK1", "--generate"});
  EXPECT_EQ(made.exit_code, 0);
  EXPECT_EQ(made.err, "password of DESK1 set; a running venue takes it on SIGHUP\n");
  EXPECT_THAT(made.out, MatchesRegex("[A-Za-z0-9_-]{24}\n"));
  made.out.pop_back();
  EXPECT_TRUE(lets_in(members().front(), made.out));
  EXPECT_NE(act({"password", "DESK1", "--generate"}).out, made.out + "\n");
}

TEST_F(MemberMainTest, PrintsAKeyPairThatSigns) {
  const Result printed = call({"keys"});
  ASSERT_THAT(printed.out, MatchesRegex("public [0-9a-f]{64}\nsecret [0-9a-f]{128}\n"));
  EXPECT_EQ((Result{printed.exit_code, "", printed.err}), (Result{0, "", ""}));
  const std::string public_key = printed.out.substr(7, 64);
  const std::string secret_key = printed.out.substr(79, 128);
  EXPECT_EQ(key_pair_of_seed(secret_key.substr(0, 64)).value().public_key, public_key);
  EXPECT_TRUE(sign(secret_key, "text").ok());
  EXPECT_NE(call({"keys"}).out, printed.out);
}

TEST_F(MemberMainTest, KeepsItsHandsOffAFileItCannotRead) {
  std::filesystem::create_directories(data_dir_ + "/fix");
  const std::string path = data_dir_ + "/fix/members.json";
  std::ofstream(path) << "[]";
  const std::string why = path + ": must be an object\n";
  EXPECT_EQ(act({"add", "DESK1", "--accounts", "11"}),
            (Result{1, "", "hourglass member add: " + why}));
  EXPECT_EQ(act({"remove", "DESK1"}), (Result{1, "", "hourglass member remove: " + why}));
  EXPECT_EQ(act({"list"}), (Result{1, "", "hourglass member list: " + why}));
  EXPECT_EQ(act({"password", "DESK1", "--generate"}),
            (Result{1, "", "hourglass member password: " + why}));
  EXPECT_EQ(std::filesystem::file_size(path), 2U);
}

TEST_F(MemberMainTest, ExplainsItself) {
  const Result asked = call({"--help"});
  EXPECT_EQ(asked.exit_code, 0);
  EXPECT_THAT(asked.out,
              AllOf(HasSubstr("Usage: hourglass member ACTION"),
                    HasSubstr("  password     set a member's password\n"), HasSubstr("SIGHUP")));
  EXPECT_EQ(call({}), (Result{2, "", asked.out}));
  EXPECT_EQ(call({"passwort"}),
            (Result{2, "",
                    "hourglass member: unknown action \"passwort\"; did you mean \"password\"?\n"
                    "Try: hourglass member --help\n"}));
  for (const std::string_view action :
       {"add", "remove", "list", "password", "certificate", "keys"}) {
    EXPECT_EQ(call({action, "--help"}).exit_code, 0) << action;
  }
}

}  // namespace
}  // namespace hourglass::gateway::fix

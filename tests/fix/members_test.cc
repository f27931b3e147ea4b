// The list of members and its file.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/fix/members/member_json.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/members/repeated_keys.h"

namespace hourglass::gateway::fix {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kKey(64, 'a');
constexpr std::string_view kHash = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA";

Member plain(const std::string& comp_id) {
  Member member;
  member.comp_id = comp_id;
  member.accounts = {11};
  return member;
}

Member full() {
  Member member;
  member.comp_id = "DESK_2-B";
  member.session = 4100;
  member.version = FixVersion::kFix50Sp2;
  member.accounts = {12, 11};
  member.cancel_on_disconnect = false;
  member.orders_per_second = 5;
  member.cancels_per_second = 7;
  member.password_hash = kHash;
  member.ed25519_public_key = kKey;
  member.certificate_sha256 = std::string(64, 'B');
  return member;
}

std::string file_of(const std::string& members) {
  return "{\"format\": 1, \"members\": [" + members + "]}";
}

// A member's object with `rest` behind what must be there.
std::string object_with(const std::string& rest) {
  return R"({"comp_id": "A1", "session": 4096, "version": "4.4", "accounts": [11])" + rest + "}";
}

// What parse_members says of a file.
std::string refusal_of(const std::string& text) {
  const auto members = parse_members(text);
  return members.ok() ? "taken" : std::string(members.status().message());
}

std::string read_whole(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class MembersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "hourglass-members-XXXXXX";
    ASSERT_NE(::mkdtemp(directory_.data()), nullptr);
    path_ = directory_ + "/members.json";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  absl::Status load_text(const std::string& text) {
    std::ofstream(path_) << text;
    return MemberList::load(path_).status();
  }

  std::string directory_;
  std::string path_;
};

TEST_F(MembersTest, GetASessionNoMemberEverHad) {
  MemberList list;
  Member second = plain("B");
  second.session = 4097;
  ASSERT_EQ(list.add(second), absl::OkStatus());
  ASSERT_EQ(list.add(plain("A")), absl::OkStatus());
  ASSERT_EQ(list.add(plain("C")), absl::OkStatus());
  // The highest of all, too, and beyond a save.
  ASSERT_EQ(list.remove("C"), absl::OkStatus());
  ASSERT_EQ(list.save(path_), absl::OkStatus());
  auto loaded = MemberList::load(path_);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  list = *std::move(loaded);
  ASSERT_EQ(list.add(plain("D")), absl::OkStatus());
  Member a = plain("A");
  a.session = 4098;
  Member d = plain("D");
  d.session = 4100;
  EXPECT_THAT(list.all(), ElementsAre(second, a, d));
  EXPECT_EQ(list.find("D"), &list.all()[2]);
  EXPECT_EQ(list.find("C"), nullptr);
  EXPECT_EQ(list.find("d"), nullptr);
}

TEST(MemberList, FindsEachMemberAfterOthersWereRemovedAndChanged) {
  MemberList list;
  for (const char* name : {"A", "B", "C", "D"}) ASSERT_EQ(list.add(plain(name)), absl::OkStatus());
  ASSERT_EQ(list.remove("B"), absl::OkStatus());
  Member d = *list.find("D");
  d.session = 4101;
  ASSERT_EQ(list.update(d), absl::OkStatus());
  EXPECT_EQ(list.find("A"), &list.all()[0]);
  EXPECT_EQ(list.find("B"), nullptr);
  EXPECT_EQ(list.find("C"), &list.all()[1]);
  EXPECT_EQ(list.find("D"), &list.all()[2]);
  // The number D had is free, and its new one is not.
  Member e = plain("E");
  e.session = 4101;
  EXPECT_EQ(list.add(e), absl::AlreadyExistsError("member E: session: 4101 is member D's"));
  e.session = 4099;
  EXPECT_EQ(list.add(e), absl::OkStatus());
  EXPECT_EQ(list.find("E"), &list.all()[3]);
}

TEST(MemberList, RefusesANameOrSessionTwiceAndStaysAsItWas) {
  MemberList list;
  ASSERT_EQ(list.add(plain("A")), absl::OkStatus());
  ASSERT_EQ(list.add(plain("B")), absl::OkStatus());
  const std::vector<Member> before = list.all();
  EXPECT_EQ(list.add(plain("A")),
            absl::AlreadyExistsError("member A: comp_id: there is one of this name"));
  Member c = plain("C");
  c.session = 4097;
  EXPECT_EQ(list.add(c), absl::AlreadyExistsError("member C: session: 4097 is member B's"));
  Member a = list.all()[0];
  a.session = 4097;
  EXPECT_EQ(list.update(a), absl::AlreadyExistsError("member A: session: 4097 is member B's"));
  a.session = 4096;
  a.accounts.clear();
  EXPECT_EQ(list.update(a),
            absl::InvalidArgumentError("member A: accounts: must be 1 to 64 numbers"));
  EXPECT_EQ(list.update(c), absl::NotFoundError("no member C"));
  EXPECT_EQ(list.remove("C"), absl::NotFoundError("no member C"));
  EXPECT_EQ(list.all(), before);
}

TEST(MemberList, UpdatesOneMemberInItsPlace) {
  MemberList list;
  ASSERT_EQ(list.add(plain("A")), absl::OkStatus());
  ASSERT_EQ(list.add(plain("B")), absl::OkStatus());
  Member a = list.all()[0];
  a.accounts = {7, 8};
  const Member b = list.all()[1];
  EXPECT_EQ(list.update(a), absl::OkStatus());
  EXPECT_THAT(list.all(), ElementsAre(a, b));
}

TEST(MemberList, TakesItsMostMembersAndNotOneMore) {
  MemberList list;
  for (std::uint32_t i = 0; i < kMaxMembers; ++i) {
    ASSERT_EQ(list.add(plain(fmt::format("M{}", i))), absl::OkStatus());
  }
  EXPECT_EQ(list.all().back().session, kFirstFixSession + kMaxMembers - 1);
  EXPECT_EQ(list.add(plain("ONE-MORE")),
            absl::ResourceExhaustedError("there are 4096 members already, the most there can be"));
  EXPECT_EQ(list.all().size(), kMaxMembers);
  EXPECT_EQ(parse_members(members_text(list.all())).value(), list.all());
}

TEST(MemberList, NamesTheFieldThatIsOutOfItsRange) {
  const auto refusal = [](auto change) {
    Member member = full();
    change(member);
    return std::string(check_member(member).message());
  };
  EXPECT_EQ(refusal([](Member&) {}), "");
  constexpr std::string_view kName = "comp_id: must be 1 to 20 of A-Z 0-9 - _";
  for (const std::string name : {"", "a", "A B", "A\x01", "ABCDEFGHIJKLMNOPQRSTU"}) {
    EXPECT_EQ(refusal([&](Member& m) { m.comp_id = name; }), kName) << name;
  }
  EXPECT_EQ(refusal([](Member& m) { m.comp_id = "ABCDEFGHIJKLMNOPQRST"; }), "");
  const std::string who = "member DESK_2-B: ";
  EXPECT_EQ(refusal([](Member& m) { m.comp_id = "HOURGLASS"; }),
            "member HOURGLASS: comp_id: is the venue's own");
  const std::string session = who + "session: must be a whole number from 4096 to 8191";
  EXPECT_EQ(refusal([](Member& m) { m.session = 4095; }), session);
  EXPECT_EQ(refusal([](Member& m) { m.session = 8191; }), "");
  EXPECT_EQ(refusal([](Member& m) { m.session = 8192; }), session);
  EXPECT_EQ(refusal([](Member& m) { m.accounts = {}; }), who + "accounts: must be 1 to 64 numbers");
  EXPECT_EQ(refusal([](Member& m) {
              for (std::uint32_t i = 0; i < 63; ++i) m.accounts.push_back(100 + i);
            }),
            who + "accounts: must be 1 to 64 numbers");
  EXPECT_EQ(refusal([](Member& m) { m.accounts = {131071}; }), "");
  EXPECT_EQ(refusal([](Member& m) { m.accounts = {131072}; }),
            who + "accounts: must be a whole number from 0 to 131071");
  EXPECT_EQ(refusal([](Member& m) {
              m.accounts = {3, 4, 3};
            }),
            who + "accounts: 3 stands there twice");
  for (const std::uint32_t rate : {0U, 1'000'001U}) {
    EXPECT_EQ(refusal([&](Member& m) { m.orders_per_second = rate; }),
              who + "orders_per_second: must be a whole number from 1 to 1000000");
    EXPECT_EQ(refusal([&](Member& m) { m.cancels_per_second = rate; }),
              who + "cancels_per_second: must be a whole number from 1 to 1000000");
  }
  for (const std::string& hash :
       {std::string("secret"), std::string("$argon2i$v=19"), std::string(kHash) + "\"",
        std::string(kHash) + std::string(128 - kHash.size(), 'a')}) {
    EXPECT_EQ(refusal([&](Member& m) { m.password_hash = hash; }),
              who + "password_hash: must be an Argon2id hash as `hourglass member` writes it");
  }
  for (const std::string& key : {kKey + "a", kKey.substr(1), kKey.substr(1) + "g"}) {
    EXPECT_EQ(refusal([&](Member& m) { m.ed25519_public_key = key; }),
              who + "ed25519_public_key: must be 64 hex digits");
    EXPECT_EQ(refusal([&](Member& m) { m.certificate_sha256 = key; }),
              who + "certificate_sha256: must be 64 hex digits");
  }
}

TEST(MemberJson, WritesOneMemberALineAndReadsItBack) {
  Member first = plain("A1");
  first.session = 4096;
  const std::vector<Member> members{first, full()};
  const std::string text = members_text(members);
  EXPECT_EQ(text,
            "{\n"
            "  \"format\": 1,\n"
            "  \"members\": [\n"
            "    {\"comp_id\": \"A1\", \"session\": 4096, \"version\": \"4.4\", "
            "\"accounts\": [11], \"cancel_on_disconnect\": true, \"orders_per_second\": 1000, "
            "\"cancels_per_second\": 2000},\n"
            "    {\"comp_id\": \"DESK_2-B\", \"session\": 4100, \"version\": \"5.0\", "
            "\"accounts\": [12, 11], \"cancel_on_disconnect\": false, \"orders_per_second\": 5, "
            "\"cancels_per_second\": 7, \"password_hash\": \"" +
                std::string(kHash) + "\", \"ed25519_public_key\": \"" + kKey +
                "\", \"certificate_sha256\": \"" + std::string(64, 'B') +
                "\"}\n"
                "  ]\n"
                "}\n");
  EXPECT_EQ(parse_members(text).value(), members);
  first.drop_copy = true;
  const std::string of_copy = members_text(std::vector{first});
  EXPECT_NE(of_copy.find("2000, \"drop_copy\": true}"), std::string::npos) << of_copy;
  EXPECT_EQ(parse_members(of_copy).value(), std::vector{first});
  EXPECT_EQ(members_text({}), "{\n  \"format\": 1,\n  \"members\": []\n}\n");
  EXPECT_EQ(parse_members(members_text({})).value(), std::vector<Member>());
}

TEST(MemberJson, FillsInTheDefaults) {
  Member member = plain("A1");
  member.session = 4096;
  EXPECT_THAT(parse_members(file_of(object_with(""))).value(), ElementsAre(member));
}

TEST(MemberJson, RefusesWhatIsNoFileOfMembers) {
  EXPECT_THAT(refusal_of(""), HasSubstr("not JSON: "));
  EXPECT_THAT(refusal_of(file_of("") + "x"), HasSubstr("not JSON: "));
  EXPECT_THAT(refusal_of("{\"format\": 1, \"members\": ["), HasSubstr("not JSON: "));
  EXPECT_EQ(refusal_of("[]"), "must be an object");
  EXPECT_EQ(refusal_of(R"({"members": []})"), "format: must be 1");
  EXPECT_EQ(refusal_of(R"({"format": 2, "members": []})"), "format: must be 1");
  EXPECT_EQ(refusal_of(R"({"format": "1", "members": []})"), "format: must be 1");
  EXPECT_EQ(refusal_of(R"({"format": 1})"), "members: must be a list");
  EXPECT_EQ(refusal_of(R"({"format": 1, "members": {}})"), "members: must be a list");
  EXPECT_EQ(refusal_of(R"({"format": 1, "members": [], "more": 1})"), "unknown field \"more\"");
  EXPECT_EQ(refusal_of(file_of("5")), "member 1: must be an object");
  std::string many = "{}";
  for (std::uint32_t i = 0; i < kMaxMembers; ++i) many += ",{}";
  EXPECT_EQ(refusal_of(file_of(many)), "members: 4097 given, at most 4096 can be");
}

TEST(MemberJson, NamesTheMemberAndTheFieldOfAWrongType) {
  const auto refusal = [](const std::string& rest) {
    return refusal_of(file_of(object_with("") + "," + rest));
  };
  const std::string b2 = R"({"comp_id": "B2", "session": 4097, "version": "4.4", "accounts": [1])";
  EXPECT_EQ(refusal(b2 + "}"), "taken");
  EXPECT_EQ(refusal(b2 + R"(, "colour": 1})"), "member B2: unknown field \"colour\"");
  EXPECT_EQ(refusal(b2 + ", \"\\u001b" + std::string(50, 'x') + "\": 1}"),
            "member B2: unknown field \"\\u001b" + std::string(39, 'x') + "\"");
  EXPECT_EQ(refusal(b2 + R"(, "orders_per_second": "5"})"),
            "member B2: orders_per_second: must be a whole number from 0 to 4294967295");
  EXPECT_EQ(refusal(b2 + R"(, "cancels_per_second": 4294967296})"),
            "member B2: cancels_per_second: must be a whole number from 0 to 4294967295");
  EXPECT_EQ(refusal(b2 + R"(, "cancels_per_second": -1})"),
            "member B2: cancels_per_second: must be a whole number from 0 to 4294967295");
  EXPECT_EQ(refusal(b2 + R"(, "orders_per_second": 5.0})"),
            "member B2: orders_per_second: must be a whole number from 0 to 4294967295");
  EXPECT_EQ(refusal(b2 + R"(, "orders_per_second": 0})"),
            "member B2: orders_per_second: must be a whole number from 1 to 1000000");
  EXPECT_EQ(refusal(b2 + R"(, "cancel_on_disconnect": 1})"),
            "member B2: cancel_on_disconnect: must be true or false");
  EXPECT_EQ(refusal(b2 + R"(, "drop_copy": "yes"})"),
            "member B2: drop_copy: must be true or false");
  EXPECT_EQ(refusal(b2 + R"(, "password_hash": null})"),
            "member B2: password_hash: must be a text");
  EXPECT_EQ(refusal(b2 + R"(, "ed25519_public_key": 1})"),
            "member B2: ed25519_public_key: must be a text");
  EXPECT_EQ(refusal(b2 + R"(, "certificate_sha256": []})"),
            "member B2: certificate_sha256: must be a text");
  EXPECT_EQ(refusal(R"({"comp_id": "B2", "session": 4097, "version": "4.2", "accounts": [1]})"),
            "member B2: version: must be \"4.4\" or \"5.0\"");
  EXPECT_EQ(refusal(R"({"comp_id": "B2", "session": 4097, "version": 4.4, "accounts": [1]})"),
            "member B2: version: must be \"4.4\" or \"5.0\"");
  EXPECT_EQ(refusal(R"({"comp_id": "B2", "session": 4097, "version": "4.4", "accounts": 1})"),
            "member B2: accounts: must be a list of numbers");
  EXPECT_EQ(refusal(R"({"comp_id": "B2", "session": 4097, "version": "4.4", "accounts": ["1"]})"),
            "member B2: accounts: must be a list of whole numbers");
  EXPECT_EQ(refusal(R"({"comp_id": "B2", "session": 0, "version": "4.4", "accounts": [1]})"),
            "member B2: session: must be a whole number from 4096 to 8191");
  EXPECT_EQ(refusal(R"({"comp_id": "b2", "session": 4097, "version": "4.4", "accounts": [1]})"),
            "member 2: comp_id: must be 1 to 20 of A-Z 0-9 - _");
  EXPECT_EQ(refusal(R"({"comp_id": 7, "session": 4097, "version": "4.4", "accounts": [1]})"),
            "member 2: comp_id: must be a text");
}

TEST(MemberJson, NamesTheFieldThatIsMissing) {
  EXPECT_EQ(refusal_of(file_of("{}")), "member 1: comp_id: is missing");
  EXPECT_EQ(refusal_of(file_of(R"({"comp_id": "A"})")), "member A: session: is missing");
  EXPECT_EQ(refusal_of(file_of(R"({"comp_id": "A", "session": 4096})")),
            "member A: version: is missing");
  EXPECT_EQ(refusal_of(file_of(R"({"comp_id": "A", "session": 4096, "version": "4.4"})")),
            "member A: accounts: is missing");
}

TEST(MemberJson, RefusesAFieldThatStandsTwice) {
  EXPECT_EQ(refusal_of(file_of(object_with(R"(, "session": 4096)"))),
            "member A1: session: stands there twice");
  const std::string other =
      R"({"comp_id": "B2", "session": 4097, "version": "4.4", "accounts": [1], "comp_id": "B2"})";
  EXPECT_EQ(refusal_of(file_of(object_with("") + "," + other)),
            "member B2: comp_id: stands there twice");
  EXPECT_EQ(refusal_of(R"({"format": 1, "format": 1, "members": []})"),
            "format: stands there twice");
  // The list that counts is the last, which has no element for the first finding.
  EXPECT_EQ(refusal_of(R"({"members": [{"a": 1, "a": 2}], "format": 1, "members": []})"),
            "a: stands there twice");
}

TEST(RepeatedKeys, SayWhichElementOfTheOutermostListTheyStandIn) {
  EXPECT_EQ(find_repeated_key(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]})"), std::nullopt);
  EXPECT_EQ(find_repeated_key(R"([{"a": {"x": 1}}, {"b": [{"c": 1, "c": 2}]}])"),
            (RepeatedKey{.key = "c", .element = 2}));
  EXPECT_EQ(find_repeated_key(R"({"l": [{}], "a": 1, "\u0061": 2})"),
            (RepeatedKey{.key = "a", .element = 0}));
  EXPECT_EQ(find_repeated_key("{"), std::nullopt);
}

TEST_F(MembersTest, AreTheSameFromTheirFile) {
  MemberList list;
  ASSERT_EQ(list.add(full()), absl::OkStatus());
  ASSERT_EQ(list.add(plain("A1")), absl::OkStatus());
  ASSERT_EQ(list.save(path_), absl::OkStatus());
  EXPECT_EQ(MemberList::load(path_).value().all(), list.all());
  ASSERT_EQ(list.remove("A1"), absl::OkStatus());
  ASSERT_EQ(list.save(path_), absl::OkStatus());
  EXPECT_EQ(read_whole(path_), members_text(list.all(), 4102));
}

TEST_F(MembersTest, FileIsItsOwnersAloneEvenWhereACrashLeftAnother) {
  { std::ofstream(path_ + ".new") << std::string(100'000, 'x'); }
  std::filesystem::permissions(path_ + ".new", std::filesystem::perms::all);
  ASSERT_EQ(MemberList().save(path_), absl::OkStatus());
  struct stat about {};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0600U);
  EXPECT_EQ(read_whole(path_), members_text({}));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(MembersTest, FileStaysAsItWasWhereItCannotBeReplaced) {
  std::filesystem::create_directory(path_);
  EXPECT_FALSE(MemberList().save(path_).ok());
  EXPECT_TRUE(std::filesystem::is_directory(path_));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
  EXPECT_TRUE(absl::IsNotFound(MemberList().save(directory_ + "/none/members.json")));
}

TEST_F(MembersTest, LoadSaysWhatIsWrongWithAFile) {
  EXPECT_TRUE(absl::IsNotFound(MemberList::load(path_).status()));
  EXPECT_EQ(MemberList::load(directory_).status(),
            absl::InvalidArgumentError(directory_ + ": not a regular file"));
  EXPECT_EQ(load_text("[]"), absl::InvalidArgumentError(path_ + ": must be an object"));
  const std::string same_name =
      R"({"comp_id": "A1", "session": 4097, "version": "4.4", "accounts": [1]})";
  EXPECT_EQ(load_text(file_of(object_with("") + "," + same_name)),
            absl::InvalidArgumentError(path_ + ": member A1: comp_id: there is one of this name"));
  const std::string same_session =
      R"({"comp_id": "B2", "session": 4096, "version": "4.4", "accounts": [1]})";
  EXPECT_EQ(load_text(file_of(object_with("") + "," + same_session)),
            absl::InvalidArgumentError(path_ + ": member B2: session: 4096 is member A1's"));
}

TEST_F(MembersTest, LoadTakesAFileUpToItsBound) {
  const std::string text = file_of(object_with(""));
  const std::string spaces(kMaxMembersFileBytes - text.size(), ' ');
  EXPECT_EQ(load_text(text + spaces), absl::OkStatus());
  EXPECT_EQ(
      load_text(text + spaces + " "),
      absl::InvalidArgumentError(path_ + ": over 4194304 bytes, which no list of members has"));
}

}  // namespace
}  // namespace hourglass::gateway::fix

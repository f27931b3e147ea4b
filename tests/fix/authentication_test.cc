// Who a Logon comes from: passwords and signatures.
#include "gateway/fix/members/authentication.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "gateway/fix/members/secret_text.h"
#include "gateway/fix/wire/fields.h"
#include "tests/fix/logon_claims.h"

namespace hourglass::gateway::fix {
namespace {

using testing::StartsWith;

absl::Status once(const Member& member, const LogonClaim& claim) {
  RecentSignatures recent;
  return authenticate(member, claim, recent);
}

class AuthenticationTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(start_cryptography(), absl::OkStatus()); }
};

TEST_F(AuthenticationTest, HashesAPasswordAnewEachTime) {
  const std::string again = hash_password("open sesame").value();
  EXPECT_THAT(again, StartsWith("$argon2id$v=19$m=65536,t=2,p=1$"));
  EXPECT_NE(again, hash_of_sesame());
  Member member = with_password();
  member.password_hash = again;
  EXPECT_EQ(once(member, claim_of("open sesame")), absl::OkStatus());
}

TEST_F(AuthenticationTest, HashesOnlyWhatField554CanCarry) {
  const absl::Status refused =
      absl::InvalidArgumentError("a password is 1 to 128 printable ASCII characters");
  for (const std::string& password :
       {std::string(), std::string(129, 'a'), std::string("a\x01z"), std::string("a\x7f"),
        std::string("\xc3\xa9t\xc3\xa9"), std::string("a\0b", 3)}) {
    EXPECT_EQ(hash_password(password).status(), refused);
  }
  Member member = with_password();
  const std::string longest(128, '~');
  member.password_hash = hash_password(longest).value();
  EXPECT_EQ(once(member, claim_of(longest)), absl::OkStatus());
}

TEST_F(AuthenticationTest, TakesThePasswordWithOrWithoutTheUserName) {
  LogonClaim claim = claim_of("open sesame");
  EXPECT_EQ(once(with_password(), claim), absl::OkStatus());
  claim.username = "DESK1";
  EXPECT_EQ(once(with_password(), claim), absl::OkStatus());
}

TEST_F(AuthenticationTest, SaysTheSameOfAWrongPasswordNameOrWay) {
  for (const std::string& password :
       {std::string("open sesame "), std::string("Open sesame"), std::string("open sesam"),
        std::string("open sesame\0", 12), std::string(200, 'a')}) {
    EXPECT_EQ(once(with_password(), claim_of(password)), kWrongPassword) << password;
  }
  LogonClaim claim = claim_of("open sesame");
  claim.username = "DESK2";
  EXPECT_EQ(once(with_password(), claim), kWrongPassword);
  claim.username = "desk1";
  EXPECT_EQ(once(with_password(), claim), kWrongPassword);
  LogonClaim other_sender = claim_of("open sesame");
  other_sender.sender = "DESK2";
  EXPECT_EQ(once(with_password(), other_sender), kWrongPassword);
  EXPECT_EQ(once(with_key(), claim_of("open sesame")), kWrongPassword);
  Member damaged = with_password();
  damaged.password_hash = "$argon2id$";
  EXPECT_EQ(once(damaged, claim_of("open sesame")), kWrongPassword);
}

TEST_F(AuthenticationTest, NeedsAPasswordOrASignature) {
  const absl::Status needed =
      absl::UnauthenticatedError("a Logon needs Password (554) or a signature (96)");
  LogonClaim claim = claim_of("");
  claim.username = "DESK1";
  EXPECT_EQ(once(with_password(), claim), needed);
  EXPECT_EQ(once(with_key(), claim), needed);
}

TEST_F(AuthenticationTest, LetsNobodyInWhoHasNeitherPasswordNorKey) {
  const absl::Status shut =
      absl::UnauthenticatedError("no password and no key is set for this session");
  Member member = with_password();
  member.password_hash.clear();
  std::string signature;
  EXPECT_EQ(once(member, claim_of("")), shut);
  EXPECT_EQ(once(member, claim_of("open sesame")), shut);
  EXPECT_EQ(once(member, signed_claim(signature)), shut);
}

// Source of the vector: Binance, "How to sign Logon<A> request",
// github.com/binance/binance-spot-api-docs, fix-api.md. The seed is that of its published example
// key; the public key was derived from it.
TEST_F(AuthenticationTest, SignsAsBinancesPublishedExampleDoes) {
  const KeyPair example =
      key_pair_of_seed("8244616b4606b8400a66fd0efcbea9af1611fd2540e975b3808b20007d9bcf6e").value();
  constexpr std::string_view kSignature =
      "4MHXelVVcpkdwuLbl6n73HQUXUf1dse2PCgT1DYqW9w8AVZ1RACFGM+5UdlGPrQHrgtS3CvsRURC1oj73j8gCA==";
  constexpr std::string_view kTime = "20240627-11:17:25.223";
  const LogonClaim claim{.sender = "EXAMPLE",
                         .target = "SPOT",
                         .sequence = "1",
                         .sending_time = kTime,
                         .raw_data = kSignature,
                         .received_ns = parse_utc_timestamp(kTime).value()};
  EXPECT_EQ(signed_text(claim),
            "A\x01"
            "EXAMPLE\x01"
            "SPOT\x01"
            "1\x01"
            "20240627-11:17:25.223");
  EXPECT_EQ(sign(example.secret_key, signed_text(claim)).value(), kSignature);
  Member member = with_key();
  member.comp_id = "EXAMPLE";
  member.ed25519_public_key = example.public_key;
  EXPECT_EQ(once(member, claim), absl::OkStatus());
}

// Source: RFC 8032, 7.1, TEST 1.
TEST_F(AuthenticationTest, MakesThePublicKeyOfRfc8032) {
  const std::string seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
  const std::string public_key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  const KeyPair pair = key_pair_of_seed(seed).value();
  EXPECT_EQ(pair.public_key, public_key);
  EXPECT_EQ(pair.secret_key, seed + public_key);
  EXPECT_EQ(
      sign(pair.secret_key, "").value(),
      "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==");
}

TEST_F(AuthenticationTest, RefusesTextThatIsNoKey) {
  const absl::Status no_key = absl::InvalidArgumentError("a secret key is 128 hex digits");
  const std::string secret = keys().secret_key;
  EXPECT_EQ(sign("", "x").status(), no_key);
  EXPECT_EQ(sign(secret.substr(2), "x").status(), no_key);
  EXPECT_EQ(sign("zz" + secret.substr(2), "x").status(), no_key);
  EXPECT_EQ(sign(secret + "00", "x").status(), no_key);
  EXPECT_EQ(sign(secret.substr(0, 64) + make_key_pair().public_key, "x").status(),
            absl::InvalidArgumentError("the secret key's halves do not belong together"));
  EXPECT_EQ(key_pair_of_seed(secret).status(),
            absl::InvalidArgumentError("a seed is 64 hex digits"));
}

TEST_F(AuthenticationTest, TakesASignatureOverEveryFieldOfTheForm) {
  std::string signature;
  const LogonClaim good = signed_claim(signature);
  EXPECT_EQ(once(with_key(), good), absl::OkStatus());
  LogonClaim claim = good;
  claim.target = "HOURGLASZ";
  EXPECT_EQ(once(with_key(), claim), kWrongSignature);
  claim = good;
  claim.sequence = "2";
  EXPECT_EQ(once(with_key(), claim), kWrongSignature);
  claim = good;
  claim.sending_time = "20261128-10:00:00.251";
  EXPECT_EQ(once(with_key(), claim), kWrongSignature);
  Member member = with_key();
  member.comp_id = "DESK2";
  claim = good;
  claim.sender = "DESK2";
  EXPECT_EQ(once(member, claim), kWrongSignature);
}

TEST_F(AuthenticationTest, RefusesASignatureThatIsNoneOrAnothers) {
  std::string signature;
  const LogonClaim good = signed_claim(signature);
  std::string changed = signature;
  changed[10] = changed[10] == 'A' ? 'B' : 'A';
  for (const std::string& wrong :
       {changed, signature.substr(0, 84), signature.substr(0, 86), signature + "A", signature + "=",
        signature + " ", std::string("not base64"), std::string(4096, 'A'), std::string("=")}) {
    LogonClaim claim = good;
    claim.raw_data = wrong;
    EXPECT_EQ(once(with_key(), claim), kWrongSignature) << wrong;
  }
  Member other = with_key();
  other.ed25519_public_key = make_key_pair().public_key;
  EXPECT_EQ(once(other, good), kWrongSignature);
  EXPECT_EQ(once(with_password(), good), kWrongSignature);
}

TEST_F(AuthenticationTest, TakesASignatureOnlyWithinItsWindow) {
  std::string signature;
  LogonClaim claim = signed_claim(signature);
  struct Case {
    std::uint64_t received_ns;
    absl::Status answer;
  };
  for (const Case& row :
       {Case{kSentNs - 5 * kSecond - 1, kOffTime}, Case{kSentNs - 5 * kSecond, absl::OkStatus()},
        Case{kSentNs + 5 * kSecond, absl::OkStatus()}, Case{kSentNs + 5 * kSecond + 1, kOffTime},
        Case{0, kOffTime}}) {
    claim.received_ns = row.received_ns;
    EXPECT_EQ(once(with_key(), claim), row.answer) << row.received_ns;
  }
  claim.sending_time = "yesterday";
  EXPECT_EQ(once(with_key(), claim), absl::UnauthenticatedError("SendingTime (52) is no UTC time"));
}

TEST_F(AuthenticationTest, TakesASignatureOnceInAllTheTimeItIsGood) {
  RecentSignatures recent;
  std::string first;
  std::string second;
  LogonClaim claim = signed_claim(first);
  claim.received_ns = kSentNs - 5 * kSecond;
  EXPECT_EQ(authenticate(with_key(), claim, recent), absl::OkStatus());
  EXPECT_EQ(authenticate(with_key(), claim, recent), kUsed);
  claim.received_ns = kSentNs + 5 * kSecond;
  EXPECT_EQ(authenticate(with_key(), claim, recent), kUsed);
  claim.received_ns += 1;
  EXPECT_EQ(authenticate(with_key(), claim, recent), kOffTime);
  EXPECT_EQ(authenticate(with_key(), signed_claim(second, "2"), recent), absl::OkStatus());
}

TEST_F(AuthenticationTest, AWrongSignatureLeavesNothingBehind) {
  RecentSignatures recent;
  std::string signature;
  const LogonClaim good = signed_claim(signature);
  LogonClaim wrong = good;
  wrong.sequence = "2";
  EXPECT_EQ(authenticate(with_key(), wrong, recent), kWrongSignature);
  EXPECT_EQ(authenticate(with_key(), good, recent), absl::OkStatus());
}

TEST_F(AuthenticationTest, NeedsBothToBeRightWhereBothAreGiven) {
  Member member = with_password();
  member.ed25519_public_key = keys().public_key;
  std::string signature;
  LogonClaim claim = signed_claim(signature);
  claim.password = "open sesame";
  EXPECT_EQ(once(member, claim), absl::OkStatus());
  claim.raw_data = "AAAA";
  EXPECT_EQ(once(member, claim), kWrongSignature);
  claim.raw_data = signature;
  claim.password = "wrong";
  RecentSignatures recent;
  EXPECT_EQ(authenticate(member, claim, recent), kWrongPassword);
  // The signature sent with the wrong password is not used up.
  claim.password = "";
  EXPECT_EQ(authenticate(member, claim, recent), absl::OkStatus());
}

TEST_F(AuthenticationTest, RefusesSignaturesRatherThanForgetOne) {
  RecentSignatures recent;
  for (std::uint32_t i = 0; i < kMaxRecentSignatures; ++i) {
    ASSERT_TRUE(recent.is_new(fmt::format("{}", i), kSentNs)) << i;
  }
  EXPECT_FALSE(recent.is_new("one more", kSentNs));
  std::string signature;
  LogonClaim claim = signed_claim(signature);
  EXPECT_EQ(authenticate(with_key(), claim, recent),
            absl::UnauthenticatedError("too many signed logons, try again later"));
  EXPECT_FALSE(recent.is_new("one more", kSentNs + kSignatureLifeNs));
  EXPECT_FALSE(recent.is_new("0", kSentNs + kSignatureLifeNs));
  EXPECT_TRUE(recent.is_new("one more", kSentNs + kSignatureLifeNs + 1));
  EXPECT_TRUE(recent.is_new("0", kSentNs + kSignatureLifeNs + 1));
}

TEST(SecretText, MovesWithoutACopy) {
  SecretText first("open sesame");
  const char* const bytes = first.view().data();
  SecretText second(std::move(first));
  EXPECT_EQ(second.view(), "open sesame");
  EXPECT_EQ(second.view().data(), bytes);
  EXPECT_EQ(first.view(), "");  // NOLINT: what is left is what is tested
  SecretText third("other");
  third = std::move(second);
  EXPECT_EQ(third.view(), "open sesame");
  EXPECT_EQ(third.view().data(), bytes);
}

}  // namespace
}  // namespace hourglass::gateway::fix

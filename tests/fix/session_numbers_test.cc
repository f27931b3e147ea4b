// Numbers and tags that are none, or that some engines take for others, at the real door.
#include <cstdint>
#include <string>
#include <string_view>

#include "fmt/format.h"
#include "gateway/fix/orders/order_entry.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";
constexpr char kReset[] = "35=A|34=1|98=0|108=60|141=Y|";
constexpr char kNoNumber[] = "35=5|34=2|58=MsgSeqNum (34) must be a number from 1 to 2147483647|";

class SessionNumbers : public testing::Test {
 protected:
  RunningFix venue_;
  std::string password_ = venue_.password();
  Peer peer_{venue_};
};

// 2^32 + 2 was taken as 2, which was due.
TEST_F(SessionNumbers, AMsgSeqNumThatIsNoneEndsTheSession) {
  for (const char* number : {"4294967298", "2147483648", "0", "-1", "+2", "2.0", "x"}) {
    Peer peer(venue_);
    ASSERT_EQ(peer.log_on(password_, "141=Y|"), kReset) << number;
    peer.header.number = number;
    peer.say("D", order_body("A1"));
    EXPECT_EQ(peer.hear(), kNoNumber) << number;
    EXPECT_EQ(peer.hear(), "closed") << number;
  }
}

TEST_F(SessionNumbers, ThoseOfSessionMessagesAreHeldToTheirRange) {
  struct Row {
    const char* type;
    const char* body;
    const char* answer;
  };
  ASSERT_EQ(peer_.log_on(password_), kLoggedOn);
  for (const Row& row :
       {Row{"2", "7=0|16=0|", "371=7|372=2|373=5|"}, Row{"2", "7=-1|16=0|", "371=7|372=2|373=6|"},
        Row{"2", "7=4294967297|16=0|", "371=7|372=2|373=6|"},
        Row{"2", "7=18446744073709551616|16=0|", "371=7|372=2|373=6|"},
        Row{"2", "7=2|16=-1|", "371=16|372=2|373=6|"},
        Row{"2", "7=2|16=4294967298|", "371=16|372=2|373=6|"},
        Row{"2", "7=2|16=1|", "371=16|372=2|373=5|"}}) {
    const std::uint32_t number = peer_.next;
    peer_.say(row.type, row.body);
    EXPECT_EQ(only(peer_.hear(), {35, 34, 45, 371, 372, 373}),
              fmt::format("35=3|34={0}|45={0}|{1}", number, row.answer))
        << row.body;
  }
  const std::uint32_t number = peer_.next;
  peer_.say("4", fmt::format("123=N|36={}|", (std::uint64_t{1} << 32) + number + 3));
  EXPECT_EQ(only(peer_.hear(), {35, 45, 372, 373}), fmt::format("35=3|45={}|372=4|373=6|", number));
  peer_.next = number;  // a refused SequenceReset uses no number
  EXPECT_EQ(peer_.order("A1"), accepted("A1"));
}

// Such tags were read as 112 or 11, and 0112 gave our answer a wrong length.
TEST_F(SessionNumbers, AMessageWithATagThatIsNoneIsPassedOver) {
  ASSERT_EQ(peer_.log_on(password_), kLoggedOn);
  for (const char* field :
       {"0112=a|", "4294967408=a|", "x=a|", "=a|", "112|", "-=a|", "11111111111111111111=a|"}) {
    peer_.next = 2;
    peer_.say("1", fmt::format("{}112=seen|", field));
  }
  peer_.next = 2;
  peer_.say("1", "112=good|");
  EXPECT_EQ(peer_.hear(), "35=0|34=2|112=good|");
  peer_.say("1", "1000000=a|112=x|");
  EXPECT_EQ(only(peer_.hear(), {35, 45, 371, 373}), "35=3|45=3|371=1000000|373=0|");
}

TEST_F(SessionNumbers, ALogonThatIsNotValidIsToldSo) {
  const std::string password = fmt::format("554={}|", password_);
  for (const char* field : {"141=Q|", "9999=x|", "108=60|"}) {
    Peer peer(venue_);
    peer.say("A", fmt::format("98=0|108=60|{}{}", field, password));
    EXPECT_EQ(peer.hear(),
              "35=5|34=1|58=the Logon has a field that is unknown, given twice or of "
              "no valid value|")
        << field;
    EXPECT_EQ(peer.hear(), "closed");
  }
  for (const char* method : {"98=1|", "98=|", "98=00|", ""}) {
    Peer peer(venue_);
    peer.say("A", fmt::format("{}108=60|{}", method, password));
    EXPECT_EQ(peer.hear(), "35=5|34=1|58=EncryptMethod (98) must be 0, none|") << method;
  }
  EXPECT_EQ(peer_.log_on(password_), kLoggedOn);
}

// An answer gives them back, some once for each order.
TEST_F(SessionNumbers, AValueThatIsTooLongIsRefused) {
  ASSERT_EQ(peer_.log_on(password_), kLoggedOn);
  const std::string most(kMaxValueBytes, 'R');
  peer_.say("c", fmt::format("320={}|321=3|", most));
  EXPECT_EQ(only(peer_.hear(), {35, 320}), fmt::format("35=d|320={}|", most));
  struct Row {
    std::string_view type;
    std::uint32_t tag;
    std::string_view rest;
  };
  for (const Row& row :
       {Row{"c", 320, "321=3|"}, Row{"H", 11, "54=1|55=H100.D1|"}, Row{"AF", 584, "585=7|"},
        Row{"V", 262, "263=0|264=0|267=1|269=0|146=1|55=H100.D1|"},
        Row{"e", 324, "55=H100.D1|263=0|"}, Row{"g", 335, "263=0|"}, Row{"AD", 568, "569=0|"},
        Row{"BB", 909, ""}}) {
    const std::uint32_t number = peer_.next;
    peer_.say(row.type, fmt::format("{}={}R|{}", row.tag, most, row.rest));
    EXPECT_EQ(only(peer_.hear(), {35, 45, 371, 372, 373}),
              fmt::format("35=3|45={}|371={}|372={}|373=5|", number, row.tag, row.type));
  }
  EXPECT_EQ(peer_.order("A1", ""), accepted("A1"));
}

}  // namespace
}  // namespace hourglass::gateway::fix

// Drop copies, trade capture, positions and money at the real door, and that every message of them
// is what the dictionaries say.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/wire/fields.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/dictionary_tables.h"
#include "tests/fix/running_fix.h"
#include "tests/support/fix_text.h"
#include "tests/support/tree_file.h"

namespace hourglass::gateway::fix {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kLoggedOn = "35=A|34=1|98=0|108=60|";

// What is wrong with a message as Peer hears it: tags its dictionary's message does not have, those
// required and missing, values not listed. 60 is not heard.
std::vector<std::string> faults(const std::vector<test::DictionaryMessage>& dictionary,
                                const std::string& heard) {
  const std::string text = fix_text(heard);
  Fields fields;
  if (!fields.parse(text)) return {"no fields"};
  const auto message =
      std::ranges::find(dictionary, fields.value(35), &test::DictionaryMessage::msg_type);
  if (message == dictionary.end()) return {"no such message"};
  std::vector<std::string> found;
  for (const Field& field : fields.all()) {
    if (field.tag == 34 || field.tag == 35 || field.tag == 43 || field.tag == 115) continue;
    const auto known = std::ranges::find(message->fields, field.tag, &test::DictionaryField::tag);
    if (known == message->fields.end()) {
      found.push_back(fmt::format("{} is not defined", field.tag));
    } else if (!known->values.empty() &&
               std::ranges::find(known->values, field.value, &test::DictionaryValue::value) ==
                   known->values.end()) {
      found.push_back(fmt::format("{}={} is not listed", field.tag, field.value));
    }
  }
  for (const test::DictionaryField& field : message->fields) {
    const bool is_there = fields.find(field.tag).has_value();
    const bool in_group = field.group != 0 && !fields.find(field.group).has_value();
    if (field.is_required && !is_there && !in_group && field.tag != 60) {
      found.push_back(fmt::format("{} is missing", field.tag));
    }
  }
  return found;
}

class PostTradeVenue : public testing::Test {
 protected:
  PostTradeVenue()
      : fix44_(dictionary("FIX44")),
        fix50_(dictionary("FIX50SP2")),
        seller_password_(venue_.add_member("SELLER50", "12", {"--version", "5.0"})),
        copier_password_(venue_.add_member("COPY50", "11", {"--version", "5.0", "--drop-copy"})) {
    EXPECT_THAT(venue_.reload(), HasSubstr("read again"));
    EXPECT_EQ(buyer_.log_on(venue_.password()), kLoggedOn);
    EXPECT_THAT(seller_.log_on(seller_password_), HasSubstr("35=A|34=1|"));
  }

  static std::vector<test::DictionaryMessage> dictionary(std::string_view name) {
    const auto read = test::read_dictionary(
        engine::test::tree_file(fmt::format("gateway/fix/dictionary/{}-HG.xml", name)));
    EXPECT_TRUE(read.ok());
    return read.ok() ? *read : std::vector<test::DictionaryMessage>{};
  }

  // The next message, which must be one of the peer's dictionary.
  std::string hear(Peer& peer) {
    std::string heard = peer.hear();
    const bool is_old = peer.header.begin_string == "FIX.4.4";
    EXPECT_THAT(faults(is_old ? fix44_ : fix50_, heard), IsEmpty()) << heard;
    return heard;
  }
  // An order, and its first report's OrderID.
  std::string order(Peer& peer, std::string_view id, char side, std::uint32_t lots,
                    std::string_view price) {
    peer.say("D", fmt::format("11={}|38={}|40=2|44={}|54={}|55=H100.D1|59=1|60={}|", id, lots,
                              price, side, time_text()));
    const std::string heard = hear(peer);
    EXPECT_EQ(only(heard, {35, 11, 150}), fmt::format("35=8|11={}|150=0|", id));
    const std::string text = only(heard, {37});
    return text.substr(3, text.size() - 4);
  }
  // B1 buys 5 at 2.5 of account 11, S1 sells 2 of account 12 and S2 one more.
  void trade() {
    bought_ = order(buyer_, "B1", '1', 5, "2.5");
    sold_ = order(seller_, "S1", '2', 2, "2.4");
    EXPECT_EQ(only(hear(seller_), {150, 32}), "150=F|32=2|");
    EXPECT_EQ(only(hear(buyer_), {150, 32}), "150=F|32=2|");
    order(seller_, "S2", '2', 1, "2.5");
    EXPECT_EQ(only(hear(seller_), {150, 32}), "150=F|32=1|");
    EXPECT_EQ(only(hear(buyer_), {150, 32}), "150=F|32=1|");
  }

  RunningFix venue_;
  std::vector<test::DictionaryMessage> fix44_;
  std::vector<test::DictionaryMessage> fix50_;
  std::string seller_password_;
  std::string copier_password_;
  Peer buyer_{venue_};
  Peer seller_{venue_, {.sender = "SELLER50", .begin_string = "FIXT.1.1"}};
  std::string bought_;  // OrderIDs
  std::string sold_;
};

TEST_F(PostTradeVenue, CopiesGoToWhoWatchesTheAccountInItsOwnVersion) {
  trade();
  buyer_.say("G", fmt::format("11=B2|38=6|40=2|41=B1|44=2.5|54=1|55=H100.D1|60={}|", time_text()));
  EXPECT_EQ(only(hear(buyer_), {150}), "150=5|");
  buyer_.say("D", fmt::format("11=B3|38=1|40=2|44=900|54=1|55=H100.D1|60={}|", time_text()));
  EXPECT_EQ(only(hear(buyer_), {150}), "150=8|");
  // Refused by the door, and a question: no copies.
  EXPECT_EQ(only(buyer_.order("B3"), {150}), "150=8|");
  buyer_.say("H", "11=B2|54=1|55=H100.D1|");
  EXPECT_EQ(only(hear(buyer_), {150}), "150=I|");
  buyer_.say("F", fmt::format("11=B4|41=B2|54=1|55=H100.D1|60={}|", time_text()));
  EXPECT_EQ(only(hear(buyer_), {150}), "150=4|");

  // One watches both accounts in 4.4, one the buyer's alone in 5.0; both from before they log on.
  const auto copies_of = [this](Peer& peer, const std::string& password, std::uint32_t wanted) {
    EXPECT_THAT(peer.log_on(password, "789=1|"), HasSubstr("35=A|"));
    std::vector<std::string> copies;
    while (copies.size() < wanted) {
      const std::string heard = hear(peer);
      if (!heard.starts_with("35=8")) break;
      copies.push_back(only(heard, {34, 43, 115, 1, 11, 41, 150, 797, 851, 1057}));
    }
    return copies;
  };
  Peer both(venue_, {.sender = "DROPCOPY1"});
  EXPECT_THAT(copies_of(both, venue_.password("DROPCOPY1"), 10),
              ElementsAre("34=1|43=Y|115=TRADER1|1=11|11=B1|150=0|797=Y|",
                          "34=2|43=Y|115=SELLER50|1=12|11=S1|150=0|797=Y|",
                          "34=3|43=Y|115=TRADER1|1=11|11=B1|150=F|797=Y|851=1|",
                          "34=4|43=Y|115=SELLER50|1=12|11=S1|150=F|797=Y|851=2|",
                          "34=5|43=Y|115=SELLER50|1=12|11=S2|150=0|797=Y|",
                          "34=6|43=Y|115=TRADER1|1=11|11=B1|150=F|797=Y|851=1|",
                          "34=7|43=Y|115=SELLER50|1=12|11=S2|150=F|797=Y|851=2|",
                          "34=8|43=Y|115=TRADER1|1=11|11=B2|41=B1|150=5|797=Y|",
                          "34=9|43=Y|115=TRADER1|1=11|11=B3|150=8|797=Y|",
                          "34=10|43=Y|115=TRADER1|1=11|11=B4|41=B2|150=4|797=Y|"));
  Peer one(venue_, {.sender = "COPY50", .begin_string = "FIXT.1.1"});
  EXPECT_THAT(copies_of(one, copier_password_, 6),
              ElementsAre("34=1|43=Y|115=TRADER1|1=11|11=B1|150=0|797=Y|",
                          "34=2|43=Y|115=TRADER1|1=11|11=B1|150=F|797=Y|851=1|1057=N|",
                          "34=3|43=Y|115=TRADER1|1=11|11=B1|150=F|797=Y|851=1|1057=N|",
                          "34=4|43=Y|115=TRADER1|1=11|11=B2|41=B1|150=5|797=Y|",
                          "34=5|43=Y|115=TRADER1|1=11|11=B3|150=8|797=Y|",
                          "34=6|43=Y|115=TRADER1|1=11|11=B4|41=B2|150=4|797=Y|"));
}

TEST_F(PostTradeVenue, ADropCopySendsNoOrdersAndBeginsAtThePresent) {
  trade();
  // New behind the trades: it is told of none of them.
  const std::string password = venue_.add_member("LATE", "11", {"--drop-copy"});
  EXPECT_THAT(venue_.reload(), HasSubstr("read again"));
  Peer late(venue_, {.sender = "LATE"});
  EXPECT_EQ(late.log_on(password), kLoggedOn);
  const std::string time = fmt::format("60={}|", time_text());
  for (const auto& [type, body] : {std::pair{"D", "11=X|38=1|40=2|44=1|54=1|55=H100.D1|"},
                                   std::pair{"F", "11=X|41=B1|54=1|55=H100.D1|"},
                                   std::pair{"G", "11=X|38=1|40=2|41=B1|44=2|54=1|55=H100.D1|"},
                                   std::pair{"q", "11=X|530=7|"}}) {
    late.say(type, fmt::format("{}{}", body, time));
    EXPECT_EQ(
        only(hear(late), {35, 58, 372, 380, 25001}),
        fmt::format("35=j|58=a drop copy session sends no orders|372={}|380=6|25001=1001|", type));
  }
  order(buyer_, "B9", '1', 1, "1");
  EXPECT_EQ(only(hear(late), {35, 115, 11, 150}), "35=8|115=TRADER1|11=B9|150=0|");

  // Neither an orderly end nor a kill lets a copy go missing or come twice, nor a lost connection.
  late.close_abruptly();
  EXPECT_EQ(venue_.stop(), 0);
  venue_.start();
  venue_.program().kill();
  venue_.start();
  Peer again(venue_, {.sender = "LATE"});
  again.next = late.next;
  EXPECT_THAT(again.log_on(password, "789=1|"), HasSubstr("35=A|"));
  again.say("1", "112=T|");
  std::string copies;
  for (std::string heard; !heard.starts_with("35=0") && heard != "closed";) {
    heard = again.hear();
    if (heard.starts_with("35=8")) copies += only(heard, {11, 150, 797});
  }
  EXPECT_EQ(copies, "11=B9|150=0|797=Y|");
}

TEST_F(PostTradeVenue, TradesAreAskedForAndToldAsTheyHappen) {
  trade();
  buyer_.say("AD", "568=T1|569=1|263=1|");
  const std::string acknowledged = hear(buyer_);
  EXPECT_EQ(only(acknowledged, {35, 55, 568, 569, 748, 749, 750, 25031}),
            "35=AQ|55=[N/A]|568=T1|569=1|748=2|749=0|750=0|25031=N|");
  const std::string first = hear(buyer_);
  EXPECT_EQ(only(first, {35, 1, 11, 31, 32, 37, 54, 552, 568, 748, 912, 1057}),
            fmt::format("35=AE|1=11|11=B1|31=2.5|32=2|37={}|54=1|552=1|568=T1|748=2|912=N|1057=N|",
                        bought_));
  const std::string second = hear(buyer_);
  EXPECT_EQ(only(second, {35, 11, 32, 912}), "35=AE|11=B1|32=1|912=Y|");
  const std::string id = only(first, {571});
  EXPECT_EQ(only(first, {17}).substr(3), id.substr(4));
  EXPECT_TRUE(id.ends_with(".R|")) << id;

  // Behind a trade report it knows.
  buyer_.say("AD", fmt::format("568=T2|569=0|25030={}", id.substr(4)));
  EXPECT_EQ(only(hear(buyer_), {35, 748, 749}), "35=AQ|748=1|749=0|");
  EXPECT_EQ(only(hear(buyer_), {571}), only(second, {571}));

  // As it happens, to the other version too.
  seller_.say("AD", "568=S|569=1|263=1|55=H100.D1|580=1|75=20200101|");
  EXPECT_EQ(only(hear(seller_), {35, 55, 748, 749, 750}), "35=AQ|55=H100.D1|748=0|749=0|750=1|");
  order(seller_, "S3", '2', 2, "2.5");
  EXPECT_EQ(only(hear(seller_), {35, 150}), "35=8|150=F|");
  EXPECT_EQ(only(hear(seller_), {35, 1, 11, 54, 568, 748, 1057}),
            "35=AE|1=12|11=S3|54=2|568=S|1057=Y|");
  EXPECT_EQ(only(hear(buyer_), {35, 150}), "35=8|150=F|");
  EXPECT_EQ(only(hear(buyer_), {35, 11, 32, 568, 748}), "35=AE|11=B1|32=2|568=T1|");

  // What it says of a trade is taken; of another's it is not.
  buyer_.say("AR", fmt::format("571={}939=0|", id.substr(4)));
  buyer_.say("AR", fmt::format("571={}939=0|", id.substr(4, id.size() - 7) + std::string("|")));
  EXPECT_EQ(only(hear(buyer_), {35, 372, 380}), "35=j|372=AR|380=1|");
  buyer_.say("AD", "568=T1|569=1|263=2|");
  EXPECT_EQ(only(hear(buyer_), {35, 748, 749, 750}), "35=AQ|748=0|749=0|750=1|");
  for (const auto& [request, answer] : {std::pair{"568=T1|569=1|263=2|", "749=99|750=2|"},
                                        std::pair{"1=12|568=X|569=1|", "749=9|750=2|"},
                                        std::pair{"55=V100|568=X|569=1|", "749=1|750=2|"},
                                        std::pair{"568=X|569=1|25030=1.1|", "749=99|750=2|"}}) {
    buyer_.say("AD", request);
    EXPECT_EQ(only(hear(buyer_), {35, 748, 749, 750}), fmt::format("35=AQ|{}", answer));
  }
  buyer_.say("AD", "568=X|569=4|");
  EXPECT_EQ(only(hear(buyer_), {35, 371, 373}), "35=3|371=569|373=5|");
  // From a time that is to come; of today, all.
  const std::string today = time_text().substr(0, 8);
  buyer_.say("AD", fmt::format("568=X|569=1|580=1|75={}|60={}|", today, time_text(60)));
  EXPECT_EQ(only(hear(buyer_), {35, 748}), "35=AQ|748=0|");
  buyer_.say("AD", fmt::format("568=X|569=1|580=2|75={}|75={}|", today, today));
  EXPECT_EQ(only(hear(buyer_), {35, 748}), "35=AQ|748=3|");
}

TEST_F(PostTradeVenue, PositionsAndMoneyAddUp) {
  buyer_.say("AN", fmt::format("1=11|60={}|710=P0|724=0|", time_text()));
  EXPECT_EQ(only(hear(buyer_), {35, 1, 710, 727, 728, 729}),
            "35=AO|1=11|710=P0|727=0|728=2|729=0|");
  buyer_.say("BB", "909=M0|");
  EXPECT_EQ(
      only(hear(buyer_), {35, 1, 899, 900, 901, 909, 911, 912, 25032, 25033}),
      "35=BA|1=11|899=10000000|900=10000000|901=10000000|909=M0|911=1|912=Y|25032=0|25033=0|");
  trade();
  buyer_.say("AN", fmt::format("60={}|263=1|710=P1|724=0|", time_text()));
  EXPECT_EQ(only(hear(buyer_), {35, 727, 728, 729}), "35=AO|727=1|728=0|729=0|");
  const std::string report = hear(buyer_);
  EXPECT_THAT(report, HasSubstr("|702=3|703=SOD|704=0|705=0|703=TQ|704=3|705=0|703=FIN|704=3|"
                                "705=0|710=P1|"));
  // Three lots of 24 GPU-hours at 2.5 USD.
  EXPECT_EQ(only(report, {35, 1, 55, 325, 727, 730, 731, 734, 707, 708}),
            "35=AP|1=11|55=H100.D1|727=1|730=2.5|731=2|734=0|707=CASH|708=-180|");
  order(seller_, "S3", '2', 1, "2.5");
  EXPECT_EQ(only(hear(seller_), {35, 150}), "35=8|150=F|");
  EXPECT_EQ(only(hear(buyer_), {35, 150}), "35=8|150=F|");
  const std::string update = hear(buyer_);
  EXPECT_EQ(only(update, {35, 325, 708}), "35=AP|325=Y|708=-240|");
  EXPECT_THAT(update, HasSubstr("|703=FIN|704=4|705=0|"));
  // One of five lots is open.
  buyer_.say("BB", "1=11|909=M1|938=1|896=7|");
  EXPECT_EQ(only(hear(buyer_), {35, 899, 900, 901, 25032, 25033}),
            "35=BA|899=9999700|900=9999760|901=10000000|25032=60|25033=240|");
  seller_.say("AN", fmt::format("1=12|55=H100.D1|60={}|710=P|724=0|", time_text()));
  EXPECT_EQ(only(hear(seller_), {35, 728}), "35=AO|728=0|");
  EXPECT_THAT(hear(seller_), HasSubstr("|703=TQ|704=0|705=4|703=FIN|704=0|705=4|"));

  for (const auto& [request, answer] : {std::pair{"1=12|710=X|724=0|", "728=3|729=2|"},
                                        std::pair{"55=V100|710=X|724=0|", "728=1|729=2|"},
                                        std::pair{"710=X|715=20200101|724=0|", "728=1|729=2|"},
                                        std::pair{"263=2|710=X|724=0|", "728=99|729=2|"},
                                        std::pair{"263=2|710=P1|724=0|", "728=0|729=0|"}}) {
    buyer_.say("AN", request);
    EXPECT_EQ(only(hear(buyer_), {35, 728, 729}), fmt::format("35=AO|{}", answer));
  }
  buyer_.say("BB", "1=12|909=X|");
  EXPECT_EQ(only(hear(buyer_), {35, 909, 945, 946}), "35=BG|909=X|945=4|946=9|");
  // The same after a restart.
  EXPECT_EQ(venue_.stop(), 0);
  venue_.start();
  Peer again(venue_);
  again.next = buyer_.next;
  EXPECT_THAT(again.log_on(venue_.password()), HasSubstr("35=A|"));
  again.say("BB", "909=M2|");
  EXPECT_EQ(only(again.hear_through("35=BA"), {899, 900, 901, 25032, 25033}),
            "899=9999700|900=9999760|901=10000000|25032=60|25033=240|");
  again.say("AN", "710=P2|724=0|");
  EXPECT_THAT(again.hear_through("35=AP"), HasSubstr("|703=FIN|704=4|705=0|"));
  again.say("AD", "568=T|569=1|");
  EXPECT_EQ(only(again.hear_through("35=AQ"), {748}), "748=3|");
}

TEST_F(PostTradeVenue, SubscriptionsHaveABoundAndEndWithTheirConnection) {
  for (std::uint32_t i = 0; i < 16; ++i) {
    buyer_.say("AD", fmt::format("568=T{}|569=1|263=1|", i));
    ASSERT_EQ(only(hear(buyer_), {35, 749}), "35=AQ|749=0|");
  }
  buyer_.say("AD", "568=T16|569=1|263=1|");
  EXPECT_EQ(only(hear(buyer_), {35, 58, 749}), "35=AQ|58=too many subscriptions|749=99|");
  buyer_.say("AD", "568=T0|569=1|263=1|");  // in the first one's place
  EXPECT_EQ(only(hear(buyer_), {35, 749}), "35=AQ|749=0|");
  buyer_.close_abruptly();
  Peer again(venue_);
  again.next = buyer_.next;
  ASSERT_THAT(again.log_on(venue_.password()), HasSubstr("35=A|"));
  order(again, "B1", '1', 1, "2.5");
  order(seller_, "S1", '2', 1, "2.5");
  EXPECT_EQ(only(hear(again), {35, 150}), "35=8|150=F|");
  again.say("1", "112=T|");
  EXPECT_EQ(only(again.hear(), {35, 112}), "35=0|112=T|");
}

// The operator's own orders make no reports, but are trades and positions of their account.
TEST_F(PostTradeVenue, TradesOfTheTextDoorAreCapturedAndNotCopied) {
  order(buyer_, "B1", '1', 1, "2.5");
  ASSERT_TRUE(venue_.program().say("account 12"));
  ASSERT_TRUE(venue_.program().say("sell 1 H100.D1 @ 2.5"));
  EXPECT_EQ(only(hear(buyer_), {35, 150}), "35=8|150=F|");
  seller_.say("AD", "568=T|569=1|");
  EXPECT_EQ(only(hear(seller_), {35, 748}), "35=AQ|748=1|");
  EXPECT_EQ(only(hear(seller_), {35, 1, 11, 32, 54, 1057}), "35=AE|1=12|32=1|54=2|1057=Y|");
  Peer both(venue_, {.sender = "DROPCOPY1"});
  EXPECT_THAT(both.log_on(venue_.password("DROPCOPY1"), "789=1|"), HasSubstr("35=A|34=3|"));
  EXPECT_EQ(only(hear(both), {115, 11, 150}), "115=TRADER1|11=B1|150=0|");
  EXPECT_EQ(only(hear(both), {115, 11, 150}), "115=TRADER1|11=B1|150=F|");
}

}  // namespace
}  // namespace hourglass::gateway::fix

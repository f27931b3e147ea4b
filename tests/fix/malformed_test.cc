// Faults of form that are not of one field as its dictionary has it (those: form_faults_test.cc):
// the reject FIX has for each, and a session that goes on.
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

// In a body @ stands for a fresh id and ~ for the time. Answers are fields behind 35 and 45.
struct Fault {
  std::string_view type;
  std::string_view body;
  std::string_view answer;
};

constexpr std::array kValueNotListed = {
    Fault{"D", "11=@|38=1|40=P|44=1|54=1|55=H100.D1|60=~|", "3|371=40|372=D|373=5|"},
    Fault{"D", "11=@|18=6 Z|38=1|40=2|44=1|54=1|55=H100.D1|60=~|", "3|371=18|372=D|373=5|"},
    Fault{"q", "11=@|60=~|530=3|", "3|371=530|372=q|373=5|"},
    Fault{"AF", "584=@|585=2|", "3|371=585|372=AF|373=5|"},
    // Ids that each report of an answer would have are of 64 characters at most.
    Fault{"AD", "568=0123456789012345678901234567890123456789012345678901234567890123@|569=1|",
          "3|371=568|372=AD|373=5|"},
    Fault{"BB", "909=0123456789012345678901234567890123456789012345678901234567890123@|",
          "3|371=909|372=BB|373=5|"},
};

constexpr std::array kNotOfItsType = {
    Fault{"G", "11=@|38=1|40=2|41=X|44=--1|54=1|55=H100.D1|60=~|", "3|371=44|372=G|373=6|"},
    Fault{"q", "11=@|60=20260101|530=7|", "3|371=60|372=q|373=6|"},
    Fault{"x", "320=@|559=4.0|", "3|371=559|372=x|373=6|"},
    Fault{"e", "55=H100.D1|263=00|324=@|", "3|371=263|372=e|373=6|"},
};

// A field of the header in the body.
constexpr std::array kOutOfOrder = {
    Fault{"D", "11=@|38=1|50=7|40=2|44=1|54=1|55=H100.D1|60=~|", "3|371=50|372=D|373=14|"},
    Fault{"F", "11=@|43=Y|41=X|54=1|55=H100.D1|60=~|", "3|371=43|372=F|373=14|"},
    Fault{"G", "11=@|38=1|40=2|41=X|44=1|54=1|57=A|55=H100.D1|60=~|", "3|371=57|372=G|373=14|"},
    Fault{"q", "11=@|60=~|50=7|530=7|", "3|371=50|372=q|373=14|"},
    Fault{"H", "11=@|50=7|54=1|55=H100.D1|", "3|371=50|372=H|373=14|"},
    Fault{"AF", "584=@|50=7|585=7|", "3|371=50|372=AF|373=14|"},
    Fault{"x", "320=@|50=7|559=4|", "3|371=50|372=x|373=14|"},
    Fault{"e", "55=H100.D1|50=7|263=0|324=@|", "3|371=50|372=e|373=14|"},
    Fault{"V", "262=@|263=0|50=7|264=0|267=1|269=0|146=1|55=H100.D1|", "3|371=50|372=V|373=14|"},
    Fault{"c", "320=@|50=7|321=0|", "3|371=50|372=c|373=14|"},
    Fault{"g", "263=0|50=7|335=@|", "3|371=50|372=g|373=14|"},
};

// Of the requests taken only D, G and V have groups.
constexpr std::array kWrongCount = {
    Fault{"D", "11=@|38=1|40=2|44=1|54=1|55=H100.D1|60=~|453=2|448=A|447=D|452=1|",
          "3|371=453|372=D|373=16|"},
    Fault{"D", "11=@|38=1|40=2|44=1|54=1|55=H100.D1|60=~|453=1|448=A|452=1|448=B|452=3|",
          "3|371=453|372=D|373=16|"},
    Fault{"G", "11=@|38=1|40=2|41=X|44=1|54=1|55=H100.D1|60=~|453=3|448=A|",
          "3|371=453|372=G|373=16|"},
    Fault{"V", "262=@|263=0|264=0|267=2|269=0|146=1|55=H100.D1|", "3|371=267|372=V|373=16|"},
    Fault{"V", "262=@|263=0|264=0|267=1|269=0|146=2|55=H100.D1|", "3|371=146|372=V|373=16|"},
};

// No such type (373=11), and types that the venue does not take (380=3).
constexpr std::array kWrongType = {
    Fault{"ZZ", "11=@|", "3|372=ZZ|373=11|"},
    Fault{"a", "11=@|", "3|372=a|373=11|"},
    Fault{"W", "55=H100.D1|268=0|", "j|372=W|380=3|"},
    Fault{"h", "335=@|336=1|340=2|", "j|372=h|380=3|"},
    Fault{"8", "6=0|14=0|17=@|37=1|39=0|54=1|55=H100.D1|150=0|151=0|", "j|372=8|380=3|"},
};

constexpr std::array kNeededHere = {
    Fault{"D", "11=@|38=1|40=2|54=1|55=H100.D1|60=~|", "j|372=D|379=@|380=5|"},
    Fault{"G", "11=@|38=1|40=2|41=X|54=1|55=H100.D1|60=~|", "j|372=G|379=@|380=5|"},
    Fault{"q", "11=@|60=~|530=1|", "j|372=q|379=@|380=5|"},
    Fault{"AF", "584=@|585=1|", "j|372=AF|379=@|380=5|"},
    Fault{"x", "320=@|559=0|", "j|372=x|379=@|380=5|"},
    Fault{"V", "262=@|263=1|264=0|267=1|269=0|146=1|55=H100.D1|", "j|372=V|379=@|380=5|"},
};

std::string filled_in(std::string_view text, const std::string& id) {
  std::string out;
  for (const char c : text) {
    if (c == '@') {
      out += id;
    } else if (c == '~') {
      out += time_text();
    } else {
      out += c;
    }
  }
  return out;
}

class Malformed : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    PeerHeader header{.begin_string = GetParam()};
    std::string password = venue_.password();
    if (header.begin_string == "FIXT.1.1") {
      header.sender = "MODERN";
      password = venue_.add_member("MODERN", "11", {"--version", "5.0"});
      ASSERT_NE(venue_.reload().find("read again"), std::string::npos);
    }
    peer_.emplace(venue_, header);
    ASSERT_EQ(only(peer_->log_on(password), {35, 34}), "35=A|34=1|");
  }
  // Each fault is answered as told, and an order behind it as if nothing had been.
  template <class Faults>
  void expect_answers(const Faults& faults) {
    for (const Fault& fault : faults) {
      const std::string id = "A" + std::to_string(peer_->next);
      const std::string answer = "35=" + std::string(fault.answer.substr(0, 1)) +
                                 "|45=" + std::to_string(peer_->next) +
                                 filled_in(fault.answer.substr(1), id);
      peer_->say(fault.type, filled_in(fault.body, id));
      EXPECT_EQ(only(peer_->hear(), {35, 45, 371, 372, 373, 379, 380}), answer) << fault.body;
      EXPECT_EQ(peer_->order(id), accepted(id)) << fault.body;
    }
  }

  RunningFix venue_;
  std::optional<Peer> peer_;
};

TEST_P(Malformed, TagsAreRefusedOneByOne) {
  expect_answers(kOutOfOrder);
  expect_answers(kWrongCount);
}

TEST_P(Malformed, ValuesAreRefusedOneByOne) {
  expect_answers(kValueNotListed);
  expect_answers(kNotOfItsType);
}

TEST_P(Malformed, TypesAndConditionsAreRefusedOneByOne) {
  expect_answers(kWrongType);
  expect_answers(kNeededHere);
}

INSTANTIATE_TEST_SUITE_P(Versions, Malformed, testing::Values("FIX.4.4", "FIXT.1.1"),
                         [](const auto& test) {
                           return std::string(test.param) == "FIX.4.4" ? "Fix44" : "Fix50Sp2";
                         });

}  // namespace
}  // namespace hourglass::gateway::fix

// What holds the venue's messages to its dictionaries sees each way to break them.
#include "tests/fix/venue_dictionary.h"

#include <array>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::string_view kHead = "34=2|49=HOURGLASS|52=20260102-10:00:00.000000|56=TRADER1|";

struct Case {
  std::string_view type;
  std::string_view body;
  std::string_view breach;  // empty: there is none
};

constexpr std::array kCases = {
    Case{"j", "45=1|372=D|380=3|", ""},
    Case{"j", "45=1|372=D|380=3|380=3|", "380 comes twice"},
    Case{"j", "45=1|380=3|", "372 is missing"},
    Case{"j", "45=1|372=|380=3|", "372 has no value"},
    Case{"j", "45=one|372=D|380=3|", "45 is no SEQNUM: one"},
    Case{"j", "45=1|372=D|380=77|", "380 has a value not listed: 77"},
    Case{"j", "45=1|372=D|380=3|4999=1|", "4999 is no field of this message"},
    Case{"j", "45=1|372=D|380=3|50=A|", "50 stands behind the header"},
    Case{"ZZ", "45=1|", "35 is no type of the dictionary's"},
    Case{"W", "262=A|55=H|268=2|269=0|270=1.5|271=1|269=1|270=2|271=1|", ""},
    Case{"W", "262=A|55=H|268=3|269=0|270=1.5|271=1|269=1|270=2|271=1|",
         "268 counts 3, and there are 2"},
    Case{"W", "262=A|55=H|268=1|270=1.5|269=0|271=1|", "270 stands out of its group's order"},
    Case{"W", "262=A|55=H|268=1|269=0|270=1e3|271=1|", "270 is no PRICE: 1e3"},
};

TEST(VenueDictionary, NamesTheFieldAndWhatIsWrongWithIt) {
  for (const Case& one : kCases) {
    for (const std::string_view version : {"FIX.4.4", "FIXT.1.1"}) {
      std::string rest = "35=";
      rest.append(one.type).append("|").append(kHead).append(one.body);
      const std::string breach = breach_of_dictionary(whole(version, rest));
      std::string expected;
      if (!one.breach.empty()) {
        expected.append("35=").append(one.type).append(": ").append(one.breach);
        expected.append(": ").append(readable(whole(version, rest)));
      }
      EXPECT_EQ(breach, expected);
    }
  }
  EXPECT_NE(breach_of_dictionary("nonsense"), "");
  EXPECT_NE(breach_of_dictionary(fix_text("35=0|34=1|")), "");
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

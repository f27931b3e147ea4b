// Market data against the feed: the books it keeps, and the books a subscriber makes of its
// messages, after every command of random streams.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>

#include "tests/fix/dictionary_tables.h"
#include "tests/fix/market_desk.h"
#include "tests/support/random_source.h"
#include "tests/support/tree_file.h"

namespace hourglass::gateway::fix::test {
namespace {

using engine::Event;
using engine::InstrumentId;
using engine::Side;
using engine::test::Profile;

constexpr std::array kProfiles = {Profile::kPlain, Profile::kCrossing, Profile::kIcebergs,
                                  Profile::kBulk,  Profile::kDays,     Profile::kStates,
                                  Profile::kMoves, Profile::kReplaces};
constexpr std::uint32_t kSteps = 1'500;
constexpr std::uint32_t kAll = UINT32_MAX;

// The instruments of the command's events.
std::set<InstrumentId> concerned(const std::vector<Event>& events) {
  std::set<InstrumentId> ids;
  for (const Event& event : events) ids.insert(event.header().instrument);
  return ids;
}

class MarketBooksOnStreams : public testing::TestWithParam<Profile> {};

TEST_P(MarketBooksOnStreams, AreTheFeedsAfterEachCommand) {
  const std::uint64_t number = seed();
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", number));
  MarketDesk desk;
  std::uint64_t compared = 0;
  for (const std::vector<Event>& events : random_events(GetParam(), number, kSteps)) {
    desk.follow(events);
    const MarketBooks& books = desk.market.streams.books();
    for (const InstrumentId id : concerned(events)) {
      for (const Side side : {Side::kBuy, Side::kSell}) {
        const std::string expected = side_text(desk.feed, id, side, kAll);
        ASSERT_EQ(side_text(books, id, side), expected);
        compared += expected.size();
      }
      const NaiveFigures::Of of = desk.figures.of(id);
      ASSERT_EQ(books.day(id).volume, static_cast<std::uint64_t>(of.volume));
      if (of.last_qty != 0) {
        ASSERT_TRUE(books.last_trade(id).has_value());
        ASSERT_EQ(books.last_trade(id)->price.value(), of.last_price);
      }
    }
  }
  EXPECT_EQ(desk.mistakes, std::vector<std::string>());
  EXPECT_GT(compared, std::uint64_t{kSteps});
}

// A subscriber that knows the messages alone.
struct Subscriber {
  std::unique_ptr<WatchingPeer> peer;
  std::uint32_t depth = 0;  // as asked: 0 is all
  bool full_refresh = false;
  std::vector<InstrumentId> instruments;
  WatchedMarket market;
  std::uint64_t snapshots = 0;
  std::uint64_t updates = 0;
};

// The tags each message type may have, by the dictionary of the session's version.
std::map<std::string, std::set<std::uint32_t>> allowed_tags(std::string_view name) {
  std::map<std::string, std::set<std::uint32_t>> allowed;
  const auto messages = read_dictionary(
      engine::test::tree_file(fmt::format("gateway/fix/dictionary/{}-HG.xml", name)));
  for (const DictionaryMessage& message : *messages) {
    for (const DictionaryField& field : message.fields) allowed[message.msg_type].insert(field.tag);
  }
  return allowed;
}

class WireSubscribers : public testing::TestWithParam<std::tuple<Profile, FixVersion>> {
 protected:
  // Subscribes somebody new to a few of the contracts listed.
  void subscribe() {
    Subscriber& made = subscribers_.emplace_back();
    made.peer = std::make_unique<WatchingPeer>(next_session_++, std::get<1>(GetParam()));
    constexpr std::array<std::uint32_t, 5> kDepths = {0, 1, 2, 5, 10};
    made.depth = kDepths[random_.below(kDepths.size())];
    made.full_refresh = made.depth != 0 && random_.percent(30);
    std::string symbols;
    for (std::uint32_t i = 0; i < desk_.reports.instrument_count(); ++i) {
      const engine::Instrument* const listed = desk_.reports.instrument(InstrumentId(i));
      InstrumentId found;
      if (listed == nullptr || random_.percent(30)) continue;
      // Of two with one symbol only the first can be named.
      if (desk_.reports.find_instrument(listed->symbol_view(), found) != listed) continue;
      made.instruments.push_back(found);
      symbols += fmt::format("55={}|", listed->symbol_view());
    }
    if (made.instruments.empty()) return subscribers_.pop_back();
    desk_.ask(*made.peer,
              fmt::format("35=V|262=w|263=1|264={}|265={}|267=7|269=0|269=1|269=2|"
                          "269=4|269=7|269=8|269=B|146={}|{}",
                          made.depth, made.full_refresh ? 0 : 1, made.instruments.size(), symbols));
  }

  // Takes in what came to it since the last command.
  void read(Subscriber& subscriber) {
    const bool is_old = std::get<1>(GetParam()) == FixVersion::kFix44;
    static const auto kOldTags = allowed_tags("FIX44");
    static const auto kNewTags = allowed_tags("FIX50SP2");
    std::uint32_t updates = 0;
    for (const std::string& message : subscriber.peer->said()) {
      const std::string text = fix_text(message);
      Fields fields;
      ASSERT_TRUE(fields.parse(text));
      const std::string type(fields.value(35));
      const auto& tags = (is_old ? kOldTags : kNewTags).at(type);
      for (const Field& field : fields.all()) {
        ASSERT_TRUE(field.tag == 35 || tags.contains(field.tag)) << message;
      }
      const absl::Status status = subscriber.market.apply(fields, [](std::string_view) {});
      ASSERT_TRUE(status.ok()) << status << " " << message;
      ++(type == "W" ? subscriber.snapshots : subscriber.updates);
      if (type == "X") ++updates;
    }
    ASSERT_LE(updates, 1U) << "a command is one update";
  }

  void check(const Subscriber& subscriber) const {
    const std::uint32_t depth = subscriber.depth == 0 ? kAll : subscriber.depth;
    for (const InstrumentId id : subscriber.instruments) {
      const engine::Instrument& listed = *desk_.reports.instrument(id);
      const WatchedBook* const book = subscriber.market.book(listed.symbol_view());
      ASSERT_NE(book, nullptr);
      const std::int64_t tick = listed.tick_size_nano_usd;
      ASSERT_EQ(side_text(book->bids, tick), side_text(desk_.feed, id, Side::kBuy, depth));
      ASSERT_EQ(side_text(book->offers, tick), side_text(desk_.feed, id, Side::kSell, depth));
      const NaiveFigures::Of of = desk_.figures.of(id);
      ASSERT_EQ(book->last_qty, of.last_qty);
      ASSERT_EQ(book->last_price, of.last_price * tick);
      std::map<char, std::int64_t> figures;
      if (!of.prices.empty()) {
        const auto [low, high] = std::minmax_element(of.prices.begin(), of.prices.end());
        figures = {{'4', of.prices.front() * tick},
                   {'7', *high * tick},
                   {'8', *low * tick},
                   {'B', of.volume}};
      }
      ASSERT_EQ(book->figures, figures);
    }
  }

  engine::test::RandomSource random_{0};
  MarketDesk desk_;
  std::deque<Subscriber> subscribers_;
  std::uint32_t next_session_ = kOld;
};

TEST_P(WireSubscribers, HaveTheBestLevelsAfterEachCommand) {
  const std::uint64_t number = seed();
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", number));
  random_ = engine::test::RandomSource(number);
  std::uint64_t snapshots = 0;
  std::uint64_t updates = 0;
  for (const std::vector<Event>& events : random_events(std::get<0>(GetParam()), number, kSteps)) {
    desk_.follow(events);
    if (subscribers_.size() < 4 && random_.percent(10)) subscribe();
    while (desk_.market.streams.refresh() != 0) {
    }
    for (Subscriber& one : subscribers_) {
      if (!one.peer->reads) continue;
      ASSERT_NO_FATAL_FAILURE(read(one));
      ASSERT_NO_FATAL_FAILURE(check(one));
    }
    for (Subscriber& one : subscribers_) one.peer->reads = !random_.percent(10);
    if (subscribers_.size() == 4 && random_.percent(2)) {
      const Subscriber& gone = subscribers_.front();
      desk_.market.forget(gone.peer->id());
      snapshots += gone.snapshots;
      updates += gone.updates;
      subscribers_.pop_front();
    }
  }
  EXPECT_GT(snapshots, 0U);
  EXPECT_GT(updates, 0U);
}

std::string name_of(Profile profile) {
  std::string name(engine::test::name(profile));
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(Each, MarketBooksOnStreams, testing::ValuesIn(kProfiles),
                         [](const auto& info) { return name_of(info.param); });
INSTANTIATE_TEST_SUITE_P(Each, WireSubscribers,
                         testing::Combine(testing::ValuesIn(kProfiles),
                                          testing::Values(FixVersion::kFix44,
                                                          FixVersion::kFix50Sp2)),
                         [](const auto& info) {
                           return fmt::format(
                               "{}{}", name_of(std::get<0>(info.param)),
                               std::get<1>(info.param) == FixVersion::kFix44 ? "44" : "50");
                         });

}  // namespace
}  // namespace hourglass::gateway::fix::test

// What is kept of trades, positions and money, and copies of reports: over random traffic, against
// naive sums of the events, against the clearing itself, and made again from the journal.
#include <gtest/gtest.h>

#include <map>
#include <span>

#include "engine/order/state_bytes.h"
#include "fmt/format.h"
#include "gateway/fix/orders/instrument_table.h"
#include "gateway/fix/post_trade/account_ledger.h"
#include "gateway/fix/post_trade/day_trades.h"
#include "gateway/fix/post_trade/request_terms.h"
#include "tests/fix/report_traffic.h"

namespace hourglass::gateway::fix::test {
namespace {

using engine::AccountId;
using engine::EventKind;
using engine::InstrumentId;

constexpr std::uint32_t kSteps = 20'000;
constexpr std::array<std::uint32_t, 3> kAccounts = {1, 2, 3};  // the last never trades

std::uint64_t seed() {
  return engine::test::number_from_environment("HOURGLASS_SEED", 1);
}

// Every fill there ever was, as (day, account, is a buy, lots, ticks, id).
class NaiveFills {
 public:
  void on_event(const engine::Event& event) {
    if (event.header().kind == EventKind::kTradingDayEnded) ++day_;
    if (event.header().kind != EventKind::kTrade) return;
    const auto& trade = event.as<engine::Trade>();
    const bool incoming_buys = trade.incoming_side == engine::Side::kBuy;
    const std::string place =
        fmt::format("{}.{}", trade.header.command_sequence.value(), trade.header.event_number);
    add(trade, trade.resting, !incoming_buys, place + std::string(".R"));
    add(trade, trade.incoming, incoming_buys, place);
  }

  // "at day begin, bought, sold, cash in micro-USD", a tick of a lot being worth `tick_micro_usd`.
  [[nodiscard]] std::string position(std::uint32_t account, std::int64_t tick_micro_usd) const {
    std::int64_t begin = 0;
    std::int64_t bought = 0;
    std::int64_t sold = 0;
    std::int64_t cash = 0;
    for (const Fill& fill : fills_) {
      if (fill.account != account) continue;
      const std::int64_t lots = fill.is_buy ? fill.lots : -fill.lots;
      cash -= lots * fill.ticks * tick_micro_usd;
      if (fill.day != day_) {
        begin += lots;
      } else {
        (fill.is_buy ? bought : sold) += fill.lots;
      }
    }
    return fmt::format("{} {} {} {}", begin, bought, sold, usd_text(cash));
  }
  // The day's, in order: "id buys lots @ ticks".
  [[nodiscard]] std::vector<std::string> today(std::uint32_t account) const {
    std::vector<std::string> lines;
    for (const Fill& fill : fills_) {
      if (fill.account == account && fill.day == day_) lines.push_back(fill.line);
    }
    return lines;
  }
  [[nodiscard]] std::uint32_t day() const { return day_; }

 private:
  struct Fill {
    std::uint32_t day;
    std::uint32_t account;
    bool is_buy;
    std::int64_t lots;
    std::int64_t ticks;
    std::string line;
  };

  void add(const engine::Trade& trade, const engine::OrderRef& ref, bool is_buy,
           const std::string& id) {
    fills_.push_back({.day = day_,
                      .account = ref.account.value(),
                      .is_buy = is_buy,
                      .lots = trade.qty,
                      .ticks = trade.price.value(),
                      .line = fmt::format("{} {} {} @ {}", id, is_buy ? "buys" : "sells", trade.qty,
                                          trade.price.value())});
  }

  std::uint32_t day_ = 0;
  std::vector<Fill> fills_;
};

std::string position_text(const AccountLedger& ledger, std::uint32_t account) {
  const auto held = ledger.positions(AccountId(account));
  if (held.empty()) return "0 0 0 0";
  return fmt::format("{} {} {} {}", held[0].at_day_begin, held[0].bought, held[0].sold,
                     usd_text(held[0].cash));
}

std::vector<std::string> lines_of(const DayTrades& trades, std::span<const FillIndex> fills) {
  std::vector<std::string> lines;
  for (const FillIndex index : fills) {
    const DayFill fill = trades.at(index);
    EXPECT_EQ(trades.find(fill.id()), index);
    lines.push_back(fmt::format("{} {} {} @ {}", fill.id(),
                                fill.side() == engine::Side::kBuy ? "buys" : "sells",
                                fill.trade->qty, fill.trade->price.value()));
  }
  return lines;
}

TEST(PostTrade, PositionsAndTheDaysTradesAreWhatANaiveSumOfTheFillsSays) {
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed()));
  Traffic traffic(seed());
  traffic.run(kSteps);
  AccountLedger ledger;
  DayTrades trades;
  InstrumentTable instruments;
  NaiveFills naive;
  std::size_t at = 0;
  std::size_t compared = 0;
  for (const auto& [command, events] : traffic.applied()) {
    for (const engine::Event& event : events) {
      instruments.on_event(event);
      ledger.on_event(event, instruments.find(event.header().instrument));
      trades.on_event(event);
      naive.on_event(event);
    }
    if (++at % 1000 != 0) continue;
    const std::int64_t tick = instruments.find(InstrumentId(0))->tick_value.value();
    for (const std::uint32_t account : kAccounts) {
      ASSERT_EQ(position_text(ledger, account), naive.position(account, tick)) << account;
      const std::vector<std::string> today = naive.today(account);
      ASSERT_EQ(lines_of(trades, trades.of(AccountId(account))), today);
      ASSERT_EQ(lines_of(trades, trades.of(AccountId(account), InstrumentId(0))), today);
      ASSERT_TRUE(trades.of(AccountId(account), InstrumentId(1)).empty());
      compared += today.size();
    }
  }
  EXPECT_GT(naive.day(), 2U);
  EXPECT_GT(compared, 1000U);
  EXPECT_EQ(trades.find("1.999"), std::nullopt);
  EXPECT_EQ(trades.find("1"), std::nullopt);
  EXPECT_EQ(trades.find(".R"), std::nullopt);
}

// What the clearing keeps of each account: "paid in, held, used".
std::map<std::uint64_t, std::string> kept_by(const risk::FundedLimit& clearing) {
  engine::StateWriter writer;
  clearing.save(writer);
  engine::StateReader reader(writer.bytes());
  std::map<std::uint64_t, std::string> kept;
  for (auto n = reader.get<std::uint64_t>(); n != 0; --n) {
    const auto account = reader.get<std::uint64_t>();
    const auto funds = reader.get<engine::Int128>();
    const auto held = reader.get<engine::Int128>();
    const auto used = reader.get<engine::Int128>();
    reader.get<std::uint64_t>();
    reader.get<std::uint64_t>();
    kept[account] = fmt::format("{} {} {}", usd_text(funds), usd_text(held), usd_text(used));
  }
  EXPECT_TRUE(reader.ok());
  return kept;
}

// The commands of random traffic, on an exchange whose accounts have money, which runs short.
TEST(PostTrade, MoneyIsWhatTheClearingKeeps) {
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed()));
  Traffic traffic(seed());
  traffic.run(kSteps);
  engine::ExchangeLimits limits;
  limits.max_steps_per_apply = 3;
  engine::Exchange<risk::FundedLimit> exchange(limits);
  engine::test::RandomSource random(seed());
  AccountLedger ledger;
  InstrumentTable instruments;
  std::uint64_t sequence = 0;
  std::uint32_t refused = 0;
  const auto follow = [&](const engine::Command& command) {
    ++sequence;
    const auto stamped =
        engine::test::stamped(command, sequence, kMidnightNs + sequence * kSecondNs);
    for (const engine::Event& event : exchange.apply(stamped)) {
      instruments.on_event(event);
      ledger.on_event(event, instruments.find(event.header().instrument));
      if (event.header().kind != EventKind::kRequestRejected) continue;
      const auto reason = event.as<engine::RequestRejected>().reason;
      if (reason == engine::RejectReason::kInsufficientFunds) ++refused;
    }
  };
  const auto apply = [&](const engine::Command& command) {
    follow(command);
    while (exchange.has_pending_work()) follow(exchange.continuation());
  };
  std::size_t at = 0;
  for (const auto& [command, events] : traffic.applied()) {
    if (command.header().kind == engine::CommandKind::kContinue) continue;
    if (at % 500 == 0) {
      for (const std::uint32_t account : {1U, 2U}) {
        apply(engine::test::adjust_funds({.session = 0, .account = account},
                                         random.between(1, 60'000)));
      }
    }
    apply(command);
    if (++at % 50 != 0) continue;
    std::map<std::uint64_t, std::string> followed;
    for (const std::uint32_t account : kAccounts) {
      const AccountFunds funds = ledger.funds(AccountId(account));
      if (!funds.is_known) continue;
      followed[account] = fmt::format("{} {} {}", usd_text(funds.paid_in), usd_text(funds.held),
                                      usd_text(funds.used));
    }
    ASSERT_EQ(followed, kept_by(exchange.clearing())) << "behind command " << sequence;
  }
  EXPECT_EQ(kept_by(exchange.clearing()).size(), 2U);
  EXPECT_GT(refused, 100U);
}

// Keeps copies too, of the accounts it watches, as "<session>@<account> ~<number> 35=8|...".
class Watcher final : public ReportSink {
 public:
  explicit Watcher(std::uint32_t account, bool has_members = true)
      : account_(account), has_members_(has_members) {}

  std::optional<FixVersion> version(engine::SessionId session) const override {
    return has_members_ ? lines_.version(session) : std::nullopt;
  }
  void report(engine::SessionId session, std::uint32_t, const MessageWriter& writer) override {
    last_report_ = Lines::text_of(writer);
    last_session_ = session;
  }
  bool wants_copies(AccountId account, FixVersion) const override {
    return account.value() == account_;
  }
  void copy(const ReportCopy& copy, const MessageWriter& writer) override {
    const std::string text = Lines::text_of(writer);
    copies.push_back(
        fmt::format("{}@{} ~{} {}", copy.session.value(), copy.account.value(), copy.number, text));
    numbers.push_back(copy.number);
    const auto own = lines_.version(copy.session);
    if (has_members_ && own == copy.version) {
      // The report itself came right before.
      EXPECT_EQ(last_session_, copy.session);
      EXPECT_EQ(without_mark(text), last_report_);
    }
  }

  std::vector<std::string> copies;
  std::vector<std::uint64_t> numbers;

 private:
  static std::string without_mark(std::string text) {
    constexpr std::string_view kMark = "|797=Y";
    const std::size_t at = text.find(kMark);
    return at == std::string::npos ? fmt::format("no {} in {}", kMark, text)
                                   : text.erase(at, kMark.size());
  }

  Lines lines_;
  std::uint32_t account_;
  bool has_members_;
  std::string last_report_;
  engine::SessionId last_session_{};
};

void follow(const Traffic& traffic, OrderReports& reports, ReportSink& sink) {
  for (const auto& [command, events] : traffic.applied()) {
    reports.on_command(command);
    for (const engine::Event& event : events) reports.on_event(event, sink);
  }
}

TEST(DropCopies, AreTheReportsInBothVersionsNumberedByHistoryAlone) {
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed()));
  Traffic traffic(seed());
  traffic.run(kSteps);
  OrderReports reports;
  Watcher watcher(1);
  follow(traffic, reports, watcher);
  ASSERT_GT(watcher.numbers.size(), 1000U);
  // Two of each, one for each version, with numbers that go up.
  for (std::size_t i = 0; i + 1 < watcher.numbers.size(); i += 2) {
    ASSERT_EQ(watcher.numbers[i], watcher.numbers[i + 1]);
    ASSERT_GT(watcher.numbers[i], i == 0 ? 1 : watcher.numbers[i - 1]);
  }

  // A report that nobody is told of is copied and counted all the same.
  OrderReports again;
  Watcher other(1, false);
  follow(traffic, again, other);
  EXPECT_EQ(other.copies, watcher.copies);
  EXPECT_EQ(again.last_copy(), reports.last_copy());

  // Dense: what two watchers of all accounts get are all numbers.
  OrderReports third;
  Watcher of_the_rest(2);
  follow(traffic, third, of_the_rest);
  EXPECT_EQ((watcher.numbers.size() + of_the_rest.numbers.size()) / 2, reports.last_copy() - 1);
  EXPECT_EQ(std::min(watcher.numbers.front(), of_the_rest.numbers.front()), 2U);
}

TEST(PostTrade, WritesMoneyExactly) {
  EXPECT_EQ(usd_text(0), "0");
  EXPECT_EQ(usd_text(1), "0.000001");
  EXPECT_EQ(usd_text(-1'500'000), "-1.5");
  EXPECT_EQ(usd_text(12'000'000), "12");
  EXPECT_EQ(usd_text(engine::Int128{INT64_MAX} * 1'000'000), "9223372036854775807");
  EXPECT_EQ(utc_date_text(kMidnightNs - 1), "20251231");
  EXPECT_EQ(parse_utc_date("20260101"), kMidnightNs);
  EXPECT_EQ(parse_utc_date("2026010"), std::nullopt);
  EXPECT_EQ(parse_utc_date("20261301"), std::nullopt);
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

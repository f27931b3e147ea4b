// Reports of random traffic: against a naive sum of the events, and made again from the journal.
#include <gtest/gtest.h>

#include <map>

#include "fmt/format.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/wire/fields.h"
#include "tests/fix/report_traffic.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::uint32_t kSteps = 20'000;
constexpr std::int64_t kTickNanoUsd = 1'000;

std::uint64_t seed() {
  return engine::test::number_from_environment("HOURGLASS_SEED", 1);
}

// A report as its session, number and fields.
struct Report {
  std::uint32_t session = 0;
  std::uint32_t number = 0;
  std::map<std::uint32_t, std::string> fields;

  explicit Report(const std::string& line) {
    const std::size_t hash = line.find('#');
    const std::size_t blank = line.find(' ');
    session = static_cast<std::uint32_t>(std::stoul(line.substr(0, hash)));
    number = static_cast<std::uint32_t>(std::stoul(line.substr(hash + 1, blank - hash - 1)));
    for (std::size_t at = blank + 1; at < line.size();) {
      const std::size_t equals = line.find('=', at);
      const std::size_t end = line.find('|', equals);
      fields[static_cast<std::uint32_t>(std::stoul(line.substr(at, equals - at)))] =
          line.substr(equals + 1, end - equals - 1);
      at = end + 1;
    }
  }
  [[nodiscard]] std::int64_t number_of(std::uint32_t tag) const {
    const auto found = fields.find(tag);
    return found == fields.end() ? -1 : std::stoll(found->second);
  }
};

struct NaiveOrder {
  std::int64_t qty = 0;
  std::int64_t executed = 0;
  std::int64_t ticks = 0;
  bool works = true;
};

class NaiveSums {
 public:
  void on_event(const engine::Event& event) {
    switch (event.header().kind) {
      case engine::EventKind::kOrderAccepted: {
        const auto& accepted = event.as<engine::OrderAccepted>();
        orders_[accepted.order.order_id.value()] = {.qty = accepted.qty};
        break;
      }
      case engine::EventKind::kTrade: {
        const auto& trade = event.as<engine::Trade>();
        for (const engine::OrderRef& ref : {trade.resting, trade.incoming}) {
          NaiveOrder& order = orders_[ref.order_id.value()];
          order.executed += trade.qty;
          order.ticks += trade.price.value() * trade.qty;
        }
        break;
      }
      case engine::EventKind::kOrderReplaced: {
        const auto& replaced = event.as<engine::OrderReplaced>();
        orders_[replaced.order.order_id.value()].qty = replaced.qty;
        break;
      }
      case engine::EventKind::kOrderCancelled:
        orders_[event.as<engine::OrderCancelled>().order.order_id.value()].works = false;
        break;
      default: break;
    }
  }

  // What 38, 14, 151 and 6 must say.
  [[nodiscard]] std::string terms_of(std::uint64_t order_id) const {
    const NaiveOrder& order = orders_.at(order_id);
    const std::int64_t leaves = order.works ? order.qty - order.executed : 0;
    std::int64_t average_nano = 0;
    if (order.executed != 0) {
      average_nano = (2 * order.ticks * kTickNanoUsd + order.executed) / (2 * order.executed);
    }
    return std::to_string(order.qty) + " " + std::to_string(order.executed) + " " +
           std::to_string(leaves) + " " + std::to_string(average_nano);
  }

 private:
  std::map<std::uint64_t, NaiveOrder> orders_;
};

std::int64_t nano_of(std::string text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos) return std::stoll(text) * 1'000'000'000;
  std::string decimals = text.substr(dot + 1);
  decimals.resize(9, '0');
  return std::stoll(text.substr(0, dot)) * 1'000'000'000 + std::stoll(decimals);
}

std::string terms_of(const Report& report) {
  return std::to_string(report.number_of(38)) + " " + std::to_string(report.number_of(14)) + " " +
         std::to_string(report.number_of(151)) + " " + std::to_string(nano_of(report.fields.at(6)));
}

TEST(OrderReportStreams, SayWhatANaiveSumOfTheEventsSays) {
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed()));
  Traffic traffic(seed());
  traffic.run(kSteps);
  OrderReports reports;
  Lines lines;
  NaiveSums sums;
  std::map<std::uint32_t, std::uint32_t> last_number;
  std::map<std::string, std::uint32_t> seen;
  for (const auto& [command, events] : traffic.applied()) {
    reports.on_command(command);
    for (const engine::Event& event : events) {
      sums.on_event(event);
      reports.on_event(event, lines);
      for (const std::string& line : std::exchange(lines.lines, {})) {
        const Report report(line);
        ASSERT_GT(report.number, last_number[report.session]) << line;
        last_number[report.session] = report.number;
        ++seen[report.fields.at(35) + (report.fields.contains(150) ? report.fields.at(150) : "")];
        ASSERT_EQ(report.fields.at(11) == "NONE", report.fields.at(35) == "r") << line;
        ASSERT_NE(report.number_of(25001), 10) << "no key is given twice: " << line;
        if (report.fields.at(35) != "8" || report.fields.at(37) == "NONE") continue;
        ASSERT_EQ(terms_of(report), sums.terms_of(std::stoull(report.fields.at(37)))) << line;
        const char status = report.fields.at(39)[0];
        if (status == '0' || status == '1') {
          ASSERT_EQ(report.number_of(38), report.number_of(14) + report.number_of(151)) << line;
        }
      }
    }
  }
  for (const char* kind : {"80", "84", "85", "88", "8C", "8F", "9"}) {
    EXPECT_GT(seen[kind], 10U) << kind;
  }
}

// All that may be asked of two sessions.
std::vector<std::string> state_of(const OrderReports& reports, const Traffic& traffic) {
  std::vector<std::string> state;
  MessageWriter writer;
  for (const std::uint32_t number : kTrafficSessions) {
    const engine::SessionId session(number);
    state.push_back(std::to_string(reports.next_key(session).value()));
    for (const engine::OrderId id : reports.working_ids(session)) {
      reports.write_status(reports.order(id).value(), FixVersion::kFix50Sp2, {}, writer);
      state.push_back(Lines::text_of(writer));
    }
    for (std::uint32_t key = 0; key < reports.next_key(session).value(); ++key) {
      const auto order = reports.order(session, engine::ClientKey(key));
      if (!order.has_value()) continue;
      reports.write_status(*order, FixVersion::kFix44, {}, writer);
      state.push_back(fmt::format("{} {}", key, Lines::text_of(writer)));
    }
    for (const std::string& text : traffic.texts()) {
      if (!reports.was_used(session, text)) continue;
      const auto key = reports.key_of(session, text);
      state.push_back(key.has_value() ? fmt::format("{} {}", text, key->value()) : text);
    }
  }
  return state;
}

TEST(OrderReportStreams, AreMadeAgainFromTheJournal) {
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed()));
  Traffic traffic(seed());
  traffic.run(kSteps);
  OrderReports recovered;
  Lines lines;
  for (const auto& [command, events] : traffic.applied()) {
    recovered.on_command(command);
    for (const engine::Event& event : events) recovered.on_event(event, lines);
  }
  EXPECT_GT(lines.lines.size(), kSteps / 4);
  EXPECT_GT(traffic.keys_begun_again, 0U);
  EXPECT_EQ(traffic.lines.lines, lines.lines);
  EXPECT_EQ(state_of(traffic.live, traffic), state_of(recovered, traffic));
}

// The orders of each session that work, by order id.
class NaiveWorking {
 public:
  void on_event(const engine::Event& event) {
    if (event.header().kind == engine::EventKind::kOrderAccepted) {
      const auto& ref = event.as<engine::OrderAccepted>().order;
      sessions_[ref.order_id.value()] = ref.session.value();
    }
    if (event.header().kind == engine::EventKind::kTrade) {
      const auto& trade = event.as<engine::Trade>();
      if (trade.resting_leaves == 0) sessions_.erase(trade.resting.order_id.value());
      if (trade.incoming_leaves == 0) sessions_.erase(trade.incoming.order_id.value());
    }
    if (event.header().kind == engine::EventKind::kOrderCancelled) {
      sessions_.erase(event.as<engine::OrderCancelled>().order.order_id.value());
    }
  }
  [[nodiscard]] std::vector<std::uint64_t> of(std::uint32_t session) const {
    std::vector<std::uint64_t> ids;
    for (const auto& [order_id, owner] : sessions_) {
      if (owner == session) ids.push_back(order_id);
    }
    return ids;
  }

 private:
  std::map<std::uint64_t, std::uint32_t> sessions_;
};

TEST(OrderReportStreams, KnowTheWorkingOrdersOldestFirst) {
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed()));
  Traffic traffic(seed());
  traffic.run(kSteps);
  OrderReports reports;
  Lines lines;
  NaiveWorking naive;
  std::size_t compared = 0;
  for (const auto& [command, events] : traffic.applied()) {
    reports.on_command(command);
    for (const engine::Event& event : events) {
      naive.on_event(event);
      reports.on_event(event, lines);
    }
    for (const std::uint32_t session : kTrafficSessions) {
      std::vector<std::uint64_t> ids;
      for (const engine::OrderId id : reports.working_ids(engine::SessionId(session))) {
        ids.push_back(id.value());
        const auto found = reports.order(id);
        ASSERT_TRUE(found.has_value());
        ASSERT_EQ(found->order_id, id);
        ASSERT_EQ(reports.key_of(found->session, found->client_order_id.view()), found->key);
      }
      ASSERT_EQ(ids, naive.of(session));
      compared += ids.size();
    }
  }
  EXPECT_GT(compared, std::size_t{kSteps});
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

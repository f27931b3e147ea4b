#include "gateway/daemon/starter_list.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "fmt/format.h"

namespace hourglass::gateway {
namespace {

namespace chrono = std::chrono;

struct Row {
  std::string symbol;
  std::int64_t tick_nano_usd;
  std::int64_t gpu_hours;  // in one lot
  std::int64_t max_ticks;
  std::uint32_t group;
  std::uint32_t protection_ticks;
};

constexpr std::int64_t kDayHours = 24;
constexpr std::int64_t kTickOfSpot = 100'000;       // 0.0001 USD a GPU-hour
constexpr std::int64_t kTickOfFutures = 1'000'000;  // 0.001 USD a GPU-hour
constexpr std::int64_t kTickOfFund = 10'000'000;    // 0.01 USD a share

constexpr engine::Money kStarterFunds(10'000'000'000'000);  // 10 million USD

Row spot(std::string_view gpu) {
  return {fmt::format("{}.D1", gpu), kTickOfSpot, kDayHours, 1'000'000, 1, 500};
}

// One GPU for all hours of the month.
Row future(std::string_view gpu, chrono::year_month month) {
  const auto last = month / chrono::last;
  return {fmt::format("{}.F.{:04}-{:02}", gpu, static_cast<std::int32_t>(month.year()),
                      static_cast<std::uint32_t>(month.month())),
          kTickOfFutures,
          static_cast<std::int64_t>(static_cast<std::uint32_t>(last.day())) * kDayHours,
          100'000,
          2,
          50};
}

// A month's future is listed before the month begins.
std::vector<Row> rows_at(std::uint64_t now_ns) {
  const chrono::sys_seconds now{chrono::seconds(now_ns / 1'000'000'000)};
  const chrono::year_month_day today(chrono::floor<chrono::days>(now));
  const chrono::year_month next =
      chrono::year_month(today.year(), today.month()) + chrono::months(1);
  return {spot("H100"),
          spot("H200"),
          spot("B200"),
          future("H100", next),
          future("H200", next),
          future("B200", next),
          future("H100", next + chrono::months(1)),
          {"GPUX", kTickOfFund, 1, 1'000'000, 3, 50}};
}

}  // namespace

std::vector<engine::DefineInstrument> starter_list(std::uint64_t now_ns) {
  std::vector<engine::DefineInstrument> list;
  std::uint32_t id = 1;
  for (const Row& row : rows_at(now_ns)) {
    engine::DefineInstrument define{};
    define.header = engine::make_header<engine::DefineInstrument>(
        engine::SessionId(0), engine::AccountId(0), engine::InstrumentId(id++));
    std::copy(row.symbol.begin(), row.symbol.end(), define.symbol.begin());
    define.tick_size_nano_usd = row.tick_nano_usd;
    define.contract_size_gpu_hours = row.gpu_hours;
    define.min_price = engine::Price(1);
    define.max_price = engine::Price(row.max_ticks);
    define.group = engine::ProductGroupId(row.group);
    define.protection_ticks = row.protection_ticks;
    define.price_increment_ticks = 1;
    define.max_order_qty_lots = 1'000'000;
    define.matching_algorithm = 1;
    define.state = engine::TradingState::kOpen;
    list.push_back(define);
  }
  return list;
}

std::vector<engine::AdjustFunds> starter_funds() {
  std::vector<engine::AdjustFunds> list;
  for (const std::uint32_t account : kStarterAccounts) {
    engine::AdjustFunds funds{};
    funds.header = engine::make_header<engine::AdjustFunds>(
        engine::SessionId(0), engine::AccountId(account), engine::InstrumentId(0));
    funds.amount = kStarterFunds;
    list.push_back(funds);
  }
  return list;
}

}  // namespace hourglass::gateway

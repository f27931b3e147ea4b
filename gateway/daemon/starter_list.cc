#include "gateway/daemon/starter_list.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace hourglass::gateway {
namespace {

struct Row {
  std::string_view symbol;
  std::int64_t tick_nano_usd;
  std::int64_t gpu_hours;  // in one lot
  std::int64_t max_ticks;
  std::uint32_t group;
  std::uint32_t protection_ticks;
};

constexpr std::int64_t kDayHours = 24;
constexpr std::int64_t kDecemberHours = 31 * kDayHours;
constexpr std::int64_t kJanuaryHours = 31 * kDayHours;
constexpr std::int64_t kTickOfSpot = 100'000;       // 0.0001 USD a GPU-hour
constexpr std::int64_t kTickOfFutures = 1'000'000;  // 0.001 USD a GPU-hour
constexpr std::int64_t kTickOfFund = 10'000'000;    // 0.01 USD a share

constexpr engine::Money kStarterFunds(10'000'000'000'000);  // 10 million USD

constexpr std::array kRows = {
    Row{"H100.D1", kTickOfSpot, kDayHours, 1'000'000, 1, 500},
    Row{"H200.D1", kTickOfSpot, kDayHours, 1'000'000, 1, 500},
    Row{"B200.D1", kTickOfSpot, kDayHours, 1'000'000, 1, 500},
    Row{"H100.F.2026-12", kTickOfFutures, kDecemberHours, 100'000, 2, 50},
    Row{"H200.F.2026-12", kTickOfFutures, kDecemberHours, 100'000, 2, 50},
    Row{"B200.F.2026-12", kTickOfFutures, kDecemberHours, 100'000, 2, 50},
    Row{"H100.F.2027-01", kTickOfFutures, kJanuaryHours, 100'000, 2, 50},
    Row{"GPUX", kTickOfFund, 1, 1'000'000, 3, 50},
};

}  // namespace

std::vector<engine::DefineInstrument> starter_list() {
  std::vector<engine::DefineInstrument> list;
  std::uint32_t id = 1;
  for (const Row& row : kRows) {
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

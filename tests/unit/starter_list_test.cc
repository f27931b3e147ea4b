// What a new venue lists goes by the day it begins on.
#include "gateway/daemon/starter_list.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "fmt/format.h"

namespace hourglass::gateway {
namespace {

namespace chrono = std::chrono;

// "SYMBOL GPU-hours a lot" of each row.
std::vector<std::string> listed_at(chrono::sys_seconds now) {
  const auto now_ns = static_cast<std::uint64_t>(now.time_since_epoch().count()) * 1'000'000'000;
  std::vector<std::string> rows;
  for (const engine::DefineInstrument& define : starter_list(now_ns)) {
    rows.push_back(fmt::format("{} {}", define.symbol.data(), define.contract_size_gpu_hours));
  }
  return rows;
}

std::vector<std::string> list_with(const std::string& next, const std::string& hours,
                                   const std::string& after_next) {
  return {"H100.D1 24",
          "H200.D1 24",
          "B200.D1 24",
          fmt::format("H100.F.{} {}", next, hours),
          fmt::format("H200.F.{} {}", next, hours),
          fmt::format("B200.F.{} {}", next, hours),
          fmt::format("H100.F.{}", after_next),
          "GPUX 1"};
}

TEST(StarterList, ListsFuturesOfTheTwoMonthsToCome) {
  using namespace std::chrono_literals;
  EXPECT_EQ(listed_at(chrono::sys_days(2026y / 11 / 28)),
            list_with("2026-12", "744", "2027-01 744"));
  EXPECT_EQ(listed_at(chrono::sys_days(2027y / 1 / 1) - 1s),
            list_with("2027-01", "744", "2027-02 672"));
  EXPECT_EQ(listed_at(chrono::sys_days(2027y / 1 / 1)), list_with("2027-02", "672", "2027-03 744"));
  EXPECT_EQ(listed_at(chrono::sys_days(2028y / 1 / 31)),
            list_with("2028-02", "696", "2028-03 744"));
}

}  // namespace
}  // namespace hourglass::gateway

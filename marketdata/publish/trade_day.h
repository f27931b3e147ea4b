// TradeDay: the date of the running trading day, from public events alone.
//
// It is the UTC date of the first public event behind the last day's end; until there is one, of
// that end itself. So the end that comes just after midnight ends the day before.
#pragma once

#include <chrono>
#include <cstdint>

namespace hourglass::marketdata {

inline constexpr std::uint64_t kDayNs = 86'400'000'000'000;

// Decimal yyyymmdd of a UTC time in ns since 1970. Thread: any, pure.
inline std::uint32_t utc_date(std::uint64_t time_ns) noexcept {
  const std::chrono::sys_days days{std::chrono::days(static_cast<std::int64_t>(time_ns / kDayNs))};
  const std::chrono::year_month_day date(days);
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(date.year())) * 10'000 +
         static_cast<std::uint32_t>(date.month()) * 100 + static_cast<std::uint32_t>(date.day());
}

class TradeDay {
 public:
  // A public event that ends no day.
  void note(std::uint64_t time_ns) noexcept {
    if (begun_) return;
    begun_ = true;
    date_ = utc_date(time_ns);
  }
  // The day ends. Returns its date.
  std::uint32_t end(std::uint64_t time_ns) noexcept {
    const std::uint32_t next = utc_date(time_ns);
    const std::uint32_t ended = date_ == 0 ? next : date_;
    date_ = next;
    begun_ = false;
    return ended;
  }
  // Decimal yyyymmdd; 0 before any public event.
  [[nodiscard]] std::uint32_t date() const noexcept { return date_; }

 private:
  std::uint32_t date_ = 0;
  bool begun_ = false;
};

}  // namespace hourglass::marketdata

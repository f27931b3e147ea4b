#include "gateway/fix/post_trade/day_trades.h"

#include <utility>

#include "fmt/format.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

using engine::AccountId;
using engine::InstrumentId;

namespace {

constexpr std::string_view kRestingMark = ".R";

TradeSide side_of(const engine::OrderRef& ref) noexcept {
  return {.order = ref.order_id, .session = ref.session, .account = ref.account, .key = ref.key};
}

std::uint64_t position_key(AccountId account, InstrumentId instrument) noexcept {
  return std::uint64_t{account.value()} << 32U | instrument.value();
}

}  // namespace

DayTrade day_trade(const engine::Trade& event) noexcept {
  return {.command = event.header.command_sequence,
          .time = event.header.time,
          .price = event.price,
          .match_id = event.match_id,
          .resting = side_of(event.resting),
          .incoming = side_of(event.incoming),
          .event_number = event.header.event_number,
          .qty = event.qty,
          .instrument = event.header.instrument,
          .incoming_side = event.incoming_side};
}

std::string DayFill::id() const {
  return fmt::format("{}.{}{}", trade->command.value(), trade->event_number,
                     is_incoming ? std::string_view() : kRestingMark);
}

void DayTrades::on_event(const engine::Event& event) {
  if (event.header().kind == engine::EventKind::kTradingDayEnded) {
    count_ = 0;
    is_cut_off_ = false;
    by_account_.clear();
    by_position_.clear();
  }
  if (event.header().kind != engine::EventKind::kTrade) return;
  if (count_ == kMaxDayTrades) {
    is_cut_off_ = true;
    return;
  }
  if (count_ / kPageTrades == pages_.size()) {
    pages_.push_back(std::make_unique<DayTrade[]>(kPageTrades));
  }
  DayTrade& kept = pages_[count_ / kPageTrades][count_ % kPageTrades];
  kept = day_trade(event.as<engine::Trade>());
  note(kept.resting, kept.instrument, 2 * count_);
  note(kept.incoming, kept.instrument, 2 * count_ + 1);
  ++count_;
}

void DayTrades::note(const TradeSide& side, InstrumentId instrument, FillIndex index) {
  by_account_[side.account.value()].push_back(index);
  by_position_[position_key(side.account, instrument)].push_back(index);
}

std::span<const FillIndex> DayTrades::of(AccountId account) const {
  const auto found = by_account_.find(account.value());
  if (found == by_account_.end()) return {};
  return found->second;
}

std::span<const FillIndex> DayTrades::of(AccountId account, InstrumentId instrument) const {
  const auto found = by_position_.find(position_key(account, instrument));
  if (found == by_position_.end()) return {};
  return found->second;
}

std::optional<FillIndex> DayTrades::find(std::string_view id) const {
  const bool is_resting = id.ends_with(kRestingMark);
  if (is_resting) id.remove_suffix(kRestingMark.size());
  const std::size_t dot = id.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto command = parse_number(id.substr(0, dot));
  const auto event = parse_number(id.substr(dot + 1));
  if (!command || *command < 0 || !event || *event < 0) return std::nullopt;
  const std::pair wanted(static_cast<std::uint64_t>(*command), static_cast<std::uint64_t>(*event));
  std::uint32_t low = 0;
  for (std::uint32_t high = count_; low < high;) {  // ends: the range between them halves
    const std::uint32_t middle = low + (high - low) / 2;
    const DayTrade& there = trade(middle);
    const std::pair place(there.command.value(), std::uint64_t{there.event_number});
    if (place < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == count_ || trade(low).command.value() != wanted.first ||
      trade(low).event_number != wanted.second) {
    return std::nullopt;
  }
  return 2 * low + (is_resting ? 0 : 1);
}

}  // namespace hourglass::gateway::fix

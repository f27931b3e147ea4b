#include "bench/play/exchange_stage.h"

#include <algorithm>
#include <array>

#include "bench/play/event_tally.h"
#include "bench/play/resting_orders.h"
#include "bench/play/translate.h"
#include "engine/exchange/exchange.h"
#include "engine/exchange/lookahead.h"

namespace hourglass::bench {
namespace {

using engine::Command;
using engine::SequenceNumber;
using engine::Timestamp;

// The whole exchange behind the clearing seam, without rings and journal: translated, stamped,
// applied, every event looked at.
class ExchangeStage final : public Stage {
 public:
  explicit ExchangeStage(const StreamHeader& header)
      : exchange_(limits_for(header)),
        lookahead_(exchange_.state()),
        symbol_count_(header.n_symbols) {
    for (std::uint32_t i = 0; i < header.n_symbols; ++i) {
      Command command = Command::of(listing(i, header));
      apply(command);
    }
  }

  void play(std::span<const StreamOp> ops) override {
    // A small ring of translated commands, so that looking ahead has its distance.
    const std::size_t count = ops.size();
    std::size_t translated = 0;
    lookahead_.begin();
    for (std::size_t i = 0; i < count; ++i) {
      for (; translated < count && translated <= i + engine::Lookahead::kKeyAhead; ++translated) {
        translate(ops[translated], burst_[translated % kBurst]);
      }
      lookahead_.advance(i, count,
                         [&](std::uint64_t n) -> const Command& { return burst_[n % kBurst]; });
      apply(burst_[i % kBurst]);
    }
  }

  StreamResults results() override {
    const RestingOrders resting = resting_orders(exchange_.state(), symbol_count_);
    return tally_.trades().results(resting.orders, resting.qty_lots);
  }

 private:
  static constexpr std::size_t kBurst = 16;
  static_assert(kBurst > engine::Lookahead::kKeyAhead);

  void apply(Command& command) noexcept {
    apply_one(command);
    while (exchange_.has_pending_work()) {
      Command next = exchange_.continuation();
      apply_one(next);
    }
  }

  void apply_one(Command& command) noexcept {
    engine::CommandHeader& header = command.mutable_header();
    header.sequence = SequenceNumber(++sequence_);
    header.time = Timestamp(sequence_);
    for (const engine::Event& event : exchange_.apply(command)) tally_.add(event);
  }

  engine::Exchange<engine::PermissiveClearing> exchange_;
  engine::Lookahead lookahead_;
  std::array<Command, kBurst> burst_;
  EventTally tally_;
  std::uint64_t sequence_ = 0;
  std::uint32_t symbol_count_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Stage>> make_exchange_stage(const StageOptions& /*options*/,
                                                           const StreamHeader& header) {
  if (const absl::Status status = check_fits_venue(header); !status.ok()) return status;
  return std::make_unique<ExchangeStage>(header);
}

}  // namespace hourglass::bench

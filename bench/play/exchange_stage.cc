#include "bench/play/exchange_stage.h"

#include <algorithm>
#include <array>

#include "bench/play/event_tally.h"
#include "bench/play/resting_orders.h"
#include "bench/play/translate.h"
#include "engine/exchange/exchange.h"

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
      : exchange_(limits_for(header)), symbol_count_(header.n_symbols) {
    for (std::uint32_t i = 0; i < header.n_symbols; ++i) {
      Command command = Command::of(listing(i, header));
      apply(command);
    }
  }

  void play(std::span<const StreamOp> ops) override {
    // A small ring of translated commands, so that the exchange's prefetches have their distance.
    const std::size_t count = ops.size();
    std::size_t translated = 0;
    for (std::size_t i = 0; i < count; ++i) {
      for (; translated < count && translated <= i + kKeyAhead; ++translated) {
        Command& command = burst_[translated % kBurst];
        translate(ops[translated], command);
        exchange_.prefetch_key(command);
      }
      if (i + kOrderAhead < count) exchange_.prefetch_order(burst_[(i + kOrderAhead) % kBurst]);
      if (i + kLinksAhead < count) exchange_.prefetch_links(burst_[(i + kLinksAhead) % kBurst]);
      apply(burst_[i % kBurst]);
    }
  }

  StreamResults results() override {
    const RestingOrders resting = resting_orders(exchange_.state(), symbol_count_);
    return tally_.trades().results(resting.orders, resting.qty_lots);
  }

 private:
  static constexpr std::size_t kBurst = 16;
  static constexpr std::size_t kKeyAhead = 12;
  static constexpr std::size_t kOrderAhead = 8;
  static constexpr std::size_t kLinksAhead = 4;

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

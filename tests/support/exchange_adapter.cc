// The real exchange as an exchange under test.
#include "engine/exchange/exchange.h"
#include "risk/clearing/funded_limit.h"
#include "tests/support/replicas.h"
#include "tests/support/under_test.h"

namespace hourglass::engine::test {
namespace {

template <engine::Clearing ClearingType>
class ExchangeUnderTest final : public UnderTest {
 public:
  explicit ExchangeUnderTest(const NaiveLimits& limits) : exchange_(exchange_limits(limits)) {
    exchange_.set_rule_set(limits.rule_set);
  }

  void apply(const Command& command, std::vector<Event>& events) override {
    events.clear();
    for (const Event& event : exchange_.apply(command)) {
      // Beyond an event's own bytes a slot holds what was there before.
      Event& copy = events.emplace_back(event);
      const std::size_t used = event_bytes(event.header().kind);
      std::fill(copy.bytes.begin() + static_cast<std::ptrdiff_t>(used), copy.bytes.end(),
                std::byte{0});
    }
    HG_ASSERT(exchange_.has_pending_work() == (exchange_.state().work.kind != WorkKind::kNone));
    if (++applied_ % kAuditEvery == 0) exchange_.state().audit();
  }

 private:
  // Whole-book audits are dear; the build with slow checks makes one after each command.
  static constexpr std::uint64_t kAuditEvery = 256;

  Exchange<ClearingType> exchange_;
  std::uint64_t applied_ = 0;
};

}  // namespace

std::unique_ptr<UnderTest> make_exchange(const NaiveLimits& limits, Clearing clearing) {
  if (clearing == Clearing::kFunded) {
    return std::make_unique<ExchangeUnderTest<risk::FundedLimit>>(limits);
  }
  return std::make_unique<ExchangeUnderTest<engine::PermissiveClearing>>(limits);
}

}  // namespace hourglass::engine::test

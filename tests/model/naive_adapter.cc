// The naive model as an exchange under test, for tests of the tests.
#include "tests/support/under_test.h"

namespace hourglass::engine::test {
namespace {

class NaiveUnderTest final : public UnderTest {
 public:
  NaiveUnderTest(const NaiveLimits& limits, Clearing clearing)
      : exchange_(limits, make_naive_clearing(clearing)) {}

  void apply(const Command& command, std::vector<Event>& events) override {
    events = exchange_.apply(command);
  }

 private:
  NaiveExchange exchange_;
};

}  // namespace

std::unique_ptr<NaiveClearing> make_naive_clearing(Clearing kind) {
  if (kind == Clearing::kFunded) return std::make_unique<FundedClearing>();
  return std::make_unique<PermissiveClearing>();
}

std::unique_ptr<UnderTest> make_naive(const NaiveLimits& limits, Clearing clearing) {
  return std::make_unique<NaiveUnderTest>(limits, clearing);
}

}  // namespace hourglass::engine::test

// UnderTest: what the model tests and the scenarios need of an exchange.
//
// One adapter per implementation. The caller stamps: sequences from 1 without gaps, times
// increasing; and while work is pending it knows so from the model.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/order/command.h"
#include "engine/order/event.h"
#include "tests/model/naive_exchange.h"

namespace hourglass::engine::test {

class UnderTest {
 public:
  virtual ~UnderTest() = default;
  // Carries out one stamped command; `events` is replaced by what it caused.
  virtual void apply(const Command& command, std::vector<Event>& events) = 0;
};

enum class Clearing : std::uint8_t { kPermissive, kFunded };

// Builds a fresh exchange with these limits and this kind of clearing.
using MakeUnderTest = std::function<std::unique_ptr<UnderTest>(const NaiveLimits&, Clearing)>;

std::unique_ptr<NaiveClearing> make_naive_clearing(Clearing kind);

// The exchange of engine/exchange, over the permissive or the funded-limit clearing.
std::unique_ptr<UnderTest> make_exchange(const NaiveLimits& limits, Clearing clearing);

// The naive model itself, for tests of the tests.
std::unique_ptr<UnderTest> make_naive(const NaiveLimits& limits, Clearing clearing);

}  // namespace hourglass::engine::test

// Seeded streams of commands over a few sessions, accounts and instruments.
//
// The generator knows no rules: it remembers which keys it used and roughly what for, and leaves
// it to the exchange to accept or refuse. One (profile, seed, length) is one stream, for ever.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/order/command.h"
#include "tests/support/under_test.h"

namespace hourglass::engine::test {

enum class Profile : std::uint8_t {
  kPlain,     // limit orders, cancels, some replaces
  kCrossing,  // few prices, every order type and time in force: most orders trade
  kIcebergs,  // most orders hide
  kReplaces,  // most commands change an order
  kBulk,      // mass cancels and disconnects
  kDays,      // good-till-date, ticks and day ends
  kStates,    // trading states, bands, recovery, definitions
  kFunds,     // funded clearing: deposits, withdrawals, orders too large
  kHostile,   // any field out of range, any byte wrong, commands between slices
  kMoves,     // orders change price and quantity under the key they have
};
inline constexpr std::array kAllProfiles = {
    Profile::kPlain, Profile::kCrossing, Profile::kIcebergs, Profile::kReplaces, Profile::kBulk,
    Profile::kDays,  Profile::kStates,   Profile::kFunds,    Profile::kHostile,  Profile::kMoves};
std::string_view name(Profile profile);

// When a step's command is sent while earlier work is pending.
enum class When : std::uint8_t {
  kIdle,      // after the work is done: its continuations go first, as the sequencer does it
  kAtOnce,    // between two slices: to be refused
  kTampered,  // as kAtOnce, and the command is the continuation with a wrong cursor
};

// A command not yet stamped: its header's time is when it arrives, its sequence 0.
struct Step {
  Command command;
  When when = When::kIdle;
};

struct Stream {
  NaiveLimits limits;
  Clearing clearing = Clearing::kPermissive;
  std::vector<Step> steps;
};

// Thread: any. Cost: about 200 bytes a step.
Stream random_stream(Profile profile, std::uint64_t seed, std::uint32_t step_count);

}  // namespace hourglass::engine::test

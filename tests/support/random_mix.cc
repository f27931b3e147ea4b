#include "tests/support/random_mix.h"

namespace hourglass::engine::test {

Mix mix_of(Profile profile) {
  switch (profile) {
    case Profile::kPlain: return {.iceberg_percent = 0, .market_percent = 1, .spread_ticks = 10};
    case Profile::kCrossing:
      return {.market_percent = 12,
              .immediate_percent = 15,
              .fill_or_kill_percent = 15,
              .min_qty_percent = 12,
              .post_only_percent = 15,
              .spread_ticks = 2,
              .passive_percent = 35};
    case Profile::kIcebergs:
      return {.replace = 15, .iceberg_percent = 75, .fill_or_kill_percent = 6, .spread_ticks = 3};
    case Profile::kReplaces:
      return {.new_order = 35,
              .replace = 50,
              .cancel = 8,
              .iceberg_percent = 25,
              .post_only_percent = 12,
              .spread_ticks = 4};
    case Profile::kBulk: return {.mass_cancel = 4, .disconnect = 3, .state = 1, .define = 1};
    case Profile::kDays:
      return {.cancel = 10, .advance_time = 6, .day_end = 1, .state = 1, .gtd_percent = 40};
    case Profile::kStates:
      return {.mass_cancel = 1,
              .disconnect = 1,
              .advance_time = 1,
              .state = 12,
              .band = 6,
              .recovered = 2,
              .define = 2,
              .market_percent = 10,
              .post_only_percent = 15};
    case Profile::kFunds:
      return {.replace = 20, .funds = 8, .iceberg_percent = 15, .careless_percent = 3};
    case Profile::kHostile:
      return {.replace = 20,
              .mass_cancel = 2,
              .disconnect = 1,
              .advance_time = 1,
              .day_end = 1,
              .state = 4,
              .band = 1,
              .recovered = 1,
              .define = 3,
              .funds = 1,
              .iceberg_percent = 15,
              .gtd_percent = 10,
              .spread_ticks = 3,
              .careless_percent = 25,
              .wild_percent = 20,
              .at_once_percent = 40};
    case Profile::kMoves:
      return {.new_order = 40,
              .replace = 50,
              .cancel = 8,
              .spread_ticks = 4,
              .same_key_percent = 90,
              .display_percent = 10};
  }
  return {};
}

std::string_view name(Profile profile) {
  switch (profile) {
    case Profile::kPlain: return "Plain";
    case Profile::kCrossing: return "Crossing";
    case Profile::kIcebergs: return "Icebergs";
    case Profile::kReplaces: return "Replaces";
    case Profile::kBulk: return "Bulk";
    case Profile::kDays: return "Days";
    case Profile::kStates: return "States";
    case Profile::kFunds: return "Funds";
    case Profile::kHostile: return "Hostile";
    case Profile::kMoves: return "Moves";
  }
  return "?";
}

}  // namespace hourglass::engine::test

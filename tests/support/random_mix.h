// What a profile's stream is made of, in weights and per cent.
#pragma once

#include <cstdint>

#include "tests/support/random_commands.h"

namespace hourglass::engine::test {

// How often each kind of command comes, and per cent of orders with each instruction.
struct Mix {
  std::uint32_t new_order = 50;
  std::uint32_t replace = 10;
  std::uint32_t cancel = 25;
  std::uint32_t mass_cancel = 0;
  std::uint32_t disconnect = 0;
  std::uint32_t advance_time = 0;
  std::uint32_t day_end = 0;
  std::uint32_t state = 0;
  std::uint32_t band = 0;
  std::uint32_t recovered = 0;
  std::uint32_t define = 0;
  std::uint32_t funds = 0;

  std::uint32_t iceberg_percent = 5;
  std::uint32_t market_percent = 3;
  std::uint32_t immediate_percent = 6;
  std::uint32_t fill_or_kill_percent = 3;
  std::uint32_t min_qty_percent = 2;
  std::uint32_t post_only_percent = 5;
  std::uint32_t gtd_percent = 2;
  std::uint32_t spread_ticks = 6;       // prices lie this many increments around the middle
  std::uint32_t passive_percent = 70;   // orders priced on their own side of the middle
  std::uint32_t same_key_percent = 10;  // replaces that keep the order's key
  std::uint32_t display_percent = 25;   // replaces that ask for a display of their own
  std::uint32_t careless_percent = 1;   // an order field out of its range
  std::uint32_t wild_percent = 0;       // bytes out of theirs
  std::uint32_t at_once_percent = 0;
};

Mix mix_of(Profile profile);

}  // namespace hourglass::engine::test

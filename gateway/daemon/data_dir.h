// Where a venue keeps its files unless it is told another place.
#pragma once

#include <string>

namespace hourglass::gateway {

// `.hourglass` in the user's home; in the working directory where the environment names no home.
// Thread: main, before others change the environment.
[[nodiscard]] std::string default_data_dir();

}  // namespace hourglass::gateway

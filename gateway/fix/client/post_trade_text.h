// What the answers about trades, positions and money say, in words.
#pragma once

#include <string>

#include "gateway/fix/client/fix_client.h"

namespace hourglass::gateway::fix {

// The lines for 35=AQ, AE, AO, AP, BA and BG; empty for other messages.
std::string post_trade_text(const Message& message);

}  // namespace hourglass::gateway::fix

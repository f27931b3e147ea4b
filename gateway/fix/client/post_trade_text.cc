#include "gateway/fix/client/post_trade_text.h"

#include <map>
#include <string_view>
#include <utility>

#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

std::string refused(const Message& message, std::string_view what) {
  return fmt::format("refused: {} ({})\n", what, message.value(58));
}

std::string trades_text(const Message& message) {
  if (message.value(750) == "2") return refused(message, "trades");
  const std::string_view more = message.value(25031) == "Y" ? ", and there are more" : "";
  return fmt::format("{} trades{}\n", message.value(748), more);
}

std::string trade_text(const Message& message) {
  return fmt::format("trade {}: {} {} {} @ {}, account {}, order {}\n", message.value(571),
                     message.value(54) == "1" ? "bought" : "sold", message.value(32),
                     message.value(55), message.value(31), message.value(1), message.value(37));
}

std::string positions_text(const Message& message) {
  if (message.value(729) == "2") return refused(message, "positions");
  return fmt::format("{} positions\n", message.value(727));
}

// A PositionReport holds a group of 703, 704 and 705 for each kind of quantity.
std::string position_text(const Message& message) {
  std::map<std::string_view, std::pair<std::string_view, std::string_view>> rows;
  std::string_view type;
  for (const Field& field : message.fields().all()) {
    if (field.tag == 703) type = field.value;
    if (field.tag == 704) rows[type].first = field.value;
    if (field.tag == 705) rows[type].second = field.value;
  }
  const auto& [bought, sold] = rows["TQ"];
  const auto& [long_qty, short_qty] = rows["FIN"];
  const bool is_short = short_qty != "0";
  return fmt::format("account {} {}: {} {}, bought {} and sold {} today, cash {}, last price {}\n",
                     message.value(1), message.value(55), is_short ? "short" : "long",
                     is_short ? short_qty : long_qty, bought, sold, message.value(708),
                     message.value(730));
}

std::string money_text(const Message& message) {
  return fmt::format("account {}: free {} of {} {}, held for orders {}, used by trades {}\n",
                     message.value(1), message.value(899), message.value(901), message.value(15),
                     message.value(25032), message.value(25033));
}

}  // namespace

std::string post_trade_text(const Message& message) {
  const std::string_view type = message.type();
  if (type == "AQ") return trades_text(message);
  if (type == "AE") return trade_text(message);
  if (type == "AO") return positions_text(message);
  if (type == "AP") return position_text(message);
  if (type == "BA") return money_text(message);
  if (type == "BG") return refused(message, "money");
  return {};
}

}  // namespace hourglass::gateway::fix

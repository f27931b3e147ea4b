// ExecutionLedger: what a member knows of its orders from the reports handed over to it alone, and
// what is wrong with these.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/fix/client/fix_client.h"
#include "gateway/fix/wire/fields.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {

inline constexpr std::string_view kFix44 = "FIX.4.4";
inline constexpr std::string_view kFix50 = "FIXT.1.1";
inline constexpr std::string_view kConnectionLost = "connection lost";

inline std::int64_t number(const Message& message, std::uint32_t tag) {
  return parse_number(message.value(tag)).value_or(-1);
}

// A price of ours, which has at most 9 decimals.
inline std::int64_t nano_usd(std::string_view price) {
  const std::size_t dot = std::min(price.find('.'), price.size());
  std::string digits(price.substr(0, dot));
  digits += price.substr(std::min(dot + 1, price.size()));
  digits.append(9 - (price.size() - std::min(dot + 1, price.size())), '0');
  return parse_number(digits).value_or(-1);
}

// A message but for what a resend changes.
inline std::string lasting(const Message& message) {
  constexpr std::array<std::uint32_t, 5> kOfTheSending = {9, 10, 43, 52, 122};
  std::string text;
  for (const Field& field : message.fields().all()) {
    if (std::ranges::find(kOfTheSending, field.tag) != kOfTheSending.end()) continue;
    text += fmt::format("{}={}|", field.tag, field.value);
  }
  return text;
}

struct KnownOrder {
  std::string client_order_id;
  std::int64_t qty = 0;
  std::int64_t executed = 0;
  std::int64_t value_nano_usd = 0;  // of all fills
  bool is_day = false;
  bool works = true;
};

inline std::string standing(std::string_view client_order_id, std::int64_t executed,
                            std::int64_t leaves) {
  return fmt::format("{}: {} executed, {} open", client_order_id, executed, leaves);
}

using Standings = std::map<std::string, std::string>;  // by OrderID

class ExecutionLedger {
 public:
  // Takes a message as it was handed over.
  void take(const Message& message) {
    handed_over[static_cast<std::uint32_t>(number(message, 34))] = lasting(message);
    if (message.value(97) == "Y") fault(message, "97=Y, and no power went");
    if (message.type() != "8" || message.value(150) == "I") return;
    ++counts[message.value(150).front()];
    check_exec_id(message);
    const char type = message.value(150).front();
    if (type == '8') return;
    if (type == '0') return take_new(message);
    const auto found = orders_.find(std::string(message.value(37)));
    if (found == orders_.end()) return fault(message, "an order that was never reported new");
    if (!found->second.works) return fault(message, "an order that was out already");
    take_change(message, type, found->second);
  }

  [[nodiscard]] Standings working() const {
    Standings all;
    for (const auto& [id, order] : orders_) {
      if (!order.works) continue;
      all[id] = standing(order.client_order_id, order.executed, order.qty - order.executed);
    }
    return all;
  }
  [[nodiscard]] bool has_day_order() const {
    return std::ranges::any_of(
        orders_, [](const auto& entry) { return entry.second.works && entry.second.is_day; });
  }

  std::map<std::uint32_t, std::string> handed_over;  // by MsgSeqNum
  std::map<std::int64_t, std::string> fills;         // quantity and price, by match
  std::map<char, std::uint32_t> counts;              // by ExecType
  std::uint32_t lost_connection_count = 0;           // cancels for a lost connection
  std::vector<std::string> faults;

 private:
  void fault(const Message& message, std::string_view what) {
    faults.push_back(fmt::format("{}: {}", what, readable(message.text())));
  }

  // Ids are never given twice; the market's go up.
  void check_exec_id(const Message& message) {
    const std::string id(message.value(17));
    if (!exec_ids_.insert(id).second) return fault(message, "this ExecID was handed over before");
    if (id.starts_with('R')) return;
    const std::string_view view = id;
    const std::size_t dot = std::min(view.find('.'), view.size() - 1);
    const std::string_view event = view.substr(dot + 1);
    const std::pair place(parse_number(view.substr(0, dot)).value_or(-1),
                          parse_number(event.substr(0, event.find('.'))).value_or(-1));
    if (place <= last_place_) fault(message, "this ExecID is behind one handed over before");
    last_place_ = place;
  }

  void take_new(const Message& message) {
    KnownOrder order;
    order.client_order_id = message.value(11);
    order.qty = number(message, 38);
    order.is_day = message.value(59) == "0";
    if (!accepted_.insert(order.client_order_id).second) {
      fault(message, "this ClOrdID was accepted before");
    }
    check_sums(message, order);
    if (!orders_.emplace(message.value(37), order).second) {
      fault(message, "this OrderID was given before");
    }
  }

  void take_change(const Message& message, char type, KnownOrder& order) {
    if (type == 'F') take_fill(message, order);
    if (type == '5') {
      if (message.value(41) != order.client_order_id) fault(message, "41 is not the id it had");
      order.client_order_id = message.value(11);
      order.qty = number(message, 38);
    }
    const std::string_view state = message.value(39);
    order.works = state == "0" || state == "1";
    if (type == '4' && message.value(58) == kConnectionLost) {
      ++lost_connection_count;
      const bool is_fix44 = message.value(8) == kFix44;
      if (!order.is_day) fault(message, "only DAY orders end with their connection");
      if (message.value(378) != (is_fix44 ? "99" : "12")) fault(message, "378 is wrong");
    }
    const char* const expected = type == '4'                  ? "4"
                                 : type == 'C'                ? "C"
                                 : order.executed == 0        ? "0"
                                 : order.executed < order.qty ? "1"
                                                              : "2";
    if (state != expected) fault(message, "39 does not go with 150 and 14");
    check_sums(message, order);
  }

  void take_fill(const Message& message, KnownOrder& order) {
    const bool is_fix44 = message.value(8) == kFix44;
    const std::int64_t qty = number(message, 32);
    order.executed += qty;
    order.value_nano_usd += qty * nano_usd(message.value(31));
    const auto [fill, is_new] = fills.emplace(number(message, is_fix44 ? 25002 : 880),
                                              fmt::format("{} @ {}", qty, message.value(31)));
    if (!is_new) fault(message, "this match was reported before");
  }

  // CumQty, LeavesQty and AvgPx as the fills handed over add up.
  void check_sums(const Message& message, const KnownOrder& order) {
    if (number(message, 14) != order.executed) fault(message, "14 is not the sum of the fills");
    const std::int64_t leaves = order.works ? order.qty - order.executed : 0;
    if (number(message, 151) != leaves) fault(message, "151 is not what the fills leave");
    const std::int64_t average =
        order.executed == 0 ? 0
                            : (2 * order.value_nano_usd + order.executed) / (2 * order.executed);
    if (nano_usd(message.value(6)) != average) fault(message, "6 is not the average of the fills");
  }

  std::map<std::string, KnownOrder> orders_;  // by OrderID
  std::set<std::string> exec_ids_;
  std::set<std::string> accepted_;  // ClOrdIDs
  std::pair<std::int64_t, std::int64_t> last_place_{-1, -1};
};

}  // namespace hourglass::gateway::fix

#include "gateway/fix/client/report_text.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "gateway/fix/client/post_trade_text.h"

namespace hourglass::gateway::fix {
namespace {

using Name = std::pair<std::string_view, std::string_view>;

constexpr std::array<Name, 8> kStates = {{{"0", "new"},
                                          {"1", "partly filled"},
                                          {"2", "filled"},
                                          {"4", "cancelled"},
                                          {"6", "cancel pending"},
                                          {"8", "refused"},
                                          {"A", "pending"},
                                          {"C", "expired"}}};
constexpr std::array<Name, 4> kTradingStates = {
    {{"2", "halted"}, {"17", "open"}, {"18", "closed"}, {"21", "paused"}}};

template <std::size_t kCount>
std::string_view name_of(const std::array<Name, kCount>& names, std::string_view value) {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [value](const Name& name) { return name.first == value; });
  return found == names.end() ? value : found->second;
}

std::string raw_text(const Message& message) {
  std::string text = message.text();
  std::replace(text.begin(), text.end(), kSoh, '|');
  return text + "\n";
}

// " (text, code 1022, field 44)", or nothing where the message has none of them.
std::string reason_of(const Message& message) {
  std::string reason;
  const auto add = [&reason](std::string_view what, std::string_view value) {
    if (!value.empty()) reason += fmt::format("{}{}{}", reason.empty() ? "" : ", ", what, value);
  };
  add("", message.value(58));
  add("field ", message.value(371));
  add("code ", message.value(25001));
  return reason.empty() ? reason : fmt::format(" ({})", reason);
}

// "buy 10 H100.D1 @ 2.35"; a market order has no price.
std::string terms_of(const Message& message) {
  const std::string_view side = message.value(54) == "1" ? "buy" : "sell";
  std::string terms = fmt::format("{} {} {}", side, message.value(38), message.value(55));
  if (message.fields().find(44)) terms += fmt::format(" @ {}", message.value(44));
  return terms;
}

std::string status_text(const Message& message) {
  const std::string_view id = message.value(11);
  if (message.value(39) == "8") {
    return fmt::format("no order{}{}{}\n", id.empty() ? "" : " ", id, reason_of(message));
  }
  return fmt::format("status {}: {}, {}, executed {}, leaves {}\n", id,
                     name_of(kStates, message.value(39)), terms_of(message), message.value(14),
                     message.value(151));
}

// FIX 150 says which report it is.
std::string execution_text(const Message& message) {
  const std::string_view id = message.value(11);
  const std::string_view type = message.value(150);
  if (type == "I") return status_text(message);
  if (type == "0") {
    return fmt::format("new {}: {} leaves {}\n", id, terms_of(message), message.value(151));
  }
  if (type == "F") {
    return fmt::format("fill {}: {} @ {}, executed {}, leaves {}, average {}\n", id,
                       message.value(32), message.value(31), message.value(14), message.value(151),
                       message.value(6));
  }
  if (type == "5") {
    return fmt::format("replaced {} by {}: {} leaves {}\n", message.value(41), id,
                       terms_of(message), message.value(151));
  }
  if (type == "4" || type == "C") {
    const std::string_view order = message.value(41).empty() ? id : message.value(41);
    return fmt::format("{} {}: {}, executed {}{}\n", type == "4" ? "cancelled" : "expired", order,
                       terms_of(message), message.value(14), reason_of(message));
  }
  if (type == "8")
    return fmt::format("refused {}: {}{}\n", id, terms_of(message), reason_of(message));
  return raw_text(message);
}

std::string mass_cancel_text(const Message& message) {
  if (message.value(531) == "0") {
    return fmt::format("refused {}: mass cancel{}\n", message.value(11), reason_of(message));
  }
  return fmt::format("mass cancel {}: {} cancelled\n", message.value(11), message.value(533));
}

// A SecurityList holds a group of fields a contract, each begun by 55.
std::string securities_text(const Message& message) {
  if (message.value(560) != "0") return "no contract is listed\n";
  std::string text;
  const auto end_line = [&text] {
    if (!text.empty()) text += '\n';
  };
  for (const Field& field : message.fields().all()) {
    switch (field.tag) {
      case 55:
        end_line();
        text += field.value;
        break;
      case 231: text += fmt::format(", {} GPU-hours a lot", field.value); break;
      case 1140: text += fmt::format(", at most {} lots an order", field.value); break;
      case 969: text += fmt::format(", tick {}", field.value); break;
      case 1148: text += fmt::format(", from {}", field.value); break;
      case 1149: text += fmt::format(" to {}", field.value); break;
      case 326: text += fmt::format(", {}", name_of(kTradingStates, field.value)); break;
      default: break;
    }
  }
  end_line();
  return text;
}

// The lines below the headline, but for one that only repeats it.
std::string news_text(const Message& message) {
  const std::string_view headline = message.value(148);
  std::string text =
      fmt::format("{}: {}\n", message.value(61) == "1" ? "urgent news" : "news", headline);
  for (const Field& field : message.fields().all()) {
    if (field.tag == 58 && field.value != headline) text += fmt::format("  {}\n", field.value);
  }
  return text;
}

}  // namespace

bool is_copy(const Message& message) {
  return message.value(797) == "Y";
}

bool is_refusal(const Message& message) {
  const std::string_view type = message.type();
  if (type == "8") return message.value(39) == "8";
  if (type == "r") return message.value(531) == "0";
  if (type == "AQ") return message.value(750) == "2";
  if (type == "AO") return message.value(729) == "2";
  return type == "9" || type == "3" || type == "j" || type == "5" || type == "BG";
}

std::string report_text(const Message& message) {
  const std::string_view type = message.type();
  if (type == "8" && is_copy(message)) {
    return fmt::format("{}: {}", message.value(115), execution_text(message));
  }
  if (type == "8") return execution_text(message);
  if (type == "9") {
    return fmt::format("refused {}: {} of {}{}\n", message.value(11),
                       message.value(434) == "2" ? "replace" : "cancel", message.value(41),
                       reason_of(message));
  }
  if (type == "r") return mass_cancel_text(message);
  if (type == "y") return securities_text(message);
  if (type == "B") return news_text(message);
  if (type == "3" || type == "j") {
    return fmt::format("refused: message {} of type {}{}\n", message.value(45), message.value(372),
                       reason_of(message));
  }
  if (type == "5") return fmt::format("logged out by the venue{}\n", reason_of(message));
  const std::string text = post_trade_text(message);
  return text.empty() ? raw_text(message) : text;
}

}  // namespace hourglass::gateway::fix

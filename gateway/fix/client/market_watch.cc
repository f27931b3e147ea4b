#include "gateway/fix/client/market_watch.h"

#include <chrono>
#include <string>

#include "fmt/format.h"
#include "gateway/fix/client/report_text.h"
#include "gateway/fix/client/watched_market.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::chrono::milliseconds kLook{100};
constexpr std::string_view kTypes = "012B";  // bids, offers, trades, volume

// The request to begin ('1') or end ('2').
std::string request_body(const std::vector<std::string_view>& symbols, std::string_view id,
                         char subscription) {
  MessageWriter writer;
  writer.begin("V");
  writer.text(262, id).character(263, subscription).number(264, kWatchedLevels).number(265, 1);
  writer.number(267, static_cast<std::int64_t>(kTypes.size()));
  for (const char type : kTypes) writer.character(269, type);
  writer.number(146, static_cast<std::int64_t>(symbols.size()));
  for (const std::string_view symbol : symbols) writer.text(55, symbol);
  return std::string(writer.body());
}

}  // namespace

absl::Status watch_market(FixClient& client, const std::vector<std::string_view>& symbols,
                          const std::function<void(std::string_view)>& print,
                          const std::function<bool()>& stop_asked) {
  if (symbols.empty()) return absl::InvalidArgumentError("watch SYMBOL...");
  const std::string id = fmt::format("watch-{}", client.next_sender());
  const auto sent = client.send("V", request_body(symbols, id, '1'));
  if (!sent.ok()) return sent.status();
  WatchedMarket market;
  const auto told = [&](std::string_view symbol) {
    print(fmt::format("{}\n", ladder_line(symbol, *market.book(symbol), kWatchedLevels)));
  };
  while (!stop_asked()) {
    const auto message = client.receive(kLook);
    if (!message.ok()) return message.status();
    if (!message->has_value()) continue;
    const Message& its = **message;
    const bool is_ours = its.value(262) == id;
    if (its.type() == "Y" && is_ours) {
      return absl::NotFoundError(fmt::format("{}", its.value(58)));
    }
    if ((its.type() == "W" || its.type() == "X") && is_ours) {
      if (absl::Status status = market.apply(its.fields(), told); !status.ok()) return status;
    } else {
      print(report_text(its));
      if (is_refusal(its) && its.value(372) == "V") {
        return absl::NotFoundError(fmt::format("refused: {}", its.value(58)));
      }
    }
  }
  return client.send("V", request_body(symbols, id, '2')).status();
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/certify/counterparty.h"

#include "fmt/format.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kNanoPerMilli = 1'000'000;

}  // namespace

absl::Status Counterparty::log_on() {
  if (absl::Status status = client_.connect(); !status.ok()) return status;
  return client_.logon();
}

absl::Status Counterparty::trade(const FillWish& wish, std::uint64_t now_ns) {
  MessageWriter writer;
  writer.begin("D");
  writer.text(11, fmt::format("C{}-{}", now_ns / kNanoPerMilli, ++order_count_));
  writer.number(38, wish.qty).text(40, "2").text(44, wish.price);
  writer.text(54, wish.buys ? "1" : "2").text(55, wish.symbol).text(59, "3");
  writer.timestamp(60, engine::Timestamp(now_ns));
  return client_.send("D", writer.body()).status();
}

absl::Status Counterparty::listen() {
  for (;;) {  // ends: each round takes a message that has come
    const auto message = client_.receive(std::chrono::milliseconds(0));
    if (!message.ok()) return message.status();
    if (!message->has_value()) return absl::OkStatus();
  }
}

absl::Status Counterparty::leave() {
  return client_.is_logged_on() ? client_.logout() : absl::OkStatus();
}

}  // namespace hourglass::gateway::fix

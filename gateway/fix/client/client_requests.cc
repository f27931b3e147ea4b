#include "gateway/fix/client/client_requests.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/contract/price_text.h"
#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::uint64_t kNanoPerMilli = 1'000'000;
constexpr std::string_view kMarket = "1";
constexpr std::string_view kLimit = "2";
constexpr std::string_view kMarketToLimit = "K";

std::string base36(std::uint64_t value) {
  std::array<char, 16> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value, 36);
  return {digits.data(), written.ptr};
}

absl::Status bad(std::string_view word, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("\"{}\" is no {}", word, what));
}

// The venue judges what it gets; here only what would not be a number there.
absl::Status check_qty(std::string_view word) {
  return parse_number(word) ? absl::OkStatus() : bad(word, "quantity, which is whole lots");
}

absl::Status check_price(std::string_view word) {
  constexpr std::int64_t kFinestTick = 1;  // 1e-9 USD
  const engine::ParsedPrice parsed = engine::parse_price(word, kFinestTick);
  if (parsed.reason != engine::RejectReason::kMalformed) return absl::OkStatus();
  return bad(word, "price in USD a GPU-hour, as 2.35");
}

// What an order says behind its price.
struct Options {
  std::string_view time_in_force = "0";
  std::string_view expire_date{};
  std::string_view account{};
  std::string_view shown{};
  std::string_view id{};
  bool post_only = false;
};

// Takes the option at `at`, and the word it needs.
absl::Status take_option(const Words& words, std::size_t& at, Options& options) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTimesInForce = {
      {{"day", "0"}, {"gtc", "1"}, {"ioc", "3"}, {"fok", "4"}}};
  const std::string_view word = words[at++];
  for (const auto& [name, value] : kTimesInForce) {
    if (word != name) continue;
    options.time_in_force = value;
    return absl::OkStatus();
  }
  if (word == "post") {
    options.post_only = true;
    return absl::OkStatus();
  }
  const bool takes_a_word = word == "gtd" || word == "account" || word == "show" || word == "as";
  if (!takes_a_word) return bad(word, "option: day gtc ioc fok post gtd show account as");
  if (at == words.size()) return absl::InvalidArgumentError(fmt::format("{} WHAT?", word));
  const std::string_view value = words[at++];
  if (word == "gtd") {
    options.time_in_force = "6";
    options.expire_date = value;
  }
  if (word == "account") options.account = value;
  if (word == "show") options.shown = value;
  if (word == "as") options.id = value;
  return word == "show" ? check_qty(value) : absl::OkStatus();
}

}  // namespace

ClientRequests::ClientRequests(std::string_view begin_string, std::uint64_t start_ns)
    : is_fix44_(begin_string == "FIX.4.4"), id_prefix_(base36(start_ns / kNanoPerMilli)) {}

std::string_view ClientRequests::help() {
  return "  buy|sell QTY SYMBOL @ PRICE|market|best [day|gtc|ioc|fok|gtd YYYYMMDD] [post]\n"
         "                              [show QTY] [account N] [as ID]\n"
         "  cancel ID | replace ID QTY @ PRICE | cancel-all\n"
         "  status ID | orders | list\n"
         "  watch SYMBOL...             prints the best levels at each change until interrupted\n"
         "  trades [SYMBOL] [after ID] | positions [SYMBOL] | balance\n"
         "  tail                        prints reports until interrupted\n"
         "  copy                        the same, alone, as the starter's drop copy session\n"
         "  password                    alone: changes your password; the new one is a line of\n"
         "                              standard input\n"
         "  help | quit\n";
}

Words ClientRequests::split(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n";
  Words words;
  for (;;) {  // ends: each round takes a word off the line
    const std::size_t begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

absl::StatusOr<ClientRequest> ClientRequests::read(const Words& words, std::uint64_t now_ns) {
  if (words.empty()) return absl::InvalidArgumentError("say what; try help");
  const std::string_view verb = words[0];
  if (verb == "buy" || verb == "sell") return enter(words, now_ns);
  if (verb == "replace") return replace(words, now_ns);
  if (verb == "cancel" || verb == "status") {
    if (words.size() != 2) return absl::InvalidArgumentError(fmt::format("{} ID", verb));
    if (verb == "cancel") return cancel(words[1], now_ns);
    return status_of(words[1]);
  }
  if (verb == "trades") return trades(words);
  if (verb == "positions") return positions(words, now_ns);
  const bool is_word =
      verb == "balance" || verb == "orders" || verb == "list" || verb == "cancel-all";
  if (!is_word) return bad(verb, "request; try help");
  if (words.size() != 1) return absl::InvalidArgumentError(fmt::format("{} stands alone", verb));
  if (verb == "orders") return working_orders();
  if (verb == "balance") return balance();
  return verb == "list" ? list() : cancel_all(now_ns);
}

void ClientRequests::note(const Message& report) {
  const std::string_view id = report.value(11);
  const bool is_order = report.type() == "8" && report.value(39) != "8" && !id.empty();
  if (!is_order) return;
  if (known_.size() >= kMaxKnownOrders) known_.clear();
  known_[std::string(id)] = {.symbol = std::string(report.value(55)),
                             .side = std::string(report.value(54))};
}

std::string ClientRequests::next_id() {
  return fmt::format("{}-{}", id_prefix_, base36(++ids_made_));
}

ClientRequest ClientRequests::finish(std::string id) const {
  return {.msg_type = std::string(writer_.msg_type()),
          .body = std::string(writer_.body()),
          .id = std::move(id)};
}

// buy QTY SYMBOL market|best|@ PRICE [options]
absl::StatusOr<ClientRequest> ClientRequests::enter(const Words& words, std::uint64_t now_ns) {
  constexpr std::string_view kForm = "buy|sell QTY SYMBOL @ PRICE, or market, or best";
  if (words.size() < 4) return absl::InvalidArgumentError(std::string(kForm));
  if (absl::Status status = check_qty(words[1]); !status.ok()) return status;
  std::string_view type = kLimit;
  std::string_view price;
  std::size_t at = 4;
  if (words[3] == "market" || words[3] == "best") {
    type = words[3] == "market" ? kMarket : kMarketToLimit;
  } else if (words[3] == "@" && words.size() > 4) {
    price = words[at++];
    if (absl::Status status = check_price(price); !status.ok()) return status;
  } else {
    return absl::InvalidArgumentError(std::string(kForm));
  }
  Options options;
  while (at < words.size()) {
    if (absl::Status status = take_option(words, at, options); !status.ok()) return status;
  }
  const std::string id = options.id.empty() ? next_id() : std::string(options.id);
  const std::string_view side = words[0] == "buy" ? "1" : "2";
  writer_.begin("D");
  writer_.text(1, options.account).text(11, id);
  if (options.post_only) writer_.text(18, "6");
  writer_.text(38, words[1]).text(40, type).text(44, price).text(54, side).text(55, words[2]);
  writer_.text(59, options.time_in_force).timestamp(60, engine::Timestamp(now_ns));
  if (is_fix44_) writer_.text(111, options.shown);
  writer_.text(432, options.expire_date);
  if (!is_fix44_) writer_.text(1138, options.shown);
  return finish(id);
}

absl::StatusOr<ClientRequests::KnownOrder> ClientRequests::known(std::string_view id) const {
  const auto order = known_.find(std::string(id));
  if (order != known_.end()) return order->second;
  return absl::FailedPreconditionError(fmt::format("no order {} is known", id));
}

absl::StatusOr<ClientRequest> ClientRequests::cancel(std::string_view id, std::uint64_t now_ns) {
  const auto order = known(id);
  if (!order.ok()) return order.status();
  const std::string own_id = next_id();
  writer_.begin("F");
  writer_.text(11, own_id).text(41, id).text(54, order->side).text(55, order->symbol);
  writer_.timestamp(60, engine::Timestamp(now_ns));
  return finish(own_id);
}

// replace ID QTY @ PRICE
absl::StatusOr<ClientRequest> ClientRequests::replace(const Words& words, std::uint64_t now_ns) {
  if (words.size() != 5 || words[3] != "@") {
    return absl::InvalidArgumentError("replace ID QTY @ PRICE");
  }
  if (absl::Status status = check_qty(words[2]); !status.ok()) return status;
  if (absl::Status status = check_price(words[4]); !status.ok()) return status;
  const auto order = known(words[1]);
  if (!order.ok()) return order.status();
  const std::string own_id = next_id();
  writer_.begin("G");
  writer_.text(11, own_id).text(38, words[2]).text(40, kLimit).text(41, words[1]);
  writer_.text(44, words[4]).text(54, order->side).text(55, order->symbol);
  writer_.timestamp(60, engine::Timestamp(now_ns));
  return finish(own_id);
}

ClientRequest ClientRequests::cancel_all(std::uint64_t now_ns) {
  const std::string own_id = next_id();
  writer_.begin("q");
  writer_.text(11, own_id).timestamp(60, engine::Timestamp(now_ns)).text(530, "7");
  return finish(own_id);
}

// FIX wants contract and side of an order; the venue finds it by its id alone.
ClientRequest ClientRequests::status_of(std::string_view id) {
  const auto order = known(id);
  writer_.begin("H");
  writer_.text(11, id).text(54, order.ok() ? order->side : "1");
  writer_.text(55, order.ok() ? order->symbol : "[N/A]");
  writer_.text(790, next_id());
  return finish(std::string(id));
}

ClientRequest ClientRequests::working_orders() {
  const std::string own_id = next_id();
  writer_.begin("AF");
  writer_.text(584, own_id).text(585, "7");
  return finish(own_id);
}

ClientRequest ClientRequests::list() {
  const std::string own_id = next_id();
  writer_.begin("x");
  writer_.text(320, own_id).text(559, "4");
  return finish(own_id);
}

// trades [SYMBOL] [after ID]
absl::StatusOr<ClientRequest> ClientRequests::trades(const Words& words) {
  std::size_t at = 1;
  const bool has_symbol = words.size() > at && words[at] != "after";
  const std::string_view symbol = has_symbol ? words[at++] : std::string_view();
  const bool has_after = words.size() == at + 2 && words[at] == "after";
  if (!has_after && words.size() != at) {
    return absl::InvalidArgumentError("trades [SYMBOL] [after ID]");
  }
  const std::string own_id = next_id();
  writer_.begin("AD");
  writer_.text(55, symbol).text(568, own_id).text(569, "1");
  if (has_after) writer_.text(25030, words[at + 1]);
  return finish(own_id);
}

// positions [SYMBOL]
absl::StatusOr<ClientRequest> ClientRequests::positions(const Words& words, std::uint64_t now_ns) {
  if (words.size() > 2) return absl::InvalidArgumentError("positions [SYMBOL]");
  const std::string own_id = next_id();
  writer_.begin("AN");
  writer_.text(55, words.size() == 2 ? words[1] : std::string_view());
  writer_.timestamp(60, engine::Timestamp(now_ns)).text(710, own_id).text(724, "0");
  return finish(own_id);
}

ClientRequest ClientRequests::balance() {
  const std::string own_id = next_id();
  writer_.begin("BB");
  writer_.text(909, own_id);
  return finish(own_id);
}

}  // namespace hourglass::gateway::fix

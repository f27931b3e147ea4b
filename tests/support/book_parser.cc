#include "tests/support/book_parser.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <sstream>

#include "tests/support/command_builder.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint64_t kNanoPerSecond = 1'000'000'000;

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<TradingState> state_named(std::string_view word) {
  if (word == "open") return TradingState::kOpen;
  if (word == "pause") return TradingState::kPause;
  if (word == "halt") return TradingState::kHalt;
  if (word == "closed") return TradingState::kClosed;
  return std::nullopt;
}

// Where a raw field lies in a command.
struct Field {
  std::string_view name;
  CommandKind kind;  // kContinue: any kind (the header)
  std::size_t offset;
  std::size_t bytes;
};
constexpr CommandKind kAny = CommandKind::kContinue;
constexpr std::array kFields = {
    Field{"session", kAny, offsetof(CommandHeader, session), 4},
    Field{"account", kAny, offsetof(CommandHeader, account), 4},
    Field{"instrument", kAny, offsetof(CommandHeader, instrument), 4},
    Field{"kind", kAny, offsetof(CommandHeader, kind), 1},
    Field{"version", kAny, offsetof(CommandHeader, version), 1},
    Field{"reserved", kAny, offsetof(CommandHeader, reserved), 2},
    Field{"key", CommandKind::kNewOrder, offsetof(NewOrder, key), 4},
    Field{"display", CommandKind::kNewOrder, offsetof(NewOrder, display_qty), 8},
    Field{"price", CommandKind::kNewOrder, offsetof(NewOrder, price), 8},
    Field{"expire", CommandKind::kNewOrder, offsetof(NewOrder, expire_time), 8},
    Field{"type", CommandKind::kNewOrder, offsetof(NewOrder, type), 1},
    Field{"side", CommandKind::kNewOrder, offsetof(NewOrder, side), 1},
    Field{"key", CommandKind::kReplaceOrder, offsetof(ReplaceOrder, key), 4},
    Field{"target", CommandKind::kReplaceOrder, offsetof(ReplaceOrder, target), 4},
    Field{"display", CommandKind::kReplaceOrder, offsetof(ReplaceOrder, display_qty), 8},
    Field{"price", CommandKind::kReplaceOrder, offsetof(ReplaceOrder, price), 8},
    Field{"target", CommandKind::kCancelOrder, offsetof(CancelOrder, target), 4},
    Field{"side", CommandKind::kMassCancel, offsetof(MassCancel, side), 1},
    Field{"algorithm", CommandKind::kDefineInstrument,
          offsetof(DefineInstrument, matching_algorithm), 1},
};

}  // namespace

Words words_of(std::string_view line) {
  std::istringstream in{std::string(line.substr(0, line.find('#')))};
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::optional<Command> BookParser::parse(const Words& words) {
  words_ = words;
  at_ = 0;
  problem_.clear();
  std::optional<Command> command;
  if (take("instrument")) {
    command = instrument();
  } else if (take("state")) {
    command = trading_state();
  } else if (take("band")) {
    command = price_band();
  } else if (take("time")) {
    command = time();
  } else if (take("account")) {
    command = funds();
  } else if (take("day") && take("ends")) {
    command = end_trading_day();
  } else if (take("recovered")) {
    command = market_recovered();
  } else {
    command = of_session();
  }
  if (command.has_value() && take("with")) overwrite(*command);
  if (problem_.empty() && at_ != words_.size()) fail("not understood: " + peek());
  if (!problem_.empty()) return std::nullopt;
  return command;
}

std::optional<Command> BookParser::instrument() {
  const std::string name = take();
  if (first_instrument_.empty()) first_instrument_ = name;
  BookInstrument& known = names_.instrument(name);
  InstrumentSpec spec;
  spec.from.instrument = known.id.value();
  spec.symbol = name;
  while (at_ < words_.size() && peek() != "with") {
    if (take("tick")) {
      spec.tick_size_nano_usd = BookNames::nano(take()).value_or(0);
      known.tick_size_nano_usd = spec.tick_size_nano_usd;
    } else if (take("contract")) {
      spec.contract_size_gpu_hours = number();
    } else if (take("prices")) {
      spec.min_price = price(spec.tick_size_nano_usd);
      if (!take("to")) fail("prices LOW to HIGH");
      spec.max_price = price(spec.tick_size_nano_usd);
    } else if (take("increment")) {
      spec.increment = static_cast<std::uint32_t>(price(spec.tick_size_nano_usd));
    } else if (take("protection")) {
      spec.protection_ticks = static_cast<std::uint32_t>(price(spec.tick_size_nano_usd));
    } else if (take("group")) {
      spec.group = static_cast<std::uint32_t>(number());
    } else if (take("max-qty")) {
      spec.max_order_qty_lots = static_cast<std::uint32_t>(number());
    } else if (take("state")) {
      spec.state = state_named(take()).value_or(TradingState::kOpen);
    } else {
      fail("not a term of an instrument: " + peek());
      return std::nullopt;
    }
  }
  return define_instrument(spec);
}

std::optional<Command> BookParser::trading_state() {
  From from{.session = 0, .account = 0};
  from.instrument = names_.instrument(take()).id.value();
  const std::optional<TradingState> state = state_named(take());
  if (!state.has_value()) {
    fail("state NAME open|pause|halt|closed");
    return std::nullopt;
  }
  return set_trading_state(from, *state);
}

std::optional<Command> BookParser::price_band() {
  From from{.session = 0, .account = 0};
  const BookInstrument& known = names_.instrument(take());
  from.instrument = known.id.value();
  const std::int64_t low = price(known.tick_size_nano_usd);
  if (!take("to")) fail("band NAME LOW to HIGH");
  return set_price_band(from, low, price(known.tick_size_nano_usd));
}

std::optional<Command> BookParser::time() {
  Command command = advance_time();
  command.mutable_header().time = Timestamp(time_of_day());
  return command;
}

std::optional<Command> BookParser::funds() {
  From from;
  from.account = static_cast<std::uint32_t>(number());
  const bool deposit = take("deposit");
  if (!deposit && !take("withdraw")) fail("account N deposit|withdraw USD");
  const std::int64_t micro_usd = BookNames::nano(take()).value_or(0) / 1000;
  return adjust_funds(from, deposit ? micro_usd : -micro_usd);
}

std::optional<Command> BookParser::of_session() {
  const std::string word = take();
  const std::optional<std::int64_t> session =
      word.starts_with('s') ? whole(std::string_view(word).substr(1)) : std::nullopt;
  if (!session.has_value()) {
    fail("not a command: " + word);
    return std::nullopt;
  }
  const auto id = static_cast<std::uint32_t>(*session);
  if (take("buy")) return new_order(id, Side::kBuy);
  if (take("sell")) return new_order(id, Side::kSell);
  if (take("cancel")) return cancel(id);
  if (take("replace")) return replace(id);
  if (take("mass-cancel")) return mass_cancel(id);
  if (take("disconnects")) return session_disconnected({.session = id, .account = id});
  fail("not a session's command: " + peek());
  return std::nullopt;
}

// s1 buy QTY [@ PRICE | market | market-to-limit] as NAME [instructions]
std::optional<Command> BookParser::new_order(std::uint32_t session, Side side) {
  NewOrderSpec spec{.from = {.session = session, .account = session}};
  std::string instrument = first_instrument_;
  std::string price_text;
  spec.side = side;
  spec.qty = number();
  while (problem_.empty() && at_ < words_.size() && peek() != "with") {
    if (take("@")) {
      price_text = take();
    } else if (take("market")) {
      spec.type = OrderType::kMarket;
    } else if (take("market-to-limit")) {
      spec.type = OrderType::kMarketToLimit;
    } else if (take("as")) {
      spec.key = names_.key(SessionId(session), take()).value();
    } else if (take("iceberg")) {
      spec.display = number();
    } else if (take("min")) {
      spec.min_qty = number();
    } else if (take("gtc")) {
      spec.time_in_force = TimeInForce::kGoodTillCancel;
    } else if (take("ioc")) {
      spec.time_in_force = TimeInForce::kImmediateOrCancel;
    } else if (take("fok")) {
      spec.time_in_force = TimeInForce::kFillOrKill;
    } else if (take("gtd")) {
      spec.time_in_force = TimeInForce::kGoodTillDate;
      spec.expire_time = time_of_day();
    } else if (take("post-only")) {
      spec.post_only = PostOnly::kReject;
    } else if (take("post-only-slide")) {
      spec.post_only = PostOnly::kSlide;
    } else if (take("cancel-on-disconnect")) {
      spec.cancel_on_disconnect = true;
    } else if (!take_place(spec.from.account, instrument)) {
      fail("not an instruction: " + peek());
    }
  }
  spec.from.instrument = names_.instrument(instrument).id.value();
  if (!price_text.empty()) spec.price = ticks(price_text, tick_of(instrument));
  return engine::test::new_order(spec);
}

std::optional<Command> BookParser::cancel(std::uint32_t session) {
  From from{.session = session, .account = session};
  std::string instrument = first_instrument_;
  const ClientKey target = names_.key(SessionId(session), take());
  while (take_place(from.account, instrument)) continue;
  from.instrument = names_.instrument(instrument).id.value();
  return cancel_order(from, target.value());
}

// s1 replace TARGET total|open QTY @ PRICE, or reduce-by QTY; [as NAME] [iceberg N] [buy|sell]
std::optional<Command> BookParser::replace(std::uint32_t session) {
  ReplaceSpec spec{.from = {.session = session, .account = session}};
  std::string instrument = first_instrument_;
  std::string price_text;
  const std::string target = take();
  spec.target = names_.key(SessionId(session), target).value();
  spec.key = spec.target;
  while (problem_.empty() && at_ < words_.size() && peek() != "with") {
    if (take("@")) {
      price_text = take();
    } else if (take("total")) {
      spec.qty = number();
    } else if (take("open")) {
      spec.basis = QtyBasis::kOpen;
      spec.qty = number();
    } else if (take("reduce-by")) {
      spec.basis = QtyBasis::kReduceBy;
      spec.qty = number();
    } else if (take("as")) {
      spec.key = names_.key(SessionId(session), take()).value();
    } else if (take("iceberg")) {
      spec.display = number();
    } else if (take("buy")) {
      spec.side = Side::kBuy;
    } else if (take("sell")) {
      spec.side = Side::kSell;
    } else if (!take_place(spec.from.account, instrument)) {
      fail("not a term of a replace: " + peek());
    }
  }
  spec.from.instrument = names_.instrument(instrument).id.value();
  if (!price_text.empty()) spec.price = ticks(price_text, tick_of(instrument));
  return replace_order(spec);
}

// s1 mass-cancel session|account|market [in NAME] [group N] [buy|sell] [account N]
std::optional<Command> BookParser::mass_cancel(std::uint32_t session) {
  MassCancelSpec spec{.from = {.session = session, .account = session}};
  std::string instrument;
  const std::string scope = take();
  if (scope == "account") {
    spec.scope = MassCancelScope::kAccount;
  } else if (scope == "market") {
    spec.scope = MassCancelScope::kMarket;
  } else if (scope != "session") {
    fail("mass-cancel session|account|market");
  }
  while (problem_.empty() && at_ < words_.size() && peek() != "with") {
    if (take("group")) {
      spec.group = static_cast<std::uint32_t>(number());
    } else if (take("buy")) {
      spec.side = Side::kBuy;
    } else if (take("sell")) {
      spec.side = Side::kSell;
    } else if (!take_place(spec.from.account, instrument)) {
      fail("not a filter: " + peek());
    }
  }
  spec.by_instrument = !instrument.empty();
  if (spec.by_instrument) spec.from.instrument = names_.instrument(instrument).id.value();
  return engine::test::mass_cancel(spec);
}

bool BookParser::take_place(std::uint32_t& account, std::string& instrument) {
  if (take("in")) {
    instrument = take();
    return true;
  }
  if (take("account")) {
    account = static_cast<std::uint32_t>(number());
    return true;
  }
  return false;
}

void BookParser::overwrite(Command& command) {
  const CommandKind kind = command.header().kind;
  while (at_ < words_.size()) {
    const std::string word = take();
    const std::size_t equals = word.find('=');
    const std::optional<std::int64_t> value =
        equals == std::string::npos ? std::nullopt
                                    : whole(std::string_view(word).substr(equals + 1));
    bool known = false;
    for (const Field& field : kFields) {
      if (!value.has_value() || field.name != std::string_view(word).substr(0, equals)) continue;
      if (field.kind != kAny && field.kind != kind) continue;
      std::memcpy(command.bytes.data() + field.offset, &*value, field.bytes);
      known = true;
    }
    if (!known) return fail("not a field: " + word);
  }
}

std::string BookParser::peek() const {
  return at_ < words_.size() ? words_[at_] : "";
}

std::string BookParser::take() {
  if (at_ < words_.size()) return words_[at_++];
  fail("the line ends too soon");
  return "";
}

bool BookParser::take(std::string_view word) {
  if (peek() != word) return false;
  ++at_;
  return true;
}

std::int64_t BookParser::number() {
  const std::string word = take();
  const std::optional<std::int64_t> value = whole(word);
  if (!value.has_value()) fail("not a whole number: " + word);
  return value.value_or(0);
}

std::int64_t BookParser::price(std::int64_t tick_size_nano_usd) {
  return ticks(take(), tick_size_nano_usd);
}

std::int64_t BookParser::ticks(const std::string& word, std::int64_t tick_size_nano_usd) {
  const std::optional<std::int64_t> value = BookNames::ticks(word, tick_size_nano_usd);
  if (!value.has_value()) fail("not a price in whole ticks: " + word);
  return value.value_or(0);
}

std::uint64_t BookParser::time_of_day() {
  const std::string word = take();
  unsigned hours = 0;
  unsigned minutes = 0;
  unsigned seconds = 0;
  if (std::sscanf(word.c_str(), "%2u:%2u:%2u", &hours, &minutes, &seconds) != 3) {
    fail("not a time hh:mm:ss: " + word);
  }
  return (std::uint64_t{hours} * 3600 + minutes * 60 + seconds) * kNanoPerSecond;
}

std::int64_t BookParser::tick_of(const std::string& instrument) {
  return names_.instrument(instrument).tick_size_nano_usd;
}

void BookParser::fail(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
}

}  // namespace hourglass::engine::test

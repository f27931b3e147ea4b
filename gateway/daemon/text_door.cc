#include "gateway/daemon/text_door.h"

#include <charconv>
#include <limits>
#include <optional>

#include "engine/contract/price_text.h"
#include "engine/order/message_text.h"
#include "fmt/format.h"

namespace hourglass::gateway {

using engine::ClientKey;
using engine::Command;
using engine::Event;
using engine::EventKind;
using engine::InstrumentId;
using engine::Price;
using engine::Qty;
using engine::Side;

namespace {

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {  // ends: each round takes a word off the line
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

absl::StatusOr<ClientKey> key_of(std::string_view text) {
  const auto value = number(text);
  if (!value || *value < 0 || *value >= engine::kMaxClientKeysPerSession) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is no order number (0 to {})", text,
                                                  engine::kMaxClientKeysPerSession - 1));
  }
  return ClientKey(static_cast<std::uint32_t>(*value));
}

// An amount in USD, to the micro-USD. The word before it says which way it goes, so that a sign
// could only turn a deposit into a withdrawal.
absl::StatusOr<engine::Money> amount_of(std::string_view text) {
  const engine::ParsedMoney parsed = engine::parse_money(text);
  if (parsed.reason == engine::RejectReason::kNone) {
    if (parsed.amount.value() > 0) return parsed.amount;
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is not more than 0: deposit pays in, withdraw pays out", text));
  }
  if (parsed.reason == engine::RejectReason::kPriceOffTick) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" has parts of a micro-USD (0.000001)", text));
  }
  if (parsed.reason == engine::RejectReason::kAmountInvalid) {
    constexpr engine::Money kMost(std::numeric_limits<std::int64_t>::max());
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is over {} USD", text, engine::money_text(kMost)));
  }
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is no amount in USD, as 2500 or 2500.50", text));
}

engine::ClientOrderId text_id(ClientKey key) {
  return *engine::ClientOrderId::from(fmt::format("{}", key.value()));
}

}  // namespace

TextDoor::TextDoor(Venue& venue) : venue_(venue), reports_(venue.pipeline().rings().events) {
  acted_.set(account_);
}

std::string_view TextDoor::help() {
  return "  list                                   what is listed, best prices\n"
         "  book SYMBOL                            every working order\n"
         "  account N                              act as account N (starts as 1)\n"
         "  deposit USD | withdraw USD             funds of the account\n"
         "  buy QTY SYMBOL @ PRICE [as N] [ioc|fok|gtc|post]\n"
         "  sell QTY SYMBOL market [as N]\n"
         "  cancel N | replace N QTY @ PRICE [as N2]\n"
         "  state SYMBOL open|pause|halt|closed    paused, halted: cancels only; closed: nothing;\n"
         "                                         a pause ends with a restart at the latest\n"
         "  band SYMBOL LOW HIGH                   the prices orders may have from now on\n"
         "  news HEADLINE [| LINE ...]             to FIX sessions logged on; news! is urgent\n"
         "  help | quit\n";
}

absl::StatusOr<std::string> TextDoor::answer(std::string_view line) {
  const Words words = split(line);
  if (words.empty() || words[0].front() == '#') return std::string{};
  if (words[0] == "buy") return enter(words, Side::kBuy);
  if (words[0] == "sell") return enter(words, Side::kSell);
  if (words[0] == "cancel") return cancel(words);
  if (words[0] == "replace") return replace(words);
  if (words[0] == "deposit") return adjust(words, true);
  if (words[0] == "withdraw") return adjust(words, false);
  if (words[0] == "account") return use_account(words);
  if (words[0] == "state") return set_state(words);
  if (words[0] == "band") return set_band(words);
  if (words[0] == "book") return book(words);
  if (words[0] == "list") return list();
  if (words[0] == "news" || words[0] == "news!") return news(words[0], line);
  if (words[0] == "help") return std::string(help());
  if (words[0] == "quit") return absl::CancelledError("quit");
  return absl::InvalidArgumentError(fmt::format("\"{}\" is no command; try help", words[0]));
}

absl::StatusOr<std::string> TextDoor::enter(const Words& words, Side side) {
  if (words.size() < 4) return absl::InvalidArgumentError("buy QTY SYMBOL @ PRICE, or market");
  const auto qty = number(words[1]);
  if (!qty) return absl::InvalidArgumentError(fmt::format("\"{}\" is no quantity", words[1]));
  const auto instrument = find_instrument(words[2]);
  if (!instrument.ok()) return instrument.status();
  engine::NewOrder order{};
  order.qty = order.display_qty = Qty(*qty);
  order.side = side;
  order.type = engine::OrderType::kMarket;
  order.time_in_force = engine::TimeInForce::kDay;
  std::size_t at = 4;
  if (words[3] == "@" && words.size() > 4) {
    const auto price = parse(words[4], *instrument);
    if (!price.ok()) return price.status();
    order.type = engine::OrderType::kLimit;
    order.price = *price;
    at = 5;
  } else if (words[3] != "market") {
    return absl::InvalidArgumentError("a price is \"@ PRICE\" or \"market\"");
  }
  order.key = unused_key();
  for (; at < words.size(); ++at) {
    if (words[at] == "as" && at + 1 < words.size()) {
      const auto key = key_of(words[++at]);
      if (!key.ok()) return key.status();
      order.key = *key;
    } else if (words[at] == "ioc") {
      order.time_in_force = engine::TimeInForce::kImmediateOrCancel;
    } else if (words[at] == "fok") {
      order.time_in_force = engine::TimeInForce::kFillOrKill;
    } else if (words[at] == "gtc") {
      order.time_in_force = engine::TimeInForce::kGoodTillCancel;
    } else if (words[at] == "post") {
      order.post_only = engine::PostOnly::kReject;
    } else {
      return absl::InvalidArgumentError(fmt::format("\"{}\" is no instruction", words[at]));
    }
  }
  order.header = header<engine::NewOrder>(*instrument);
  order.client_order_id = text_id(order.key);
  return send(Command::of(order));
}

absl::StatusOr<std::string> TextDoor::cancel(const Words& words) {
  if (words.size() != 2) return absl::InvalidArgumentError("cancel N");
  const auto key = key_of(words[1]);
  if (!key.ok()) return key.status();
  const engine::MarketState& market = venue_.market();
  const engine::Slot slot = market.find_order(engine::SessionId(account_), *key);
  if (slot == engine::kNoSlot) return absl::InvalidArgumentError("no such working order");
  engine::CancelOrder command{};
  command.header = header<engine::CancelOrder>(market.records[slot].instrument);
  command.target = *key;
  command.client_order_id = text_id(*key);
  return send(Command::of(command));
}

absl::StatusOr<std::string> TextDoor::replace(const Words& words) {
  if ((words.size() != 5 && words.size() != 7) || words[3] != "@") {
    return absl::InvalidArgumentError("replace N QTY @ PRICE [as N2]");
  }
  const auto target = key_of(words[1]);
  if (!target.ok()) return target.status();
  const engine::MarketState& market = venue_.market();
  const engine::Slot slot = market.find_order(engine::SessionId(account_), *target);
  if (slot == engine::kNoSlot) return absl::InvalidArgumentError("no such working order");
  const auto qty = number(words[2]);
  if (!qty) return absl::InvalidArgumentError(fmt::format("\"{}\" is no quantity", words[2]));
  const InstrumentId instrument = market.records[slot].instrument;
  const auto price = parse(words[4], instrument);
  if (!price.ok()) return price.status();
  auto key = absl::StatusOr<ClientKey>(unused_key());
  if (words.size() == 7) key = key_of(words[6]);
  if (!key.ok()) return key.status();
  engine::ReplaceOrder command{};
  command.header = header<engine::ReplaceOrder>(instrument);
  command.target = *target;
  command.key = *key;
  command.price = *price;
  command.qty = Qty(*qty);
  command.side = market.records[slot].side;
  command.basis = engine::QtyBasis::kTotal;
  command.client_order_id = text_id(*key);
  return send(Command::of(command));
}

absl::StatusOr<std::string> TextDoor::adjust(const Words& words, bool deposit) {
  if (words.size() != 2) {
    return absl::InvalidArgumentError(deposit ? "deposit USD" : "withdraw USD");
  }
  const auto amount = amount_of(words[1]);
  if (!amount.ok()) return amount.status();
  engine::AdjustFunds command{};
  command.header = header<engine::AdjustFunds>(InstrumentId(0));
  command.amount = engine::Money(deposit ? amount->value() : -amount->value());
  return send(Command::of(command));
}

absl::StatusOr<std::string> TextDoor::use_account(const Words& words) {
  const auto value = words.size() == 2 ? number(words[1]) : std::nullopt;
  if (!value || *value < 1 || *value >= engine::kMaxSessions) {
    return absl::InvalidArgumentError(fmt::format("account N, 1 to {}", engine::kMaxSessions - 1));
  }
  account_ = static_cast<std::uint32_t>(*value);
  acted_.set(account_);
  return fmt::format("account {}\n", account_);
}

absl::StatusOr<std::string> TextDoor::set_state(const Words& words) {
  using engine::TradingState;
  if (words.size() != 3) return absl::InvalidArgumentError("state SYMBOL open|pause|halt|closed");
  const auto instrument = find_instrument(words[1]);
  if (!instrument.ok()) return instrument.status();
  for (const TradingState state :
       {TradingState::kOpen, TradingState::kPause, TradingState::kHalt, TradingState::kClosed}) {
    if (words[2] != engine::name(state)) continue;
    engine::SetTradingState command{};
    command.header = engine::make_header<engine::SetTradingState>(
        engine::SessionId(0), engine::AccountId(0), *instrument);
    command.state = state;
    return send(Command::of(command));
  }
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is no state: open, pause, halt or closed", words[2]));
}

absl::StatusOr<std::string> TextDoor::set_band(const Words& words) {
  if (words.size() != 4) return absl::InvalidArgumentError("band SYMBOL LOW HIGH");
  const auto instrument = find_instrument(words[1]);
  if (!instrument.ok()) return instrument.status();
  const auto low = parse(words[2], *instrument);
  if (!low.ok()) return low.status();
  const auto high = parse(words[3], *instrument);
  if (!high.ok()) return high.status();
  engine::SetPriceBand command{};
  command.header = engine::make_header<engine::SetPriceBand>(engine::SessionId(0),
                                                             engine::AccountId(0), *instrument);
  command.low = *low;
  command.high = *high;
  return send(Command::of(command));
}

absl::StatusOr<std::string> TextDoor::news(std::string_view verb, std::string_view line) {
  if (venue_.fix() == nullptr) return absl::InvalidArgumentError("there is no FIX door");
  line.remove_prefix(line.find(verb) + verb.size());
  const auto news = fix::read_news(line, verb.ends_with('!'));
  if (!news.ok()) return news.status();
  const std::uint32_t told = venue_.fix()->door().send_news(*news);
  return fmt::format("news to {} {}\n", told, told == 1 ? "session" : "sessions");
}

// With nothing else on its way, what is applied next is the command and what follows from it.
absl::StatusOr<std::string> TextDoor::send(const Command& command) {
  if (const absl::Status status = venue_.settle(); !status.ok()) return status;
  std::string told = tell_new({});
  engine::PipelineRings& rings = venue_.pipeline().rings();
  engine::SequenceRange its{.first = rings.applied.get(), .end = 0};
  if (rings.ingress.try_push(command) != engine::PushResult::kPushed) {
    return absl::UnavailableError("the venue takes no orders now");
  }
  while (venue_.pipeline().do_work() != 0) {  // ends: what follows from one command is finite
  }
  its.end = rings.applied.get();
  if (const absl::Status status = venue_.settle(); !status.ok()) return status;
  told += tell_new(its);
  told += fmt::format("durable through {}\n", rings.durable.get() - 1);
  return told;
}

std::string TextDoor::tell_new(engine::SequenceRange its) {
  std::string told;
  for (;;) {  // ends: settle() left finitely many events
    Event event;
    const engine::PollResult result = reports_.poll(event);
    if (result == engine::PollResult::kEmpty) return told;
    if (result == engine::PollResult::kLost) {
      told += fmt::format("({} events went by unread; some may have been of this door's orders)\n",
                          reports_.lost().count());
      continue;
    }
    const std::uint64_t sequence = event.header().command_sequence.value();
    const bool is_own = concerns(event);
    if (is_own || (sequence >= its.first && sequence < its.end)) told += tell(event);
  }
}

bool TextDoor::concerns(const Event& event) {
  const auto is_own = [this](engine::SessionId session) { return acted_.test(session.value()); };
  switch (event.header().kind) {
    case EventKind::kOrderAccepted: return is_own(event.as<engine::OrderAccepted>().order.session);
    case EventKind::kOrderReplaced: return is_own(event.as<engine::OrderReplaced>().order.session);
    case EventKind::kOrderCancelled:
      return is_own(event.as<engine::OrderCancelled>().order.session);
    case EventKind::kRequestRejected: return is_own(event.as<engine::RequestRejected>().session);
    case EventKind::kMassCancelDone: return is_own(event.as<engine::MassCancelDone>().session);
    case EventKind::kFundsAdjusted: return is_own(event.as<engine::FundsAdjusted>().session);
    case EventKind::kTrade: {
      const auto& trade = event.as<engine::Trade>();
      if (is_own(trade.resting.session)) last_traded_ = trade.resting.order_id;
      if (is_own(trade.incoming.session)) last_traded_ = trade.incoming.order_id;
      return is_own(trade.resting.session) || is_own(trade.incoming.session);
    }
    // Whose order it is was told by the trade before: an iceberg's next tranche rests behind it.
    case EventKind::kOrderRested: return event.as<engine::OrderRested>().order_id == last_traded_;
    case EventKind::kInstrumentDefined:
    case EventKind::kTradingStateChanged:
    case EventKind::kPriceBandChanged:
    case EventKind::kTradingDayEnded: return false;
  }
  return false;
}

// Nothing where nothing is displayed.
std::string TextDoor::rests(engine::OrderId order, std::uint32_t displayed, Price price,
                            InstrumentId instrument) const {
  if (displayed == 0) return {};
  return fmt::format("rests order {}: {} @ {}\n", order.value(), displayed,
                     text(price, instrument));
}

std::string TextDoor::tell(const Event& event) const {
  const InstrumentId id = event.header().instrument;
  const std::uint64_t sequence = event.header().command_sequence.value();
  switch (event.header().kind) {
    case EventKind::kOrderAccepted: {
      const auto& e = event.as<engine::OrderAccepted>();
      return fmt::format("accepted {} order {}: {} {} {} @ {}\n{}", e.order.key.value(),
                         e.order.order_id.value(), name(e.side), e.qty,
                         venue_.market().instruments[id.value()].symbol_view(), text(e.price, id),
                         rests(e.order.order_id, e.displayed, e.price, id));
    }
    case EventKind::kRequestRejected: {
      const auto& e = event.as<engine::RequestRejected>();
      return fmt::format("rejected {}: {}\n", e.key.value(), engine::describe(e.reason).text);
    }
    case EventKind::kTrade: {
      const auto& e = event.as<engine::Trade>();
      return fmt::format("trade {}: {} @ {}, order {} leaves {}, order {} leaves {}\n",
                         e.match_id.value(), e.qty, text(e.price, id), e.resting.order_id.value(),
                         e.resting_leaves, e.incoming.order_id.value(), e.incoming_leaves);
    }
    case EventKind::kOrderRested: {
      const auto& e = event.as<engine::OrderRested>();
      return rests(e.order_id, e.qty, e.price, id);
    }
    case EventKind::kOrderReplaced: {
      const auto& e = event.as<engine::OrderReplaced>();
      const bool kept = e.kept_priority != 0;
      return fmt::format("replaced {} by {}: {} @ {}, {} open{}\n{}", e.old_key.value(),
                         e.order.key.value(), e.qty, text(e.price, id), e.leaves,
                         kept ? ", place kept" : "",
                         kept ? "" : rests(e.order.order_id, e.displayed, e.price, id));
    }
    case EventKind::kOrderCancelled: {
      const auto& e = event.as<engine::OrderCancelled>();
      return fmt::format("cancelled {}: {} open taken off, {} executed\n", e.order.key.value(),
                         e.cancelled, e.executed);
    }
    case EventKind::kFundsAdjusted: {
      const auto& e = event.as<engine::FundsAdjusted>();
      return fmt::format("funds of account {}: {} USD\n", e.account.value(),
                         engine::money_text(e.balance));
    }
    case EventKind::kTradingStateChanged: {
      const auto& e = event.as<engine::TradingStateChanged>();
      return fmt::format("{}: {}\n", venue_.market().instruments[id.value()].symbol_view(),
                         engine::name(e.state));
    }
    case EventKind::kPriceBandChanged: {
      const auto& e = event.as<engine::PriceBandChanged>();
      return fmt::format("{}: prices from {} to {}\n",
                         venue_.market().instruments[id.value()].symbol_view(), text(e.low, id),
                         text(e.high, id));
    }
    case EventKind::kMassCancelDone:
    case EventKind::kInstrumentDefined:
    case EventKind::kTradingDayEnded: return fmt::format("event of command {}\n", sequence);
  }
  return {};
}

absl::StatusOr<std::string> TextDoor::book(const Words& words) const {
  if (words.size() != 2) return absl::InvalidArgumentError("book SYMBOL");
  const auto instrument = find_instrument(words[1]);
  if (!instrument.ok()) return instrument.status();
  std::string told;
  const engine::MarketState& market = venue_.market();
  for (const Side side : {Side::kSell, Side::kBuy}) {
    std::string orders;
    market.books.walk(*instrument, side, [&](engine::Slot slot, Price price) {
      const std::string line =
          fmt::format("{:4} {:>8} @ {}  order {} of account {}\n", name(side),
                      market.open_qty(slot), text(price, *instrument),
                      market.records[slot].id.value(), market.records[slot].account.value());
      // Offers are shown with the best at the bottom, next to the bids.
      orders = side == Side::kSell ? line + orders : orders + line;
      return true;
    });
    told += orders;
  }
  return told.empty() ? "empty\n" : told;
}

std::string TextDoor::list() const {
  const engine::MarketState& market = venue_.market();
  std::string told;
  for (std::uint32_t i = 0; i < market.limits.max_instruments; ++i) {
    const engine::Instrument& terms = market.instruments[i];
    if (!terms.listed()) continue;
    const InstrumentId id(i);
    const auto best = [&](Side side) {
      const engine::BookSide& book_side = market.books.side(id, side);
      return book_side.empty() ? std::string("-")
                               : text(book_side.price_of(book_side.best_key), id);
    };
    told += fmt::format("{:16} lot {:>4} GPU-h  bid {:>10}  offer {:>10}{}\n", terms.symbol_view(),
                        terms.contract_size_gpu_hours, best(Side::kBuy), best(Side::kSell),
                        terms.state == engine::TradingState::kOpen ? "" : "  not open");
  }
  return told;
}

absl::StatusOr<InstrumentId> TextDoor::find_instrument(std::string_view symbol) const {
  const engine::MarketState& market = venue_.market();
  for (std::uint32_t i = 0; i < market.limits.max_instruments; ++i) {
    if (market.instruments[i].listed() && market.instruments[i].symbol_view() == symbol) {
      return InstrumentId(i);
    }
  }
  return absl::InvalidArgumentError(fmt::format("\"{}\" is not listed; try list", symbol));
}

absl::StatusOr<Price> TextDoor::parse(std::string_view words, InstrumentId instrument) const {
  const engine::ParsedPrice parsed = engine::parse_price(
      words, venue_.market().instruments[instrument.value()].tick_size_nano_usd);
  if (parsed.reason == engine::RejectReason::kNone) return parsed.price;
  return absl::InvalidArgumentError(
      fmt::format("\"{}\": {}", words, engine::describe(parsed.reason).text));
}

std::string TextDoor::text(Price price, InstrumentId instrument) const {
  return engine::price_text(price,
                            venue_.market().instruments[instrument.value()].tick_size_nano_usd);
}

ClientKey TextDoor::unused_key() const {
  const engine::MarketState& market = venue_.market();
  const engine::SessionId session(account_);
  std::uint32_t key = 1;
  while (key + 1 < engine::kMaxClientKeysPerSession &&
         market.keys.is_used(market.keys.place(session, ClientKey(key)), market.books.orders())) {
    ++key;
  }
  return ClientKey(key);
}

}  // namespace hourglass::gateway

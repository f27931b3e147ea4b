#include "tests/support/random_commands.h"

#include <algorithm>
#include <array>
#include <limits>

#include "tests/support/command_builder.h"
#include "tests/support/random_mix.h"
#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint32_t kSessions = 4;
constexpr std::uint32_t kAccounts = 4;
constexpr std::uint32_t kInstruments = 4;
constexpr std::size_t kRememberedPerSession = 12;

// What lies next to the limits of some field or other.
constexpr std::array<std::int64_t, 24> kEdges = {0,
                                                 1,
                                                 2,
                                                 3,
                                                 -1,
                                                 -2,
                                                 13,
                                                 64,
                                                 77,
                                                 127,
                                                 128,
                                                 255,
                                                 256,
                                                 4096,
                                                 65'535,
                                                 std::int64_t{1} << 24,
                                                 (std::int64_t{1} << 31) - 1,
                                                 std::int64_t{1} << 31,
                                                 (std::int64_t{1} << 32) - 1,
                                                 std::int64_t{1} << 40,
                                                 (std::int64_t{1} << 40) + 1,
                                                 std::int64_t{1} << 53,
                                                 std::numeric_limits<std::int64_t>::max(),
                                                 std::numeric_limits<std::int64_t>::min()};

// Some instruments a venue may list: cents, a spread below zero, both ends of the price domain.
constexpr std::array<InstrumentSpec, 5> kListings = {
    InstrumentSpec{.symbol = "H1",
                   .min_price = 80,
                   .max_price = 120,
                   .protection_ticks = 3,
                   .max_order_qty_lots = 50},
    InstrumentSpec{.symbol = "H1-H2",
                   .min_price = -100,
                   .max_price = 100,
                   .group = 1,
                   .protection_ticks = 12,
                   .increment = 5},
    InstrumentSpec{.symbol = "FLOOR",
                   .tick_size_nano_usd = 1,
                   .contract_size_gpu_hours = 1000,
                   .min_price = -kMaxPriceTicks,
                   .max_price = -kMaxPriceTicks + kMaxPriceSpanTicks - 1,
                   .group = 1,
                   .protection_ticks = 0xFFFFFFFFU,
                   .max_order_qty_lots = 0x7FFFFFFFU},
    InstrumentSpec{.symbol = "CEILING",
                   .tick_size_nano_usd = 1'000'000,
                   .contract_size_gpu_hours = 730,
                   .min_price = kMaxPriceTicks - kMaxPriceSpanTicks + 64,
                   .max_price = kMaxPriceTicks,
                   .group = 2,
                   .protection_ticks = 0,
                   .increment = 64,
                   .max_order_qty_lots = 0x7FFFFFFFU},
    InstrumentSpec{.symbol = "ONE", .min_price = 7, .max_price = 7, .group = 2, .increment = 7},
};

// What the generator remembers of an order it sent; the order may be long gone.
struct Remembered {
  From from;
  std::uint32_t key = 0;
  Side side = Side::kBuy;
  std::int64_t price = 0;
  std::int64_t qty = 0;
  std::int64_t display = 0;
};

class Generator {
 public:
  Generator(Profile profile, std::uint64_t seed)
      : mix_(mix_of(profile)), profile_(profile), random_(seed) {}

  Stream stream(std::uint32_t step_count) {
    Stream stream;
    stream.limits = limits();
    stream.clearing = profile_ == Profile::kFunds ? Clearing::kFunded : Clearing::kPermissive;
    for (std::uint32_t id = 0; id < kInstruments - 1; ++id) add(stream, listing(id));
    while (stream.steps.size() < step_count) add(stream, command());
    return stream;
  }

 private:
  NaiveLimits limits() {
    constexpr std::array<std::uint32_t, 6> kSteps = {1, 2, 3, 7, 50, kMaxStepsPerApply};
    constexpr std::array<std::uint32_t, 6> kScans = {1, 2, 5, 20, 200, kMaxScanPerApply};
    constexpr std::array<std::uint32_t, 10> kOrders = {6,   60,  500, 500,   500,
                                                       500, 500, 500, 2'000, 2'000};
    return NaiveLimits{.max_orders = random_.pick<std::uint32_t>(kOrders),
                       .max_sessions = kSessions,
                       .max_accounts = kAccounts,
                       .max_instruments = kInstruments,
                       .max_steps_per_apply = random_.pick<std::uint32_t>(kSteps),
                       .max_scan_per_apply = random_.pick<std::uint32_t>(kScans)};
  }

  void add(Stream& stream, const Command& command) {
    Step step{.command = command, .when = When::kIdle};
    time_ns_ += 1 + random_.below(1000);
    if (random_.percent(mix_.wild_percent)) make_wild(step.command);
    step.command.mutable_header().time = Timestamp(time_ns_);
    if (random_.percent(mix_.at_once_percent)) {
      step.when = random_.percent(30) ? When::kTampered : When::kAtOnce;
    }
    stream.steps.push_back(step);
  }

  Command command() {
    if (!to_open_.empty() && random_.percent(10)) {
      From asked = from();
      asked.instrument = to_open_.back();
      to_open_.pop_back();
      return set_trading_state(asked, TradingState::kOpen);
    }
    const std::array weights = {mix_.new_order,  mix_.replace,      mix_.cancel,  mix_.mass_cancel,
                                mix_.disconnect, mix_.advance_time, mix_.day_end, mix_.state,
                                mix_.band,       mix_.recovered,    mix_.define,  mix_.funds};
    switch (random_.weighted(weights)) {
      case 0: return new_order_command();
      case 1: return replace_command();
      case 2: return cancel_command();
      case 3: return mass_cancel_command();
      case 4: return session_disconnected(from());
      case 5: time_ns_ += random_.below(50'000); return advance_time();
      case 6: return end_trading_day();
      case 7: return state_command();
      case 8: return band_command();
      case 9: to_open_ = {0, 1, 2}; return market_recovered();
      case 10: return listing(static_cast<std::uint32_t>(random_.below(kInstruments + 1)));
      default: return funds_command();
    }
  }

  From from() {
    return From{.session = static_cast<std::uint32_t>(random_.below(kSessions)),
                .account = static_cast<std::uint32_t>(random_.below(kAccounts)),
                .instrument = random_.percent(70)
                                  ? 0
                                  : static_cast<std::uint32_t>(random_.below(kInstruments - 1)),
                .session_sequence = ++session_sequence_,
                .trader = static_cast<std::uint32_t>(random_.below(3))};
  }

  Command listing(std::uint32_t id) {
    InstrumentSpec spec = random_.pick<InstrumentSpec>(kListings);
    if (id == 0 && !listed_) spec = kListings[0];
    listed_ = true;
    spec.from.instrument = id;
    if (id < specs_.size() && specs_[id].symbol.empty()) specs_[id] = spec;
    if (random_.percent(mix_.careless_percent)) {
      spec.min_price += random_.between(-1, 1);
      spec.tick_size_nano_usd -= random_.between(0, 1);
    }
    Command command = define_instrument(spec);
    if (random_.percent(mix_.careless_percent)) {
      DefineInstrument body = command.as<DefineInstrument>();
      body.matching_algorithm = static_cast<std::uint8_t>(random_.below(4));
      command = Command::of(body);
    }
    return command;
  }

  std::int64_t price(std::uint32_t instrument) {
    return price(instrument, random_.percent(50) ? Side::kBuy : Side::kSell);
  }

  // Mostly around the middle of the instrument, now and then at its edges.
  std::int64_t price(std::uint32_t instrument, Side side) {
    const InstrumentSpec& spec = specs_[instrument % specs_.size()];
    const std::int64_t increment = spec.increment;
    if (random_.percent(2)) return random_.percent(50) ? spec.min_price : spec.max_price;
    const std::int64_t middle = (spec.min_price + spec.max_price) / 2 / increment * increment;
    const std::int64_t spread = mix_.spread_ticks;
    std::int64_t away = random_.between(-spread, spread);
    if (random_.percent(mix_.passive_percent)) {
      away = side == Side::kBuy ? -random_.between(1, spread) : random_.between(0, spread);
    }
    std::int64_t price = middle + increment * away;
    if (random_.percent(mix_.careless_percent)) price += random_.between(-40, 40);
    return price;
  }

  std::int64_t qty() {
    if (random_.percent(1)) return random_.between(1, 200);
    if (random_.below(1000) == 0) return random_.between(1, kMaxOrderQtyLots);
    if (random_.percent(mix_.careless_percent)) return random_.pick<std::int64_t>(kEdges);
    return random_.percent(10) ? random_.between(1, 50) : random_.between(1, 9);
  }

  Command new_order_command() {
    NewOrderSpec spec{.from = from()};
    spec.key = next_key_[spec.from.session]++;
    if (random_.percent(mix_.careless_percent)) {
      spec.key = static_cast<std::uint32_t>(random_.below(spec.key + 2));
    }
    if (random_.percent(1)) next_key_[spec.from.session] += kClientKeysPerPage - 1;
    spec.side = random_.percent(50) ? Side::kBuy : Side::kSell;
    spec.price = price(spec.from.instrument, spec.side);
    spec.qty = qty();
    spec.client = static_cast<std::uint32_t>(random_.below(3));
    spec.cancel_on_disconnect = random_.percent(50);
    add_instructions(spec);
    remember({.from = spec.from,
              .key = spec.key,
              .side = spec.side,
              .price = spec.price,
              .qty = spec.qty,
              .display = spec.display.value_or(spec.qty)});
    return new_order(spec);
  }

  // The generator allows most combinations that contradict each other, rarely.
  void add_instructions(NewOrderSpec& spec) {
    if (random_.percent(20)) spec.time_in_force = TimeInForce::kGoodTillCancel;
    if (random_.percent(mix_.gtd_percent)) {
      spec.time_in_force = TimeInForce::kGoodTillDate;
      spec.expire_time = time_ns_ + 2000 + random_.below(100'000);
      if (random_.percent(mix_.careless_percent)) spec.expire_time = random_.below(time_ns_ * 2);
    }
    if (random_.percent(mix_.iceberg_percent)) {
      // Large icebergs show much, or one match would take millions of tranches.
      spec.display = std::max(spec.qty / 64, std::int64_t{1}) + random_.between(0, 3);
      if (spec.qty > 0) spec.display = std::min(*spec.display, spec.qty);
    } else if (random_.percent(mix_.post_only_percent)) {
      spec.post_only = random_.percent(50) ? PostOnly::kReject : PostOnly::kSlide;
    } else if (random_.percent(mix_.market_percent)) {
      spec.type = random_.percent(50) ? OrderType::kMarket : OrderType::kMarketToLimit;
      spec.price = 0;
    }
    const bool plain = !spec.display.has_value() && spec.post_only == PostOnly::kNo;
    if (!plain && !random_.percent(mix_.careless_percent)) {
      if (spec.display.has_value() && random_.percent(mix_.min_qty_percent)) spec.min_qty = 2;
      return;
    }
    if (random_.percent(mix_.immediate_percent)) {
      spec.time_in_force = TimeInForce::kImmediateOrCancel;
    } else if (random_.percent(mix_.fill_or_kill_percent)) {
      spec.time_in_force = TimeInForce::kFillOrKill;
    }
    if (spec.time_in_force >= TimeInForce::kImmediateOrCancel) spec.expire_time = 0;
    if (spec.time_in_force != TimeInForce::kFillOrKill && random_.percent(mix_.min_qty_percent)) {
      spec.min_qty = random_.between(1, std::clamp<std::int64_t>(spec.qty, 1, 100));
    }
    if (random_.percent(mix_.careless_percent)) spec.min_qty = random_.pick<std::int64_t>(kEdges);
    if (random_.percent(mix_.careless_percent)) spec.display = random_.pick<std::int64_t>(kEdges);
  }

  void remember(const Remembered& order) {
    auto& orders = remembered_[order.from.session];
    if (orders.size() == kRememberedPerSession) {
      orders[random_.below(orders.size())] = order;
    } else {
      orders.push_back(order);
    }
  }

  // One of the orders sent before, with a header that mostly fits it.
  Remembered some_order() {
    const From asked = from();
    auto& orders = remembered_[asked.session];
    if (orders.empty()) return {.from = asked, .key = 0};
    Remembered order = orders[random_.below(orders.size())];
    order.from.session_sequence = asked.session_sequence;
    if (random_.percent(mix_.careless_percent)) order.from = asked;
    if (random_.percent(mix_.careless_percent)) order.side = opposite(order.side);
    return order;
  }

  void forget(const Remembered& order) {
    auto& orders = remembered_[order.from.session % kSessions];
    std::erase_if(orders, [&](const Remembered& known) { return known.key == order.key; });
  }

  Command cancel_command() {
    const Remembered order = some_order();
    forget(order);
    return cancel_order(order.from, order.key);
  }

  Command replace_command() {
    Remembered order = some_order();
    ReplaceSpec spec{.from = order.from, .target = order.key, .key = order.key};
    if (!random_.percent(mix_.same_key_percent)) spec.key = next_key_[order.from.session]++;
    if (random_.percent(mix_.careless_percent)) {
      spec.key = static_cast<std::uint32_t>(random_.below(spec.key + 2));
    }
    spec.side = order.side;
    constexpr std::array kBases = {QtyBasis::kTotal, QtyBasis::kOpen, QtyBasis::kReduceBy};
    spec.basis = random_.pick<QtyBasis>(kBases);
    spec.price = random_.percent(50) ? order.price : price(order.from.instrument, order.side);
    spec.qty = random_.percent(30) ? order.qty : qty();
    if (random_.percent(mix_.display_percent))
      spec.display = random_.between(1, std::clamp<std::int64_t>(spec.qty, 1, 5));
    if (random_.percent(10)) spec.display = spec.qty;
    if (random_.percent(10)) spec.display = order.display;
    if (spec.basis == QtyBasis::kReduceBy && !random_.percent(mix_.careless_percent)) {
      spec.price = 0;
      spec.display = 0;
    }
    // Whether the old key or the new one lives on is the exchange's business; keep both.
    order.key = spec.key;
    if (spec.basis != QtyBasis::kReduceBy) {
      order.price = spec.price;
      order.qty = spec.qty;
    }
    remember(order);
    return replace_order(spec);
  }

  Command mass_cancel_command() {
    MassCancelSpec spec{.from = from()};
    constexpr std::array kScopes = {MassCancelScope::kSession, MassCancelScope::kAccount,
                                    MassCancelScope::kMarket};
    spec.scope = random_.pick<MassCancelScope>(kScopes);
    spec.by_instrument = random_.percent(40);
    if (random_.percent(30)) spec.group = static_cast<std::uint32_t>(random_.below(3));
    if (random_.percent(30)) spec.side = random_.percent(50) ? Side::kBuy : Side::kSell;
    return mass_cancel(spec);
  }

  Command state_command() {
    constexpr std::array kStates = {TradingState::kOpen, TradingState::kPause, TradingState::kHalt,
                                    TradingState::kClosed};
    const TradingState state = random_.pick<TradingState>(kStates);
    const From asked = from();
    if (state != TradingState::kOpen) to_open_.push_back(asked.instrument);
    return set_trading_state(asked, state);
  }

  Command band_command() {
    const From asked = from();
    const InstrumentSpec& spec = specs_[asked.instrument];
    std::int64_t low = price(asked.instrument) + random_.between(-9, 2);
    std::int64_t high = price(asked.instrument) + random_.between(-2, 9);
    if (random_.percent(60)) low = spec.min_price;
    if (random_.percent(60)) high = spec.max_price;
    return set_price_band(asked, low, high);
  }

  Command funds_command() {
    std::int64_t amount = random_.between(-20'000'000, 40'000'000);
    if (random_.percent(10)) amount = random_.between(0, std::int64_t{1} << 53);
    if (random_.percent(5)) amount = random_.pick<std::int64_t>(kEdges);
    return adjust_funds(from(), amount);
  }

  // Overwrites one to three fields, wherever they are, or all bytes after sequence and time.
  void make_wild(Command& command) {
    constexpr std::size_t kFirst = offsetof(CommandHeader, session);
    if (random_.percent(3)) {
      for (std::size_t at = kFirst; at < command.bytes.size(); ++at) {
        command.bytes[at] = static_cast<std::byte>(random_.next());
      }
      return;
    }
    const std::uint64_t count = 1 + random_.below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
      constexpr std::array<std::size_t, 4> kWidths = {1, 1, 4, 8};
      const std::size_t width = random_.pick<std::size_t>(kWidths);
      const std::size_t places = (command.bytes.size() - kFirst) / width;
      const std::size_t at = kFirst + width * random_.below(places);
      const std::int64_t value = random_.percent(10) ? static_cast<std::int64_t>(random_.next())
                                                     : random_.pick<std::int64_t>(kEdges);
      std::memcpy(command.bytes.data() + at, &value, width);
    }
  }

  Mix mix_;
  Profile profile_;
  RandomSource random_;
  std::uint64_t time_ns_ = 1'000'000;
  std::uint32_t session_sequence_ = 0;
  bool listed_ = false;
  std::vector<std::uint32_t> to_open_;  // instruments closed or paused, to be opened again soon
  std::array<std::uint32_t, kSessions> next_key_{};
  std::array<std::vector<Remembered>, kSessions> remembered_;
  std::array<InstrumentSpec, kInstruments> specs_ = [] {
    std::array<InstrumentSpec, kInstruments> none{};
    for (InstrumentSpec& spec : none) spec.symbol = "";
    return none;
  }();
};

}  // namespace

Stream random_stream(Profile profile, std::uint64_t seed, std::uint32_t step_count) {
  // Not the number of profiles, which grows: a stream is what it is for ever.
  constexpr std::uint64_t kSeedStride = 9;
  return Generator(profile, seed * kSeedStride + static_cast<std::uint64_t>(profile))
      .stream(step_count);
}

}  // namespace hourglass::engine::test

// What it costs that a book grows from 1,000 to 1,000,000 resting orders: nanoseconds a command,
// for the books alone and for the whole exchange, beside what the cache lines they touch cost.
//
//   book_benchmark --benchmark_repetitions=5 --benchmark_enable_random_interleaving=true
//
// Workload, the `deep` stream's at every size: twenty orders a price on average, then a cancel of a
// random order and a new order at a random price that does not cross, in turns.
//
// Two baselines in the same run, which do nothing but touch the lines that a cancel and a new order
// touch, in arrays of the same types, lengths and ages, fetched as far ahead:
//   lines_of_*   where every address is known beforehand: the floor;
//   chains_of_*  where it stands in the line before, as in any book: key entry, order, neighbour.
// What one of them takes longer at a size than at 1,000 orders is what the misses of that size cost
// here; the summary at the end takes that from the book's own time.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/play/event_tally.h"
#include "bench/play/translate.h"
#include "bench/streams/split_mix.h"
#include "engine/base/build_info.h"
#include "engine/base/fixed_array.h"
#include "engine/base/prefetch.h"
#include "engine/exchange/exchange.h"
#include "engine/exchange/lookahead.h"

namespace hourglass::bench {
namespace {

using engine::BookOrder;
using engine::Command;
using engine::InstrumentId;
using engine::Level;
using engine::OrderHandle;
using engine::OrderRecord;
using engine::Price;
using engine::Side;
using engine::Slot;

// --- Workload ------------------------------------------------------------------------------------

constexpr std::array<std::uint32_t, 4> kSizes = {1'000, 10'000, 100'000, 1'000'000};
constexpr std::uint32_t kOrdersPerLevel = 20;
constexpr std::uint32_t kPairsPerBatch = 1U << 14;  // a pair: one cancel, one new order
constexpr std::uint32_t kBatches = 128;
constexpr std::uint32_t kTimedPairs = kPairsPerBatch * kBatches;
// Times every order is replaced before the clock starts: by then the ages of the orders, and with
// them the spread of their client keys, are what they stay.
constexpr std::uint32_t kTurnovers = 3;
constexpr std::uint32_t kSeed = 1;

// New orders of one run; a client key is good for one of them.
constexpr std::uint32_t key_count(std::uint32_t resting) {
  return resting * (1 + kTurnovers) + kTimedPairs;
}
static_assert(key_count(kSizes.back()) < engine::kMaxClientKeysPerSession,
              "one session and one trading day are enough");

constexpr std::uint32_t levels_per_side(std::uint32_t resting) {
  return resting / (2 * kOrdersPerLevel);
}

// The commands that keep `resting` orders in the book. The pool hands out the slot freed last, so
// the order in place p always lives in slot p + 1.
class OrderFlow {
 public:
  explicit OrderFlow(std::uint32_t resting)
      : id_of_(resting), levels_per_side_(levels_per_side(resting)) {}

  [[nodiscard]] std::uint32_t resting() const noexcept {
    return static_cast<std::uint32_t>(id_of_.size());
  }
  [[nodiscard]] std::uint32_t last_id() const noexcept { return last_id_; }
  [[nodiscard]] StreamHeader header() const noexcept {
    StreamHeader header;
    header.n_symbols = 1;
    header.min_price_ticks = 1;
    header.max_price_ticks = static_cast<std::int32_t>(2 * levels_per_side_);
    return header;
  }

  std::uint32_t random_place() noexcept { return random_.below(resting()); }

  StreamOp cancel(std::uint32_t place) noexcept {
    return {.order_id = id_of_[place], .kind = OpKind::kCancel};
  }
  StreamOp enter(std::uint32_t place) noexcept {
    id_of_[place] = ++last_id_;
    const auto side = static_cast<Side>(random_.below(2));
    const std::int32_t distance = random_.below_signed(levels_per_side_);
    const auto mid = static_cast<std::int32_t>(levels_per_side_);
    return {.order_id = last_id_,
            .qty_lots = 1 + random_.below(100),
            .price_ticks = side == Side::kBuy ? mid - distance : mid + 1 + distance,
            .kind = OpKind::kNew,
            .side = side};
  }

 private:
  std::vector<std::uint32_t> id_of_;
  std::uint32_t levels_per_side_;
  std::uint32_t last_id_ = 0;
  SplitMix random_{kSeed};
};

// --- The books and the exchange ------------------------------------------------------------------

// What both do with a flow: the records of a pair are two steps.
struct PlaysRecords {
  using Step = StreamOp;
  static constexpr std::uint32_t kStepsPerPair = 2;

  static void append_preload(OrderFlow& flow, std::vector<Step>& steps) {
    for (std::uint32_t place = 0; place < flow.resting(); ++place) {
      steps.push_back(flow.enter(place));
    }
  }
  static void append_pair(OrderFlow& flow, std::vector<Step>& steps) {
    const std::uint32_t place = flow.random_place();
    steps.push_back(flow.cancel(place));
    steps.push_back(flow.enter(place));
  }
};

// As `hourglass play --stage book`: an array from ids to handles stands for the client keys.
class BooksAlone : public PlaysRecords {
 public:
  explicit BooksAlone(const OrderFlow& flow) : handle_of_(key_count(flow.resting()) + 1) {
    handle_of_.prefault(handle_of_.size());
    books_.orders().prefault(flow.resting());
    const StreamHeader header = flow.header();
    const bool opened =
        books_.open(kInstrument, Price(header.min_price_ticks), Price(header.max_price_ticks));
    if (!opened) std::abort();
  }

  void play(std::span<const StreamOp> ops) noexcept {
    const std::size_t count = ops.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (books_.orders().outgrew_cache()) {
        if (i + kKeyAhead < count) {
          level_ahead_[(i + kKeyAhead) % kHints] = prefetch_key(ops[i + kKeyAhead]);
        }
        if (i + kOrderAhead < count) prefetch_order(ops[i + kOrderAhead]);
        if (i + kLinksAhead < count) {
          books_.prefetch_tail(level_ahead_[(i + kLinksAhead) % kHints]);
          prefetch_links(ops[i + kLinksAhead]);
        }
      }
      apply(ops[i]);
    }
  }

  [[nodiscard]] bool is_as_expected(const OrderFlow& flow) const noexcept {
    return books_.orders().live_count() == flow.resting();
  }

  static constexpr std::size_t kKeyAhead = 12;
  static constexpr std::size_t kOrderAhead = 8;
  static constexpr std::size_t kLinksAhead = 4;

 private:
  static constexpr InstrumentId kInstrument{0};
  static constexpr std::size_t kHints = 16;

  // The level it comes to rest at; 0 for none.
  std::uint32_t prefetch_key(const StreamOp& op) const noexcept {
    if (op.kind == OpKind::kNew) {
      return books_.prefetch_price(kInstrument, op.side, Price(op.price_ticks));
    }
    engine::prefetch_line(&handle_of_[op.order_id]);
    return 0;
  }
  void prefetch_order(const StreamOp& op) const noexcept {
    if (op.kind == OpKind::kCancel) books_.orders().prefetch(handle_of_[op.order_id].slot);
  }
  void prefetch_links(const StreamOp& op) const noexcept {
    if (op.kind == OpKind::kCancel) books_.prefetch_links(handle_of_[op.order_id].slot);
  }

  void apply(const StreamOp& op) noexcept {
    if (op.kind == OpKind::kCancel) {
      const OrderHandle handle = handle_of_[op.order_id];
      HG_ASSERT(books_.orders().is_live(handle), op.order_id);
      books_.remove(handle.slot);
      books_.orders().give_back(handle.slot);
      return;
    }
    HG_ASSERT(!books_.crosses(kInstrument, op.side, Price(op.price_ticks)), op.price_ticks);
    const Slot slot = books_.orders().take();
    books_.insert(kInstrument, op.side, Price(op.price_ticks), slot, op.qty_lots, false);
    handle_of_[op.order_id] = books_.orders().handle(slot);
  }

  engine::Books books_;
  engine::FixedArray<OrderHandle> handle_of_;
  std::array<std::uint32_t, kHints> level_ahead_{};
};

// As `hourglass play --stage exchange`: translated into a small ring, stamped, applied, every event
// looked at.
class WholeExchange : public PlaysRecords {
 public:
  explicit WholeExchange(const OrderFlow& flow)
      : exchange_({.prefault_orders = flow.resting(),
                   .prefault_client_keys = key_count(flow.resting()) + 1}),
        lookahead_(exchange_.state()) {
    Command define = Command::of(listing(0, flow.header()));
    apply(define);
    events_before_ = tally_.events();
  }

  void play(std::span<const StreamOp> ops) noexcept {
    const std::size_t count = ops.size();
    std::size_t translated = 0;
    lookahead_.begin();
    for (std::size_t i = 0; i < count; ++i) {
      for (; translated < count && translated <= i + engine::Lookahead::kKeyAhead; ++translated) {
        translate(ops[translated], ring_[translated % kRing]);
      }
      lookahead_.advance(i, count,
                         [&](std::uint64_t n) -> const Command& { return ring_[n % kRing]; });
      apply(ring_[i % kRing]);
    }
  }

  // Every new order was accepted and rests, every cancel cancelled, nothing traded.
  [[nodiscard]] bool is_as_expected(const OrderFlow& flow) const noexcept {
    const std::uint64_t entered = flow.last_id();
    const std::uint64_t cancelled = entered - flow.resting();
    return exchange_.state().books.orders().live_count() == flow.resting() &&
           tally_.events() - events_before_ == 2 * entered + cancelled &&
           tally_.trades().trades == 0;
  }

 private:
  static constexpr std::size_t kRing = 16;
  static_assert(kRing > engine::Lookahead::kKeyAhead);

  void apply(Command& command) noexcept {
    engine::CommandHeader& header = command.mutable_header();
    header.sequence = engine::SequenceNumber(++sequence_);
    header.time = engine::Timestamp(sequence_);
    for (const engine::Event& event : exchange_.apply(command)) tally_.add(event);
    HG_ASSERT(!exchange_.has_pending_work());
  }

  engine::Exchange<engine::PermissiveClearing> exchange_;
  engine::Lookahead lookahead_;
  std::array<Command, kRing> ring_;
  EventTally tally_;
  std::uint64_t sequence_ = 0;
  std::uint64_t events_before_ = 0;
};

// --- The lines alone -----------------------------------------------------------------------------

// The random places a cancel and the new order after it touch. What they touch besides is near: the
// new order's slot and record are those just freed, its key entry follows the last one's.
struct PairOfLines {
  std::uint32_t cancelled_key;
  std::uint32_t entered_key;
  Slot slot;                    // order, and in the exchange its record
  Slot older, younger;          // its neighbours at its price
  Slot owner_older;             // its neighbours in the session's list, which with one account
  Slot owner_younger;           // are the account's too: exchange only
  std::uint32_t level;          // of the cancelled order
  std::uint32_t entered_level;  // of the new one
  Slot tail;                    // youngest order there
};

enum class Of : std::uint8_t { kBooks, kExchange };
enum class Addresses : std::uint8_t { kKnown, kFollowed };

// Key entry, order, two neighbours and level of the cancel, level and tail of the new order; the
// exchange adds the record and two neighbours' records. A quarter of the orders straddle two lines.
constexpr double random_lines_per_pair(Of what) {
  return (what == Of::kBooks ? 7 : 10) + 0.25;
}

template <Of what, Addresses addresses>
class LinesAlone {
 public:
  using Step = PairOfLines;
  static constexpr std::uint32_t kStepsPerPair = 1;

  // The lengths are the exchange's own, so that the kernel backs them with pages of the same size.
  explicit LinesAlone(const OrderFlow& flow)
      : keys_(std::uint64_t{engine::kMaxClientKeyPages} * engine::kClientKeysPerPage),
        orders_(engine::kMaxOrders),
        records_(engine::kMaxOrders),
        levels_(std::uint64_t{engine::kMaxLevelPages} * engine::kTicksPerPage),
        fetches_ahead_(flow.resting() > engine::kOrdersInCache) {
    keys_.prefault(key_count(flow.resting()) + 1);
    orders_.prefault(flow.resting() + 1);
    records_.prefault(flow.resting() + 1);
    levels_.prefault(2 * levels_per_side(flow.resting()));
  }

  // Their cancels are of key 0, which names the scratch slot.
  static void append_preload(OrderFlow& flow, std::vector<Step>& steps) {
    for (std::uint32_t place = 0; place < flow.resting(); ++place) append(flow, place, 0, steps);
  }
  static void append_pair(OrderFlow& flow, std::vector<Step>& steps) {
    const std::uint32_t place = flow.random_place();
    append(flow, place, static_cast<std::uint32_t>(flow.cancel(place).order_id), steps);
  }

  void play(std::span<const PairOfLines> pairs) noexcept {
    const std::size_t count = pairs.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (fetches_ahead_) {
        if (i + kKeyAhead < count) prefetch_key(pairs[i + kKeyAhead]);
        if (i + kOrderAhead < count) prefetch_order(pairs[i + kOrderAhead]);
        if (i + kLinksAhead < count) prefetch_links(pairs[i + kLinksAhead]);
      }
      cancel(pairs[i]);
      enter(pairs[i]);
    }
    benchmark::DoNotOptimize(sum_);
  }

  // Every chain led to the order it should but for those of the preload.
  [[nodiscard]] bool is_as_expected(const OrderFlow& flow) const noexcept {
    return astray_ == (kFollows ? flow.resting() : 0);
  }

 private:
  // In pairs, the distances of the books and of Lookahead, which count commands.
  static constexpr std::size_t kKeyAhead = BooksAlone::kKeyAhead / 2;
  static constexpr std::size_t kOrderAhead = BooksAlone::kOrderAhead / 2;
  static constexpr std::size_t kLinksAhead = BooksAlone::kLinksAhead / 2;
  static_assert(BooksAlone::kKeyAhead == engine::Lookahead::kKeyAhead);

  static constexpr bool kFollows = addresses == Addresses::kFollowed;

  static void append(OrderFlow& flow, std::uint32_t place, std::uint32_t cancelled_key,
                     std::vector<Step>& steps) {
    const auto slot = [&] { return flow.random_place() + 1; };
    const auto level = [&] { return flow.random_place() / kOrdersPerLevel; };
    steps.push_back({.cancelled_key = cancelled_key,
                     .entered_key = static_cast<std::uint32_t>(flow.enter(place).order_id),
                     .slot = place + 1,
                     .older = slot(),
                     .younger = slot(),
                     .owner_older = slot(),
                     .owner_younger = slot(),
                     .level = level(),
                     .entered_level = level(),
                     .tail = slot()});
  }

  // Where the cancel's lines are.
  [[nodiscard]] Slot slot_of(const PairOfLines& at) const noexcept {
    return kFollows ? keys_[at.cancelled_key].slot : at.slot;
  }
  [[nodiscard]] Slot older(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? orders_[slot].prev : at.older;
  }
  [[nodiscard]] Slot younger(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? orders_[slot].next : at.younger;
  }
  [[nodiscard]] std::uint32_t level(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? orders_[slot].level : at.level;
  }
  [[nodiscard]] Slot owner_older(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? records_[slot].session_prev : at.owner_older;
  }
  [[nodiscard]] Slot owner_younger(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? records_[slot].session_next : at.owner_younger;
  }

  void prefetch_key(const PairOfLines& at) const noexcept {
    engine::prefetch_line(&keys_[at.cancelled_key]);
    engine::prefetch_line(&levels_[at.entered_level]);
  }
  void prefetch_order(const PairOfLines& at) const noexcept {
    const Slot slot = slot_of(at);
    engine::prefetch_line(&orders_[slot]);
    if constexpr (what == Of::kExchange) engine::prefetch_line(&records_[slot]);
  }
  void prefetch_links(const PairOfLines& at) const noexcept {
    const Slot slot = slot_of(at);
    engine::prefetch_line(&orders_[older(at, slot)]);
    engine::prefetch_line(&orders_[younger(at, slot)]);
    engine::prefetch_line(&levels_[level(at, slot)]);
    if constexpr (what == Of::kExchange) {
      engine::prefetch_line(&records_[owner_older(at, slot)]);
      engine::prefetch_line(&records_[owner_younger(at, slot)]);
    }
  }

  // Reads and writes the lines a cancel does.
  void cancel(const PairOfLines& at) noexcept {
    const Slot slot = slot_of(at);
    astray_ += slot != at.slot ? 1 : 0;
    const Slot prev = older(at, slot);
    const Slot next = younger(at, slot);
    sum_ += keys_[at.cancelled_key].generation + orders_[slot].qty;
    ++orders_[slot].generation;
    orders_[prev].next = next;
    orders_[next].prev = prev;
    levels_[level(at, slot)].head = next;
    if constexpr (what == Of::kExchange) {
      const Slot owner_prev = owner_older(at, slot);
      const Slot owner_next = owner_younger(at, slot);
      sum_ += records_[slot].total;
      records_[owner_prev].session_next = owner_next;
      records_[owner_next].session_prev = owner_prev;
    }
  }
  // The same for a new order, which leaves behind what its cancel will follow. The tail is fetched
  // ahead by nobody: it is only written, so nothing waits for it.
  void enter(const PairOfLines& at) noexcept {
    Level& its_level = levels_[at.entered_level];
    const Slot tail = kFollows ? its_level.tail : at.tail;
    BookOrder& order = orders_[at.slot];
    order.prev = at.older;
    order.next = at.younger;
    order.qty = 1;
    order.level = at.entered_level;
    orders_[tail].next = at.slot;
    its_level.tail = at.slot;
    keys_[at.entered_key] = {.slot = at.slot, .generation = order.generation};
    if constexpr (what == Of::kExchange) {
      OrderRecord& record = records_[at.slot];
      record.session_prev = at.owner_older;
      record.session_next = at.owner_younger;
      record.total = 1;
    }
  }

  engine::FixedArray<OrderHandle> keys_;
  engine::FixedArray<BookOrder> orders_;
  engine::FixedArray<OrderRecord> records_;
  engine::FixedArray<Level> levels_;
  std::uint64_t sum_ = 0;
  std::uint64_t astray_ = 0;
  bool fetches_ahead_;
};

// --- Measuring -----------------------------------------------------------------------------------

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                    std::chrono::nanoseconds(1));
}

// Fills the book and replaces every order some times.
template <class Player>
void bring_to_steady_state(OrderFlow& flow, Player& player) {
  std::vector<typename Player::Step> steps;
  Player::append_preload(flow, steps);
  player.play(steps);
  const std::uint32_t pairs = kTurnovers * flow.resting();
  for (std::uint32_t done = 0; done < pairs;) {
    steps.clear();
    const std::uint32_t batch = std::min(kPairsPerBatch, pairs - done);
    for (std::uint32_t i = 0; i < batch; ++i) Player::append_pair(flow, steps);
    player.play(steps);
    done += batch;
  }
}

// The least ns_per_op of each benchmark and size over its repetitions, for the summary: on a
// machine shared with others that run is the one they disturbed least.
std::map<std::string, double> least_ns;

std::string name_of(const std::string& benchmark, std::int64_t size) {
  return fmt::format("{}/{}", benchmark, size);
}

// The median batch, because some are interrupted.
void report(benchmark::State& state, const std::string& name, std::vector<std::uint64_t>& batch_ns,
            Of what) {
  std::sort(batch_ns.begin(), batch_ns.end());
  constexpr double kCommandsPerBatch = 2.0 * kPairsPerBatch;
  const auto ns_per_op = [&](std::size_t index) {
    return static_cast<double>(batch_ns[index]) / kCommandsPerBatch;
  };
  const double median = ns_per_op(batch_ns.size() / 2);
  const auto [least, is_first] = least_ns.try_emplace(name_of(name, state.range(0)), median);
  if (!is_first) least->second = std::min(least->second, median);
  state.counters["ns_per_op"] = median;
  state.counters["least_ns_per_op"] = ns_per_op(0);
  state.counters["lines_per_op"] = random_lines_per_pair(what) / 2;
  const double bytes_per_order = sizeof(BookOrder) + sizeof(OrderHandle) +
                                 (what == Of::kExchange ? sizeof(OrderRecord) : 0) +
                                 static_cast<double>(sizeof(Level)) / kOrdersPerLevel;
  state.counters["live_mib"] = bytes_per_order * static_cast<double>(state.range(0)) / (1U << 20);
}

template <class Player>
void measure(benchmark::State& state, const std::string& name, Of what) {
  OrderFlow flow(static_cast<std::uint32_t>(state.range(0)));
  const auto player = std::make_unique<Player>(flow);
  bring_to_steady_state(flow, *player);
  std::vector<typename Player::Step> steps;
  steps.reserve(std::size_t{kTimedPairs} * Player::kStepsPerPair);
  for (std::uint32_t i = 0; i < kTimedPairs; ++i) Player::append_pair(flow, steps);
  std::vector<std::uint64_t> batch_ns;
  batch_ns.reserve(kBatches);
  std::span<const typename Player::Step> rest(steps);
  constexpr std::size_t kBatchSteps = std::size_t{kPairsPerBatch} * Player::kStepsPerPair;
  for (auto _ : state) {
    const std::uint64_t begin = now_ns();
    player->play(rest.first(kBatchSteps));
    batch_ns.push_back(now_ns() - begin);
    state.SetIterationTime(static_cast<double>(batch_ns.back()) * 1e-9);
    rest = rest.subspan(kBatchSteps);
  }
  if (!player->is_as_expected(flow)) return state.SkipWithError("the book is not as expected");
  report(state, name, batch_ns, what);
}

void lines_of_books(benchmark::State& state) {
  measure<LinesAlone<Of::kBooks, Addresses::kKnown>>(state, "lines_of_books", Of::kBooks);
}
void chains_of_books(benchmark::State& state) {
  measure<LinesAlone<Of::kBooks, Addresses::kFollowed>>(state, "chains_of_books", Of::kBooks);
}
void books(benchmark::State& state) {
  measure<BooksAlone>(state, "books", Of::kBooks);
}
void lines_of_exchange(benchmark::State& state) {
  measure<LinesAlone<Of::kExchange, Addresses::kKnown>>(state, "lines_of_exchange", Of::kExchange);
}
void chains_of_exchange(benchmark::State& state) {
  measure<LinesAlone<Of::kExchange, Addresses::kFollowed>>(state, "chains_of_exchange",
                                                           Of::kExchange);
}
void exchange(benchmark::State& state) {
  measure<WholeExchange>(state, "exchange", Of::kExchange);
}

void all_sizes(benchmark::internal::Benchmark* benchmark) {
  for (const std::uint32_t size : kSizes) benchmark->Arg(size);
  benchmark->Iterations(kBatches)->UseManualTime()->Unit(benchmark::kMicrosecond);
}
BENCHMARK(lines_of_books)->Apply(all_sizes);
BENCHMARK(chains_of_books)->Apply(all_sizes);
BENCHMARK(books)->Apply(all_sizes);
BENCHMARK(lines_of_exchange)->Apply(all_sizes);
BENCHMARK(chains_of_exchange)->Apply(all_sizes);
BENCHMARK(exchange)->Apply(all_sizes);

std::optional<double> ns_of(const std::string& benchmark, std::uint32_t size) {
  const auto at = least_ns.find(name_of(benchmark, size));
  return at == least_ns.end() ? std::nullopt : std::optional(at->second);
}

void print_rest(const std::string& name, const std::string& baseline, std::uint32_t size) {
  const auto least = ns_of(name, kSizes[0]);
  const auto least_lines = ns_of(baseline, kSizes[0]);
  const auto time = ns_of(name, size);
  const auto lines = ns_of(baseline, size);
  if (!least || !least_lines || !time || !lines) return;
  const double misses = *lines - *least_lines;
  fmt::print(stderr,
             "{:<8} {:>7} orders: {:6.1f} ns; misses by {:<18} {:6.1f} ns, rest {:6.1f} ns: {:.2f} "
             "times {} orders\n",
             name, size, *time, baseline, misses, *time - misses, (*time - misses) / *least,
             kSizes[0]);
}

// For each size: the time, what the misses cost by each baseline, and the rest as a multiple of the
// time at the least size. What the filter left out is left out.
void print_summary() {
  for (const std::string name : {"books", "exchange"}) {
    for (const std::string baseline : {"lines_of_", "chains_of_"}) {
      for (const std::uint32_t size : kSizes) print_rest(name, baseline + name, size);
    }
  }
}

std::string line_of(const char* path, std::string_view start) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(start)) return line.substr(start.empty() ? 0 : line.find(':') + 2);
  }
  return "unknown";
}

void describe_run() {
  const engine::BuildInfo& build = engine::build_info();
  benchmark::AddCustomContext(
      "machine", fmt::format("{}, {} cpus, huge pages: {}", line_of("/proc/cpuinfo", "model name"),
                             ::sysconf(_SC_NPROCESSORS_ONLN),
                             line_of("/sys/kernel/mm/transparent_hugepage/"
                                     "enabled",
                                     "")));
  benchmark::AddCustomContext("compiler", std::string(build.compiler));
  benchmark::AddCustomContext(
      "flags", fmt::format("{}, assertions {}", build.flags, build.assertions_on ? "on" : "off"));
  benchmark::AddCustomContext(
      "workload",
      fmt::format(
          "cancel of a random order and new order at a random price in turns, {} orders a "
          "price; one book, session and account; every order replaced {} times before, then "
          "{} operations in {} batches; ns_per_op is the median batch's",
          kOrdersPerLevel, kTurnovers, 2 * kTimedPairs, kBatches));
  benchmark::AddCustomContext(
      "baseline",
      "random lines of a cancel and a new order: key entry, order, 2 neighbours, 2 levels, "
      "tail; exchange also record, 2 owner's neighbours; a quarter of the orders straddle two");
  benchmark::AddCustomContext(
      "left out",
      "rings, sequencer and journal; clearing; trades; generating commands; page faults; in the "
      "baseline page headers and directory (16 KiB at 1,000,000 orders)");
}

}  // namespace
}  // namespace hourglass::bench

int main(int argc, char** argv) {
  using namespace hourglass::bench;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  describe_run();
  benchmark::RunSpecifiedBenchmarks();
  print_summary();
  return 0;
}

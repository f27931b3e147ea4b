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

#include "bench/growth_flow.h"
#include "bench/growth_lines.h"
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

static_assert(kKeyAhead == engine::Lookahead::kKeyAhead);

using engine::Command;
using engine::InstrumentId;

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

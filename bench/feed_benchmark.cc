// What it costs to read the feed and keep the books: nanoseconds a message, from packets in memory.
//
//   feed_benchmark --benchmark_repetitions=5 --benchmark_enable_random_interleaving=true
//
//   maps    the baseline: the same reader, books of std::map, std::list and std::unordered_map
//   books   marketdata/feed: decoding and Books
//   client  FeedClient whole: arbitration of one line, every packet checked before it is believed,
//           a listener called at each end of event
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/feed_flow.h"
#include "engine/base/build_info.h"
#include "marketdata/feed/books.h"
#include "marketdata/feed/feed_client.h"

namespace hourglass::bench {
namespace {

namespace md = marketdata;

constexpr std::uint32_t kScalePercent = 25;
constexpr std::size_t kPacketsPerBatch = 64;

// What one would write in an afternoon, without a check.
class MapBooks {
 public:
  void play(std::span<const std::byte> packet) {
    md::PacketReader reader(packet);
    while (const auto frame = reader.next()) apply(*frame);
  }
  [[nodiscard]] std::uint64_t order_count() const { return places_.size(); }

 private:
  struct Order {
    std::uint64_t id;
    std::uint32_t qty;
  };
  using Levels = std::map<std::int64_t, std::list<Order>>;
  struct Place {
    Levels* levels;
    Levels::iterator level;
    std::list<Order>::iterator order;
  };

  Levels& levels(std::uint32_t instrument, md::BookSide side) {
    return books_[instrument][side == md::BookSide::kBid ? 0 : 1];
  }
  void join(Levels& levels, std::uint64_t id, std::int64_t price, std::uint32_t qty) {
    const auto level = levels.try_emplace(price).first;
    level->second.push_back({id, qty});
    places_[id] = {&levels, level, std::prev(level->second.end())};
  }
  void leave(std::uint64_t id) {
    const auto at = places_.find(id);
    const Place place = at->second;
    place.level->second.erase(place.order);
    if (place.level->second.empty()) place.levels->erase(place.level);
    places_.erase(at);
  }
  void apply(const md::Frame& frame) {
    if (const auto add = frame.as<md::OrderAdd>()) {
      join(levels(add->instrument_id, add->side), add->order_id, add->price, add->display_qty);
    } else if (const auto executed = frame.as<md::OrderExecuted>()) {
      if (executed->leaves_qty == 0) return leave(executed->order_id);
      places_[executed->order_id].order->qty = executed->leaves_qty;
    } else if (const auto gone = frame.as<md::OrderDelete>()) {
      leave(gone->order_id);
    } else if (const auto reduce = frame.as<md::OrderReduce>()) {
      places_[reduce->order_id].order->qty = reduce->new_display_qty;
    } else if (const auto replace = frame.as<md::OrderReplace>()) {
      leave(replace->order_id);
      join(levels(replace->instrument_id, replace->side), replace->order_id, replace->new_price,
           replace->new_display_qty);
    }
  }

  std::unordered_map<std::uint32_t, std::array<Levels, 2>> books_;
  std::unordered_map<std::uint64_t, Place> places_;
};

class FeedBooks {
 public:
  void play(std::span<const std::byte> packet) {
    md::PacketReader reader(packet);
    while (const auto frame = reader.next()) {
      if (books_.apply(*frame).outcome == md::BookOutcome::kFault) std::abort();
    }
  }
  [[nodiscard]] std::uint64_t order_count() const { return count_in(books_); }
  static std::uint64_t count_in(const md::Books& books) {
    std::uint64_t count = 0;
    books.for_each(
        [&](const md::Instrument& instrument) { count += instrument.book.order_count(); });
    return count;
  }

 private:
  md::Books books_{md::BookState::kLive};
};

class Client {
 public:
  void play(std::span<const std::byte> packet) {
    if (client_.on_packet(md::Line::kA, packet, 0) != md::PacketOutcome::kDelivered) std::abort();
  }
  [[nodiscard]] std::uint64_t order_count() const { return FeedBooks::count_in(client_.books()); }

 private:
  struct Listener : md::FeedListener {
    void on_book_changed(const md::Instrument& instrument) override {
      benchmark::DoNotOptimize(instrument.book.best(md::BookSide::kBid));
    }
  };
  Listener listener_;
  md::FeedClient client_{{.from_the_start = true}, listener_};
};

// Made once: they take seconds.
const FeedFlow& flow_of(StreamKind kind) {
  static std::map<StreamKind, FeedFlow> flows;
  const auto at = flows.find(kind);
  if (at != flows.end()) return at->second;
  return flows.emplace(kind, make_feed_flow(kind, kScalePercent)).first->second;
}

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                    std::chrono::nanoseconds(1));
}

// One iteration is a whole stream; ns_per_msg is the median batch's, because some are interrupted.
template <class Player>
void measure(benchmark::State& state) {
  const FeedFlow& flow = flow_of(kStreamKinds[static_cast<std::size_t>(state.range(0))]);
  std::vector<double> batches;
  std::uint64_t order_count = 0;
  for (auto _ : state) {
    const auto player = std::make_unique<Player>();
    for (std::size_t i = 0; i < flow.preload.size(); ++i) player->play(flow.preload[i]);
    std::uint64_t total_ns = 0;
    for (std::size_t i = 0; i + kPacketsPerBatch <= flow.timed.size(); i += kPacketsPerBatch) {
      std::uint64_t messages = 0;
      const std::uint64_t begin = now_ns();
      for (std::size_t k = i; k < i + kPacketsPerBatch; ++k) {
        player->play(flow.timed[k]);
        messages += flow.timed.messages(k);
      }
      const std::uint64_t ns = now_ns() - begin;
      total_ns += ns;
      batches.push_back(static_cast<double>(ns) / static_cast<double>(messages));
    }
    state.SetIterationTime(static_cast<double>(total_ns) * 1e-9);
    order_count = player->order_count();
  }
  std::sort(batches.begin(), batches.end());
  state.SetLabel(std::string(name(kStreamKinds[static_cast<std::size_t>(state.range(0))])));
  state.counters["ns_per_msg"] = batches[batches.size() / 2];
  state.counters["p99"] = batches[batches.size() * 99 / 100];
  state.counters["end_orders"] = static_cast<double>(order_count);
}

void maps(benchmark::State& state) {
  measure<MapBooks>(state);
}
void books(benchmark::State& state) {
  measure<FeedBooks>(state);
}
void client(benchmark::State& state) {
  measure<Client>(state);
}

void all_streams(benchmark::internal::Benchmark* benchmark) {
  for (std::size_t i = 0; i < kStreamKinds.size(); ++i) {
    benchmark->Arg(static_cast<std::int64_t>(i));
  }
  benchmark->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK(maps)->Apply(all_streams);
BENCHMARK(books)->Apply(all_streams);
BENCHMARK(client)->Apply(all_streams);

void describe_run() {
  const engine::BuildInfo& build = engine::build_info();
  benchmark::AddCustomContext("compiler", std::string(build.compiler));
  benchmark::AddCustomContext("flags", std::string(build.flags));
  benchmark::AddCustomContext(
      "workload",
      fmt::format("play's streams, seed 1, {} % of their length, through the exchange into packets "
                  "of whole events up to {} bytes; batches of {} packets; ns_per_msg and p99 are "
                  "of batches",
                  kScalePercent, md::kMaxPacketBytes, kPacketsPerBatch));
  benchmark::AddCustomContext("left out", "sockets; the preload; other channels");
}

}  // namespace
}  // namespace hourglass::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  hourglass::bench::describe_run();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

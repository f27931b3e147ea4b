// What a hand-over costs: our rings beside Boost.Lockfree and moodycamel, same items, same threads,
// same idling, in one run. Prints the ratios at the end.
//
//   build/release/bench/ring_benchmark --benchmark_filter=Transfer/128
//
// Transfer: one thread sends items of 64 or 128 bytes, another reads their first word; both yield
// when they have nothing to do, since that is how Hourglass idles where cores are few. PingPong: a
// ball between two threads, a round trip each. Produce: what the producer alone pays for a slot,
// with the consumer's part done in between on the same thread.
#include <benchmark/benchmark.h>
#include <concurrentqueue/concurrentqueue.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/build_info.h"
#include "engine/ring/broadcast_ring.h"
#include "engine/ring/gating_consumer.h"
#include "engine/ring/idle.h"
#include "engine/ring/mpsc_ring.h"
#include "engine/ring/slow_reader.h"

namespace hourglass::engine {
namespace {

constexpr std::uint32_t kSlots = 1U << 14;
constexpr std::uint64_t kItems = 200'000;
constexpr std::uint32_t kBatch = 64;

template <std::uint32_t kBytes>
struct alignas(64) Item {
  std::array<std::uint64_t, kBytes / 8> words;
};

// --- Threads -------------------------------------------------------------------------------------

enum class Cores : std::uint8_t { kTwo, kOne };

// The processors to run on: the first allowed one, and the second unless all share the first.
std::uint32_t cpu_for(Cores cores, std::uint32_t thread) {
  cpu_set_t cpus;
  ::sched_getaffinity(0, sizeof(cpus), &cpus);
  std::vector<std::uint32_t> allowed;
  for (std::uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &cpus)) allowed.push_back(cpu);
  }
  return cores == Cores::kOne ? allowed[0] : allowed[thread % allowed.size()];
}

template <class F>
std::thread pinned_thread(std::uint32_t cpu, F body) {
  return std::thread([cpu, body] {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(cpu, &cpus);
    ::pthread_setaffinity_np(::pthread_self(), sizeof(cpus), &cpus);
    body();
  });
}

// --- The queues, all as push(item) -> bool and pop(f) -> count
// -------------------------------------

// Our broadcast ring as the exchange uses it: by words, open to slow readers.
template <class T>
struct BroadcastByWords {
  BroadcastRing<T> ring{kSlots};
  GatingConsumer<T> consumer{ring};

  bool push(const T& item) {
    if (ring.free_slots(1) < 1) return false;
    const std::uint64_t sequence = ring.next_sequence();
    ring.store(sequence, item);
    ring.publish(sequence + 1);
    return true;
  }
  template <class F>
  std::uint32_t pop(F&& handle) {
    return consumer.read(kBatch, kNoLimit, handle);
  }
};

// Our broadcast ring with items written in place.
template <class T>
struct BroadcastInPlace {
  BroadcastRing<T, SlowReaders::kForbidden> ring{kSlots};
  GatingConsumer<T, SlowReaders::kForbidden> consumer{ring};

  bool push(const T& item) {
    if (ring.free_slots(1) < 1) return false;
    const std::uint64_t sequence = ring.next_sequence();
    ring.slot(sequence) = item;
    ring.publish(sequence + 1);
    return true;
  }
  template <class F>
  std::uint32_t pop(F&& handle) {
    return consumer.read(kBatch, kNoLimit, handle);
  }
};

template <class T>
struct OurMpsc {
  MpscRing<T> ring{kSlots};

  bool push(const T& item) { return ring.try_push(item) == PushResult::kPushed; }
  template <class F>
  std::uint32_t pop(F&& handle) {
    return ring.drain(kBatch, handle);
  }
};

template <class T>
struct BoostSpsc {
  boost::lockfree::spsc_queue<T> queue{kSlots};

  bool push(const T& item) { return queue.push(item); }
  template <class F>
  std::uint32_t pop(F&& handle) {
    return static_cast<std::uint32_t>(queue.consume_all(handle));
  }
};

template <class T>
struct BoostQueue {
  boost::lockfree::queue<T, boost::lockfree::fixed_sized<true>> queue{kSlots};

  bool push(const T& item) { return queue.bounded_push(item); }
  template <class F>
  std::uint32_t pop(F&& handle) {
    return queue.consume_one(handle) ? 1 : 0;
  }
};

// Without a producer token, as each push may come from another thread; it grows rather than refuse.
template <class T>
struct Moodycamel {
  moodycamel::ConcurrentQueue<T> queue{kSlots};
  std::vector<T> batch{kBatch};

  bool push(const T& item) { return queue.enqueue(item); }
  template <class F>
  std::uint32_t pop(F&& handle) {
    const std::size_t count = queue.try_dequeue_bulk(batch.data(), kBatch);
    for (std::size_t i = 0; i < count; ++i) handle(batch[i]);
    return static_cast<std::uint32_t>(count);
  }
};

// --- Transfer ------------------------------------------------------------------------------------

template <template <class> class Queue, std::uint32_t kBytes>
void transfer(benchmark::State& state, Cores cores, std::uint32_t producers) {
  using T = Item<kBytes>;
  const std::uint64_t items = kItems / producers * producers;
  double best_seconds = std::numeric_limits<double>::max();
  for (auto _ : state) {
    auto queue = std::make_unique<Queue<T>>();
    std::atomic<std::uint32_t> ready{0};
    std::atomic<bool> go{false};
    std::vector<std::thread> threads;
    for (std::uint32_t producer = 0; producer < producers; ++producer) {
      threads.push_back(pinned_thread(cpu_for(cores, 1 + producer), [&] {
        T item{};
        ++ready;
        while (!go) ::sched_yield();
        for (std::uint64_t i = 0; i < items / producers; ++i) {
          item.words[0] = i;
          while (!queue->push(item)) ::sched_yield();
        }
      }));
    }
    std::uint64_t sum = 0;
    threads.push_back(pinned_thread(cpu_for(cores, 0), [&] {
      ++ready;
      while (!go) ::sched_yield();
      for (std::uint64_t received = 0; received < items;) {
        const std::uint32_t count = queue->pop([&](const T& item) { sum += item.words[0]; });
        received += count;
        if (count == 0) ::sched_yield();
      }
    }));
    while (ready != producers + 1) ::sched_yield();
    const auto start = std::chrono::steady_clock::now();
    go = true;
    for (std::thread& thread : threads) thread.join();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(elapsed.count());
    best_seconds = std::min(best_seconds, elapsed.count());
    const std::uint64_t each = items / producers;
    if (sum != producers * (each * (each - 1) / 2)) state.SkipWithError("items lost");
  }
  state.counters["best_ns_per_item"] = best_seconds * 1e9 / static_cast<double>(items);
}

// --- Produce -------------------------------------------------------------------------------------

// The design not taken: a stamp in each slot, odd while it is written, as in a seqlock.
template <class T>
struct StampedSlots {
  struct Slot {
    std::atomic<std::uint64_t> stamp{0};
    T value;
  };
  std::vector<Slot> slots{1024};

  void store(std::uint64_t sequence, const T& item) {
    Slot& slot = slots[sequence & 1023];
    // relaxed and release: bench-only sketch; partners would be a slow reader's two looks.
    slot.stamp.store(2 * sequence + 1, std::memory_order_relaxed);
    store_payload<RealAtomics>(slot.value, item, sizeof(T));
    slot.stamp.store(2 * sequence + 2, std::memory_order_release);
  }
};

enum class Writing : std::uint8_t { kInPlace, kByWords, kStamped };

// Bursts of four, built on the producer's side from changing words, then published.
template <Writing kWriting, std::uint32_t kBytes>
void produce(benchmark::State& state) {
  using T = Item<kBytes>;
  constexpr std::uint32_t kBursts = 1024;
  constexpr SlowReaders kReaders =
      kWriting == Writing::kByWords ? SlowReaders::kAllowed : SlowReaders::kForbidden;
  BroadcastRing<T, kReaders> ring(1024);
  GatingConsumer<T, kReaders> consumer(ring);
  StampedSlots<T> stamped;
  std::uint64_t sequence = 0;
  T item{};
  double best_ns = std::numeric_limits<double>::max();
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    for (std::uint32_t burst = 0; burst < kBursts; ++burst) {
      if (ring.free_slots(4) < 4) consumer.release(consumer.available(1024));
      benchmark::DoNotOptimize(ring.free_slots(4));
      for (std::uint32_t i = 0; i < 4; ++i, ++sequence) {
        for (std::uint64_t& word : item.words) word = sequence;
        benchmark::DoNotOptimize(item);
        if constexpr (kWriting == Writing::kInPlace) ring.slot(sequence) = item;
        if constexpr (kWriting == Writing::kByWords) ring.store(sequence, item);
        if constexpr (kWriting == Writing::kStamped) stamped.store(sequence, item);
      }
      ring.publish(sequence);
    }
    const std::chrono::duration<double, std::nano> elapsed =
        std::chrono::steady_clock::now() - start;
    best_ns = std::min(best_ns, elapsed.count() / (4 * kBursts));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sequence));
  state.counters["best_ns_per_item"] = best_ns;
}

// --- Ping-pong -----------------------------------------------------------------------------------

struct Side {
  MpscRing<std::uint64_t> ring{2};
  WakeSignal wake;

  void await_ball(IdleStrategy& idle) {
    for (;;) {  // ends: the other side sends
      const std::uint32_t count = ring.drain(1, [](std::uint64_t) {});
      idle.idle(count);
      if (count != 0) return;
    }
  }
  void send_ball() {
    static_cast<void>(ring.try_push(1));
    wake.notify();
  }
};

void ping_pong(benchmark::State& state, Cores cores, IdleSettings idle, std::uint64_t balls) {
  std::vector<std::uint64_t> round_trips_ns;
  for (auto _ : state) {
    Side left;
    Side right;
    std::thread echo = pinned_thread(cpu_for(cores, 1), [&] {
      IdleStrategy strategy(idle, right.wake);
      for (std::uint64_t ball = 0; ball < balls; ++ball) {
        right.await_ball(strategy);
        left.send_ball();
      }
    });
    std::thread server = pinned_thread(cpu_for(cores, 0), [&] {
      IdleStrategy strategy(idle, left.wake);
      for (std::uint64_t ball = 0; ball < balls; ++ball) {
        const auto start = std::chrono::steady_clock::now();
        right.send_ball();
        left.await_ball(strategy);
        const auto end = std::chrono::steady_clock::now();
        round_trips_ns.push_back(static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count()));
      }
    });
    echo.join();
    server.join();
    std::uint64_t total_ns = 0;
    for (const std::uint64_t round_trip : round_trips_ns) total_ns += round_trip;
    state.SetIterationTime(static_cast<double>(total_ns) * 1e-9);
  }
  std::sort(round_trips_ns.begin(), round_trips_ns.end());
  const auto percentile = [&](std::uint64_t per_mille) {
    return static_cast<double>(round_trips_ns[(round_trips_ns.size() - 1) * per_mille / 1000]);
  };
  state.counters["p50_ns"] = percentile(500);
  state.counters["p99_ns"] = percentile(990);
  state.counters["max_ns"] = static_cast<double>(round_trips_ns.back());
}

// --- The run -------------------------------------------------------------------------------------

template <template <class> class Queue, std::uint32_t kBytes>
void register_transfer(const std::string& name, bool several_producers) {
  for (const Cores cores : {Cores::kTwo, Cores::kOne}) {
    if (cores == Cores::kTwo && online_cpu_count() < 2) continue;
    for (const std::uint32_t producers : {1U, 2U}) {
      if (producers > 1 && !several_producers) continue;
      const std::string group = "Transfer/" + std::to_string(kBytes) + "B/" +
                                (cores == Cores::kTwo ? "two_cores/" : "one_core/") +
                                std::to_string(producers) + "_to_1/";
      benchmark::RegisterBenchmark((group + name).c_str(),
                                   [cores, producers](benchmark::State& state) {
                                     transfer<Queue, kBytes>(state, cores, producers);
                                   })
          ->UseManualTime()
          ->Iterations(7)
          ->Unit(benchmark::kMillisecond);
    }
  }
}

template <std::uint32_t kBytes>
void register_size() {
  register_transfer<BroadcastByWords, kBytes>("broadcast_ring", false);
  register_transfer<BroadcastInPlace, kBytes>("broadcast_ring_in_place", false);
  register_transfer<OurMpsc, kBytes>("mpsc_ring", true);
  register_transfer<BoostSpsc, kBytes>("boost_spsc_queue", false);
  register_transfer<BoostQueue, kBytes>("boost_queue", true);
  register_transfer<Moodycamel, kBytes>("moodycamel", true);
  const std::string group = "Produce/" + std::to_string(kBytes) + "B/";
  benchmark::RegisterBenchmark((group + "by_words").c_str(), produce<Writing::kByWords, kBytes>);
  benchmark::RegisterBenchmark((group + "in_place").c_str(), produce<Writing::kInPlace, kBytes>);
  benchmark::RegisterBenchmark((group + "stamped").c_str(), produce<Writing::kStamped, kBytes>);
}

void register_ping_pong() {
  const auto add = [](const char* name, Cores cores, IdleSettings idle, std::uint64_t balls) {
    if (cores == Cores::kTwo && online_cpu_count() < 2) return;
    benchmark::RegisterBenchmark(
        name, [=](benchmark::State& state) { ping_pong(state, cores, idle, balls); })
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
  };
  const IdleSettings spin{.mode = IdleMode::kSpin};
  const IdleSettings yield{.mode = IdleMode::kYield};
  const IdleSettings spin_then_sleep = settings_for(2, 2);
  const IdleSettings sleep{.mode = IdleMode::kSleep, .spins = 0, .yields = 0};
  add("PingPong/two_cores/spin", Cores::kTwo, spin, 100'000);
  add("PingPong/two_cores/yield", Cores::kTwo, yield, 100'000);
  add("PingPong/two_cores/default", Cores::kTwo, spin_then_sleep, 100'000);
  add("PingPong/two_cores/sleep_at_once", Cores::kTwo, sleep, 10'000);
  // Each hand-over takes a scheduler tick: few balls, or it would not end.
  add("PingPong/one_core/spin", Cores::kOne, spin, 100);
  add("PingPong/one_core/yield", Cores::kOne, yield, 50'000);
  add("PingPong/one_core/default", Cores::kOne, settings_for(1, 2), 50'000);
  add("PingPong/one_core/sleep_at_once", Cores::kOne, sleep, 10'000);
}

// Remembers the best run of each benchmark, for the ratios: on a machine shared with others the
// best is the one they disturbed least.
class Remembering : public benchmark::ConsoleReporter {
 public:
  Remembering() : ConsoleReporter(OO_None) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) continue;
      const auto counter = run.counters.find("best_ns_per_item");
      if (counter == run.counters.end()) continue;
      const std::string name = run.run_name.function_name;
      const std::size_t slash = name.rfind('/');
      groups_[name.substr(0, slash)][name.substr(slash + 1)] = counter->second.value;
    }
    ConsoleReporter::ReportRuns(runs);
  }

  // Time of each against the first of ours in its group.
  void print_ratios() {
    for (const auto& [group, times] : groups_) {
      const auto ours = std::find_if(times.begin(), times.end(), [](const auto& entry) {
        return entry.first == "mpsc_ring" || entry.first == "broadcast_ring" ||
               entry.first == "by_words";
      });
      if (ours == times.end()) continue;
      GetOutputStream() << group << ", time as a multiple of " << ours->first << ":";
      for (const auto& [name, time] : times) {
        GetOutputStream() << "  " << name << " " << time / ours->second;
      }
      GetOutputStream() << "\n";
    }
  }

 private:
  std::map<std::string, std::map<std::string, double>> groups_;
};

std::string cpu_model() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown cpu";
}

}  // namespace
}  // namespace hourglass::engine

int main(int argc, char** argv) {
  using namespace hourglass::engine;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const BuildInfo& build = build_info();
  benchmark::AddCustomContext("machine",
                              cpu_model() + ", " + std::to_string(online_cpu_count()) + " cpus");
  benchmark::AddCustomContext("compiler", std::string(build.compiler));
  benchmark::AddCustomContext(
      "flags", std::string(build.flags) + (build.assertions_on ? ", assertions on" : ""));
  benchmark::AddCustomContext("workload",
                              "200,000 items a run through 16,384 slots, both sides yield");
  benchmark::AddCustomContext("left out",
                              "making the ring, starting and stopping threads, building items");
  register_size<64>();
  register_size<128>();
  register_ping_pong();
  Remembering reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print_ratios();
  return 0;
}

// What publishing costs: nanoseconds a public event, over the public events that the generated
// streams make in the real exchange, in memory.
//
//   feed_encode_benchmark --benchmark_repetitions=5 --benchmark_enable_random_interleaving=true
//
//   copy       the baseline: each event's message, encoded beforehand, copied into a packet
//   encode     the order channel's message of each event, written into a packet
//   state      FeedState: both numbered channels' messages, shadow book, levels, best prices,
//              figures, and the log for retransmission; nothing sent
//   publisher  the whole publisher: state, packets of all live channels, a flush a command
//
// The median batch's time is reported, because some are interrupted.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/play/translate.h"
#include "bench/streams/generator.h"
#include "engine/base/build_info.h"
#include "engine/exchange/exchange.h"
#include "marketdata/publish/publisher.h"
#include "marketdata/wire/packet_writer.h"

namespace hourglass::bench {
namespace {

using engine::Event;
using marketdata::PacketWriter;

constexpr std::uint32_t kCommandsPerBatch = 1U << 8;
constexpr std::uint32_t kSeed = 1;
constexpr std::uint32_t kScalePercent = 10;
constexpr std::int64_t kTickNanoUsd = 1000;  // listing()'s

// Public events, and where each command's begin.
struct Tape {
  std::vector<Event> events;
  std::vector<std::uint32_t> begins{0};
  std::size_t preload_commands = 0;  // not timed
  std::uint32_t symbols = 0;

  [[nodiscard]] std::size_t command_count() const noexcept { return begins.size() - 1; }
  [[nodiscard]] std::span<const Event> command(std::size_t i) const noexcept {
    return std::span(events).subspan(begins[i], begins[i + 1] - begins[i]);
  }
};

class Recorder {
 public:
  Tape record(const Stream& stream) {
    tape_.symbols = stream.header.n_symbols;
    for (std::uint32_t i = 0; i < stream.header.n_symbols; ++i) {
      apply(engine::Command::of(listing(i, stream.header)));
    }
    play(stream.preload());
    tape_.preload_commands = tape_.command_count();
    play(stream.timed());
    return std::move(tape_);
  }

 private:
  void play(std::span<const StreamOp> ops) {
    engine::Command command;
    for (const StreamOp& op : ops) {
      translate(op, command);
      apply(command);
      while (exchange_.has_pending_work()) apply(exchange_.continuation());
    }
  }
  void apply(const engine::Command& unstamped) {
    engine::Command command = unstamped;
    command.mutable_header().sequence = engine::SequenceNumber(++sequence_);
    command.mutable_header().time = engine::Timestamp(sequence_);
    for (const Event& event : exchange_.apply(command)) {
      if (event.header().feed_sequence != 0) tape_.events.push_back(event);
    }
    // Commands that did nothing public are none of the publisher's.
    const auto end = static_cast<std::uint32_t>(tape_.events.size());
    if (end != tape_.begins.back()) tape_.begins.push_back(end);
  }

  Tape tape_;
  engine::Exchange<engine::PermissiveClearing> exchange_;
  std::uint64_t sequence_ = 0;
};

const Tape& tape_of(StreamKind kind) {
  static std::array<std::unique_ptr<Tape>, kStreamKinds.size()> tapes;
  auto& tape = tapes[static_cast<std::size_t>(kind)];
  if (tape == nullptr) {
    const auto stream = generate_stream(kind, kSeed, kScalePercent);
    if (!stream.ok()) std::abort();
    tape = std::make_unique<Tape>(std::make_unique<Recorder>()->record(*stream));
  }
  return *tape;
}

// --- What is measured ----------------------------------------------------------------------------

class NoSink final : public marketdata::PacketSink {
 public:
  void send(marketdata::Stream, std::span<const std::byte> packet) noexcept override {
    benchmark::DoNotOptimize(packet.data());
    ++packets;
  }
  std::uint64_t packets = 0;
};

// Frames into one packet after the other.
class Packets {
 public:
  void add(std::span<const std::byte> frame) noexcept {
    if (writer_.add_frame(frame)) return;
    next();
    writer_.add_frame(frame);
  }
  // Where a frame may be written in place.
  void next() noexcept {
    benchmark::DoNotOptimize(writer_.finish(0).data());
    writer_.begin({});
  }

 private:
  std::array<std::byte, marketdata::kMaxPacketBytes> buffer_{};
  PacketWriter writer_{buffer_};
};

marketdata::EventTerms terms_of_one() noexcept {
  return {.tick_nano_usd = kTickNanoUsd, .shown_qty = 1, .trade_date = 0, .event_flags = 7};
}

class Copy {
 public:
  explicit Copy(const Tape& tape) : tape_(tape) {
    for (const Event& event : tape.events) {
      frames_.emplace_back();
      bytes_.push_back(static_cast<std::uint8_t>(
          write_order_message(event, terms_of_one(), frames_.back().data()).frame_bytes));
    }
  }
  void command(std::size_t i) noexcept {
    for (std::uint32_t k = tape_.begins[i]; k < tape_.begins[i + 1]; ++k) {
      packets_.add(std::span(frames_[k]).first(bytes_[k]));
    }
  }

 private:
  const Tape& tape_;
  std::vector<std::array<std::byte, marketdata::kMaxFrameBytes>> frames_;
  std::vector<std::uint8_t> bytes_;
  Packets packets_;
};

class Encode {
 public:
  explicit Encode(const Tape& tape) : tape_(tape) {}
  void command(std::size_t i) noexcept {
    for (const Event& event : tape_.command(i)) {
      if (end_ > marketdata::kMaxPacketBytes - marketdata::kMaxFrameBytes) {
        benchmark::DoNotOptimize(packet_.data());
        benchmark::ClobberMemory();
        end_ = sizeof(marketdata::PacketHeader);
      }
      end_ += write_order_message(event, terms_of_one(), packet_.data() + end_).frame_bytes;
    }
  }

 private:
  const Tape& tape_;
  alignas(8) std::array<std::byte, marketdata::kMaxPacketBytes> packet_{};
  std::size_t end_ = sizeof(marketdata::PacketHeader);
};

class State {
 public:
  explicit State(const Tape& tape) : tape_(tape), state_({}) {}
  void command(std::size_t i) {
    state_.apply(tape_.command(i));
    state_.changed_tops().clear();
  }

 private:
  const Tape& tape_;
  marketdata::FeedState state_;
};

class Whole {
 public:
  explicit Whole(const Tape& tape) : tape_(tape), publisher_({}, sink_) {}
  void command(std::size_t i) {
    publisher_.publish(tape_.command(i), i);
    publisher_.flush(i);
  }

 private:
  const Tape& tape_;
  NoSink sink_;
  marketdata::Publisher publisher_;
};

// --- Measuring -----------------------------------------------------------------------------------

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                    std::chrono::nanoseconds(1));
}

// A batch's events into the cache, where a publisher has them from the ring's reader.
void touch(const Tape& tape, std::size_t first) {
  for (std::uint32_t k = tape.begins[first]; k < tape.begins[first + kCommandsPerBatch]; ++k) {
    static_cast<void>(*static_cast<const volatile std::byte*>(tape.events[k].bytes.data()));
    static_cast<void>(*static_cast<const volatile std::byte*>(tape.events[k].bytes.data() + 64));
  }
}

template <class Subject>
void measure(benchmark::State& state) {
  const auto kind = static_cast<StreamKind>(state.range(0));
  const Tape& tape = tape_of(kind);
  std::vector<double> ns_per_event;
  for (auto _ : state) {
    const auto subject = std::make_unique<Subject>(tape);
    for (std::size_t i = 0; i < tape.preload_commands; ++i) subject->command(i);
    double total_ns = 0;
    for (std::size_t first = tape.preload_commands;
         first + kCommandsPerBatch <= tape.command_count(); first += kCommandsPerBatch) {
      touch(tape, first);
      const std::uint64_t begin = now_ns();
      for (std::size_t i = first; i < first + kCommandsPerBatch; ++i) subject->command(i);
      const auto took = static_cast<double>(now_ns() - begin);
      total_ns += took;
      ns_per_event.push_back(took / (tape.begins[first + kCommandsPerBatch] - tape.begins[first]));
    }
    state.SetIterationTime(total_ns * 1e-9);
  }
  if (ns_per_event.empty()) return state.SkipWithError("the stream is too short");
  std::sort(ns_per_event.begin(), ns_per_event.end());
  state.SetLabel(std::string(name(kind)));
  state.counters["ns_per_event"] = ns_per_event[ns_per_event.size() / 2];
  state.counters["least_ns_per_event"] = ns_per_event.front();
  state.counters["p90_ns_per_event"] = ns_per_event[ns_per_event.size() * 9 / 10];
}

void copy(benchmark::State& state) {
  measure<Copy>(state);
}
void encode(benchmark::State& state) {
  measure<Encode>(state);
}
void state(benchmark::State& of) {
  measure<State>(of);
}
void publisher(benchmark::State& state) {
  measure<Whole>(state);
}

void all_streams(benchmark::internal::Benchmark* benchmark) {
  for (const StreamKind kind : kStreamKinds) benchmark->Arg(static_cast<std::int64_t>(kind));
  benchmark->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK(copy)->Apply(all_streams);
BENCHMARK(encode)->Apply(all_streams);
BENCHMARK(state)->Apply(all_streams);
BENCHMARK(publisher)->Apply(all_streams);

std::string line_of(const char* path, std::string_view start) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(start)) return line.substr(start.empty() ? 0 : line.find(':') + 2);
  }
  return "unknown";
}

void describe_run() {
  const engine::BuildInfo& build = engine::build_info();
  benchmark::AddCustomContext("machine",
                              fmt::format("{}, {} cpus", line_of("/proc/cpuinfo", "model name"),
                                          ::sysconf(_SC_NPROCESSORS_ONLN)));
  benchmark::AddCustomContext("compiler", std::string(build.compiler));
  benchmark::AddCustomContext(
      "flags", fmt::format("{}, assertions {}", build.flags, build.assertions_on ? "on" : "off"));
  benchmark::AddCustomContext(
      "workload", fmt::format("public events of the generated streams, seed {}, {} % of their "
                              "length; batches of {} commands that did something public; "
                              "ns_per_event is the median batch's",
                              kSeed, kScalePercent, kCommandsPerBatch));
  benchmark::AddCustomContext("left out",
                              "rings, sockets and clock; the streams' preload; snapshots and "
                              "cycles; generating streams and events");
}

}  // namespace
}  // namespace hourglass::bench

int main(int argc, char** argv) {
  using namespace hourglass::bench;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  describe_run();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

// What durability costs: the latency of one commit by frame size, what of it is checksum and hash,
// and how fast a journal is read back.
//
//   journal_benchmark [--dir DIR]     DIR on the disk to be measured; default: the temporary one
//
// Baseline in the same run: a bare pwrite of the same bytes to the same kind of file. Left out:
// waiting for commands, the ring, preparing the next segment (done before the clock starts).
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/journal/crc32c.h"
#include "engine/journal/file_device.h"
#include "engine/journal/journal_reader.h"
#include "engine/journal/journal_writer.h"
#include "engine/journal/sector.h"

namespace hourglass::engine {
namespace {

std::string directory_path;  // set once in main

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                    std::chrono::nanoseconds(1));
}

// A new empty directory that is gone when this is.
struct ScratchDirectory {
  std::string path = fmt::format("{}/hourglass-journal-benchmark-{}", directory_path, ::getpid());
  ScratchDirectory() { std::filesystem::remove_all(path); }
  ~ScratchDirectory() { std::filesystem::remove_all(path); }
};

Command command_at(std::uint64_t sequence) {
  CancelOrder cancel{};
  cancel.header = make_header<CancelOrder>(SessionId(1), AccountId(1), InstrumentId(1));
  cancel.header.sequence = SequenceNumber(sequence);
  cancel.target = ClientKey(static_cast<std::uint32_t>(sequence));
  return Command::of(cancel);
}

void append_commands(JournalWriter& writer, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const Command command = command_at(writer.next_sequence().value());
    if (!writer.append({command.bytes.data(), sizeof(CancelOrder)})) std::abort();
  }
}

FrameStamp stamp(const JournalWriter& writer) {
  return {.wall_time = Timestamp(1),
          .monotonic_ns = 1,
          .digest_through = writer.durable(),
          .event_digest = {}};
}

void report_percentiles(benchmark::State& state, std::vector<std::uint64_t>& ns,
                        std::uint64_t bytes_each) {
  std::sort(ns.begin(), ns.end());
  const auto at = [&](double q) {
    const auto index = static_cast<std::size_t>(q * static_cast<double>(ns.size() - 1));
    return static_cast<double>(ns[index]) / 1000.0;
  };
  state.counters["p50_us"] = at(0.50);
  state.counters["p99_us"] = at(0.99);
  state.counters["p999_us"] = at(0.999);
  state.counters["max_us"] = at(1.0);
  state.SetBytesProcessed(static_cast<std::int64_t>(ns.size() * bytes_each));
}

// 64-byte commands that fill a frame of `frame_bytes` to its last block.
std::uint64_t commands_in(std::uint64_t frame_bytes) {
  return frame_capacity(static_cast<std::uint32_t>(frame_bytes / kBlockBytes)) /
         sizeof(CancelOrder);
}

void commit(benchmark::State& state, Durability durability) {
  const auto frame_bytes = static_cast<std::uint64_t>(state.range(0));
  const ScratchDirectory scratch;
  auto device = FileDevice::open_directory(scratch.path, durability);
  if (!device.ok()) return state.SkipWithError(device.status().ToString().c_str());
  JournalSettings settings;
  settings.segment_bytes = std::uint64_t{512} << 20;
  auto writer = JournalWriter::create(**device, settings, JournalUuid{}, Timestamp(1));
  if (!writer.ok()) return state.SkipWithError(writer.status().ToString().c_str());
  const std::uint64_t commands = commands_in(frame_bytes);
  std::vector<std::uint64_t> latencies;
  latencies.reserve(1U << 20);
  for (auto _ : state) {
    append_commands(**writer, commands);
    const FrameStamp now = stamp(**writer);
    const std::uint64_t begin = now_ns();
    const absl::Status status = (*writer)->commit(now);
    latencies.push_back(now_ns() - begin);
    state.SetIterationTime(static_cast<double>(latencies.back()) * 1e-9);
    if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
  }
  report_percentiles(state, latencies, frame_bytes);
  state.counters["commands_per_s"] = benchmark::Counter(
      static_cast<double>(latencies.size() * commands), benchmark::Counter::kIsRate);
}
void durable_commit(benchmark::State& state) {
  commit(state, Durability::kDurable);
}
void volatile_commit(benchmark::State& state) {
  commit(state, Durability::kVolatile);
}

// The floor: the same write without a journal around it.
void bare_durable_write(benchmark::State& state) {
  const auto bytes = static_cast<std::uint64_t>(state.range(0));
  constexpr std::uint64_t kFileBytes = std::uint64_t{128} << 20;
  const ScratchDirectory scratch;
  auto device = FileDevice::open_directory(scratch.path);
  if (!device.ok()) return state.SkipWithError(device.status().ToString().c_str());
  SegmentPreparer preparer(**device, kFileBytes, 1U << 20);
  if (!preparer.finish().ok()) return state.SkipWithError("no space");
  auto file = (*device)->open(kSpareSegmentName, OpenMode::kDurable);
  const AlignedBuffer buffer(bytes);
  std::vector<std::uint64_t> latencies;
  std::uint64_t offset = 0;
  for (auto _ : state) {
    const std::uint64_t begin = now_ns();
    const absl::Status status = (*file)->write(offset, {buffer.data(), buffer.size()});
    latencies.push_back(now_ns() - begin);
    state.SetIterationTime(static_cast<double>(latencies.back()) * 1e-9);
    if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
    offset = offset + 2 * bytes <= kFileBytes ? offset + bytes : 0;
  }
  report_percentiles(state, latencies, bytes);
}

void checksums_of_frame(benchmark::State& state) {
  const auto blocks = static_cast<std::uint32_t>(state.range(0) / kBlockBytes);
  const AlignedBuffer data(std::size_t{blocks} * kBlockDataBytes);
  AlignedBuffer sectors(std::size_t{blocks} * kBlockBytes);
  for (auto _ : state) {
    seal_blocks(data.data(), blocks, sectors.data(), 1, 1, 8, 1);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void sha256_of_frame(benchmark::State& state) {
  const AlignedBuffer data(static_cast<std::size_t>(state.range(0)));
  Sha256 sha;
  for (auto _ : state) benchmark::DoNotOptimize(sha.of({data.data(), data.size()}));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

// Reads a journal of a million 64-byte commands, verifying everything, from the page cache.
void read_journal(benchmark::State& state) {
  constexpr std::uint64_t kCommands = 1'000'000;
  const std::uint64_t commands = commands_in(static_cast<std::uint64_t>(state.range(0)));
  const ScratchDirectory scratch;
  auto device = FileDevice::open_directory(scratch.path, Durability::kVolatile);
  if (!device.ok()) return state.SkipWithError(device.status().ToString().c_str());
  JournalSettings settings;
  settings.segment_bytes = std::uint64_t{32} << 20;
  auto writer = JournalWriter::create(**device, settings, JournalUuid{}, Timestamp(1));
  if (!writer.ok()) return state.SkipWithError(writer.status().ToString().c_str());
  while ((*writer)->durable().value() < kCommands) {
    append_commands(**writer, commands);
    if (!(*writer)->commit(stamp(**writer)).ok()) return state.SkipWithError("commit");
  }
  const std::uint64_t written = (*writer)->durable().value();
  for (auto _ : state) {
    auto reader = JournalReader::open(**device);
    std::uint64_t read = 0;
    while (true) {
      const auto frame = (*reader)->next_frame();
      if (!frame.ok() || !*frame) break;
      auto payload = (*frame)->payload;
      while (!payload.empty()) {
        benchmark::DoNotOptimize(take_command(payload).data());
        ++read;
      }
    }
    if (read != written) return state.SkipWithError("not everything came back");
  }
  state.counters["commands_per_s"] =
      benchmark::Counter(static_cast<double>(written) * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}

constexpr std::int64_t kKiB = 1024;
BENCHMARK(bare_durable_write)
    ->RangeMultiplier(4)
    ->Range(4 * kKiB, 512 * kKiB)
    ->Iterations(400)
    ->UseManualTime();
BENCHMARK(durable_commit)
    ->RangeMultiplier(4)
    ->Range(4 * kKiB, 512 * kKiB)
    ->Iterations(400)
    ->UseManualTime();
BENCHMARK(volatile_commit)
    ->RangeMultiplier(4)
    ->Range(4 * kKiB, 512 * kKiB)
    ->Iterations(400)
    ->UseManualTime();
BENCHMARK(checksums_of_frame)->RangeMultiplier(4)->Range(4 * kKiB, 512 * kKiB);
BENCHMARK(sha256_of_frame)->RangeMultiplier(4)->Range(4 * kKiB, 512 * kKiB);
BENCHMARK(read_journal)->Arg(4 * kKiB)->Arg(64 * kKiB)->Arg(512 * kKiB)->UseRealTime();

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

void describe_machine() {
  utsname system{};
  ::uname(&system);
  struct statfs fs {};
  ::statfs(directory_path.c_str(), &fs);
  benchmark::AddCustomContext(
      "machine", fmt::format("{}, {} cores, {} {}", cpu_name(), ::sysconf(_SC_NPROCESSORS_ONLN),
                             system.sysname, system.release));
  benchmark::AddCustomContext("file system",
                              fmt::format("type 0x{:x} at {}", fs.f_type, directory_path));
  benchmark::AddCustomContext("left out", "ring, waiting for commands, preparing segments");
  if (auto device = FileDevice::open_directory(directory_path); device.ok()) {
    benchmark::AddCustomContext("durable means", (*device)->describe());
  }
}

}  // namespace
}  // namespace hourglass::engine

int main(int argc, char** argv) {
  using namespace hourglass::engine;
  directory_path = std::filesystem::temp_directory_path();
  benchmark::Initialize(&argc, argv);
  if (argc == 3 && std::strcmp(argv[1], "--dir") == 0) directory_path = argv[2];
  describe_machine();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

// One recipe a stream: how its orders are chosen. Private to the generator.
//
// Random numbers are drawn in an order the bytes depend on, hence one draw a statement: the
// language leaves the order of a call's arguments open.
#pragma once

#include <cstdint>

#include "bench/streams/stream_recorder.h"

namespace hourglass::bench {

// Each builds its book, ends the preload, then writes `timed_count` records more.
void write_ecmix(StreamRecorder& out, std::uint64_t timed_count);
void write_itch(StreamRecorder& out, std::uint64_t timed_count);
void write_itch1k(StreamRecorder& out, std::uint64_t timed_count);
void write_deep(StreamRecorder& out, std::uint64_t timed_count);
void write_sweep(StreamRecorder& out, std::uint64_t timed_count);

inline constexpr std::uint32_t kItch1kSymbolCount = 1000;

}  // namespace hourglass::bench

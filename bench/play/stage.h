// Stage: something that plays order streams, from a bare book to the whole exchange.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "bench/streams/hgos_format.h"

namespace hourglass::bench {

enum class JournalMode : std::uint8_t { kNone, kVolatile, kDurable };

constexpr std::string_view name(JournalMode mode) noexcept {
  switch (mode) {
    case JournalMode::kNone: return "none";
    case JournalMode::kVolatile: return "volatile";
    case JournalMode::kDurable: return "durable";
  }
  return "unknown";
}

// The mode called `text`, or nothing.
constexpr std::optional<JournalMode> journal_mode(std::string_view text) noexcept {
  for (const JournalMode mode :
       {JournalMode::kNone, JournalMode::kVolatile, JournalMode::kDurable}) {
    if (name(mode) == text) return mode;
  }
  return std::nullopt;
}

// What the user chose; a stage reads what concerns it.
struct StageOptions {
  std::string_view stage = "book";
  JournalMode journal = JournalMode::kNone;
  // Where a stage may put a journal for the time of its run; a disk, not a tmpfs.
  std::string_view journal_dir = "/var/tmp";
  // Leaves the journal there, for `hourglass audit`, instead of removing it at the end of the run.
  // Not with JournalMode::kNone.
  bool keep_journal = false;
  // Operations a second a stage with doors is offered; 0: as many as it takes. Means nothing in a
  // latency run, which offers one after the other.
  std::int64_t rate = 0;
};

// A stage is made for one run over one stream. The records it is given have passed the reader, so
// it need not check them; the header's expected results and max_live are claims it must not rely
// on for safety. Thread: all calls from one thread; what threads a stage has are its own affair.
class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  // Plays the next records, in order: the preload, then all that is timed, or in a latency run one
  // record a call. Returns once all it asked for has happened: trades made, events consumed, and,
  // with a durable journal, on disk. This call is what is timed.
  virtual void play(std::span<const StreamOp> ops) = 0;

  // What everything played so far has left behind. Not timed.
  virtual StreamResults results() = 0;
};

}  // namespace hourglass::bench

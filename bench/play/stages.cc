#include "bench/play/stages.h"

#include <array>
#include <string>

#include "bench/play/book_stage.h"
#include "bench/play/exchange_stage.h"
#include "bench/play/pipeline_stage.h"
#include "bench/play/reference_stage.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

// A new stage is one row.
constexpr std::array kStages = {
    StageEntry{.name = "reference",
               .summary = "the plain reference book that every ratio stands on",
               .left_out = "clearing, rings, journal, events",
               .make = make_reference_stage},
    StageEntry{.name = "book",
               .summary = "the production order books alone, fills into a counting sink",
               .left_out = "checks, clearing, events, rings, journal",
               .goals = {.ecmix = 7.5, .itch = 4.0, .itch1k = 5.0, .deep = 13.0, .sweep = 10.0},
               .make = make_book_stage},
    StageEntry{.name = "exchange",
               .summary = "checks, clearing seam (permissive), books and events",
               .left_out = "rings, journal, margin",
               // The fastest engine that makes exactly the same tape, a bare book of another house.
               .goals = {.ecmix = 3.7, .itch = 2.0, .itch1k = 1.3, .deep = 6.6, .sweep = 7.4},
               .make = make_exchange_stage},
    StageEntry{.name = "pipeline",
               .summary = "rings, sequencer, exchange, journal and a consumer behind its watermark",
               .left_out = "doors' sockets and parsing, margin, event store, snapshots",
               .takes_journal = true,
               .make = make_pipeline_stage},
};

}  // namespace

std::span<const StageEntry> stages() {
  return kStages;
}

absl::StatusOr<const StageEntry*> find_stage(std::string_view name) {
  std::string known;
  for (const StageEntry& entry : kStages) {
    if (entry.name == name) return &entry;
    known += known.empty() ? "" : ", ";
    known += entry.name;
  }
  return absl::NotFoundError(fmt::format("no stage is called \"{}\"; there are: {}", name, known));
}

absl::StatusOr<std::unique_ptr<Stage>> make_stage(const StageOptions& options,
                                                  const StreamHeader& header) {
  const absl::StatusOr<const StageEntry*> entry = find_stage(options.stage);
  if (!entry.ok()) return entry.status();
  if (options.journal != JournalMode::kNone && !(*entry)->takes_journal) {
    return absl::InvalidArgumentError(
        fmt::format("stage {} has no journal: --journal {} is not for it", options.stage,
                    name(options.journal)));
  }
  if (options.rate != 0 && !(*entry)->takes_journal) {
    return absl::InvalidArgumentError(
        fmt::format("stage {} has no doors: --rate is not for it", options.stage));
  }
  if (options.keep_journal && options.journal == JournalMode::kNone) {
    return absl::InvalidArgumentError(
        (*entry)->takes_journal
            ? fmt::format("stage {} has no journal with --journal none: --keep-journal has nothing "
                          "to keep",
                          options.stage)
            : fmt::format("stage {} has no journal: --keep-journal is not for it", options.stage));
  }
  return (*entry)->make(options, header);
}

}  // namespace hourglass::bench

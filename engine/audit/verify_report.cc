#include "engine/audit/verify_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/audit/pace.h"
#include "engine/base/json_object.h"
#include "engine/journal/segment_list.h"
#include "engine/journal/snapshot_file.h"
#include "engine/sequencer/clock.h"

namespace hourglass::engine {
namespace {

// The rule set a snapshot at `sequence` must name: that of the segment which holds its command.
std::uint32_t rule_set_at(const std::vector<SegmentInfo>& segments, SequenceNumber sequence) {
  std::uint32_t version = segments.front().header.rule_set_version;
  for (const SegmentInfo& info : segments) {
    if (info.header.first_sequence > sequence) break;
    version = info.header.rule_set_version;
  }
  return version;
}

absl::Status check_snapshots(JournalDevice& device, VerifyReport& report) {
  const auto list = list_segments(device);
  if (!list.ok()) return list.status();
  auto names = list_snapshots(device);
  if (!names.ok()) return names.status();
  std::reverse(names->begin(), names->end());
  for (const std::string& name : *names) {
    SnapshotFileCheck& check = report.snapshots.emplace_back();
    check.file = name;
    if (list->segments.empty()) {
      check.fault = "the journal it belongs to cannot be read";
      continue;
    }
    const auto sequence = sequence_in_name(name, kSnapshotPrefix, kSnapshotSuffix);
    const auto snapshot = read_snapshot(device, name, list->segments.front().header.uuid,
                                        rule_set_at(list->segments, *sequence));
    if (!snapshot.ok()) {
      check.fault = std::string(snapshot.status().message());
    } else if (!report.journal.fault && *sequence >= report.journal.next_sequence) {
      check.fault = fmt::format("{}: it is ahead of the journal", name);
    }
  }
  return absl::OkStatus();
}

std::string_view tail_name(JournalTail::Kind kind) {
  switch (kind) {
    case JournalTail::Kind::kNotReached: return "not_reached";
    case JournalTail::Kind::kClean: return "clean";
    case JournalTail::Kind::kTorn: return "torn";
  }
  return "?";
}

}  // namespace

std::uint64_t VerifyReport::damaged_snapshots() const noexcept {
  return static_cast<std::uint64_t>(std::count_if(
      snapshots.begin(), snapshots.end(), [](const auto& check) { return !check.fault.empty(); }));
}

absl::StatusOr<VerifyReport> verify_directory(JournalDevice& device) {
  const std::uint64_t begun_ns = monotonic_ns();
  VerifyReport report;
  auto journal = verify_journal(device);
  if (!journal.ok()) return journal.status();
  report.journal = *std::move(journal);
  if (const absl::Status status = check_snapshots(device, report); !status.ok()) return status;
  report.elapsed_ns = monotonic_ns() - begun_ns;
  return report;
}

std::string to_text(const VerifyReport& report) {
  const JournalVerification& journal = report.journal;
  std::string out = to_string(journal);
  out += fmt::format("events: digest {} at command {}\n", to_hex(journal.event_digest),
                     journal.digest_through.value());
  out +=
      fmt::format("snapshots: {} whole, {} damaged\n",
                  report.snapshots.size() - report.damaged_snapshots(), report.damaged_snapshots());
  for (const SnapshotFileCheck& check : report.snapshots) {
    if (!check.fault.empty()) out += fmt::format("  {}\n", check.fault);
  }
  out += fmt::format("read in {} s\n", seconds_text(report.elapsed_ns));
  if (report.intact()) {
    out += "INTACT: every checksum, chain and sequence is as it was written\n";
  } else if (journal.fault) {
    out += "DAMAGED: the journal; the first bad place is named above\n";
  } else {
    out += "DAMAGED: only what the journal can rebuild (index or snapshots); no command is lost\n";
  }
  return out;
}

std::string to_json(const VerifyReport& report) {
  const JournalVerification& journal = report.journal;
  JsonObject json;
  json.boolean("intact", report.intact())
      .number("segments", journal.segments)
      .number("frames", journal.frames)
      .number("commands", journal.commands)
      .number("first_sequence", journal.first_sequence.value())
      .number("next_sequence", journal.next_sequence.value())
      .number("frame_bytes", journal.frame_bytes)
      .text("chain", to_hex(journal.chain))
      .number("digest_through", journal.digest_through.value())
      .text("event_digest", to_hex(journal.event_digest))
      .text("tail", tail_name(journal.tail.kind))
      .number("torn_bytes", journal.tail.torn_bytes)
      .number("index_records", journal.index_listed)
      .number("index_missing", journal.index_missing)
      .number("index_damaged", journal.index_damaged);
  std::vector<JsonObject> snapshots;
  for (const SnapshotFileCheck& check : report.snapshots) {
    snapshots.emplace_back().text("file", check.file).text("fault", check.fault);
  }
  json.list("snapshots", snapshots).number("elapsed_ns", report.elapsed_ns);
  if (journal.fault) {
    const JournalPlace& place = journal.fault->place;
    json.object("fault", JsonObject()
                             .text("file", place.file)
                             .number("offset", place.offset)
                             .number("segment", place.segment)
                             .number("frame", place.frame)
                             .number("sequence", place.next_sequence)
                             .text("what", journal.fault->what));
  }
  return json.line() + '\n';
}

}  // namespace hourglass::engine

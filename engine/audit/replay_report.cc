// A replay audit in words and as JSON.
#include <fmt/format.h>

#include "engine/audit/pace.h"
#include "engine/audit/replay_audit.h"
#include "engine/base/json_object.h"
#include "engine/order/message_text.h"

namespace hourglass::engine {
namespace {

using Verdict = SnapshotComparison::Verdict;

std::string_view result_word(const ReplayAudit& audit) {
  if (audit.agrees()) return "agrees";
  if (audit.difference) return "differs";
  if (absl::IsFailedPrecondition(audit.ended)) return "not_executable";
  return audit.ended.ok() ? "snapshot_differs" : "damaged";
}

std::string event_text(const std::optional<Event>& event) {
  return event ? text(*event) : "(no such event)";
}

std::string event_hex(const std::optional<Event>& event) {
  return event ? to_hex(std::span(event->bytes).first(event_bytes(event->header().kind))) : "";
}

std::string difference_text(const ReplayAudit& audit) {
  if (!audit.difference) return {};
  if (!audit.event) return fmt::format("no single event can be named: {}\n", audit.why_no_event);
  const EventDifference& event = *audit.event;
  std::string out = fmt::format("first difference: event {} of command {}\n", event.event_number,
                                event.command.value());
  out += fmt::format("  stored      {}\n  re-executed {}\n", event_text(event.stored),
                     event_text(event.reexecuted));
  if (const auto byte = event.first_differing_byte()) {
    out += fmt::format("  from byte {} of the event on\n  stored      {}\n  re-executed {}\n",
                       *byte, event_hex(event.stored), event_hex(event.reexecuted));
  }
  out += event.journal_vouches_for_stored
             ? "  the journal's digest covers the stored events\n"
             : "  the journal's digest covers neither: the event store is damaged too\n";
  return out;
}

std::string snapshots_text(const ReplayAudit& audit) {
  std::string out = fmt::format("snapshots: {} compared and equal", audit.count(Verdict::kEqual));
  for (const Verdict verdict :
       {Verdict::kDiffers, Verdict::kRefused, Verdict::kTakenOnTrust, Verdict::kNotReached}) {
    if (audit.count(verdict) != 0) {
      out += fmt::format(", {} {}", audit.count(verdict), name(verdict));
    }
  }
  out += '\n';
  for (const SnapshotComparison& snapshot : audit.snapshots) {
    if (!snapshot.is_fault()) continue;
    out += fmt::format("  {}: {}\n", snapshot.file, snapshot.detail);
  }
  return out;
}

std::string verdict_text(const ReplayAudit& audit) {
  if (audit.agrees()) {
    return "AGREES: every event digest and every snapshot is what the commands lead to\n";
  }
  if (!audit.ended.ok()) return fmt::format("FAULT: {}\n", std::string(audit.ended.message()));
  return "FAULT: the events agree, a snapshot does not; delete it and cut a new one\n";
}

}  // namespace

std::string to_text(const ReplayAudit& audit) {
  std::string out = fmt::format(
      "re-executed: {} commands up to {}, {} events, in {} s ({} commands/s)\n",
      audit.counters.commands, audit.last_command.value(), audit.counters.events,
      seconds_text(audit.elapsed_ns), per_second(audit.counters.commands, audit.elapsed_ns));
  if (audit.started_after != SequenceNumber(0)) {
    out += fmt::format(
        "began with the snapshot at command {}: older segments are not in this directory\n",
        audit.started_after.value());
  }
  out += fmt::format("digests: {} compared and equal, the last at command {}\n",
                     audit.counters.agreements, audit.last_agreement.through.value());
  if (audit.ended.ok() && audit.last_command > audit.last_agreement.through) {
    out +=
        fmt::format("commands {} to {} come after the last digest: nothing vouches for them yet\n",
                    audit.last_agreement.through.value() + 1, audit.last_command.value());
  }
  if (audit.tail.kind == JournalTail::Kind::kTorn) {
    out += fmt::format("tail: {} bytes of a torn frame, which nobody was told about\n",
                       audit.tail.torn_bytes);
  }
  return out + snapshots_text(audit) + difference_text(audit) + verdict_text(audit);
}

std::string to_json(const ReplayAudit& audit) {
  JsonObject json;
  json.text("result", result_word(audit))
      .number("commands", audit.counters.commands)
      .number("events", audit.counters.events)
      .number("frames", audit.counters.frames)
      .number("started_after", audit.started_after.value())
      .number("last_command", audit.last_command.value())
      .number("digests_compared", audit.counters.agreements)
      .number("digest_through", audit.last_agreement.through.value())
      .text("event_digest", to_hex(audit.last_agreement.digest))
      .number("torn_bytes", audit.tail.torn_bytes)
      .number("snapshots_equal", audit.count(Verdict::kEqual))
      .number("elapsed_ns", audit.elapsed_ns)
      .number("commands_per_s", per_second(audit.counters.commands, audit.elapsed_ns));
  std::vector<JsonObject> snapshots;
  for (const SnapshotComparison& snapshot : audit.snapshots) {
    snapshots.emplace_back()
        .text("file", snapshot.file)
        .text("verdict", name(snapshot.verdict))
        .text("detail", snapshot.detail);
  }
  json.list("snapshots", snapshots);
  if (audit.difference) {
    JsonObject difference;
    difference.number("after", audit.difference->after.value())
        .number("through", audit.difference->through.value());
    if (audit.event) {
      difference.number("command", audit.event->command.value())
          .number("event_number", audit.event->event_number)
          .text("stored", event_text(audit.event->stored))
          .text("reexecuted", event_text(audit.event->reexecuted))
          .text("stored_hex", event_hex(audit.event->stored))
          .text("reexecuted_hex", event_hex(audit.event->reexecuted))
          .boolean("journal_vouches_for_stored", audit.event->journal_vouches_for_stored);
    } else {
      difference.text("why_no_event", audit.why_no_event);
    }
    json.object("difference", difference);
  }
  if (!audit.ended.ok()) json.text("message", std::string(audit.ended.message()));
  return json.line() + '\n';
}

}  // namespace hourglass::engine

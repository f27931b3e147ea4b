#include "engine/audit/audit_main.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/audit/replay_audit.h"
#include "engine/audit/snapshot_cut.h"
#include "engine/audit/verify_report.h"
#include "engine/base/closest_name.h"
#include "engine/base/command_line.h"
#include "engine/base/wrapped_text.h"
#include "engine/journal/file_device.h"

namespace hourglass::engine {
namespace {

constexpr int kExitFault = 1;
constexpr std::string_view kPermissive = "permissive";

struct Options {
  std::string_view directory;
  std::string_view clearing = "funded";
  bool json = false;
};

void declare_directory(CommandLine& line, Options& options) {
  line.argument("DIR", options.directory,
                "a journal directory: seg-*.hgj, with its indexes, snapshots and event store");
}

void declare_clearing(CommandLine& line, Options& options) {
  line.choice(
      "clearing", options.clearing, {"funded", kPermissive},
      "the clearing the journal was written with; those of `hourglass play` are permissive");
}

ReplicaFactory replica_of(const Options& options, const AuditReplicas& replicas) {
  return options.clearing == kPermissive ? replicas.permissive : replicas.funded;
}

int fail(std::string_view action, const absl::Status& status) {
  const std::string text =
      fmt::format("hourglass audit {}: {}\n", action, std::string(status.message()));
  std::fputs(text.c_str(), stderr);
  return kExitFault;
}

int verify(std::span<const std::string_view> args, const AuditReplicas&) {
  Options options;
  CommandLine line(
      "audit verify",
      "Reads every byte of a journal and its snapshots and checks every checksum, hash "
      "chain and sequence number, without executing anything. Damage is reported with "
      "the file and the first bad byte. Not for a journal that is being written: a "
      "frame in flight looks torn.\n"
      "Exit code: 0 intact, 1 damaged or unreadable, 2 misused.");
  declare_directory(line, options);
  line.flag("json", options.json, "print one JSON line");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  const auto device = FileDevice::open_existing(std::string(options.directory));
  if (!device.ok()) return fail("verify", device.status());
  const auto report = verify_directory(**device);
  if (!report.ok()) return fail("verify", report.status());
  std::fputs((options.json ? to_json(*report) : to_text(*report)).c_str(), stdout);
  return report->intact() ? CommandLine::kExitOk : kExitFault;
}

int replay(std::span<const std::string_view> args, const AuditReplicas& replicas) {
  Options options;
  CommandLine line(
      "audit replay",
      "Re-executes a journal from its first command in a fresh exchange. Compares the "
      "digest of the events of each batch with the journal's, and at each snapshot the "
      "hash of the whole state. On a difference says which commands it lies in and, "
      "where the event store (events.hge) is there, which event and how it differs.\n"
      "Exit code: 0 everything agrees, 1 it does not or could not be read, 2 misused.");
  declare_directory(line, options);
  declare_clearing(line, options);
  line.flag("json", options.json, "print one JSON line");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  const auto device = FileDevice::open_existing(std::string(options.directory));
  if (!device.ok()) return fail("replay", device.status());
  const std::unique_ptr<Replica> replica = replica_of(options, replicas)();
  const auto audit = audit_replay(**device, *replica);
  if (!audit.ok()) return fail("replay", audit.status());
  std::fputs((options.json ? to_json(*audit) : to_text(*audit)).c_str(), stdout);
  return audit->agrees() ? CommandLine::kExitOk : kExitFault;
}

int snapshot(std::span<const std::string_view> args, const AuditReplicas& replicas) {
  Options options;
  CommandLine line("audit snapshot",
                   "Re-executes a journal and writes the state it leads to beside it, so that the "
                   "next start need not begin at the first command. The state is taken behind the "
                   "last event digest in the journal, and only if everything agreed with it. The "
                   "venue must be stopped.\n"
                   "Exit code: 0 written, 1 not, 2 misused.");
  declare_directory(line, options);
  declare_clearing(line, options);
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  const auto device = FileDevice::open_existing(std::string(options.directory));
  if (!device.ok()) return fail("snapshot", device.status());
  const auto cut = cut_snapshot(**device, replica_of(options, replicas));
  if (!cut.ok()) return fail("snapshot", cut.status());
  std::fputs(to_text(*cut).c_str(), stdout);
  return CommandLine::kExitOk;
}

struct Action {
  std::string_view name;
  std::string_view summary;
  int (*run)(std::span<const std::string_view> args, const AuditReplicas& replicas);
};

constexpr std::array kActions{
    Action{"verify", "check every byte of a journal without executing it", verify},
    Action{"replay", "re-execute a journal and compare every outcome", replay},
    Action{"snapshot", "write the state a journal leads to", snapshot},
};

std::string overview() {
  std::string page = "Usage: hourglass audit ACTION DIR [options]\n\n";
  page += wrapped_text(
      "Checks what an exchange wrote down. Its journal holds every command it was given and the "
      "digest of every outcome it announced, so anyone with the directory can tell whether it was "
      "altered (verify) and whether its outcomes follow from its rules (replay).",
      {});
  page += "\nActions:\n";
  std::vector<HelpRow> rows;
  for (const Action& action : kActions) {
    rows.push_back({std::string(action.name), std::string(action.summary)});
  }
  page += help_table(rows);
  return page + "\nTry: hourglass audit verify --help\n";
}

int refuse(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Action& action : kActions) names.push_back(action.name);
  std::string message = fmt::format("hourglass audit: unknown action \"{}\"", name);
  if (const auto closest = closest_name(name, names)) {
    message += fmt::format("; did you mean \"{}\"?", *closest);
  }
  message += "\nTry: hourglass audit --help\n";
  std::fputs(message.c_str(), stderr);
  return CommandLine::kExitUsage;
}

}  // namespace

int audit_main(std::span<const std::string_view> args, const AuditReplicas& replicas) {
  if (args.empty()) {
    std::fputs(overview().c_str(), stderr);
    return CommandLine::kExitUsage;
  }
  if (args.front() == "--help" || args.front() == "-h" || args.front() == "help") {
    std::fputs(overview().c_str(), stdout);
    return CommandLine::kExitOk;
  }
  for (const Action& action : kActions) {
    if (action.name == args.front()) return action.run(args.subspan(1), replicas);
  }
  return refuse(args.front());
}

}  // namespace hourglass::engine

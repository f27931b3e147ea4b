#include "gateway/fix/members/member_main.h"

#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/closest_name.h"
#include "engine/base/command_line.h"
#include "engine/base/wrapped_text.h"
#include "gateway/daemon/data_dir.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/members/member_json.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/members/members_file.h"
#include "gateway/fix/members/password_input.h"
#include "gateway/fix/members/secret_text.h"
#include "gateway/fix/transport/tls_certificate.h"

namespace hourglass::gateway::fix {
namespace {

using engine::CommandLine;

constexpr int kExitFailed = 1;
constexpr std::string_view kOnSignal = "a running venue takes it on SIGHUP";

int fail(std::string_view action, const absl::Status& status) {
  const std::string text =
      fmt::format("hourglass member {}: {}\n", action, std::string(status.message()));
  std::fputs(text.c_str(), stderr);
  return kExitFailed;
}

void say(const std::string& line) {
  std::fputs(line.c_str(), stdout);
}

std::string members_folder(std::string_view data_dir) {
  return fmt::format("{}/fix", data_dir);
}

// "11,12" as numbers. Errors: nothing for other text.
std::optional<std::vector<std::uint32_t>> parse_accounts(std::string_view text) {
  std::vector<std::uint32_t> accounts;
  for (;;) {  // ends: with the text, which gets shorter
    const std::size_t comma = text.find(',');
    const std::string_view item = text.substr(0, comma);
    std::uint32_t account = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), account);
    if (error != std::errc() || end != item.data() + item.size()) return std::nullopt;
    accounts.push_back(account);
    if (comma == std::string_view::npos) return accounts;
    text.remove_prefix(comma + 1);
  }
}

std::string logon_ways(const Member& member) {
  const bool has_password = !member.password_hash.empty();
  const bool has_key = !member.ed25519_public_key.empty();
  if (has_password && has_key) return "password or key";
  if (has_password) return "password";
  return has_key ? "key" : "none";
}

// The beginning tells certificates apart.
std::string_view certificate_cell(const Member& member) {
  constexpr std::size_t kShownDigits = 16;
  if (member.certificate_sha256.empty()) return "any or none";
  return std::string_view(member.certificate_sha256).substr(0, kShownDigits);
}

std::string_view disconnect_text(const Member& member) {
  if (member.drop_copy) return "drop copy";
  return member.cancel_on_disconnect ? "cancel" : "keep";
}

// What is common to the actions that a data directory belongs to.
struct Options {
  std::string directory = default_data_dir();
  std::string_view data_dir = directory;
  std::string_view comp_id;

  void declare_data_dir(CommandLine& line) {
    line.text("data-dir", data_dir, "DIR", "the venue's; its members are in fix/members.json");
  }
  void declare_comp_id(CommandLine& line) {
    line.argument("COMPID", comp_id, "the member's name in field 49 of its messages");
  }
};

struct NewMember {
  std::string_view accounts;
  std::string_view version = version_text(FixVersion::kFix44);
  std::string_view public_key;
  std::string_view certificate;
  std::int64_t orders_per_second = Member().orders_per_second;
  std::int64_t cancels_per_second = Member().cancels_per_second;
  bool password_stdin = false;
  bool no_cancel_on_disconnect = false;
  bool drop_copy = false;
};

void declare(CommandLine& line, NewMember& options) {
  constexpr engine::NumberRange kRate{.min = 1, .max = kMaxMessagesPerSecond};
  line.text("accounts", options.accounts, "N[,N...]",
            "accounts it may trade for; the first is meant where an order names none");
  line.choice("version", options.version,
              {version_text(FixVersion::kFix44), version_text(FixVersion::kFix50Sp2)},
              "of FIX: 5.0 is FIXT.1.1 with ApplVerID 9 (FIX 5.0 SP2)");
  line.flag("password-stdin", options.password_stdin,
            "let it log on with a password, read from standard input");
  line.text("public-key", options.public_key, "HEX",
            "let it log on with an Ed25519 signature; see `hourglass member keys`");
  line.text("certificate", options.certificate, "FILE",
            "the only TLS client certificate it may come with, PEM, or its SHA-256 in hex");
  line.flag("no-cancel-on-disconnect", options.no_cancel_on_disconnect,
            "leave its DAY orders in the book when its connection ends");
  line.flag("drop-copy", options.drop_copy,
            "it sends no orders and gets copies of all reports about its accounts");
  line.number("orders-per-second", options.orders_per_second, kRate, "most new orders it may send");
  line.number("cancels-per-second", options.cancels_per_second, kRate, "most cancels it may send");
}

// What --certificate names: 64 hex digits are a fingerprint, all else is a file.
absl::StatusOr<std::string> fingerprint_of(std::string_view certificate) {
  if (certificate.empty() || is_sha256_hex(certificate)) return std::string(certificate);
  return certificate_sha256(std::string(certificate));
}

absl::StatusOr<Member> make_member(std::string_view comp_id, const NewMember& options) {
  const auto accounts = parse_accounts(options.accounts);
  if (!accounts) {
    return absl::InvalidArgumentError("--accounts takes numbers with commas between, as 11,12");
  }
  auto certificate = fingerprint_of(options.certificate);
  if (!certificate.ok()) return certificate.status();
  Member member{.comp_id = std::string(comp_id),
                .version = parse_version(options.version).value_or(FixVersion::kFix44),
                .accounts = *accounts,
                .cancel_on_disconnect = !options.no_cancel_on_disconnect,
                .drop_copy = options.drop_copy,
                .orders_per_second = static_cast<std::uint32_t>(options.orders_per_second),
                .cancels_per_second = static_cast<std::uint32_t>(options.cancels_per_second),
                .ed25519_public_key = std::string(options.public_key),
                .certificate_sha256 = *std::move(certificate)};
  if (!options.password_stdin) return member;
  const auto password = read_password(STDIN_FILENO);
  if (!password.ok()) return password.status();
  auto hash = hash_password(password->view());
  if (!hash.ok()) return hash.status();
  member.password_hash = *std::move(hash);
  return member;
}

int add(std::span<const std::string_view> args) {
  Options options;
  NewMember wanted;
  CommandLine line("member add", "Adds a member session to those that may log on by FIX.");
  options.declare_comp_id(line);
  declare(line, wanted);
  options.declare_data_dir(line);
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  const auto member = make_member(options.comp_id, wanted);
  if (!member.ok()) return fail("add", member.status());
  MembersFile file(members_folder(options.data_dir));
  auto list = file.read_to_change();
  if (!list.ok()) return fail("add", list.status());
  if (const absl::Status lost = file.check_list_is_not_lost(); !lost.ok()) return fail("add", lost);
  if (const absl::Status added = list->add(*member); !added.ok()) return fail("add", added);
  if (const absl::Status saved = file.write(*list); !saved.ok()) return fail("add", saved);
  const Member& stored = list->all().back();
  say(fmt::format("added {} as session {}; {}\n", stored.comp_id, stored.session, kOnSignal));
  if (stored.password_hash.empty() && stored.ed25519_public_key.empty()) {
    say(fmt::format("it cannot log on before `hourglass member password {}`\n", stored.comp_id));
  }
  return CommandLine::kExitOk;
}

int remove(std::span<const std::string_view> args) {
  Options options;
  CommandLine line(
      "member remove",
      "Takes a member session off those that may log on by FIX. The venue cancels all its "
      "working orders, good-till-cancel too.");
  options.declare_comp_id(line);
  options.declare_data_dir(line);
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  MembersFile file(members_folder(options.data_dir));
  auto list = file.read_to_change();
  if (!list.ok()) return fail("remove", list.status());
  const absl::Status removed = list->remove(options.comp_id);
  if (!removed.ok()) return fail("remove", removed);
  if (const absl::Status saved = file.write(*list); !saved.ok()) return fail("remove", saved);
  say(fmt::format("removed {}; {} and cancels its working orders, a stopped one when it starts\n",
                  options.comp_id, kOnSignal));
  return CommandLine::kExitOk;
}

int list(std::span<const std::string_view> args) {
  Options options;
  CommandLine line("member list", "Prints who may log on by FIX, and how.");
  options.declare_data_dir(line);
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  const auto members = MembersFile(members_folder(options.data_dir)).read();
  if (!members.ok()) return fail("list", members.status());
  if (members->all().empty()) {
    say("no members; see `hourglass member add --help`\n");
    return CommandLine::kExitOk;
  }
  constexpr std::string_view kRow = "{:<20} {:>7} {:<4} {:<15} {:<16} {:<13} {:>8} {:>9}  {}\n";
  say(fmt::format(kRow, "COMPID", "SESSION", "FIX", "LOGON", "CERTIFICATE", "ON DISCONNECT",
                  "ORDERS/S", "CANCELS/S", "ACCOUNTS"));
  for (const Member& member : members->all()) {
    say(fmt::format(kRow, member.comp_id, member.session, version_text(member.version),
                    logon_ways(member), certificate_cell(member), disconnect_text(member),
                    member.orders_per_second, member.cancels_per_second,
                    fmt::format("{}", fmt::join(member.accounts, ","))));
  }
  return CommandLine::kExitOk;
}

int password(std::span<const std::string_view> args) {
  Options options;
  bool generate = false;
  CommandLine line("member password",
                   "Sets a member's password, read as one line from standard input. Only its "
                   "Argon2id hash is kept.");
  options.declare_comp_id(line);
  line.flag("generate", generate, "make one and print it, once, instead of reading one");
  options.declare_data_dir(line);
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  MembersFile file(members_folder(options.data_dir));
  if (const auto known = file.read(); !known.ok() || known->find(options.comp_id) == nullptr) {
    return fail("password", known.ok()
                                ? absl::NotFoundError(fmt::format("no member {}", options.comp_id))
                                : known.status());
  }
  const auto secret =
      generate ? absl::StatusOr<SecretText>(make_password()) : read_password(STDIN_FILENO);
  if (!secret.ok()) return fail("password", secret.status());
  auto hash = hash_password(secret->view());
  if (!hash.ok()) return fail("password", hash.status());
  auto members = file.read_to_change();
  if (!members.ok()) return fail("password", members.status());
  const Member* const old = members->find(options.comp_id);
  if (old == nullptr) return fail("password", absl::NotFoundError("the member was removed"));
  Member member = *old;
  member.password_hash = *std::move(hash);
  absl::Status status = members->update(member);
  if (status.ok()) status = file.write(*members);
  if (!status.ok()) return fail("password", status);
  if (generate) {
    std::fwrite(secret->view().data(), 1, secret->view().size(), stdout);
    std::fputs("\n", stdout);
  }
  const std::string done = fmt::format("password of {} set; {}\n", member.comp_id, kOnSignal);
  std::fputs(done.c_str(), generate ? stderr : stdout);
  return CommandLine::kExitOk;
}

int certificate(std::span<const std::string_view> args) {
  Options options;
  std::string_view wanted;
  bool none = false;
  CommandLine line("member certificate",
                   "Sets the only TLS client certificate a member may come with. Who is logged on "
                   "stays so.");
  options.declare_comp_id(line);
  line.optional_argument("FILE", wanted, "the certificate, PEM, or its SHA-256 in hex");
  line.flag("none", none, "let it come with any certificate or none, and without TLS");
  options.declare_data_dir(line);
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  if (none != wanted.empty()) {
    return fail("certificate", absl::InvalidArgumentError("say either FILE or --none"));
  }
  auto fingerprint = fingerprint_of(wanted);
  if (!fingerprint.ok()) return fail("certificate", fingerprint.status());
  MembersFile file(members_folder(options.data_dir));
  auto members = file.read_to_change();
  if (!members.ok()) return fail("certificate", members.status());
  const Member* const old = members->find(options.comp_id);
  if (old == nullptr) {
    return fail("certificate", absl::NotFoundError(fmt::format("no member {}", options.comp_id)));
  }
  Member member = *old;
  member.certificate_sha256 = *std::move(fingerprint);
  absl::Status status = members->update(member);
  if (status.ok()) status = file.write(*members);
  if (!status.ok()) return fail("certificate", status);
  say(fmt::format("certificate of {}: {}; {}\n", member.comp_id,
                  none ? "any or none" : member.certificate_sha256, kOnSignal));
  return CommandLine::kExitOk;
}

int keys(std::span<const std::string_view> args) {
  CommandLine line("member keys",
                   "Prints a fresh Ed25519 key pair. The public key goes to `hourglass member add "
                   "--public-key`; the secret one stays with the member and is kept nowhere else.");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  KeyPair pair = make_key_pair();
  say(fmt::format("public {}\n", pair.public_key));
  std::fputs("secret ", stdout);
  std::fputs(pair.secret_key.c_str(), stdout);
  std::fputs("\n", stdout);
  sodium_memzero(pair.secret_key.data(), pair.secret_key.size());
  return CommandLine::kExitOk;
}

struct Action {
  std::string_view name;
  std::string_view summary;
  int (*run)(std::span<const std::string_view> args);
};

constexpr std::array kActions{
    Action{"add", "let a member session log on", add},
    Action{"remove", "take a member session away", remove},
    Action{"list", "print the member sessions", list},
    Action{"password", "set a member's password", password},
    Action{"certificate", "set the TLS certificate a member must have", certificate},
    Action{"keys", "print a fresh Ed25519 key pair", keys},
};

std::string overview() {
  std::string page = "Usage: hourglass member ACTION [options]\n\n";
  page += engine::wrapped_text(
      "Says who may log on by FIX. The members are in fix/members.json of the venue's data "
      "directory; a running venue takes a change on SIGHUP.",
      {});
  page += "\nActions:\n";
  std::vector<engine::HelpRow> rows;
  for (const Action& action : kActions) {
    rows.push_back({std::string(action.name), std::string(action.summary)});
  }
  page += engine::help_table(rows);
  return page + "\nTry: hourglass member add --help\n";
}

int refuse(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Action& action : kActions) names.push_back(action.name);
  std::string message = fmt::format("hourglass member: unknown action \"{}\"", name);
  if (const auto closest = engine::closest_name(name, names)) {
    message += fmt::format("; did you mean \"{}\"?", *closest);
  }
  message += "\nTry: hourglass member --help\n";
  std::fputs(message.c_str(), stderr);
  return CommandLine::kExitUsage;
}

}  // namespace

int member_main(std::span<const std::string_view> args) {
  if (args.empty()) {
    std::fputs(overview().c_str(), stderr);
    return CommandLine::kExitUsage;
  }
  if (args.front() == "--help" || args.front() == "-h" || args.front() == "help") {
    std::fputs(overview().c_str(), stdout);
    return CommandLine::kExitOk;
  }
  if (const absl::Status started = start_cryptography(); !started.ok()) {
    return fail(args.front(), started);
  }
  for (const Action& action : kActions) {
    if (action.name == args.front()) return action.run(args.subspan(1));
  }
  return refuse(args.front());
}

}  // namespace hourglass::gateway::fix

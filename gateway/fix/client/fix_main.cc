#include "gateway/fix/client/fix_main.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/command_line.h"
#include "fmt/format.h"
#include "gateway/daemon/data_dir.h"
#include "gateway/daemon/starter_members.h"
#include "gateway/fix/certify/certify_main.h"
#include "gateway/fix/client/client_requests.h"
#include "gateway/fix/client/fix_client.h"
#include "gateway/fix/client/market_watch.h"
#include "gateway/fix/client/number_file.h"
#include "gateway/fix/client/password_change.h"
#include "gateway/fix/client/starter_login.h"
#include "gateway/fix/client/stop_signal.h"
#include "gateway/fix/client/tls_options.h"
#include "gateway/fix/client/trading_desk.h"
#include "gateway/fix/members/password_input.h"

namespace hourglass::gateway::fix {
namespace {

constexpr int kExitFailed = 1;
constexpr std::size_t kMaxLineBytes = 4096;
constexpr std::int32_t kPollMs = 100;
constexpr std::size_t kSecretKeyDigits = 128;
constexpr std::size_t kMaxSecretFileBytes = 4096;

struct Options {
  std::string_view host = "localhost";
  std::int64_t port = kDefaultClientPort;
  std::string_view comp_id{};
  std::string_view password{};
  std::string_view key_file{};
  std::string_view version = "4.4";
  TlsOptions tls{};
  std::string data_dir{};
  std::vector<std::string_view> words{};
};

absl::StatusOr<std::string> read_small_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(fmt::format("{} cannot be read", path));
  std::string text(kMaxSecretFileBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// The file's word that is a secret key: `hourglass member keys` prints it with others.
absl::Status take_key(const std::string& path, ClientSettings& settings) {
  const auto text = read_small_file(path);
  if (!text.ok()) return text.status();
  for (const std::string_view word : ClientRequests::split(*text)) {
    if (word.size() == kSecretKeyDigits) settings.secret_key_hex = std::string(word);
  }
  if (!settings.secret_key_hex.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}: no secret key of {} hex digits", path, kSecretKeyDigits));
}

absl::StatusOr<ClientSettings> settings_of(const Options& options) {
  ClientSettings settings;
  settings.host = std::string(options.host);
  settings.port = static_cast<std::uint16_t>(options.port);
  settings.begin_string = options.version == "4.4" ? "FIX.4.4" : "FIXT.1.1";
  settings.comp_id = std::string(options.comp_id);
  settings.password = std::string(options.password);
  const auto tls = options.tls.files(options.data_dir);
  if (!tls.ok()) return tls.status();
  settings.tls = *tls;
  absl::Status status;
  if (!options.key_file.empty()) {
    settings.password.clear();
    status = take_key(std::string(options.key_file), settings);
  } else if (settings.password.empty()) {
    status = take_starter_login(options.data_dir, 0, settings);
  }
  if (!status.ok()) return status;
  if (settings.comp_id.empty()) return absl::InvalidArgumentError("--as COMPID is missing");
  // It becomes a file's name too.
  if (settings.comp_id.find('/') != std::string::npos || settings.comp_id.front() == '.') {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is no CompID", settings.comp_id));
  }
  if (!settings.password.empty()) settings.username = settings.comp_id;
  return settings;
}

// The number a venue says it expects: "MsgSeqNum too low, expecting 12 but received 3".
std::optional<std::uint32_t> expected_number(std::string_view text) {
  constexpr std::string_view kBefore = "expecting ";
  const std::size_t at = text.find(kBefore);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + kBefore.size());
  const auto number = parse_number(text.substr(0, text.find_first_not_of("0123456789")));
  if (!number || *number < 1 || *number > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

absl::Status log_on(std::optional<FixClient>& client, ClientSettings settings) {
  client.emplace(settings);
  absl::Status status = client->connect();
  if (status.ok()) status = client->logon();
  if (!absl::IsUnauthenticated(status)) return status;
  // Numbers used from another place: the venue knows better than our file.
  const auto expected = expected_number(std::string(status.message()));
  if (!expected) return status;
  settings.next_sender = *expected;
  settings.next_target = client->next_target();
  client.emplace(std::move(settings));
  status = client->connect();
  return status.ok() ? client->logon() : status;
}

// Whole lines of standard input, read when poll() says there is something.
class LineInput {
 public:
  // Reads once. False at the end of the input.
  bool read() {
    std::array<char, kMaxLineBytes> chunk;
    const ssize_t got = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) return true;
    if (got > 0) {
      buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    } else if (!buffer_.empty() && buffer_.back() != '\n') {
      buffer_ += '\n';
    }
    return got > 0;
  }
  std::optional<std::string> next_line() {
    const std::size_t end = buffer_.find('\n');
    if (end == std::string::npos) {
      if (buffer_.size() > kMaxLineBytes) buffer_.resize(kMaxLineBytes);
      return std::nullopt;
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
  }

 private:
  std::string buffer_;
};

void print(std::string_view text) {
  fmt::print("{}", text);
  std::fflush(stdout);
}

absl::Status watch(FixClient& client, const std::vector<std::string_view>& words) {
  return watch_market(client, {words.begin() + 1, words.end()}, print, is_stop_asked);
}

absl::Status say_line(TradingDesk& desk, FixClient& client, std::string_view line) {
  const auto words = ClientRequests::split(line);
  if (words.size() == 1 && words[0] == "tail") return desk.tail(is_stop_asked);
  const bool is_watch = !words.empty() && words[0] == "watch";
  absl::Status status = is_watch ? watch(client, words) : desk.say(words);
  const bool is_wrong_line = absl::IsInvalidArgument(status) || absl::IsNotFound(status);
  if (!is_wrong_line) return status;
  print(fmt::format("? {}\n", std::string(status.message())));
  return absl::OkStatus();
}

// Lines from standard input and reports from the venue, whichever comes.
absl::Status converse(TradingDesk& desk, FixClient& client) {
  LineInput input;
  for (bool more = true; more && !is_stop_asked();) {
    std::array<pollfd, 2> sources{
        pollfd{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
        pollfd{.fd = client.descriptor(), .events = POLLIN, .revents = 0}};
    const int ready = ::poll(sources.data(), sources.size(), kPollMs);
    if (ready > 0 && sources[0].revents != 0) more = input.read();
    while (const auto line = input.next_line()) {
      absl::Status status = say_line(desk, client, *line);
      if (absl::IsCancelled(status)) return desk.settle();
      if (!status.ok()) return status;
    }
    // Also without news, so that heartbeats go out.
    if (absl::Status status = desk.print_reports(); !status.ok()) return status;
  }
  return desk.settle();
}

absl::Status run_request(TradingDesk& desk, FixClient& client,
                         const std::vector<std::string_view>& words) {
  if (words[0] == "tail" || words[0] == "copy") return desk.tail(is_stop_asked);
  if (words[0] == "watch") return watch(client, words);
  const absl::Status status = desk.say(words);
  return status.ok() ? desk.settle() : status;
}

// Where the password came from the starter's file, the next run finds the new one there.
absl::Status say_new_password(const Options& options, FixClient& client, std::string_view comp_id,
                              const SecretText& old_password, const SecretText& new_password) {
  absl::Status status = change_password(client, comp_id, old_password.view(), new_password.view());
  if (!status.ok()) return status;
  print(fmt::format("the password of {} is changed\n", comp_id));
  if (!options.password.empty()) return absl::OkStatus();
  status = replace_starter_password(options.data_dir, comp_id, new_password.view());
  if (status.ok()) return status;
  return absl::InternalError(fmt::format(
      "the venue has the new password, the starter's file not: {}", std::string(status.message())));
}

absl::Status trade(const Options& options, bool& saw_refusal) {
  const bool is_password = !options.words.empty() && options.words[0] == "password";
  // Never a word of the command line, which others see.
  if (is_password && options.words.size() != 1) {
    return absl::InvalidArgumentError(
        "password stands alone: the new one is read from standard input");
  }
  if (is_password && !options.key_file.empty()) {
    return absl::InvalidArgumentError("to change the password log on with it, not with a key");
  }
  auto settings = settings_of(options);
  if (!settings.ok()) return settings.status();
  // Before the Logon: who types slowly is not logged out.
  absl::StatusOr<SecretText> new_password = SecretText();
  if (is_password) new_password = read_password(STDIN_FILENO);
  if (!new_password.ok()) return new_password.status();
  const SecretText old_password(settings->password);
  const std::string comp_id = settings->comp_id;
  NumberFile numbers;
  absl::Status status =
      numbers.open(fmt::format("{}/fix-client/{}", options.data_dir, settings->comp_id));
  if (!status.ok()) return status;
  settings->next_sender = numbers.next_sender();
  settings->next_target = numbers.next_target();
  settings->on_numbers = [&numbers](std::uint32_t next_sender, std::uint32_t next_target) {
    const absl::Status written = numbers.write(next_sender, next_target);
    if (!written.ok()) fmt::print(stderr, "hourglass fix: {}\n", std::string(written.message()));
  };
  const std::string begin_string = settings->begin_string;
  std::optional<FixClient> client;
  status = log_on(client, *std::move(settings));
  if (!status.ok()) return status;
  const auto start = std::chrono::system_clock::now().time_since_epoch();
  const auto start_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(start).count();
  TradingDesk desk(*client, ClientRequests(begin_string, static_cast<std::uint64_t>(start_ns)),
                   print);
  if (is_password) {
    status = say_new_password(options, *client, comp_id, old_password, *new_password);
  } else {
    status =
        options.words.empty() ? converse(desk, *client) : run_request(desk, *client, options.words);
  }
  saw_refusal = desk.saw_refusal();
  if (client->is_logged_on()) {
    const absl::Status left = client->logout();
    if (status.ok()) status = left;
  }
  return status;
}

}  // namespace

int fix_main(std::span<const std::string_view> args) {
  if (!args.empty() && args[0] == "certify") return certify_main(args.subspan(1));
  Options options;
  const std::string usual_data_dir = default_data_dir();
  std::string_view data_dir = usual_data_dir;
  engine::CommandLine line(
      "fix",
      "Trades on a venue by FIX. With words it sends that one request and prints what comes back; "
      "without, it takes requests as lines on standard input. The line help lists them. `fix "
      "certify` tests a member's own client.");
  line.text("host", options.host, "HOST", "where the venue is");
  line.number("port", options.port, {.min = 1, .max = UINT16_MAX},
              "its FIX port; with --tls another, by default 9881");
  line.text("as", options.comp_id, "COMPID",
            "the member's CompID; without it, name and password are the starter's");
  line.text("password", options.password, "TEXT", "the member's password");
  line.text("key", options.key_file, "FILE", "a secret Ed25519 key to sign the Logon with instead");
  line.choice("version", options.version, {"4.4", "5.0"}, "FIX version of the session");
  options.tls.add_to(line);
  line.text("data-dir", data_dir, "DIR", "where the starter's password and our numbers stand");
  line.remaining_arguments("WORDS", options.words, "one request, as: buy 10 H100.D1 @ 2.35");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
  options.data_dir = std::string(data_dir);
  if (options.tls.tls && !line.was_given("port")) options.port = kDefaultClientTlsPort;
  if (!options.words.empty() && options.words[0] == "help") {
    print(ClientRequests::help());
    return engine::CommandLine::kExitOk;
  }
  // The starter members' drop copy stands in the same file.
  if (!options.words.empty() && options.words[0] == "copy" && options.comp_id.empty()) {
    options.comp_id = kStarterDropCopy;
  }
  note_stop_signals();
  bool saw_refusal = false;
  const absl::Status status = trade(options, saw_refusal);
  if (!status.ok() && !absl::IsCancelled(status)) {
    fmt::print(stderr, "hourglass fix: {}\n", std::string(status.message()));
    return kExitFailed;
  }
  return saw_refusal ? kExitFailed : engine::CommandLine::kExitOk;
}

}  // namespace hourglass::gateway::fix

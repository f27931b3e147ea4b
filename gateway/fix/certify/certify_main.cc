#include "gateway/fix/certify/certify_main.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/command_line.h"
#include "fmt/format.h"
#include "gateway/daemon/data_dir.h"
#include "gateway/fix/certify/certificate.h"
#include "gateway/fix/certify/counterparty.h"
#include "gateway/fix/certify/relay.h"
#include "gateway/fix/certify/self_member.h"
#include "gateway/fix/client/number_file.h"
#include "gateway/fix/client/starter_login.h"
#include "gateway/fix/client/stop_signal.h"
#include "gateway/fix/client/tls_options.h"

namespace hourglass::gateway::fix {
namespace {

constexpr int kExitFailed = 1;
constexpr std::int64_t kMaxMinutes = 24 * 60;
constexpr std::uint64_t kMinuteNs = 60'000'000'000;
constexpr std::chrono::milliseconds kLook{50};
constexpr std::uint32_t kSelfHeartBtSeconds = 5;  // the shortest the venue takes

struct Login {
  std::string_view comp_id{};
  std::string_view password{};
  std::string_view version = "4.4";
};

struct Options {
  std::string_view host = "localhost";
  std::int64_t port = kDefaultClientPort;
  TlsOptions tls{};
  std::int64_t listen = 0;
  std::int64_t minutes = 60;
  std::string_view report{};
  std::string data_dir{};
  bool self = false;
  Login member{};
  Login counterparty{};
  std::string_view symbol = "H100.D1";
};

void print(std::string_view text) {
  fmt::print("{}", text);
  std::fflush(stdout);
}

// Each line marked as the member's.
void print_of_member(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out += fmt::format("      member: {}", text.substr(0, end));
    text.remove_prefix(end);
  }
  print(out);
}

// A session of ours, with its numbers from one run to the next.
struct OwnSession {
  ClientSettings settings{};
  NumberFile numbers{};
};

absl::Status open_session(const Options& options, const Login& login, std::size_t place,
                          OwnSession& session) {
  ClientSettings& settings = session.settings;
  settings.host = std::string(options.host);
  settings.port = static_cast<std::uint16_t>(options.port);
  settings.begin_string = login.version == "4.4" ? "FIX.4.4" : "FIXT.1.1";
  const auto tls = options.tls.files(options.data_dir);
  if (!tls.ok()) return tls.status();
  settings.tls = *tls;
  settings.comp_id = std::string(login.comp_id);
  settings.password = std::string(login.password);
  // The name becomes a file's.
  if (settings.comp_id.find('/') != std::string::npos || settings.comp_id.starts_with('.')) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is no CompID", settings.comp_id));
  }
  absl::Status status;
  if (settings.password.empty()) status = take_starter_login(options.data_dir, place, settings);
  if (status.ok()) {
    status =
        session.numbers.open(fmt::format("{}/fix-client/{}", options.data_dir, settings.comp_id));
  }
  if (!status.ok()) return status;
  settings.username = settings.comp_id;
  settings.next_sender = session.numbers.next_sender();
  settings.next_target = session.numbers.next_target();
  settings.on_numbers = [&session](std::uint32_t next_sender, std::uint32_t next_target) {
    const absl::Status written = session.numbers.write(next_sender, next_target);
    if (!written.ok()) {
      fmt::print(stderr, "hourglass fix certify: {}\n", std::string(written.message()));
    }
  };
  return absl::OkStatus();
}

// The steps not yet decided, for who has to take the next.
std::string open_steps(const Checklist& checklist) {
  std::string line = "      open:";
  for (const StepText& row : kSteps) {
    if (!checklist.is_open(row.step)) continue;
    line += row.required ? fmt::format(" {}", row.id) : fmt::format(" ({})", row.id);
  }
  return line + "\n";
}

std::string steps_text() {
  std::string text;
  for (const StepText& row : kSteps) {
    text += fmt::format("  {:13} {}{}\n", row.id, row.task, row.required ? "" : " (optional)");
  }
  return text;
}

// One run of the command.
class Certification {
 public:
  explicit Certification(const Options& options)
      : options_(options),
        checklist_([this](const StepText& step, const StepResult& result) { tell(step, result); }),
        relay_(std::string(options.host), static_cast<std::uint16_t>(options.port),
               [](std::string_view text) { print(fmt::format("! {}\n", text)); }),
        examination_(checklist_, relay_, [](const StepText& step) {
          print(fmt::format("now   {}: {}\n", step.id, step.task));
        }) {}

  absl::Status prepare();
  // Until it is over, interrupted or out of time.
  absl::Status run();
  [[nodiscard]] Certificate certificate() const;

 private:
  void tell(const StepText& step, const StepResult& result) const;
  absl::Status serve_counterparty();
  void start_self();

  const Options& options_;
  Checklist checklist_;
  Relay relay_;
  Examination examination_;
  OwnSession counterparty_session_;
  std::optional<Counterparty> counterparty_;
  OwnSession self_session_;
  std::optional<SelfMember> self_;
  std::uint64_t begun_ns_ = certify_now_ns();
};

void Certification::tell(const StepText& step, const StepResult& result) const {
  print(fmt::format("{:5} {}: {}\n{}", outcome_text(result.outcome), step.id,
                    result.evidence.back(), open_steps(checklist_)));
}

absl::Status Certification::prepare() {
  const auto tls = options_.tls.files(options_.data_dir);
  if (!tls.ok()) return tls.status();
  if (tls->has_value()) {
    auto context = TlsContext::for_member(**tls);
    if (!context.ok()) return context.status();
    relay_.use_tls(*std::move(context));
  }
  absl::Status status = relay_.open(static_cast<std::uint16_t>(options_.listen));
  if (!status.ok()) return status;
  if (options_.self) {
    status = open_session(options_, options_.member, 0, self_session_);
    if (!status.ok()) return status;
  }
  if (options_.self || !options_.counterparty.comp_id.empty()) {
    status = open_session(options_, options_.counterparty, 1, counterparty_session_);
    if (status.ok()) {
      counterparty_.emplace(counterparty_session_.settings);
      status = counterparty_->log_on();
    }
    if (!status.ok()) {
      return absl::Status(status.code(),
                          fmt::format("counterparty {}: {}", counterparty_session_.settings.comp_id,
                                      std::string(status.message())));
    }
  }
  print(fmt::format("connect your client to 127.0.0.1:{} instead of {}:{}; its steps are\n{}",
                    relay_.port(), options_.host, options_.port, steps_text()));
  return absl::OkStatus();
}

absl::Status Certification::serve_counterparty() {
  const auto wish = examination_.take_wish();
  if (!counterparty_) return absl::OkStatus();
  absl::Status status = counterparty_->listen();
  if (status.ok() && wish) status = counterparty_->trade(*wish, certify_now_ns());
  return status;
}

void Certification::start_self() {
  ClientSettings settings = self_session_.settings;
  settings.host = "127.0.0.1";
  settings.port = relay_.port();
  settings.tls.reset();
  settings.heart_bt_seconds = kSelfHeartBtSeconds;
  // One way to fetch what was missed in either version.
  settings.send_next_expected = settings.begin_string != "FIX.4.4";
  self_.emplace(std::move(settings), std::string(options_.symbol), checklist_, print_of_member);
}

absl::Status Certification::run() {
  const std::uint64_t end_ns = begun_ns_ + static_cast<std::uint64_t>(options_.minutes) * kMinuteNs;
  std::stop_source stop;
  std::future<absl::Status> self;
  if (options_.self) {
    start_self();
    self = std::async(std::launch::async, [this, &stop] { return self_->run(stop.get_token()); });
  }
  // One that gave up ends the certification too.
  const auto is_self_done = [&self] {
    return self.valid() && self.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  absl::Status status;
  while (status.ok() && !is_stop_asked() && !examination_.is_over() && !is_self_done() &&
         certify_now_ns() < end_ns) {
    relay_.carry(examination_, kLook);
    examination_.tick(certify_now_ns());
    status = serve_counterparty();
  }
  stop.request_stop();
  relay_.close();
  if (self.valid()) status.Update(self.get());
  examination_.finish();
  if (counterparty_) static_cast<void>(counterparty_->leave());
  return status;
}

Certificate Certification::certificate() const {
  return {.begun_ns = begun_ns_,
          .ended_ns = certify_now_ns(),
          .member = examination_.session().comp_id(),
          .venue = examination_.session().venue(),
          .begin_string = examination_.session().begin_string(),
          .results = checklist_.results(),
          .passed = checklist_.is_passed()};
}

absl::StatusOr<bool> certify(const Options& options) {
  std::ofstream report;
  if (!options.report.empty()) {
    // Found out before an hour's work, not behind it.
    report.open(std::string(options.report), std::ios::binary | std::ios::trunc);
    if (!report) return absl::UnavailableError(fmt::format("{} cannot be written", options.report));
  }
  Certification certification(options);
  if (absl::Status status = certification.prepare(); !status.ok()) return status;
  const absl::Status ended = certification.run();
  const Certificate certificate = certification.certificate();
  print(summary_text(certificate));
  if (!options.report.empty()) {
    report << certificate_json(certificate) << std::flush;
    if (!report) return absl::UnavailableError(fmt::format("{} cannot be written", options.report));
  }
  if (!ended.ok()) return ended;
  return certificate.passed;
}

}  // namespace

int certify_main(std::span<const std::string_view> args) {
  Options options;
  const std::string usual_data_dir = default_data_dir();
  std::string_view data_dir = usual_data_dir;
  engine::CommandLine line(
      "fix certify",
      "Certifies a member's own client: stands between it and the venue, watches what it does, and "
      "loses, repeats and delays what the venue says. The client connects to the port printed "
      "instead of the venue's, on 127.0.0.1 and in the clear, also where --tls is on the way "
      "to the venue. Ends when all steps are decided and the client has logged out.");
  line.text("host", options.host, "HOST", "where the venue is");
  line.number("port", options.port, {.min = 1, .max = UINT16_MAX},
              "its FIX port; with --tls another, by default 9881");
  options.tls.add_to(line);
  line.number("listen", options.listen, {.min = 0, .max = UINT16_MAX},
              "the port the client connects to; 0: any");
  line.number("minutes", options.minutes, {.min = 1, .max = kMaxMinutes}, "how long it may take");
  line.text("report", options.report, "FILE", "writes the results as JSON");
  line.text("counterparty", options.counterparty.comp_id, "COMPID",
            "a second member that trades against resting orders of 10 lots or more");
  line.text("counterparty-password", options.counterparty.password, "TEXT",
            "its password; without it, the starter's");
  line.choice("counterparty-version", options.counterparty.version, {"4.4", "5.0"},
              "FIX version of its session");
  line.flag("self", options.self, "our own client is the member; starter members take part");
  line.text("as", options.member.comp_id, "COMPID", "with --self: the member's CompID");
  line.text("password", options.member.password, "TEXT", "with --self: its password");
  line.choice("version", options.member.version, {"4.4", "5.0"},
              "with --self: FIX version of its session");
  line.text("symbol", options.symbol, "SYMBOL", "with --self: the contract it trades");
  line.text("data-dir", data_dir, "DIR", "where the starter's passwords and our numbers stand");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
  options.data_dir = std::string(data_dir);
  if (options.tls.tls && !line.was_given("port")) options.port = kDefaultClientTlsPort;
  note_stop_signals();
  const auto passed = certify(options);
  if (!passed.ok()) {
    fmt::print(stderr, "hourglass fix certify: {}\n", std::string(passed.status().message()));
    return kExitFailed;
  }
  return *passed ? engine::CommandLine::kExitOk : kExitFailed;
}

}  // namespace hourglass::gateway::fix

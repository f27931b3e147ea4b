#include "bench/fix/server_process.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fmt/format.h"
#include "gateway/fix/dictionary/dictionary_text.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/quickfix/stock_acceptor.h"

namespace hourglass::bench {
namespace {

namespace fix = gateway::fix;

// A port that is free when it is chosen may be taken when it is bound.
constexpr std::uint32_t kPortsTriedMax = 5;
constexpr std::uint32_t kMaxGreetingLines = 64;

absl::Status system_error(std::string_view what) {
  return absl::InternalError(fmt::format("{}: {}", what, std::strerror(errno)));
}

absl::Status write_members(const ServerSettings& settings) {
  fix::MemberList members;
  for (const LoadMember& load : settings.members) {
    fix::Member member;
    member.comp_id = load.comp_id;
    member.accounts = {load.account};
    member.orders_per_second = fix::kMaxMessagesPerSecond;
    member.cancels_per_second = fix::kMaxMessagesPerSecond;
    member.ed25519_public_key = settings.public_key;
    if (const absl::Status status = members.add(std::move(member)); !status.ok()) return status;
  }
  const std::string directory = settings.directory + "/fix";
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return absl::InternalError(fmt::format("{}: {}", directory, error.message()));
  return members.save(directory + "/members.json");
}

// Our own dictionaries, so that both validate against the same.
absl::Status write_dictionaries(const std::string& directory) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> files{{
      {"FIX44.xml", fix::kFix44Dictionary},
      {"FIXT11.xml", fix::kFixt11Dictionary},
      {"FIX50SP2.xml", fix::kFix50Sp2Dictionary},
  }};
  for (const auto& [file_name, text] : files) {
    const std::string path = fmt::format("{}/{}", directory, file_name);
    std::ofstream file(path);
    file << text;
    file.close();
    if (!file) return absl::InternalError(fmt::format("cannot write {}", path));
  }
  return absl::OkStatus();
}

// The venue's words on standard error are the person's to read. Never returns.
[[noreturn]] void become_venue(const ServerSettings& settings, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  std::vector<std::string> words{"hourglass",  "run", "--data-dir", settings.directory,
                                 "--fix-port", "0",   "--no-shadow"};
  if (settings.kind == ServerKind::kVolatile) words.emplace_back("--volatile");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());
  ::_exit(127);
}

// Says on `answer` what went wrong, or nothing, and serves until it is killed.
[[noreturn]] void become_stock(const fix::StockSettings& settings, int answer) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::string error;
  const auto acceptor = fix::StockAcceptor::start(settings, error);
  static_cast<void>(!::write(answer, error.data(), error.size()));
  ::close(answer);
  while (acceptor != nullptr) ::pause();  // until it is killed
  ::_exit(1);
}

}  // namespace

std::string_view describe(ServerKind kind) noexcept {
  switch (kind) {
    case ServerKind::kVolatile: return "venue, volatile";
    case ServerKind::kDurable: return "venue, durable";
    case ServerKind::kStockTwice: return "QuickFIX, 2 echoes";
    case ServerKind::kStock: return "QuickFIX, 1 echo";
  }
  return "unknown";
}

std::string_view name(ServerKind kind) noexcept {
  switch (kind) {
    case ServerKind::kVolatile: return "volatile";
    case ServerKind::kDurable: return "durable";
    case ServerKind::kStockTwice: return "stock_twice";
    case ServerKind::kStock: return "stock";
  }
  return "unknown";
}

absl::StatusOr<std::unique_ptr<ScratchDirectory>> ScratchDirectory::make(std::string_view parent) {
  std::string path = fmt::format("{}/hourglass-bench-XXXXXX", parent);
  if (::mkdtemp(path.data()) == nullptr) return system_error(path);
  return std::unique_ptr<ScratchDirectory>(new ScratchDirectory(std::move(path)));
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::start(
    const ServerSettings& settings) {
  auto server = std::unique_ptr<ServerProcess>(new ServerProcess);
  const absl::Status status =
      echoes_of(settings.kind) != 0 ? server->start_stock(settings) : server->start_venue(settings);
  if (!status.ok()) return status;
  return server;
}

ServerProcess::~ServerProcess() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  if (output_ != nullptr) static_cast<void>(std::fclose(output_));
}

absl::Status ServerProcess::start_venue(const ServerSettings& settings) {
  if (absl::Status status = write_members(settings); !status.ok()) return status;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe");
  std::fflush(stdout);
  child_ = ::fork();
  if (child_ == 0) become_venue(settings, ends[1]);
  ::close(ends[1]);
  output_ = ::fdopen(ends[0], "r");
  if (child_ < 0 || output_ == nullptr) return system_error("fork");
  return hear_port();
}

absl::Status ServerProcess::hear_port() {
  std::array<char, 512> line{};
  for (std::uint32_t i = 0; i < kMaxGreetingLines; ++i) {
    if (std::fgets(line.data(), line.size(), output_) == nullptr) break;
    const std::string_view text(line.data());
    const std::size_t colon = text.rfind(':');
    if (!text.starts_with("hourglass: FIX ") || colon == std::string_view::npos) continue;
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), port_);
    if (port_ != 0) return absl::OkStatus();
  }
  return absl::UnavailableError("the venue did not say where it listens");
}

absl::Status ServerProcess::start_stock(const ServerSettings& settings) {
  if (absl::Status status = write_dictionaries(settings.directory); !status.ok()) return status;
  fix::StockSettings stock{settings.directory,      "FIX.4.4", "HOURGLASS", {}, 0,
                           echoes_of(settings.kind)};
  for (const LoadMember& member : settings.members) stock.targets.push_back(member.comp_id);
  std::string error;
  for (std::uint32_t tried = 0; tried < kPortsTriedMax; ++tried) {
    port_ = stock.port = fix::StockAcceptor::free_port();
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe");
    std::fflush(stdout);
    child_ = ::fork();
    if (child_ == 0) become_stock(stock, ends[1]);
    ::close(ends[1]);
    error.clear();
    std::array<char, 512> chunk{};
    for (ssize_t got = 0; (got = ::read(ends[0], chunk.data(), chunk.size())) > 0;) {
      error.append(chunk.data(), static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    if (child_ < 0) return system_error("fork");
    if (error.empty()) return absl::OkStatus();
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }
  return absl::UnavailableError(error);
}

std::uint64_t ServerProcess::cpu_ns() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(child_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t ServerProcess::kernel_ns() const {
  // Behind the name, which may have blanks, stime is the 13th field.
  constexpr std::uint32_t kFieldsBefore = 12;
  std::ifstream file(fmt::format("/proc/{}/stat", child_));
  std::string text;
  std::getline(file, text);
  const std::size_t behind_name = text.rfind(')');
  if (behind_name == std::string::npos) return 0;
  std::istringstream fields(text.substr(behind_name + 1));
  std::string passed;
  for (std::uint32_t i = 0; i < kFieldsBefore; ++i) fields >> passed;
  std::uint64_t ticks = 0;
  fields >> ticks;
  return ticks * (1'000'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

}  // namespace hourglass::bench

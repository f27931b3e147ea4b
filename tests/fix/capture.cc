#include "tests/fix/capture.h"

#include <absl/strings/str_split.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

#include "tests/support/running_venue.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint32_t kLooks = 300;
constexpr std::chrono::milliseconds kBetweenLooks{50};
// The fields of a line of tshark's, as decode() asks for them.
enum Column : std::size_t { kFrame, kSourcePort, kTypes, kChecksumsGood, kNoFix, kMalformed };
constexpr std::array kColumns{"frame.number",      "tcp.srcport", "fix.MsgType",
                              "fix.checksum_good", "fix.data",    "_ws.malformed"};

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Becomes dumpcap; in a child, so it never returns.
[[noreturn]] void become_dumpcap(const std::string& filter, const std::string& file, int output) {
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execlp("dumpcap", "dumpcap", "-p", "-i", "lo", "-f", filter.c_str(), "-w", file.c_str(),
           static_cast<char*>(nullptr));
  ::_exit(127);
}

void count(const std::vector<std::string>& columns, std::uint16_t port, Decoded& decoded) {
  const std::vector<std::string> types = absl::StrSplit(columns[kTypes], ',', absl::SkipEmpty());
  const std::vector<std::string> sums =
      absl::StrSplit(columns[kChecksumsGood], ',', absl::SkipEmpty());
  const bool from_venue = columns[kSourcePort] == std::to_string(port);
  for (std::size_t i = 0; i < types.size(); ++i) {
    ++(from_venue ? decoded.from_venue : decoded.to_venue)[types[i]];
    if (i < sums.size() && sums[i] == "1") continue;
    decoded.faults.push_back(fmt::format("packet {}: checksum of {}", columns[kFrame], types[i]));
  }
  for (const Column fault : {kNoFix, kMalformed}) {
    if (columns[fault].empty()) continue;
    decoded.faults.push_back(fmt::format("packet {}: {}", columns[kFrame], columns[fault]));
  }
}

}  // namespace

absl::StatusOr<Capture> Capture::start(std::uint16_t port, std::string file) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return absl::UnavailableError("no pipe");
  const std::string filter = fmt::format("tcp port {}", port);
  const pid_t child = ::fork();
  if (child == 0) become_dumpcap(filter, file, ends[1]);
  ::close(ends[1]);
  FILE* const said = ::fdopen(ends[0], "r");
  Capture capture(std::move(file), child, said);
  if (child < 0 || said == nullptr) return absl::UnavailableError("dumpcap cannot be started");
  std::string words;
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), said) != nullptr) {
    words += line.data();
    // It names the file once it listens.
    if (std::string_view(line.data()).starts_with("File: ")) return capture;
  }
  return absl::UnavailableError(words.empty() ? "dumpcap is not installed" : words);
}

Capture::Capture(Capture&& other) noexcept
    : file_(std::move(other.file_)),
      dumpcap_(std::exchange(other.dumpcap_, -1)),
      said_(std::exchange(other.said_, nullptr)) {}

Capture::~Capture() {
  if (dumpcap_ > 0) {
    ::kill(dumpcap_, SIGINT);
    ::waitpid(dumpcap_, nullptr, 0);
  }
  if (said_ != nullptr) static_cast<void>(std::fclose(said_));
}

bool Capture::stop_behind(std::string_view last_bytes) {
  bool found = false;
  for (std::uint32_t look = 0; look < kLooks && !found; ++look) {
    std::this_thread::sleep_for(kBetweenLooks);
    found = contents(file_).find(last_bytes) != std::string::npos;
  }
  ::kill(dumpcap_, SIGINT);
  ::waitpid(std::exchange(dumpcap_, -1), nullptr, 0);
  return found;
}

absl::StatusOr<Decoded> decode(const std::string& file, std::uint16_t port) {
  std::vector<std::string> words{"/usr/bin/env", "tshark", "-r",
                                 file,           "-d",     fmt::format("tcp.port=={},fix", port)};
  words.insert(words.end(), {"-Y", "fix || _ws.malformed", "-T", "fields", "-E", "separator=|"});
  for (const char* const column : kColumns) words.insert(words.end(), {"-e", column});
  const engine::test::Ended tshark = engine::test::run_program(words);
  if (tshark.exit_code == 127) return absl::UnavailableError("tshark is not installed");
  if (tshark.exit_code != 0) return absl::InternalError(tshark.output);
  Decoded decoded;
  for (const absl::string_view line : absl::StrSplit(tshark.output, '\n')) {
    const std::vector<std::string> columns = absl::StrSplit(line, '|');
    // It also warns of being run by root.
    if (columns.size() == kColumns.size()) count(columns, port, decoded);
  }
  return decoded;
}

}  // namespace hourglass::gateway::fix

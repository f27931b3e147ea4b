#include "tests/fix/quickfix_source.h"

#include <absl/status/status.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace hourglass::gateway::fix::test {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kFetchLimit{120};
constexpr std::size_t kReasonBytesMax = 2000;
constexpr std::string_view kSources = "deb-src http://deb.debian.org/debian bookworm main\n";

bool is_source(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::is_directory(directory / "test/definitions/server/fix44", error) &&
         std::filesystem::is_directory(directory / "test/definitions/server/fix50sp2", error) &&
         std::filesystem::exists(directory / "spec/FIX44.xml", error);
}

// Becomes the program; in a child, so it never returns. Its group is its own, so that what it
// starts can be ended with it.
[[noreturn]] void become(const std::vector<char*>& arguments, const char* directory, int output) {
  ::setpgid(0, 0);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  if (::chdir(directory) == 0) ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

// What the program has written, once it has closed its output. False: not until the deadline.
bool read_all(int output, steady_clock::time_point deadline, std::string& text) {
  while (true) {  // ends: with the program's output, or with the deadline
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd wait{output, POLLIN, 0};
    const auto wait_ms = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    if (::poll(&wait, 1, wait_ms) <= 0) return false;
    std::array<char, 4096> chunk{};
    const ssize_t got = ::read(output, chunk.data(), chunk.size());
    if (got <= 0) return true;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

// Runs a program in `directory` until it ends. Errors: kUnavailable with the end of its output.
absl::Status run(std::vector<std::string> words, const std::filesystem::path& directory,
                 steady_clock::time_point deadline) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> output{};
  if (::pipe2(output.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "a pipe");
  const pid_t child = ::fork();
  if (child == 0) become(arguments, directory.c_str(), output[1]);
  ::close(output[1]);
  if (child < 0) {
    ::close(output[0]);
    return absl::ErrnoToStatus(errno, "starting " + words.front());
  }
  ::setpgid(child, child);  // as the child does: whoever comes first
  std::string text;
  const bool in_time = read_all(output[0], deadline, text);
  ::close(output[0]);
  if (!in_time) ::kill(-child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  const std::string_view why = in_time ? "failed" : "took too long";
  const std::size_t from = text.size() - std::min(text.size(), kReasonBytesMax);
  return absl::UnavailableError(fmt::format("{} {}: {}", words.front(), why, text.substr(from)));
}

// apt-get with lists, caches and sources below `directory`. The system's configuration still
// counts, for a proxy is named there.
std::vector<std::string> apt_get(const std::filesystem::path& directory) {
  std::vector<std::string> words{"apt-get", "--quiet"};
  const auto set = [&words](std::string_view name, const std::string& value) {
    words.push_back("-o");
    words.push_back(fmt::format("{}={}", name, value));
  };
  set("Dir::Etc::SourceList", directory / "src.list");
  set("Dir::Etc::SourceParts", "-");
  set("Dir::State", directory / "state");
  set("Dir::State::Lists", directory / "state/lists");
  set("Dir::State::status", directory / "state/status");
  set("Dir::Cache", directory / "cache");
  set("Dir::Log", directory / "log");
  set("APT::Sandbox::User", "");
  set("APT::Update::Error-Mode", "any");
  set("Acquire::Languages", "none");
  set("Acquire::Retries", "1");
  set("Acquire::http::Timeout", "20");
  return words;
}

std::filesystem::path archive_in(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (name.find(".orig.tar.") != std::string::npos && !name.ends_with(".asc")) return entry;
  }
  return {};
}

// Fetches and unpacks into `unpacked`, which appears when it is complete.
absl::Status fetch(const std::filesystem::path& directory, const std::filesystem::path& unpacked) {
  const auto deadline = steady_clock::now() + kFetchLimit;
  const std::filesystem::path partial = directory / "partial";
  std::filesystem::remove_all(partial);
  for (const std::string_view folder :
       {"partial", "state/lists/partial", "cache/archives/partial", "log"}) {
    std::filesystem::create_directories(directory / folder);
  }
  std::ofstream(directory / "src.list") << kSources;
  std::ofstream(directory / "state/status") << "";

  std::vector<std::string> words = apt_get(directory);
  words.push_back("update");
  if (const absl::Status updated = run(words, directory, deadline); !updated.ok()) return updated;
  words.pop_back();
  words.insert(words.end(), {"source", "--download-only", "quickfix"});
  if (const absl::Status got = run(words, directory, deadline); !got.ok()) return got;
  const std::filesystem::path archive = archive_in(directory);
  if (archive.empty()) return absl::UnavailableError("apt-get source brought no archive");
  const absl::Status extracted = run({"tar", "--extract", "--no-same-owner", "--strip-components=1",
                                      "--file", archive, "--directory", partial},
                                     directory, deadline);
  if (!extracted.ok()) return extracted;
  if (!is_source(partial)) return absl::UnavailableError("the archive holds no acceptance suite");
  std::filesystem::rename(partial, unpacked);
  for (const std::string_view folder : {"state", "cache"}) {  // not needed again, and 20 MB
    std::filesystem::remove_all(directory / folder);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> quickfix_source_directory() {
  if (const char* named = std::getenv("HOURGLASS_QUICKFIX_SOURCE"); named != nullptr) {
    if (is_source(named)) return std::string(named);
    return absl::NotFoundError(fmt::format("no source of QuickFIX in {}", named));
  }
  std::error_code error;
  const std::filesystem::path directory =
      std::filesystem::absolute(engine::test::shared_temporary_directory()) / "quickfix-source";
  const std::filesystem::path unpacked = directory / "unpacked";
  if (is_source(unpacked)) return unpacked.string();
  std::filesystem::create_directories(directory, error);
  const int lock = ::open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock < 0) return absl::UnavailableError(directory.string() + " cannot be written");
  while (::flock(lock, LOCK_EX) != 0 && errno == EINTR) continue;
  absl::Status fetched;
  if (!is_source(unpacked)) {
    try {
      fetched = fetch(directory, unpacked);
    } catch (const std::filesystem::filesystem_error& fault) {
      fetched = absl::UnavailableError(fault.what());
    }
  }
  ::close(lock);
  if (!fetched.ok()) return fetched;
  return unpacked.string();
}

}  // namespace hourglass::gateway::fix::test

#include "bench/fix/idle_sessions.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "bench/fix/load_client.h"
#include "bench/fix/load_messages.h"
#include "bench/fix/server_process.h"
#include "fmt/format.h"
#include "gateway/fix/client/fix_client.h"
#include "gateway/fix/members/authentication.h"

namespace hourglass::bench {
namespace {

namespace fix = gateway::fix;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kStep{10};
constexpr std::uint32_t kStepsPerLook = 100;
constexpr std::size_t kIdleRoomBytes = 4096;
// A new venue writes its journal's next segment ahead; that is over by then. Behind the logons so
// that the venue's heartbeats, 30 s after its Logon, fall within what is measured.
constexpr std::chrono::seconds kSettles{2};

struct IdleSession {
  std::unique_ptr<fix::FixClient> client;
  AnswerReader reader{kIdleRoomBytes};
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

std::vector<LoadMember> idle_members() {
  std::vector<LoadMember> members;
  for (std::uint32_t number = 1; number <= kIdleSessions; ++number) {
    members.push_back({fmt::format("I{}", number), kBuyersAccount});
  }
  return members;
}

absl::StatusOr<std::vector<IdleSession>> log_on_all(std::uint16_t port,
                                                    const std::string& secret_key) {
  std::vector<IdleSession> sessions;
  for (const LoadMember& member : idle_members()) {
    auto client = log_on_member(port, member, secret_key);
    if (!client.ok()) return client.status();
    sessions.push_back({.client = *std::move(client)});
  }
  return sessions;
}

// What has come, without waiting.
absl::Status look(IdleSession& session) {
  const std::span<char> room = session.reader.room();
  const ssize_t got = ::recv(session.client->descriptor(), room.data(), room.size(), MSG_DONTWAIT);
  if (got == 0) return absl::AbortedError("closed by the server");
  if (got < 0) return absl::OkStatus();
  session.reader.took(static_cast<std::size_t>(got));
  const std::string& trouble = session.reader.answers().trouble;
  return trouble.empty() ? absl::OkStatus() : absl::AbortedError(trouble);
}

// Heartbeats go out spread over the interval, in the order of the logons.
absl::Status keep_alive(std::vector<IdleSession>& sessions, IdleFigures& figures) {
  const Clock::time_point begin = Clock::now();
  for (std::uint32_t step = 0; figures.seconds < kIdleSeconds; ++step) {
    std::this_thread::sleep_until(begin + step * kStep);
    figures.seconds = seconds_since(begin);
    const double due = figures.seconds / kIdleSeconds * static_cast<double>(sessions.size());
    while (figures.heartbeats_sent < sessions.size() &&
           static_cast<double>(figures.heartbeats_sent) < due) {
      const auto sent = sessions[figures.heartbeats_sent++].client->send("0", "");
      if (!sent.ok()) return sent.status();
    }
    if (step % kStepsPerLook != 0) continue;
    for (IdleSession& session : sessions) {
      if (const absl::Status status = look(session); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

// Part of one processor the server took from when it had used `cpu_before_ns`.
double share_since(const ServerProcess& server, std::uint64_t cpu_before_ns, double seconds) {
  return static_cast<double>(server.cpu_ns() - cpu_before_ns) / 1e9 / seconds;
}

double empty_share(const ServerProcess& server) {
  std::this_thread::sleep_for(kSettles);
  const std::uint64_t cpu_before_ns = server.cpu_ns();
  const Clock::time_point begin = Clock::now();
  std::this_thread::sleep_for(std::chrono::seconds(kEmptySeconds));
  return share_since(server, cpu_before_ns, seconds_since(begin));
}

}  // namespace

absl::StatusOr<IdleFigures> measure_idle_sessions(const std::string& parent) {
  raise_descriptor_limit();
  if (absl::Status status = fix::start_cryptography(); !status.ok()) return status;
  const fix::KeyPair keys = fix::make_key_pair();
  const auto scratch = ScratchDirectory::make(parent);
  if (!scratch.ok()) return scratch.status();
  const auto server = ServerProcess::start({.kind = ServerKind::kDurable,
                                            .directory = (*scratch)->path(),
                                            .members = idle_members(),
                                            .public_key = keys.public_key});
  if (!server.ok()) return server.status();
  IdleFigures figures{.sessions = kIdleSessions};
  figures.empty_cpu_share = empty_share(**server);
  const Clock::time_point begin = Clock::now();
  auto sessions = log_on_all((*server)->port(), keys.secret_key);
  if (!sessions.ok()) return sessions.status();
  figures.logon_seconds = seconds_since(begin);
  std::this_thread::sleep_for(kSettles);
  const std::uint64_t cpu_before_ns = (*server)->cpu_ns();
  if (absl::Status status = keep_alive(*sessions, figures); !status.ok()) return status;
  figures.cpu_share = share_since(**server, cpu_before_ns, figures.seconds);
  for (IdleSession& session : *sessions) {
    if (absl::Status status = look(session); !status.ok()) return status;
    figures.heartbeats_received += session.reader.answers().heartbeats;
  }
  return figures;
}

}  // namespace hourglass::bench

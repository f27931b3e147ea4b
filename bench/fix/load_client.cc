#include "bench/fix/load_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "bench/play/tsc_clock.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

namespace fix = gateway::fix;

constexpr std::string_view kVenue = "HOURGLASS";
// One for each pair of sessions, then from the beginning. 0.02 USD a GPU-hour is at most half a
// dollar an order, so that the funds last for any load allowed.
constexpr std::array<std::string_view, 4> kContracts{"GPUX", "H100.D1", "H200.D1", "B200.D1"};
constexpr std::string_view kPrice = "0.02";
// Below what anybody sells at.
constexpr std::string_view kRestingPrice = "0.01";
constexpr int kPatienceMs = 10'000;

std::uint64_t utc_now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

absl::Status system_error() {
  return absl::UnavailableError(std::strerror(errno));
}

// Session `number` counts from 1.
OrderTemplate order_of(const LoadMember& member, std::uint32_t number, std::string_view price) {
  const std::string account = fmt::format("{}", member.account);
  return OrderTemplate({.sender = member.comp_id,
                        .target = kVenue,
                        .account = account,
                        .symbol = kContracts[(number - 1) / 2 % kContracts.size()],
                        .price = price,
                        .side = number % 2 == 1 ? '1' : '2'});
}

}  // namespace

std::vector<LoadMember> load_members(std::uint32_t count) {
  std::vector<LoadMember> members;
  for (std::uint32_t number = 1; number <= count; ++number) {
    members.push_back(
        {fmt::format("B{}", number), number % 2 == 1 ? kBuyersAccount : kSellersAccount});
  }
  return members;
}

absl::StatusOr<std::unique_ptr<fix::FixClient>> log_on_member(std::uint16_t port,
                                                              const LoadMember& member,
                                                              const std::string& secret_key) {
  fix::ClientSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port;
  settings.comp_id = member.comp_id;
  settings.secret_key_hex = secret_key;
  auto client = std::make_unique<fix::FixClient>(std::move(settings));
  absl::Status status = client->connect();
  if (status.ok()) status = client->logon();
  if (!status.ok()) return status;
  return client;
}

absl::StatusOr<std::unique_ptr<LoadClient>> LoadClient::log_on(std::uint16_t port,
                                                               std::uint32_t session_count,
                                                               const std::string& secret_key,
                                                               std::uint32_t answers_an_order) {
  auto load = std::unique_ptr<LoadClient>(new LoadClient);
  const std::vector<LoadMember> members = load_members(session_count);
  for (std::uint32_t number = 1; number <= session_count; ++number) {
    const LoadMember& member = members[number - 1];
    auto client = log_on_member(port, member, secret_key);
    if (!client.ok()) return client.status();
    const std::uint32_t next = (*client)->next_sender();
    load->sessions_.push_back({.client = *std::move(client),
                               .order = order_of(member, number, kPrice),
                               .next_sequence = next,
                               .answers_an_order = answers_an_order});
  }
  return load;
}

void LoadClient::fill_window(Session& session) {
  const std::uint64_t unanswered = session.sent - session.answered();
  // Half a window at a time: fewer and longer sends.
  if (unanswered > kWindow / 2) return;
  const std::uint64_t more = std::min(kWindow - unanswered, session.orders_goal - session.sent);
  if (more == 0) return;
  session.order.set_time(utc_now_ns());
  for (std::uint64_t i = 0; i < more; ++i) {
    session.order.append(session.out, session.next_sequence++, ++session.sent);
  }
}

absl::Status LoadClient::send_some(Session& session) {
  const std::string_view rest = std::string_view(session.out).substr(session.out_sent);
  if (rest.empty()) return absl::OkStatus();
  const ssize_t took =
      ::send(session.client->descriptor(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (took < 0) return errno == EAGAIN ? absl::OkStatus() : system_error();
  session.out_sent += static_cast<std::size_t>(took);
  if (session.out_sent == session.out.size()) {
    session.out.clear();
    session.out_sent = 0;
  }
  return absl::OkStatus();
}

absl::Status LoadClient::read_some(Session& session) {
  const std::span<char> room = session.reader.room();
  const ssize_t got = ::recv(session.client->descriptor(), room.data(), room.size(), 0);
  if (got < 0) return system_error();
  if (got == 0) return absl::UnavailableError("closed by the server");
  session.reader.took(static_cast<std::size_t>(got));
  const std::string& trouble = session.reader.answers().trouble;
  return trouble.empty() ? absl::OkStatus() : absl::AbortedError(trouble);
}

absl::Status LoadClient::run(std::uint64_t orders_each, std::uint64_t fills_an_order) {
  std::vector<pollfd> polled;
  for (Session& session : sessions_) {
    if (session.next_sequence + orders_each > kMaxLoadSequence) {
      return absl::OutOfRangeError("no sequence numbers are left for this load");
    }
    session.orders_goal = session.answered() + orders_each;
    session.fills_goal = session.reader.answers().fills + orders_each * fills_an_order;
    polled.push_back({.fd = session.client->descriptor(), .events = POLLIN, .revents = 0});
  }
  for (;;) {  // ends: all is answered, or nothing comes
    bool done = true;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      Session& session = sessions_[i];
      fill_window(session);
      if (const absl::Status status = send_some(session); !status.ok()) return status;
      polled[i].events = static_cast<short>(session.out.empty() ? POLLIN : POLLIN | POLLOUT);
      done = done && session.is_done();
    }
    if (done) return absl::OkStatus();
    const int ready = ::poll(polled.data(), polled.size(), kPatienceMs);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return system_error();
    if (ready == 0) return absl::DeadlineExceededError("the server answers nothing");
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      if ((polled[i].revents & ~POLLOUT) == 0) continue;
      if (const absl::Status status = read_some(sessions_[i]); !status.ok()) return status;
    }
  }
}

absl::Status LoadClient::measure(std::uint64_t order_count, LatencyHistogram& ticks) {
  Session& session = sessions_.front();
  OrderTemplate order = order_of(load_members(1).front(), 1, kRestingPrice);
  const timeval patience{.tv_sec = kPatienceMs / 1000, .tv_usec = 0};
  static_cast<void>(::setsockopt(session.client->descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience,
                                 sizeof(patience)));
  for (std::uint64_t i = 0; i < order_count; ++i) {
    const std::uint64_t goal = session.answered() + 1;
    order.set_time(utc_now_ns());
    session.out.clear();
    order.append(session.out, session.next_sequence++, ++session.sent);
    const std::uint64_t begin = TscClock::begin_ticks();
    if (const absl::Status status = send_some(session); !status.ok()) return status;
    while (session.answered() < goal) {
      if (const absl::Status status = read_some(session); !status.ok()) return status;
    }
    ticks.record(TscClock::end_ticks() - begin);
  }
  return absl::OkStatus();
}

std::uint64_t LoadClient::message_count() const {
  std::uint64_t count = 0;
  for (const Session& session : sessions_) count += session.reader.answers().messages;
  return count;
}

}  // namespace hourglass::bench

#include "tests/support/door_in_hand.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "engine/base/assert.h"
#include "engine/order/clearing.h"
#include "fmt/format.h"
#include "gateway/fix/door/fix_door.h"
#include "gateway/fix/orders/order_entry.h"
#include "tests/support/command_builder.h"
#include "tests/support/exchange_instances.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::uint32_t kOtherAccount = 900;
constexpr std::uint64_t kBeginningNs = 1'767'225'600'000'000'000;  // 2026-01-01
constexpr std::uint64_t kFileBytes = 1U << 20;
constexpr std::uint32_t kLogonRounds = 1'000;
constexpr std::uint64_t kRoundNs = 1'000'000;

// Nobody wants reports: the market takes no orders of the peer's.
class NoReports final : public ReportSink {
 public:
  std::optional<FixVersion> version(engine::SessionId) const override { return std::nullopt; }
  void report(engine::SessionId, std::uint32_t, const MessageWriter&) override {}
};

// In memory where that can be: a Logon waits until its file is on the disk.
std::string fresh_directory() {
  const bool has_memory = ::access("/dev/shm", W_OK) == 0;
  const std::filesystem::path parent =
      has_memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
  std::string path = (parent / "hourglass-door-XXXXXX").string();
  const char* const made = ::mkdtemp(path.data());
  HG_ASSERT(made != nullptr, errno);
  return path;
}

// Of a message what hear() gives.
std::string told(std::string_view message) {
  Fields fields;
  fields.parse(message);
  std::string text;
  for (const Field& field : fields.all()) {
    switch (field.tag) {
      case 8:
      case 9:
      case 10:
      case 34:
      case 49:
      case 52:
      case 56: break;
      default: text += fmt::format("{}={}|", field.tag, field.value); break;
    }
  }
  return text;
}

}  // namespace

struct DoorInHand::Impl {
  explicit Impl(const DoorInHandSettings& settings);

  bool connect();
  void send(std::string_view type, std::string_view body);
  void read();

  FixVersion version;
  OrderReports reports;
  MarketData market{reports};
  PostTrade post_trade{reports};
  OrderEntry entry{reports, market, post_trade};
  engine::Exchange<engine::PermissiveClearing> exchange;
  NoReports nobody;
  std::unique_ptr<FixDoor> door;
  engine::SessionId session{0};
  std::uint64_t sequence = 0;
  std::uint32_t next_key = 0;
  int socket = -1;
  std::uint32_t next = 1;  // number of the peer's next message
  Framer framer;
  std::vector<std::string> heard;
  bool is_closed = false;
};

DoorInHand::Impl::Impl(const DoorInHandSettings& settings) : version(settings.version) {
  const std::string directory = fresh_directory();
  MemberList members;
  Member member;
  member.comp_id = "DESK";
  member.version = settings.version;
  member.accounts = settings.accounts;
  member.orders_per_second = member.cancels_per_second = kMaxMessagesPerSecond;
  const bool is_added = members.add(member).ok();
  HG_ASSERT(is_added, members.all().size());
  session = engine::SessionId(members.find("DESK")->session);
  auto opened = FixDoor::open({.directory = directory,
                               .port = 0,
                               .for_conformance = true,
                               .session_file_bytes = kFileBytes},
                              members, entry);
  HG_ASSERT(opened.ok(), static_cast<int>(opened.status().code()));
  door = *std::move(opened);
  entry.answer_users_by(door->users());
  door->session(session)->queries = Throttle(0);
  const bool is_listening = door->listen().ok();
  HG_ASSERT(is_listening, door->port());
  // What is open stays open.
  std::filesystem::remove_all(directory);
}

bool DoorInHand::Impl::connect() {
  if (socket >= 0) ::close(socket);
  socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(door->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int one = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  framer = Framer();
  heard.clear();
  is_closed = false;
  next = 1;
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

void DoorInHand::Impl::send(std::string_view type, std::string_view body) {
  std::string text;
  append_message(text,
                 {.begin_string = version == FixVersion::kFix44 ? "FIX.4.4" : "FIXT.1.1",
                  .sender = "DESK",
                  .target = "HOURGLASS",
                  .sequence = next++,
                  .sending_time_ns = door->context().now_ns},
                 type, fix_text(body));
  // Where the door has closed, that is heard.
  if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0) is_closed = true;
}

void DoorInHand::Impl::read() {
  std::array<char, 1U << 16> buffer;
  for (;;) {  // ends: with what there is
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (got <= 0) {
      is_closed = true;
      break;
    }
    framer.add({buffer.data(), static_cast<std::size_t>(got)});
  }
  std::string_view message;
  while (framer.next(message) == Framer::Result::kMessage) heard.push_back(told(message));
}

DoorInHand::DoorInHand(const DoorInHandSettings& settings)
    : impl_(std::make_unique<Impl>(settings)) {
  for (std::uint32_t id = 0; id < settings.contracts; ++id) {
    apply(engine::test::define_instrument({.from = {.session = 0, .account = 0, .instrument = id},
                                           .symbol = fmt::format("C{}", id)}));
  }
}

DoorInHand::~DoorInHand() {
  hang_up();
}

void DoorInHand::apply(const engine::Command& command) {
  Impl& its = *impl_;
  const auto follow = [&its](const engine::Command& unstamped) {
    ++its.sequence;
    const engine::Command stamped =
        engine::test::stamped(unstamped, its.sequence, kBeginningNs + its.sequence * 1'000'000);
    its.reports.on_command(stamped);
    for (const engine::Event& event : its.exchange.apply(stamped)) {
      its.reports.on_event(event, its.nobody);
      its.market.on_event(event);
      its.post_trade.on_event(event);
    }
  };
  follow(command);
  while (its.exchange.has_pending_work()) follow(its.exchange.continuation());
}

void DoorInHand::buy(std::uint32_t account, std::uint32_t contract, std::int64_t lots,
                     std::int64_t ticks) {
  for (const engine::Side side : {engine::Side::kSell, engine::Side::kBuy}) {
    const std::uint32_t its = side == engine::Side::kBuy ? account : kOtherAccount;
    apply(engine::test::new_order({.from = {.account = its, .instrument = contract},
                                   .key = ++impl_->next_key,
                                   .side = side,
                                   .price = ticks,
                                   .qty = lots}));
  }
}

void DoorInHand::tell_changes() {
  impl_->post_trade.tell_changes(impl_->door->context().now_ns);
}

bool DoorInHand::log_on() {
  hang_up();
  const bool is_connected = impl_->connect();
  HG_ASSERT(is_connected, errno);
  impl_->send("A", impl_->version == FixVersion::kFix44 ? "98=0|108=60|" : "98=0|108=60|1137=9|");
  for (std::uint32_t round = 0; round < kLogonRounds; ++round) {
    take();
    flush();
    impl_->read();
    if (!impl_->heard.empty() || impl_->is_closed) break;
    impl_->door->wait(kRoundNs);
  }
  const std::vector<std::string> answer = std::exchange(impl_->heard, {});
  return !answer.empty() && answer.front().starts_with("35=A|");
}

void DoorInHand::say(std::string_view type, std::string_view body) {
  impl_->send(type, body);
}

void DoorInHand::hang_up() {
  if (impl_->socket < 0) return;
  ::close(std::exchange(impl_->socket, -1));
  // The door hears of it before anybody connects again.
  take();
  flush();
}

void DoorInHand::take() {
  impl_->door->do_work(engine::SequenceNumber(impl_->sequence));
}

void DoorInHand::flush() {
  impl_->door->flush();
}

std::vector<std::string> DoorInHand::hear() {
  impl_->read();
  return std::exchange(impl_->heard, {});
}

bool DoorInHand::is_closed() const noexcept {
  return impl_->is_closed;
}

bool DoorInHand::is_answering() const {
  return impl_->post_trade.is_answering(*impl_->door->session(impl_->session));
}

}  // namespace hourglass::gateway::fix::test

#include "tests/support/fake_venue.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "gateway/fix/wire/fields.h"
#include "gtest/gtest.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

constexpr int kPatienceMs = 10'000;

bool wait_readable(int descriptor) {
  pollfd readable{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&readable, 1, kPatienceMs) == 1;
}

}  // namespace

FakeVenue::FakeVenue() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(listener_, generic, size), 0);
  EXPECT_EQ(::listen(listener_, 1), 0);
  EXPECT_EQ(::getsockname(listener_, generic, &size), 0);
  port_ = ntohs(address.sin_port);
}

FakeVenue::~FakeVenue() {
  close();
  ::close(listener_);
}

void FakeVenue::accept() {
  close();
  framer_ = Framer();
  if (wait_readable(listener_)) peer_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  EXPECT_GE(peer_, 0);
}

void FakeVenue::close() {
  if (peer_ >= 0) ::close(peer_);
  peer_ = -1;
}

void FakeVenue::say(std::string_view rest, std::string_view begin_string) {
  const std::string header = "49=HOURGLASS|52=20260301-00:00:00.000000|56=TRADER1|";
  say_raw(whole(begin_string, std::string(rest) + header));
}

void FakeVenue::say_raw(std::string_view bytes) {
  EXPECT_EQ(::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

std::string FakeVenue::hear() {
  std::string_view message;
  while (framer_.next(message) != Framer::Result::kMessage) {
    if (!wait_readable(peer_)) return "silence";
    std::array<char, 4096> chunk;
    const ssize_t got = ::recv(peer_, chunk.data(), chunk.size(), 0);
    if (got < 0) return errno == ECONNRESET ? "reset" : "error";
    if (got == 0) return "closed";
    framer_.add({chunk.data(), static_cast<std::size_t>(got)});
  }
  last_heard_ = std::string(message);
  Fields fields;
  EXPECT_TRUE(fields.parse(message));
  std::string heard;
  for (const Field& field : fields.all()) {
    switch (field.tag) {
      case 8:
      case 9:
      case 10:
      case 49:
      case 52:
      case 56:
      case 60:
      case 122: break;
      default: heard += std::to_string(field.tag) + "=" + std::string(field.value) + "|";
    }
  }
  return heard;
}

}  // namespace hourglass::gateway::fix

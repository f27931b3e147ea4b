// More connections than select() knows descriptors: where the stock acceptors end, ours goes on.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

using testing::SizeIs;

constexpr std::int32_t kSelectLimit = 1024;  // FD_SETSIZE
constexpr std::uint32_t kHolesAtMost = 6;    // of descriptors that a start used for a moment
// With the program's own beyond the limit, and fewer than would have to give way.
constexpr std::size_t kSilent = 1'008;
constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";

// Descriptors for so many connections; false where the system forbids it.
bool allow_descriptors(rlim_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < count) return false;
  limit.rlim_cur = std::max(limit.rlim_cur, count);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

// Those of the program's sockets, rising.
std::vector<std::int32_t> sockets(RunningFix& venue) {
  std::vector<std::int32_t> found;
  const std::string directory = fmt::format("/proc/{}/fd", venue.program().pid());
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    if (!target.starts_with("socket:")) continue;
    found.push_back(std::stoi(entry.path().filename().string()));
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The same, once there are so many.
std::vector<std::int32_t> sockets(RunningFix& venue, std::size_t count) {
  std::vector<std::int32_t> found = sockets(venue);
  for (std::uint32_t look = 0; look < 1000 && found.size() < count; ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    found = sockets(venue);
  }
  return found;
}

// Trades one lot of `side` (54) at 1 with whoever is there.
std::string trade(Peer& peer, char side) {
  peer.say("D", fmt::format("11=A1|38=1|40=2|44=1|54={}|55=H100.D1|60={}|", side, time_text()));
  return only(peer.hear(), {35, 11, 150});
}

// Connects until it gets a descriptor beyond select()'s; those below, which were free again, it
// keeps in `low`.
template <class Connect>
std::unique_ptr<Peer> connect_high(RunningFix& venue, std::deque<std::unique_ptr<Peer>>& low,
                                   Connect connect) {
  for (std::uint32_t attempt = 0; attempt < kHolesAtMost; ++attempt) {
    const std::vector<std::int32_t> before = sockets(venue);
    std::unique_ptr<Peer> peer = connect();
    const std::vector<std::int32_t> now = sockets(venue, before.size() + 1);
    std::vector<std::int32_t> fresh;
    std::ranges::set_difference(now, before, std::back_inserter(fresh));
    if (fresh.size() == 1 && fresh.front() >= kSelectLimit) return peer;
    low.push_back(std::move(peer));
  }
  return nullptr;
}

TEST(Descriptors, AboveThoseOfSelectServeMembersAsAnyOther) {
  if (!allow_descriptors(kSilent + 200)) GTEST_SKIP() << "too few descriptors are allowed";
  RunningFix venue;
  const std::size_t own = sockets(venue).size();
  std::deque<std::unique_ptr<Peer>> silent;
  for (std::size_t i = 0; i < kSilent; ++i) silent.push_back(std::make_unique<Peer>(venue));
  ASSERT_THAT(sockets(venue, own + kSilent), SizeIs(own + kSilent));
  const auto buyer =
      connect_high(venue, silent, [&venue] { return std::make_unique<Peer>(venue); });
  const auto seller = connect_high(venue, silent, [&venue] {
    return std::make_unique<Peer>(venue, PeerHeader{.sender = "TRADER2"}, venue.tls_files());
  });
  ASSERT_NE(buyer, nullptr);
  ASSERT_NE(seller, nullptr);
  ASSERT_EQ(buyer->log_on(venue.password()), kLoggedOn);
  ASSERT_EQ(seller->log_on(venue.password("TRADER2")), kLoggedOn);
  EXPECT_EQ(trade(*buyer, '1'), "35=8|11=A1|150=0|");
  EXPECT_EQ(trade(*seller, '2'), "35=8|11=A1|150=0|");
  for (Peer* const member : {buyer.get(), seller.get()}) {
    EXPECT_EQ(only(member->hear(), {35, 11, 150, 32, 31}), "35=8|11=A1|150=F|32=1|31=1|");
    member->say("5", "");
    EXPECT_EQ(member->hear(), "35=5|34=4|");
    EXPECT_EQ(member->hear(), "closed");
  }
}

}  // namespace
}  // namespace hourglass::gateway::fix

// What a start finds in its data directory, and what it makes of what is missing or does not fit.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gateway/daemon/venue_directory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::size_t kLookedAtBytes = 1U << 16;  // of a file: headers, and the records there are

class VenueDirectoryTest : public ::testing::Test {
 protected:
  // Beginnings of all files below, by their paths.
  std::map<std::string, std::string> contents(const std::string& below = "") const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(path(below))) {
      if (!entry.is_regular_file()) continue;
      std::string bytes(kLookedAtBytes, '\0');
      std::ifstream file(entry.path(), std::ios::binary);
      file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      bytes.resize(static_cast<std::size_t>(file.gcount()));
      files[entry.path().string()] = fmt::format("{} {}", entry.file_size(), bytes);
    }
    return files;
  }
  std::string path(const std::string& name) const { return venue_.data_dir() + "/" + name; }
  // Files of the data directory itself, or of fix/, that begin so.
  void remove(const std::string& start) const {
    const fs::path wanted = path(start);
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(wanted.parent_path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(wanted.filename().string())) found.push_back(entry.path());
    }
    EXPECT_FALSE(found.empty()) << start;
    for (const fs::path& file : found) fs::remove(file);
  }
  // A start that is not to go on; one that does is ended.
  engine::test::Ended start_again() const {
    return engine::test::run_program({"/usr/bin/timeout", "20", HOURGLASS_PROGRAM, "run",
                                      "--data-dir", venue_.data_dir(), "--fix-port", "0"});
  }
  // A start that is refused, and says so; it changes nothing.
  std::string refused() const {
    const auto before = contents();
    const engine::test::Ended ended = start_again();
    EXPECT_EQ(ended.exit_code, 1) << ended.output;
    EXPECT_TRUE(contents() == before);
    return ended.output;
  }
  // One order of TRADER1's, logged on with this number and out again.
  void trade(std::uint32_t number, const std::string& id) {
    Peer peer(venue_);
    peer.next = number;
    ASSERT_THAT(peer.log_on(venue_.password()), testing::StartsWith("35=A|"));
    EXPECT_EQ(peer.order(id), accepted(id));
    peer.say("5", "");
    EXPECT_THAT(peer.hear_through("35=5"), testing::StartsWith("35=5|"));
  }

  RunningFix venue_;
};

TEST_F(VenueDirectoryTest, IsOneVenuesAtATime) {
  const engine::test::Ended second = start_again();
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_EQ(second.output,
            fmt::format("hourglass run: another process uses the data directory {}: one venue at "
                        "a time\n",
                        venue_.data_dir()));
  trade(1, "A1");
}

TEST_F(VenueDirectoryTest, IsRefusedWithTracesOfTradingAndNoJournal) {
  trade(1, "A1");
  ASSERT_EQ(venue_.stop(), 0);
  remove("seg-");
  std::ofstream(path("snap-00000000000000000009.hgs")) << "a snapshot";
  const auto expect = [&](const std::string& found) {
    EXPECT_THAT(refused(), HasSubstr(fmt::format("the data directory {} holds {} of earlier "
                                                 "trading, but no journal",
                                                 venue_.data_dir(), found)));
  };
  expect("an event store (events.hge)");
  remove("events.hge");
  expect("a used index (idx-00000000000000000001.hgi)");
  remove("idx-");
  expect("a snapshot (snap-00000000000000000009.hgs)");
  remove("snap-");
  expect("a session's file that was used (fix/DROPCOPY1-4098-copy.hgf)");
  remove("fix/DROPCOPY1");
  expect("a session's file that was used (fix/TRADER1-4096.hgf)");
  remove("fix/TRADER1");
  venue_.start();
  trade(1, "A1");
}

// The session files and half a certificate are what it had made.
TEST_F(VenueDirectoryTest, StartsBehindAFirstStartThatDiedBeforeItsJournal) {
  ASSERT_EQ(venue_.stop(), 0);
  for (const std::string start : {"seg-", "idx-", "events.hge", "fix/DROPCOPY1"}) remove(start);
  fs::remove(path("fix/tls/certificate.pem"));
  const std::string password = venue_.password();
  venue_.start();
  EXPECT_EQ(venue_.password(), password);
  trade(1, "A1");
}

// The journal begins anew, and the files of the one before come back, with and without reports.
TEST_F(VenueDirectoryTest, IsRefusedUnchangedWhereASessionsFileIsOfAnotherJournal) {
  trade(1, "A1");
  ASSERT_EQ(venue_.stop(), 0);
  const std::vector<std::string> files{path("fix/DROPCOPY1-4098-copy.hgf"),
                                       path("fix/TRADER1-4096.hgf")};
  for (const std::string& file : files) fs::rename(file, file + ".kept");
  for (const std::string start : {"seg-", "idx-", "events.hge"}) remove(start);
  venue_.start();
  for (std::uint32_t order = 0; order < 3; ++order) trade(3 * order + 1, fmt::format("A{}", order));
  ASSERT_EQ(venue_.stop(), 0);
  for (const std::string& file : files) {
    fs::rename(file, file + ".right");
    fs::rename(file + ".kept", file);
    EXPECT_THAT(refused(), HasSubstr(fmt::format("{} is the session file of another journal than "
                                                 "the one in {}",
                                                 file, venue_.data_dir())));
    fs::rename(file + ".right", file);
  }
  venue_.start();
  trade(10, "A4");
}

TEST_F(VenueDirectoryTest, IsRefusedWhereASessionsFileIsAheadOfItsJournal) {
  const std::vector<std::string> files{path("fix/DROPCOPY1-4098-copy.hgf"),
                                       path("fix/TRADER1-4096.hgf")};
  ASSERT_EQ(venue_.stop(), 0);
  const std::string older = path("older");
  fs::copy(venue_.data_dir(), older);
  venue_.start();
  trade(1, "A1");
  ASSERT_EQ(venue_.stop(), 0);
  for (const std::string start : {"seg-", "idx-", "events.hge"}) remove(start);
  for (const auto& entry : fs::directory_iterator(older)) {
    if (!entry.is_regular_file()) continue;
    fs::copy_file(entry.path(), path(entry.path().filename().string()),
                  fs::copy_options::overwrite_existing);
  }
  fs::remove_all(older);
  const auto said_at_start = [&] {
    const engine::test::Ended ended = start_again();
    EXPECT_EQ(ended.exit_code, 1);
    return ended.output;
  };
  EXPECT_THAT(said_at_start(), HasSubstr("the file of session DROPCOPY1 in "));
  fs::remove(files[0]);
  EXPECT_THAT(said_at_start(),
              HasSubstr(fmt::format("the file of session TRADER1 in {}/fix has recorded reports up "
                                    "to 1, the journal yields them up to 0: ",
                                    venue_.data_dir())));
  fs::remove(files[1]);
  venue_.start();
  trade(1, "A1");
}

// As a process that was killed and is not yet gone holds it.
TEST_F(VenueDirectoryTest, IsWaitedForWhileAKilledVenueHoldsItStill) {
  ASSERT_EQ(venue_.stop(), 0);
  const int held = ::open(venue_.data_dir().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(held, LOCK_EX | LOCK_NB), 0);
  std::thread dying([held] {
    std::this_thread::sleep_for(kDirectoryPatience / 5);
    ::close(held);
  });
  venue_.start();
  dying.join();
  trade(1, "A1");
}

TEST_F(VenueDirectoryTest, KeepsItsSessionsFromAVolatileRun) {
  trade(1, "A1");
  ASSERT_EQ(venue_.stop(), 0);
  const auto before = contents();
  for (std::uint32_t run = 0; run < 2; ++run) {
    engine::test::RunningVenue program({.program = HOURGLASS_PROGRAM,
                                        .data_dir = venue_.data_dir(),
                                        .snapshot_every = 1'000'000,
                                        .with_fix = true,
                                        .options = {"--volatile"}});
    Peer peer(program.fix_port());
    EXPECT_THAT(peer.log_on(venue_.password()), testing::StartsWith("35=A|34=1|"));
    for (const std::string id : {"V1", "V2", "V3"}) EXPECT_EQ(peer.order(id), accepted(id));
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(), 0);
  }
  fs::remove_all(path("fix/volatile"));
  EXPECT_TRUE(contents() == before);
  venue_.start();
  trade(4, "A2");
}

TEST_F(VenueDirectoryTest, GetsNoOtherMembersForALostList) {
  ASSERT_EQ(venue_.stop(), 0);
  const std::string list = path("fix/members.json");
  fs::rename(list, list + ".lost");
  EXPECT_THAT(refused(), HasSubstr(fmt::format("{} is missing, but there is a journal", list)));
  fs::rename(list + ".lost", list);
  venue_.start();
  trade(1, "A1");
}

// As the refusal says.
TEST_F(VenueDirectoryTest, TakesAListThatIsBegunByHand) {
  ASSERT_EQ(venue_.stop(), 0);
  fs::remove_all(path("fix"));
  EXPECT_THAT(refused(), HasSubstr("begin it with `hourglass member add`"));
  const std::string password = venue_.add_member("FIRST", "11");
  venue_.start();
  Peer peer(venue_, {.sender = "FIRST"});
  EXPECT_THAT(peer.log_on(password), testing::StartsWith("35=A|34=1|"));
}

// Who is added is not given the number of one who was there.
TEST_F(VenueDirectoryTest, TakesNoNewMemberForALostList) {
  ASSERT_EQ(venue_.stop(), 0);
  const std::string list = path("fix/members.json");
  fs::rename(list, list + ".lost");
  const auto expect_refused = [&](const std::string& trace) {
    const auto before = contents();
    const engine::test::Ended ended = venue_.member({"add", "OTHER", "--accounts", "13"});
    EXPECT_EQ(ended.exit_code, 1);
    EXPECT_THAT(ended.output,
                HasSubstr(fmt::format("{} is missing, but {} is there: ", list, path(trace))));
    EXPECT_TRUE(contents() == before);
  };
  expect_refused("fix/DROPCOPY1-4098-copy.hgf");
  for (const std::string start : {"fix/DROPCOPY1", "fix/TRADER"}) remove(start);
  expect_refused("fix/starter-credentials");
  fs::rename(list + ".lost", list);
  EXPECT_EQ(venue_.member({"add", "OTHER", "--accounts", "13"}).output,
            "added OTHER as session 4099; a running venue takes it on SIGHUP\n"
            "it cannot log on before `hourglass member password OTHER`\n");
}

TEST_F(VenueDirectoryTest, GetsNoOtherCertificateForALostHalf) {
  ASSERT_EQ(venue_.stop(), 0);
  const std::string key = path("fix/tls/key.pem");
  const std::string certificate = path("fix/tls/certificate.pem");
  for (const auto& [lost, other] : {std::pair(key, certificate), std::pair(certificate, key)}) {
    fs::rename(lost, lost + ".lost");
    EXPECT_THAT(refused(), HasSubstr(fmt::format("{} is missing, but {} is there", lost, other)));
    fs::rename(lost + ".lost", lost);
  }
  venue_.start();
  trade(1, "A1");
}

}  // namespace
}  // namespace hourglass::gateway::fix

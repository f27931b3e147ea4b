// SessionFile under the death of its process: by SIGKILL at random moments, and after every single
// instruction that changed the file. HOURGLASS_SEED sets the seed.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/fix/store/session_file.h"
#include "gateway/fix/store/session_file_layout.h"
#include "tests/support/random_source.h"
#include "tests/support/small_disk.h"

namespace hourglass::gateway::fix {
namespace {

using engine::SequenceNumber;
using engine::test::number_from_environment;
using engine::test::RandomSource;

constexpr SessionFileSettings small_settings() {
  return {.ring_bytes = kRingBytesMin, .boot_id = "boot one"};
}

// The text of message `sequence` as process `life` wrote it: two processes never write the same.
std::string text_of(std::uint32_t life, std::uint32_t sequence) {
  std::string text = fmt::format("{}:{}:", life, sequence);
  text.resize(text.size() + (life * 7919 + sequence * 104729) % 900,
              static_cast<char>('a' + sequence % 26));
  return text;
}

class SessionFileKillTest : public testing::Test {
 protected:
  SessionFileKillTest() {
    std::string directory = testing::TempDir() + "session-kill-XXXXXX";
    directory_ = ::mkdtemp(directory.data());
    path_ = directory_ + "/ALPHA.hgs";
  }
  ~SessionFileKillTest() override { std::filesystem::remove_all(directory_); }

  static std::unique_ptr<SessionFile> open(const std::string& path) {
    auto file = SessionFile::open(path, small_settings());
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? std::move(*file) : nullptr;
  }

  std::string directory_;
  std::string path_;
};

// Puts messages, and tells of each through `acknowledged` once put() has returned, until killed.
[[noreturn]] void put_until_killed(const std::string& path, std::uint32_t life, int acknowledged) {
  auto file = SessionFile::open(path, small_settings());
  if (!file.ok()) ::_exit(1);
  for (;;) {
    const std::uint32_t sequence = (*file)->next_sender();
    const std::string text = text_of(life, sequence);
    if (!(*file)->put(sequence, text, true, sequence).ok()) ::_exit(2);
    if (::write(acknowledged, &sequence, sizeof(sequence)) != sizeof(sequence)) ::_exit(3);
  }
}

// Starts a process as above, kills it once it has acknowledged `count` messages, and gives the last
// one acknowledged; 0 without one.
std::uint32_t kill_after(const std::string& path, std::uint32_t life, std::uint64_t count) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return 0;
  const pid_t child = ::fork();
  if (child == 0) put_until_killed(path, life, pipe[1]);
  ::close(pipe[1]);
  std::uint32_t last = 0;
  std::uint32_t sequence = 0;
  for (std::uint64_t seen = 0; ::read(pipe[0], &sequence, sizeof(sequence)) == sizeof(sequence);) {
    last = sequence;
    if (++seen == count) ::kill(child, SIGKILL);
  }
  ::close(pipe[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  return last;
}

TEST_F(SessionFileKillTest, EveryAcknowledgedMessageIsThereAndNoNumberCarriesTwoContents) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
  RandomSource random(seed);
  std::vector<std::string> sent{""};  // by number; what was acknowledged, or found after a kill
  for (std::uint32_t life = 1; life <= 60; ++life) {
    const std::uint32_t last = kill_after(path_, life, 1 + random.below(400));
    ASSERT_GE(last, sent.size());
    for (auto sequence = static_cast<std::uint32_t>(sent.size()); sequence <= last; ++sequence) {
      sent.push_back(text_of(life, sequence));
    }
    const auto file = open(path_);
    ASSERT_FALSE(file->power_was_lost());
    // The one put when the kill came may be there, as it may have been sent.
    ASSERT_GE(file->next_sender(), last + 1);
    ASSERT_LE(file->next_sender(), last + 2);
    ASSERT_EQ(file->last_report(), file->next_sender() - 1);
    if (file->next_sender() == last + 2) sent.push_back(text_of(life, last + 1));
    const std::uint32_t oldest = file->next_application(1);
    // 64 KiB hold some 130 of at most 950 bytes each.
    ASSERT_LE(oldest, std::max<std::uint32_t>(last, 60) - 59);
    for (std::uint32_t sequence = 1; sequence < file->next_sender(); ++sequence) {
      const auto found = file->get(sequence);
      ASSERT_EQ(found.has_value(), sequence >= oldest) << sequence;
      ASSERT_EQ(found.has_value() ? found->text : "", sequence < oldest ? "" : sent[sequence]);
    }
  }
}

// What the stepped process does, one byte through `begun` before each deed.
constexpr std::uint32_t kSequenceMin = 200;  // the ring is full by then
constexpr std::uint32_t kDeedCount = 9;
constexpr std::uint64_t kLongMessage = 8'000;
constexpr std::uint64_t kDiskBytes = 4U << 20;

// How much of the ring's lap is left behind the newest record. The file is closed.
std::uint64_t room_in_lap(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kRingOffset, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::uint64_t head = 0;
  for (const std::uint64_t copy : {0U, 1U}) {
    const auto* at = reinterpret_cast<const std::byte*>(bytes.data() + header_offset(copy));
    head = std::max(head, block_at<HeaderCopy>(at).head);
  }
  return kRingBytesMin - head % kRingBytesMin;
}

// Leaves a full ring, whose lap has room for the first deeds but not for the long message.
void fill(const std::string& path) {
  for (;;) {  // ends at twice the number at the latest
    auto file = SessionFile::open(path, small_settings());
    ASSERT_TRUE(file.ok()) << file.status();
    const std::uint32_t next = (*file)->next_sender();
    ASSERT_TRUE((*file)->put(next, text_of(0, next), true, 1).ok());
    ASSERT_LT(next, 2 * kSequenceMin);
    if (next < kSequenceMin) continue;
    file->reset();
    if (room_in_lap(path) < kLongMessage && room_in_lap(path) > kLongMessage / 2) return;
  }
}

void do_deed(SessionFile& file, std::uint32_t deed) {
  const std::uint32_t next = file.next_sender();
  if (deed == 2) {
    file.set_next_target(9);
  } else if (deed == 3) {  // does not go into the rest of the lap
    if (!file.put(next, std::string(kLongMessage, 'L'), true, 900).ok()) ::_exit(4);
  } else if (deed == 5) {  // an answer to message 12, which leaves the one before it under way
    const SessionFile::Step step(file);
    if (!file.put(next, text_of(deed, next), true, 0).ok()) ::_exit(4);
    if (!file.put(next + 1, text_of(deed, next + 1), false, 0).ok()) ::_exit(4);
    file.set_next_target(13);
    file.note_dealt_with(12, 13);
    file.set_logged_out(true);
  } else if (deed == 6) {
    file.set_safe_target(12);
  } else if (deed == 7) {
    file.reset(SequenceNumber(3), 4);
  } else {
    if (!file.put(next, text_of(deed, next), deed != 4, 1000 + deed).ok()) ::_exit(4);
  }
}

// A state of a session file in words, without what the ring dropped.
std::string words(const SessionFile& file) {
  std::string all = fmt::format("{} {} {} {} {} {} {}:", file.next_sender(), file.next_target(),
                                file.safe_target(), file.was_dealt_with(12), file.was_logged_out(),
                                file.last_report(), file.epoch_applied().value());
  const std::uint32_t from = file.next_sender() > 5 ? file.next_sender() - 5 : 1;
  for (std::uint32_t sequence = from; sequence < file.next_sender(); ++sequence) {
    const auto found = file.get(sequence);
    all += found.has_value()
               ? fmt::format(" {} {} {}", sequence, found->is_application, found->text)
               : fmt::format(" {} nothing", sequence);
  }
  return all;
}

// A process that is run one instruction at a time.
class Stepped {
 public:
  explicit Stepped(pid_t process) : process_(process) {}
  ~Stepped() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Stepped(const Stepped&) = delete;
  Stepped& operator=(const Stepped&) = delete;

  // Waits for it to stop. Returns false where it ended.
  bool is_stopped() const {
    int status = 0;
    return ::waitpid(process_, &status, 0) == process_ && WIFSTOPPED(status);
  }
  bool step() const {
    return ::ptrace(PTRACE_SINGLESTEP, process_, nullptr, nullptr) == 0 && is_stopped();
  }

 private:
  pid_t process_;
};

[[noreturn]] void do_all_traced(const std::string& path, std::uint32_t* deeds_begun) {
  auto file = SessionFile::open(path, small_settings());
  if (!file.ok() || ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(1);
  ::raise(SIGSTOP);
  for (std::uint32_t deed = 0; deed < kDeedCount; ++deed) {
    *static_cast<volatile std::uint32_t*>(deeds_begun) = deed + 1;
    do_deed(**file, deed);
  }
  *static_cast<volatile std::uint32_t*>(deeds_begun) = kDeedCount + 1;
  ::_exit(0);
}

// Shared memory over `path`, or over no file.
std::byte* map_shared(const std::string& path, std::uint64_t bytes) {
  const int file = path.empty() ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const int kind = path.empty() ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
  const int access = path.empty() ? PROT_READ | PROT_WRITE : PROT_READ;
  void* const mapping = ::mmap(nullptr, bytes, access, kind, file, 0);
  if (file >= 0) ::close(file);
  EXPECT_NE(mapping, MAP_FAILED);
  return static_cast<std::byte*>(mapping);
}

TEST_F(SessionFileKillTest, StoppedAfterAnyInstructionItIsInTheStateBeforeOrAfterTheCall) {
  // In memory: two files are opened and closed for each state, and a disk would be waited for.
  const auto disk = engine::test::SmallDisk::mount(directory_, kDiskBytes);
  ASSERT_TRUE(disk.ok()) << disk.status();
  const std::string path = (*disk)->path() + "/ALPHA.hgs";
  ASSERT_NO_FATAL_FAILURE(fill(path));
  const std::string before = path + ".before";
  std::filesystem::copy_file(path, before);
  std::vector<std::string> states;  // before each deed, and at the end
  {
    const auto file = open(before);
    states.push_back(words(*file));
    for (std::uint32_t deed = 0; deed < kDeedCount; ++deed) {
      do_deed(*file, deed);
      states.push_back(words(*file));
    }
  }
  const std::uint64_t bytes = std::filesystem::file_size(path);
  auto* const deeds_begun = reinterpret_cast<std::uint32_t*>(map_shared("", sizeof(std::uint32_t)));
  const std::byte* const now = map_shared(path, bytes);
  const pid_t child = ::fork();
  if (child == 0) do_all_traced(path, deeds_begun);
  const Stepped process(child);
  if (!process.is_stopped()) GTEST_SKIP() << "tracing a process is not allowed here";

  std::vector<std::byte> last(now, now + bytes);
  std::uint64_t state_count = 0;
  const std::string copy = path + ".copy";
  while (process.step()) {
    if (std::memcmp(now, last.data(), bytes) == 0) continue;
    last.assign(now, now + bytes);
    ++state_count;
    std::ofstream(copy, std::ios::binary)
        .write(reinterpret_cast<const char*>(last.data()), static_cast<std::streamsize>(bytes));
    auto file = open(copy);
    ASSERT_NE(file, nullptr);
    ASSERT_FALSE(file->power_was_lost());
    const std::uint32_t deed = *deeds_begun - 1;
    const std::string found = words(*file);
    ASSERT_TRUE(found == states[deed] || found == states[std::min(deed + 1, kDeedCount)])
        << "in deed " << deed << ": " << found;
    // Another message under the number, one that does not go into the rest of the lap.
    const std::uint32_t next = file->next_sender();
    const std::string other(state_count % 2 == 0 ? kLongMessage : 10, 'o');
    ASSERT_TRUE(file->put(next, other, true, 0).ok());
    file.reset();
    file = open(copy);
    ASSERT_EQ(file->next_sender(), next + 1);
    const auto message = file->get(next);
    ASSERT_TRUE(message.has_value());
    ASSERT_EQ(message->text, other);
  }
  EXPECT_EQ(*deeds_begun, kDeedCount + 1);
  EXPECT_GT(state_count, 100U);
}

}  // namespace
}  // namespace hourglass::gateway::fix

// What the tests of SessionFile share: a directory, messages that tell their number, and words.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/fix/store/session_file.h"
#include "gateway/fix/store/session_file_layout.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint64_t kSmallRing = kRingBytesMin;

inline std::string message(std::uint32_t sequence, std::size_t size = 100) {
  std::string text = fmt::format(
      "8=FIX.4.4\x01"
      "34={}\x01",
      sequence);
  while (text.size() < size) text += static_cast<char>('a' + (text.size() + sequence) % 26);
  return text;
}

// "text" or "admin", with the report's number; "nothing" where it is not held.
inline std::string shown(const std::optional<StoredMessage>& found) {
  if (!found.has_value()) return "nothing";
  return fmt::format("{} {} {} {}", found->sequence, found->report_number,
                     found->is_application ? "app" : "admin", found->text);
}

// Everything a session file says of itself.
inline std::string state(const SessionFile& file) {
  return fmt::format("sender {} target {} safe {} report {} applied {} time {}", file.next_sender(),
                     file.next_target(), file.safe_target(), file.last_report(),
                     file.epoch_applied().value(), file.epoch_time_ns());
}

class SessionFileTest : public testing::Test {
 protected:
  SessionFileTest() {
    std::string directory = testing::TempDir() + "session-file-XXXXXX";
    directory_ = ::mkdtemp(directory.data());
    path_ = directory_ + "/ALPHA.hgs";
  }
  ~SessionFileTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<SessionFile> open(const std::string& path, const std::string& boot = "boot one") {
    auto file = SessionFile::open(path, {.ring_bytes = kSmallRing, .boot_id = boot});
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? std::move(*file) : nullptr;
  }
  std::unique_ptr<SessionFile> open() { return open(path_); }
  absl::Status refusal(const std::string& boot = "boot one") {
    return SessionFile::open(path_, {.ring_bytes = kSmallRing, .boot_id = boot}).status();
  }
  // What the disk shows while the file is open: the state a kill leaves.
  std::string copy() {
    const std::string to = path_ + ".copy";
    std::filesystem::copy_file(path_, to, std::filesystem::copy_options::overwrite_existing);
    return to;
  }

  std::string directory_;
  std::string path_;
};

inline void put(SessionFile& file, std::uint32_t sequence, std::uint32_t report = 0,
                std::size_t size = 100) {
  const absl::Status done = file.put(sequence, message(sequence, size), true, report);
  ASSERT_TRUE(done.ok()) << done;
}

inline void put_up_to(SessionFile& file, std::uint32_t last) {
  while (file.next_sender() <= last) ASSERT_NO_FATAL_FAILURE(put(file, file.next_sender()));
}

inline void overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ASSERT_TRUE(file.good());
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline const std::string kZeroPage(kSessionPageBytes, '\0');

}  // namespace hourglass::gateway::fix

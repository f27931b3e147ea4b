#include "tests/support/temporary_directory.h"

#include <stdlib.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "gtest/gtest.h"

namespace hourglass::engine::test {
namespace {

std::string& shared_directory() {
  static std::string directory;
  return directory;
}

class OwnDirectory : public testing::EmptyTestEventListener {
 public:
  void OnTestProgramStart(const testing::UnitTest& /*program*/) override {
    shared_directory() = testing::TempDir();
    path_ = shared_directory() + "hourglass-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) {
      std::fprintf(stderr, "cannot make a directory in %s: %s\n", shared_directory().c_str(),
                   std::strerror(errno));
      std::exit(1);
    }
    path_ += '/';
    ::setenv("TEST_TMPDIR", path_.c_str(), 1);
  }

  // A fixture has been destroyed by now, and the programs it ran have ended.
  void OnTestEnd(const testing::TestInfo& /*test*/) override {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path_, ignored)) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
  }

  void OnTestProgramEnd(const testing::UnitTest& /*program*/) override {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

 private:
  std::string path_;
};

}  // namespace

void use_own_temporary_directory() {
  testing::UnitTest::GetInstance()->listeners().Append(
      new OwnDirectory);  // NOLINT: GoogleTest owns
}

std::string shared_temporary_directory() {
  return shared_directory().empty() ? testing::TempDir() : shared_directory();
}

}  // namespace hourglass::engine::test

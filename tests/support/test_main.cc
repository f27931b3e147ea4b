// The main function of every test program.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  hourglass::engine::test::use_own_temporary_directory();
  return RUN_ALL_TESTS();
}

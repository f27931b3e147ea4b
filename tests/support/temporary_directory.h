#pragma once

#include <string>

namespace hourglass::engine::test {

// Gives this process a directory of its own for testing::TempDir(), below the one it was, and
// empties it after each test: a venue's journal alone takes 128 MiB, and a thousand tests have no
// room side by side. Adds a listener to GoogleTest, so call it between InitGoogleTest and
// RUN_ALL_TESTS, once. Where it cannot be made, the program ends with a message and code 1.
void use_own_temporary_directory();

// What testing::TempDir() was before, with '/' behind it, for what is fetched once and shared by
// all tests. Before use_own_temporary_directory: testing::TempDir().
std::string shared_temporary_directory();

}  // namespace hourglass::engine::test

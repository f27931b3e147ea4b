// FakeVenue: the venue's end of a FIX session, played by a test line by line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/fix/wire/framer.h"

namespace hourglass::gateway::fix {

// Says what the test wants said, right or wrong, and hears what comes. Fails the test where nothing
// comes in 10 s. Thread: one.
class FakeVenue {
 public:
  // Listens on a port of its own of 127.0.0.1.
  FakeVenue();
  ~FakeVenue();
  FakeVenue(const FakeVenue&) = delete;
  FakeVenue& operator=(const FakeVenue&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // Takes the next connection, in place of the one before.
  void accept();
  // Sends a message of this begin string and, with | for SOH, "35=A|34=1|..."; length, checksum,
  // 49, 52 and 56 are added.
  void say(std::string_view rest, std::string_view begin_string = "FIX.4.4");
  void say_raw(std::string_view bytes);
  // The next message from its field 35 on, with | for SOH, without 49, 52, 56, 60, 122 and 10;
  // "closed" or "reset" at the end of the connection, "silence" where nothing comes.
  std::string hear();
  // The whole of what hear() gave last.
  [[nodiscard]] const std::string& last_heard() const noexcept { return last_heard_; }
  void close();

 private:
  int listener_ = -1;
  int peer_ = -1;
  std::uint16_t port_ = 0;
  Framer framer_;
  std::string last_heard_;
};

}  // namespace hourglass::gateway::fix

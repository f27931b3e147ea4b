// The program with its FIX door, and peers that say to it what they like.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/fix/client/client_socket.h"
#include "gateway/fix/transport/tls_context.h"
#include "gateway/fix/wire/framer.h"
#include "tests/support/running_venue.h"

namespace hourglass::gateway::fix {

// The starter member's in the venue's data directory; empty where it is none of them.
std::string starter_password(const std::string& data_dir, const std::string& comp_id = "TRADER1");

// A venue on a fresh data directory named after the running test. Thread: one.
class RunningFix {
 public:
  // `options` are words more for `hourglass run`.
  explicit RunningFix(std::vector<std::string> options = {});

  // Again on the same directory, behind stop().
  void start();
  // SIGTERM, and the exit code.
  std::int32_t stop();
  // SIGHUP, and what the program says of it.
  std::string reload();
  // `hourglass member` with these words, for this venue.
  engine::test::Ended member(std::vector<std::string> words) const;
  // Adds a member for `account` who logs on with the password returned.
  std::string add_member(const std::string& comp_id, const std::string& account,
                         std::vector<std::string> options = {}) const;
  // The starter member's.
  [[nodiscard]] std::string password(const std::string& comp_id = "TRADER1") const;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t tls_port() const noexcept { return tls_port_; }
  // What a member needs to believe the venue, without a certificate of its own.
  [[nodiscard]] TlsClientFiles tls_files() const;
  [[nodiscard]] const std::string& data_dir() const noexcept { return data_dir_; }
  [[nodiscard]] engine::test::RunningVenue& program() noexcept { return *program_; }
  // Resident memory of the program without its mapped files, whose sizes are fixed.
  [[nodiscard]] std::uint64_t own_memory_bytes() const;

 private:
  std::string data_dir_;
  std::vector<std::string> options_;
  std::optional<engine::test::RunningVenue> program_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
};

// What stands in every message of a peer's.
struct PeerHeader {
  std::string sender = "TRADER1";
  std::string target = "HOURGLASS";
  std::string begin_string = "FIX.4.4";
  std::int64_t clock_error_seconds = 0;  // of SendingTime
  std::string number = {};               // MsgSeqNum, where it is not the next
};

// One connection, which keeps only those rules of FIX that it is told to. Texts have | for SOH.
// Thread: one.
class Peer {
 public:
  explicit Peer(const RunningFix& venue, PeerHeader its_header = {})
      : Peer(venue.port(), std::move(its_header)) {}
  explicit Peer(std::uint16_t port, PeerHeader its_header = {});
  // By TLS. Where hands cannot be shaken it is closed.
  Peer(const RunningFix& venue, PeerHeader its_header, const TlsClientFiles& files);

  // A whole message under the next number. `more` is of the header: "43=Y|".
  std::string message(std::string_view type, std::string_view body, std::string_view more = "");
  // False where the connection is gone.
  bool send(std::string_view bytes) { return socket_.send(bytes).ok(); }
  bool say(std::string_view type, std::string_view body, std::string_view more = "");
  // The next message from field 35 on, without 49, 52, 56, 60, 122 and 10; "closed" at the end of
  // the connection, "silence" where nothing comes in `patience`. Fails the test where the message
  // is not as the published dictionary has it.
  std::string hear(std::chrono::milliseconds patience = std::chrono::seconds(15));
  // The first that begins with `start`, or how it ended before.
  std::string hear_through(std::string_view start);
  // Sends a Logon and hears the answer.
  std::string log_on(const std::string& password, std::string_view more = "");
  // Sends a buy order of one lot that will rest, and hears the answer as only() has it.
  std::string order(std::string_view id, std::string_view more = "");
  void close_abruptly() { socket_.close_abruptly(); }

  PeerHeader header;
  std::uint32_t next = 1;  // number of the next message

 private:
  ClientSocket socket_;
  Framer framer_;
};

// UTC with milliseconds, so many seconds from now.
std::string time_text(std::int64_t seconds_from_now = 0);
// The body of an order of one lot that will rest.
std::string order_body(std::string_view id);
// What order() gives of an accepted one.
std::string accepted(std::string_view id);
// Of what was heard only these fields, in the order asked for.
std::string only(const std::string& heard, std::initializer_list<std::uint32_t> tags);

}  // namespace hourglass::gateway::fix

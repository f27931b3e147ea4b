// DoorBench: the FIX door with a clock that is set and an application that does as it is told.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gateway/fix/door/fix_door.h"

namespace hourglass::gateway::fix::test {

// Two members, DESK1 and DESK2, whose password is kBenchPassword, on a fresh directory named after
// the running test. The application answers an order (35=D) with news whose headline is the
// ClOrdID; HOLD is kept in flight until answer_held(), BIG is answered with a message that no
// session's file here has room for, and behind KILL's answer the files are copied as a kill would
// leave them in the midst of it. Serves on a thread of its own until it goes.
class DoorBench {
 public:
  // The clock begins at `clock_ns`.
  explicit DoorBench(std::uint64_t clock_ns);
  ~DoorBench();
  DoorBench(const DoorBench&) = delete;
  DoorBench& operator=(const DoorBench&) = delete;

  void set_clock(std::uint64_t clock_ns) { clock_ns_ = clock_ns; }
  void answer_held();
  // Closed, and begun again on the same files.
  void restart();
  // Begun again on what KILL left.
  void restart_killed();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // What the operator was told.
  [[nodiscard]] std::vector<std::string> alarms();

 private:
  class Desk;

  void begin();
  void end();
  void serve();

  std::string directory_;
  std::atomic<std::uint64_t> clock_ns_;
  std::atomic<bool> stop_{false};
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<FixDoor> door_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;  // guards the alarms
  std::vector<std::string> alarms_;
  std::thread thread_;
};

inline constexpr char kBenchPassword[] = "open sesame";

}  // namespace hourglass::gateway::fix::test

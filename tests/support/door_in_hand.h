// DoorInHand: the FIX door with its order entry, a market and one peer, all on the caller's thread,
// so that a test says what happens before what.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/order/command.h"
#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway::fix::test {

struct DoorInHandSettings {
  FixVersion version = FixVersion::kFix44;
  std::vector<std::uint32_t> accounts = {11};  // the peer's
  std::uint32_t contracts = 1;                 // C0, C1, ...
};

// The peer is DESK. It need not say who it is, and begins at number 1 with each Logon, as in a
// conformance test; no rate is too high. The market takes no orders from it. Its directory is one
// of its own, gone once this is made. Thread: one.
class DoorInHand {
 public:
  explicit DoorInHand(const DoorInHandSettings& settings);
  ~DoorInHand();
  DoorInHand(const DoorInHand&) = delete;
  DoorInHand& operator=(const DoorInHand&) = delete;

  // A command of nobody's to the market, whose events are followed.
  void apply(const engine::Command& command);
  // `account` buys so many lots at `ticks` from another.
  void buy(std::uint32_t account, std::uint32_t contract, std::int64_t lots, std::int64_t ticks);
  // What a round of events has at its end.
  void tell_changes();

  // Connects, in place of what was connected before, and logs on. False: it was not let in.
  bool log_on();
  // A message under the next number, "1=11|710=P|" with | for SOH.
  void say(std::string_view type, std::string_view body);
  void hang_up();
  // The door takes what was said, and keeps what it answers until flush().
  void take();
  void flush();
  // All that the peer can read now, each from field 35 on with | for SOH and without the fields
  // that say who, when and the checksum. It is what was flushed and the system took.
  std::vector<std::string> hear();
  // Whether the door has closed the connection; known after hear().
  [[nodiscard]] bool is_closed() const noexcept;
  // Whether a long answer to the peer is on its way.
  [[nodiscard]] bool is_answering() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hourglass::gateway::fix::test

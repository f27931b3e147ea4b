// ScriptVenue: the real program with the members that scripts play, and their ends of the sessions.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/fix/client/fix_client.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/members/member_list.h"
#include "tests/fix/trading_script.h"
#include "tests/support/running_venue.h"

namespace hourglass::gateway::fix::test {

// One member of the venue: its session lives as long as the venue, over its connections and kills.
struct ScriptMember {
  std::string comp_id;
  FixVersion version = FixVersion::kFix44;
  ClientSettings settings;
  std::unique_ptr<FixClient> client;
  std::set<std::string> executions;  // ExecIDs (17) told; none may be told twice
};

// The members of one script, by connection. scripts/README.md says who they are.
using ScriptMembers = std::array<ScriptMember, kScriptConnections>;

// Thread: one.
class ScriptVenue {
 public:
  // Scripts that may be played side by side: each has members and a contract of its own.
  static constexpr std::array<std::string_view, 3> kSymbols = {"H100.D1", "H200.D1", "B200.D1"};
  // Accounts without funds of connections 1 and 2 of each script, besides those they trade with.
  static constexpr std::uint32_t kOwnAccounts = 9;
  // The `n`th of them, from 1; `connection` from 0.
  static constexpr std::uint32_t own_account(std::size_t place, std::uint32_t connection,
                                             std::uint32_t n) {
    return 100 * (static_cast<std::uint32_t>(place) + 1) + 10 * connection + n;
  }

  // On a fresh directory named after the running test; connection `n` of each script speaks
  // `versions[n]`.
  explicit ScriptVenue(const std::array<FixVersion, kScriptConnections>& versions);

  [[nodiscard]] ScriptMembers& members(std::size_t place) { return members_[place]; }
  // kill -9, and a start on what is there then.
  void kill();
  void restart();
  // What the member logs on with from now on. It is logged out, and all it sent is answered.
  void set_password(ScriptMember& member, std::string password);
  // A line of the operator's; with <ALL> in it one for each contract. The answer's last line: that
  // it is durable, or what else it is answered with; "? ..." for one that means nothing.
  std::string say(const std::string& line);
  // A prefix for the ids of one more script.
  std::string fresh_prefix();

 private:
  std::string say_one(const std::string& line);
  void add_members(const std::array<FixVersion, kScriptConnections>& versions);

  std::string data_dir_;
  KeyPair keys_;
  std::array<ScriptMembers, kSymbols.size()> members_;
  std::optional<engine::test::RunningVenue> program_;
  std::vector<std::string> contracts_;
  std::uint16_t port_ = 0;
  std::uint32_t scripts_ = 0;
};

}  // namespace hourglass::gateway::fix::test

// ScriptPlayer: a script of trading played against a venue, step by step, also over a kill of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "tests/fix/script_venue.h"
#include "tests/fix/trading_script.h"

namespace hourglass::gateway::fix::test {

// Thread: one. Every function says what went wrong, with script and line; empty: nothing. The
// player is of no use behind that.
class ScriptPlayer {
 public:
  // Script and venue outlive the player. `place`: whose members and contract it plays with.
  ScriptPlayer(const TradingScript& script, ScriptVenue& venue, std::size_t place);

  // Plays on to behind the `kill_place`th place where the venue may be killed, from 1; to the end
  // where the script has fewer.
  std::string play_to(std::uint32_t kill_place);
  // The venue was killed. Takes what the connections still hold, or, as if this side had died too,
  // does not; to be called before the venue's restart.
  void lose_venue(bool forgets_the_unread);
  // Behind the restart: logs on again who was logged on, with its numbers.
  std::string come_back();
  // Plays to the end, takes off what the script left in the book, and logs out. A message that the
  // script did not expect is an error.
  std::string finish();

 private:
  [[nodiscard]] bool is_done() const noexcept { return next_ == script_.steps.size(); }
  std::string run(const TradingStep& step);
  std::string log_on(std::size_t connection);
  std::string send(const TradingStep& step);
  std::string expect(const TradingStep& step);
  // The next message as scripts have it: fields with | behind each, from 35 on.
  std::string receive(std::size_t connection, std::string& text);
  // What the script's words stand for.
  static std::map<std::string, std::string> words(const ScriptMembers& members, std::size_t place);
  static std::string note_execution(ScriptMember& member, const Message& message);
  std::string clear(std::size_t connection);

  const TradingScript& script_;
  ScriptVenue& venue_;
  ScriptMembers& members_;
  std::string prefix_;
  ScriptNames names_;
  KillPlaces kill_places_;
  std::uint32_t places_passed_ = 0;
  std::size_t next_ = 0;  // step
  bool was_killed_ = false;
  bool was_killed_here_ = false;  // behind the last step played
  std::string mass_cancel_id_;    // of the last one sent
  std::array<std::uint32_t, kScriptConnections> last_sent_{};
  std::array<std::uint32_t, kScriptConnections> logons_{};
  std::array<bool, kScriptConnections> lost_venue_{};
  bool in_any_order_ = false;
  std::deque<std::string> held_;  // came before the script asks for them
};

}  // namespace hourglass::gateway::fix::test

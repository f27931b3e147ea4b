// Scripts of trading at the real venue, in the manner of QuickFIX's acceptance suite: what members
// send, and every message they are sent for it, whole. scripts/README.md tells the language.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway::fix::test {

inline constexpr std::uint32_t kScriptConnections = 6;

enum class TradingStepKind : std::uint8_t {
  kLogOn,
  kLogOut,
  kDropLine,
  kNewPassword,
  kVenueLine,
  kSend,
  kExpect,
  kUnbrokenBegins,
  kUnbrokenEnds,
  kAnyOrderBegins,
  kAnyOrderEnds,
};

struct TradingStep {
  TradingStepKind kind;
  std::uint32_t line;           // from 1
  std::uint32_t connection;     // from 0
  std::string text;             // of kVenueLine, kSend, kExpect and kNewPassword, as written
  bool is_behind_kill = false;  // played only where the venue was killed at the place before

  bool operator==(const TradingStep&) const = default;
};

struct TradingScript {
  std::string name;
  std::vector<TradingStep> steps;
  bool is_alone = false;  // what it does is seen by members of other scripts
};

// Reads a script. Errors: kInvalidArgument naming script and line.
[[nodiscard]] absl::StatusOr<TradingScript> parse_trading_script(std::string name,
                                                                 std::string_view text);

// Every .def file of `directory` in the order of their names. Errors: parse_trading_script()'s,
// kNotFound where there is none.
[[nodiscard]] absl::StatusOr<std::vector<TradingScript>> read_trading_scripts(
    const std::string& directory);

// `text` with its {4.4:...} and {5.0:...} taken or left out.
[[nodiscard]] std::string in_version(std::string_view text, FixVersion version);

// Where in a script the venue may be killed: behind a Logon and each message, but not within [ and
// ] or ( and ), and not behind what is played only where it was killed.
class KillPlaces {
 public:
  // Whether it may behind this step. To be asked of each step of a script in turn.
  bool is_behind(const TradingStep& step) noexcept;
  [[nodiscard]] static std::uint32_t count(const TradingScript& script) noexcept;

 private:
  std::int32_t depth_ = 0;  // of brackets
};

// What the scripts' texts leave open: what stands for their ids and contract, and the values behind
// their $names.
class ScriptNames {
 public:
  // `id_prefix` stands for @; `words` are other texts and what stands for them, as <SYM>.
  ScriptNames(std::string id_prefix, std::map<std::string, std::string> words)
      : id_prefix_(std::move(id_prefix)), words_(std::move(words)) {}

  // `text` for the wire: with @, words, $names, <TIME> and <DATE> of `now_ns` put in.
  [[nodiscard]] std::string filled_in(std::string_view text, std::uint64_t now_ns) const;
  // What is wrong with a message that was received; empty: nothing, and what it was the first to
  // say of a name holds from now on. Both are fields with | behind each; `last_sent` is for <SENT>.
  std::string difference(std::string_view expected, std::string_view received,
                         std::uint32_t last_sent);

 private:
  [[nodiscard]] std::string with_words(std::string_view text) const;
  [[nodiscard]] std::string with_values(std::string_view text) const;
  bool matches(std::string_view pattern, std::string_view value);
  bool take_name(std::string_view name, std::string_view& value);

  std::string id_prefix_;
  std::map<std::string, std::string> words_;
  std::map<std::string, std::string, std::less<>> values_;  // by $name
};

}  // namespace hourglass::gateway::fix::test

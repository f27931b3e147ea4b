#include "tests/fix/script_player.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "fmt/format.h"
#include "gateway/fix/wire/fields.h"
#include "tests/fix/venue_dictionary.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::chrono::seconds kPatience{30};
// What the client has checked, or is checked of every message alike.
constexpr std::array<std::uint32_t, 7> kOfEveryMessage = {8, 9, 10, 34, 49, 52, 56};
constexpr std::array<std::uint32_t, 2> kOfARepeat = {43, 122};

std::uint64_t utc_now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

template <class Tags>
bool is_one_of(std::uint32_t tag, const Tags& tags) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

}  // namespace

ScriptPlayer::ScriptPlayer(const TradingScript& script, ScriptVenue& venue, std::size_t place)
    : script_(script),
      venue_(venue),
      members_(venue.members(place)),
      prefix_(venue.fresh_prefix()),
      names_(prefix_, words(members_, place)) {}

std::map<std::string, std::string> ScriptPlayer::words(const ScriptMembers& members,
                                                       std::size_t place) {
  std::map<std::string, std::string> words = {{"<SYM>", std::string(ScriptVenue::kSymbols[place])}};
  for (std::uint32_t i = 0; i < kScriptConnections; ++i) {
    words[fmt::format("<COMP{}>", i + 1)] = members[i].comp_id;
  }
  for (std::uint32_t i = 1; i <= ScriptVenue::kOwnAccounts; ++i) {
    words[fmt::format("<A{}>", i)] = std::to_string(ScriptVenue::own_account(place, 0, i));
    words[fmt::format("<B{}>", i)] = std::to_string(ScriptVenue::own_account(place, 1, i));
  }
  return words;
}

std::string ScriptPlayer::play_to(std::uint32_t kill_place) {
  while (!is_done() && places_passed_ < kill_place) {
    const TradingStep& step = script_.steps[next_++];
    if (step.is_behind_kill && !was_killed_here_) continue;
    was_killed_here_ = was_killed_here_ && step.is_behind_kill;
    if (const std::string wrong = run(step); !wrong.empty()) {
      return fmt::format("{}:{}: {}", script_.name, step.line, wrong);
    }
    if (kill_places_.is_behind(step)) ++places_passed_;
  }
  return {};
}

void ScriptPlayer::lose_venue(bool forgets_the_unread) {
  was_killed_ = was_killed_here_ = true;
  for (std::size_t at = 0; at < members_.size(); ++at) {
    FixClient& client = *members_[at].client;
    lost_venue_[at] = client.is_open();
    // Reads until the connection ends; what came stays for the script to ask for.
    const auto none = [](const Message&) { return false; };
    if (lost_venue_[at] && !forgets_the_unread) {
      static_cast<void>(client.wait_for(none, kPatience));
    }
    client.close_abruptly();
  }
}

std::string ScriptPlayer::come_back() {
  for (std::size_t at = 0; at < members_.size(); ++at) {
    if (!lost_venue_[at]) continue;
    if (const std::string wrong = log_on(at); !wrong.empty()) {
      return fmt::format("{}: {} behind the kill: {}", script_.name, members_[at].comp_id, wrong);
    }
  }
  return {};
}

std::string ScriptPlayer::finish() {
  std::string wrong = play_to(std::numeric_limits<std::uint32_t>::max());
  for (std::size_t at = 0; wrong.empty() && at < members_.size(); ++at) {
    if (!members_[at].client->is_open()) continue;
    wrong = clear(at);
    if (!wrong.empty()) wrong = fmt::format("{} behind its end: {}", script_.name, wrong);
  }
  return wrong;
}

std::string ScriptPlayer::run(const TradingStep& step) {
  FixClient& client = *members_[step.connection].client;
  switch (step.kind) {
    case TradingStepKind::kLogOn: return log_on(step.connection);
    case TradingStepKind::kLogOut: return std::string(client.logout().message());
    case TradingStepKind::kDropLine: client.close_abruptly(); return {};
    case TradingStepKind::kNewPassword:
      venue_.set_password(members_[step.connection], step.text);
      return {};
    case TradingStepKind::kVenueLine: {
      const std::string answer = venue_.say(names_.filled_in(step.text, utc_now_ns()));
      return answer.starts_with('?') ? answer : "";
    }
    case TradingStepKind::kSend: return send(step);
    case TradingStepKind::kExpect: return expect(step);
    case TradingStepKind::kAnyOrderBegins: in_any_order_ = true; return {};
    case TradingStepKind::kAnyOrderEnds:
      in_any_order_ = false;
      return held_.empty() ? "" : fmt::format("not in the script: {}", held_.front());
    case TradingStepKind::kUnbrokenBegins:
    case TradingStepKind::kUnbrokenEnds: return {};
  }
  return "no such step";
}

std::string ScriptPlayer::log_on(std::size_t connection) {
  ++logons_[connection];
  absl::Status status = members_[connection].client->connect();
  if (status.ok()) status = members_[connection].client->logon();
  return std::string(status.message());
}

std::string ScriptPlayer::send(const TradingStep& step) {
  ScriptMember& member = members_[step.connection];
  const std::string text = names_.filled_in(in_version(step.text, member.version), utc_now_ns());
  const std::string body = fix_text(text.substr(text.find('|') + 1));
  const std::string type = text.substr(3, text.find('|') - 3);
  if (type == "q") {
    Fields fields;
    fields.parse(body);
    mass_cancel_id_ = fields.value(11);
  }
  const auto number = member.client->send(type, body);
  if (number.ok()) last_sent_[step.connection] = *number;
  return std::string(number.status().message());
}

std::string ScriptPlayer::expect(const TradingStep& step) {
  const ScriptMember& member = members_[step.connection];
  const std::string expected = in_version(step.text, member.version);
  const std::uint32_t last_sent = last_sent_[step.connection];
  for (auto held = held_.begin(); held != held_.end(); ++held) {
    if (!names_.difference(expected, *held, last_sent).empty()) continue;
    held_.erase(held);
    return {};
  }
  for (;;) {  // ends: with the message, with one that is wrong, or with patience
    std::string received;
    std::string wrong = receive(step.connection, received);
    if (!wrong.empty()) return fmt::format("{}\n  expected: {}", wrong, expected);
    wrong = names_.difference(expected, received, last_sent);
    if (wrong.empty() || !in_any_order_) return wrong;
    held_.push_back(received);
  }
}

std::string ScriptPlayer::receive(std::size_t connection, std::string& text) {
  ScriptMember& member = members_[connection];
  const auto message = member.client->receive(kPatience);
  if (!message.ok()) return std::string(message.status().message());
  if (!message->has_value()) return fmt::format("nothing within {} s", kPatience.count());
  std::string breach = breach_of_dictionary((*message)->text());
  if (!breach.empty()) return breach;
  const Fields& fields = (*message)->fields();
  const bool is_repeat = logons_[connection] > 1 && fields.value(43) == "Y";
  for (const Field& field : fields.all()) {
    if (is_one_of(field.tag, kOfEveryMessage)) continue;
    if (is_repeat && is_one_of(field.tag, kOfARepeat)) continue;
    // A mass cancel's id is nowhere on the disk (RULES_OF_ENGAGEMENT, section 4).
    const bool is_forgotten =
        was_killed_ && field.tag == 11 && field.value == "NONE" && (*message)->type() == "r";
    text += fmt::format("{}={}|", field.tag, is_forgotten ? mass_cancel_id_ : field.value);
  }
  if (fields.value(49) != "HOURGLASS" || fields.value(56) != member.comp_id) {
    return fmt::format("from or for somebody else: {}", readable((*message)->text()));
  }
  return note_execution(member, **message);
}

std::string ScriptPlayer::note_execution(ScriptMember& member, const Message& message) {
  if (message.type() != "8" || message.value(150) == "I") return {};
  if (member.executions.emplace(message.value(17)).second) return {};
  return fmt::format("told twice: {}", readable(message.text()));
}

std::string ScriptPlayer::clear(std::size_t connection) {
  FixClient& client = *members_[connection].client;
  mass_cancel_id_ = fmt::format("{}.END", prefix_);
  const std::string body = fmt::format("11={}|60=<TIME>|530=7|", mass_cancel_id_);
  const auto sent = client.send("q", fix_text(names_.filled_in(body, utc_now_ns())));
  if (!sent.ok()) return std::string(sent.status().message());
  for (;;) {  // ends: with the report of the whole, or with what is not of it
    std::string received;
    if (const std::string wrong = receive(connection, received); !wrong.empty()) return wrong;
    if (received.starts_with(fmt::format("35=r|11={}|", mass_cancel_id_))) break;
    // A drop copy may cancel nothing.
    if (received.find(fmt::format("|372=q|379={}|380=6|", mass_cancel_id_)) != received.npos) break;
    const bool is_cancel =
        received.starts_with("35=8|") && received.find("|58=mass cancel|") != std::string::npos;
    if (!is_cancel) return fmt::format("not in the script: {}", received);
  }
  return std::string(client.logout().message());
}

}  // namespace hourglass::gateway::fix::test

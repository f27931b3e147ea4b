// A member's questions to the door, of market data, trades, positions, money, contracts and its
// logon: each is answered once, by a refusal or by all of what was asked for, and within its
// bounds. The first byte says the version; each line is a message, "AN|710=P|724=0|...".
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/assert.h"
#include "gateway/fix/market/market_request.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/post_trade/position_reports.h"
#include "gateway/fix/post_trade/trade_reports.h"
#include "gateway/fix/wire/fields.h"
#include "tests/support/command_builder.h"
#include "tests/support/door_in_hand.h"
#include "tests/support/fix_text.h"

namespace {

using namespace hourglass;
using namespace hourglass::gateway::fix;
using test::DoorInHand;

constexpr std::uint32_t kContracts = 3;
constexpr std::uint32_t kAccount = 11;
constexpr std::uint32_t kFunds = 10'000'000;  // micro-USD
constexpr std::size_t kMaxRequests = 32;

// One that has positions, trades and money.
std::unique_ptr<DoorInHand> make_door(FixVersion version) {
  auto door = std::make_unique<DoorInHand>(test::DoorInHandSettings{
      .version = version, .accounts = {kAccount, kAccount + 1}, .contracts = kContracts});
  door->apply(engine::test::adjust_funds({.account = kAccount}, kFunds));
  for (std::uint32_t contract = 0; contract + 1 < kContracts; ++contract) {
    door->buy(kAccount, contract, 3, 100 + contract);
    door->buy(kAccount + 1, contract, 1, 101 + contract);
  }
  return door;
}

std::string_view type_of(const std::string& message) {
  return std::string_view(message).substr(3, message.find('|') - 3);
}

// A message as hear() gives it.
class Answer {
 public:
  explicit Answer(const std::string& message) : text_(fix_text(message)) {
    const bool is_whole = fields_.parse(text_);
    HG_ASSERT(is_whole, text_.size());
  }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  [[nodiscard]] std::string_view value(std::uint32_t tag) const { return fields_.value(tag); }
  [[nodiscard]] std::int64_t number(std::uint32_t tag) const {
    return parse_number(value(tag)).value_or(-1);
  }

 private:
  std::string text_;
  Fields fields_;
};

std::size_t count_of(const std::vector<std::string>& answers, std::string_view type) {
  return static_cast<std::size_t>(std::ranges::count(answers, type, type_of));
}

// One acknowledgement (of `head`, whose `total_tag` counts the rows behind it where it is no
// refusal) and the rows.
void check_rows(const std::vector<std::string>& answers, std::string_view head,
                std::string_view row, std::uint32_t total_tag, std::uint32_t result_tag,
                std::string_view refused, std::uint32_t most) {
  HG_ASSERT(count_of(answers, head) == 1 && type_of(answers.front()) == head, answers.size());
  const std::size_t rows = answers.size() - 1;
  HG_ASSERT(count_of(answers, row) == rows && rows <= most, rows, answers.size());
  const Answer first(answers.front());
  if (first.value(result_tag) == refused) {
    HG_ASSERT(rows == 0, rows);
  } else {
    HG_ASSERT(first.value(total_tag).empty() || first.number(total_tag) == std::ssize(answers) - 1,
              rows, first.number(total_tag));
  }
}

// Snapshots of so many contracts as were asked for, or one refusal, or the end of a subscription.
void check_market(const std::vector<std::string>& answers, const Fields& asked) {
  if (asked.value(263) == "2") {
    HG_ASSERT(answers.size() <= 1 && count_of(answers, "Y") == answers.size(), answers.size());
    return;
  }
  HG_ASSERT(!answers.empty(), answers.size());
  if (count_of(answers, "Y") != 0) {
    HG_ASSERT(answers.size() == 1, answers.size());
    return;
  }
  std::set<std::string_view> symbols;
  for (const Field& field : asked.all()) {
    if (field.tag == 55) symbols.insert(field.value);
  }
  HG_ASSERT(count_of(answers, "W") == answers.size() && answers.size() == symbols.size(),
            answers.size(), symbols.size());
  const std::int64_t depth = parse_number(asked.value(264)).value_or(0);
  HG_ASSERT(depth >= 0 && depth <= kMaxBookDepth, depth);
}

void check_money(const std::vector<std::string>& answers) {
  HG_ASSERT(!answers.empty(), answers.size());
  const std::size_t refusals = count_of(answers, "BG");
  HG_ASSERT(refusals == 0 || answers.size() == 1, refusals, answers.size());
  if (refusals != 0) return;
  HG_ASSERT(count_of(answers, "BA") == answers.size(), answers.size());
  for (const std::string& text : answers) {
    const Answer answer(text);
    HG_ASSERT(answer.number(911) == std::ssize(answers), answer.number(911), answers.size());
    HG_ASSERT((answer.value(912) == "Y") == (&text == &answers.back()), answers.size());
  }
}

// What answers each type, but a refusal of the session's or the door's.
void check_answers(std::string_view type, const std::vector<std::string>& answers,
                   const Fields& asked) {
  const std::size_t refusals = count_of(answers, "3") + count_of(answers, "j");
  HG_ASSERT(refusals == 0 || answers.size() == 1, refusals, answers.size());
  if (refusals != 0) return;
  if (type == "V") return check_market(answers, asked);
  if (type == "AD") return check_rows(answers, "AQ", "AE", 748, 750, "2", kMaxTradeReports);
  if (type == "AN") return check_rows(answers, "AO", "AP", 727, 729, "2", kMaxPositionReports);
  if (type == "BB") return check_money(answers);
  if (type == "AR") {
    HG_ASSERT(answers.empty(), answers.size());
    return;
  }
  constexpr std::pair<std::string_view, std::string_view> kAnswers[] = {
      {"BE", "BF"}, {"D", "8"}, {"F", "9"}, {"G", "9"}, {"q", "r"}, {"H", "8"},
      {"AF", "8"},  {"x", "y"}, {"c", "d"}, {"e", "f"}, {"g", "h"}};
  for (const auto& [question, answer] : kAnswers) {
    if (type != question) continue;
    HG_ASSERT(answers.size() == 1 && type_of(answers.front()) == answer, answers.size());
    return;
  }
  HG_ASSERT(false, answers.size());
}

bool is_known(std::string_view type) {
  constexpr std::string_view kTypes[] = {"V", "AD", "AN", "AR", "BB", "BE", "D", "F",
                                         "G", "q",  "H",  "AF", "x",  "c",  "e", "g"};
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

// Whether the message ends where its line does: none of its fields begins another or ends it.
bool is_one_message(std::string_view line) {
  return line.ends_with('|') && line.find("|10=") == std::string_view::npos &&
         line.find("|8=") == std::string_view::npos && line.find(kSoh) == std::string_view::npos;
}

// What came before the answer to the test request behind it. Nothing: the message was garbled, and
// is asked for again, or ended the session.
std::optional<std::vector<std::string>> answers_to(DoorInHand& door, std::string_view type,
                                                   std::string_view body) {
  door.say(type, body);
  door.say("1", "112=END|");
  std::vector<std::string> answers;
  constexpr std::uint32_t kRounds = 64;
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    door.take();
    door.flush();
    for (std::string& text : door.hear()) {
      if (text == "35=0|112=END|") return answers;
      if (text.starts_with("35=2|") || text.starts_with("35=5|")) return std::nullopt;
      answers.push_back(std::move(text));
    }
    if (door.is_closed()) return std::nullopt;
  }
  HG_ASSERT(false, answers.size());
  return std::nullopt;
}

void ask(DoorInHand& door, std::string_view input) {
  const bool is_in = door.log_on();
  HG_ASSERT(is_in, input.size());
  for (std::size_t asked = 0; asked < kMaxRequests && !input.empty(); ++asked) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    const std::size_t bar = line.find('|');
    if (!is_one_message(line) || !is_known(line.substr(0, bar))) continue;
    const std::string_view type = line.substr(0, bar);
    const auto answers = answers_to(door, type, line.substr(bar + 1));
    if (!answers) return;
    const std::string text = fix_text(line.substr(bar + 1));
    Fields fields;
    fields.parse(text);
    check_answers(type, *answers, fields);
    HG_ASSERT(!door.is_answering(), asked);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::unique_ptr<DoorInHand> old_version = make_door(FixVersion::kFix44);
  static const std::unique_ptr<DoorInHand> new_version = make_door(FixVersion::kFix50Sp2);
  if (size == 0) return 0;
  DoorInHand& door = (data[0] & 1) == 0 ? *old_version : *new_version;
  ask(door, {reinterpret_cast<const char*>(data + 1), size - 1});
  return 0;
}

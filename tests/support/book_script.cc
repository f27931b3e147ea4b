#include "tests/support/book_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "tests/support/book_names.h"
#include "tests/support/book_parser.h"
#include "tests/support/event_audit.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint64_t kStartOfDayNs = 9ULL * 3600 * 1'000'000'000;  // 09:00:00
constexpr std::uint64_t kNsPerCommand = 1'000;

std::string joined(const Words& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i) text += (i == from ? "" : " ") + words[i];
  return text;
}

std::string listed(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += fmt::format("    expect {}\n", line);
  return text.empty() ? "    (nothing)\n" : text;
}

class ScriptRun {
 public:
  explicit ScriptRun(const MakeUnderTest& make) : make_(make), parser_(names_) {}

  std::optional<std::string> run(std::string_view script) {
    std::istringstream in{std::string(script)};
    for (std::string text; std::getline(in, text);) {
      ++line_number_;
      const Words words = words_of(text);
      if (words.empty()) continue;
      auto wrong = words[0] == "expect" ? expect(words) : begin(words);
      if (wrong.has_value()) return fmt::format("line {}: {}", line_number_, *wrong);
    }
    ++line_number_;
    auto wrong = settle();
    if (wrong.has_value()) return fmt::format("line {}: {}", line_number_, *wrong);
    if (command_count_ == 0) return "the script has no command";
    return std::nullopt;
  }

 private:
  std::optional<std::string> expect(const Words& words) {
    if (!awaiting_) return "an expectation without a command before it";
    expected_.push_back(joined(words, 1));
    return std::nullopt;
  }

  // A line that is no expectation: first the one before must have been met.
  std::optional<std::string> begin(const Words& words) {
    if (auto wrong = settle(); wrong.has_value()) return wrong;
    what_ = joined(words, 0);
    began_at_ = line_number_;
    if (words[0] == "limits") return set_limits(words);
    if (words[0] == "clearing" && words.size() == 2 && words[1] == "funded") {
      clearing_ = Clearing::kFunded;
      return std::nullopt;
    }
    if (what_ == "continue by hand") {
      by_hand_ = true;
      return std::nullopt;
    }
    if (subject_ == nullptr) {
      subject_ = make_(limits_, clearing_);
      model_.emplace(limits_, make_naive_clearing(clearing_));
    }
    if (words[0] == "book") return show_book(words);
    return carry_out(words);
  }

  std::optional<std::string> set_limits(const Words& words) {
    if (subject_ != nullptr) return "limits stand before the first command";
    for (std::size_t i = 1; i + 1 < words.size(); i += 2) {
      const auto value = static_cast<std::uint32_t>(std::stoul(words[i + 1]));
      if (words[i] == "orders") {
        limits_.max_orders = value;
      } else if (words[i] == "sessions") {
        limits_.max_sessions = value;
      } else if (words[i] == "accounts") {
        limits_.max_accounts = value;
      } else if (words[i] == "instruments") {
        limits_.max_instruments = value;
      } else if (words[i] == "steps") {
        limits_.max_steps_per_apply = value;
      } else if (words[i] == "scan") {
        limits_.max_scan_per_apply = value;
      } else {
        return "no such limit: " + words[i];
      }
    }
    return std::nullopt;
  }

  std::optional<std::string> carry_out(Words words) {
    given_ = words[0] == "given";
    if (given_) words.erase(words.begin());
    awaiting_ = !given_;
    std::optional<Command> command;
    if (words.size() == 1 && words[0] == "continue") {
      command = model_->pending();
      if (!command.has_value()) return "nothing to continue";
    } else if (words[0] == "continue") {
      command = odd_continuation(words);
    } else {
      command = parser_.parse(words);
    }
    if (!command.has_value()) return parser_.problem();
    if (auto wrong = send(*command); wrong.has_value()) return wrong;
    while (!by_hand_ && model_->pending().has_value()) {
      actual_.push_back("continued");
      if (auto wrong = send(*model_->pending()); wrong.has_value()) return wrong;
    }
    return std::nullopt;
  }

  // continue origin N cursor N
  static std::optional<Command> odd_continuation(const Words& words) {
    if (words.size() != 5) return std::nullopt;
    ContinueWork body{};
    body.header = make_header<ContinueWork>(SessionId(0), AccountId(0), InstrumentId(0));
    body.origin = SequenceNumber(std::stoull(words[2]));
    body.cursor = std::stoull(words[4]);
    return Command::of(body);
  }

  std::optional<std::string> send(const Command& unstamped) {
    Command command = unstamped;
    CommandHeader& header = command.mutable_header();
    header.sequence = SequenceNumber(++command_count_);
    time_ns_ = std::max(time_ns_ + kNsPerCommand, header.time.value());
    header.time = Timestamp(time_ns_);
    std::vector<Event> events;
    subject_->apply(command, events);
    static_cast<void>(model_->apply(command));
    for (const Event& event : events) {
      actual_.push_back(names_.line(event));
      if (given_ && event.header().kind == EventKind::kRequestRejected) {
        return "given, but " + actual_.back();
      }
    }
    if (auto wrong = audit_.apply(command, events); wrong.has_value()) return wrong;
    return std::nullopt;
  }

  std::optional<std::string> show_book(const Words& words) {
    if (words.size() != 2 || !names_.has_instrument(words[1])) return "book INSTRUMENT";
    awaiting_ = true;
    given_ = false;
    const InstrumentId id = names_.instrument(words[1]).id;
    std::vector<FeedLevel> sells = audit_.feed_book().levels(id, Side::kSell);
    std::reverse(sells.begin(), sells.end());
    for (const FeedLevel& level : sells) actual_.push_back(names_.line(id, Side::kSell, level));
    for (const FeedLevel& level : audit_.feed_book().levels(id, Side::kBuy)) {
      actual_.push_back(names_.line(id, Side::kBuy, level));
    }
    return std::nullopt;
  }

  // Compares the whole list of the command before, and forgets it.
  std::optional<std::string> settle() {
    const bool met = given_ || expected_ == actual_;
    if (!met) {
      line_number_ = began_at_;
      return fmt::format("{}\n  the script expects\n{}  but it gives\n{}", what_, listed(expected_),
                         listed(actual_));
    }
    expected_.clear();
    actual_.clear();
    awaiting_ = false;
    given_ = false;
    return std::nullopt;
  }

  const MakeUnderTest& make_;
  NaiveLimits limits_;
  Clearing clearing_ = Clearing::kPermissive;
  std::unique_ptr<UnderTest> subject_;
  std::optional<NaiveExchange> model_;
  EventAudit audit_;
  BookNames names_;
  BookParser parser_;
  std::uint64_t command_count_ = 0;
  std::uint64_t time_ns_ = kStartOfDayNs;
  bool by_hand_ = false;

  // The command whose expectations are being read.
  std::size_t line_number_ = 0;
  std::size_t began_at_ = 0;
  std::string what_;
  bool awaiting_ = false;
  bool given_ = false;
  std::vector<std::string> expected_;
  std::vector<std::string> actual_;
};

}  // namespace

std::optional<std::string> run_script(std::string_view script, const MakeUnderTest& make) {
  return ScriptRun(make).run(script);
}

}  // namespace hourglass::engine::test

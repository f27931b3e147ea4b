// One line of a .book script as a command (the language: tests/scenarios/README.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/order/command.h"
#include "tests/support/book_names.h"

namespace hourglass::engine::test {

using Words = std::vector<std::string>;

// The words of a line, without its comment.
Words words_of(std::string_view line);

class BookParser {
 public:
  explicit BookParser(BookNames& names) : names_(names) {}

  // The command `words` ask for, its time set only where the line names one. Errors: nothing; then
  // problem() says why.
  std::optional<Command> parse(const Words& words);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::optional<Command> instrument();
  std::optional<Command> trading_state();
  std::optional<Command> price_band();
  std::optional<Command> time();
  std::optional<Command> funds();
  std::optional<Command> of_session();
  std::optional<Command> new_order(std::uint32_t session, Side side);
  std::optional<Command> cancel(std::uint32_t session);
  std::optional<Command> replace(std::uint32_t session);
  std::optional<Command> mass_cancel(std::uint32_t session);

  // The next word; "" at the end.
  [[nodiscard]] std::string peek() const;
  std::string take();
  bool take(std::string_view word);
  std::int64_t number();
  std::int64_t price(std::int64_t tick_size_nano_usd);
  std::int64_t ticks(const std::string& word, std::int64_t tick_size_nano_usd);
  std::uint64_t time_of_day();
  // "in NAME", "account N": what may stand in any session's line.
  bool take_place(std::uint32_t& account, std::string& instrument);
  // "with field=value ...": overwrites raw fields.
  void overwrite(Command& command);
  [[nodiscard]] std::int64_t tick_of(const std::string& instrument);
  void fail(std::string problem);

  BookNames& names_;
  Words words_;
  std::size_t at_ = 0;
  std::string first_instrument_;
  std::string problem_;
};

}  // namespace hourglass::engine::test

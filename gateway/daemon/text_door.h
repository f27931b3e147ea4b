// TextDoor: a person's door to a venue, one line an order, and the operator's.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/ring/slow_reader.h"
#include "gateway/daemon/venue.h"

namespace hourglass::gateway {

// Reads a line, sends its command, and answers with the reports once they are durable: what the
// command did, and what became of orders of the accounts it acted as. What others do is told to
// them alone. One line at a time, on the venue's thread; not for speed.
class TextDoor {
 public:
  // The venue outlives the door. Tells what happens from now on.
  explicit TextDoor(Venue& venue);

  // Carries out one line and returns what to print. Errors: kInvalidArgument for a line that means
  // nothing (nothing was sent), kCancelled for `quit`, else why the venue's journal failed.
  absl::StatusOr<std::string> answer(std::string_view line);

  // The lines a person may type.
  static std::string_view help();

 private:
  using Words = std::vector<std::string_view>;

  absl::StatusOr<std::string> enter(const Words& words, engine::Side side);
  absl::StatusOr<std::string> cancel(const Words& words);
  absl::StatusOr<std::string> replace(const Words& words);
  absl::StatusOr<std::string> adjust(const Words& words, bool deposit);
  absl::StatusOr<std::string> use_account(const Words& words);
  absl::StatusOr<std::string> set_state(const Words& words);
  absl::StatusOr<std::string> set_band(const Words& words);
  // `line` begins with `verb`, news or news!.
  absl::StatusOr<std::string> news(std::string_view verb, std::string_view line);
  [[nodiscard]] absl::StatusOr<std::string> book(const Words& words) const;
  [[nodiscard]] std::string list() const;

  // Pushes, waits until durable, and tells what it did.
  absl::StatusOr<std::string> send(const engine::Command& command);
  // Tells the events of the commands in `its`, and those that are this door's business, of all
  // that have come.
  std::string tell_new(engine::SequenceRange its);
  [[nodiscard]] bool concerns(const engine::Event& event);
  [[nodiscard]] std::string tell(const engine::Event& event) const;
  [[nodiscard]] std::string rests(engine::OrderId order, std::uint32_t displayed,
                                  engine::Price price, engine::InstrumentId instrument) const;
  [[nodiscard]] absl::StatusOr<engine::InstrumentId> find_instrument(std::string_view symbol) const;
  [[nodiscard]] absl::StatusOr<engine::Price> parse(std::string_view text,
                                                    engine::InstrumentId instrument) const;
  [[nodiscard]] std::string text(engine::Price price, engine::InstrumentId instrument) const;
  [[nodiscard]] engine::ClientKey unused_key() const;
  template <class Body>
  [[nodiscard]] engine::CommandHeader header(engine::InstrumentId instrument) {
    return engine::make_header<Body>(engine::SessionId(account_), engine::AccountId(account_),
                                     instrument, engine::TraderId(0), ++session_sequence_);
  }

  Venue& venue_;
  engine::SlowReader<engine::Event> reports_;
  std::uint32_t account_ = 1;
  std::uint32_t session_sequence_ = 0;
  std::bitset<engine::kMaxSessions> acted_;  // accounts, and the sessions of the same numbers
  engine::OrderId last_traded_{0};           // of an order of theirs
};

}  // namespace hourglass::gateway

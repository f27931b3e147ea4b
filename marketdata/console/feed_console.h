// FeedConsole: joins the feed's streams on both lines, keeps the books, and prints.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "marketdata/feed/feed_client.h"
#include "marketdata/feed/multicast_receiver.h"
#include "marketdata/wire/streams.h"

namespace hourglass::marketdata {

enum class ConsoleView : std::uint8_t {
  kTape,    // trades, states, and when a book is or is not known
  kLadder,  // the same, and each changed book's best levels
  kJson,    // every message of the order channel in its order, a line each
};

struct ConsoleSettings {
  ConsoleView view = ConsoleView::kTape;
  std::array<std::string, 2> groups;  // of lines A and B
  std::uint16_t base_port = 0;
  std::string interface;
  std::uint16_t partition = 0;
  std::string symbol;          // this contract alone; empty: all
  std::uint32_t levels = 5;    // of a ladder
  std::string retransmission;  // ADDRESS:PORT to ask for lost messages; empty: snapshots mend
};

// Thread: one.
class FeedConsole final : public FeedListener {
 public:
  explicit FeedConsole(ConsoleSettings settings);
  ~FeedConsole() override;

  // What could not be joined, in words; empty: all was.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

  // Waits for packets at most `timeout_ms` and takes in what came. False: the session has ended.
  bool round(std::int32_t timeout_ms);
  // What was printed since the last call.
  std::string take_output();
  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }
  // One line: what was received and what was refused.
  [[nodiscard]] std::string summary() const;

  void on_book_changed(const Instrument& instrument) override;
  void on_trade(const Instrument& instrument, const TradePrint& trade) override;
  void on_status(const Instrument& instrument) override;
  void on_live(const Instrument& instrument) override;
  void on_stale(const Instrument& instrument) override;
  void on_lost(MessageRange range) override;
  void on_venue(const VenueIdentity& venue) override;
  void on_end_of_session() override;

 private:
  struct Joined {
    Line line;
    MulticastReceiver receiver;
  };

  [[nodiscard]] bool shows(const Instrument& instrument) const;
  void print(std::string line);
  void receive(Joined& joined);
  void take(Line line, std::span<const std::byte> packet);
  void print_json(std::uint64_t seq, const Frame& frame);
  void ask(MessageRange range);
  void read_answers();

  ConsoleSettings settings_;
  std::string error_;
  std::vector<Joined> joined_;
  std::int32_t asking_ = -1;  // socket
  std::uint64_t now_ns_ = 0;  // of this round
  FeedClient client_;
  LineArbiter messages_;  // for kJson
  std::array<std::uint64_t, kPacketOutcomes> outcomes_{};
  std::string output_;
  std::uint64_t lines_ = 0;
  std::optional<VenueIdentity> venue_;
  std::set<std::uint32_t> told_live_;  // instruments
  bool ended_ = false;
};

}  // namespace hourglass::marketdata

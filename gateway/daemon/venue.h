// Venue: one running exchange on a data directory. The composition root of `hourglass run`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/journal/file_device.h"
#include "engine/ring/wake_signal.h"
#include "engine/sequencer/pipeline.h"
#include "gateway/daemon/feed_agent.h"
#include "gateway/daemon/venue_directory.h"
#include "gateway/fix/fix_gateway.h"
#include "risk/clearing/funded_limit.h"

namespace hourglass::gateway {

struct VenueSettings {
  std::string data_dir;
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  // Event store and snapshots, by a second exchange on a thread of the lowest priority.
  std::optional<engine::ShadowSettings> shadow = engine::ShadowSettings{};
  // The FIX door; none: the venue is reached by its owner's thread alone. Its directory is made
  // beside the journal.
  std::optional<fix::FixDoorSettings> fix = std::nullopt;
  // The market data feed; none: nothing is published.
  std::optional<FeedSettings> feed = std::nullopt;
  // No journal: for measuring. Nothing survives, and files of a durable venue there stay untouched:
  // the FIX sessions' stand in fix/volatile, begun at 1 by each start.
  bool is_volatile = false;
  // What the schedule goes by, ns UTC; empty: the system's clock. Stamps are the system's always.
  std::function<std::uint64_t()> clock_ns = {};
};

// A trading day is a UTC day: at its end DAY orders expire and order ids may be used again.
inline constexpr std::uint64_t kTradingDayNs = 86'400'000'000'000;

// Thread: all calls from one, which is the engine thread; the journal has its own.
class Venue {
 public:
  using VenuePipeline = engine::Pipeline<risk::FundedLimit>;

  // Opens or begins the journal in data_dir, brings the exchange to its last durable command and
  // opens the market: a new venue lists the starter list; a recovered one is paused, cancels what
  // asked to be cancelled with its connection unless that had logged out, and opens again. Errors:
  // the journal's, with the place of any damage; kFailedPrecondition where another process uses the
  // directory, where a venue that traded lacks its journal, its member list or a half of its
  // certificate, or where a session's file is ahead of the journal. Cost: the journal's tail.
  static absl::StatusOr<std::unique_ptr<Venue>> open(const VenueSettings& settings);
  // Out of line: whoever deletes a pipeline instantiates all of the exchange.
  ~Venue();
  Venue(const Venue&) = delete;
  Venue& operator=(const Venue&) = delete;

  [[nodiscard]] VenuePipeline& pipeline() noexcept { return *pipeline_; }
  [[nodiscard]] const engine::MarketState& market() const noexcept {
    return pipeline_->exchange().state();
  }
  // Applies and makes durable everything pushed so far. Errors: why the journal failed;
  // kResourceExhausted after some seconds of a full disk, with nothing lost.
  absl::Status settle();
  // One round of everything this thread drives: sockets, matching, reports. Returns what it did.
  std::uint32_t do_work();
  // Why the market cannot go on: the journal failed, or found no room for too long.
  absl::Status trouble();
  // Sleeps until a socket, the journal or wake() has something, at most `timeout_ns`. With a FIX
  // door only.
  void wait(std::uint64_t timeout_ns);
  // Whether something was applied that is not durable yet.
  [[nodiscard]] bool waits_for_disk() const noexcept;
  // Ends a wait(). Thread: any; safe in a signal handler.
  void wake() noexcept;
  [[nodiscard]] const std::string& data_dir() const noexcept { return data_dir_; }
  // Null without one.
  [[nodiscard]] fix::FixGateway* fix() noexcept { return fix_.get(); }
  // Null without one; what it counts is its thread's until close().
  [[nodiscard]] const FeedAgent* feed() const noexcept { return feed_.get(); }

  // Ends in order. Errors: why the journal failed.
  absl::Status close();
  // One line for the operator: new or recovered, from where, how long it took.
  [[nodiscard]] std::string summary() const;
  // One line, once each, when the shadow has stopped (it found something else than was announced,
  // or cannot go on) and when the feed has been behind for long. The market does not stop for them.
  std::optional<std::string> alarm();

 private:
  Venue();
  absl::Status list_new();
  absl::Status reopen();
  absl::Status submit(const engine::Command& command);
  // The commands that time asks for, each as soon as it is due; those missed while nothing ran come
  // with the first call, before any client's (design 10, 9).
  std::uint32_t keep_time();
  absl::Status open_fix(const VenueSettings& settings);
  absl::Status open_feed(const VenueSettings& settings);
  absl::Status open_pipeline(const VenueSettings& settings);
  // Ends recovery of all who were told the history, and gives each its place at the rings.
  void attach(const VenueSettings& settings);
  // Errors: kFailedPrecondition for a session's file that is ahead of the journal.
  [[nodiscard]] absl::Status check_sessions() const;

  std::unique_ptr<VenueDirectory> directory_;  // held until all else is closed
  std::string data_dir_;
  std::function<std::uint64_t()> clock_ns_;
  std::uint64_t day_ = 0;  // whose end is to come, counted from 1970
  std::unique_ptr<engine::FileDevice> device_;
  engine::WakeSignal durable_wake_;
  std::unique_ptr<fix::FixGateway> fix_;
  std::unique_ptr<FeedAgent> feed_;
  std::unique_ptr<engine::HistoryFollower> followers_;  // of the start
  std::unique_ptr<engine::AgentRunner> feed_runner_;
  engine::JournalUuid uuid_{};
  std::unique_ptr<VenuePipeline> pipeline_;
  std::optional<std::uint64_t> full_since_ns_;
  std::uint64_t seen_durable_ = 0;
  bool alarm_told_ = false;
  bool retrying_told_ = false;
  bool feed_alarm_told_ = false;
};

}  // namespace hourglass::gateway

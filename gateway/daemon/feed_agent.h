// FeedAgent: publishes the market of a running venue.
//
//   1  open()        sockets; nothing is sent
//   2  on_command()  told the venue's history while that opens: books, figures, numbers
//   3  attach()      to the rings, before the sequencer publishes
//   4  do_work()     on a thread of its own: what has become durable goes out
//   5  close()       behind the last durable command: the end of the session is said
//
// It holds nobody up: where the event ring has gone over it, it takes what it lost from the event
// store, and its receivers get it late (design 10, 3). Where there is no event store (a volatile
// venue, or one without a shadow) the ring waits for it instead.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/journal/event_store.h"
#include "engine/ring/agent.h"
#include "engine/ring/gating_consumer.h"
#include "engine/ring/slow_reader.h"
#include "engine/sequencer/history.h"
#include "engine/sequencer/pipeline_rings.h"
#include "marketdata/publish/command_events.h"
#include "marketdata/publish/multicast_lines.h"
#include "marketdata/publish/publisher.h"
#include "marketdata/publish/retransmission_port.h"

namespace hourglass::gateway {

struct FeedSettings {
  std::vector<marketdata::LineSettings> lines;  // one or two
  marketdata::RetransmissionPortSettings retransmission;
};

// Written by the agent; for its thread, or when it has stopped.
struct FeedCounters {
  std::uint64_t commands = 0;    // published, with something public
  std::uint64_t caught_up = 0;   // events told from the event store
  std::uint64_t lost_sight = 0;  // times the ring went over it
};

class FeedAgent final : public engine::Agent, public engine::HistoryFollower {
 public:
  // Opens the store of this journal, to read what the ring no longer has.
  using OpenStore = std::function<absl::StatusOr<std::unique_ptr<engine::EventStore>>()>;

  // Out of line: who deletes one needs all of it.
  ~FeedAgent() override;

  // Errors: MulticastLines' and RetransmissionPort's. Cost: two sockets and one.
  static absl::StatusOr<std::unique_ptr<FeedAgent>> open(const FeedSettings& settings);

  // Which journal's market it is. Thread: the starting one, before all that follows.
  void set_journal(const engine::JournalUuid& uuid);

  // --- Recovery ----------------------------------------------------------------------------------
  void on_beginning() override;
  void on_command(const engine::Command& command, std::span<const engine::Event> events) override;

  // --- Running -----------------------------------------------------------------------------------
  // Ends recovery. Without `open_store` the ring waits for this agent, whose thread is to run
  // before there is more than the ring holds. Thread: the starting one.
  void attach(engine::PipelineRings& rings, OpenStore open_store);
  std::uint32_t do_work() noexcept override;
  // Publishes all that is durable and says the end of the session; says no end where the event
  // store does not have what is missing within kPatienceNs. Thread: the owner's, when the agent's
  // and the pipeline's have stopped.
  void close();
  static constexpr std::uint64_t kPatienceNs = 2'000'000'000;

  [[nodiscard]] std::string_view name() const noexcept override { return "feed"; }
  [[nodiscard]] const marketdata::MulticastLines& lines() const noexcept { return *lines_; }
  [[nodiscard]] std::uint16_t retransmission_port() const noexcept {
    return retransmission_->port();
  }
  // Since when it waits for the event store and says nothing, ns of the clock that never steps; 0:
  // it does not. Thread: any.
  [[nodiscard]] std::uint64_t behind_since_ns() const noexcept { return behind_since_ns_.get(); }
  [[nodiscard]] const FeedCounters& counters() const noexcept { return counters_; }

 private:
  class Sink;

  FeedAgent();
  void take(const engine::Event& event, std::uint64_t now_ns);
  std::uint32_t read_ring(std::uint64_t durable, std::uint64_t now_ns);
  std::uint32_t catch_up(std::uint64_t now_ns);
  std::uint64_t advance_time() noexcept;
  [[nodiscard]] bool is_catching_up() const noexcept {
    return missing_through_ != 0 && missing_through_ != engine::kNoLimit;
  }

  std::unique_ptr<marketdata::MulticastLines> lines_;
  std::unique_ptr<marketdata::RetransmissionPort> retransmission_;
  std::unique_ptr<Sink> sink_;
  marketdata::VenueTerms venue_;
  std::unique_ptr<marketdata::Publisher> publisher_;
  marketdata::CommandEvents command_events_;
  engine::PipelineRings* rings_ = nullptr;
  OpenStore open_store_;
  std::optional<engine::SlowReader<engine::Event>> reader_;
  std::optional<engine::GatingConsumer<engine::Event>> gate_;
  engine::Event held_{};  // read from the ring, its command not durable yet
  bool has_held_ = false;
  std::uint64_t last_command_ = 0;  // whose events were all taken in
  // Up to this command the store has to tell first; 0: the ring has all; kNoLimit: what comes next
  // in the ring says up to which.
  std::uint64_t missing_through_ = 0;
  std::unique_ptr<engine::EventStore> store_;  // as it stood when last opened
  engine::Cursor behind_since_ns_;             // writer: the agent
  std::uint64_t now_ns_ = 0;                   // of the wall, never back
  std::uint64_t monotonic_ns_ = 0;
  std::uint64_t next_tick_ns_ = 0;
  std::uint64_t next_look_ns_ = 0;  // into the store
  FeedCounters counters_;
};

}  // namespace hourglass::gateway

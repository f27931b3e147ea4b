// Two consumers of a pipeline's events, one of each kind, that let out what is durable and nothing
// else, and keep what they let out so that a test can compare it with what happened.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/ring/gating_consumer.h"
#include "engine/ring/slow_reader.h"
#include "engine/sequencer/pipeline_rings.h"
#include "tests/support/watched_device.h"

namespace hourglass::engine::test {

// As a session's reports: the sequencer waits for it, so it must see everything.
// Thread: its own; built before the sequencer publishes.
class DurableReports {
 public:
  DurableReports(PipelineRings& rings, const WatchedDevice& device)
      : rings_(rings), device_(device), consumer_(rings.events) {}

  // Lets out some of what has become durable; false when there was nothing.
  bool step();

  [[nodiscard]] const std::vector<Event>& shown() const { return shown_; }
  // Events let out although the device had not yet said that their command is durable.
  [[nodiscard]] std::uint64_t early_count() const { return early_count_; }
  // What is wrong with what was let out, if `all` happened; empty text if it is the beginning of
  // it.
  [[nodiscard]] std::string wrong(std::span<const Event> all) const;

 private:
  PipelineRings& rings_;
  const WatchedDevice& device_;
  GatingConsumer<Event> consumer_;
  std::vector<Event> shown_;
  std::uint64_t early_count_ = 0;
};

// As a feed line: nobody waits for it, so it may lose events, and must know which. It reads ahead
// of the watermark by one event, which it holds until that is durable. Thread: its own.
class DurableFeed {
 public:
  DurableFeed(PipelineRings& rings, const WatchedDevice& device)
      : rings_(rings), device_(device), reader_(rings.events, 0) {}

  bool step();

  [[nodiscard]] std::uint64_t shown_count() const { return shown_.size(); }
  [[nodiscard]] std::uint64_t lost_count() const { return lost_count_; }
  [[nodiscard]] std::uint64_t early_count() const { return early_count_; }
  // What is wrong, if `all` happened: an event let out that is not the one of its place, a place
  // that was neither let out nor declared lost, or was both.
  [[nodiscard]] std::string wrong(std::span<const Event> all) const;

 private:
  struct Shown {
    std::uint64_t place;  // in the ring, hence in all events of this run
    Event event;
  };

  bool show_held();

  PipelineRings& rings_;
  const WatchedDevice& device_;
  SlowReader<Event> reader_;
  std::optional<Shown> held_;
  std::vector<Shown> shown_;
  std::uint64_t next_place_ = 0;  // neither let out, nor held, nor lost
  std::uint64_t lost_count_ = 0;
  std::uint64_t early_count_ = 0;
  std::uint64_t undeclared_count_ = 0;
};

}  // namespace hourglass::engine::test

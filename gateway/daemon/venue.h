// Venue: one running exchange on a data directory. The composition root of `hourglass run`.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/journal/file_device.h"
#include "engine/sequencer/pipeline.h"
#include "risk/clearing/funded_limit.h"

namespace hourglass::gateway {

struct VenueSettings {
  std::string data_dir;
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  // Event store and snapshots, by a second exchange on a thread of the lowest priority.
  std::optional<engine::ShadowSettings> shadow = engine::ShadowSettings{};
};

// Thread: all calls from one, which is the engine thread; the journal has its own.
class Venue {
 public:
  using VenuePipeline = engine::Pipeline<risk::FundedLimit>;

  // Opens or begins the journal in data_dir, brings the exchange to its last durable command and
  // opens the market: a new venue lists the starter list; a recovered one is paused, cancels what
  // asked to be cancelled with its connection, and opens again. Errors: the journal's, with the
  // place of any damage. Cost: the journal's tail.
  static absl::StatusOr<std::unique_ptr<Venue>> open(const VenueSettings& settings);

  [[nodiscard]] VenuePipeline& pipeline() noexcept { return *pipeline_; }
  [[nodiscard]] const engine::MarketState& market() const noexcept {
    return pipeline_->exchange().state();
  }
  // Applies and makes durable everything pushed so far. Errors: why the journal failed;
  // kResourceExhausted after some seconds of a full disk, with nothing lost.
  absl::Status settle();
  // Ends in order. Errors: why the journal failed.
  absl::Status close();
  // One line for the operator: new or recovered, from where, how long it took.
  [[nodiscard]] std::string summary() const;
  // One line, once, when the shadow has stopped: it found something else than was announced, or
  // cannot go on. The market does not stop for it.
  std::optional<std::string> alarm();

 private:
  Venue() = default;
  absl::Status list_new();
  absl::Status reopen();
  absl::Status submit(const engine::Command& command);

  std::unique_ptr<engine::FileDevice> device_;
  std::unique_ptr<VenuePipeline> pipeline_;
  bool alarm_told_ = false;
  bool retrying_told_ = false;
};

}  // namespace hourglass::gateway

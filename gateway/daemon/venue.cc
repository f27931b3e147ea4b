#include "gateway/daemon/venue.h"

#include <sys/random.h>

#include <chrono>
#include <filesystem>

#include "fmt/format.h"
#include "gateway/daemon/starter_list.h"

namespace hourglass::gateway {

using engine::AccountId;
using engine::Command;
using engine::InstrumentId;
using engine::SessionId;
using engine::TradingState;

namespace {

constexpr std::uint32_t kPollingThreads = 2;  // engine and journal; the digest's never spins
constexpr std::chrono::seconds kPatienceWithFullDisk{5};
constexpr std::uint64_t kRetriesToTell = 10;  // about as many seconds

}  // namespace

absl::StatusOr<std::unique_ptr<Venue>> Venue::open(const VenueSettings& settings) {
  std::error_code error;
  std::filesystem::create_directories(settings.data_dir, error);
  if (error) {
    return absl::InvalidArgumentError(
        fmt::format("cannot make the data directory {}: {}", settings.data_dir, error.message()));
  }
  auto device = engine::FileDevice::open_directory(settings.data_dir);
  if (!device.ok()) return device.status();
  engine::JournalUuid uuid;
  if (::getrandom(uuid.bytes.data(), uuid.bytes.size(), 0) !=
      static_cast<ssize_t>(uuid.bytes.size())) {
    return absl::InternalError("the system gives no random bytes for the journal's id");
  }
  engine::PipelineSettings pipeline_settings;
  pipeline_settings.journal.segment_bytes = settings.segment_bytes;
  pipeline_settings.journal_idle =
      engine::settings_for(engine::online_cpu_count(), kPollingThreads);
  pipeline_settings.shadow = settings.shadow;
  auto pipeline = VenuePipeline::open_durable(pipeline_settings, **device, uuid);
  if (!pipeline.ok()) return pipeline.status();

  auto venue = std::unique_ptr<Venue>(new Venue);
  venue->device_ = *std::move(device);
  venue->pipeline_ = *std::move(pipeline);
  if (const absl::Status status = venue->pipeline_->start(); !status.ok()) return status;
  const bool is_new = venue->market().sequence == engine::SequenceNumber(0);
  if (const absl::Status status = is_new ? venue->list_new() : venue->reopen(); !status.ok()) {
    return status;
  }
  return venue;
}

absl::Status Venue::submit(const Command& command) {
  while (!pipeline_->sequencer().submit(command)) {
    if (const absl::Status status = settle(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Venue::list_new() {
  for (const engine::DefineInstrument& define : starter_list()) {
    if (const absl::Status status = submit(Command::of(define)); !status.ok()) return status;
  }
  return settle();
}

// Design 10, 9: paused first, then every session's connection counts as lost, then open again.
absl::Status Venue::reopen() {
  engine::MarketRecovered recovered{};
  recovered.header =
      engine::make_header<engine::MarketRecovered>(SessionId(0), AccountId(0), InstrumentId(0));
  if (const absl::Status status = submit(Command::of(recovered)); !status.ok()) return status;
  const engine::MarketState& state = market();
  for (std::uint32_t s = 0; s < state.limits.max_sessions; ++s) {
    if (state.sessions[s].orders.first == engine::kNoSlot) continue;
    engine::SessionDisconnected lost{};
    lost.header = engine::make_header<engine::SessionDisconnected>(SessionId(s), AccountId(0),
                                                                   InstrumentId(0));
    if (const absl::Status status = submit(Command::of(lost)); !status.ok()) return status;
  }
  for (std::uint32_t i = 0; i < state.limits.max_instruments; ++i) {
    if (state.instruments[i].state != TradingState::kPause) continue;
    engine::SetTradingState open{};
    open.header =
        engine::make_header<engine::SetTradingState>(SessionId(0), AccountId(0), InstrumentId(i));
    open.state = TradingState::kOpen;
    if (const absl::Status status = submit(Command::of(open)); !status.ok()) return status;
  }
  return settle();
}

absl::Status Venue::settle() {
  using Clock = std::chrono::steady_clock;
  engine::PipelineRings& rings = pipeline_->rings();
  std::optional<Clock::time_point> full_since;
  for (;;) {  // ends: the journal makes all durable, fails, or finds no room for too long
    const std::uint32_t done = pipeline_->do_work();
    if (rings.journal_failed.get() != 0) return pipeline_->journal()->failure();
    if (done == 0 && rings.ingress.backlog() == 0 && rings.durable.get() == rings.applied.get()) {
      return absl::OkStatus();
    }
    if (done != 0) continue;
    engine::brief_pause();
    if (rings.journal_full.get() == 0) {
      full_since.reset();
    } else if (!full_since) {
      full_since = Clock::now();
    } else if (Clock::now() - *full_since > kPatienceWithFullDisk) {
      return absl::ResourceExhaustedError(fmt::format(
          "the disk is full ({}), the market stops: commands from {} on are not on it and were "
          "not answered. Nothing that was answered is lost; make room and start again",
          device_->describe(), rings.durable.get()));
    }
  }
}

std::optional<std::string> Venue::alarm() {
  const engine::ShadowAgent* shadow = pipeline_->shadow();
  if (shadow == nullptr || alarm_told_) return std::nullopt;
  const engine::ShadowState state = shadow->progress().current();
  const std::uint64_t retries = shadow->progress().retries.get();
  if (state == engine::ShadowState::kRetrying && retries >= kRetriesToTell && !retrying_told_) {
    retrying_told_ = true;
    return fmt::format(
        "ALARM: the shadow exchange has failed {} times to read or write its files and goes on "
        "trying; no snapshots are taken meanwhile",
        retries);
  }
  if (state != engine::ShadowState::kDiverged && state != engine::ShadowState::kFailed) {
    return std::nullopt;
  }
  alarm_told_ = true;
  return fmt::format("ALARM: the shadow exchange {}: {}; no snapshots are taken from here on",
                     name(state), std::string(shadow->trouble().message()));
}

absl::Status Venue::close() {
  return pipeline_->stop();
}

std::string Venue::summary() const {
  const engine::StartUpReport& report = pipeline_->report();
  if (report.created) return fmt::format("new venue; journal on {}", device_->describe());
  return fmt::format(
      "recovered {} at command {}: {}, {}{} commands re-executed in {} ms, {} orders working{}{}",
      device_->describe(), market().sequence.value(),
      report.closed_in_order ? "closed in order" : "not closed in order",
      report.snapshot == engine::SequenceNumber(0)
          ? ""
          : fmt::format("snapshot of command {} and ", report.snapshot.value()),
      report.replayed_commands, report.replay_ns / 1'000'000, market().books.orders().live_count(),
      report.torn_bytes != 0 ? "; a frame nobody was told about was dropped" : "",
      report.snapshots_refused.empty() ? ""
                                       : "; snapshots passed over: " + report.snapshots_refused);
}

}  // namespace hourglass::gateway

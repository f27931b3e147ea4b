#include "gateway/daemon/venue.h"

#include <sys/random.h>

#include <utility>

#include "fmt/format.h"
#include "gateway/daemon/starter_list.h"
#include "gateway/daemon/starter_members.h"
#include "gateway/fix/door/member_change.h"

namespace hourglass::gateway {

using engine::AccountId;
using engine::Command;
using engine::InstrumentId;
using engine::SessionId;
using engine::TradingState;

namespace {

constexpr std::uint32_t kPollingThreads = 2;  // engine and journal; the others never spin
// It is woken by what there is to write; looks for nothing are most of what an idle venue costs.
constexpr std::uint64_t kJournalSleepNs = 5'000'000;
// It is woken by what has become durable; a request for messages may come in its sleep.
constexpr std::uint64_t kFeedSleepNs = 5'000'000;
constexpr std::uint64_t kFeedBehindToTellNs = 10'000'000'000;
constexpr std::uint64_t kPatienceWithFullDiskNs = 5'000'000'000;
constexpr std::uint32_t kMatchingRounds = 256;  // of 64 commands: the ingress ring, once
constexpr std::uint64_t kRetriesToTell = 10;    // about as many seconds

// The history is told to one; this tells it to all who want it.
class HistoryFollowers final : public engine::HistoryFollower {
 public:
  explicit HistoryFollowers(std::vector<engine::HistoryFollower*> followers)
      : followers_(std::move(followers)) {}
  void on_beginning() override {
    for (engine::HistoryFollower* const follower : followers_) follower->on_beginning();
  }
  void on_command(const Command& command, std::span<const engine::Event> events) override {
    for (engine::HistoryFollower* const follower : followers_) {
      follower->on_command(command, events);
    }
  }

 private:
  std::vector<engine::HistoryFollower*> followers_;
};

absl::StatusOr<engine::JournalUuid> random_uuid() {
  engine::JournalUuid uuid;
  if (::getrandom(uuid.bytes.data(), uuid.bytes.size(), 0) !=
      static_cast<ssize_t>(uuid.bytes.size())) {
    return absl::InternalError("the system gives no random bytes for the journal's id");
  }
  return uuid;
}

}  // namespace

Venue::Venue() = default;
// The feed's thread reads the pipeline's rings, and the pipeline's threads wake the feed's: stopped
// first, gone last.
Venue::~Venue() {
  if (feed_runner_) feed_runner_->stop();
}

absl::StatusOr<std::unique_ptr<Venue>> Venue::open(const VenueSettings& settings) {
  auto directory = VenueDirectory::open(settings.data_dir);
  if (!directory.ok()) return directory.status();
  if (!settings.is_volatile) {
    const absl::Status status = (*directory)->check_journal_is_not_missing();
    if (!status.ok()) return status;
  }
  auto venue = std::unique_ptr<Venue>(new Venue);
  venue->directory_ = *std::move(directory);
  venue->data_dir_ = settings.data_dir;
  venue->clock_ns_ =
      settings.clock_ns ? settings.clock_ns : [] { return engine::SystemClock{}.now().value(); };
  if (const absl::Status status = venue->open_fix(settings); !status.ok()) return status;
  if (const absl::Status status = venue->open_feed(settings); !status.ok()) return status;
  if (const absl::Status status = venue->open_pipeline(settings); !status.ok()) return status;
  if (const absl::Status status = venue->check_sessions(); !status.ok()) return status;
  venue->attach(settings);
  const bool is_new = venue->market().sequence == engine::SequenceNumber(0);
  venue->day_ = (is_new ? venue->clock_ns_() : venue->market().time.value()) / kTradingDayNs;
  // Before the journal's thread runs: it finds the whole list and writes it as one frame, so that a
  // start that dies leaves all of it or nothing, and the next is again the first.
  if (is_new) {
    if (const absl::Status status = venue->list_new(); !status.ok()) return status;
  }
  if (const absl::Status status = venue->pipeline_->start(); !status.ok()) return status;
  // Before the market opens: without an event store the ring waits for the feed.
  if (venue->feed_) {
    if (const absl::Status status = venue->feed_runner_->start(); !status.ok()) return status;
  }
  if (const absl::Status status = is_new ? venue->settle() : venue->reopen(); !status.ok()) {
    return status;
  }
  if (venue->fix_) {
    if (const absl::Status status = venue->fix_->listen(); !status.ok()) return status;
  }
  return venue;
}

void Venue::attach(const VenueSettings& settings) {
  followers_.reset();
  if (fix_) {
    if (!settings.is_volatile) fix_->door().set_journal(directory_->journal());
    fix_->attach(pipeline_->rings());
  }
  if (!feed_) return;
  FeedAgent::OpenStore open_store;
  if (!settings.is_volatile && settings.shadow) {
    open_store = [this] { return engine::EventStore::open_to_read(*device_, uuid_); };
  }
  feed_->attach(pipeline_->rings(), std::move(open_store));
}

// Before the pipeline, which tells the history while it opens: the feed numbers by the journal's
// id.
absl::Status Venue::open_feed(const VenueSettings& settings) {
  const auto existing =
      settings.is_volatile ? std::optional<engine::JournalUuid>() : directory_->journal();
  auto uuid = existing ? absl::StatusOr<engine::JournalUuid>(*existing) : random_uuid();
  if (!uuid.ok()) return uuid.status();
  uuid_ = *uuid;
  if (!settings.feed) return absl::OkStatus();
  auto feed = FeedAgent::open(*settings.feed);
  if (!feed.ok()) return feed.status();
  feed_ = *std::move(feed);
  feed_->set_journal(uuid_);
  engine::IdleSettings idle = engine::settings_for(engine::online_cpu_count(), kPollingThreads + 1);
  idle.sleep_ns_max = kFeedSleepNs;
  feed_runner_ = std::make_unique<engine::AgentRunner>(
      engine::AgentThread{.name = "hg-feed", .pin_cpu = {}, .idle = idle},
      std::vector<engine::Agent*>{feed_.get()});
  return absl::OkStatus();
}

absl::Status Venue::open_fix(const VenueSettings& settings) {
  if (!settings.fix) return absl::OkStatus();
  fix::FixDoorSettings door = *settings.fix;
  door.directory = fmt::format("{}/fix", settings.data_dir);
  if (settings.is_volatile) {
    auto sessions = directory_->empty_volatile_sessions();
    if (!sessions.ok()) return sessions.status();
    door.session_directory = *std::move(sessions);
  }
  const bool is_first_start = !directory_->has_journal();
  if (door.tls) door.tls->replaces_lone_key = is_first_start;
  auto members = open_members(door.directory, is_first_start);
  if (!members.ok()) return members.status();
  if (!settings.is_volatile) {
    const absl::Status status = directory_->check_session_files(*members);
    if (!status.ok()) return status;
  }
  auto gateway = fix::FixGateway::open(std::move(door), *std::move(members));
  if (!gateway.ok()) return gateway.status();
  fix_ = *std::move(gateway);
  durable_wake_.also_write_to(fix_->door().wake_descriptor());
  return absl::OkStatus();
}

absl::Status Venue::open_pipeline(const VenueSettings& settings) {
  engine::PipelineSettings pipeline_settings;
  if (feed_) pipeline_settings.feed_wake = &feed_runner_->wake();
  if (settings.is_volatile) {
    pipeline_ = VenuePipeline::open_volatile(pipeline_settings);
    return absl::OkStatus();
  }
  auto device = engine::FileDevice::open_directory(settings.data_dir);
  if (!device.ok()) return device.status();
  device_ = *std::move(device);
  pipeline_settings.journal.segment_bytes = settings.segment_bytes;
  pipeline_settings.journal_idle =
      engine::settings_for(engine::online_cpu_count(), kPollingThreads);
  pipeline_settings.journal_idle.sleep_ns_max = kJournalSleepNs;
  pipeline_settings.shadow = settings.shadow;
  std::vector<engine::HistoryFollower*> followers;
  if (fix_) followers.push_back(fix_.get());
  if (feed_) followers.push_back(feed_.get());
  if (!followers.empty()) {
    followers_ = std::make_unique<HistoryFollowers>(std::move(followers));
    pipeline_settings.follower = followers_.get();
  }
  pipeline_settings.durable_wake = fix_ ? &durable_wake_ : nullptr;
  auto pipeline = VenuePipeline::open_durable(pipeline_settings, *device_, uuid_);
  if (!pipeline.ok()) return pipeline.status();
  pipeline_ = *std::move(pipeline);
  return absl::OkStatus();
}

// A report leaves once its command is durable, so no session's file can know of more than the
// journal. One that does belongs to a later state of it, or to another where it does not say to
// which, and would swallow the reports to come up to its number. By now what the journal has was
// recorded in the files that lacked it, which is true of this journal whatever becomes of the
// start.
absl::Status Venue::check_sessions() const {
  if (!fix_) return absl::OkStatus();
  for (fix::DoorSession* const session : fix_->door().sessions()) {
    const fix::Member& member = session->member();
    const std::uint64_t recorded = session->file().last_report();
    const std::uint64_t yielded = member.drop_copy
                                      ? fix_->reports().last_copy()
                                      : market().sessions[member.session].report_number;
    if (recorded <= yielded) continue;
    return absl::FailedPreconditionError(fmt::format(
        "the file of session {} in {}/fix has recorded reports up to {}, the journal yields them "
        "up to {}: the journal is older than the file, or not its own. Put back the journal that "
        "belongs to it, or move {}-{}*.hgf away: then the session's numbers go on far above any "
        "it had, and it is told the reports of this journal; a drop copy session begins anew at 1",
        member.comp_id, data_dir_, recorded, yielded, member.comp_id, member.session));
  }
  return absl::OkStatus();
}

absl::Status Venue::submit(const Command& command) {
  while (!pipeline_->sequencer().submit(command)) {
    if (const absl::Status status = settle(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Venue::list_new() {
  for (const engine::DefineInstrument& define : starter_list(clock_ns_())) {
    if (const absl::Status status = submit(Command::of(define)); !status.ok()) return status;
  }
  if (fix_) {
    for (const engine::AdjustFunds& funds : starter_funds()) {
      if (const absl::Status status = submit(Command::of(funds)); !status.ok()) return status;
    }
  }
  while (pipeline_->do_work() != 0) continue;  // ends: what was submitted above
  return absl::OkStatus();
}

// Design 10, 9: paused first, then the connection of every session that had not logged out counts
// as lost, and orders of nobody listed are cancelled; then open again.
absl::Status Venue::reopen() {
  engine::MarketRecovered recovered{};
  recovered.header =
      engine::make_header<engine::MarketRecovered>(SessionId(0), AccountId(0), InstrumentId(0));
  if (const absl::Status status = submit(Command::of(recovered)); !status.ok()) return status;
  const engine::MarketState& state = market();
  for (std::uint32_t s = 0; s < state.limits.max_sessions; ++s) {
    if (state.sessions[s].orders.first == engine::kNoSlot) continue;
    if (fix_ && s >= fix::kFirstFixSession && fix_->door().member(SessionId(s)) == nullptr) {
      const absl::Status status = submit(Command::of(fix::cancel_all(SessionId(s))));
      if (!status.ok()) return status;
      continue;
    }
    if (fix_ && fix_->was_logged_out(SessionId(s))) continue;
    engine::SessionDisconnected lost{};
    lost.header = engine::make_header<engine::SessionDisconnected>(SessionId(s), AccountId(0),
                                                                   InstrumentId(0));
    if (const absl::Status status = submit(Command::of(lost)); !status.ok()) return status;
  }
  while (keep_time() != 0) {  // ends: little can be due
    if (const absl::Status status = settle(); !status.ok()) return status;
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
  engine::PipelineRings& rings = pipeline_->rings();
  for (;;) {  // ends: the journal makes all durable, fails, or finds no room for too long
    std::uint32_t done = pipeline_->do_work();
    if (fix_) done += fix_->deliver();
    if (const absl::Status status = trouble(); !status.ok()) return status;
    if (done != 0) continue;
    if (rings.ingress.backlog() == 0 && rings.durable.get() == rings.applied.get()) {
      return absl::OkStatus();
    }
    engine::brief_pause();
  }
}

absl::Status Venue::trouble() {
  engine::PipelineRings& rings = pipeline_->rings();
  if (rings.journal_failed.get() != 0) return pipeline_->journal()->failure();
  if (rings.journal_full.get() == 0) {
    full_since_ns_.reset();
    return absl::OkStatus();
  }
  const std::uint64_t now_ns = engine::monotonic_ns();
  if (!full_since_ns_) full_since_ns_ = now_ns;
  if (now_ns - *full_since_ns_ < kPatienceWithFullDiskNs) return absl::OkStatus();
  return absl::ResourceExhaustedError(fmt::format(
      "the disk is full ({}), the market stops: commands from {} on are not on it and were "
      "not answered. Nothing that was answered is lost; make room and start again",
      device_->describe(), rings.durable.get()));
}

std::uint32_t Venue::keep_time() {
  const std::uint64_t now_ns = clock_ns_();
  const engine::MarketState& state = market();
  std::uint32_t done = 0;
  // Where the rings are full it is tried again in the next round.
  const auto give = [&](auto body) {
    body.header = engine::make_header<decltype(body)>(SessionId(0), AccountId(0), InstrumentId(0));
    const bool given = pipeline_->sequencer().submit(Command::of(body));
    done += given ? 1 : 0;
    return given;
  };
  if (!state.expiries.empty() && state.extras[state.expiries.top()].expire_time.value() <= now_ns) {
    give(engine::AdvanceTime{});
  }
  if (now_ns / kTradingDayNs > day_ && give(engine::EndTradingDay{})) {
    day_ = now_ns / kTradingDayNs;
  }
  return done;
}

std::uint32_t Venue::do_work() {
  std::uint32_t done = keep_time();
  // While the journal holds the market back, requests wait with their senders.
  const engine::MpscRing<Command>& ingress = pipeline_->rings().ingress;
  if (fix_ && ingress.backlog() < ingress.capacity() / 2) done += fix_->do_work();
  for (std::uint32_t round = 0; round < kMatchingRounds; ++round) {
    const std::uint32_t matched = pipeline_->do_work();
    done += matched;
    if (matched == 0) break;
  }
  if (fix_) {
    done += fix_->deliver();
    fix_->door().flush();
  }
  return done;
}

// Between the announcement and the sleep it looks once more, so that no wake-up is missed.
void Venue::wait(std::uint64_t timeout_ns) {
  durable_wake_.announce();
  const engine::PipelineRings& rings = pipeline_->rings();
  if (rings.durable.get() == seen_durable_) fix_->door().wait(timeout_ns);
  seen_durable_ = rings.durable.get();
  durable_wake_.cancel();
}

bool Venue::waits_for_disk() const noexcept {
  const engine::PipelineRings& rings = pipeline_->rings();
  return rings.durable.get() < rings.applied.get();
}

void Venue::wake() noexcept {
  if (fix_) fix_->door().wake();
}

std::optional<std::string> Venue::alarm() {
  if (const std::uint64_t since_ns = feed_ ? feed_->behind_since_ns() : 0;
      since_ns != 0 && !feed_alarm_told_ &&
      engine::monotonic_ns() - since_ns > kFeedBehindToTellNs) {
    feed_alarm_told_ = true;
    return fmt::format(
        "ALARM: the market data feed has said nothing for {} s: it fell behind the market and "
        "waits for the event store to have what it missed; the market goes on",
        kFeedBehindToTellNs / 1'000'000'000);
  }
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
  if (fix_) {
    // What was asked for is answered before the doors close.
    const absl::Status settled = settle();
    fix_->close("the venue closes");
    if (!settled.ok()) {
      static_cast<void>(pipeline_->stop());
      return settled;
    }
  }
  if (feed_) feed_runner_->stop();
  const absl::Status stopped = pipeline_->stop();
  if (feed_ && stopped.ok()) feed_->close();
  return stopped;
}

std::string Venue::summary() const {
  const engine::StartUpReport& report = pipeline_->report();
  if (device_ == nullptr) return "VOLATILE: no journal, nothing survives; for measuring only";
  if (report.created) return fmt::format("new venue; journal on {}", device_->describe());
  return fmt::format(
      "recovered {} at command {}: {}, {}{} commands re-executed in {} ms, {} orders working{}{}",
      device_->describe(), market().sequence.value(),
      report.closed_in_order ? "closed in order" : "no seal at its end",
      report.snapshot == engine::SequenceNumber(0)
          ? ""
          : fmt::format("snapshot of command {} and ", report.snapshot.value()),
      report.replayed_commands, report.replay_ns / 1'000'000, market().books.orders().live_count(),
      report.torn_bytes != 0 ? "; a frame nobody was told about was dropped" : "",
      report.snapshots_refused.empty() ? ""
                                       : "; snapshots passed over: " + report.snapshots_refused);
}

}  // namespace hourglass::gateway

#include "gateway/daemon/feed_agent.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/sequencer/clock.h"

namespace hourglass::gateway {

using engine::Event;
using engine::SequenceNumber;

namespace {

// A round's bound: other work of the thread waits no longer than these take, some 200 us.
constexpr std::uint32_t kEventsPerRound = 1024;
// Signs of life, snapshots and cycles go by it.
constexpr std::uint64_t kTickNs = 2'000'000;
// Between two looks into the event store, which its writer fills a MiB or a flush at a time.
constexpr std::uint64_t kLookNs = 20'000'000;
// Commands read from it in a round: about as many events as of the ring.
constexpr std::uint64_t kCommandsPerRound = 512;
// The end is said so often: whoever misses all of them still finds that nothing comes any more.
constexpr std::uint32_t kEndsSaid = 3;

// Two journals are told apart by it with a chance of 65,534 in 65,535; by their full id, which
// heads the definitions, always.
std::uint16_t epoch_of(const engine::JournalUuid& uuid) noexcept {
  std::uint16_t epoch = 0;
  for (std::size_t i = 0; i + 1 < uuid.bytes.size(); i += 2) {
    std::uint16_t word = 0;
    std::memcpy(&word, &uuid.bytes[i], sizeof(word));
    epoch = static_cast<std::uint16_t>(epoch ^ word);
  }
  return epoch == 0 ? std::uint16_t{1} : epoch;
}

}  // namespace

class FeedAgent::Sink final : public marketdata::PacketSink {
 public:
  explicit Sink(marketdata::MulticastLines& lines) : lines_(lines) {}
  void send(marketdata::Stream to, std::span<const std::byte> packet) noexcept override {
    lines_.send(to, packet);
  }

 private:
  marketdata::MulticastLines& lines_;
};

FeedAgent::FeedAgent() = default;
FeedAgent::~FeedAgent() = default;

absl::StatusOr<std::unique_ptr<FeedAgent>> FeedAgent::open(const FeedSettings& settings) {
  auto agent = std::unique_ptr<FeedAgent>(new FeedAgent);
  auto lines = marketdata::MulticastLines::open(settings.lines);
  if (!lines.ok()) return lines.status();
  auto port = marketdata::RetransmissionPort::open(settings.retransmission);
  if (!port.ok()) return port.status();
  agent->lines_ = *std::move(lines);
  agent->retransmission_ = *std::move(port);
  agent->sink_ = std::make_unique<Sink>(*agent->lines_);
  return agent;
}

void FeedAgent::set_journal(const engine::JournalUuid& uuid) {
  std::memcpy(venue_.journal_uuid.data(), uuid.bytes.data(), venue_.journal_uuid.size());
  venue_.epoch = epoch_of(uuid);
  on_beginning();
}

void FeedAgent::on_beginning() {
  marketdata::PublisherSettings settings;
  settings.venue = venue_;
  publisher_ = std::make_unique<marketdata::Publisher>(settings, *sink_);
  last_command_ = 0;
}

void FeedAgent::on_command(const engine::Command& command, std::span<const Event> events) {
  for (const Event& event : events) {
    if (command_events_.add(event)) publisher_->restore(command_events_.events());
  }
  last_command_ = command.header().sequence.value();
}

void FeedAgent::attach(engine::PipelineRings& rings, OpenStore open_store) {
  now_ns_ = engine::SystemClock{}.now().value();
  monotonic_ns_ = engine::monotonic_ns();
  rings_ = &rings;
  open_store_ = std::move(open_store);
  if (open_store_) {
    reader_.emplace(rings.events);
  } else {
    gate_.emplace(rings.events);
  }
}

void FeedAgent::take(const Event& event, std::uint64_t now_ns) {
  if (!command_events_.add(event)) return;
  last_command_ = event.header().command_sequence.value();
  if (command_events_.events().empty()) return;
  publisher_->publish(command_events_.events(), now_ns);
  ++counters_.commands;
}

std::uint32_t FeedAgent::read_ring(std::uint64_t durable, std::uint64_t now_ns) {
  if (gate_) {
    return gate_->read(kEventsPerRound, engine::kNoLimit, [&](const Event& event) {
      if (event.header().command_sequence.value() >= durable) return false;
      take(event, now_ns);
      return true;
    });
  }
  for (std::uint32_t done = 0; done < kEventsPerRound; ++done) {
    if (!has_held_) {
      const engine::PollResult got = reader_->poll(held_);
      if (got == engine::PollResult::kEmpty) return done;
      if (got == engine::PollResult::kLost) {
        // What follows the loss says up to where the store has to tell.
        ++counters_.lost_sight;
        missing_through_ = engine::kNoLimit;
        continue;
      }
      has_held_ = true;
    }
    const std::uint64_t command = held_.header().command_sequence.value();
    if (missing_through_ == engine::kNoLimit) {
      missing_through_ = command;
      return done;
    }
    if (command >= durable) return done;
    has_held_ = false;
    if (command > last_command_) take(held_, now_ns);
  }
  return kEventsPerRound;
}

// The store has whole commands, and gets each some time behind the journal. What the ring still had
// of the command in which sight was lost is thrown away with it. Opening the store reads all of it,
// so one that was opened is used up first.
std::uint32_t FeedAgent::catch_up(std::uint64_t now_ns) {
  if (store_ == nullptr || store_->last_sequence().value() <= last_command_) {
    if (now_ns < next_look_ns_) return 0;
    next_look_ns_ = now_ns + kLookNs;
    auto opened = open_store_();
    if (!opened.ok()) return 0;
    store_ = *std::move(opened);
  }
  const std::uint64_t through = std::min(
      {store_->last_sequence().value(), missing_through_, last_command_ + kCommandsPerRound});
  if (through <= last_command_) return 0;
  command_events_ = marketdata::CommandEvents();
  std::uint32_t told = 0;
  const absl::Status read = store_->read(SequenceNumber(last_command_ + 1), SequenceNumber(through),
                                         [&](std::span<const std::byte> bytes) {
                                           Event event;
                                           std::memcpy(&event, bytes.data(), bytes.size());
                                           take(event, now_ns);
                                           ++told;
                                           return true;
                                         });
  counters_.caught_up += told;
  if (!read.ok()) {
    store_.reset();
    return told;
  }
  last_command_ = through;
  if (through == missing_through_) {
    missing_through_ = 0;
    store_.reset();
  }
  return told;
}

std::uint32_t FeedAgent::do_work() noexcept {
  const std::uint64_t now_ns = advance_time();
  // acquire in get(), partner the journal's or the sequencer's set(): the events are published.
  std::uint32_t done =
      is_catching_up() ? catch_up(now_ns) : read_ring(rings_->durable.get(), now_ns);
  if (done != 0) publisher_->flush(now_ns);
  if (now_ns >= next_tick_ns_) {
    next_tick_ns_ = now_ns + kTickNs;
    // A sign of life would say that nothing is missing, and a snapshot that an old book is new.
    if (!is_catching_up()) publisher_->tick(now_ns);
    done += retransmission_->poll(publisher_->retransmission(), now_ns);
  }
  lines_->flush();
  const bool is_stuck = is_catching_up() && done == 0;
  if (!is_stuck) {
    behind_since_ns_.set(0);
  } else if (behind_since_ns_.get_value_only() == 0) {
    behind_since_ns_.set(monotonic_ns_);
  }
  return done;
}

// The wall's time, but for a clock that is set back: then time goes on from where it was.
std::uint64_t FeedAgent::advance_time() noexcept {
  const std::uint64_t monotonic_ns = engine::monotonic_ns();
  now_ns_ = std::max(now_ns_ + (monotonic_ns - monotonic_ns_), engine::SystemClock{}.now().value());
  monotonic_ns_ = monotonic_ns;
  return now_ns_;
}

void FeedAgent::close() {
  if (rings_ == nullptr) return;
  const std::uint64_t end_ns = engine::monotonic_ns() + kPatienceNs;
  // Ends: nothing becomes durable any more, and the store has it or has not in time.
  while (do_work() != 0 || missing_through_ != 0) {
    if (engine::monotonic_ns() > end_ns) return;
    if (is_catching_up()) engine::brief_pause();
  }
  for (std::uint32_t said = 0; said < kEndsSaid; ++said) {
    publisher_->end_of_session(now_ns_);
    lines_->flush();
  }
}

}  // namespace hourglass::gateway

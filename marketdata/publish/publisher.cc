#include "marketdata/publish/publisher.h"

namespace hourglass::marketdata {
namespace {

StreamTerms terms(const VenueTerms& venue, Stream to, std::uint8_t flags) noexcept {
  return {.to = to, .partition = venue.partition, .epoch = venue.epoch, .flags = flags};
}

}  // namespace

Publisher::Publisher(const PublisherSettings& settings, PacketSink& sink)
    : state_(settings.limits),
      orders_(terms(settings.venue, Stream::kOrders, kIncremental), sink),
      levels_(terms(settings.venue, Stream::kLevels, kIncremental), sink),
      top_(terms(settings.venue, Stream::kTop, kConflated), sink),
      definitions_(terms(settings.venue, Stream::kDefinitions, kDefinitionCycle), sink),
      statistics_(terms(settings.venue, Stream::kStatistics, kConflated), sink),
      indices_(terms(settings.venue, Stream::kIndices, kConflated), sink),
      definition_cycle_(settings.venue, settings.definition_cycle_ns, state_),
      statistics_rounds_(settings.statistics_cycle_ns, state_),
      order_snapshots_(terms(settings.venue, Stream::kOrderSnapshots, kSnapshot),
                       settings.limits.max_orders, settings.order_snapshots, state_, sink),
      level_snapshots_(terms(settings.venue, Stream::kLevelSnapshots, kSnapshot),
                       settings.limits.max_orders, settings.level_snapshots, state_, sink),
      retransmission_(settings.venue.partition, settings.venue.epoch, state_) {}

void Publisher::restore(std::span<const engine::Event> events) {
  // The best prices it leaves are told with the first flush: the last change before a crash may
  // have been told to nobody.
  state_.apply(events);
}

void Publisher::publish(std::span<const engine::Event> events, std::uint64_t now_ns) {
  if (events.empty()) return;
  state_.apply(events);
  const std::uint64_t first = events.front().header().feed_sequence;
  append(orders_, state_.orders(), first, now_ns);
  append(levels_, state_.levels(), first, now_ns);
  for (const TradeSummary& summary : state_.summaries()) {
    top_.add_message(state_.last_sequence(), now_ns, summary);
  }
}

void Publisher::append(PacketStream& stream, const MessageLog& log, std::uint64_t first,
                       std::uint64_t now_ns) noexcept {
  const std::uint64_t end = log.next_sequence();
  std::size_t bytes = 0;
  for (std::uint64_t sequence = first; sequence < end; ++sequence) {
    bytes += log.frame(sequence).size();
  }
  stream.keep_together(bytes, now_ns);
  for (std::uint64_t sequence = first; sequence < end; ++sequence) {
    stream.add(log.frame(sequence), sequence, now_ns);
  }
}

void Publisher::flush(std::uint64_t now_ns) noexcept {
  orders_.flush(now_ns);
  levels_.flush(now_ns);
  while (!state_.changed_tops().empty()) {
    const std::uint32_t id = state_.changed_tops().take();
    top_.add_message(state_.last_sequence(), now_ns, state_.top(id));
  }
  top_.flush(now_ns);
}

void Publisher::tick(std::uint64_t now_ns) {
  flush(now_ns);
  definition_cycle_.pump(definitions_, now_ns);
  statistics_rounds_.pump(statistics_, now_ns);
  order_snapshots_.pump(now_ns);
  level_snapshots_.pump(now_ns);
  const std::uint64_t next = state_.last_sequence() + 1;
  for_each_stream([&](PacketStream& stream) { stream.heartbeat(next, now_ns); });
}

void Publisher::end_of_session(std::uint64_t now_ns) noexcept {
  flush(now_ns);
  const std::uint64_t next = state_.last_sequence() + 1;
  for_each_stream([&](PacketStream& stream) { stream.end_of_session(next, now_ns); });
}

}  // namespace hourglass::marketdata

#include "marketdata/publish/definition_cycle.h"

namespace hourglass::marketdata {

void DefinitionCycle::pump(PacketStream& stream, std::uint64_t now_ns) {
  const std::uint64_t sequence = state_->last_sequence();
  if (!in_cycle_) {
    if (began_ns_ != 0 && now_ns < began_ns_ + interval_ns_) return;
    told_ns_ = 0;
    in_cycle_ = true;
    began_ns_ = now_ns;
    count_ = static_cast<std::uint32_t>(state_->listed().size());
    next_ = 0;
    stream.add_message(sequence, now_ns,
                       VenueIdentity{.instrument_count = count_,
                                     .first_available_seq = venue_.first_available_seq,
                                     .journal_uuid = venue_.journal_uuid,
                                     .partition = venue_.partition,
                                     .epoch = venue_.epoch,
                                     .trade_date = state_->day().date()});
  }
  if (now_ns < told_ns_ + kPartNs) return;
  told_ns_ = now_ns;
  for (std::uint32_t told = 0; told < kPerPart && next_ < count_; ++told) {
    const std::uint32_t id = state_->listed()[next_++];
    stream.add_message(sequence, now_ns, state_->definition(id));
    PriceLimits limits;
    if (state_->limits(id, limits)) stream.add_message(sequence, now_ns, limits);
  }
  if (next_ == count_) {
    stream.add_message(sequence, now_ns,
                       CycleEnd{.instrument_count = count_, .last_seq_num = sequence});
    in_cycle_ = false;
  }
  stream.flush(now_ns);
}

}  // namespace hourglass::marketdata

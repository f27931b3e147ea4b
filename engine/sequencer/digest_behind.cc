#include "engine/sequencer/digest_behind.h"

#include <span>
#include <utility>

#include "engine/base/assert.h"

namespace hourglass::engine {

DigestBehind::DigestBehind(std::unique_ptr<EventDigest> digest)
    : digest_(std::move(digest)),
      bytes_(std::make_unique_for_overwrite<std::byte[]>(kChunks * kChunkBytes)),
      owner_idle_(settings_for(online_cpu_count(), 2, IdleMode::kYield), owner_wake_) {
  HG_ASSERT(digest_ != nullptr);
}

void DigestBehind::ask(SequenceNumber through) noexcept {
  HG_ASSERT(asked_ - taken_ < kMaxAsked, asked_, taken_);
  ++asked_;
  hand_over(through);
}

DigestPoint DigestBehind::take() noexcept {
  HG_ASSERT(asked_ != taken_, taken_);
  while (!ready()) owner_idle_.idle(0);  // ends: the agent answers whatever was asked
  owner_idle_.idle(1);
  return answers_[taken_++ % kMaxAsked];
}

void DigestBehind::hand_over(std::optional<SequenceNumber> through) noexcept {
  const std::uint64_t number = filled_.get_value_only();
  handed_[number % kChunks] = {.size = used_, .through = through};
  used_ = 0;
  // Nobody is notified: both sides yield while they have nothing to do, and never sleep.
  filled_.set(number + 1);
  // Ends: the agent hashes without waiting for anybody.
  while (number + 1 - hashed_.get() == kChunks) owner_idle_.idle(0);
  owner_idle_.idle(1);
}

std::uint32_t DigestBehind::do_work() noexcept {
  const std::uint64_t begun = hashed_.get_value_only();
  const std::uint64_t filled = filled_.get();
  for (std::uint64_t number = begun; number < filled; ++number) hash(number);
  return static_cast<std::uint32_t>(filled - begun);
}

void DigestBehind::hash(std::uint64_t number) noexcept {
  const Handed& handed = handed_[number % kChunks];
  digest_->add(std::span(chunk(number), handed.size));
  if (handed.through) {
    if (*handed.through > digest_->point().through) digest_->advance(*handed.through);
    const std::uint64_t made = made_.get_value_only();
    answers_[made % kMaxAsked] = digest_->point();
    made_.set(made + 1);
  }
  hashed_.set(number + 1);
}

std::unique_ptr<EventDigest> DigestBehind::finish() noexcept {
  do_work();
  digest_->add(std::span(chunk(filled_.get_value_only()), used_));
  return std::move(digest_);
}

}  // namespace hourglass::engine

// Fresh replicas for tests: the exchange of engine/exchange at a model's limits.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/exchange/replica.h"
#include "tests/support/under_test.h"

namespace hourglass::engine::test {

[[nodiscard]] ExchangeLimits exchange_limits(const NaiveLimits& limits);

[[nodiscard]] std::unique_ptr<Replica> make_replica(const NaiveLimits& limits, Clearing clearing);

// Hands everything on to a sound replica; what is to be wrong with it a test overrides.
class WrappedReplica : public Replica {
 public:
  explicit WrappedReplica(std::unique_ptr<Replica> sound) : sound_(std::move(sound)) {}

  std::span<const Event> apply(const Command& command) noexcept override {
    return sound_->apply(command);
  }
  void set_rule_set(std::uint32_t version) noexcept override { sound_->set_rule_set(version); }
  [[nodiscard]] const MarketState& state() const noexcept override { return sound_->state(); }
  [[nodiscard]] bool has_pending_work() const noexcept override {
    return sound_->has_pending_work();
  }
  void save(StateWriter& writer) const override { sound_->save(writer); }
  [[nodiscard]] bool load(StateReader& reader) override { return sound_->load(reader); }

 private:
  std::unique_ptr<Replica> sound_;
};

// Everything the replica's exchange would put into a snapshot.
[[nodiscard]] std::vector<std::byte> saved(const Replica& replica);

}  // namespace hourglass::engine::test

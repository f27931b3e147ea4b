// Replica: an exchange that is fed a log instead of doors.
//
// Whoever re-executes a journal (start-up, audit, the snapshot writer) works on this interface, so
// that it need not know which clearing the venue was composed with. One virtual call a command.
#pragma once

#include <memory>
#include <span>

#include "engine/exchange/exchange.h"
#include "engine/order/command.h"
#include "engine/order/event.h"
#include "engine/order/state_bytes.h"

namespace hourglass::engine {

// Thread: one at a time.
class Replica {
 public:
  virtual ~Replica() = default;

  // As Exchange::apply; commands come stamped, in sequence, with rising times.
  virtual std::span<const Event> apply(const Command& command) noexcept = 0;
  // As Exchange::set_rule_set.
  virtual void set_rule_set(std::uint32_t version) noexcept = 0;
  [[nodiscard]] virtual const MarketState& state() const noexcept = 0;
  [[nodiscard]] virtual bool has_pending_work() const noexcept = 0;
  // Only without pending work.
  virtual void save(StateWriter& writer) const = 0;
  // Into a fresh replica. False: no state of such an exchange; the replica is unusable.
  [[nodiscard]] virtual bool load(StateReader& reader) = 0;
};

// Builds an empty exchange as the venue composes it.
using ReplicaFactory = std::unique_ptr<Replica> (*)();

// A replica over an exchange owned by somebody else.
template <Clearing ClearingType>
class ExchangeReplica final : public Replica {
 public:
  explicit ExchangeReplica(Exchange<ClearingType>& exchange) noexcept : exchange_(exchange) {}

  std::span<const Event> apply(const Command& command) noexcept override {
    return exchange_.apply(command);
  }
  void set_rule_set(std::uint32_t version) noexcept override { exchange_.set_rule_set(version); }
  [[nodiscard]] const MarketState& state() const noexcept override { return exchange_.state(); }
  [[nodiscard]] bool has_pending_work() const noexcept override {
    return exchange_.has_pending_work();
  }
  void save(StateWriter& writer) const override { exchange_.save(writer); }
  [[nodiscard]] bool load(StateReader& reader) override { return exchange_.load(reader); }

 private:
  Exchange<ClearingType>& exchange_;
};

// A replica that owns its exchange.
template <Clearing ClearingType>
class OwnedReplica final : public Replica {
 public:
  explicit OwnedReplica(const ExchangeLimits& limits = {}) : exchange_(limits) {}

  std::span<const Event> apply(const Command& command) noexcept override {
    return view_.apply(command);
  }
  void set_rule_set(std::uint32_t version) noexcept override { view_.set_rule_set(version); }
  [[nodiscard]] const MarketState& state() const noexcept override { return view_.state(); }
  [[nodiscard]] bool has_pending_work() const noexcept override { return view_.has_pending_work(); }
  void save(StateWriter& writer) const override { view_.save(writer); }
  [[nodiscard]] bool load(StateReader& reader) override { return view_.load(reader); }

 private:
  Exchange<ClearingType> exchange_;
  ExchangeReplica<ClearingType> view_{exchange_};
};

}  // namespace hourglass::engine

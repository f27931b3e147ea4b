// Subscriptions: who is to be told of what happens to which accounts, until it logs out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/types.h"
#include "gateway/fix/door/door_session.h"

namespace hourglass::gateway::fix {

// Of one kind, at once.
inline constexpr std::size_t kMaxSubscriptionsPerSession = 16;

struct Subscription {
  DoorSession* session = nullptr;
  std::string request_id;
  std::optional<engine::InstrumentId> instrument;  // of this contract alone

  [[nodiscard]] bool wants(engine::InstrumentId id) const noexcept {
    return !instrument.has_value() || *instrument == id;
  }
};

// Thread: one.
class Subscriptions {
 public:
  // One of the same session and id is replaced. False where the session has its number already.
  bool add(const Subscription& wanted, std::span<const engine::AccountId> accounts);
  // False where there is none.
  bool remove(const DoorSession& session, std::string_view request_id);
  // Ends all of the session's.
  void forget(const DoorSession& session);

  [[nodiscard]] std::span<const Subscription> of(engine::AccountId account) const;

 private:
  struct Entry {
    std::string request_id;
    std::vector<engine::AccountId> accounts;
  };

  absl::flat_hash_map<std::uint32_t, std::vector<Subscription>> by_account_;
  absl::flat_hash_map<std::uint32_t, std::vector<Entry>> by_session_;
};

}  // namespace hourglass::gateway::fix

// What OrderReports knows of each FIX session.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "engine/base/limits.h"
#include "engine/base/types.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/orders/order_table.h"
#include "gateway/fix/orders/session_ids.h"
#include "gateway/fix/orders/session_requests.h"

namespace hourglass::gateway::fix {

struct MemberSession {
  SessionIds ids;
  SessionRequests requests;
  WorkingList working;
};

// By session number, those that ever sent something. Thread: one.
class MemberSessions {
 public:
  static constexpr std::uint32_t kFirst = kFirstFixSession;
  static constexpr std::uint32_t kEnd = engine::kMaxSessions;

  static constexpr bool is_fix(engine::SessionId session) noexcept {
    return session.value() >= kFirst && session.value() < kEnd;
  }
  // Nothing for a session that never sent anything or is not FIX's.
  [[nodiscard]] MemberSession* find(engine::SessionId session) const noexcept {
    return is_fix(session) ? sessions_[session.value() - kFirst].get() : nullptr;
  }
  // `session` is FIX's.
  MemberSession& find_or_add(engine::SessionId session) {
    auto& place = sessions_[session.value() - kFirst];
    if (place == nullptr) place = std::make_unique<MemberSession>();
    return *place;
  }
  [[nodiscard]] const auto& all() const noexcept { return sessions_; }

 private:
  std::array<std::unique_ptr<MemberSession>, kEnd - kFirst> sessions_;
};

}  // namespace hourglass::gateway::fix

// DropCopies: which sessions get copies of execution reports, and that each gets each copy once.
//
// A session's own reports are numbered by the core; a drop copy's are other sessions' reports, for
// which no such number exists. Its file therefore holds the place of the last copy in the count of
// all execution reports since the beginning of history (ReportCopy::number): a function of history
// alone, so that after a crash the copies that follow are exactly those not recorded yet. A session
// that is new begins at the present.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/fix/door/door_session.h"
#include "gateway/fix/orders/order_reports.h"

namespace hourglass::gateway::fix {

// The session's file counts in 32 bits: behind this report no copies are made any more, and the
// operator is told.
inline constexpr std::uint64_t kMaxCopyNumber = 0xFFFF'FFFF;

// Thread: the door's.
class DropCopies {
 public:
  // Takes the drop copy sessions among `sessions`, with the accounts they have now. They outlive
  // this, or the next call.
  void set_sessions(const std::vector<DoorSession*>& sessions);
  // Reports up to `number` were offered to all sessions: new sessions begin there, and those whose
  // accounts change next are not told of what was. Cost: waits for the disk for each new session.
  void pass(std::uint64_t number);

  [[nodiscard]] bool wanted(engine::AccountId account, FixVersion version) const;
  // Sends the copy to who wants it and has not recorded it; `comp_id` is that of whose report it
  // is, empty where it is no member any more. In a recovery new sessions get nothing, and with
  // 97=Y goes what may have been sent before the power went.
  void send(const ReportCopy& copy, std::string_view comp_id, const MessageWriter& writer,
            bool is_recovery);

 private:
  std::vector<DoorSession*> sessions_;
  absl::flat_hash_map<std::uint32_t, std::vector<DoorSession*>> by_account_;
};

}  // namespace hourglass::gateway::fix

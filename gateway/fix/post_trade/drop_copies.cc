#include "gateway/fix/post_trade/drop_copies.h"

#include <algorithm>

namespace hourglass::gateway::fix {

void DropCopies::set_sessions(const std::vector<DoorSession*>& sessions) {
  sessions_.clear();
  by_account_.clear();
  for (DoorSession* session : sessions) {
    if (!session->member().drop_copy) continue;
    sessions_.push_back(session);
    for (const std::uint32_t account : session->member().accounts) {
      by_account_[account].push_back(session);
    }
  }
}

void DropCopies::pass(std::uint64_t number) {
  for (DoorSession* session : sessions_) {
    // What it could not record is sent when the venue starts again.
    if (!session->trouble().empty()) continue;
    session->file().pass_reports(static_cast<std::uint32_t>(std::min(number, kMaxCopyNumber)));
  }
}

bool DropCopies::wanted(engine::AccountId account, FixVersion version) const {
  const auto watchers = by_account_.find(account.value());
  return watchers != by_account_.end() &&
         std::ranges::any_of(watchers->second, [version](const DoorSession* session) {
           return session->version() == version;
         });
}

void DropCopies::send(const ReportCopy& copy, std::string_view comp_id, const MessageWriter& writer,
                      bool is_recovery) {
  const auto watchers = by_account_.find(copy.account.value());
  if (watchers == by_account_.end() || copy.number > kMaxCopyNumber) return;
  for (DoorSession* session : watchers->second) {
    const SessionFile& file = session->file();
    const auto number = static_cast<std::uint32_t>(copy.number);
    const bool is_lost = is_recovery && file.lost().has_report(number);
    if (session->version() != copy.version || (number <= file.last_report() && !is_lost)) continue;
    if (is_recovery) {
      if (file.last_report() == 0) continue;
      session->set_possibly_resent(is_lost || file.power_was_lost());
    }
    session->send_on_behalf_of(comp_id, writer, number);
  }
}

}  // namespace hourglass::gateway::fix

// Which sessions the door has: one for each member, whose file can be read.
#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "gateway/fix/door/file_alarms.h"
#include "gateway/fix/door/fix_door.h"
#include "gateway/fix/door/member_change.h"
#include "gateway/fix/members/session_file_name.h"

namespace hourglass::gateway::fix {

absl::Status FixDoor::open_session(const Member& member) {
  const auto was_here = std::ranges::find_if(retired_, [&member](const auto& retired) {
    return retired->member().session == member.session &&
           retired->member().comp_id == member.comp_id &&
           retired->member().version == member.version &&
           retired->member().drop_copy == member.drop_copy;
  });
  if (was_here != retired_.end()) {
    (*was_here)->set_member(member);
    by_number_[member.session] = was_here->get();
    sessions_[member.comp_id] = std::move(*was_here);
    retired_.erase(was_here);
    return absl::OkStatus();
  }
  const auto closed = closed_.find(member.comp_id);
  if (closed != closed_.end() && closed->second.session == member.session) return absl::OkStatus();
  const std::string& directory =
      settings_.session_directory.empty() ? settings_.directory : settings_.session_directory;
  auto file = SessionFile::open(fmt::format("{}/{}", directory, session_file_name(member)),
                                {.ring_bytes = settings_.session_file_bytes});
  if (absl::IsDataLoss(file.status())) {
    context_.alarms.push_back(alarm_of_closed(member.comp_id, file.status()));
    closed_.insert_or_assign(member.comp_id, member);
    return absl::OkStatus();
  }
  if (!file.ok()) return file.status();
  if (journal_) {
    const auto named = (*file)->journal();
    if (named && *named != *journal_ && (*file)->last_report() != 0) {
      return absl::FailedPreconditionError(fmt::format(
          "{} is the session file of another journal; {} cannot log on until it is moved away",
          (*file)->path(), member.comp_id));
    }
    (*file)->set_journal(*journal_);
  }
  if (const auto alarm = alarm_of_found(**file)) context_.alarms.push_back(*alarm);
  if ((*file)->epoch_time_ns() == 0) (*file)->reset(context_.applied, context_.now_ns);
  (*file)->resume_target((*file)->safe_target());
  const Dictionaries& dictionaries = member.version == FixVersion::kFix44 ? *fix44_ : *fix50_;
  auto session =
      std::make_unique<DoorSession>(member, *std::move(file), dictionaries, application_, context_);
  by_number_[member.session] = session.get();
  sessions_[member.comp_id] = std::move(session);
  return absl::OkStatus();
}

absl::Status FixDoor::set_members(const MemberList& members) {
  for (const Member& member : members.all()) {
    const auto found = sessions_.find(member.comp_id);
    if (found == sessions_.end()) continue;
    const absl::Status status = check_change(found->second->member(), member);
    if (!status.ok()) return status;
  }
  // One of the same name with another number is somebody else.
  const auto is_listed = [&members](const Member& member) {
    const Member* const listed = members.find(member.comp_id);
    return listed != nullptr && listed->session == member.session;
  };
  // First, since another may have been given the number of one that is gone.
  for (auto session = sessions_.begin(); session != sessions_.end();) {
    if (is_listed(session->second->member())) {
      ++session;
      continue;
    }
    if (session->second->connection() != nullptr) {
      session->second->log_out("this session was removed");
      if (Connection* still = session->second->connection()) still->flush();
      if (Connection* still = session->second->connection()) still->close("removed");
    }
    retired_.push_back(std::move(session->second));
    session = sessions_.erase(session);
  }
  // Again for what a closed contract kept, but not where another has the number since.
  for (const auto& gone : retired_) {
    if (is_listed(gone->member())) continue;
    if (session(gone->id()) == gone.get()) application_.on_removed(*gone);
  }
  absl::Status result;
  for (const Member& member : members.all()) {
    const auto found = sessions_.find(member.comp_id);
    if (found != sessions_.end()) {
      found->second->set_member(member);
    } else if (const absl::Status status = open_session(member); !status.ok()) {
      result = status;
    }
  }
  return result;
}

void FixDoor::set_journal(const std::optional<engine::JournalUuid>& journal) {
  journal_ = journal;
  for (DoorSession* const session : sessions()) {
    if (journal) session->file().set_journal(*journal);
  }
}

const Member* FixDoor::member(engine::SessionId id) const {
  if (const DoorSession* const its = session(id)) return &its->member();
  const auto closed = std::ranges::find_if(
      closed_, [id](const auto& entry) { return entry.second.session == id.value(); });
  return closed == closed_.end() ? nullptr : &closed->second;
}

DoorSession* FixDoor::session(engine::SessionId id) const {
  const auto found = by_number_.find(id.value());
  return found == by_number_.end() ? nullptr : found->second;
}

std::vector<DoorSession*> FixDoor::sessions() const {
  std::vector<DoorSession*> all;
  for (const auto& [name, session] : sessions_) all.push_back(session.get());
  for (const auto& session : retired_) all.push_back(session.get());
  return all;
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/members/members_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <thread>

#include "gateway/daemon/starter_members.h"
#include "gateway/fix/members/session_file_name.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::chrono::milliseconds kBetweenTries{5};

}  // namespace

MembersFile::MembersFile(std::string_view folder)
    : folder_(folder), path_(fmt::format("{}/members.json", folder)) {}

MembersFile::~MembersFile() {
  if (lock_ >= 0) ::close(lock_);
}

absl::StatusOr<MemberList> MembersFile::read() const {
  auto list = MemberList::load(path_);
  if (absl::IsNotFound(list.status())) return MemberList();
  return list;
}

absl::StatusOr<MemberList> MembersFile::read_to_change(std::chrono::milliseconds patience) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return absl::ErrnoToStatus(error.value(), fmt::format("make {}", folder_));
  lock_ = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) return absl::ErrnoToStatus(errno, fmt::format("open {}", folder_));
  // The file itself is replaced by each change, so its lock would be of one that is gone.
  for (std::chrono::milliseconds waited{0}; ::flock(lock_, LOCK_EX | LOCK_NB) != 0;
       waited += kBetweenTries) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return absl::ErrnoToStatus(errno, fmt::format("lock {}", folder_));
    }
    if (waited >= patience) {
      return absl::UnavailableError(
          fmt::format("{}: another program is changing the members, try again", folder_));
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
  return read();
}

absl::Status MembersFile::check_list_is_not_lost() const {
  std::error_code error;
  if (std::filesystem::exists(path_, error)) return absl::OkStatus();
  std::string found;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    const bool is_trace = name.ends_with(kSessionFileSuffix) || name == kStarterCredentials;
    if (is_trace && (found.empty() || name < found)) found = name;
  }
  if (found.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "{} is missing, but {}/{} is there: there were members, and a new list would give their "
      "numbers, and what was recorded for them, to others. Nothing was changed. Put the list back; "
      "to begin a new one move {} and all *{} files of {} away first",
      path_, folder_, found, kStarterCredentials, kSessionFileSuffix, folder_));
}

absl::Status MembersFile::write(const MemberList& list) const {
  return list.save(path_);
}

absl::Status MembersFile::replace_password_hash(const Member& member, const std::string& hash) {
  auto list = read_to_change();
  if (!list.ok()) return absl::InternalError(list.status().message());
  const Member* const listed = list->find(member.comp_id);
  if (listed == nullptr || listed->session != member.session) {
    return absl::NotFoundError(fmt::format("{} is not listed any more", member.comp_id));
  }
  if (listed->password_hash != member.password_hash) {
    return absl::AbortedError(
        fmt::format("the password of {} was changed by somebody else", member.comp_id));
  }
  Member changed = *listed;
  changed.password_hash = hash;
  absl::Status status = list->update(changed);
  if (status.ok()) status = write(*list);
  return status.ok() ? status : absl::InternalError(status.message());
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/members/member_list.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/base/limits.h"
#include "gateway/fix/members/member_json.h"

namespace hourglass::gateway::fix {
namespace {

constexpr mode_t kOwnerOnly = 0600;  // hashes can be guessed at by who reads them
static_assert(kFirstFixSession + kMaxMembers <= engine::kMaxSessions);

absl::Status system_error(std::string_view action, std::string_view path) {
  return absl::ErrnoToStatus(errno, fmt::format("{} {}", action, path));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

// The whole of a file of at most kMaxMembersFileBytes.
absl::StatusOr<std::string> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return system_error("open", path);
  struct stat about {};
  if (::fstat(file.number(), &about) != 0) return system_error("read", path);
  if (!S_ISREG(about.st_mode)) {
    return absl::InvalidArgumentError(fmt::format("{}: not a regular file", path));
  }
  std::string text(kMaxMembersFileBytes + 1, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(file.number(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled > kMaxMembersFileBytes) {
    return absl::InvalidArgumentError(
        fmt::format("{}: over {} bytes, which no list of members has", path, kMaxMembersFileBytes));
  }
  text.resize(filled);
  return text;
}

absl::Status write_new_file(const std::string& path, std::string_view text) {
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!file.is_open()) return system_error("open", path);
  // One left behind by a crash keeps the mode it had.
  if (::fchmod(file.number(), kOwnerOnly) != 0) return system_error("chmod", path);
  while (!text.empty()) {
    const ssize_t put = ::write(file.number(), text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error("write", path);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(file.number()) != 0) return system_error("fsync", path);
  return absl::OkStatus();
}

absl::Status sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) return system_error("open", folder);
  if (::fsync(directory.number()) != 0) return system_error("fsync", folder);
  return absl::OkStatus();
}

absl::Status session_taken(const Member& member, const std::vector<Member>& all) {
  const auto holder = std::find_if(all.begin(), all.end(), [&member](const Member& other) {
    return other.session == member.session && other.comp_id != member.comp_id;
  });
  return absl::AlreadyExistsError(fmt::format("member {}: session: {} is member {}'s",
                                              member.comp_id, member.session,
                                              holder == all.end() ? "another" : holder->comp_id));
}

}  // namespace

absl::StatusOr<MemberList> MemberList::load(const std::string& path) {
  const auto text = read_file(path);
  if (!text.ok()) return text.status();
  MemberList list;
  auto members = parse_members(*text, &list.next_session_);
  if (!members.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path, std::string(members.status().message())));
  }
  for (Member& member : *members) {
    const absl::Status added = list.add(std::move(member));
    if (added.ok()) continue;
    return absl::InvalidArgumentError(fmt::format("{}: {}", path, std::string(added.message())));
  }
  return list;
}

absl::Status MemberList::save(const std::string& path) const {
  const std::string temporary = path + ".new";
  absl::Status status = write_new_file(temporary, members_text(members_, reserved_session()));
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    status = system_error("rename", temporary);
  }
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return sync_folder_of(path);
}

const Member* MemberList::find(std::string_view comp_id) const noexcept {
  const auto at = places_.find(comp_id);
  return at == places_.end() ? nullptr : &members_[at->second];
}

absl::Status MemberList::add(Member member) {
  if (members_.size() >= kMaxMembers) {
    return absl::ResourceExhaustedError(
        fmt::format("there are {} members already, the most there can be", kMaxMembers));
  }
  if (member.session == 0) member.session = std::max(next_session_, kFirstFixSession);
  if (absl::Status status = check_member(member); !status.ok()) return status;
  if (find(member.comp_id) != nullptr) {
    return absl::AlreadyExistsError(
        fmt::format("member {}: comp_id: there is one of this name", member.comp_id));
  }
  if (!numbers_.insert(member.session).second) return session_taken(member, members_);
  places_.emplace(member.comp_id, members_.size());
  next_session_ = std::max(next_session_, member.session + 1);
  members_.push_back(std::move(member));
  return absl::OkStatus();
}

absl::Status MemberList::remove(std::string_view comp_id) {
  const Member* const member = find(comp_id);
  if (member == nullptr) return absl::NotFoundError(fmt::format("no member {}", comp_id));
  const auto place = member - members_.data();
  numbers_.erase(member->session);
  places_.erase(member->comp_id);
  members_.erase(members_.begin() + place);
  for (std::size_t i = static_cast<std::size_t>(place); i < members_.size(); ++i) {
    places_[members_[i].comp_id] = i;
  }
  return absl::OkStatus();
}

absl::Status MemberList::update(const Member& member) {
  const Member* const old = find(member.comp_id);
  if (old == nullptr) return absl::NotFoundError(fmt::format("no member {}", member.comp_id));
  if (absl::Status status = check_member(member); !status.ok()) return status;
  if (member.session != old->session) {
    if (!numbers_.insert(member.session).second) return session_taken(member, members_);
    numbers_.erase(old->session);
  }
  members_[static_cast<std::size_t>(old - members_.data())] = member;
  return absl::OkStatus();
}

// Only what the members themselves do not say.
std::uint32_t MemberList::reserved_session() const {
  std::uint32_t said = kFirstFixSession;
  for (const Member& member : members_) said = std::max(said, member.session + 1);
  return next_session_ > said ? next_session_ : 0;
}

}  // namespace hourglass::gateway::fix

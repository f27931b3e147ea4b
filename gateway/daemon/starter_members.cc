#include "gateway/daemon/starter_members.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <utility>

#include "fmt/format.h"
#include "gateway/daemon/starter_list.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/members/members_file.h"

namespace hourglass::gateway {
namespace {

constexpr std::size_t kPasswordBytes = 12;  // 24 hex digits

absl::StatusOr<std::string> fresh_password() {
  std::array<unsigned char, kPasswordBytes> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return absl::InternalError("the system gives no random bytes for a password");
  }
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

absl::Status write_private_file(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (written) return absl::OkStatus();
  return absl::InternalError(fmt::format("cannot write {}: {}", path, std::strerror(error)));
}

// Adds a member with a fresh password, which a line of `credentials` then names.
absl::Status add_member(fix::Member member, fix::MemberList& members, std::string& credentials) {
  const auto password = fresh_password();
  if (!password.ok()) return password.status();
  const auto hash = fix::hash_password(*password);
  if (!hash.ok()) return hash.status();
  member.password_hash = *hash;
  credentials += fmt::format("{} {}\n", member.comp_id, *password);
  return members.add(std::move(member));
}

absl::StatusOr<fix::MemberList> make_starter_members(const std::string& directory,
                                                     const std::string& list_path) {
  fix::MemberList members;
  std::string credentials;
  std::uint32_t number = 1;
  for (const std::uint32_t account : kStarterAccounts) {
    fix::Member trader;
    trader.comp_id = fmt::format("TRADER{}", number++);
    trader.accounts = {account};
    const absl::Status status = add_member(std::move(trader), members, credentials);
    if (!status.ok()) return status;
  }
  fix::Member copies;
  copies.comp_id = kStarterDropCopy;
  copies.accounts.assign(std::begin(kStarterAccounts), std::end(kStarterAccounts));
  copies.drop_copy = true;
  const absl::Status status = add_member(std::move(copies), members, credentials);
  if (!status.ok()) return status;
  // The passwords first: a list without them could not be used by anybody.
  const std::string credentials_path = fmt::format("{}/{}", directory, kStarterCredentials);
  if (const absl::Status status = write_private_file(credentials_path, credentials); !status.ok()) {
    return status;
  }
  if (const absl::Status status = members.save(list_path); !status.ok()) return status;
  return members;
}

}  // namespace

absl::StatusOr<fix::MemberList> open_members(const std::string& directory, bool is_first_start) {
  std::error_code error;
  const std::string path = fmt::format("{}/members.json", directory);
  if (!is_first_start && !std::filesystem::exists(path, error)) {
    return absl::FailedPreconditionError(fmt::format(
        "{} is missing, but there is a journal: the venue is not new, and its members are not "
        "replaced by others. Put the list back; where there never was one (all runs were with "
        "--no-fix) begin it with `hourglass member add`",
        path));
  }
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::InvalidArgumentError(
        fmt::format("cannot make the directory {}: {}", directory, error.message()));
  }
  if (const absl::Status status = fix::start_cryptography(); !status.ok()) return status;
  auto members = fix::MemberList::load(path);
  if (!absl::IsNotFound(members.status())) return members;
  // Somebody may be adding the first one at this moment.
  fix::MembersFile file(directory);
  members = file.read_to_change();
  if (!members.ok() || std::filesystem::exists(path, error)) return members;
  return make_starter_members(directory, path);
}

}  // namespace hourglass::gateway

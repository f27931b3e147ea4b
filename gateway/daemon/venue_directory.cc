#include "gateway/daemon/venue_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>
#include <vector>

#include "engine/journal/event_store.h"
#include "engine/journal/file_device.h"
#include "engine/journal/segment_list.h"
#include "engine/journal/snapshot_file.h"
#include "fmt/format.h"
#include "gateway/fix/members/session_file_name.h"
#include "gateway/fix/store/session_file_layout.h"
#include "gateway/fix/store/session_file_upgrade.h"

namespace hourglass::gateway {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kBetweenTries{10};

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator at(directory, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// A segment's index is there before the segment is, empty.
bool names_frames(const fs::path& index) {
  std::ifstream file(index, std::ios::binary);
  return std::any_of(std::istreambuf_iterator<char>(file), {}, [](char byte) { return byte != 0; });
}

// Whether the newer whole header copy of `Copy`'s version, if there is one, knows of anything.
template <class Copy>
bool knows_of_use(const std::byte* from, std::uint64_t (*offset)(std::uint64_t generation)) {
  std::optional<Copy> newest;
  for (const std::uint64_t copy : {0U, 1U}) {
    const auto header = fix::block_at<Copy>(from + offset(copy));
    if (header.crc != fix::checksum_of(header)) continue;
    if (!newest || header.generation > newest->generation) newest = header;
  }
  return !newest || newest->next_sender > 1 || newest->next_target > 1 || newest->last_report > 0;
}

// Read only, for opening a session's file takes it on to this start. One that is not to be
// understood counts as used, except one that was never filled.
bool was_used(const fs::path& session_file) {
  std::ifstream file(session_file, std::ios::binary);
  std::vector<char> bytes(fix::kRingOffset);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.gcount() == 0) return false;
  if (file.gcount() != static_cast<std::streamsize>(bytes.size())) return true;
  const auto* const from = reinterpret_cast<const std::byte*>(bytes.data());
  if (fix::block_at<fix::FileIdentity>(from).version == fix::kSessionFileVersion1) {
    return knows_of_use<fix::HeaderCopyV1>(from, fix::header_offset_v1);
  }
  return knows_of_use<fix::HeaderCopy>(from, fix::header_offset);
}

// The journal that a session's file names, if it does.
std::optional<engine::JournalUuid> journal_named(const fs::path& session_file) {
  std::ifstream file(session_file, std::ios::binary);
  std::array<char, fix::kJournalMarkOffset + sizeof(fix::JournalMark)> bytes;
  if (!file.read(bytes.data(), bytes.size())) return std::nullopt;
  return fix::journal_at(reinterpret_cast<const std::byte*>(bytes.data()) +
                         fix::kJournalMarkOffset);
}

// False where another process holds it longer than we wait.
bool lock_patiently(int descriptor) {
  for (std::chrono::milliseconds waited{0}; ::flock(descriptor, LOCK_EX | LOCK_NB) != 0;
       waited += kBetweenTries) {
    if ((errno != EWOULDBLOCK && errno != EINTR) || waited >= kDirectoryPatience) return false;
    std::this_thread::sleep_for(kBetweenTries);
  }
  return true;
}

// The first thing in `directory` that only trading leaves; empty: nothing.
std::string trace_of_trading(const fs::path& directory) {
  for (const std::string& name : names_in(directory)) {
    if (name == engine::kEventStoreName) return fmt::format("an event store ({})", name);
    if (name.starts_with(engine::kSnapshotPrefix)) return fmt::format("a snapshot ({})", name);
    const bool is_index =
        name.starts_with(engine::kIndexPrefix) && name.ends_with(engine::kIndexSuffix);
    if (is_index && names_frames(directory / name)) return fmt::format("a used index ({})", name);
  }
  for (const std::string& name : names_in(directory / "fix")) {
    if (!name.ends_with(fix::kSessionFileSuffix) || !was_used(directory / "fix" / name)) continue;
    return fmt::format("a session's file that was used (fix/{})", name);
  }
  return {};
}

}  // namespace

absl::StatusOr<std::unique_ptr<VenueDirectory>> VenueDirectory::open(std::string path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return absl::InvalidArgumentError(
        fmt::format("cannot make the data directory {}: {}", path, error.message()));
  }
  const int lock = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0) {
    return absl::InvalidArgumentError(
        fmt::format("cannot open the data directory {}: {}", path, std::strerror(errno)));
  }
  auto directory = std::unique_ptr<VenueDirectory>(new VenueDirectory(std::move(path), lock));
  if (!lock_patiently(lock)) {
    if (errno == EWOULDBLOCK) {
      return absl::FailedPreconditionError(fmt::format(
          "another process uses the data directory {}: one venue at a time", directory->path_));
    }
    return absl::InternalError(fmt::format("cannot lock the data directory {}: {}",
                                           directory->path_, std::strerror(errno)));
  }
  directory->has_journal_ =
      std::ranges::any_of(names_in(directory->path_), [](const std::string& name) {
        return name.starts_with(engine::kSegmentPrefix) && name.ends_with(engine::kSegmentSuffix);
      });
  return directory;
}

VenueDirectory::~VenueDirectory() {
  ::close(lock_);
}

absl::Status VenueDirectory::check_journal_is_not_missing() const {
  if (has_journal_) return absl::OkStatus();
  const std::string found = trace_of_trading(path_);
  if (found.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "the data directory {} holds {} of earlier trading, but no journal (seg-*.hgj). Nothing was "
      "changed. Put its segments back, or start on another directory; for a new venue here move "
      "everything but fix/members.json and fix/tls away first",
      path_, found));
}

std::optional<engine::JournalUuid> VenueDirectory::journal() const {
  const auto device = engine::FileDevice::open_existing(path_);
  if (!device.ok()) return std::nullopt;
  const auto list = engine::list_segments(**device);
  if (!list.ok() || list->segments.empty()) return std::nullopt;
  return list->segments.front().header.uuid;
}

absl::Status VenueDirectory::check_session_files(const fix::MemberList& members) const {
  const auto ours = journal();
  if (!ours) return absl::OkStatus();
  for (const fix::Member& member : members.all()) {
    const std::string file = fmt::format("{}/fix/{}", path_, fix::session_file_name(member));
    const auto named = journal_named(file);
    if (!named || *named == *ours || !was_used(file)) continue;
    return absl::FailedPreconditionError(fmt::format(
        "{} is the session file of another journal than the one in {}: its numbers and reports "
        "have nothing to do with this venue's. Nothing was changed. Put back what belongs "
        "together, or move the file away: then the session's numbers go on far above any it had, "
        "and it is told the reports of this journal; a drop copy session begins anew at 1",
        file, path_));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> VenueDirectory::empty_volatile_sessions() const {
  const std::string directory = fmt::format("{}/fix/volatile", path_);
  std::error_code error;
  fs::remove_all(directory, error);
  if (!error) fs::create_directories(directory, error);
  if (!error) return directory;
  return absl::InternalError(fmt::format("cannot empty {}: {}", directory, error.message()));
}

}  // namespace hourglass::gateway

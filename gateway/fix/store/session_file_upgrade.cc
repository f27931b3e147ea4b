#include "gateway/fix/store/session_file_upgrade.h"

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace hourglass::gateway::fix {
namespace {

absl::Status system_error(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("{} {}", what, path));
}

template <class Block>
bool write_at(int descriptor, const Block& block, std::uint64_t offset) {
  const ssize_t put = ::pwrite(descriptor, &block, sizeof(block), static_cast<off_t>(offset));
  if (put >= 0 && put != static_cast<ssize_t>(sizeof(block))) errno = ENOSPC;
  return put == static_cast<ssize_t>(sizeof(block));
}

bool is_whole(const HeaderCopyV1& header, std::uint64_t copy) {
  return header.crc == checksum_of(header) && header.generation % 2 == copy;
}

HeaderCopy todays(const HeaderCopyV1& old) {
  return {.life = old.life,
          .generation = old.generation,
          .head = old.head,
          .tail = old.tail,
          .life_start = old.life_start,
          .epoch_applied = old.epoch_applied,
          .epoch_time_ns = old.epoch_time_ns,
          .next_sender = old.next_sender,
          .next_target = old.next_target,
          .safe_target = old.safe_target,
          .last_report = old.last_report,
          .closed_in_order = old.closed_in_order,
          .is_after_power_loss = old.is_after_power_loss,
          .epoch_life = old.epoch_life,
          .boot_id = old.boot_id};
}

}  // namespace

absl::Status upgrade_session_file(int descriptor, const std::string& path, FileIdentity identity) {
  std::array<HeaderCopyV1, 2> old;
  for (std::uint64_t copy = 0; copy < old.size(); ++copy) {
    const ssize_t got = ::pread(descriptor, &old[copy], sizeof(old[copy]),
                                static_cast<off_t>(header_offset_v1(copy)));
    if (got < 0) return system_error("reading", path);
    if (got != static_cast<ssize_t>(sizeof(old[copy]))) old[copy] = {};  // damaged, by its checksum
  }
  if (!is_whole(old[0], 0) && !is_whole(old[1], 1)) {
    return absl::DataLossError(fmt::format("{}: both copies of the header are damaged", path));
  }
  for (std::uint64_t copy = 0; copy < old.size(); ++copy) {
    HeaderCopy header = todays(old[copy]);
    header.crc = checksum_of(header);
    if (!is_whole(old[copy], copy)) header.crc = ~header.crc;
    if (!write_at(descriptor, header, header_offset(copy))) return system_error("writing", path);
  }
  if (::fdatasync(descriptor) != 0) return system_error("syncing", path);
  identity.version = kSessionFileVersion;
  identity.crc = checksum_of(identity);
  if (!write_at(descriptor, identity, 0)) return system_error("writing", path);
  if (::fdatasync(descriptor) != 0) return system_error("syncing", path);
  return absl::OkStatus();
}

}  // namespace hourglass::gateway::fix

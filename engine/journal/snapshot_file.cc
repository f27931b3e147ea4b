#include "engine/journal/snapshot_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/journal/crc32c.h"
#include "engine/order/command.h"

namespace hourglass::engine {
namespace {

constexpr std::array<char, 8> kMagic = {'H', 'G', 'S', 'N', 'A', 'P', '0', '1'};
constexpr std::uint32_t kFormatVersion = 1;
// A state is written in pieces, so that no single call holds the disk for long.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
static_assert(SnapshotWriter::kSyncBytes % kPieceBytes == 0);
constexpr std::string_view kTemporarySuffix = ".tmp";

std::uint32_t header_checksum(const SnapshotHeader& header) noexcept {
  return crc32c(bytes_of(header).first(sizeof(header) - sizeof(header.checksum)),
                checksum_seed(header.uuid));
}

absl::Status damaged(std::string_view name, std::string_view what) {
  return absl::DataLossError(fmt::format("{}: {}", name, what));
}

// Checks the header alone; afterwards state_bytes can be relied on.
absl::Status check_header(std::string_view name, const SnapshotHeader& header,
                          std::uint64_t file_bytes) {
  if (header.magic != kMagic) return damaged(name, "the magic is not HGSNAP01");
  if (header.checksum != header_checksum(header)) {
    return damaged(name, "the header's checksum does not match");
  }
  if (header.format_version != kFormatVersion) {
    return damaged(name, fmt::format("format version {} is not known", header.format_version));
  }
  if (header.layout_version != kLayoutVersion) {
    return damaged(name, fmt::format("layout version {} is not known", header.layout_version));
  }
  if (header.reserved != 0 || !all_zero(header.reserved2)) {
    return damaged(name, "reserved bytes of the header are not zero");
  }
  if (header.state_bytes > kMaxSnapshotBytes ||
      header.state_bytes != file_bytes - sizeof(SnapshotHeader)) {
    return damaged(name, fmt::format("the file has {} bytes, the header says {} of state",
                                     file_bytes, header.state_bytes));
  }
  if (snapshot_file_name(header.sequence) != name) {
    return damaged(name, "the header's sequence is not the name's");
  }
  return absl::OkStatus();
}

}  // namespace

std::string snapshot_file_name(SequenceNumber sequence) {
  return fmt::format("{}{:020}{}", kSnapshotPrefix, sequence.value(), kSnapshotSuffix);
}

SnapshotWriter::SnapshotWriter(JournalDevice& device, const SnapshotPlace& place,
                               std::span<const std::byte> state)
    : device_(device),
      place_(place),
      state_(state),
      temporary_(snapshot_file_name(place.sequence) + std::string(kTemporarySuffix)) {}

absl::StatusOr<bool> SnapshotWriter::step() {
  auto done = advance();
  if (!done.ok()) abandon();
  return done;
}

void SnapshotWriter::abandon() {
  file_.reset();
  if (std::exchange(begun_, false)) device_.remove(temporary_).IgnoreError();
}

absl::StatusOr<bool> SnapshotWriter::advance() {
  if (state_.size() > kMaxSnapshotBytes) return absl::InvalidArgumentError("snapshot too large");
  if (file_ == nullptr) {
    begun_ = true;
    auto file = device_.open(temporary_, OpenMode::kCreate);
    if (!file.ok()) return file.status();
    file_ = *std::move(file);
    at_ = 0;
    sha_.start();
  }
  if (at_ < state_.size()) {
    const auto piece = state_.subspan(at_, std::min(kPieceBytes, state_.size() - at_));
    sha_.update(piece);
    if (absl::Status s = file_->write(sizeof(SnapshotHeader) + at_, piece); !s.ok()) return s;
    at_ += piece.size();
    if (at_ % kSyncBytes == 0) {
      if (absl::Status s = file_->sync(); !s.ok()) return s;
    }
    return false;
  }
  if (absl::Status s = finish(); !s.ok()) return s;
  return true;
}

// The header comes last, because it holds the state's hash; the name comes after both.
absl::Status SnapshotWriter::finish() {
  SnapshotHeader header{.magic = kMagic,
                        .format_version = kFormatVersion,
                        .layout_version = kLayoutVersion,
                        .rule_set_version = place_.rule_set_version,
                        .reserved = 0,
                        .uuid = place_.uuid,
                        .sequence = place_.sequence,
                        .state_bytes = state_.size(),
                        .event_digest = place_.event_digest,
                        .chain = place_.chain,
                        .state_sha256 = sha_.finish(),
                        .reserved2 = {},
                        .checksum = 0};
  header.checksum = header_checksum(header);
  if (absl::Status s = file_->write(0, bytes_of(header)); !s.ok()) return s;
  if (absl::Status s = file_->sync(); !s.ok()) return s;
  file_.reset();
  absl::Status renamed = device_.rename(temporary_, snapshot_file_name(place_.sequence));
  if (!renamed.ok()) return renamed;
  begun_ = false;
  return device_.sync_directory();
}

absl::Status write_snapshot(JournalDevice& device, const SnapshotPlace& place,
                            std::span<const std::byte> state) {
  SnapshotWriter writer(device, place, state);
  for (;;) {  // ends: each step writes a piece of a finite state
    const auto done = writer.step();
    if (!done.ok()) return done.status();
    if (*done) return absl::OkStatus();
  }
}

absl::StatusOr<Snapshot> read_snapshot(JournalDevice& device, std::string_view name,
                                       const JournalUuid& uuid,
                                       std::optional<std::uint32_t> rule_set_version) {
  auto file = device.open(name, OpenMode::kRead);
  if (!file.ok()) return file.status();
  const auto size = (*file)->size();
  if (!size.ok()) return size.status();
  SnapshotHeader header;
  if (*size < sizeof(header)) return damaged(name, "the file ends inside its header");
  absl::Status read = (*file)->read(0, std::as_writable_bytes(std::span(&header, 1)));
  if (!read.ok()) return read;
  if (absl::Status s = check_header(name, header, *size); !s.ok()) return s;
  if (header.uuid != uuid) {
    return absl::FailedPreconditionError(fmt::format("{} belongs to another journal", name));
  }
  if (rule_set_version && header.rule_set_version != *rule_set_version) {
    return absl::FailedPreconditionError(fmt::format("{} was made under rule set {}, not {}", name,
                                                     header.rule_set_version, *rule_set_version));
  }
  if (!rule_set_version && !is_known_rule_set(header.rule_set_version)) {
    return absl::FailedPreconditionError(
        fmt::format("{} was made under rule set {}, which this program does not know", name,
                    header.rule_set_version));
  }

  Snapshot snapshot{.place = {.uuid = header.uuid,
                              .rule_set_version = header.rule_set_version,
                              .sequence = header.sequence,
                              .event_digest = header.event_digest,
                              .chain = header.chain},
                    .state = std::vector<std::byte>(header.state_bytes)};
  read = (*file)->read(sizeof(header), snapshot.state);
  if (!read.ok()) return read;
  if (Sha256().of(snapshot.state) != header.state_sha256) {
    return damaged(name, "the state does not hash to what the header says");
  }
  return snapshot;
}

absl::StatusOr<std::vector<std::string>> list_snapshots(JournalDevice& device) {
  auto names = device.list();
  if (!names.ok()) return names.status();
  std::erase_if(*names, [](const std::string& name) {
    return !sequence_in_name(name, kSnapshotPrefix, kSnapshotSuffix);
  });
  std::reverse(names->begin(), names->end());  // listed in order of their zero-padded sequence
  return *std::move(names);
}

absl::Status remove_old_snapshots(JournalDevice& device, SequenceNumber newest,
                                  std::uint32_t keep) {
  const auto names = device.list();
  if (!names.ok()) return names.status();
  std::uint32_t kept = 0;
  for (auto name = names->rbegin(); name != names->rend(); ++name) {  // newest first
    std::string_view whole = *name;
    const bool left_over = whole.ends_with(kTemporarySuffix);
    if (left_over) whole.remove_suffix(kTemporarySuffix.size());
    const auto sequence = sequence_in_name(whole, kSnapshotPrefix, kSnapshotSuffix);
    if (!sequence || (!left_over && (*sequence > newest || ++kept <= keep))) continue;
    if (absl::Status s = device.remove(*name); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace hourglass::engine

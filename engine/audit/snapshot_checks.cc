#include "engine/audit/snapshot_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hourglass::engine {

using Verdict = SnapshotComparison::Verdict;

std::string_view name(SnapshotComparison::Verdict verdict) {
  switch (verdict) {
    case Verdict::kNotReached: return "not_reached";
    case Verdict::kTakenOnTrust: return "taken_on_trust";
    case Verdict::kEqual: return "equal";
    case Verdict::kDiffers: return "differs";
    case Verdict::kRefused: return "refused";
  }
  return "?";
}

absl::StatusOr<SnapshotChecks> SnapshotChecks::list(JournalDevice& device, const JournalUuid& uuid,
                                                    SequenceNumber started_after) {
  auto names = list_snapshots(device);
  if (!names.ok()) return names.status();
  std::reverse(names->begin(), names->end());
  SnapshotChecks checks(device, uuid);
  for (std::string& file : *names) {
    const auto sequence = sequence_in_name(file, kSnapshotPrefix, kSnapshotSuffix);
    Item& item = checks.items_.emplace_back();
    item.result.file = std::move(file);
    item.sequence = *sequence;
    // A replay that begins at the first command begins after 0, where no snapshot is taken.
    if (*sequence > started_after) continue;
    item.result.verdict = Verdict::kTakenOnTrust;
    ++checks.next_;
  }
  return checks;
}

bool SnapshotChecks::has(SequenceNumber through) const noexcept {
  return std::any_of(items_.begin() + static_cast<std::ptrdiff_t>(next_), items_.end(),
                     [through](const Item& item) { return item.sequence == through; });
}

void SnapshotChecks::at(const DigestPoint& point, const FrameView& frame, const Replica& replica) {
  while (next_ < items_.size() && items_[next_].sequence < point.through) settle(items_[next_++]);
  if (next_ == items_.size() || items_[next_].sequence != point.through) return;
  Item& item = items_[next_];
  if (!item.compared) compare(item, point, replica);
  // Several frames may name one point; the snapshot's chain is that of one of them.
  item.chain_seen = item.chain_seen || item.chain == frame.header.chain;
}

void SnapshotChecks::compare(Item& item, const DigestPoint& point, const Replica& replica) {
  item.compared = true;
  const auto differs = [&](std::string detail) {
    item.result.verdict = Verdict::kDiffers;
    item.result.detail = std::move(detail);
  };
  const auto snapshot = read_snapshot(device_, item.result.file, uuid_);
  if (!snapshot.ok()) {
    item.result.verdict = Verdict::kRefused;
    item.result.detail = std::string(snapshot.status().message());
    return;
  }
  item.chain = snapshot->place.chain;
  if (snapshot->place.event_digest != point.digest) {
    return differs("its event digest is not the journal's");
  }
  if (replica.has_pending_work()) {
    return differs("work was unfinished behind its command, where no state can be taken");
  }
  StateWriter writer;
  replica.save(writer);
  const Digest found = Sha256().of(writer.bytes());
  const Digest claimed = Sha256().of(snapshot->state);
  if (found != claimed) {
    return differs(fmt::format("its state hashes to {}, re-execution's to {}", to_hex(claimed),
                               to_hex(found)));
  }
  item.result.verdict = Verdict::kEqual;
}

// All frames up to here have been seen.
void SnapshotChecks::settle(Item& item) {
  if (!item.compared) {
    item.result.verdict = Verdict::kDiffers;
    item.result.detail = "the journal names no digest at its command";
  } else if (item.result.verdict == Verdict::kEqual && !item.chain_seen) {
    item.result.verdict = Verdict::kDiffers;
    item.result.detail = "its chain is of no frame that names its command";
  }
}

std::vector<SnapshotComparison> SnapshotChecks::finish(bool whole) && {
  std::vector<SnapshotComparison> results;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (i >= next_ && whole) settle(item);
    if (i >= next_ && !whole && item.result.verdict == Verdict::kEqual && !item.chain_seen) {
      item.result.verdict = Verdict::kNotReached;
    }
    results.push_back(std::move(item.result));
  }
  return results;
}

}  // namespace hourglass::engine

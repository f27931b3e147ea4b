#include "tests/support/simulated_device.h"

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"
#include "engine/journal/format.h"

namespace hourglass::engine {

class SimulatedFile final : public JournalFile {
 public:
  SimulatedFile(SimulatedDevice& device, std::shared_ptr<SimulatedDevice::Inode> inode,
                OpenMode mode)
      : device_(device), inode_(std::move(inode)), mode_(mode), generation_(device.generation_) {}

  absl::StatusOr<std::uint64_t> size() override {
    if (is_dead()) return SimulatedDevice::dead();
    return inode_->visible.size();
  }
  absl::Status read(std::uint64_t offset, std::span<std::byte> into) override {
    if (is_dead()) return SimulatedDevice::dead();
    if (offset + into.size() > inode_->visible.size()) return absl::OutOfRangeError("end of file");
    std::copy_n(inode_->visible.begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                into.begin());
    return absl::OkStatus();
  }
  absl::Status write(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (is_dead()) return SimulatedDevice::dead();
    HG_ASSERT(mode_ != OpenMode::kRead);
    const bool direct = mode_ == OpenMode::kDurable || mode_ == OpenMode::kPrepare;
    if (direct) {  // what a disk demands, so that a test fails here and not at a customer's
      HG_ASSERT(offset % kBlockBytes == 0 && bytes.size() % kBlockBytes == 0, offset, bytes.size());
      HG_ASSERT(reinterpret_cast<std::uintptr_t>(bytes.data()) % kBlockBytes == 0);
    }
    return device_.write(*inode_, mode_ == OpenMode::kDurable, offset, bytes);
  }
  absl::Status truncate(std::uint64_t bytes) override {
    return is_dead() ? SimulatedDevice::dead() : device_.truncate(*inode_, bytes);
  }
  absl::Status sync() override {
    return is_dead() ? SimulatedDevice::dead() : device_.sync(*inode_);
  }

 private:
  bool is_dead() const { return device_.crashed_ || generation_ != device_.generation_; }

  SimulatedDevice& device_;
  std::shared_ptr<SimulatedDevice::Inode> inode_;
  OpenMode mode_;
  std::uint64_t generation_;
};

class SimulatedLock final : public JournalLock {
 public:
  explicit SimulatedLock(SimulatedDevice& device)
      : device_(device), generation_(device.generation_) {}
  ~SimulatedLock() override {
    if (generation_ == device_.generation_) device_.locked_ = false;
  }

 private:
  SimulatedDevice& device_;
  std::uint64_t generation_;
};

std::string_view name(KeepRule rule) {
  switch (rule) {
    case KeepRule::kNone: return "none";
    case KeepRule::kAll: return "all";
    case KeepRule::kPrefix: return "prefix";
    case KeepRule::kRandom: return "random";
    case KeepRule::kProcess: return "process";
  }
  return "?";
}

absl::Status SimulatedDevice::dead() {
  return absl::AbortedError("the simulated machine is down");
}

// --- Faults
// ----------------------------------------------------------------------------------------

void SimulatedDevice::crash_at(std::uint64_t operation, KeepRule rule, std::uint64_t seed) {
  crash_at_ = operations_ + operation;
  crash_rule_ = rule;
  random_.seed(seed);
}

void SimulatedDevice::fail_at(std::uint64_t operation, WriteFault fault) {
  fail_at_ = operations_ + operation;
  fault_ = fault;
}

bool SimulatedDevice::counts_as_crash() {
  if (++operations_ != crash_at_) return false;
  crashed_ = true;
  return true;
}

void SimulatedDevice::restart() {
  crashed_ = false;
  crash_at_ = 0;
  locked_ = false;
  ++generation_;
}

void SimulatedDevice::power_cut(KeepRule rule, std::uint64_t seed) {
  random_.seed(seed);
  drop_power(rule);
  restart();
}

// Keeps some of what was not synced, then makes what is left all there is.
void SimulatedDevice::drop_power(KeepRule rule) {
  if (rule == KeepRule::kProcess) return;
  const std::size_t prefix = unsynced_names_.empty() ? 0 : random_() % (unsynced_names_.size() + 1);
  for (std::size_t i = 0; i < unsynced_names_.size(); ++i) {
    const bool keep = rule == KeepRule::kAll || (rule == KeepRule::kPrefix && i < prefix) ||
                      (rule == KeepRule::kRandom && random_() % 2 == 0);
    if (keep) unsynced_names_[i](durable_);
  }
  unsynced_names_.clear();
  std::set<Inode*> settled;
  for (const Directory* directory : {&durable_, &visible_}) {
    for (const auto& entry : *directory) {
      if (settled.insert(entry.second.get()).second) settle(*entry.second, rule);
    }
  }
  visible_ = durable_;
}

void SimulatedDevice::settle(Inode& inode, KeepRule rule) {
  const std::size_t prefix = inode.unsynced.empty() ? 0 : random_() % (inode.unsynced.size() + 1);
  for (std::size_t i = 0; i < inode.unsynced.size(); ++i) {
    const bool keep = rule == KeepRule::kAll || (rule == KeepRule::kPrefix && i < prefix) ||
                      (rule == KeepRule::kRandom && random_() % 2 == 0);
    const std::uint64_t begin = inode.unsynced[i] * kSectorBytes;
    if (!keep || begin >= inode.visible.size()) continue;
    const std::uint64_t end = std::min<std::uint64_t>(begin + kSectorBytes, inode.visible.size());
    if (inode.durable.size() < end) inode.durable.resize(end);
    std::copy(inode.visible.begin() + static_cast<std::ptrdiff_t>(begin),
              inode.visible.begin() + static_cast<std::ptrdiff_t>(end),
              inode.durable.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  inode.unsynced.clear();
  inode.visible = inode.durable;
}

// --- Files
// -----------------------------------------------------------------------------------------

absl::Status SimulatedDevice::write(Inode& inode, bool durable, std::uint64_t offset,
                                    std::span<const std::byte> bytes) {
  const bool fails = operations_ + 1 == fail_at_;
  if (capacity_ && offset + bytes.size() > inode.visible.size() &&
      bytes_used() + offset + bytes.size() - inode.visible.size() > *capacity_) {
    counts_as_crash();
    return absl::ResourceExhaustedError("simulated: no space left");
  }
  if (fails && (fault_ == WriteFault::kError || fault_ == WriteFault::kNoSpace)) {
    counts_as_crash();
    return fault_ == WriteFault::kError ? absl::UnknownError("simulated: input/output error")
                                        : absl::ResourceExhaustedError("simulated: no space left");
  }
  if (fails && fault_ == WriteFault::kShort) bytes = bytes.first(bytes.size() / 2);
  if (fails && fault_ == WriteFault::kMisdirected) offset += kSectorBytes;

  if (inode.visible.size() < offset + bytes.size()) inode.visible.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(),
            inode.visible.begin() + static_cast<std::ptrdiff_t>(offset));
  for (std::uint64_t s = offset / kSectorBytes; s * kSectorBytes < offset + bytes.size(); ++s) {
    std::erase(inode.unsynced, s);
    inode.unsynced.push_back(s);
  }
  if (counts_as_crash()) {
    drop_power(crash_rule_);
    return dead();
  }
  if (fails && fault_ == WriteFault::kShort) return absl::DataLossError("simulated: short write");
  if (durable) {  // these bytes, and no others that were written before
    if (inode.durable.size() < offset + bytes.size()) inode.durable.resize(offset + bytes.size());
    std::copy(bytes.begin(), bytes.end(),
              inode.durable.begin() + static_cast<std::ptrdiff_t>(offset));
    std::erase_if(inode.unsynced, [&](std::uint64_t s) {
      return s * kSectorBytes >= offset && s * kSectorBytes < offset + bytes.size();
    });
  }
  return absl::OkStatus();
}

absl::Status SimulatedDevice::truncate(Inode& inode, std::uint64_t bytes) {
  inode.visible.resize(bytes);
  inode.durable.resize(std::min<std::uint64_t>(bytes, inode.durable.size()));
  std::erase_if(inode.unsynced, [&](std::uint64_t s) { return s * kSectorBytes >= bytes; });
  if (counts_as_crash()) {
    drop_power(crash_rule_);
    return dead();
  }
  return absl::OkStatus();
}

absl::Status SimulatedDevice::sync(Inode& inode) {
  if (counts_as_crash()) {
    drop_power(crash_rule_);
    return dead();
  }
  inode.durable = inode.visible;
  inode.unsynced.clear();
  return absl::OkStatus();
}

std::uint64_t SimulatedDevice::bytes_used() const {
  std::uint64_t bytes = 0;
  for (const auto& entry : visible_) bytes += entry.second->visible.size();
  return bytes;
}

// --- Names
// -----------------------------------------------------------------------------------------

absl::Status SimulatedDevice::change_names(NameChange change) {
  change(visible_);
  unsynced_names_.push_back(std::move(change));
  if (counts_as_crash()) {
    drop_power(crash_rule_);
    return dead();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<JournalFile>> SimulatedDevice::open(std::string_view name,
                                                                   OpenMode mode) {
  if (crashed_) return dead();
  if (mode == OpenMode::kCreate || mode == OpenMode::kPrepare) {
    auto inode = std::make_shared<Inode>();
    absl::Status created =
        change_names([name = std::string(name), inode](Directory& names) { names[name] = inode; });
    if (!created.ok()) return created;
    return std::make_unique<SimulatedFile>(*this, inode, mode);
  }
  const auto found = visible_.find(name);
  if (found == visible_.end()) return absl::NotFoundError("simulated: no such file");
  return std::make_unique<SimulatedFile>(*this, found->second, mode);
}

absl::StatusOr<std::vector<std::string>> SimulatedDevice::list() {
  if (crashed_) return dead();
  return names();
}

std::vector<std::string> SimulatedDevice::names() const {
  std::vector<std::string> names;
  for (const auto& entry : visible_) names.push_back(entry.first);
  return names;
}

absl::Status SimulatedDevice::rename(std::string_view from, std::string_view to) {
  if (crashed_) return dead();
  if (!visible_.contains(from)) return absl::NotFoundError("simulated: no such file");
  return change_names([from = std::string(from), to = std::string(to)](Directory& names) {
    const auto found = names.find(from);
    if (found == names.end()) return;  // its creation was lost
    names[to] = found->second;
    names.erase(from);
  });
}

absl::Status SimulatedDevice::remove(std::string_view name) {
  if (crashed_) return dead();
  if (!visible_.contains(name)) return absl::NotFoundError("simulated: no such file");
  return change_names([name = std::string(name)](Directory& names) { names.erase(name); });
}

absl::Status SimulatedDevice::sync_directory() {
  if (crashed_) return dead();
  if (counts_as_crash()) {
    drop_power(crash_rule_);
    return dead();
  }
  unsynced_names_.clear();
  durable_ = visible_;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<JournalLock>> SimulatedDevice::lock() {
  if (crashed_) return dead();
  if (locked_) return absl::FailedPreconditionError("simulated: locked by another writer");
  locked_ = true;
  return std::make_unique<SimulatedLock>(*this);
}

// --- Damage
// ----------------------------------------------------------------------------------------

SimulatedDevice::Bytes SimulatedDevice::contents(std::string_view name) const {
  const auto found = visible_.find(name);
  HG_ASSERT(found != visible_.end());
  return found->second->visible;
}

void SimulatedDevice::set_contents(std::string_view name, Bytes bytes) {
  auto inode = std::make_shared<Inode>();
  inode->durable = bytes;
  inode->visible = std::move(bytes);
  visible_[std::string(name)] = inode;
  durable_[std::string(name)] = inode;
}

void SimulatedDevice::flip_bit(std::string_view name, std::uint64_t bit) {
  const auto found = visible_.find(name);
  HG_ASSERT(found != visible_.end());
  const auto mask = std::byte{1} << (bit % 8);
  found->second->visible[bit / 8] ^= mask;
  if (bit / 8 < found->second->durable.size()) found->second->durable[bit / 8] ^= mask;
}

}  // namespace hourglass::engine

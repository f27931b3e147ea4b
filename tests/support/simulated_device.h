// SimulatedDevice: a journal directory in memory that can lose power, fail or lie at any operation.
//
// Each file has what a reader sees and what a power cut would leave, apart at 512-byte sectors.
// Directory entries likewise, until the directory is synced.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/journal/journal_device.h"

namespace hourglass::engine {

// What survives of the sectors and names not yet synced when the power goes.
enum class KeepRule : std::uint8_t {
  kNone,
  kAll,
  kPrefix,   // the oldest few, in the order they were written
  kRandom,   // any
  kProcess,  // only the process died: everything stays visible, and stays unsynced
};
[[nodiscard]] std::string_view name(KeepRule rule);

enum class WriteFault : std::uint8_t { kError, kShort, kNoSpace, kMisdirected };

class SimulatedDevice final : public JournalDevice {
 public:
  using Bytes = std::vector<std::byte>;

  // --- What the test does to the disk
  // -------------------------------------------------------------- Stops everything at the
  // `operation`-th changing operation from now (1 is the next), which takes effect as `rule` says;
  // all calls fail until restart().
  void crash_at(std::uint64_t operation, KeepRule rule, std::uint64_t seed);
  // Makes the `operation`-th changing operation from now that writes file bytes fail so.
  void fail_at(std::uint64_t operation, WriteFault fault);
  // The process comes back: open handles and locks are gone.
  void restart();
  // Power goes now, as `rule` says, and comes back.
  void power_cut(KeepRule rule, std::uint64_t seed);
  void set_capacity(std::optional<std::uint64_t> bytes) { capacity_ = bytes; }

  // --- What the test sees
  // --------------------------------------------------------------------------
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  [[nodiscard]] bool crashed() const { return crashed_; }
  [[nodiscard]] std::vector<std::string> names() const;
  // The visible bytes of a file, to look at or to damage (then for good).
  [[nodiscard]] Bytes contents(std::string_view name) const;
  void set_contents(std::string_view name, Bytes bytes);
  void flip_bit(std::string_view name, std::uint64_t bit);

  // --- JournalDevice
  // -------------------------------------------------------------------------------
  absl::StatusOr<std::unique_ptr<JournalFile>> open(std::string_view name, OpenMode mode) override;
  absl::StatusOr<std::vector<std::string>> list() override;
  absl::Status rename(std::string_view from, std::string_view to) override;
  absl::Status remove(std::string_view name) override;
  absl::Status sync_directory() override;
  absl::StatusOr<std::unique_ptr<JournalLock>> lock() override;
  [[nodiscard]] std::string describe() const override { return "simulated"; }

 private:
  friend class SimulatedFile;
  friend class SimulatedLock;
  struct Inode {
    Bytes visible;
    Bytes durable;
    std::vector<std::uint64_t> unsynced;  // sectors, oldest write first, each once
  };
  using Directory = std::map<std::string, std::shared_ptr<Inode>, std::less<>>;
  using NameChange = std::function<void(Directory&)>;

  absl::Status write(Inode& inode, bool durable, std::uint64_t offset,
                     std::span<const std::byte> bytes);
  absl::Status truncate(Inode& inode, std::uint64_t bytes);
  absl::Status sync(Inode& inode);
  absl::Status change_names(NameChange change);
  // Counts a changing operation; true if the crash is now, after the operation took effect
  // unsynced.
  bool counts_as_crash();
  static absl::Status dead();
  void drop_power(KeepRule rule);
  void settle(Inode& inode, KeepRule rule);
  std::uint64_t bytes_used() const;

  Directory visible_;
  Directory durable_;
  std::vector<NameChange> unsynced_names_;
  std::uint64_t operations_ = 0;
  std::uint64_t crash_at_ = 0;
  std::uint64_t fail_at_ = 0;
  KeepRule crash_rule_ = KeepRule::kNone;
  WriteFault fault_ = WriteFault::kError;
  std::mt19937_64 random_{1};
  bool crashed_ = false;
  std::uint64_t generation_ = 0;  // handles of an earlier one are dead
  bool locked_ = false;
  std::optional<std::uint64_t> capacity_;
};

}  // namespace hourglass::engine

// DigestBehind: the events of a replay, hashed behind it on the thread that reads ahead of it.
//
// Hashing is over a quarter of what a replay does, and who executes need not wait for the outcome:
// events are handed over in chunks, and digests come back in the order they were asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/journal/event_digest.h"
#include "engine/order/event.h"
#include "engine/ring/agent.h"
#include "engine/ring/cursor.h"
#include "engine/ring/idle.h"
#include "engine/ring/wake_signal.h"

namespace hourglass::engine {

// Two threads: the owner's, and one that drives the agent for as long as the owner calls what may
// wait. Only one of them makes digests: until finish() that is the agent's.
class DigestBehind final : public Agent {
 public:
  // Digests that may be asked for and not yet taken.
  static constexpr std::uint64_t kMaxAsked = 32;

  // `digest` may have events beyond its point. Cost: kChunks * kChunkBytes, untouched until used.
  explicit DigestBehind(std::unique_ptr<EventDigest> digest);

  // Adds the next event. Waits for a chunk while all are full. Thread: the owner's. Cost: a copy of
  // 128 bytes, no allocation.
  void add(const Event& event) noexcept {
    // The whole slot, since a fixed size is a handful of moves; the next event covers the surplus.
    std::memcpy(chunk(filled_.get_value_only()) + used_, event.bytes.data(), sizeof(Event));
    used_ += event_bytes(event.header().kind);
    if (used_ > kChunkBytes - sizeof(Event)) [[unlikely]]
      hand_over(std::nullopt);
  }

  // Asks for the digest at command `through`: all its events are added, and no later ones. Where
  // the digest is there or beyond it, the answer is where the digest stands. No more than kMaxAsked
  // may be waiting to be taken (asserted). Waits as add() does. Thread: the owner's.
  void ask(SequenceNumber through) noexcept;

  // Whether the oldest answer not yet taken is there. Thread: the owner's.
  [[nodiscard]] bool ready() const noexcept { return made_.get() != taken_; }
  // That answer; waits for it. Something must have been asked for (asserted). Thread: the owner's.
  DigestPoint take() noexcept;

  // The digest with all events added; the last call. Thread: the owner's, which alone is left.
  [[nodiscard]] std::unique_ptr<EventDigest> finish() noexcept;

  // Hashes what was handed over before. Thread: the agent's. Cost: at most all chunks.
  std::uint32_t do_work() noexcept override;
  [[nodiscard]] std::string_view name() const noexcept override { return "digest behind"; }

  // Together they hold what is executed while a large frame is read and checked.
  static constexpr std::uint64_t kChunks = 32;
  static constexpr std::size_t kChunkBytes = std::size_t{32} << 10;

 private:
  struct Handed {
    std::size_t size = 0;
    std::optional<SequenceNumber> through;  // asked for behind these events
  };

  [[nodiscard]] std::byte* chunk(std::uint64_t number) const noexcept {
    return &bytes_[number % kChunks * kChunkBytes];
  }
  void hand_over(std::optional<SequenceNumber> through) noexcept;
  void hash(std::uint64_t number) noexcept;

  std::unique_ptr<EventDigest> digest_;         // the agent's
  const std::unique_ptr<std::byte[]> bytes_;    // written before filled_, read behind it
  std::array<Handed, kChunks> handed_;          // likewise
  std::array<DigestPoint, kMaxAsked> answers_;  // written before made_, read behind it
  std::size_t used_ = 0;                        // owner's: of the chunk it fills
  std::uint64_t asked_ = 0;                     // owner's
  std::uint64_t taken_ = 0;                     // owner's
  Cursor filled_;                               // chunks; writer: the owner
  Cursor hashed_;                               // chunks; writer: the agent
  Cursor made_;                                 // answers; writer: the agent
  WakeSignal owner_wake_;
  IdleStrategy owner_idle_;
};

}  // namespace hourglass::engine

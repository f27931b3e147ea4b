// FrameAhead: reads and verifies a journal's frames on a thread of its own, some ahead of whoever
// executes them.
//
// Checking a frame (checksums, chain) takes about half as long as executing it. The same thread
// drives the hashing of events (digest_behind.h), so that a replay uses two cores and no more.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/journal/aligned_buffer.h"
#include "engine/journal/journal_reader.h"
#include "engine/ring/agent_runner.h"
#include "engine/ring/cursor.h"
#include "engine/ring/idle.h"
#include "engine/ring/wake_signal.h"

namespace hourglass::engine {

class FrameAhead final : private Agent {
 public:
  // `reader` is its alone until the thread has ended. `first`, where there is one, is driven on
  // that thread too, each time before a frame is read. Both outlive it. Cost: 8 MiB of buffers.
  FrameAhead(JournalReader& reader, Agent* first);

  // Starts the thread. Errors: the runner's.
  absl::Status start() { return runner_.start(); }
  // Ends the thread, at the latest after the frame it is reading; no frame may be asked for
  // afterwards. The destructor does so too. Thread: the owner's.
  void stop() { runner_.stop(); }

  // As JournalReader::next_frame(), with the same frames and errors: the end or an error comes
  // last. Waits for the thread. Valid until the next call. Thread: the owner's.
  absl::StatusOr<std::optional<FrameView>> next_frame();

 private:
  static constexpr std::uint64_t kFrames = 16;
  // What keeps the owner busy for longer than a pause takes, which is up to 0.1 ms with the timer's
  // slack: then the thread sleeps instead of yielding, because what yields keeps a core busy, half
  // of which may be the owner's. Shorter frames are over before it would wake.
  static constexpr std::size_t kWorthPausing = 64U << 10;

  struct Held {
    absl::Status status;
    std::optional<FrameView> frame;  // its payload in `bytes`
    AlignedBuffer bytes;
  };

  std::uint32_t do_work() noexcept override;
  [[nodiscard]] std::string_view name() const noexcept override { return "frame reader"; }

  JournalReader& reader_;
  std::array<Held, kFrames> held_;
  bool ended_ = false;      // reading thread's: nothing comes after what was read last
  std::uint64_t next_ = 0;  // owner's: the frame to give out next
  Cursor read_;             // writer: the reading thread
  Cursor released_;         // writer: the owner
  WakeSignal owner_wake_;
  IdleStrategy owner_idle_;
  AgentRunner runner_;
};

}  // namespace hourglass::engine

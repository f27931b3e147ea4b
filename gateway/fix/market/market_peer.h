// MarketPeer: a session as market data sees it.
#pragma once

#include <cstdint>

#include "engine/base/types.h"
#include "gateway/fix/wire/fix_version.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// Thread: the door's.
class MarketPeer {
 public:
  virtual ~MarketPeer() = default;
  [[nodiscard]] virtual engine::SessionId id() const noexcept = 0;
  [[nodiscard]] virtual FixVersion version() const noexcept = 0;
  // Wall clock of this round. Units: ns UTC.
  [[nodiscard]] virtual std::uint64_t now_ns() const noexcept = 0;
  // Whether a message that is worth nothing later can go out now: logged on, no resend under way,
  // and not much left unread.
  [[nodiscard]] virtual bool can_stream() const noexcept = 0;
  // Sends such a message: it is numbered, not kept, and filled in a resend. False, nothing sent,
  // where can_stream() is or where no number is to be had without waiting.
  [[nodiscard]] virtual bool stream(const MessageWriter& writer) = 0;
  // Numbers, records and, if logged on, sends a message. `report_number`: of the core's report it
  // carries, or 0. It may end the session, and so call back about that.
  virtual void send_application(const MessageWriter& writer, std::uint32_t report_number = 0) = 0;
};

}  // namespace hourglass::gateway::fix

// For tests of the door alone.
#pragma once

#include <string_view>

#include "gateway/fix/door/door_session.h"

namespace hourglass::gateway::fix {

// Takes no message and does nothing.
class IdleApplication final : public SessionApplication {
 public:
  Judgement on_message(DoorSession&, const Fields&, std::string_view) override {
    return {Disposition::kUnsupportedType, 0};
  }
  void on_logon(DoorSession&) override {}
  void on_logout(DoorSession&, bool) override {}
};

}  // namespace hourglass::gateway::fix

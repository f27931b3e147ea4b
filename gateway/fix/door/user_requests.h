// UserRequests: what a member asks about its own logon: 35=BE, answered by 35=BF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/fix/door/door_session.h"
#include "gateway/fix/members/authenticator.h"
#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// FIX 926.
enum class UserStatus : std::uint8_t {
  kLoggedIn = 1,
  kNotRecognised = 3,
  kPasswordIncorrect = 4,
  kPasswordChanged = 5,
  kOther = 6,
};

// A change of password is checked, hashed and recorded on the authenticator's thread, one at a time
// for each session; its answer comes when the new password is on the disk. Thread: the door's.
// Source: FIX 4.4 vol. 3, User Request and User Response; RULES_OF_ENGAGEMENT, section 9.
class UserRequests {
 public:
  // `authenticator` outlives this.
  explicit UserRequests(Authenticator& authenticator) : authenticator_(authenticator) {}

  // A UserRequest of `session`: UserRequestType (924) 3 changes its password, 4 asks how it is
  // logged on; 1 and 2 are a Logon's and a Logout's to ask. Cost: a copy of two passwords.
  Judgement on_message(DoorSession& session, const Fields& fields);
  // What became of the change that `session` had asked for: it takes the new password, which its
  // next Logon needs, and is answered, logged on or not.
  void on_result(DoorSession& session, const Authenticator::Result& result);

 private:
  Judgement change_password(DoorSession& session, const Fields& fields);
  Judgement answer(DoorSession& session, std::string_view request_id, std::string_view name,
                   UserStatus status, std::string_view text);

  Authenticator& authenticator_;
  // UserRequestIDs of the changes under way, by session number.
  std::unordered_map<std::uint32_t, std::string> under_way_;
  MessageWriter writer_;
};

}  // namespace hourglass::gateway::fix

#include "gateway/fix/door/member_change.h"

#include "fmt/format.h"

namespace hourglass::gateway::fix {

absl::Status check_change(const Member& member, const Member& listed) {
  // One of the same name with another number is somebody else.
  if (member.session != listed.session) return absl::OkStatus();
  if (member.version != listed.version) {
    return absl::InvalidArgumentError(
        fmt::format("{}: the version of a session cannot change", listed.comp_id));
  }
  if (member.drop_copy != listed.drop_copy) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: whether a session is a drop copy cannot change while the venue runs", listed.comp_id));
  }
  return absl::OkStatus();
}

bool has_same_credentials(const Member& one, const Member& other) noexcept {
  return one.password_hash == other.password_hash &&
         one.ed25519_public_key == other.ed25519_public_key &&
         one.certificate_sha256 == other.certificate_sha256;
}

engine::MassCancel cancel_all(engine::SessionId session) noexcept {
  engine::MassCancel command{};
  command.header = engine::make_header<engine::MassCancel>(session, engine::AccountId(0),
                                                           engine::InstrumentId(0));
  command.scope = engine::MassCancelScope::kSession;
  command.side = engine::Side::kBuy;  // not read without by_side
  return command;
}

}  // namespace hourglass::gateway::fix

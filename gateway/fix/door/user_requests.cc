#include "gateway/fix/door/user_requests.h"

#include <utility>

#include "gateway/fix/members/password_input.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

std::string_view text_of(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

UserStatus status_of(const absl::Status& result) {
  if (result.ok()) return UserStatus::kPasswordChanged;
  return absl::IsUnauthenticated(result) ? UserStatus::kPasswordIncorrect : UserStatus::kOther;
}

}  // namespace

Judgement UserRequests::on_message(DoorSession& session, const Fields& fields) {
  const std::string_view type = fields.value(kUserRequestType);
  const std::string_view name = fields.value(kUsername);
  const std::string_view id = fields.value(kUserRequestId);
  // Of others nothing is told, not even whether they are.
  if (name != session.member().comp_id) {
    return answer(session, id, name, UserStatus::kNotRecognised,
                  "Username (553) is not this session's CompID");
  }
  if (type == "3") return change_password(session, fields);
  if (type == "4") return answer(session, id, name, UserStatus::kLoggedIn, {});
  return answer(session, id, name, UserStatus::kOther,
                "log on by Logon (35=A), off by Logout (35=5)");
}

Judgement UserRequests::change_password(DoorSession& session, const Fields& fields) {
  const auto old_password = fields.find(kPassword);
  const auto new_password = fields.find(kNewPassword);
  if (!old_password) return {Disposition::kFieldMissing, kPassword};
  if (!new_password) return {Disposition::kFieldMissing, kNewPassword};
  const Member& member = session.member();
  const auto refuse = [&](std::string_view text) {
    return answer(session, fields.value(kUserRequestId), member.comp_id, UserStatus::kOther, text);
  };
  if (member.password_hash.empty()) return refuse("this session has no password to change");
  const absl::Status form = check_new_password(*new_password);
  if (!form.ok()) return refuse(text_of(form));
  if (*new_password == *old_password) return refuse("the new password is the old one");
  if (under_way_.contains(member.session)) return refuse("a change is under way already");
  Authenticator::Change change{.id = member.session,
                               .member = member,
                               .old_password = SecretText(*old_password),
                               .new_password = SecretText(*new_password),
                               .received_ns = session.now_ns()};
  if (!authenticator_.submit_change(std::move(change))) {
    return refuse("too many changes at once, try again");
  }
  under_way_.emplace(member.session, fields.value(kUserRequestId));
  return {Disposition::kTaken, 0};
}

void UserRequests::on_result(DoorSession& session, const Authenticator::Result& result) {
  const auto request = under_way_.extract(session.member().session);
  if (request.empty()) return;
  // Where another was set while this one was recorded, that other one is newer.
  if (result.status.ok() && session.member().password_hash == result.old_hash) {
    session.set_password_hash(result.new_hash);
  }
  answer(session, request.mapped(), session.member().comp_id, status_of(result.status),
         result.status.ok() ? "the next Logon needs the new password" : text_of(result.status));
}

Judgement UserRequests::answer(DoorSession& session, std::string_view request_id,
                               std::string_view name, UserStatus status, std::string_view text) {
  writer_.begin("BF");
  writer_.text(kUserRequestId, request_id).text(kUsername, name);
  writer_.number(kUserStatus, static_cast<std::int64_t>(status)).text(kUserStatusText, text);
  session.send_application(writer_);
  return {Disposition::kTaken, 0};
}

}  // namespace hourglass::gateway::fix

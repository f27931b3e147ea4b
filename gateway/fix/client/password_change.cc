#include "gateway/fix/client/password_change.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "fmt/format.h"
#include "gateway/fix/wire/message_writer.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

// The venue hashes two passwords and waits for its disk, behind others who do.
constexpr std::chrono::seconds kChangePatience{15};

// Of the request, beside the name and the passwords: more than its tags and id take.
constexpr std::size_t kOtherBytes = 128;

constexpr std::string_view kChanged = "5";

}  // namespace

absl::Status change_password(FixClient& client, std::string_view comp_id,
                             std::string_view old_password, std::string_view new_password) {
  const std::string id = fmt::format("P{}", client.next_sender());
  MessageWriter writer;
  const absl::Cleanup wipe = [&writer] { writer.wipe(); };
  writer.begin("BE");
  writer.reserve(kOtherBytes + comp_id.size() + old_password.size() + new_password.size());
  writer.text(553, comp_id).text(554, old_password);
  writer.text(kUserRequestId, id).number(924, 3).text(925, new_password);
  const auto sequence = client.send(writer.msg_type(), writer.body());
  if (!sequence.ok()) return sequence.status();
  const auto is_answer = [&](const Message& message) {
    if (message.type() == "BF") return message.value(kUserRequestId) == id;
    const bool is_reject = message.type() == "3" || message.type() == "j";
    return is_reject && parse_number(message.value(kRefSeqNum)) == std::int64_t{*sequence};
  };
  const auto answer = client.wait_for(is_answer, kChangePatience);
  if (!answer.ok()) return answer.status();
  if (!answer->has_value()) {
    return absl::DeadlineExceededError(
        "the venue did not answer: try the new password, then the old");
  }
  const Message& said = **answer;
  if (said.value(kUserStatus) == kChanged) return absl::OkStatus();
  const std::string_view words = said.value(said.type() == "BF" ? kUserStatusText : kText);
  return absl::PermissionDeniedError(
      fmt::format("the password is not changed: {}", words.empty() ? "refused" : words));
}

}  // namespace hourglass::gateway::fix

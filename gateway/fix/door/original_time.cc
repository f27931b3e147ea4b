#include "gateway/fix/door/original_time.h"

#include <string_view>

#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint32_t kSendingTime = 52;
constexpr std::uint32_t kRefTagId = 371;
constexpr std::uint32_t kRefMsgType = 372;
constexpr std::uint32_t kSessionRejectReason = 373;
constexpr std::int64_t kRequiredTagMissing = 1;
constexpr std::int64_t kSendingTimeProblem = 10;
constexpr std::string_view kLogon = "A";
constexpr std::string_view kSequenceReset = "4";

}  // namespace

OriginalTime check_original_time(const Fields& fields) {
  if (fields.value(kPossDupFlag) != "Y") return OriginalTime::kGood;
  const std::string_view type = fields.value(kMsgType);
  if (type == kLogon || type == kSequenceReset) return OriginalTime::kGood;
  const auto original = fields.find(kOrigSendingTime);
  if (!original) return OriginalTime::kMissing;
  const auto first = parse_utc_timestamp(*original);
  const auto sent = parse_utc_timestamp(fields.value(kSendingTime));
  return first && sent && *first > *sent ? OriginalTime::kAfterSending : OriginalTime::kGood;
}

void write_original_time_reject(const Fields& fields, OriginalTime fault, MessageWriter& writer) {
  const bool is_missing = fault == OriginalTime::kMissing;
  writer.begin("3");
  writer.text(kRefSeqNum, fields.value(kMsgSeqNum));
  writer.text(kText, is_missing ? "Required tag missing" : "SendingTime accuracy problem");
  if (is_missing) writer.number(kRefTagId, kOrigSendingTime);
  writer.text(kRefMsgType, fields.value(kMsgType));
  writer.number(kSessionRejectReason, is_missing ? kRequiredTagMissing : kSendingTimeProblem);
}

}  // namespace hourglass::gateway::fix

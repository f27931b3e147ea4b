#include "gateway/fix/door/file_alarms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hourglass::gateway::fix {
namespace {

// Of the ranges so many are told one by one.
constexpr std::size_t kRangesTold = 3;

std::string text_of(const std::vector<LostRange>& ranges) {
  std::string text;
  for (std::size_t at = 0; at < std::min(ranges.size(), kRangesTold); ++at) {
    const LostRange& range = ranges[at];
    text += fmt::format("{}{} to {} ({} bytes)", at == 0 ? "" : ", ", range.first, range.last,
                        range.bytes);
  }
  if (ranges.size() > kRangesTold) {
    text += fmt::format(" and {} ranges more up to {}", ranges.size() - kRangesTold,
                        ranges.back().last);
  }
  return text;
}

}  // namespace

std::optional<std::string> alarm_of_found(const SessionFile& file) {
  const SessionFileFinding& finding = file.finding();
  const std::vector<LostRange>& lost = file.lost().ranges();
  if (!finding.is_header_copy_damaged && lost.empty()) return std::nullopt;
  std::string text = fmt::format("the FIX session file {} is damaged", file.path());
  if (finding.power_went) text += " (the machine's power went since it was last open)";
  if (finding.is_header_copy_damaged && file.next_sender() == finding.next_sender) {
    text += fmt::format(
        ": one of two copies of its header; the other is the newer one, and the numbers "
        "go on at {} as they would have",
        finding.next_sender);
  } else if (finding.is_header_copy_damaged) {
    text += fmt::format(
        ": one of two copies of its header, and it may have been the newer one; the numbers, {} "
        "by the other, go on at {} behind all that can have been used, and the member sees a gap "
        "fill up to there",
        finding.next_sender, file.next_sender());
  }
  if (!lost.empty()) {
    text += fmt::format(
        "; messages are unreadable among the numbers {}: they cannot be sent again as they were, "
        "and a resend fills their numbers (35=4); execution reports among them are made again from "
        "the journal and sent under new numbers from {} on with PossResend (97=Y) and the ExecID "
        "they had, the door's own answers are not; the member finds its orders by 35=AF and its "
        "trades by 35=AD",
        text_of(lost), file.next_sender());
  }
  return text + "; check the disk";
}

std::string alarm_of_closed(std::string_view comp_id, const absl::Status& why) {
  return fmt::format(
      "the FIX session of {} is closed until the venue starts again, its file is damaged: {}. "
      "Nothing was changed in it; {} cannot log on, and nobody else is concerned. Its reports are "
      "in the journal, and its orders of the day count as after a lost connection. Stop the venue, "
      "move the file away and start again: the session's numbers then go on far above any it had, "
      "and all its reports come behind with PossResend (97=Y); a drop copy session begins anew at "
      "1. A copy of the file may be put back only if it was made after the venue last ran; an "
      "older one would give numbers a second time",
      comp_id, std::string(why.message()), comp_id);
}

std::string alarm_of_resend(const SessionFile& file, std::uint32_t first, std::uint32_t last) {
  return fmt::format(
      "a resend met damage in the FIX session file {}: of the numbers {} to {} what cannot be read "
      "was gap-filled; execution reports among them are made again when the venue starts again, "
      "if they were not already; until then the member finds its trades by 35=AD; check the disk",
      file.path(), first, last);
}

std::optional<std::string> go_on_behind_lost_file(SessionFile& file) {
  if (file.last_report() != 0 || file.next_sender() != 1) return std::nullopt;
  file.set_next_sender(kNextSenderBehindLostFile);
  return fmt::format(
      "the FIX session file {} is missing, though the journal has reports of this session: a new "
      "one was begun; what numbers the member has seen is not known, so they go on at {}, and it "
      "sees a gap fill up to there; the reports of all the journal come behind, with PossResend "
      "(97=Y) and the ExecID they had. Agree with the member on a reset (141=Y) if its engine does "
      "not take the gap",
      file.path(), kNextSenderBehindLostFile);
}

}  // namespace hourglass::gateway::fix

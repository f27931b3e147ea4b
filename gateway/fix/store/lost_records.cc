#include "gateway/fix/store/lost_records.h"

#include <algorithm>
#include <utility>

namespace hourglass::gateway::fix {
namespace {

// No execution report is shorter. Where nothing readable stands before lost bytes, they can have
// held so many reports; those before were overwritten long ago and are not missed.
constexpr std::uint64_t kReportBytesMin = 128;

}  // namespace

void LostRecords::clear() {
  *this = LostRecords();
}

void LostRecords::find(const RecordHeader& record) {
  if (open_bytes_ != 0) close(record.sequence - 1);
  if (record.report_number > last_report_) {
    close_reports(record.report_number - 1);
    last_report_ = record.report_number;
  } else if (record.report_number != 0) {
    again_.insert(record.report_number);
  }
  last_sequence_ = record.sequence;
  is_anything_found_ = true;
}

void LostRecords::lose(std::uint64_t bytes) {
  open_bytes_ += bytes;
}

void LostRecords::end(std::uint32_t next_sender, std::uint32_t last_report) {
  if (open_bytes_ != 0) close(next_sender - 1);
  close_reports(last_report);
  // The first report that was still held is not known where none was found before.
  std::uint64_t bytes = 0;
  for (LostRange& range : ranges_) {
    bytes += range.bytes;
    const std::uint64_t most = bytes / record_bytes(kReportBytesMin) + 1;
    if (range.first_report != 1) return;
    if (range.last_report > most) {
      range.first_report = range.last_report - static_cast<std::uint32_t>(most) + 1;
    }
  }
}

// Numbers one after the other leave no room for a lost message.
void LostRecords::close(std::uint32_t last) {
  const std::uint64_t bytes = std::exchange(open_bytes_, 0);
  const std::uint32_t first = is_anything_found_ ? last_sequence_ + 1 : 1;
  if (first > last) return;
  ranges_.push_back({.first = first,
                     .last = last,
                     .first_report = last_report_ + 1,
                     .last_report = last_report_,
                     .bytes = bytes});
}

// The reports between the last one found and the next stood in the range between them.
void LostRecords::close_reports(std::uint32_t last) {
  if (!ranges_.empty() && ranges_.back().first_report == last_report_ + 1) {
    ranges_.back().last_report = last;
  }
}

bool LostRecords::has_message(std::uint32_t first, std::uint32_t last) const {
  const auto range = std::lower_bound(
      ranges_.begin(), ranges_.end(), first,
      [](const LostRange& before, std::uint32_t wanted) { return before.last < wanted; });
  return range != ranges_.end() && range->first <= last;
}

bool LostRecords::has_report(std::uint32_t number) const {
  const auto range = std::lower_bound(
      ranges_.begin(), ranges_.end(), number,
      [](const LostRange& before, std::uint32_t wanted) { return before.last_report < wanted; });
  return range != ranges_.end() && number >= range->first_report && !again_.contains(number);
}

void LostRecords::note_recorded(std::uint32_t report_number) {
  if (has_report(report_number)) again_.insert(report_number);
}

}  // namespace hourglass::gateway::fix

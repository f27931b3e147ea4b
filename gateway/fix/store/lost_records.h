// LostRecords: what a session file held and was unreadable when it was opened.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "gateway/fix/store/session_file_layout.h"

namespace hourglass::gateway::fix {

// Bytes in which no record was found, and what can have stood there: all between its neighbours.
struct LostRange {
  std::uint32_t first = 0;  // numbers of messages; some may have been used without a record
  std::uint32_t last = 0;
  std::uint32_t first_report = 0;
  std::uint32_t last_report = 0;  // below first_report: no report was lost
  std::uint64_t bytes = 0;
};

// Thread: one at a time. Memory: 24 bytes and more for each lost range and each report that stands
// behind a later one, hence bounded by the ring.
class LostRecords {
 public:
  void clear();

  // --- While the ring is read, in its order ------------------------------------------------------
  void find(const RecordHeader& record);
  // Behind the last one found.
  void lose(std::uint64_t bytes);
  // The ring is read; the header says so.
  void end(std::uint32_t next_sender, std::uint32_t last_report);

  // --- Then --------------------------------------------------------------------------------------
  // By number.
  [[nodiscard]] const std::vector<LostRange>& ranges() const noexcept { return ranges_; }
  // Whether one of the messages `first` to `last` can have stood in a lost range. Cost: a binary
  // search.
  [[nodiscard]] bool has_message(std::uint32_t first, std::uint32_t last) const;
  // Whether report `number` can have stood in a lost range and was not recorded again since. Cost:
  // a binary search.
  [[nodiscard]] bool has_report(std::uint32_t number) const;
  void note_recorded(std::uint32_t report_number);

 private:
  void close(std::uint32_t last);
  void close_reports(std::uint32_t last);

  std::vector<LostRange> ranges_;
  std::unordered_set<std::uint32_t> again_;  // reports recorded behind later ones
  std::uint64_t open_bytes_ = 0;             // lost behind the last one found
  std::uint32_t last_sequence_ = 0;
  std::uint32_t last_report_ = 0;
  bool is_anything_found_ = false;
};

}  // namespace hourglass::gateway::fix

// A certification in simulated time: a venue and a member in one thread, without sockets.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/fix/certify/examination.h"

namespace hourglass::gateway::fix {

// What a member does wrong; everything else it does right.
enum class Fault : std::uint8_t {
  kNone,
  kIgnoresGaps,
  kAsksForTooMuch,
  kAsksAgain,
  kRejectsCopies,
  kClosesOnCopies,
  kRestartsAtOne,
  kResetsNumbers,
  kFetchesTooLate,
  kOrdersTwice,
  kOrdersAnew,
  kNeverAsksWhetherWeLive,
  kAnswersWithAnotherId,
  kAnswersNoTestRequest,
  kFallsSilent,
  kHeartbeatsWithAnId,
  kIgnoresLogout,
  kLeavesWithoutLogout,
  kLeavesBeforeTheAnswer,
  kLeavesWhenRefused,
  kBreaksChecksums,
  kSendsTooFast,
};

class Rehearsal : public Line {
 public:
  explicit Rehearsal(Fault fault);

  // Plays until it is over, at most so long.
  void play(std::uint64_t seconds);
  // The ids of the required steps that failed, and of those neither passed nor failed.
  [[nodiscard]] std::set<std::string> failed() const { return with(Outcome::kFailed); }
  [[nodiscard]] std::set<std::string> not_done() const { return with(Outcome::kNotDone); }
  // "gap: FAIL\n> ...", of all steps.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_passed() const { return checklist_.is_passed(); }
  // Messages that reached the member byte by byte.
  [[nodiscard]] std::uint32_t fragment_count() const { return fragment_count_; }

  void to_member(std::string_view message, Delivery delivery) override;
  void break_off() override;

 private:
  struct Sent {
    std::string text;
    bool is_admin;
  };

  [[nodiscard]] std::set<std::string> with(Outcome outcome) const;
  void carry();

  // --- The venue ---
  void venue_says(std::string_view type, std::string_view body);
  void venue_hears(const Message& message);
  void venue_hears_logon(const Message& message);
  void venue_resends(std::uint32_t begin);
  void venue_takes_order(const Message& order);
  void venue_fills();
  void venue_closes();

  // --- The member ---
  void member_says(std::string_view type, std::string_view body);
  void member_hears(const Message& message);
  void member_handles(const Message& message);
  void member_ticks();
  void member_acts();
  void member_logs_on();
  void member_leaves();
  std::string order(std::string_view more = "38=1|44=2|");

  Fault fault_;
  Checklist checklist_;
  Examination examination_;
  std::uint64_t now_ns_;
  bool connected_ = false;
  std::uint32_t fragment_count_ = 0;
  std::deque<std::string> to_venue_;
  std::deque<std::string> to_member_;

  std::vector<Sent> venue_sent_;  // number n at n - 1
  std::uint32_t venue_expects_ = 1;
  std::uint64_t venue_said_ns_ = 0;
  std::map<std::string, std::int64_t> working_;  // open quantities by ClOrdID
  bool venue_ends_ = false;

  std::uint32_t member_next_ = 1;
  std::uint32_t member_expects_ = 1;
  std::uint64_t member_said_ns_ = 0;
  std::uint64_t member_heard_ns_ = 0;
  std::uint64_t acted_ns_ = 0;
  std::uint32_t order_count_ = 0;
  std::uint32_t logon_count_ = 0;
  std::string last_order_;
  bool logged_on_ = false;
  bool member_left_ = false;
  bool asked_ = false;
  bool asked_alive_ = false;
  bool logout_sent_ = false;
};

}  // namespace hourglass::gateway::fix

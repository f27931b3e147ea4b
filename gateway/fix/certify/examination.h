// Examination: what stands between a member's client and the venue and judges what passes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/fix/certify/drill.h"

namespace hourglass::gateway::fix {

// Of the venue's messages kept while it plays silent; beyond, the silence ends.
inline constexpr std::size_t kMaxHeldBytes = std::size_t{8} << 20;

enum class Delivery : std::uint8_t { kWhole, kByBytes };

// The member's end of the connection, and both ends of it.
class Line {
 public:
  virtual ~Line() = default;
  virtual void to_member(std::string_view message, Delivery delivery) = 0;
  // Closes both ends. Nothing is told back.
  virtual void break_off() = 0;
};

// Takes no time of its own and no socket, so that a test can play a whole certification in no time.
// Units: nanoseconds UTC that never go back. Thread: one; the checklist may be read on others.
class Examination {
 public:
  using Announce = std::function<void(const StepText& step)>;

  // `line` and `checklist` outlive it. `announce` is told of each drill that begins.
  Examination(Checklist& checklist, Line& line, Announce announce);

  void connected();
  // What the member sent, which goes on to the venue as it is.
  void from_member(std::string_view text, std::uint64_t now_ns);
  // The member sent what is no message.
  void garbled_by_member();
  void from_venue(std::string_view text, std::uint64_t now_ns);
  void closed(ClosedBy by, std::uint64_t now_ns);
  // To be called some ten times a second.
  void tick(std::uint64_t now_ns);
  // Ends it: what is judged by the whole run is judged now.
  void finish();

  // Whether every required step is decided and the member gone.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] const SessionWatch& session() const noexcept { return session_; }
  [[nodiscard]] std::optional<FillWish> take_wish() { return orders_.take_wish(); }

 private:
  [[nodiscard]] Drill* drill() const;
  void let_go(std::uint64_t now_ns);
  void let_pass(const Message& message, std::uint64_t now_ns);
  void deliver(const Message& message, std::uint64_t now_ns);
  void after_drill(std::uint64_t now_ns);

  Checklist& checklist_;
  Line& line_;
  Announce announce_;
  SessionWatch session_;
  OrderWatch orders_;
  std::vector<std::unique_ptr<Drill>> drills_;
  std::size_t drill_index_ = 0;
  std::deque<std::string> held_;
  std::size_t held_bytes_ = 0;
  bool connected_ = false;
};

}  // namespace hourglass::gateway::fix

// Drill: one thing a certification does to a session to see how the member takes it.
//
// A drill changes only what the venue sends, and only so that the numbers of both sides stay right:
// what it keeps back the member gets by the venue's own resend, and what it says itself stands in
// place of a Heartbeat, under that one's number, which a resend fills over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/fix/certify/checklist.h"
#include "gateway/fix/certify/order_watch.h"
#include "gateway/fix/certify/session_watch.h"

namespace hourglass::gateway::fix {

// How long a member may take to show that a copy or a recovered gap disturbs it.
inline constexpr std::uint64_t kDisturbedWithinNs = 1'000'000'000;
inline constexpr std::uint64_t kLogoutAnsweredWithinNs = 10'000'000'000;

// What becomes of a venue's message.
struct Passage {
  enum class Kind : std::uint8_t { kAsItIs, kKeptBack, kReplaced, kFollowed };
  Kind kind = Kind::kAsItIs;
  std::string text{};  // kReplaced: instead of it; kFollowed: behind it
};

struct DrillContext {
  Checklist& checklist;
  SessionWatch& session;
  OrderWatch& orders;
};

// Units: nanoseconds UTC. Thread: one. Told of a member's message before the watches are, of what
// reaches the member after them.
class Drill {
 public:
  Drill(DrillContext context, Step step) : context_(context), step_(step) {}
  virtual ~Drill() = default;
  Drill(const Drill&) = delete;
  Drill& operator=(const Drill&) = delete;

  virtual Passage from_venue(const Message& message, std::uint64_t now_ns);
  virtual void reached_member(const Message& message, std::uint64_t now_ns);
  // Whether the message is this drill's to judge.
  virtual bool from_member(const Message& message, std::uint64_t now_ns);
  // Whether it is this drill that the member closed the connection in answer to.
  virtual bool closed(ClosedBy by);
  virtual void tick(std::uint64_t now_ns);
  // The end of the certification.
  virtual void finish() {}
  // What the venue says waits while this holds.
  [[nodiscard]] virtual bool is_silent() const { return false; }
  // Whether the venue's messages reach the member byte by byte.
  [[nodiscard]] virtual bool is_by_bytes() const { return false; }

  // Whether the connection is to be broken now; asked after each message.
  [[nodiscard]] bool take_break();
  [[nodiscard]] bool is_over() const noexcept { return is_over_; }
  [[nodiscard]] Step step() const noexcept { return step_; }

 protected:
  void pass(std::string line);
  void fail(std::string line);
  void note(From from, const Message& message);
  void end() { is_over_ = true; }
  void ask_for_break() { break_asked_ = true; }
  [[nodiscard]] bool is_past_deadline(std::uint64_t now_ns) const {
    return deadline_ns_ != 0 && now_ns >= deadline_ns_;
  }

  DrillContext context_;
  std::uint64_t deadline_ns_ = 0;  // 0: none

 private:
  Step step_;
  bool is_over_ = false;
  bool break_asked_ = false;
};

// Whether it is a Heartbeat that a message of ours may take the place of.
[[nodiscard]] bool is_idle_heartbeat(const Message& message) noexcept;
// A message of this type and body in place of the Heartbeat.
[[nodiscard]] std::string in_place_of(const Message& heartbeat, std::string_view type,
                                      std::string_view body, std::uint64_t now_ns);
// Whether the venue's message brings the number missing: that one again, or a gap fill over it.
[[nodiscard]] bool brings(const Message& message, std::uint32_t sequence) noexcept;

// All drills, in the order they are taken.
[[nodiscard]] std::vector<std::unique_ptr<Drill>> make_drills(const DrillContext& context);

}  // namespace hourglass::gateway::fix

// Every reason is reached, the earlier of two stands, and a refusal changes nothing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>

#include "tests/support/command_builder.h"
#include "tests/support/event_text.h"
#include "tests/support/refusal_cases.h"

namespace hourglass::engine::test {
namespace {

std::string words(const Request& request, const std::vector<const Defect*>& defects) {
  std::string text(request.name);
  for (const Defect* defect : defects) text += fmt::format(", {}", describe(defect->reason).name);
  return text;
}

// The report a refused command must lead to, and nothing else (HG-MATCH-002).
Event expected_report(const SmallVenue& venue, const Command& refused, RejectReason reason) {
  const CommandHeader& header = refused.header();
  const MarketState& state = venue.exchange.state();
  RequestRejected body{};
  body.header.command_sequence = next(state.sequence);
  body.header.time = Timestamp(1000 * (state.sequence.value() + 1));
  body.header.instrument = header.instrument;
  body.header.kind = EventKind::kRequestRejected;
  body.header.version = kEventLayoutVersion;
  body.header.last_in_command = 1;
  body.session = header.session;
  if (header.session.value() < state.limits.max_sessions) {
    body.report_number = state.sessions[header.session.value()].report_number + 1;
  }
  body.account = header.account;
  if (header.kind == CommandKind::kNewOrder) body.key = refused.as<NewOrder>().key;
  if (header.kind == CommandKind::kReplaceOrder) body.key = refused.as<ReplaceOrder>().key;
  if (header.kind == CommandKind::kCancelOrder) body.key = refused.as<CancelOrder>().target;
  body.session_sequence = header.session_sequence;
  body.reason = reason;
  body.request = header.kind;
  Event event{};
  std::memcpy(event.bytes.data(), &body, sizeof(body));
  return event;
}

void expect_refused(SmallVenue& venue, const Command& command, RejectReason reason) {
  const Event expected = expected_report(venue, command, reason);
  const std::span<const Event> events = venue.apply(command);
  EXPECT_EQ(first_difference(std::span(&expected, 1), events).value_or(""), "");
}

// Calls visit(request, defects) for every request with one defect, or with two.
template <class Visit>
void for_each_defect(const std::vector<Request>& requests, Visit&& visit) {
  for (const Request& request : requests) {
    for (const Defect& defect : request.defects) visit(request, std::vector{&defect});
  }
}
template <class Visit>
void for_each_pair(const std::vector<Request>& requests, Visit&& visit) {
  for (const Request& request : requests) {
    for (std::size_t a = 0; a < request.defects.size(); ++a) {
      for (std::size_t b = a + 1; b < request.defects.size(); ++b) {
        const std::pair pair{request.defects[a].reason, request.defects[b].reason};
        if (std::count(request.exclusive.begin(), request.exclusive.end(), pair) != 0) continue;
        visit(request, std::vector{&request.defects[a], &request.defects[b]});
      }
    }
  }
}

TEST(RejectPrecedence, TheSameRequestsWithoutADefectPass) {
  for (const Request& request : refusable_requests()) {
    SmallVenue venue;
    for (const Event& event : venue.apply(with_defects(venue, request, {}))) {
      EXPECT_NE(event.header().kind, EventKind::kRequestRejected)
          << request.name << ": " << text(event);
    }
  }
}

TEST(RejectPrecedence, EveryReasonIsReached) {
  std::set<RejectReason> reached;
  for_each_defect(refusable_requests(), [&](const auto& request, const auto& defects) {
    SCOPED_TRACE(words(request, defects));
    SmallVenue venue;
    expect_refused(venue, with_defects(venue, request, defects), defects[0]->reason);
    reached.insert(defects[0]->reason);
  });
  for (const RejectReasonText& entry : kRejectReasons) {
    if (entry.reason == RejectReason::kNone) continue;
    EXPECT_TRUE(reached.contains(entry.reason)) << "no request is refused for " << entry.name;
  }
}

TEST(RejectPrecedence, OfTwoReasonsTheEarlierStands) {
  std::size_t pairs = 0;
  for_each_pair(refusable_requests(), [&](const auto& request, const auto& defects) {
    SCOPED_TRACE(words(request, defects));
    ASSERT_LT(defects[0]->reason, defects[1]->reason);
    SmallVenue venue;
    expect_refused(venue, with_defects(venue, request, defects), defects[0]->reason);
    ++pairs;
  });
  EXPECT_GT(pairs, 800U);
}

// The saved state with its sequence and time masked: bytes 16 to 31 (MarketState::save).
std::vector<std::byte> without_stamp(std::vector<std::byte> saved) {
  std::fill(saved.begin() + 16, saved.begin() + 32, std::byte{0});
  return saved;
}

TEST(RejectPrecedence, AnIllegibleMessageChangesNothing) {
  SmallVenue venue;
  const std::vector<std::byte> before = without_stamp(venue.saved());
  Command command = cancel_order({.session = 99, .account = 1}, 1);
  command.mutable_header().version = 77;
  expect_refused(venue, command, RejectReason::kUnknownVersion);
  EXPECT_EQ(without_stamp(venue.saved()), before);
}

// A refused command leaves what the same message would leave had it been illegible: the stamp and
// the number of one report. What is compared is every byte of the state, work and funds included.
TEST(RejectPrecedence, ARefusalChangesNothingButTheNumberOfItsReport) {
  for_each_defect(refusable_requests(), [&](const auto& request, const auto& defects) {
    SCOPED_TRACE(words(request, defects));
    SmallVenue refusing;
    SmallVenue control;
    const Command command = with_defects(refusing, request, defects);
    Command illegible = with_defects(control, request, defects);
    illegible.mutable_header().version = 77;
    refusing.apply(command);
    control.apply(illegible);
    ASSERT_EQ(refusing.exchange.has_pending_work(), control.exchange.has_pending_work());
    refusing.settle();
    control.settle();
    EXPECT_EQ(refusing.saved(), control.saved());
  });
}

}  // namespace
}  // namespace hourglass::engine::test

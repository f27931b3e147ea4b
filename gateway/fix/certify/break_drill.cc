#include "gateway/fix/certify/break_drill.h"

#include "fmt/format.h"

namespace hourglass::gateway::fix {

Passage BreakDrill::from_venue(const Message& message, std::uint64_t now_ns) {
  // Behind the break nothing of that connection is delivered any more.
  if (stage_ == Stage::kBroken) return {.kind = Passage::Kind::kKeptBack};
  const OrderTerms* const order = context_.orders.find(message.value(11));
  const bool is_the_one = stage_ == Stage::kArmed && message.type() == "8" && is_fresh(message) &&
                          message.value(150) == "0" && order != nullptr && order->type == "D" &&
                          context_.session.is_settled(now_ns);
  if (!is_the_one) return {};
  order_ = *order;
  missing_ = context_.session.venue_next();
  stage_ = Stage::kBroken;
  for (const Step step : {Step::kReconnect, Step::kRecovery, Step::kOrdersOnce}) {
    context_.checklist.note(step, fmt::format("broken off before 34={}, the report of 11={}",
                                              missing_, message.value(11)));
  }
  context_.orders.line_was_lost();
  ask_for_break();
  return {.kind = Passage::Kind::kKeptBack};
}

bool BreakDrill::from_member(const Message& message, std::uint64_t) {
  const std::string_view type = message.type();
  if (stage_ == Stage::kArmed) return false;
  if (type == "A") take_logon(message);
  if (type == "2") take_request(message);
  if (type == "D") take_order(message);
  return false;
}

void BreakDrill::take_logon(const Message& logon) {
  const std::string line = evidence(From::kMember, logon.fields());
  const std::uint32_t expected = context_.session.member_next();
  const bool is_first = context_.checklist.is_open(Step::kReconnect);
  if (is_first && (logon.value(141) == "Y" || number_in(logon, 34) < expected)) {
    return fail(fmt::format("{}: expected 34={}", line, expected));
  }
  stage_ = Stage::kLoggingOn;
  context_.checklist.note(Step::kReconnect, line);
  if (!logon.fields().find(789) || has_come_) return;
  is_asked_for_ = number_in(logon, 789) == missing_;
  if (is_asked_for_) {
    context_.checklist.note(Step::kRecovery, line);
  } else {
    context_.checklist.fail(Step::kRecovery, fmt::format("{}: expected 789={}", line, missing_));
  }
}

void BreakDrill::take_request(const Message& request) {
  if (has_come_ || !context_.checklist.is_open(Step::kRecovery)) return;
  const std::string line = evidence(From::kMember, request.fields());
  is_asked_for_ = number_in(request, 7) == missing_;
  if (is_asked_for_) {
    context_.checklist.note(Step::kRecovery, line);
  } else {
    context_.checklist.fail(Step::kRecovery, fmt::format("{}: expected 7={}", line, missing_));
  }
}

void BreakDrill::take_order(const Message& order) {
  const bool is_known = context_.orders.find(order.value(11)) != nullptr;
  const bool is_asked_again =
      order.value(43) == "Y" && context_.session.is_asked_for(number_in(order, 34));
  const bool is_allowed = order.value(97) == "Y" || is_asked_again;
  const bool is_like = !has_come_ && terms_of(order).is_like(order_);
  if ((is_known && !is_allowed) || (!is_known && is_like)) {
    context_.checklist.fail(Step::kOrdersOnce, evidence(From::kMember, order.fields()));
    end_if_decided();
  }
}

void BreakDrill::reached_member(const Message& message, std::uint64_t now_ns) {
  const std::string line = evidence(From::kVenue, message.fields());
  if (stage_ == Stage::kLoggingOn && message.type() == "A") {
    stage_ = Stage::kBack;
    context_.checklist.pass(Step::kReconnect, line);
    deadline_ns_ = now_ns + context_.session.interval_ns();
  }
  if (stage_ == Stage::kLoggingOn && message.type() == "5") return fail(line);
  if (stage_ != Stage::kBack || has_come_ || !brings(message, missing_)) return;
  has_come_ = true;
  order_deadline_ns_ = now_ns + kDisturbedWithinNs;
  if (is_asked_for_) context_.checklist.pass(Step::kRecovery, line);
}

void BreakDrill::tick(std::uint64_t now_ns) {
  if (stage_ != Stage::kBack) return;
  if (is_past_deadline(now_ns) && context_.checklist.is_open(Step::kRecovery)) {
    context_.checklist.fail(Step::kRecovery, "the missed messages were not fetched");
  }
  if (order_deadline_ns_ != 0 && now_ns >= order_deadline_ns_) {
    context_.checklist.pass(Step::kOrdersOnce, "none was sent twice");
  }
  end_if_decided();
}

// Who fetched nothing has not shown how it takes the report.
void BreakDrill::end_if_decided() {
  const Checklist& checklist = context_.checklist;
  const bool is_fetched = !checklist.is_open(Step::kRecovery);
  const bool is_judged = !checklist.is_open(Step::kOrdersOnce);
  const bool never_comes = checklist.outcome(Step::kRecovery) == Outcome::kFailed && !has_come_;
  if (is_fetched && (is_judged || never_comes)) end();
}

void BreakDrill::finish() {
  const bool is_away = stage_ == Stage::kBroken || stage_ == Stage::kLoggingOn;
  if (is_away) context_.checklist.fail(Step::kReconnect, "the member did not log on again");
}

}  // namespace hourglass::gateway::fix

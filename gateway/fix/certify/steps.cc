#include "gateway/fix/certify/steps.h"

#include "fmt/format.h"

namespace hourglass::gateway::fix {

constexpr std::array<StepText, kStepCount> kSteps = {{
    {Step::kLogon, "logon", "Log on", "Log on in the session's version.",
     "the venue answers the Logon with a Logon"},
    {Step::kInterval, "interval", "Heartbeat interval", "Log on with 108 from 5 to 60.",
     "108 of the Logon; 5 makes the certification short"},
    {Step::kGap, "gap", "Gap", "Send requests: one answer is held back. Ask for it.",
     "35=2 with 7 the number held back and 16 that number, a later one received, or 0, within an "
     "interval; none within 1 s of its coming"},
    {Step::kDuplicate, "duplicate", "Copy",
     "Send an order: its report comes again with 43=Y. Pass the copy over.",
     "no reject, ResendRequest, Logout with a Text or closed connection within 1 s of the copy"},
    {Step::kReconnect, "reconnect", "Lost connection",
     "Send an order: the connection breaks before its report. Log on again by yourself.",
     "the Logon goes on with your next number (34), without 141=Y, and is answered"},
    {Step::kRecovery, "recovery", "Missed messages", "Fetch what the broken connection lost.",
     "789, or else 7 of a ResendRequest, is the first number missed, and what it brings came "
     "within "
     "an interval"},
    {Step::kOrdersOnce, "orders-once", "No order twice",
     "Send no order again because its report was lost.",
     "until 1 s after the lost report has come: no 35=D with a known ClOrdID, unless with 97=Y or "
     "in a resend the venue asked for, and before it has come none of the same terms"},
    {Step::kNewOrder, "new-order", "New order", "Enter a limit order.", "35=8 with 150=0"},
    {Step::kReplace, "replace", "Replace", "Replace an order.", "35=8 with 150=5"},
    {Step::kCancel, "cancel", "Cancel", "Cancel an order.", "35=8 with 150=4 to your 35=F"},
    {Step::kPartialFill, "partial-fill", "Part fill",
     "Let an order of 10 lots or more rest, and get a part of it filled.",
     "35=8 with 150=F, 39=1; a counterparty of the certification trades half of it"},
    {Step::kFill, "fill", "Fill", "Get an order filled whole.",
     "35=8 with 150=F, 39=2; a counterparty of the certification trades the rest"},
    {Step::kReject, "reject", "Refused order", "Enter an order the market refuses, and go on.",
     "35=8 with 150=8, then another message of yours that is no Logout"},
    {Step::kCancelReject, "cancel-reject", "Refused cancel",
     "Cancel or replace an order that is not there, and go on.",
     "35=9, then another message of yours that is no Logout"},
    {Step::kStatus, "status", "Status after the break",
     "After the lost connection ask how your orders stand (35=H or AF).", "35=8 with 150=I"},
    {Step::kImmediate, "ioc", "Immediate or cancel", "Enter an order with 59=3.",
     "35=8 with 39=2 or 4", false},
    {Step::kFillOrKill, "fok", "Fill or kill", "Enter an order with 59=4.", "35=8 with 39=2 or 4",
     false},
    {Step::kMassCancel, "mass-cancel", "Mass cancel", "Cancel all orders (35=q).",
     "35=r that is not refused", false},
    {Step::kSilence, "silence", "Silent venue",
     "When trading is done, or four intervals without a trade later, nothing comes for longer than "
     "108. Send a TestRequest.",
     "35=1 from 0.9 to 2 intervals and a second after the last message"},
    {Step::kTestRequest, "test-request", "TestRequest",
     "Be quiet for an interval: a TestRequest comes. Answer it.",
     "35=0 with the same 112 within 1.2 intervals"},
    {Step::kFragments, "fragments", "Bytes one by one",
     "Be quiet for an interval: a TestRequest comes byte by byte. Answer it.",
     "35=0 with the same 112 within 1.2 intervals"},
    {Step::kHeartbeats, "heartbeats", "Heartbeats", "Send a Heartbeat when quiet for 108.",
     "35=0 without 112 after 0.8 to 1.2 intervals of quiet; never a longer quiet while logged on, "
     "and no 112 nobody asked for"},
    {Step::kUnderstood, "understood", "Messages understood",
     "Send what section 12 has, and take what we send.",
     "at the end: no 35=3 from either side and no broken CheckSum"},
    {Step::kThrottle, "throttle", "Throttle", "Keep to the rates agreed.",
     "at the end: no 35=j with 25001=1002"},
    {Step::kVenueLogout, "venue-logout", "Logout by the venue",
     "When the others are done, be quiet: we log you out. Answer, then log on again.",
     "35=5 within 10 s, before the connection closes"},
    {Step::kLogout, "logout", "Logout", "Log out, and wait for the answer.",
     "35=5, and no connection closed before the venue's 35=5 or without one"},
}};

const StepText& text_of(Step step) noexcept {
  return kSteps[static_cast<std::size_t>(step)];
}

std::string step_table() {
  std::string table =
      "| Step | Required | What your client does | What passes it |\n|---|---|---|---|\n";
  for (const StepText& row : kSteps) {
    table += fmt::format("| `{}` {} | {} | {} | {} |\n", row.id, row.title,
                         row.required ? "yes" : "no", row.task, row.judged);
  }
  return table;
}

}  // namespace hourglass::gateway::fix

// A venue with a few contracts and the reports it makes, as text.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/order/clearing.h"
#include "gateway/fix/orders/order_reports.h"
#include "tests/support/command_builder.h"
#include "tests/support/exchange_instances.h"

namespace hourglass::gateway::fix::test {

// FIX 4.4 speak the sessions with even numbers, FIX 5.0 SP2 the odd ones; lower ones are not FIX's.
inline constexpr std::uint32_t kOld = 4096;
inline constexpr std::uint32_t kNew = 4097;
inline constexpr std::uint64_t kMidnightNs = 1'767'225'600'000'000'000;  // 2026-01-01
inline constexpr std::uint64_t kSecondNs = 1'000'000'000;

// Keeps reports as "<session>#<number> 35=<type>|<body>" with | for SOH.
class Lines final : public ReportSink {
 public:
  std::optional<FixVersion> version(engine::SessionId session) const override {
    if (session.value() < kOld) return std::nullopt;
    return session.value() % 2 == 0 ? FixVersion::kFix44 : FixVersion::kFix50Sp2;
  }
  void report(engine::SessionId session, std::uint32_t number,
              const MessageWriter& writer) override {
    lines.push_back(std::to_string(session.value()) + "#" + std::to_string(number) +
                    " 35=" + text_of(writer));
  }
  static std::string text_of(const MessageWriter& writer) {
    std::string text = std::string(writer.msg_type()) + "|" + std::string(writer.body());
    std::replace(text.begin(), text.end(), '\x01', '|');
    return text;
  }

  std::vector<std::string> lines;
};

// The text of a command that has one.
inline engine::Command named(const engine::Command& unnamed, std::string_view text) {
  engine::Command command = unnamed;
  const auto id = engine::ClientOrderId::from(text).value_or(engine::ClientOrderId{});
  const auto at = [&command](std::size_t place) { return command.bytes.data() + place; };
  switch (command.header().kind) {
    case engine::CommandKind::kNewOrder:
      std::memcpy(at(offsetof(engine::NewOrder, client_order_id)), &id, sizeof(id));
      break;
    case engine::CommandKind::kReplaceOrder:
      std::memcpy(at(offsetof(engine::ReplaceOrder, client_order_id)), &id, sizeof(id));
      break;
    case engine::CommandKind::kCancelOrder:
      std::memcpy(at(offsetof(engine::CancelOrder, client_order_id)), &id, sizeof(id));
      break;
    default: break;
  }
  return command;
}

// Commands are stamped a second apart, from 2026-01-01 00:00:01 with sequence 1 on.
class Desk {
 public:
  // Lists H1 (0, group 1, a cent), H2 (1, group 2, a nano-dollar) and H3 (2, pausing).
  Desk() {
    apply(engine::test::define_instrument({.symbol = "H1", .group = 1}));
    apply(engine::test::define_instrument({.from = {.session = 0, .account = 0, .instrument = 1},
                                           .symbol = "H2",
                                           .tick_size_nano_usd = 1'000,
                                           .group = 2}));
    apply(engine::test::define_instrument({.from = {.session = 0, .account = 0, .instrument = 2},
                                           .symbol = "H3",
                                           .state = engine::TradingState::kPause}));
  }

  // As the door does it: on_command() with sequence 0, then the events.
  void apply(const engine::Command& command) {
    reports.on_command(command);
    carry_out(command);
  }
  // Stamps, carries out and follows what was given to on_command() before.
  void carry_out(const engine::Command& command) {
    follow(command);
    while (exchange.has_pending_work()) follow(exchange.continuation());
  }

  // Enters `spec` under `text` with the session's next key and number.
  void enter(std::string_view text, engine::test::NewOrderSpec spec) {
    spec.key = reports.next_key(engine::SessionId(spec.from.session)).value();
    spec.from.session_sequence = ++numbers_[spec.from.session % 2];
    apply(named(engine::test::new_order(spec), text));
  }
  void replace(std::string_view text, std::string_view target, engine::test::ReplaceSpec spec) {
    const engine::SessionId session(spec.from.session);
    spec.target = key_of(session, target);
    spec.key = reports.next_key(session).value();
    spec.from.session_sequence = ++numbers_[spec.from.session % 2];
    apply(named(engine::test::replace_order(spec), text));
  }
  void cancel(std::string_view text, std::string_view target, engine::test::From from) {
    from.session_sequence = ++numbers_[from.session % 2];
    const std::uint32_t key = key_of(engine::SessionId(from.session), target);
    apply(named(engine::test::cancel_order(from, key), text));
  }
  void mass_cancel(std::string_view text, engine::test::MassCancelSpec spec) {
    spec.from.session_sequence = ++numbers_[spec.from.session % 2];
    const engine::Command command = engine::test::mass_cancel(spec);
    reports.on_command(command);
    reports.name_request(command.header().session, spec.from.session_sequence, text);
    carry_out(command);
  }

  // What was reported since the last call.
  std::vector<std::string> said() { return std::exchange(lines.lines, {}); }
  // Forgets it.
  void skip() { lines.lines.clear(); }

  engine::Exchange<engine::PermissiveClearing> exchange;
  OrderReports reports;
  Lines lines;

 private:
  void follow(const engine::Command& command) {
    ++sequence_;
    const engine::Command stamped =
        engine::test::stamped(command, sequence_, kMidnightNs + sequence_ * kSecondNs);
    for (const engine::Event& event : exchange.apply(stamped)) reports.on_event(event, lines);
  }
  std::uint32_t key_of(engine::SessionId session, std::string_view text) const {
    // A key that was never given stands for a text that is not known.
    return reports.key_of(session, text).value_or(engine::ClientKey(999)).value();
  }

  std::uint64_t sequence_ = 0;
  std::array<std::uint32_t, 2> numbers_{};
};

}  // namespace hourglass::gateway::fix::test

#include "gateway/fix/certify/drill.h"

#include <utility>

#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

Passage Drill::from_venue(const Message&, std::uint64_t) {
  return {};
}

void Drill::reached_member(const Message&, std::uint64_t) {}

bool Drill::from_member(const Message&, std::uint64_t) {
  return false;
}

bool Drill::closed(ClosedBy) {
  return false;
}

void Drill::tick(std::uint64_t) {}

bool Drill::take_break() {
  return std::exchange(break_asked_, false);
}

void Drill::pass(std::string line) {
  context_.checklist.pass(step_, std::move(line));
  end();
}

void Drill::fail(std::string line) {
  context_.checklist.fail(step_, std::move(line));
  end();
}

void Drill::note(From from, const Message& message) {
  context_.checklist.note(step_, evidence(from, message.fields()));
}

bool is_idle_heartbeat(const Message& message) noexcept {
  return message.type() == "0" && message.value(112).empty() && is_fresh(message);
}

std::string in_place_of(const Message& heartbeat, std::string_view type, std::string_view body,
                        std::uint64_t now_ns) {
  std::string out;
  append_message(out,
                 {.begin_string = heartbeat.value(8),
                  .sender = heartbeat.value(49),
                  .target = heartbeat.value(56),
                  .sequence = number_in(heartbeat, 34),
                  .sending_time_ns = now_ns},
                 type, body);
  return out;
}

bool brings(const Message& message, std::uint32_t sequence) noexcept {
  const std::uint32_t own = number_in(message, 34);
  if (message.type() == "4") return own <= sequence && number_in(message, 36) > sequence;
  return own == sequence;
}

}  // namespace hourglass::gateway::fix

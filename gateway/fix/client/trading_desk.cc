#include "gateway/fix/client/trading_desk.h"

#include <chrono>
#include <optional>

#include "fmt/format.h"
#include "gateway/fix/client/report_text.h"

namespace hourglass::gateway::fix {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLook{100};

std::uint64_t utc_now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

// Whether the message answers the request with this id or number: by its id, as field 379 of a
// business reject, or as field 45 of either reject.
bool answers(const Message& message, std::uint32_t sequence, std::string_view id) {
  for (const std::uint32_t tag : {11U, 320U, 379U, 568U, 584U, 710U, 909U}) {
    if (message.value(tag) == id) return true;
  }
  return parse_number(message.value(45)) == std::int64_t{sequence};
}

}  // namespace

absl::Status TradingDesk::send(const ClientRequest& request) {
  const auto sequence = client_.send(request.msg_type, request.body);
  if (!sequence.ok()) return sequence.status();
  unanswered_.emplace(*sequence, request.id);
  return absl::OkStatus();
}

absl::Status TradingDesk::say(const std::vector<std::string_view>& words) {
  if (words.empty() || words[0].front() == '#') return absl::OkStatus();
  if (words[0] == "quit") return absl::CancelledError("quit");
  if (words[0] == "help") {
    print_(ClientRequests::help());
    return absl::OkStatus();
  }
  auto request = requests_.read(words, utc_now_ns());
  if (absl::IsFailedPrecondition(request.status())) {
    if (absl::Status status = find_order(words[1]); !status.ok()) return status;
    request = requests_.read(words, utc_now_ns());
  }
  if (!request.ok()) return request.status();
  return send(*request);
}

// An order of another run: the venue knows its contract and side.
absl::Status TradingDesk::find_order(std::string_view id) {
  const ClientRequest request = requests_.status_of(id);
  const auto sequence = client_.send(request.msg_type, request.body);
  if (!sequence.ok()) return sequence.status();
  const auto is_answer = [&](const Message& message) {
    const bool is_status = message.type() == "8" && message.value(150) == "I";
    return (is_status || is_refusal(message)) && answers(message, *sequence, id);
  };
  const auto answer = client_.wait_for(is_answer, kAnswerPatience);
  if (!answer.ok()) return answer.status();
  if (!answer->has_value()) return absl::DeadlineExceededError("the venue did not answer");
  requests_.note(**answer);
  if (!is_refusal(**answer)) return absl::OkStatus();
  return absl::NotFoundError(fmt::format("the venue knows no order {}", id));
}

absl::StatusOr<bool> TradingDesk::print_next(milliseconds patience) {
  const auto message = client_.receive(patience);
  if (!message.ok()) return message.status();
  if (!message->has_value()) return false;
  if (!is_copy(**message)) requests_.note(**message);
  const std::size_t answered = std::erase_if(unanswered_, [&](const auto& request) {
    return answers(**message, request.first, request.second);
  });
  if (answered != 0 && is_refusal(**message)) saw_refusal_ = true;
  print_(report_text(**message));
  return true;
}

absl::Status TradingDesk::print_reports() {
  for (;;) {  // ends: each round takes a message that has come
    const auto printed = print_next(milliseconds(0));
    if (!printed.ok()) return printed.status();
    if (!*printed) return absl::OkStatus();
  }
}

absl::Status TradingDesk::settle() {
  Clock::time_point last = Clock::now();
  for (;;) {  // ends: with quiet or the time
    const auto printed = print_next(kLook);
    if (!printed.ok()) return printed.status();
    const Clock::time_point now = Clock::now();
    if (*printed) last = now;
    if (unanswered_.empty() && now - last >= kQuiet) return absl::OkStatus();
    if (now - last >= kAnswerPatience) {
      return absl::DeadlineExceededError("the venue did not answer");
    }
  }
}

absl::Status TradingDesk::tail(const StopAsked& stop_asked) {
  while (!stop_asked()) {
    const auto printed = print_next(kLook);
    if (!printed.ok()) return printed.status();
  }
  return absl::OkStatus();
}

}  // namespace hourglass::gateway::fix

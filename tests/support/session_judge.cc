#include "tests/support/session_judge.h"

#include <chrono>

#include "engine/base/assert.h"
#include "fmt/format.h"
#include "gateway/fix/dictionary/dictionary_text.h"
#include "gateway/fix/door/plain_message.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::uint64_t kLatencyNs = 119'000'000'000;

}  // namespace

std::uint64_t system_now_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

SessionJudge::SessionJudge(FixVersion version, bool write_anew)
    : begin_string_(version == FixVersion::kFix44 ? "FIX.4.4" : "FIXT.1.1"),
      write_anew_(write_anew) {
  std::string error;
  dictionaries_ = version == FixVersion::kFix44
                      ? Dictionaries::parse("FIX.4.4", std::string(kFix44Dictionary), "", error)
                      : Dictionaries::parse("FIXT.1.1", std::string(kFixt11Dictionary),
                                            std::string(kFix50Sp2Dictionary), error);
  HG_ASSERT(dictionaries_ != nullptr, error.size());
  log_on();
}

std::string SessionJudge::verdict(const std::string& text) {
  if (!session_->is_logged_on()) log_on();
  taken_ = 0;
  sent_.clear();
  handed_on_.clear();
  const std::uint32_t before = target_;
  const bool whole = session_->next(text, target_);
  if (taken_ == 1 && sent_.empty() && target_ == before + 1) return "taken";
  return fmt::format("whole {}, taken {}, sent '{}'", whole, taken_, sent_);
}

bool SessionJudge::is_plain_here(const std::string& text) {
  if (!session_->is_logged_on()) log_on();
  Fields fields;
  fields.parse(text);
  if (parse_number(fields.value(34)) != target_) return false;
  return session_->is_in_step() &&
         is_plain(fields, text, dictionaries_->plain_rules(),
                  {begin_string_, "PEER", "VENUE", system_now_ns(), kLatencyNs});
}

std::string SessionJudge::at_next_tick(std::uint64_t received_ns_ago, std::uint64_t sent_ns_ago) {
  sent_.clear();
  if (received_ns_ago != 0) session_->note_received(system_now_ns() - received_ns_ago);
  if (sent_ns_ago != 0) session_->note_sent(system_now_ns() - sent_ns_ago);
  session_->tick();
  const std::size_t type = sent_.find("35=");
  return type == std::string::npos ? sent_ : sent_.substr(type, sent_.find(kSoh, type) - type);
}

void SessionJudge::start_anew() {
  reset_numbers();
  log_on();
}

void SessionJudge::log_on() {
  session_.reset();  // QuickFIX has one of a name at a time
  session_ = std::make_unique<QuickFixSession>(SessionIdentity{.begin_string = begin_string_,
                                                               .sender = "VENUE",
                                                               .target = "PEER",
                                                               .default_appl_ver_id = "9",
                                                               .timestamp_digits = 6,
                                                               .reset_on_logon = false,
                                                               .max_latency_seconds = 120,
                                                               .write_anew = write_anew_},
                                               *dictionaries_, *this, *this);
  session_->connected();
  const std::string body = fmt::format(
      "98=0{0}108=30{0}{1}", kSoh, begin_string_ == "FIX.4.4" ? "" : fmt::format("1137=9{}", kSoh));
  std::string logon;
  append_message(logon, {begin_string_, "PEER", "VENUE", target_, system_now_ns()}, "A", body);
  session_->next(logon, target_);
  const bool is_logged_on = session_->is_logged_on();
  HG_ASSERT(is_logged_on, target_);
}

}  // namespace hourglass::gateway::fix::test

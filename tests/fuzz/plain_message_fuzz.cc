// What the door takes plainly is what QuickFIX would have handed on, field by field, and is read as
// the same order. The first byte says the version, and of what length and checksum there are; the
// rest is a message from field 35 on, with | for SOH, NUM for the next number and TIME for now.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/assert.h"
#include "engine/contract/instrument.h"
#include "engine/order/command.h"
#include "fmt/format.h"
#include "gateway/fix/door/plain_message.h"
#include "gateway/fix/orders/order_terms.h"
#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"
#include "tests/support/fix_text.h"
#include "tests/support/session_judge.h"

namespace {

using namespace hourglass;
using namespace hourglass::gateway::fix;
using test::SessionJudge;

constexpr std::uint32_t kNumbersBeforeANewSession = 1U << 30;

void put_for(std::string& text, std::string_view word, std::string_view value) {
  for (std::size_t at = text.find(word); at != std::string::npos;
       at = text.find(word, at + value.size())) {
    text.replace(at, word.size(), value);
  }
}

// Bits 1 and 2 of `how`: a length too great by one; another checksum.
std::string message_of(const SessionJudge& judge, std::string_view input, std::uint8_t how) {
  std::string body = fix_text(input);
  put_for(body, "NUM", fmt::format("{}", judge.next()));
  std::string now;
  append_utc_timestamp(now, test::system_now_ns(), Precision::kMilliseconds);
  put_for(body, "TIME", now);
  std::string text = fmt::format("8={0}{1}9={2}{1}{3}", judge.begin_string(), kSoh,
                                 body.size() + (how >> 1 & 1), body);
  const auto sum = static_cast<std::uint8_t>(checksum(text) + (how >> 2 & 1));
  return text.append(fmt::format("10={:03}{}", sum, kSoh));
}

// All but begin, length and checksum, in order of their tags.
std::vector<std::pair<std::uint32_t, std::string_view>> sorted(const Fields& fields) {
  std::vector<std::pair<std::uint32_t, std::string_view>> all;
  for (const Field& field : fields.all()) {
    if (field.tag != 8 && field.tag != 9 && field.tag != 10)
      all.emplace_back(field.tag, field.value);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& one, const auto& other) { return one.first < other.first; });
  return all;
}

engine::Instrument instrument() {
  engine::Instrument terms;
  terms.tick_size_nano_usd = 100'000;
  terms.contract_size_gpu_hours = 24;
  terms.max_price = terms.band_high = engine::Price(1'000'000);
  return terms;
}

std::uint32_t code_of(const Checked& refused) {
  return refused ? refused->code : 0;
}

template <class Body>
bool is_same(const Body& one, const Body& other) {
  return std::memcmp(&one, &other, sizeof(one)) == 0;
}

void check_order(const Fields& plain, const Fields& full) {
  for (const bool cancel_on_disconnect : {false, true}) {
    engine::NewOrder one{};
    engine::NewOrder other{};
    const auto one_code = code_of(read_order(plain, instrument(), cancel_on_disconnect, one));
    const auto other_code = code_of(read_order(full, instrument(), cancel_on_disconnect, other));
    HG_ASSERT(one_code == other_code && is_same(one, other), one_code, other_code);
  }
  engine::ReplaceOrder one{};
  engine::ReplaceOrder other{};
  const auto one_code = code_of(read_replace(plain, instrument(), one));
  const auto other_code = code_of(read_replace(full, instrument(), other));
  HG_ASSERT(one_code == other_code && is_same(one, other), one_code, other_code);
}

// Also what is not plain is read from the text as it came once QuickFIX has found it in order.
void take(SessionJudge& judge, const std::string& text) {
  Fields plain;
  // The door passes over such a message, before QuickFIX, which takes 055 for 55.
  if (!plain.parse(text) && !has_tags(text)) return;
  const bool is_plain = judge.is_plain_here(text);
  const std::string verdict = judge.verdict(text);
  HG_ASSERT(!is_plain || verdict == "taken", text.size());
  Fields full;
  const std::string handed_on = judge.handed_on();
  if (!handed_on.empty()) {
    const bool are_read = plain.parse(text) && full.parse(handed_on);
    HG_ASSERT(are_read, text.size());
    const bool is_same_text = sorted(plain) == sorted(full);
    HG_ASSERT(!is_plain || is_same_text, text.size());
    check_order(plain, full);
  }
  if (!judge.is_in_step() || judge.next() > kNumbersBeforeANewSession) judge.start_anew();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static SessionJudge old_version(FixVersion::kFix44, true);
  static SessionJudge new_version(FixVersion::kFix50Sp2, true);
  if (size == 0) return 0;
  SessionJudge& judge = (data[0] & 1) == 0 ? old_version : new_version;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  take(judge, message_of(judge, input, data[0]));
  return 0;
}

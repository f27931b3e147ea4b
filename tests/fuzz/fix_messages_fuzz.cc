// Whatever a peer sends: cut into messages, taken apart, read as orders and sent again. The first
// byte says into how large pieces the rest is cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/assert.h"
#include "engine/contract/instrument.h"
#include "gateway/fix/door/logon_check.h"
#include "gateway/fix/orders/order_terms.h"
#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/framer.h"
#include "gateway/fix/wire/message_writer.h"

namespace {

using namespace hourglass;
using namespace hourglass::gateway::fix;

constexpr std::uint64_t kNowNs = 1'795'000'000'000'000'000;

engine::Instrument instrument() {
  engine::Instrument terms;
  terms.tick_size_nano_usd = 100'000;
  terms.contract_size_gpu_hours = 24;
  terms.max_price = terms.band_high = engine::Price(1'000'000);
  return terms;
}

void take(std::string_view message) {
  Fields fields;
  if (!fields.parse(message)) return;
  static_cast<void>(check_logon(fields, "HOURGLASS", nullptr, "", kNowNs, false));
  Member member;
  member.comp_id = "TRADER1";
  static_cast<void>(check_logon(fields, "HOURGLASS", &member, "", kNowNs, false));
  engine::NewOrder order{};
  static_cast<void>(read_order(fields, instrument(), true, order));
  engine::ReplaceOrder replace{};
  static_cast<void>(read_replace(fields, instrument(), replace));
  std::string again;
  if (!append_resent(again, message, kNowNs, Precision::kMicroseconds)) {
    HG_ASSERT(again.empty(), again.size());
    return;
  }
  // What is sent again is a message, and says that it is sent again.
  Framer framer;
  framer.add(again);
  std::string_view whole;
  HG_ASSERT(framer.next(whole) == Framer::Result::kMessage && whole == again, again.size());
  Fields sent;
  HG_ASSERT(sent.parse(whole) && sent.value(43) == "Y", again.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  Framer framer;
  while (!rest.empty()) {
    framer.add(rest.substr(0, piece));
    rest.remove_prefix(std::min(piece, rest.size()));
    std::string_view message;
    Framer::Result result{};
    while ((result = framer.next(message)) == Framer::Result::kMessage) take(message);
    if (result == Framer::Result::kTooLong) return 0;
  }
  return 0;
}

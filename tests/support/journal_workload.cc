#include "tests/support/journal_workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"
#include "engine/journal/segment_list.h"
#include "engine/journal/verify.h"

namespace hourglass::engine {

JournalSettings small_segments(std::uint64_t blocks) {
  return {.segment_bytes = blocks * kBlockBytes,
          .prepare_chunk_bytes = 2 * kBlockBytes,
          .rule_set_version = kRuleSetVersion,
          .build_id = "test"};
}

std::vector<std::byte> test_command(std::uint64_t sequence) {
  const auto header = [&](CommandHeader h) {
    h.sequence = SequenceNumber(sequence);
    h.time = Timestamp(1'700'000'000'000'000'000 + sequence * 977);
    h.session_sequence = static_cast<std::uint32_t>(sequence * 2654435761U);
    return h;
  };
  if (sequence % 3 == 0) {
    const CancelOrder cancel{
        .header = header(make_header<CancelOrder>(SessionId(2), AccountId(7), InstrumentId(1))),
        .target = ClientKey(static_cast<std::uint32_t>(sequence)),
        .client_order_id = *ClientOrderId::from(fmt::format("C{}", sequence))};
    const auto bytes = std::as_bytes(std::span(&cancel, 1));
    return {bytes.begin(), bytes.end()};
  }
  const NewOrder order{
      .header = header(make_header<NewOrder>(SessionId(2), AccountId(7), InstrumentId(1))),
      .key = ClientKey(static_cast<std::uint32_t>(sequence)),
      .client = ClientCode(3),
      .price = Price(static_cast<std::int64_t>(sequence % 1000)),
      .qty = Qty(5),
      .display_qty = Qty(5),
      .min_qty = Qty(0),
      .expire_time = Timestamp(0),
      .side = Side::kSell,
      .type = OrderType::kLimit,
      .time_in_force = TimeInForce::kDay,
      .post_only = PostOnly::kNo,
      .cancel_on_disconnect = 0,
      .reserved = {},
      .client_order_id = *ClientOrderId::from(fmt::format("N{}", sequence)),
      .reserved2 = 0};
  const auto bytes = std::as_bytes(std::span(&order, 1));
  return {bytes.begin(), bytes.end()};
}

FrameStamp test_stamp(const JournalWriter& writer, bool seal) {
  const std::uint64_t last = writer.next_sequence().value() - 1;
  // As in the venue, the digest lags behind what is being written.
  const SequenceNumber through = seal ? SequenceNumber(last) : writer.durable();
  Sha256 sha;
  return {.wall_time = Timestamp(1'700'000'000'000'000'000 + last * 1000),
          .monotonic_ns = last * 1000,
          .digest_through = through,
          .event_digest = sha.of(bytes_of(through)),
          .seal = seal};
}

absl::Status write_frame(JournalWriter& writer, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool appended = writer.append(test_command(writer.next_sequence().value()));
    HG_ASSERT(appended, count);
  }
  return writer.commit(test_stamp(writer));
}

std::unique_ptr<JournalWriter> create_journal(JournalDevice& device,
                                              const JournalSettings& settings) {
  auto writer = JournalWriter::create(device, settings, kTestUuid, Timestamp(1'700'000'000));
  if (!writer.ok()) std::fprintf(stderr, "%s\n", writer.status().ToString().c_str());
  HG_ASSERT(writer.ok());
  return *std::move(writer);
}

std::string check_contents(JournalDevice& device, std::uint64_t* last) {
  *last = 0;
  auto reader = JournalReader::open(device);
  if (!reader.ok()) return reader.status().ToString();
  std::uint64_t expected = (*reader)->segments().front().header.first_sequence.value();
  while (true) {
    const auto frame = (*reader)->next_frame();
    if (!frame.ok()) return frame.status().ToString();
    if (!*frame) break;
    auto payload = (*frame)->payload;
    while (!payload.empty()) {
      const auto command = take_command(payload);
      if (!std::ranges::equal(command, test_command(expected))) {
        return fmt::format("command {} is not what was written", expected);
      }
      ++expected;
    }
  }
  *last = expected - 1;
  return "";
}

bool ends_without_room(JournalDevice& device) {
  const auto list = list_segments(device);
  const auto result = verify_journal(device);
  HG_ASSERT(list.ok() && result.ok() && result->intact());
  return result->tail.place.offset == list->segments.back().header.segment_bytes;
}

}  // namespace hourglass::engine

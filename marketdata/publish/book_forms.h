// The messages of what changes a book, written without a branch on what the event is.
//
// Which of five kinds comes next is a coin toss, that a switch loses at 10 ns a time. All five
// messages begin alike and end in a price and four small fields; what is where in event and
// message, and what is not there at all, stands in a table of forms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/base/assert.h"
#include "engine/order/event.h"
#include "marketdata/publish/frame_bytes.h"
#include "marketdata/publish/wire_values.h"
#include "marketdata/wire/messages.h"

namespace hourglass::marketdata {

// What an event does not say itself.
struct EventTerms {
  std::int64_t tick_nano_usd = 0;  // of its instrument
  std::uint32_t shown_qty = 0;     // of an order that leaves its place by a replace
  std::uint32_t trade_date = 0;    // of a day that ends
  std::uint8_t event_flags = 0;
};

// The message, and the level it touched: side kNone where it changes no book.
struct OrderMessage {
  std::size_t frame_bytes = 0;
  std::int64_t price = 0;
  BookSide side = BookSide::kNone;
};

namespace internal {

// What the messages' blocks begin with.
struct [[gnu::packed]] BookMessageHead {
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t qty;
  std::uint64_t transact_time;
  std::uint64_t order_id;
};
// Side, event_flags, then order_flags, reason or trade_type, padding.
struct [[gnu::packed]] BookMessageTail {
  std::uint8_t side;
  std::uint8_t event_flags;
  std::uint8_t third;
  std::uint8_t padding;
};
// Executed alone.
struct [[gnu::packed]] BookMessageTrade {
  std::uint64_t trade_id;
  std::uint32_t leaves_qty;
};

template <class Body>
constexpr bool begins_as_the_head() noexcept {
  return offsetof(Body, instrument_id) == offsetof(BookMessageHead, instrument_id) &&
         offsetof(Body, instr_seq) == offsetof(BookMessageHead, instr_seq) &&
         offsetof(Body, transact_time) == offsetof(BookMessageHead, transact_time) &&
         offsetof(Body, order_id) == offsetof(BookMessageHead, order_id) &&
         offsetof(Body, event_flags) == offsetof(Body, side) + 1;
}
static_assert(begins_as_the_head<OrderAdd>() && begins_as_the_head<OrderReduce>() &&
              begins_as_the_head<OrderDelete>() && begins_as_the_head<OrderReplace>() &&
              begins_as_the_head<OrderExecuted>());
static_assert(offsetof(OrderAdd, display_qty) == 8 && offsetof(OrderReduce, new_display_qty) == 8 &&
              offsetof(OrderDelete, deleted_qty) == 8 &&
              offsetof(OrderReplace, new_display_qty) == 8 &&
              offsetof(OrderExecuted, exec_qty) == 8);
static_assert(offsetof(OrderExecuted, leaves_qty) ==
              offsetof(OrderExecuted, trade_id) + sizeof(std::uint64_t));

// Behind every frame of a book: what a message does not have is written there.
constexpr std::uint8_t kNowhere = 96;
static_assert(kNowhere >= padded(sizeof(FrameHeader) + sizeof(OrderExecuted)) &&
              kNowhere + sizeof(BookMessageTrade) <= kMaxFrameBytes);

struct BookForm {
  FrameHeader header{};
  // Where in the event.
  std::uint8_t qty_at = 0;
  std::uint8_t order_id_at = 0;
  std::uint8_t price_at = 0;
  std::uint8_t side_at = 0;
  std::uint8_t side_flip = 0;  // 1: what stands there is the other side
  std::uint8_t third_at = 0;   // an index into `third`
  // Where in the frame.
  std::uint8_t price_to = kNowhere;
  std::uint8_t tail_to = 0;
  std::uint8_t trade_to = kNowhere;
  std::uint8_t padding_to = kNowhere;
  std::uint8_t shown_mask = 0;  // 0xFF: the quantity is the terms' shown_qty
  std::array<std::uint8_t, 16> third{};
};

template <class Body>
constexpr BookForm form_of() noexcept {
  constexpr std::size_t kEnd = sizeof(FrameHeader) + sizeof(Body);
  BookForm form{.header = frame_header<Body>(padded(kEnd)),
                .tail_to = sizeof(FrameHeader) + offsetof(Body, side)};
  // Of at most four bytes.
  static_assert(padded(kEnd) - kEnd == 4 || padded(kEnd) == kEnd);
  if (padded(kEnd) != kEnd) form.padding_to = kEnd;
  return form;
}

template <class Event>
constexpr BookForm replaced(BookForm form) noexcept {
  form.qty_at = offsetof(Event, displayed);
  form.order_id_at = offsetof(Event, order) + offsetof(engine::OrderRef, order_id);
  form.price_at = offsetof(Event, price);
  form.side_at = offsetof(Event, side);
  form.third_at = offsetof(Event, kept_priority);
  return form;
}

enum FormIndex : std::uint8_t {
  kNoForm,
  kAccepted,
  kRested,
  kRestedBefore,  // of version 1, which told of orders that met nobody the same way
  kExecuted,
  kReplacedInPlace,
  kReplacedAndMoved,
  kReplacedToTrade,
  kCancelled,
  kFormCount,
};

constexpr std::array<BookForm, kFormCount> make_book_forms() noexcept {
  std::array<BookForm, kFormCount> forms;
  BookForm& accepted = forms[kAccepted] = form_of<OrderAdd>();
  accepted.qty_at = offsetof(engine::OrderAccepted, displayed);
  accepted.order_id_at = offsetof(engine::OrderAccepted, order);
  accepted.price_at = offsetof(engine::OrderAccepted, price);
  accepted.side_at = offsetof(engine::OrderAccepted, side);
  accepted.third_at = offsetof(engine::OrderAccepted, side);
  accepted.price_to = sizeof(FrameHeader) + offsetof(OrderAdd, price);

  BookForm& rested = forms[kRested] = form_of<OrderAdd>();
  rested.qty_at = offsetof(engine::OrderRested, qty);
  rested.order_id_at = offsetof(engine::OrderRested, order_id);
  rested.price_at = offsetof(engine::OrderRested, price);
  rested.side_at = offsetof(engine::OrderRested, side);
  rested.third_at = offsetof(engine::OrderRested, new_tranche);
  rested.price_to = accepted.price_to;
  rested.third = {kAfterTrading, kNewTranche};
  forms[kRestedBefore] = rested;
  forms[kRestedBefore].third = {0, kNewTranche};

  BookForm& executed = forms[kExecuted] = form_of<OrderExecuted>();
  executed.qty_at = offsetof(engine::Trade, qty);
  executed.order_id_at = offsetof(engine::Trade, resting);
  executed.price_at = offsetof(engine::Trade, price);
  executed.side_at = offsetof(engine::Trade, incoming_side);
  executed.side_flip = 1;
  executed.third_at = offsetof(engine::Trade, incoming_side);
  executed.price_to = sizeof(FrameHeader) + offsetof(OrderExecuted, price);
  executed.trade_to = sizeof(FrameHeader) + offsetof(OrderExecuted, trade_id);

  forms[kReplacedInPlace] = replaced<engine::OrderReplaced>(form_of<OrderReduce>());
  forms[kReplacedInPlace].third.fill(static_cast<std::uint8_t>(ReduceReason::kReplaced));
  forms[kReplacedAndMoved] = replaced<engine::OrderReplaced>(form_of<OrderReplace>());
  forms[kReplacedAndMoved].price_to = sizeof(FrameHeader) + offsetof(OrderReplace, new_price);
  forms[kReplacedToTrade] = replaced<engine::OrderReplaced>(form_of<OrderDelete>());
  forms[kReplacedToTrade].third.fill(static_cast<std::uint8_t>(DeleteReason::kReplaced));
  forms[kReplacedToTrade].shown_mask = 0xFF;

  BookForm& cancelled = forms[kCancelled] = form_of<OrderDelete>();
  cancelled.qty_at = offsetof(engine::OrderCancelled, displayed_removed);
  cancelled.order_id_at = offsetof(engine::OrderCancelled, order);
  cancelled.price_at = offsetof(engine::OrderCancelled, price);
  cancelled.side_at = offsetof(engine::OrderCancelled, side);
  cancelled.third_at = offsetof(engine::OrderCancelled, reason);
  for (std::uint8_t reason = 0; reason < cancelled.third.size(); ++reason) {
    cancelled.third[reason] =
        static_cast<std::uint8_t>(delete_reason(engine::CancelReason{reason}));
  }
  return forms;
}
inline constexpr std::array<BookForm, kFormCount> kBookForms = make_book_forms();
static_assert(offsetof(engine::OrderRef, order_id) == 0);

// By the event's kind, below 16: its first form.
inline constexpr std::array<std::uint8_t, 16> kFirstForms = [] {
  std::array<std::uint8_t, 16> first{};
  first[static_cast<std::size_t>(engine::EventKind::kOrderAccepted)] = kAccepted;
  first[static_cast<std::size_t>(engine::EventKind::kOrderRested)] = kRested;
  first[static_cast<std::size_t>(engine::EventKind::kTrade)] = kExecuted;
  first[static_cast<std::size_t>(engine::EventKind::kOrderReplaced)] = kReplacedInPlace;
  first[static_cast<std::size_t>(engine::EventKind::kOrderCancelled)] = kCancelled;
  return first;
}();

template <class Value>
Value value_at(const engine::Event& event, std::size_t at) noexcept {
  Value value;
  std::memcpy(&value, event.bytes.data() + at, sizeof(value));
  return value;
}

// Reads what other kinds have elsewhere too, and leaves it out by arithmetic.
inline std::uint32_t form_index(const engine::Event& event) noexcept {
  const engine::EventHeader& header = event.header();
  const auto kind = static_cast<std::uint32_t>(header.kind);
  HG_ASSERT(kind < kFirstForms.size(), kind);
  const std::uint32_t first = kFirstForms[kind];
  const auto kept = value_at<std::uint8_t>(event, offsetof(engine::OrderReplaced, kept_priority));
  const auto shown = value_at<std::uint32_t>(event, offsetof(engine::OrderReplaced, displayed));
  const std::uint32_t moved = kept != 0 ? 0U : 1U + (shown == 0 ? 1U : 0U);
  const std::uint32_t before = header.version < 2 ? 1U : 0U;
  return first + (first == kReplacedInPlace ? moved : 0U) + (first == kRested ? before : 0U);
}

}  // namespace internal

// Writes the message of an event that changes a book to `at`, where kMaxFrameBytes are free; all of
// them may be written to. Thread: any, pure. Cost: some twenty loads and stores.
inline OrderMessage write_book_message(const engine::Event& event, const EventTerms& terms,
                                       std::byte* at) noexcept {
  using internal::value_at;
  const internal::BookForm& form = internal::kBookForms[internal::form_index(event)];
  const engine::EventHeader& header = event.header();
  const auto qty = value_at<std::uint32_t>(event, form.qty_at);
  const internal::BookMessageHead head{
      .instrument_id = header.instrument.value(),
      .instr_seq = header.instrument_sequence,
      .qty = form.shown_mask != 0 ? terms.shown_qty : qty,
      .transact_time = header.time.value(),
      .order_id = value_at<std::uint64_t>(event, form.order_id_at)};
  const std::int64_t price =
      wire_price(engine::Price(value_at<std::int64_t>(event, form.price_at)), terms.tick_nano_usd);
  const auto side =
      static_cast<std::uint8_t>(value_at<std::uint8_t>(event, form.side_at) ^ form.side_flip);
  const std::uint8_t third = form.third[value_at<std::uint8_t>(event, form.third_at) & 15U];
  const internal::BookMessageTail tail{
      .side = side, .event_flags = terms.event_flags, .third = third, .padding = 0};
  const internal::BookMessageTrade trade{
      .trade_id = value_at<std::uint64_t>(event, offsetof(engine::Trade, match_id)),
      .leaves_qty = value_at<std::uint32_t>(event, offsetof(engine::Trade, resting_displayed))};
  constexpr std::uint32_t kZero = 0;
  std::memcpy(at, &form.header, sizeof(form.header));
  std::memcpy(at + sizeof(form.header), &head, sizeof(head));
  std::memcpy(at + form.trade_to, &trade, sizeof(trade));
  std::memcpy(at + form.tail_to, &tail, sizeof(tail));
  std::memcpy(at + form.price_to, &price, sizeof(price));
  std::memcpy(at + form.padding_to, &kZero, sizeof(kZero));
  return {form.header.frame_length, price, static_cast<BookSide>(side)};
}

}  // namespace hourglass::marketdata

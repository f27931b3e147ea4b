// Books: all instruments of a partition, from the order channel's messages.
//
// An instrument's messages are numbered without a gap (instr_seq), so each book knows by itself
// whether it has everything, whatever happened to the line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "marketdata/feed/book_fault.h"
#include "marketdata/feed/order_book.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet_reader.h"

namespace hourglass::marketdata {

// Ids are given from 0 up; this bounds what a stranger's id can make a client allocate.
inline constexpr std::uint32_t kMaxInstruments = 1U << 16;

enum class BookState : std::uint8_t {
  kWaiting = 0,  // nothing known yet: a snapshot begins it
  kLive,         // as the venue has it behind last_instr_seq
  kSuspect,      // as kLive, unless what was lost had messages of this instrument
  kStale,        // something is missing or did not fit: a snapshot mends it
};

struct Instrument {
  std::uint32_t id = 0;
  BookState state = BookState::kWaiting;
  BookFault fault = BookFault::kNone;  // what made it stale
  std::uint32_t last_instr_seq = 0;    // of the last message in the book
  std::uint32_t status_instr_seq = 0;  // of the newest message that told the status
  // Nothing until it was told: a book that a clear began is live before its status is known.
  std::optional<TradingStatusCode> status;
  std::optional<InstrumentDefinition> definition;
  std::optional<PriceLimits> limits;
  OrderBook book;

  [[nodiscard]] bool is_live() const noexcept { return state == BookState::kLive; }
  // As of the instrument's message `instr_seq`; older news is left out.
  void set_status(TradingStatusCode code, std::uint32_t instr_seq) noexcept {
    if (instr_seq < status_instr_seq) return;
    status = code;
    status_instr_seq = instr_seq;
  }
};

enum class BookOutcome : std::uint8_t {
  kApplied,  // the book changed
  kNoted,    // a message that changes no book
  kOld,      // in the book already
  kWaiting,  // the book is waiting or stale: keep the message for behind the snapshot
  kFault,    // the book is stale from here on
};

struct BookResult {
  BookOutcome outcome;
  BookFault fault = BookFault::kNone;
  std::uint8_t event_flags = 0;      // the message's own
  Instrument* instrument = nullptr;  // null: of no instrument
};

// Thread: one. Cost: OrderBook's; allocates for a new instrument.
class Books {
 public:
  // `first_state` is that of a book of which nothing was heard: kLive where the stream is known to
  // begin with its first message, kWaiting where it is joined under way.
  explicit Books(BookState first_state) : first_state_(first_state) {}

  // The order channel's next message. Any bytes may be in it. Errors: BookResult::fault, and the
  // instrument is stale.
  BookResult apply(const Frame& frame) {
    switch (frame.template_id) {
      case OrderAdd::kTemplateId:
        return change<OrderAdd>(frame, [](OrderBook& book, const OrderAdd& add) {
          return book.add(add.side, add.order_id, add.price, add.display_qty);
        });
      case OrderExecuted::kTemplateId:
        return change<OrderExecuted>(frame, [](OrderBook& book, const OrderExecuted& executed) {
          return book.execute(executed.side, executed.order_id, executed.exec_qty,
                              executed.leaves_qty);
        });
      case OrderDelete::kTemplateId:
        return change<OrderDelete>(frame, [](OrderBook& book, const OrderDelete& gone) {
          return book.remove(gone.side, gone.order_id, gone.deleted_qty);
        });
      case OrderReduce::kTemplateId:
        return change<OrderReduce>(frame, [](OrderBook& book, const OrderReduce& reduce) {
          return book.reduce(reduce.side, reduce.order_id, reduce.new_display_qty);
        });
      case OrderReplace::kTemplateId:
        return change<OrderReplace>(frame, [](OrderBook& book, const OrderReplace& replace) {
          return book.replace(replace.side, replace.order_id, replace.new_price,
                              replace.new_display_qty);
        });
      default: return apply_rare(frame);
    }
  }

  // A message of the definitions' cycle, which stands beside the numbered stream. False: it has no
  // definition or price limits of an instrument that can be.
  bool define(const Frame& frame) {
    if (const auto body = whole<InstrumentDefinition>(frame)) {
      Instrument* instrument = find_or_add(body->instrument_id);
      if (instrument == nullptr) return false;
      note(*instrument, *body);
      return true;
    }
    if (const auto body = whole<PriceLimits>(frame)) {
      Instrument* instrument = find_or_add(body->instrument_id);
      if (instrument == nullptr) return false;
      note(*instrument, *body);
      return true;
    }
    return false;
  }

  // Null where nothing was heard of it.
  [[nodiscard]] Instrument* find(std::uint32_t id) noexcept {
    return id < instruments_.size() ? instruments_[id].get() : nullptr;
  }
  [[nodiscard]] const Instrument* find(std::uint32_t id) const noexcept {
    return id < instruments_.size() ? instruments_[id].get() : nullptr;
  }
  // Null: the id is at or above kMaxInstruments. Instruments stay where they are.
  Instrument* find_or_add(std::uint32_t id) {
    if (id < instruments_.size() && instruments_[id] != nullptr) return instruments_[id].get();
    if (id >= kMaxInstruments) return nullptr;
    if (id >= instruments_.size()) instruments_.resize(std::size_t{id} + 1);
    instruments_[id] = std::make_unique<Instrument>();
    instruments_[id]->id = id;
    instruments_[id]->state = first_state_;
    return instruments_[id].get();
  }
  // Calls `each(instrument)` in the order of ids.
  template <class Each>
  void for_each(Each each) {
    for (const auto& instrument : instruments_) {
      if (instrument != nullptr) each(*instrument);
    }
  }
  template <class Each>
  void for_each(Each each) const {
    for (const auto& instrument : instruments_) {
      if (instrument != nullptr) each(std::as_const(*instrument));
    }
  }

  // Messages are missing, of whichever instruments. Live books are suspect until their next message
  // has the next number or a snapshot says that there was none; and of what was never heard of
  // nothing is known any more. Cost: all instruments.
  void suspect_all() noexcept {
    first_state_ = BookState::kWaiting;
    for (const auto& instrument : instruments_) {
      if (instrument != nullptr && instrument->state == BookState::kLive) {
        instrument->state = BookState::kSuspect;
      }
    }
  }

  // What each message of a numbered channel begins with.
  struct Head {
    std::uint32_t instrument_id;
    std::uint32_t instr_seq;
  };
  static std::optional<Head> head_of(const Frame& frame) noexcept {
    Head head;
    if (frame.block.size() < sizeof(head)) return std::nullopt;
    std::memcpy(&head, frame.block.data(), sizeof(head));
    return head;
  }

 private:
  // The message, where its block is as long as version 1 has it.
  template <class Body>
  static std::optional<Body> whole(const Frame& frame) noexcept {
    if (frame.block.size() < sizeof(Body)) return std::nullopt;
    return frame.as<Body>();
  }

  template <class Body, class Change>
  BookResult change(const Frame& frame, Change apply_to) {
    if (frame.block.size() < sizeof(Body)) return malformed(frame);
    Body body;
    std::memcpy(&body, frame.block.data(), sizeof(body));
    BookResult result = take({body.instrument_id, body.instr_seq}, body.event_flags);
    if (result.outcome != BookOutcome::kNoted) return result;
    const BookFault fault = apply_to(result.instrument->book, body);
    if (fault != BookFault::kNone) return fail(result, fault);
    result.outcome = BookOutcome::kApplied;
    return result;
  }

  // Numbers a message of an instrument. kNoted: it is the next, and counted; other outcomes stand.
  BookResult take(Head head, std::uint8_t event_flags) {
    BookResult result{.outcome = BookOutcome::kNoted, .event_flags = event_flags};
    result.instrument = find_or_add(head.instrument_id);
    if (result.instrument == nullptr) {
      result.outcome = BookOutcome::kFault;
      result.fault = BookFault::kUnknownInstrument;
      return result;
    }
    Instrument& instrument = *result.instrument;
    if (instrument.state == BookState::kWaiting || instrument.state == BookState::kStale) {
      result.outcome = BookOutcome::kWaiting;
      return result;
    }
    if (head.instr_seq != instrument.last_instr_seq + 1) {
      if (head.instr_seq > instrument.last_instr_seq) return fail(result, BookFault::kSequenceGap);
      result.outcome = BookOutcome::kOld;
      return result;
    }
    instrument.last_instr_seq = head.instr_seq;
    instrument.state = BookState::kLive;
    return result;
  }

  static BookResult fail(BookResult result, BookFault fault) noexcept {
    result.outcome = BookOutcome::kFault;
    result.fault = fault;
    result.instrument->state = BookState::kStale;
    result.instrument->fault = fault;
    return result;
  }

  // Of an instrument, where that much can be read: what its message did is not known.
  BookResult malformed(const Frame& frame) {
    BookResult result{.outcome = BookOutcome::kFault, .fault = BookFault::kMalformed};
    const std::optional<Head> head = head_of(frame);
    if (head) result.instrument = find_or_add(head->instrument_id);
    return result.instrument == nullptr ? result : fail(result, BookFault::kMalformed);
  }

  BookResult apply_rare(const Frame& frame) {
    switch (frame.template_id) {
      case BookClear::kTemplateId: return clear(frame);
      case InstrumentDefinition::kTemplateId: return keep<InstrumentDefinition>(frame);
      case TradingStatus::kTemplateId: return keep<TradingStatus>(frame);
      case PriceLimits::kTemplateId: return keep<PriceLimits>(frame);
      case Trade::kTemplateId: return count<Trade>(frame);
      case TradeSummary::kTemplateId: return count<TradeSummary>(frame);
      case AuctionIndicative::kTemplateId: return count<AuctionIndicative>(frame);
      case SettlementPrice::kTemplateId: return count<SettlementPrice>(frame);
      case OpenInterest::kTemplateId: return count<OpenInterest>(frame);
      case IndexValue::kTemplateId: return count<IndexValue>(frame);
      case FundValue::kTemplateId: return count<FundValue>(frame);
      case TradeBust::kTemplateId: return count<TradeBust>(frame);
      case DayEnd::kTemplateId: return count<DayEnd>(frame);
      default: return count_unknown(frame);
    }
  }

  // Whatever was before, the book is known again: empty.
  BookResult clear(const Frame& frame) {
    const auto body = whole<BookClear>(frame);
    if (!body) return malformed(frame);
    Instrument* instrument = find_or_add(body->instrument_id);
    if (instrument != nullptr && body->instr_seq > instrument->last_instr_seq &&
        instrument->state != BookState::kLive) {
      instrument->state = BookState::kLive;
      instrument->fault = BookFault::kNone;
      instrument->last_instr_seq = body->instr_seq - 1;
      instrument->status.reset();
    }
    BookResult result = take({body->instrument_id, body->instr_seq}, body->event_flags);
    if (result.outcome != BookOutcome::kNoted) return result;
    result.instrument->book.clear();
    result.outcome = BookOutcome::kApplied;
    return result;
  }

  // What says how an instrument is rather than what its book does: kept whatever the book's state.
  template <class Body>
  BookResult keep(const Frame& frame) {
    const auto body = whole<Body>(frame);
    if (!body) return malformed(frame);
    const BookResult result = take({body->instrument_id, body->instr_seq}, body->event_flags);
    if (result.instrument != nullptr && result.outcome != BookOutcome::kOld) {
      note(*result.instrument, *body);
    }
    return result;
  }
  template <class Body>
  BookResult count(const Frame& frame) {
    const auto body = whole<Body>(frame);
    if (!body) return malformed(frame);
    if (body->instr_seq == 0) return {BookOutcome::kNoted, BookFault::kNone, body->event_flags};
    return take({body->instrument_id, body->instr_seq}, body->event_flags);
  }
  // Of a newer schema: it changes no book, for a message that did would need a new schema id.
  BookResult count_unknown(const Frame& frame) {
    const std::optional<Head> head = head_of(frame);
    if (!head || head->instr_seq == 0 || is_of_another_channel(frame.template_id)) {
      return {.outcome = BookOutcome::kNoted};
    }
    return take(*head, 0);
  }
  // Known, and never one of the order channel's numbered messages.
  static constexpr bool is_of_another_channel(std::uint16_t template_id) noexcept {
    return template_id == BookUpdate::kTemplateId || template_id == TopOfBook::kTemplateId ||
           template_id == Statistics::kTemplateId || template_id == VenueIdentity::kTemplateId ||
           (template_id >= SnapshotBegin::kTemplateId &&
            template_id <= ReplayComplete::kTemplateId);
  }

  static void note(Instrument& instrument, const InstrumentDefinition& body) noexcept {
    instrument.set_status(body.status, body.instr_seq);
    // The cycle's copy may be older than what the numbered stream said since.
    if (instrument.definition && body.instr_seq < instrument.definition->instr_seq) return;
    instrument.definition = body;
  }
  static void note(Instrument& instrument, const TradingStatus& body) noexcept {
    instrument.set_status(body.status, body.instr_seq);
  }
  static void note(Instrument& instrument, const PriceLimits& body) noexcept {
    if (instrument.limits && body.instr_seq < instrument.limits->instr_seq) return;
    instrument.limits = body;
  }

  BookState first_state_;
  std::vector<std::unique_ptr<Instrument>> instruments_;
};

}  // namespace hourglass::marketdata

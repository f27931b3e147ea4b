// FeedClient: packets in, books out: all a market maker has to hold.
//
// It is given each packet as it comes, with the line it came on, and now and then the time; it
// calls a FeedListener. It opens no socket and reads no clock, so that it runs in whatever loop
// there is, and in a test. What it asks for again is the caller's to send.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "marketdata/feed/books.h"
#include "marketdata/feed/line_arbiter.h"
#include "marketdata/feed/recovery.h"
#include "marketdata/feed/snapshot_assembler.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet_reader.h"

namespace hourglass::marketdata {

enum class Line : std::uint8_t { kA = 0, kB = 1, kOther = 2 };  // kOther: TCP, retransmissions

// Two sides met: of a resting order in the book, or reported without it.
struct TradePrint {
  std::uint64_t trade_id;
  std::int64_t price;
  std::uint32_t qty;
  BookSide aggressor_side;
  TradeType trade_type;
  std::uint64_t transact_time;
  bool is_bust;  // this trade never was
};

// What a client is told. A book may be read in any of these calls; at other times it may be in the
// middle of an event. Nothing of the client may be called from them.
class FeedListener {
 public:
  virtual ~FeedListener() = default;

  // The event is over, and this live book another than before it.
  virtual void on_book_changed(const Instrument&) {}
  // In the middle of the event, whatever the book's state: each trade once.
  virtual void on_trade(const Instrument&, const TradePrint&) {}
  // A status, a definition or price limits.
  virtual void on_status(const Instrument&) {}
  // From here on the book is the venue's.
  virtual void on_live(const Instrument&) {}
  // From here on it is not known to be: state says suspect or stale, fault why.
  virtual void on_stale(const Instrument&) {}
  // Messages are lost for good; what they touched mends by snapshot.
  virtual void on_lost(MessageRange) {}
  // Whose feed it is; heads each definitions' cycle.
  virtual void on_venue(const VenueIdentity&) {}
  // A message of a conflated channel, or of another cycle: stands for itself.
  virtual void on_picture(const PacketHeader&, const Frame&) {}
  virtual void on_end_of_session() {}
};

struct FeedOptions {
  std::uint16_t partition = 0;
  // Begins with the session's first message and needs no snapshots: for replays and recordings.
  bool from_the_start = false;
  std::optional<std::uint16_t> epoch;  // nothing: the first packet's
  std::uint64_t gap_wait_ns = kGapWaitNs;
  std::uint64_t ask_again_ns = 5'000'000;
  std::uint64_t give_up_ns = 50'000'000;  // nothing of a gap came for so long: snapshots mend it
};

// Thread: one. Times are of any clock that only goes forward, in ns.
class FeedClient {
 public:
  FeedClient(const FeedOptions& options, FeedListener& listener)
      : options_(options),
        listener_(listener),
        books_(options.from_the_start ? BookState::kLive : BookState::kWaiting),
        recovery_(books_),
        arbiter_(
            {.channel_id = channel_id(options.partition, ChannelKind::kOrders),
             .first_seq = options.from_the_start ? std::optional<std::uint64_t>(1) : std::nullopt,
             .epoch = options.epoch,
             .gap_wait_ns = options.gap_wait_ns}) {
    if (options.from_the_start) start_at(1);
  }
  // Listeners and books are referred to.
  FeedClient(const FeedClient&) = delete;
  FeedClient& operator=(const FeedClient&) = delete;

  // A packet of any of the partition's channels, as it came. Any bytes may be in it.
  PacketOutcome on_packet(Line line, std::span<const std::byte> bytes, std::uint64_t now_ns) {
    const auto deliver = [this](std::uint64_t seq, const Frame& frame) { on_message(seq, frame); };
    const PacketOutcome outcome = arbiter_.on_packet(bytes, now_ns, deliver);
    if (outcome == PacketOutcome::kOverflow) give_up_all(now_ns);
    if (outcome == PacketOutcome::kNotNumbered || outcome == PacketOutcome::kOtherChannel) {
      return on_picture_packet(line, bytes);
    }
    if (!started_ && arbiter_.next_seq()) start_at(*arbiter_.next_seq());
    // A sign of life stands between events: here, if its number is the one awaited.
    if (outcome == PacketOutcome::kAlive &&
        PacketReader(bytes).header().seq_num == arbiter_.next_seq()) {
      in_event_ = false;
      if (!touched_.empty()) tell_touched();
    }
    const bool has_ended = arbiter_.has_ended();
    if (has_ended && !told_end_) listener_.on_end_of_session();
    told_end_ = has_ended;
    return outcome;
  }

  // To be called every millisecond or so: what to ask for again now, if anything (a
  // RetransmitRequest has 16 bits for the count: so has this). Gives up what is not answered in
  // time.
  std::optional<MessageRange> poll(std::uint64_t now_ns) {
    std::optional<MessageRange> gap = arbiter_.gap(now_ns);
    if (!gap) {
      asked_at_.reset();
      return std::nullopt;
    }
    if (!asked_at_ || gap->begin != gap_begin_) {
      gap_since_ = now_ns;
      gap_begin_ = gap->begin;
    } else if (now_ns - gap_since_ >= options_.give_up_ns) {
      give_up(now_ns);
      return std::nullopt;
    } else if (now_ns - *asked_at_ < options_.ask_again_ns) {
      return std::nullopt;
    }
    asked_at_ = now_ns;
    gap->count = std::min<std::uint64_t>(gap->count, kNullUint16 - 1);
    return gap;
  }

  // Nobody has what is missing (RetransmitReject): snapshots are to mend it.
  void give_up(std::uint64_t now_ns) {
    const std::optional<MessageRange> lost = arbiter_.open_gap();
    if (!lost) return;
    on_loss(*lost);
    asked_at_.reset();
    arbiter_.give_up(now_ns,
                     [this](std::uint64_t seq, const Frame& frame) { on_message(seq, frame); });
  }

  [[nodiscard]] const Books& books() const noexcept { return books_; }
  [[nodiscard]] const LineArbiter& arbiter() const noexcept { return arbiter_; }
  [[nodiscard]] std::uint64_t snapshot_count(SnapshotOutcome outcome) const noexcept {
    return snapshot_counts_[static_cast<std::size_t>(outcome)];
  }
  [[nodiscard]] std::uint64_t bad_snapshots() const noexcept { return bad_snapshots_; }

 private:
  void start_at(std::uint64_t seq) {
    started_ = true;
    recovery_.goes_on_from(seq);
  }

  void on_loss(MessageRange lost) {
    // Before the messages behind it, which tell which books it was.
    start_at(lost.begin + lost.count);
    in_event_ = true;  // unless what comes next begins one
    std::vector<const Instrument*> live;
    books_.for_each([&](const Instrument& instrument) {
      if (instrument.is_live()) live.push_back(&instrument);
    });
    books_.suspect_all();
    listener_.on_lost(lost);
    for (const Instrument* instrument : live) listener_.on_stale(*instrument);
  }
  void give_up_all(std::uint64_t now_ns) {
    while (arbiter_.open_gap()) give_up(now_ns);
  }

  // The order channel's next message.
  void on_message(std::uint64_t seq, const Frame& frame) {
    if (!started_) {
      start_at(seq);
      in_event_ = true;
    }
    const auto head = Books::head_of(frame);
    const Instrument* known = head ? books_.find(head->instrument_id) : nullptr;
    const BookState before = known != nullptr ? known->state : BookState::kWaiting;
    const BookResult result = books_.apply(frame);
    recovery_.note(seq, frame, result, before);
    if (result.instrument != nullptr) tell(frame, result, before);
    if (frame.template_id == DayEnd::kTemplateId || result.event_flags != 0) {
      in_event_ = (result.event_flags & kEndOfEvent) == 0;
    }
    if (!in_event_ && !touched_.empty()) tell_touched();
  }

  void tell(const Frame& frame, const BookResult& result, BookState before) {
    Instrument& instrument = *result.instrument;
    if (before == BookState::kLive && !instrument.is_live()) listener_.on_stale(instrument);
    switch (frame.template_id) {
      case OrderExecuted::kTemplateId:
        if (const auto body = frame.as<OrderExecuted>()) tell_trade(instrument, *body);
        break;
      case Trade::kTemplateId:
        if (const auto body = frame.as<Trade>()) tell_trade(instrument, *body, false);
        break;
      case TradeBust::kTemplateId:
        if (const auto body = frame.as<TradeBust>()) tell_bust(instrument, *body);
        break;
      case TradingStatus::kTemplateId:
      case InstrumentDefinition::kTemplateId:
      case PriceLimits::kTemplateId: listener_.on_status(instrument); break;
      default: break;
    }
    const bool became_live = before != BookState::kLive && instrument.is_live();
    if (became_live || result.outcome == BookOutcome::kApplied) touch(instrument, became_live);
  }

  void tell_trade(const Instrument& instrument, const OrderExecuted& body) {
    const BookSide aggressor = body.side == BookSide::kBid     ? BookSide::kOffer
                               : body.side == BookSide::kOffer ? BookSide::kBid
                                                               : BookSide::kNone;
    listener_.on_trade(instrument, {.trade_id = body.trade_id,
                                    .price = body.price,
                                    .qty = body.exec_qty,
                                    .aggressor_side = aggressor,
                                    .trade_type = body.trade_type,
                                    .transact_time = body.transact_time,
                                    .is_bust = false});
  }
  void tell_trade(const Instrument& instrument, const Trade& body, bool is_bust) {
    listener_.on_trade(instrument, {.trade_id = body.trade_id,
                                    .price = body.price,
                                    .qty = body.qty,
                                    .aggressor_side = body.aggressor_side,
                                    .trade_type = body.trade_type,
                                    .transact_time = body.transact_time,
                                    .is_bust = is_bust});
  }
  void tell_bust(const Instrument& instrument, const TradeBust& body) {
    listener_.on_trade(instrument, {.trade_id = body.trade_id,
                                    .price = body.price,
                                    .qty = body.qty,
                                    .aggressor_side = BookSide::kNone,
                                    .trade_type = TradeType::kRegular,
                                    .transact_time = body.transact_time,
                                    .is_bust = true});
  }

  // To be told of when the event is over.
  void touch(Instrument& instrument, bool became_live) {
    for (Touched& touched : touched_) {
      if (touched.instrument != &instrument) continue;
      touched.became_live = touched.became_live || became_live;
      return;
    }
    touched_.push_back({&instrument, became_live});
  }
  void tell_touched() {
    for (const Touched& touched : touched_) {
      if (!touched.instrument->is_live()) continue;
      if (touched.became_live) listener_.on_live(*touched.instrument);
      listener_.on_book_changed(*touched.instrument);
    }
    touched_.clear();
  }

  // Snapshots, definitions, conflated channels. kNotNumbered: it was one of them, and is done.
  PacketOutcome on_picture_packet(Line line, std::span<const std::byte> bytes) {
    PacketReader check(bytes);
    const PacketHeader header = check.header();
    if (header.channel_id / kChannelsPerPartition != options_.partition) {
      return PacketOutcome::kOtherChannel;
    }
    const std::optional<std::uint16_t> epoch = options_.epoch ? options_.epoch : arbiter_.epoch();
    // Before the order channel has said whose feed it is, anybody's picture could be taken.
    if (!epoch) return PacketOutcome::kNotNumbered;
    if (header.epoch != *epoch) return PacketOutcome::kOtherEpoch;
    while (check.next()) {
    }
    if (check.fault() != PacketFault::kNone) return PacketOutcome::kBadPacket;
    PacketReader packet(bytes);
    while (const std::optional<Frame> frame = packet.next()) on_picture(line, header, *frame);
    return PacketOutcome::kNotNumbered;
  }

  void on_picture(Line line, const PacketHeader& header, const Frame& frame) {
    const bool of_orders =
        header.channel_id == channel_id(options_.partition, ChannelKind::kOrders);
    if (of_orders && (header.flags & kSnapshot) != 0) return on_snapshot(line, frame);
    if ((header.flags & kDefinitionCycle) != 0) {
      if (const auto venue = frame.as<VenueIdentity>()) return listener_.on_venue(*venue);
      if (books_.define(frame)) {
        return listener_.on_status(*books_.find(Books::head_of(frame)->instrument_id));
      }
    }
    listener_.on_picture(header, frame);
  }

  void on_snapshot(Line line, const Frame& frame) {
    SnapshotAssembler& assembler = assemblers_[static_cast<std::size_t>(line) % assemblers_.size()];
    const std::optional<BookSnapshot> snapshot = assembler.take(frame);
    if (assembler.fault() != BookFault::kNone) ++bad_snapshots_;
    if (!snapshot) return;
    const Instrument* known = books_.find(snapshot->begin.instrument_id);
    const BookState before = known != nullptr ? known->state : BookState::kWaiting;
    const SnapshotOutcome outcome = recovery_.take(*snapshot);
    ++snapshot_counts_[static_cast<std::size_t>(outcome)];
    Instrument* instrument = books_.find(snapshot->begin.instrument_id);
    if (instrument == nullptr) return;
    if (outcome == SnapshotOutcome::kContradicted) listener_.on_stale(*instrument);
    const bool became_live =
        before != BookState::kLive || outcome == SnapshotOutcome::kContradicted;
    if (instrument->is_live() && became_live) touch(*instrument, true);
    if (!in_event_ && !touched_.empty()) tell_touched();
  }

  struct Touched {
    Instrument* instrument;
    bool became_live;
  };

  FeedOptions options_;
  FeedListener& listener_;
  Books books_;
  Recovery recovery_;
  LineArbiter arbiter_;
  std::array<SnapshotAssembler, 3> assemblers_;  // by line
  std::vector<Touched> touched_;                 // in this event
  bool in_event_ = false;
  bool started_ = false;
  bool told_end_ = false;
  std::optional<std::uint64_t> asked_at_;
  std::uint64_t gap_since_ = 0;
  std::uint64_t gap_begin_ = 0;
  std::array<std::uint64_t, 6> snapshot_counts_{};
  std::uint64_t bad_snapshots_ = 0;
};

}  // namespace hourglass::marketdata

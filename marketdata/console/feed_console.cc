#include "marketdata/console/feed_console.h"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/contract/price_text.h"
#include "fmt/format.h"
#include "marketdata/wire/message_json.h"
#include "marketdata/wire/packet_writer.h"

namespace hourglass::marketdata {
namespace {

constexpr std::uint32_t kPacketsPerTurn = 256;
constexpr std::array kStreams{Stream::kOrders, Stream::kOrderSnapshots, Stream::kDefinitions};

std::uint64_t monotonic_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(t.tv_nsec);
}

std::string price_words(std::int64_t nano_usd) {
  return engine::price_text(engine::Price(nano_usd), 1);
}

std::string name_of(const Instrument& instrument) {
  if (!instrument.definition) return fmt::format("#{}", instrument.id);
  const auto& symbol = instrument.definition->symbol;
  return {symbol.begin(), std::find(symbol.begin(), symbol.end(), '\0')};
}

std::string level_words(const BookLevel* level) {
  if (level == nullptr) return "";
  return fmt::format("{} x {} ({})", level->qty, price_words(level->price), level->order_count);
}

// A socket that asks ADDRESS:PORT; -1 where the text is none or there is no way.
std::int32_t open_asking(const std::string& at) {
  const std::size_t colon = at.rfind(':');
  if (colon == std::string::npos) return -1;
  std::uint16_t port = 0;
  const char* const end = at.data() + at.size();
  const auto [stopped, trouble] = std::from_chars(at.data() + colon + 1, end, port);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (trouble != std::errc() || stopped != end || port == 0 ||
      ::inet_pton(AF_INET, at.substr(0, colon).c_str(), &to.sin_addr) != 1) {
    return -1;
  }
  const std::int32_t socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0) return socket;
  ::close(socket);
  return -1;
}

FeedOptions options_of(const ConsoleSettings& settings) {
  FeedOptions options;
  options.partition = settings.partition;
  return options;
}

ArbiterOptions arbiter_options_of(const ConsoleSettings& settings) {
  ArbiterOptions options;
  options.channel_id = channel_id(settings.partition, ChannelKind::kOrders);
  return options;
}

}  // namespace

FeedConsole::FeedConsole(ConsoleSettings settings)
    : settings_(std::move(settings)),
      client_(options_of(settings_), *this),
      messages_(arbiter_options_of(settings_)) {
  for (std::size_t line = 0; line < settings_.groups.size(); ++line) {
    for (const Stream stream : kStreams) {
      const auto port =
          static_cast<std::uint16_t>(settings_.base_port + static_cast<std::uint16_t>(stream));
      MulticastReceiver receiver(settings_.groups[line], port, settings_.interface);
      if (error_.empty()) error_ = receiver.error();
      joined_.push_back({line == 0 ? Line::kA : Line::kB, std::move(receiver)});
    }
  }
  if (settings_.retransmission.empty()) return;
  asking_ = open_asking(settings_.retransmission);
  if (asking_ < 0 && error_.empty()) {
    error_ = fmt::format("\"{}\" is no ADDRESS:PORT to ask", settings_.retransmission);
  }
}

FeedConsole::~FeedConsole() {
  if (asking_ >= 0) ::close(asking_);
}

bool FeedConsole::round(std::int32_t timeout_ms) {
  std::vector<pollfd> waiting;
  for (const Joined& joined : joined_) {
    waiting.push_back({.fd = joined.receiver.descriptor(), .events = POLLIN, .revents = 0});
  }
  if (asking_ >= 0) waiting.push_back({.fd = asking_, .events = POLLIN, .revents = 0});
  ::poll(waiting.data(), waiting.size(), timeout_ms);
  now_ns_ = monotonic_ns();
  for (Joined& joined : joined_) receive(joined);
  if (asking_ >= 0) read_answers();
  if (const auto missing = client_.poll(now_ns_)) ask(*missing);
  return !ended_;
}

void FeedConsole::receive(Joined& joined) {
  std::array<std::byte, kMaxPacketBytes + 1> buffer;
  SenderAddress sender;
  // Bounded, so that the other line has its turn.
  for (std::uint32_t i = 0; i < kPacketsPerTurn; ++i) {
    const auto packet = joined.receiver.receive(buffer, sender);
    if (!packet) return;
    take(joined.line, *packet);
  }
}

void FeedConsole::take(Line line, std::span<const std::byte> packet) {
  const PacketOutcome outcome = client_.on_packet(line, packet, now_ns_);
  if (++outcomes_[static_cast<std::size_t>(outcome)] == 1 &&
      outcome == PacketOutcome::kOtherEpoch && settings_.view != ConsoleView::kJson) {
    print(
        "another venue sends to these groups, or this one was begun anew: its packets are refused");
  }
  if (settings_.view == ConsoleView::kJson) {
    messages_.on_packet(packet, now_ns_,
                        [this](std::uint64_t seq, const Frame& frame) { print_json(seq, frame); });
  }
}

void FeedConsole::print_json(std::uint64_t seq, const Frame& frame) {
  std::string line = fmt::format("{{\"seqNum\":{},\"message\":", seq);
  if (append_json(frame, line)) print(line + '}');
}

void FeedConsole::ask(MessageRange range) {
  if (asking_ < 0) return;
  std::array<std::byte, kMaxPacketBytes> buffer;
  PacketWriter writer(buffer);
  writer.begin({.seq_num = 0,
                .sending_time = 0,
                .channel_id = channel_id(settings_.partition, ChannelKind::kOrders),
                .epoch = client_.arbiter().epoch().value_or(0),
                .msg_count = 0,
                .flags = 0,
                .header_version = kPacketHeaderVersion});
  writer.add(
      RetransmitRequest{.request_id = 1,
                        .begin_seq = range.begin,
                        .count = static_cast<std::uint16_t>(range.count),
                        .channel_id = channel_id(settings_.partition, ChannelKind::kOrders)});
  const std::span<const std::byte> packet = writer.finish(0);
  // Not taken: it is asked again.
  static_cast<void>(::send(asking_, packet.data(), packet.size(), 0));
}

void FeedConsole::read_answers() {
  std::array<std::byte, kMaxPacketBytes + 1> buffer;
  for (std::uint32_t i = 0; i < kPacketsPerTurn; ++i) {
    const ssize_t got = ::recv(asking_, buffer.data(), buffer.size(), 0);
    if (got < 0) return;
    const std::span<const std::byte> packet{buffer.data(), static_cast<std::size_t>(got)};
    PacketReader reader(packet);
    const auto frame = reader.next();
    const auto reject = frame ? frame->as<RetransmitReject>() : std::nullopt;
    if (reject && reject->reason == RetransmitRefusal::kTooOld) {
      client_.give_up(now_ns_);
    } else if (!reject) {
      take(Line::kOther, packet);
    }
  }
}

bool FeedConsole::shows(const Instrument& instrument) const {
  return settings_.view != ConsoleView::kJson &&
         (settings_.symbol.empty() || name_of(instrument) == settings_.symbol);
}

void FeedConsole::print(std::string line) {
  output_ += line;
  output_ += '\n';
  ++lines_;
}

std::string FeedConsole::take_output() {
  return std::exchange(output_, {});
}

void FeedConsole::on_book_changed(const Instrument& instrument) {
  if (settings_.view != ConsoleView::kLadder || !shows(instrument)) return;
  print(fmt::format("book {} after {}", name_of(instrument), instrument.last_instr_seq));
  for (std::size_t depth = 0; depth < settings_.levels; ++depth) {
    const BookLevel* const bid = instrument.book.level(BookSide::kBid, depth);
    const BookLevel* const offer = instrument.book.level(BookSide::kOffer, depth);
    if (bid == nullptr && offer == nullptr) break;
    print(fmt::format("  {:>30} | {}", level_words(bid), level_words(offer)));
  }
}

void FeedConsole::on_trade(const Instrument& instrument, const TradePrint& trade) {
  if (!shows(instrument)) return;
  const char* const who = trade.aggressor_side == BookSide::kBid     ? "buyer"
                          : trade.aggressor_side == BookSide::kOffer ? "seller"
                                                                     : "nobody";
  print(fmt::format("trade {} {} @ {}, {} came, trade {}{}", name_of(instrument), trade.qty,
                    price_words(trade.price), who, trade.trade_id,
                    trade.is_bust ? ", TAKEN BACK" : ""));
}

// A book may be known before its contract's name is.
void FeedConsole::on_status(const Instrument& instrument) {
  if (instrument.is_live() && !told_live_.contains(instrument.id)) on_live(instrument);
}

void FeedConsole::on_live(const Instrument& instrument) {
  if (!shows(instrument)) return;
  told_live_.insert(instrument.id);
  const auto words = [&](BookSide side) {
    const BookLevel* const best = instrument.book.best(side);
    return best == nullptr ? std::string("none") : level_words(best);
  };
  print(fmt::format("live {}: bid {}, offer {}", name_of(instrument), words(BookSide::kBid),
                    words(BookSide::kOffer)));
}

void FeedConsole::on_stale(const Instrument& instrument) {
  told_live_.erase(instrument.id);
  if (shows(instrument)) print(fmt::format("not known {}", name_of(instrument)));
}

void FeedConsole::on_lost(MessageRange range) {
  if (settings_.view == ConsoleView::kJson) {
    print(fmt::format("{{\"lost\":{},\"from\":{}}}", range.count, range.begin));
    messages_.give_up(now_ns_,
                      [this](std::uint64_t seq, const Frame& frame) { print_json(seq, frame); });
    return;
  }
  print(fmt::format("lost {} messages from {} on", range.count, range.begin));
}

void FeedConsole::on_venue(const VenueIdentity& venue) {
  if (venue_ && venue_->journal_uuid == venue.journal_uuid) return;
  venue_ = venue;
  if (settings_.view == ConsoleView::kJson) return;
  std::string uuid;
  for (const std::uint8_t byte : venue.journal_uuid) uuid += fmt::format("{:02x}", byte);
  print(fmt::format("venue of journal {}, {} contracts", uuid, venue.instrument_count));
}

void FeedConsole::on_end_of_session() {
  ended_ = true;
  if (settings_.view != ConsoleView::kJson) print("end of session");
}

std::string FeedConsole::summary() const {
  const auto count = [&](PacketOutcome outcome) {
    return outcomes_[static_cast<std::size_t>(outcome)];
  };
  return fmt::format(
      "{} packets with something new, {} copies from the other line, {} held behind a gap, {} "
      "refused (of another venue {}, damaged {}); {} snapshots did not hold",
      count(PacketOutcome::kDelivered), count(PacketOutcome::kCopy), count(PacketOutcome::kHeld),
      count(PacketOutcome::kOtherEpoch) + count(PacketOutcome::kBadPacket) +
          count(PacketOutcome::kOtherChannel) + count(PacketOutcome::kImpossible),
      count(PacketOutcome::kOtherEpoch), count(PacketOutcome::kBadPacket), client_.bad_snapshots());
}

}  // namespace hourglass::marketdata

// MarketStreams: who is told what of the market, by 35=W and X.
//
// A subscription is of contracts, entry types and a depth. Each contract begins with a snapshot;
// then each command that changed what the subscription shows is one update, in one message. Where
// its session has much unread, or a resend under way, updates are left out and a new snapshot comes
// as soon as it can. RptSeq (83) numbers the entries of a contract in a subscription, left out ones
// too, so that a subscriber can tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/order/event.h"
#include "gateway/fix/market/market_books.h"
#include "gateway/fix/market/market_entries.h"
#include "gateway/fix/market/market_messages.h"
#include "gateway/fix/market/market_peer.h"
#include "gateway/fix/market/market_request.h"
#include "gateway/fix/orders/order_reports.h"

namespace hourglass::gateway::fix {

// Entries of an update at most. Changes of books are not split over messages: where there are more,
// snapshots are sent. Trades beyond are told before, in messages of their own.
inline constexpr std::size_t kMaxUpdateEntries = 400;
// Snapshots of a session at a time before others have their turn.
inline constexpr std::uint32_t kSnapshotsPerRound = 8;

// Thread: the door's. Memory: bounded by kMaxMarketRequests and kMaxSymbolsPerRequest a session.
class MarketStreams {
 public:
  // `reports` is told each event before the streams are.
  explicit MarketStreams(const OrderReports& reports) : reports_(reports), updates_(books_) {}
  MarketStreams(const MarketStreams&) = delete;
  MarketStreams& operator=(const MarketStreams&) = delete;

  // Forgets what it followed: the first event comes next. Nobody is subscribed then.
  void clear() { books_.clear(); }
  // An event whose command is durable. At a command's end subscribers are told.
  void on_event(const engine::Event& event);
  // 35=V. Answers with snapshots, or with 35=Y.
  Judgement request(MarketPeer& peer, const Fields& fields);
  // The session's connection is over, and with it what it asked for.
  void forget(engine::SessionId session);
  // Sends the snapshots that are due and can go out. Returns how many.
  std::uint32_t refresh();

  [[nodiscard]] const MarketBooks& books() const noexcept { return books_; }

 private:
  struct Session;
  struct Watch {
    engine::InstrumentId instrument;
    std::uint32_t rpt_seq = 0;  // of the last entry
    bool is_due = true;         // a snapshot is
  };
  struct Subscription {
    Session* session = nullptr;
    std::string id;
    MarketView view;
    bool full_refresh = false;
    bool is_once = false;        // over with its snapshots
    std::uint64_t command = 0;   // the last that concerned it, of command_count_
    std::vector<Watch> watches;  // by instrument
  };
  struct Session {
    MarketPeer* peer = nullptr;
    std::vector<std::unique_ptr<Subscription>> subscriptions{};
    std::uint32_t due = 0;  // watches
  };

  std::optional<MarketRefusal> subscribe(MarketPeer& peer, const MarketRequest& request);
  // A contract asked for updates of which the session gets as many as it may; null: none.
  [[nodiscard]] const engine::Instrument* find_full(const Session& session,
                                                    const MarketRequest& request) const;
  // Ends the subscription with this id. False where there is none.
  bool unsubscribe(engine::SessionId session, std::string_view id);
  void release(const Subscription& subscription);

  void publish();
  void tell(Subscription& subscription);
  // What was gathered. False where not all could be sent.
  bool send_updates(const Subscription& subscription);
  [[nodiscard]] MarketHead head_of(const Subscription& subscription) const;
  bool send_snapshot(const Subscription& subscription, const Watch& watch);
  void set_due(const Subscription& subscription, Watch& watch);
  std::uint32_t refresh_session(Session& session);

  const OrderReports& reports_;
  MarketBooks books_;
  CommandUpdates updates_;
  absl::flat_hash_map<std::uint32_t, std::unique_ptr<Session>> sessions_;
  std::vector<std::vector<Subscription*>> watchers_;  // by instrument
  std::vector<Session*> due_;                         // those with snapshots due
  std::uint64_t command_count_ = 0;
  // Reused.
  std::vector<Subscription*> concerned_;
  std::vector<MarketEntry> trades_;
  std::vector<MarketEntry> entries_;
  std::vector<MarketEntry> snapshot_;
  MessageWriter writer_;
};

}  // namespace hourglass::gateway::fix

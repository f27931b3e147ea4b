// TradingStatus: whether a contract, and the market, is open: questions and subscriptions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/order/event.h"
#include "engine/order/order_enums.h"
#include "gateway/fix/market/market_peer.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/quickfix/session.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

// Subscriptions to states (35=e, g) of a session at a time.
inline constexpr std::uint32_t kMaxStatusRequests = 1024;
// The venue's only trading session (336), FIX's "Day".
inline constexpr std::string_view kTradingSessionId = "1";

// Thread: the door's.
class TradingStatus {
 public:
  // `reports` is told each event first.
  explicit TradingStatus(const OrderReports& reports) : reports_(reports) {}

  // Forgets what it followed: the first event comes next. Nobody is subscribed then.
  void clear() noexcept;
  // An event whose command is durable; tells subscribers of a new state.
  void on_event(const engine::Event& event);
  // 35=e: the state of one contract, and with 263=1 of each change. Answers with 35=f.
  Judgement security_status(MarketPeer& peer, const Fields& fields);
  // 35=g: the same of the market as a whole, with 35=h.
  Judgement session_status(MarketPeer& peer, const Fields& fields);
  // The session's connection is over.
  void forget(engine::SessionId session);

 private:
  static constexpr std::size_t kStates = 5;  // and zero, for a contract not listed

  struct Session {
    MarketPeer* peer = nullptr;
    std::map<std::string, engine::InstrumentId, std::less<>> contracts{};  // by 324
    std::set<std::string, std::less<>> market{};                           // 335
  };
  struct Watcher {
    engine::SessionId session;
    std::string id;
  };

  Session& session_of(MarketPeer& peer);
  // Why a subscription under another id cannot be; empty: it can.
  [[nodiscard]] std::string_view refuses(const Session& session, bool is_known) const;
  void end_contract(Session& session, const std::string& id);
  void tell_contract(MarketPeer& peer, std::string_view id, std::string_view symbol,
                     engine::Timestamp time, bool is_unasked);
  void tell_market(MarketPeer& peer, std::string_view id, bool is_unasked);
  void reject_status(MarketPeer& peer, const Fields& fields, std::int32_t reason,
                     std::string_view text);
  void reject_session(MarketPeer& peer, const Fields& fields, std::int32_t reason,
                      std::string_view text);
  // FIX 340: open where any contract is, else pre-open, halted, closed, in that order.
  [[nodiscard]] std::int64_t market_status() const noexcept;

  const OrderReports& reports_;
  absl::flat_hash_map<std::uint32_t, std::unique_ptr<Session>> sessions_;
  std::vector<std::vector<Watcher>> watchers_;     // by instrument
  std::vector<engine::TradingState> states_;       // by instrument
  std::array<std::uint32_t, kStates> in_state_{};  // contracts
  MessageWriter writer_;
};

}  // namespace hourglass::gateway::fix

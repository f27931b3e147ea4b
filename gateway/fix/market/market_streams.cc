#include "gateway/fix/market/market_streams.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "fmt/format.h"

namespace hourglass::gateway::fix {

using engine::InstrumentId;
using engine::SessionId;

// --- Events --------------------------------------------------------------------------------------

void MarketStreams::on_event(const engine::Event& event) {
  books_.on_event(event);
  if (!books_.is_within_command() && !books_.changes().empty()) publish();
}

void MarketStreams::publish() {
  ++command_count_;
  concerned_.clear();
  for (const MarketChange& change : books_.changes()) {
    for (Subscription* subscription : watchers_[change.instrument.value()]) {
      if (std::exchange(subscription->command, command_count_) == command_count_) continue;
      concerned_.push_back(subscription);
    }
  }
  updates_.clear();
  for (Subscription* subscription : concerned_) tell(*subscription);
  books_.clear_changes();
}

void MarketStreams::tell(Subscription& subscription) {
  const bool can_stream = subscription.session->peer->can_stream();
  trades_.clear();
  entries_.clear();
  for (Watch& watch : subscription.watches) {
    const MarketChange* const change = books_.change(watch.instrument);
    if (change == nullptr) continue;
    const std::size_t trades = trades_.size();
    const std::size_t entries = entries_.size();
    updates_.append(*change, *reports_.instrument(watch.instrument), subscription.view, trades_,
                    entries_);
    // Those left out are numbered too: the next snapshot's number tells.
    for (std::size_t i = trades; i < trades_.size(); ++i) trades_[i].rpt_seq = ++watch.rpt_seq;
    for (std::size_t i = entries; i < entries_.size(); ++i) entries_[i].rpt_seq = ++watch.rpt_seq;
    const bool has_news = trades_.size() > trades || entries_.size() > entries;
    if (can_stream && !watch.is_due && !subscription.full_refresh) continue;
    trades_.resize(trades);
    entries_.resize(entries);
    if (!has_news || watch.is_due) continue;
    if (!can_stream || !send_snapshot(subscription, watch)) set_due(subscription, watch);
  }
  if (send_updates(subscription)) return;
  for (Watch& watch : subscription.watches) {
    if (books_.change(watch.instrument) != nullptr) set_due(subscription, watch);
  }
}

// One message; trades alone come in several where there are many.
bool MarketStreams::send_updates(const Subscription& subscription) {
  if (trades_.size() + entries_.size() <= kMaxUpdateEntries) {
    trades_.insert(trades_.end(), entries_.begin(), entries_.end());
    entries_.clear();
  }
  const auto send = [&](std::span<const MarketEntry> entries) {
    write_update(head_of(subscription), entries, writer_);
    return subscription.session->peer->stream(writer_);
  };
  std::span<const MarketEntry> trades = trades_;
  while (!trades.empty()) {  // ends: each round takes some
    const std::size_t count = std::min(trades.size(), kMaxUpdateEntries);
    if (!send(trades.first(count))) return false;
    trades = trades.subspan(count);
  }
  if (entries_.size() <= kMaxUpdateEntries) return entries_.empty() || send(entries_);
  for (const Watch& watch : subscription.watches) {
    if (watch.is_due || books_.change(watch.instrument) == nullptr) continue;
    if (!send_snapshot(subscription, watch)) return false;
  }
  return true;
}

MarketHead MarketStreams::head_of(const Subscription& subscription) const {
  return {.id = subscription.id,
          .version = subscription.session->peer->version(),
          .feed_sequence = books_.feed_sequence()};
}

bool MarketStreams::send_snapshot(const Subscription& subscription, const Watch& watch) {
  const engine::Instrument& instrument = *reports_.instrument(watch.instrument);
  snapshot_.clear();
  append_snapshot(books_, watch.instrument, instrument, subscription.view, snapshot_);
  write_snapshot(head_of(subscription), instrument, watch.rpt_seq, snapshot_, writer_);
  return subscription.session->peer->stream(writer_);
}

void MarketStreams::set_due(const Subscription& subscription, Watch& watch) {
  if (std::exchange(watch.is_due, true)) return;
  if (subscription.session->due++ == 0) due_.push_back(subscription.session);
}

std::uint32_t MarketStreams::refresh() {
  if (books_.is_within_command()) return 0;
  std::uint32_t sent = 0;
  for (Session* session : due_) sent += refresh_session(*session);
  std::erase_if(due_, [](const Session* session) { return session->due == 0; });
  return sent;
}

std::uint32_t MarketStreams::refresh_session(Session& session) {
  std::uint32_t sent = 0;
  auto& open = session.subscriptions;
  for (auto one = open.begin(); one != open.end() && session.due != 0;) {
    for (Watch& watch : (*one)->watches) {
      if (!watch.is_due) continue;
      // Asked first: a snapshot nobody takes would be made again each round.
      const bool is_room = sent < kSnapshotsPerRound && session.peer->can_stream();
      if (!is_room || !send_snapshot(**one, watch)) return sent;
      watch.is_due = false;
      --session.due;
      ++sent;
    }
    one = (*one)->is_once ? open.erase(one) : one + 1;
  }
  return sent;
}

// --- Requests ------------------------------------------------------------------------------------

Judgement MarketStreams::request(MarketPeer& peer, const Fields& fields) {
  MarketRequest request;
  std::optional<MarketRefusal> refusal;
  const Judgement judgement = read_market_request(fields, reports_, request, refusal);
  if (judgement.disposition != Disposition::kTaken) return judgement;
  if (!refusal && request.subscription == '2') {
    if (unsubscribe(peer.id(), request.id)) return judgement;
    refusal = MarketRefusal{kRejectNoReason, "no request with this MDReqID (262) is open"};
  }
  if (!refusal) refusal = subscribe(peer, request);
  if (refusal) {
    write_refusal(request.id, *refusal, writer_);
    peer.send_application(writer_);
  }
  return judgement;
}

std::optional<MarketRefusal> MarketStreams::subscribe(MarketPeer& peer,
                                                      const MarketRequest& request) {
  std::unique_ptr<Session>& session = sessions_[peer.id().value()];
  if (session == nullptr) session = std::make_unique<Session>(Session{.peer = &peer});
  auto& open = session->subscriptions;
  const auto has_id = [&](const auto& one) { return one->id == request.id; };
  if (std::any_of(open.begin(), open.end(), has_id)) {
    return MarketRefusal{kRejectDuplicateId, "a request with this MDReqID (262) is open"};
  }
  if (open.size() == kMaxMarketRequests) {
    return MarketRefusal{kRejectBandwidth,
                         fmt::format("at most {} requests are open at a time", kMaxMarketRequests)};
  }
  if (const engine::Instrument* const full = find_full(*session, request)) {
    return MarketRefusal{kRejectBandwidth,
                         fmt::format("at most {} requests for updates of {} are open at a time",
                                     kMaxRequestsPerContract, full->symbol_view())};
  }
  auto made = std::make_unique<Subscription>();
  made->session = session.get();
  made->id = std::string(request.id);
  made->view = {.types = request.types, .depth = request.depth};
  made->full_refresh = request.full_refresh;
  made->is_once = request.subscription == '0';
  for (const InstrumentId instrument : request.instruments) {
    made->watches.push_back({.instrument = instrument});
    if (made->is_once) continue;
    if (watchers_.size() <= instrument.value()) watchers_.resize(instrument.value() + 1);
    watchers_[instrument.value()].push_back(made.get());
    books_.watch(instrument);
  }
  if (session->due == 0) due_.push_back(session.get());
  session->due += static_cast<std::uint32_t>(made->watches.size());
  open.push_back(std::move(made));
  refresh();
  return std::nullopt;
}

const engine::Instrument* MarketStreams::find_full(const Session& session,
                                                   const MarketRequest& request) const {
  if (request.subscription != '1') return nullptr;
  for (const InstrumentId instrument : request.instruments) {
    const auto watches_it = [instrument](const auto& one) {
      return !one->is_once &&
             std::ranges::binary_search(one->watches, instrument, {}, &Watch::instrument);
    };
    if (std::ranges::count_if(session.subscriptions, watches_it) < kMaxRequestsPerContract) {
      continue;
    }
    return reports_.instrument(instrument);
  }
  return nullptr;
}

bool MarketStreams::unsubscribe(SessionId session, std::string_view id) {
  const auto found = sessions_.find(session.value());
  if (found == sessions_.end()) return false;
  auto& open = found->second->subscriptions;
  const auto ended =
      std::find_if(open.begin(), open.end(), [id](const auto& one) { return one->id == id; });
  if (ended == open.end()) return false;
  release(**ended);
  open.erase(ended);
  return true;
}

void MarketStreams::forget(SessionId session) {
  const auto found = sessions_.find(session.value());
  if (found == sessions_.end()) return;
  for (const auto& subscription : found->second->subscriptions) release(*subscription);
  std::erase(due_, found->second.get());
  sessions_.erase(found);
}

void MarketStreams::release(const Subscription& subscription) {
  for (const Watch& watch : subscription.watches) {
    if (watch.is_due) --subscription.session->due;
    if (subscription.is_once) continue;
    std::erase(watchers_[watch.instrument.value()], &subscription);
    books_.unwatch(watch.instrument);
  }
}

}  // namespace hourglass::gateway::fix

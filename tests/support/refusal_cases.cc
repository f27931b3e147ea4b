#include "tests/support/refusal_cases.h"

#include <algorithm>

#include "tests/support/command_builder.h"

namespace hourglass::engine::test {
namespace {

using enum RejectReason;

constexpr ExchangeLimits kLimits{.max_orders = 16,
                                 .max_level_pages = 3,
                                 .max_instruments = 3,
                                 .max_sessions = 4,
                                 .max_accounts = 4,
                                 .max_client_key_pages = 3,
                                 .max_steps_per_apply = 4,
                                 .max_scan_per_apply = 3};
constexpr std::int64_t kTickValue = std::int64_t{1} << 30;  // micro-USD: large orders are dear
constexpr std::uint32_t kMaxQty = 1U << 30;
constexpr std::int64_t kFunds = risk::kMaxAdjustmentMicroUsd;
// Neither a quantity nor a part of one.
constexpr std::int64_t kHuge = std::int64_t{1} << 40;

constexpr From kOne{.session = 1, .account = 1};
constexpr From kTwo{.session = 2, .account = 2};
constexpr From kThree{.session = 3, .account = 3};
constexpr From kVenue{.session = 0, .account = 0};

template <class Body>
Body& edit(Command& command) {
  return *reinterpret_cast<Body*>(command.bytes.data());
}

InstrumentSpec listing(std::uint32_t id) {
  return {.from = {.session = 0, .account = 0, .instrument = id},
          .symbol = "H1",
          .tick_size_nano_usd = kTickValue * kNanoUsdPerMicroUsd,
          .contract_size_gpu_hours = 1,
          .min_price = 50,
          .max_price = 250,
          .increment = 5,
          .max_order_qty_lots = kMaxQty};
}

// --- Defects every kind has ----------------------------------------------------------------------

Defect header_defect(RejectReason reason, std::function<void(CommandHeader&)> change) {
  return {.reason = reason,
          .change = [change](Command& command) { change(command.mutable_header()); }};
}

void leave_work_pending(SmallVenue& venue) {
  venue.apply(mass_cancel({.from = kTwo}));
  HG_ASSERT(venue.exchange.has_pending_work());
}

std::vector<Defect> message_defects() {
  return {header_defect(kUnknownKind, [](auto& h) { h.kind = static_cast<CommandKind>(99); }),
          header_defect(kUnknownVersion, [](auto& h) { h.version = kLayoutVersion + 1; }),
          header_defect(kMalformed, [](auto& h) { h.reserved = 1; })};
}

Defect work_pending() {
  return {.reason = kWorkPending,
          .change = [](Command&) {},
          .phase = Phase::kLeaveWorkPending,
          .setup = leave_work_pending};
}

std::vector<Defect> number_defects() {
  return {header_defect(kSessionOutOfRange,
                        [](auto& h) { h.session = SessionId(kLimits.max_sessions); }),
          header_defect(kAccountOutOfRange,
                        [](auto& h) { h.account = AccountId(kLimits.max_accounts); })};
}

Defect unknown_instrument() {
  return header_defect(kUnknownInstrument, [](auto& h) { h.instrument = InstrumentId(2); });
}

Defect closed() {
  return {
      .reason = kWrongTradingState,
      .change = [](Command&) {},
      .phase = Phase::kState,
      .setup =
          [](SmallVenue& venue) { venue.must(set_trading_state(kVenue, TradingState::kClosed)); }};
}

std::vector<Defect> join(std::initializer_list<std::vector<Defect>> parts) {
  std::vector<Defect> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<Defect> defects_of_any_command(std::vector<Defect> own = {}) {
  return join({message_defects(), {work_pending()}, number_defects(), std::move(own)});
}

// --- Orders --------------------------------------------------------------------------------------

template <class Body>
Defect body_defect(RejectReason reason, void (*change)(Body&)) {
  return {.reason = reason, .change = [change](Command& c) { change(edit<Body>(c)); }};
}

Defect pool_full() {
  return {.reason = kOrderLimitReached,
          .change = [](Command&) {},
          .phase = Phase::kFillThePool,
          .setup =
              [](SmallVenue& venue) {
                for (std::uint32_t key = 11; !venue.exchange.state().books.orders().full(); ++key) {
                  venue.must(new_order({.from = kTwo, .key = key, .price = 95, .qty = 1}));
                }
              }};
}

// One offer moves to a page of its own, the third and last.
Defect pages_full() {
  return {.reason = kPriceLevelLimitReached,
          .change = [](Command&) {},
          .phase = Phase::kFillThePages,
          .setup =
              [](SmallVenue& venue) {
                venue.must(replace_order({.from = kThree,
                                          .target = 5,
                                          .key = 6,
                                          .side = Side::kSell,
                                          .price = 130,
                                          .qty = 1}));
                HG_ASSERT(venue.exchange.state().books.levels().full());
              }};
}

void set_qty(NewOrder& order, std::int64_t qty) {
  if (order.display_qty == order.qty) order.display_qty = Qty(qty);
  order.qty = Qty(qty);
}

Defect key_defect(RejectReason reason, std::uint32_t key) {
  return {.reason = reason, .change = [key](Command& c) {
            if (c.header().kind == CommandKind::kReplaceOrder) {
              edit<ReplaceOrder>(c).key = ClientKey(key);
            } else {
              edit<NewOrder>(c).key = ClientKey(key);
            }
          }};
}

// What limit and market orders can have before and after what is their own.
std::vector<Defect> first_of_new() {
  return {unknown_instrument(), key_defect(kClientKeyOutOfRange, kMaxClientKeysPerSession),
          key_defect(kDuplicateClientKey, 2), closed()};
}

std::vector<Defect> quantities_of_new() {
  return {
      body_defect<NewOrder>(kQuantityNotPositive, [](NewOrder& c) { c.qty = Qty(0); }),
      body_defect<NewOrder>(kQuantityTooLarge, [](NewOrder& c) { set_qty(c, kMaxOrderQtyLots); }),
      body_defect<NewOrder>(kDisplayQuantityInvalid,
                            [](NewOrder& c) { c.display_qty = Qty(kHuge); }),
      body_defect<NewOrder>(kMinQuantityInvalid, [](NewOrder& c) { c.min_qty = Qty(kHuge); })};
}

std::vector<Defect> last_of_new() {
  return {pool_full(),
          key_defect(kClientKeyLimitReached, kClientKeysPerPage),
          pages_full(),
          header_defect(kAccountUnknown, [](auto& h) { h.account = AccountId(0); }),
          body_defect<NewOrder>(kNotionalOutOfRange, [](NewOrder& c) { set_qty(c, kMaxQty); }),
          body_defect<NewOrder>(kInsufficientFunds, [](NewOrder& c) { set_qty(c, 1 << 20); })};
}

template <class Body>
void add_ticks(Body& order, std::int64_t ticks) {
  order.price = order.price + PriceDelta(ticks);
}

// Price defects add up, so that a price can be wrong in several ways.
template <class Body>
std::vector<Defect> price_defects() {
  return {body_defect<Body>(kPriceOutOfRange, [](Body& c) { add_ticks(c, 500); }),
          body_defect<Body>(kPriceOffTick, [](Body& c) { add_ticks(c, 2); }),
          body_defect<Body>(kPriceOutsideBand, [](Body& c) { add_ticks(c, 45); })};
}

Request new_limit_order() {
  return {.name = "limit order",
          .good =
              [](SmallVenue&) {
                return new_order({.from = kOne, .key = 100, .price = 100, .qty = 10});
              },
          .defects = defects_of_any_command(
              join({first_of_new(),
                    {body_defect<NewOrder>(kIncompatibleInstructions,
                                           [](NewOrder& c) {
                                             c.post_only = PostOnly::kReject;
                                             if (c.min_qty == Qty(0)) c.min_qty = Qty(1);
                                           })},
                    quantities_of_new(),
                    price_defects<NewOrder>(),
                    {body_defect<NewOrder>(kExpireTimeInvalid,
                                           [](NewOrder& c) { c.expire_time = Timestamp(1); }),
                     body_defect<NewOrder>(kPostOnlyWouldTrade,
                                           [](NewOrder& c) {
                                             c.post_only = PostOnly::kReject;
                                             add_ticks(c, 10);
                                           }),
                     body_defect<NewOrder>(kFillSpansTooManyOrders,
                                           [](NewOrder& c) {
                                             if (c.min_qty == Qty(0)) c.min_qty = Qty(6);
                                             add_ticks(c, 10);
                                           })},
                    last_of_new()})),
          // A post-only order with a minimum quantity is refused for just that.
          .exclusive = {{kPostOnlyWouldTrade, kFillSpansTooManyOrders},
                        {kMinQuantityInvalid, kPostOnlyWouldTrade}}};
}

void cancel_all_offers(SmallVenue& venue) {
  venue.must(mass_cancel({.from = kThree}));
}

Request new_market_order() {
  return {.name = "market order",
          .good =
              [](SmallVenue&) {
                return new_order({.from = kOne, .key = 100, .qty = 10, .type = OrderType::kMarket});
              },
          .defects = defects_of_any_command(join(
              {first_of_new(),
               {body_defect<NewOrder>(kIncompatibleInstructions,
                                      [](NewOrder& c) { c.price = Price(100); })},
               quantities_of_new(),
               {{.reason = kPriceOutsideBand,
                 .change = [](Command&) {},
                 .phase = Phase::kBook,
                 .setup = [](SmallVenue& venue) { venue.must(set_price_band(kVenue, 60, 100)); }},
                body_defect<NewOrder>(kExpireTimeInvalid,
                                      [](NewOrder& c) { c.expire_time = Timestamp(1); }),
                {.reason = kNoOppositeSide,
                 .change = [](Command&) {},
                 .phase = Phase::kBook,
                 .setup = cancel_all_offers},
                body_defect<NewOrder>(kFillSpansTooManyOrders,
                                      [](NewOrder& c) {
                                        if (c.min_qty == Qty(0)) c.min_qty = Qty(6);
                                      })},
               last_of_new()})),
          .exclusive = {{kPriceOutsideBand, kNoOppositeSide}}};
}

Request replace_request() {
  return {
      .name = "replace",
      .good =
          [](SmallVenue&) {
            return replace_order({.from = kOne, .target = 1, .key = 101, .price = 90, .qty = 20});
          },
      .defects = defects_of_any_command(join(
          {{unknown_instrument(), key_defect(kClientKeyOutOfRange, kMaxClientKeysPerSession),
            key_defect(kDuplicateClientKey, 2),
            body_defect<ReplaceOrder>(kUnknownOrder,
                                      [](ReplaceOrder& c) { c.target = ClientKey(77); }),
            header_defect(kInstrumentMismatch, [](auto& h) { h.instrument = InstrumentId(1); }),
            header_defect(kAccountMismatch, [](auto& h) { h.account = AccountId(2); }),
            body_defect<ReplaceOrder>(kSideChanged, [](ReplaceOrder& c) { c.side = Side::kSell; }),
            closed(),
            body_defect<ReplaceOrder>(kQuantityNotPositive,
                                      [](ReplaceOrder& c) { c.qty = Qty(0); }),
            body_defect<ReplaceOrder>(kQuantityTooLarge,
                                      [](ReplaceOrder& c) { c.qty = Qty(kMaxOrderQtyLots); }),
            body_defect<ReplaceOrder>(kDisplayQuantityInvalid,
                                      [](ReplaceOrder& c) { c.display_qty = Qty(kHuge); })},
           price_defects<ReplaceOrder>(),
           {body_defect<ReplaceOrder>(kPostOnlyWouldTrade,
                                      [](ReplaceOrder& c) { add_ticks(c, 20); }),
            key_defect(kClientKeyLimitReached, kClientKeysPerPage), pages_full(),
            body_defect<ReplaceOrder>(kNotionalOutOfRange,
                                      [](ReplaceOrder& c) { c.qty = Qty(kMaxQty); }),
            body_defect<ReplaceOrder>(kInsufficientFunds,
                                      [](ReplaceOrder& c) { c.qty = Qty(1 << 20); })}}))};
}

// What an iceberg's quantities can have wrong, as a new order and with the display it has.
template <class Body>
std::vector<Defect> defects_of_an_iceberg(Defect shows_too_little) {
  return defects_of_any_command(
      join({{unknown_instrument(),
             body_defect<Body>(kQuantityNotPositive, [](Body& c) { c.qty = Qty(0); }),
             body_defect<Body>(kQuantityTooLarge, [](Body& c) { c.qty = Qty(kMaxOrderQtyLots); }),
             std::move(shows_too_little)},
            price_defects<Body>()}));
}

Request new_iceberg() {
  return {.name = "iceberg",
          .good =
              [](SmallVenue&) {
                return new_order({.from = kOne,
                                  .key = 100,
                                  .price = 90,
                                  .qty = 2 * kMaxIcebergTranches,
                                  .display = 2});
              },
          .defects = defects_of_an_iceberg<NewOrder>(body_defect<NewOrder>(
              kDisplayQuantityInvalid, [](NewOrder& c) { c.display_qty = Qty(1); }))};
}

Request replace_of_an_iceberg() {
  return {
      .name = "replace of an iceberg",
      .good =
          [](SmallVenue&) {
            return replace_order(
                {.from = kOne, .target = 3, .key = 101, .price = 90, .qty = kMaxIcebergTranches});
          },
      .defects = defects_of_an_iceberg<ReplaceOrder>(body_defect<ReplaceOrder>(
          kDisplayQuantityInvalid, [](ReplaceOrder& c) { c.qty = c.qty + Qty(1); }))};
}

Request cancel_request() {
  return {
      .name = "cancel",
      .good = [](SmallVenue&) { return cancel_order(kOne, 1); },
      .defects = defects_of_any_command(
          {unknown_instrument(),
           body_defect<CancelOrder>(
               kClientKeyOutOfRange,
               [](CancelOrder& c) { c.target = ClientKey(kMaxClientKeysPerSession); }),
           body_defect<CancelOrder>(kUnknownOrder,
                                    [](CancelOrder& c) { c.target = ClientKey(77); }),
           header_defect(kInstrumentMismatch, [](auto& h) { h.instrument = InstrumentId(1); }),
           header_defect(kAccountMismatch, [](auto& h) { h.account = AccountId(2); }), closed()})};
}

// --- The venue's own commands --------------------------------------------------------------------

Request continue_request() {
  return {.name = "continue",
          .good =
              [](SmallVenue& venue) {
                leave_work_pending(venue);
                return venue.exchange.continuation();
              },
          .defects = join(
              {message_defects(),
               {body_defect<ContinueWork>(kStaleContinuation, [](ContinueWork& c) { ++c.cursor; })},
               number_defects()})};
}

Request define_request() {
  return {
      .name = "define instrument",
      .good = [](SmallVenue&) { return define_instrument(listing(2)); },
      .defects = defects_of_any_command(
          {body_defect<DefineInstrument>(kUnsupportedAlgorithm,
                                         [](DefineInstrument& c) { c.matching_algorithm = 2; }),
           header_defect(kInstrumentExists, [](auto& h) { h.instrument = InstrumentId(0); }),
           header_defect(kInstrumentLimitReached, [](auto& h) { h.instrument = InstrumentId(3); }),
           body_defect<DefineInstrument>(kDefinitionInvalid,
                                         [](DefineInstrument& c) { c.symbol = {}; })})};
}

Request band_request() {
  return {
      .name = "set price band",
      .good = [](SmallVenue&) { return set_price_band(kVenue, 60, 120); },
      .defects = defects_of_any_command(
          {unknown_instrument(), body_defect<SetPriceBand>(kDefinitionInvalid, [](SetPriceBand& c) {
             c.low = Price(200);
           })})};
}

Request withdrawal_request() {
  const From account_one{.session = 1, .account = 1};
  return {.name = "withdrawal",
          .good = [account_one](SmallVenue&) { return adjust_funds(account_one, -5); },
          .defects = defects_of_any_command(
              {header_defect(kAccountUnknown, [](auto& h) { h.account = AccountId(0); }),
               body_defect<AdjustFunds>(kAmountInvalid,
                                        [](AdjustFunds& c) { c.amount = Money(-kFunds - 1); }),
               body_defect<AdjustFunds>(kInsufficientFunds,
                                        [](AdjustFunds& c) { c.amount = Money(-kFunds); })})};
}

Request plain_request(std::string_view name, const Command& command, std::vector<Defect> own = {}) {
  return {.name = name,
          .good = [command](SmallVenue&) { return command; },
          .defects = defects_of_any_command(std::move(own))};
}

}  // namespace

SmallVenue::SmallVenue() : exchange(kLimits, risk::FundedLimit(kLimits.max_accounts)) {
  must(define_instrument(listing(0)));
  must(define_instrument(listing(1)));
  must(set_price_band(kVenue, 60, 130));
  for (const std::uint32_t account : {1U, 2U, 3U}) {
    must(adjust_funds({.session = 0, .account = account}, kFunds));
  }
  must(new_order({.from = kOne, .key = 1, .price = 90, .qty = 10, .post_only = PostOnly::kReject}));
  must(new_order({.from = kOne,
                  .key = 2,
                  .price = 60,
                  .qty = 1,
                  .time_in_force = TimeInForce::kImmediateOrCancel}));
  must(new_order({.from = kOne, .key = 3, .price = 90, .qty = kMaxIcebergTranches, .display = 1}));
  for (std::uint32_t key = 1; key <= 5; ++key) {
    must(new_order({.from = kTwo, .key = key, .price = 95, .qty = 1}));
    must(new_order({.from = kThree, .key = key, .side = Side::kSell, .price = 105, .qty = 1}));
  }
}

std::span<const Event> SmallVenue::apply(const Command& command) {
  ++sequence_;
  return exchange.apply(stamped(command, sequence_, 1000 * sequence_));
}

void SmallVenue::must(const Command& command) {
  for (const Event& event : apply(command)) {
    HG_ASSERT(event.header().kind != EventKind::kRequestRejected,
              event.as<RequestRejected>().reason, event.as<RequestRejected>().request);
  }
  settle();
}

void SmallVenue::settle() {
  while (exchange.has_pending_work()) apply(exchange.continuation());
}

std::vector<std::byte> SmallVenue::saved() const {
  StateWriter writer;
  exchange.save(writer);
  return writer.take();
}

std::vector<Request> refusable_requests() {
  return {new_limit_order(),
          new_market_order(),
          replace_request(),
          new_iceberg(),
          replace_of_an_iceberg(),
          cancel_request(),
          continue_request(),
          define_request(),
          band_request(),
          withdrawal_request(),
          plain_request("mass cancel", mass_cancel({.from = kOne, .by_instrument = true}),
                        {unknown_instrument()}),
          plain_request("disconnect", session_disconnected(kOne)),
          plain_request("set trading state", set_trading_state(kVenue, TradingState::kPause),
                        {unknown_instrument()}),
          plain_request("advance time", advance_time()),
          plain_request("end trading day", end_trading_day()),
          plain_request("market recovered", market_recovered())};
}

Command with_defects(SmallVenue& venue, const Request& request,
                     const std::vector<const Defect*>& defects) {
  std::vector<const Defect*> by_phase = defects;
  std::stable_sort(by_phase.begin(), by_phase.end(),
                   [](const Defect* a, const Defect* b) { return a->phase < b->phase; });
  for (const Defect* defect : by_phase) {
    if (defect->setup) defect->setup(venue);
  }
  Command command = request.good(venue);
  // The later reason's change first: where both touch a field, the earlier one's stands.
  for (auto defect = defects.rbegin(); defect != defects.rend(); ++defect) {
    (*defect)->change(command);
  }
  return command;
}

}  // namespace hourglass::engine::test

// Where every field of every command stands. These are bytes others read: whoever changes a layout
// changes this list with it, raises kLayoutVersion and says so on the format's page.
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "engine/order/command.h"
#include "tests/support/layout.h"

namespace hourglass::engine::test {
namespace {

const std::vector<Layout> kOrderCommands = {
    {"CommandHeader",
     sizeof(CommandHeader),
     40,
     {
         {"sequence", offsetof(CommandHeader, sequence), sizeof(CommandHeader::sequence), 0, 8},
         {"time", offsetof(CommandHeader, time), sizeof(CommandHeader::time), 8, 8},
         {"session", offsetof(CommandHeader, session), sizeof(CommandHeader::session), 16, 4},
         {"session_sequence", offsetof(CommandHeader, session_sequence),
          sizeof(CommandHeader::session_sequence), 20, 4},
         {"account", offsetof(CommandHeader, account), sizeof(CommandHeader::account), 24, 4},
         {"instrument", offsetof(CommandHeader, instrument), sizeof(CommandHeader::instrument), 28,
          4},
         {"trader", offsetof(CommandHeader, trader), sizeof(CommandHeader::trader), 32, 4},
         {"kind", offsetof(CommandHeader, kind), sizeof(CommandHeader::kind), 36, 1},
         {"version", offsetof(CommandHeader, version), sizeof(CommandHeader::version), 37, 1},
         {"reserved", offsetof(CommandHeader, reserved), sizeof(CommandHeader::reserved), 38, 2},
     }},
    {"NewOrder",
     sizeof(NewOrder),
     128,
     {
         {"header", offsetof(NewOrder, header), sizeof(NewOrder::header), 0, 40},
         {"key", offsetof(NewOrder, key), sizeof(NewOrder::key), 40, 4},
         {"client", offsetof(NewOrder, client), sizeof(NewOrder::client), 44, 4},
         {"price", offsetof(NewOrder, price), sizeof(NewOrder::price), 48, 8},
         {"qty", offsetof(NewOrder, qty), sizeof(NewOrder::qty), 56, 8},
         {"display_qty", offsetof(NewOrder, display_qty), sizeof(NewOrder::display_qty), 64, 8},
         {"min_qty", offsetof(NewOrder, min_qty), sizeof(NewOrder::min_qty), 72, 8},
         {"expire_time", offsetof(NewOrder, expire_time), sizeof(NewOrder::expire_time), 80, 8},
         {"side", offsetof(NewOrder, side), sizeof(NewOrder::side), 88, 1},
         {"type", offsetof(NewOrder, type), sizeof(NewOrder::type), 89, 1},
         {"time_in_force", offsetof(NewOrder, time_in_force), sizeof(NewOrder::time_in_force), 90,
          1},
         {"post_only", offsetof(NewOrder, post_only), sizeof(NewOrder::post_only), 91, 1},
         {"cancel_on_disconnect", offsetof(NewOrder, cancel_on_disconnect),
          sizeof(NewOrder::cancel_on_disconnect), 92, 1},
         {"reserved", offsetof(NewOrder, reserved), sizeof(NewOrder::reserved), 93, 7},
         {"client_order_id", offsetof(NewOrder, client_order_id), sizeof(NewOrder::client_order_id),
          100, 20},
         {"reserved2", offsetof(NewOrder, reserved2), sizeof(NewOrder::reserved2), 120, 8},
     }},
    {"ReplaceOrder",
     sizeof(ReplaceOrder),
     128,
     {
         {"header", offsetof(ReplaceOrder, header), sizeof(ReplaceOrder::header), 0, 40},
         {"target", offsetof(ReplaceOrder, target), sizeof(ReplaceOrder::target), 40, 4},
         {"key", offsetof(ReplaceOrder, key), sizeof(ReplaceOrder::key), 44, 4},
         {"price", offsetof(ReplaceOrder, price), sizeof(ReplaceOrder::price), 48, 8},
         {"qty", offsetof(ReplaceOrder, qty), sizeof(ReplaceOrder::qty), 56, 8},
         {"display_qty", offsetof(ReplaceOrder, display_qty), sizeof(ReplaceOrder::display_qty), 64,
          8},
         {"side", offsetof(ReplaceOrder, side), sizeof(ReplaceOrder::side), 72, 1},
         {"basis", offsetof(ReplaceOrder, basis), sizeof(ReplaceOrder::basis), 73, 1},
         {"reserved", offsetof(ReplaceOrder, reserved), sizeof(ReplaceOrder::reserved), 74, 6},
         {"client_order_id", offsetof(ReplaceOrder, client_order_id),
          sizeof(ReplaceOrder::client_order_id), 80, 20},
         {"reserved2", offsetof(ReplaceOrder, reserved2), sizeof(ReplaceOrder::reserved2), 100, 28},
     }},
    {"CancelOrder",
     sizeof(CancelOrder),
     64,
     {
         {"header", offsetof(CancelOrder, header), sizeof(CancelOrder::header), 0, 40},
         {"target", offsetof(CancelOrder, target), sizeof(CancelOrder::target), 40, 4},
         {"client_order_id", offsetof(CancelOrder, client_order_id),
          sizeof(CancelOrder::client_order_id), 44, 20},
     }},
    {"MassCancel",
     sizeof(MassCancel),
     64,
     {
         {"header", offsetof(MassCancel, header), sizeof(MassCancel::header), 0, 40},
         {"group", offsetof(MassCancel, group), sizeof(MassCancel::group), 40, 4},
         {"scope", offsetof(MassCancel, scope), sizeof(MassCancel::scope), 44, 1},
         {"by_instrument", offsetof(MassCancel, by_instrument), sizeof(MassCancel::by_instrument),
          45, 1},
         {"by_group", offsetof(MassCancel, by_group), sizeof(MassCancel::by_group), 46, 1},
         {"by_side", offsetof(MassCancel, by_side), sizeof(MassCancel::by_side), 47, 1},
         {"side", offsetof(MassCancel, side), sizeof(MassCancel::side), 48, 1},
         {"reserved", offsetof(MassCancel, reserved), sizeof(MassCancel::reserved), 49, 3},
         {"reserved2", offsetof(MassCancel, reserved2), sizeof(MassCancel::reserved2), 52, 12},
     }},
    {"ContinueWork",
     sizeof(ContinueWork),
     64,
     {
         {"header", offsetof(ContinueWork, header), sizeof(ContinueWork::header), 0, 40},
         {"origin", offsetof(ContinueWork, origin), sizeof(ContinueWork::origin), 40, 8},
         {"cursor", offsetof(ContinueWork, cursor), sizeof(ContinueWork::cursor), 48, 8},
         {"reserved", offsetof(ContinueWork, reserved), sizeof(ContinueWork::reserved), 56, 8},
     }},
};

const std::vector<Layout> kVenueCommands = {
    {"SessionDisconnected",
     sizeof(SessionDisconnected),
     64,
     {
         {"header", offsetof(SessionDisconnected, header), sizeof(SessionDisconnected::header), 0,
          40},
         {"reserved", offsetof(SessionDisconnected, reserved),
          sizeof(SessionDisconnected::reserved), 40, 24},
     }},
    {"DefineInstrument",
     sizeof(DefineInstrument),
     128,
     {
         {"header", offsetof(DefineInstrument, header), sizeof(DefineInstrument::header), 0, 40},
         {"symbol", offsetof(DefineInstrument, symbol), sizeof(DefineInstrument::symbol), 40, 24},
         {"tick_size_nano_usd", offsetof(DefineInstrument, tick_size_nano_usd),
          sizeof(DefineInstrument::tick_size_nano_usd), 64, 8},
         {"contract_size_gpu_hours", offsetof(DefineInstrument, contract_size_gpu_hours),
          sizeof(DefineInstrument::contract_size_gpu_hours), 72, 8},
         {"min_price", offsetof(DefineInstrument, min_price), sizeof(DefineInstrument::min_price),
          80, 8},
         {"max_price", offsetof(DefineInstrument, max_price), sizeof(DefineInstrument::max_price),
          88, 8},
         {"group", offsetof(DefineInstrument, group), sizeof(DefineInstrument::group), 96, 4},
         {"protection_ticks", offsetof(DefineInstrument, protection_ticks),
          sizeof(DefineInstrument::protection_ticks), 100, 4},
         {"price_increment_ticks", offsetof(DefineInstrument, price_increment_ticks),
          sizeof(DefineInstrument::price_increment_ticks), 104, 4},
         {"max_order_qty_lots", offsetof(DefineInstrument, max_order_qty_lots),
          sizeof(DefineInstrument::max_order_qty_lots), 108, 4},
         {"matching_algorithm", offsetof(DefineInstrument, matching_algorithm),
          sizeof(DefineInstrument::matching_algorithm), 112, 1},
         {"state", offsetof(DefineInstrument, state), sizeof(DefineInstrument::state), 113, 1},
         {"reserved", offsetof(DefineInstrument, reserved), sizeof(DefineInstrument::reserved), 114,
          14},
     }},
    {"SetTradingState",
     sizeof(SetTradingState),
     64,
     {
         {"header", offsetof(SetTradingState, header), sizeof(SetTradingState::header), 0, 40},
         {"state", offsetof(SetTradingState, state), sizeof(SetTradingState::state), 40, 1},
         {"reserved", offsetof(SetTradingState, reserved), sizeof(SetTradingState::reserved), 41,
          23},
     }},
    {"SetPriceBand",
     sizeof(SetPriceBand),
     64,
     {
         {"header", offsetof(SetPriceBand, header), sizeof(SetPriceBand::header), 0, 40},
         {"low", offsetof(SetPriceBand, low), sizeof(SetPriceBand::low), 40, 8},
         {"high", offsetof(SetPriceBand, high), sizeof(SetPriceBand::high), 48, 8},
         {"reserved", offsetof(SetPriceBand, reserved), sizeof(SetPriceBand::reserved), 56, 8},
     }},
    {"AdvanceTime",
     sizeof(AdvanceTime),
     64,
     {
         {"header", offsetof(AdvanceTime, header), sizeof(AdvanceTime::header), 0, 40},
         {"reserved", offsetof(AdvanceTime, reserved), sizeof(AdvanceTime::reserved), 40, 24},
     }},
    {"EndTradingDay",
     sizeof(EndTradingDay),
     64,
     {
         {"header", offsetof(EndTradingDay, header), sizeof(EndTradingDay::header), 0, 40},
         {"reserved", offsetof(EndTradingDay, reserved), sizeof(EndTradingDay::reserved), 40, 24},
     }},
    {"MarketRecovered",
     sizeof(MarketRecovered),
     64,
     {
         {"header", offsetof(MarketRecovered, header), sizeof(MarketRecovered::header), 0, 40},
         {"reserved", offsetof(MarketRecovered, reserved), sizeof(MarketRecovered::reserved), 40,
          24},
     }},
    {"AdjustFunds",
     sizeof(AdjustFunds),
     64,
     {
         {"header", offsetof(AdjustFunds, header), sizeof(AdjustFunds::header), 0, 40},
         {"amount", offsetof(AdjustFunds, amount), sizeof(AdjustFunds::amount), 40, 8},
         {"reserved", offsetof(AdjustFunds, reserved), sizeof(AdjustFunds::reserved), 48, 16},
     }},
};

TEST(Layouts, OfCommandsAreWhereTheFormatHasThem) {
  expect_as_written(kOrderCommands);
  expect_as_written(kVenueCommands);
}

TEST(Layouts, OfCommandKindsHaveTheSizeTheKindSays) {
  const std::vector<Kind> known = known_kinds<CommandKind>(command_bytes);
  EXPECT_EQ(known, (std::vector<Kind>{{1, 128},
                                      {2, 128},
                                      {3, 64},
                                      {4, 64},
                                      {5, 64},
                                      {6, 64},
                                      {7, 128},
                                      {8, 64},
                                      {9, 64},
                                      {10, 64},
                                      {11, 64},
                                      {12, 64},
                                      {64, 64}}));
  EXPECT_EQ(known, (kinds_of<NewOrder, ReplaceOrder, CancelOrder, MassCancel, ContinueWork,
                             SessionDisconnected, DefineInstrument, SetTradingState, AdvanceTime,
                             EndTradingDay, MarketRecovered, SetPriceBand, AdjustFunds>()));
}

TEST(Layouts, OfACommandLeaveNoByteBeyondItsKindUnwritten) {
  CancelOrder body{};
  body.header = make_header<CancelOrder>(SessionId(1), AccountId(2), InstrumentId(3));
  Command command = Command::of(body);
  for (std::size_t i = sizeof(CancelOrder); i < sizeof(Command); ++i) {
    EXPECT_EQ(command.bytes[i], std::byte{0}) << i;
  }
  command.bytes.fill(std::byte{0xFF});
  command.start<CancelOrder>(body.header);
  EXPECT_EQ(command.bytes, Command::of(body).bytes);
}

}  // namespace
}  // namespace hourglass::engine::test

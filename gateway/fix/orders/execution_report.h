// Writing what a member is told about its orders: 35=8, 35=9 and 35=r.
//
// Fields of a body ascend by tag, as QuickFIX writes them. Own tags: 25000 feed sequence of the
// event (left out where it is not public), 25001 number of the reject reason, 25002 match id where
// the version has no 880.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/types.h"
#include "engine/contract/instrument.h"
#include "engine/order/command.h"
#include "gateway/fix/orders/order_view.h"
#include "gateway/fix/wire/fix_version.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint32_t kFeedSequenceTag = 25000;
inline constexpr std::uint32_t kRejectCodeTag = 25001;
inline constexpr std::uint32_t kMatchIdTag = 25002;
// Stands where FIX wants an id and there is none.
inline constexpr std::string_view kNoId = "NONE";
// FIX's symbol for a security that has none.
inline constexpr std::string_view kNoSymbol = "[N/A]";

// FIX 150.
namespace exec_type {
inline constexpr char kNew = '0';
inline constexpr char kCancelled = '4';
inline constexpr char kReplaced = '5';
inline constexpr char kRejected = '8';
inline constexpr char kExpired = 'C';
inline constexpr char kTrade = 'F';
inline constexpr char kStatus = 'I';
}  // namespace exec_type

// One side's view of a trade.
struct Fill {
  std::int64_t qty = 0;
  engine::Price price{};
  engine::MatchId match_id{};
  bool is_aggressor = false;
};

// Why a request was refused, as fields say it.
struct RefusalCode {
  std::uint8_t code = 0;          // 103, 102 or 532
  std::uint32_t reject_code = 0;  // 25001
  std::string_view text{};        // 58
};

// What a status report answers to.
struct StatusEcho {
  std::string_view order_status_req_id{};  // 790; empty: none
  std::string_view mass_status_req_id{};   // 584; not empty: 911 and 912 follow
  std::uint32_t total = 0;                 // 911
  bool last = false;                       // 912
};

// What an execution report says besides its order.
struct Execution {
  char type = exec_type::kNew;
  std::string_view id{};                    // 17
  std::string_view client_order_id{};       // 11; empty: kNoId
  std::string_view orig_client_order_id{};  // 41; empty: none
  engine::Timestamp time{};                 // 60; zero: none, it is a status
  std::uint64_t feed_sequence = 0;          // 25000; 0: none
  std::uint8_t restatement = 0;             // 378; 0: none
  bool is_copy = false;                     // 797
  std::string_view text{};                  // 58; empty: none
  std::optional<Fill> fill{};
  std::optional<RefusalCode> refusal{};  // 103
  std::optional<StatusEcho> status{};
};

// Begins `writer` with 35=8 about `order`. `instrument` may be missing only for a refused order: 55
// then is kNoSymbol and no price is written. Thread: any. Cost: one pass, allocates while it grows.
void write_execution_report(const OrderView& order, const engine::Instrument* instrument,
                            FixVersion version, const Execution& execution, MessageWriter& writer);

// A new order as it was asked for, refused: state kRejected, no order id.
[[nodiscard]] OrderView refused_order(const engine::NewOrder& request);

struct CancelReject {
  std::string_view client_order_id{};       // 11; empty: kNoId
  std::string_view orig_client_order_id{};  // 41; empty: kNoId
  const OrderView* order = nullptr;         // nothing: 37=NONE 39=8
  engine::AccountId account{};
  bool is_replace = false;  // 434
  engine::Timestamp time{};
  RefusalCode refusal{};
};
// Begins `writer` with 35=9. The same in both versions but for the code.
void write_cancel_reject(const CancelReject& reject, MessageWriter& writer);

struct MassCancelReport {
  std::string_view client_order_id{};  // 11; empty: kNoId
  engine::SequenceNumber id{};         // 37 and 1369: of the command
  const engine::MassCancel* request = nullptr;
  const engine::Instrument* instrument = nullptr;  // where the request names one
  std::uint32_t affected = 0;                      // 533
  engine::Timestamp time{};
  std::optional<RefusalCode> refusal{};  // nothing: done
};
// Begins `writer` with 35=r. 530 and 531 are 1 (a security), A (a group; 3 in FIX 4.4) or 7 (all).
void write_mass_cancel_report(const MassCancelReport& report, FixVersion version,
                              MessageWriter& writer);

// FIX 39, 40, 59 and 54.
[[nodiscard]] char fix_order_status(engine::OrderState state) noexcept;
[[nodiscard]] char fix_order_type(engine::OrderType type) noexcept;
[[nodiscard]] char fix_time_in_force(engine::TimeInForce time_in_force) noexcept;
[[nodiscard]] char fix_side(engine::Side side) noexcept;

}  // namespace hourglass::gateway::fix

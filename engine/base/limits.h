// Every bound of the venue, in one place. Reaching one is a named reject or drop with a counter,
// never undefined behaviour; where one limit follows from another, a static_assert says why.
#pragma once

#include <cstdint>

namespace hourglass::engine {

// --- One order -----------------------------------------------------------------------------------
// Lots of one order stay below 2^31, so the hot order line holds them in 32 bits (design 10, 10).
inline constexpr std::int64_t kMaxOrderQtyLots = (std::int64_t{1} << 31) - 1;
// A price's distance from zero in ticks; with a tick of 1e-9 USD this still is 1,000 USD.
inline constexpr std::int64_t kMaxPriceTicks = std::int64_t{1} << 40;
// Tranches an iceberg may be cut into: it shows at least this part of its quantity. One order then
// makes a match of at most four slices of kMaxStepsPerApply; without a bound it would make 2^31.
inline constexpr std::int64_t kMaxIcebergTranches = 4096;
// FIX ClOrdID and the longest decimal u64 both have 20 characters.
inline constexpr std::uint32_t kClientOrderIdChars = 20;

// --- One partition -------------------------------------------------------------------------------
inline constexpr std::uint32_t kMaxInstruments = 1U << 14;
// Resting orders over all books; slot 0 is the list end, so one less can rest.
inline constexpr std::uint32_t kMaxOrders = 1U << 23;
// Accounts and sessions index arrays; sessions cost 4 KiB of address space each.
inline constexpr std::uint32_t kMaxAccounts = 1U << 17;
inline constexpr std::uint32_t kMaxSessions = 1U << 13;
// Client keys one session may use in a trading day, and all sessions together.
inline constexpr std::uint32_t kMaxClientKeysPerSession = 1U << 24;
inline constexpr std::uint32_t kClientKeysPerPage = 1U << 12;
inline constexpr std::uint32_t kMaxClientKeyPages = 1U << 15;
static_assert(kMaxClientKeysPerSession % kClientKeysPerPage == 0);

// --- One book ------------------------------------------------------------------------------------
// Ticks from an instrument's lowest to its highest valid price. The price map has three bitmap
// levels of 64, so 2^24 ticks need at most 64 top words.
inline constexpr std::uint32_t kMaxPriceSpanTicks = 1U << 24;
inline constexpr std::uint32_t kTicksPerPage = 64;
// Pages of 64 levels in use at once over all books; each resting order touches at most one.
inline constexpr std::uint32_t kMaxLevelPages = 1U << 20;
static_assert(std::uint64_t{kMaxLevelPages} * kTicksPerPage <= 0xFFFFFFFFULL,
              "a level's index is 32 bits in the hot order line");

// --- One command ---------------------------------------------------------------------------------
// Matches, cancels or expiries one apply() makes before it hands over to a continuation command.
inline constexpr std::uint32_t kMaxStepsPerApply = 1024;
// Orders one apply() looks at without changing them (fill-or-kill look-ahead, filtered sweeps).
inline constexpr std::uint32_t kMaxScanPerApply = 1U << 16;
// Events of one apply(): a step emits at most two (a fill and an iceberg's new tranche), plus the
// command's own few.
inline constexpr std::uint32_t kMaxEventsPerApply = 2 * kMaxStepsPerApply + 8;
inline constexpr std::uint32_t kMaxListEntries = 64;

// --- Rings ---------------------------------------------------------------------------------------
inline constexpr std::uint32_t kIngressRingSlots = 1U << 14;
inline constexpr std::uint32_t kCommandRingSlots = 1U << 17;
inline constexpr std::uint32_t kEventRingSlots = 1U << 18;
// Consumers a broadcast ring's producer waits for; it looks at each one's line when short of slots.
inline constexpr std::uint32_t kMaxGatingConsumers = 8;
static_assert(kEventRingSlots >= 4 * kMaxEventsPerApply,
              "one apply must never fill the event ring by itself");

// --- Journal -------------------------------------------------------------------------------------
inline constexpr std::uint32_t kMaxFrameBytes = 512U << 10;
inline constexpr std::uint64_t kMaxSegmentBytes = std::uint64_t{4} << 30;
inline constexpr std::uint32_t kMaxJournalSegments = 1U << 20;
inline constexpr std::uint64_t kMaxSnapshotBytes = std::uint64_t{64} << 30;

}  // namespace hourglass::engine

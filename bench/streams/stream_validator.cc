#include "bench/streams/stream_validator.h"

#include <algorithm>
#include <string>

#include "engine/base/assert.h"
#include "engine/base/limits.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

constexpr std::uint64_t kMaxOrderQtyLots = engine::kMaxOrderQtyLots;
// Every trade completes an order, resting or incoming, and a record enters at most one order that
// can be completed and can stop at one more trade.
constexpr std::uint64_t kMaxTradesPerRecord = 2;
static_assert(kMaxStreamRecords * kMaxTradesPerRecord <= ~std::uint64_t{0} / kMaxOrderQtyLots,
              "the bounds on quantities below cannot wrap");

bool name_is_text(const StreamHeader& header) {
  const auto end = std::find(header.name.begin(), header.name.end(), '\0');
  return end != header.name.begin() && end != header.name.end() &&
         std::all_of(header.name.begin(), end, [](char c) { return c > ' ' && c <= '~'; }) &&
         std::all_of(end, header.name.end(), [](char c) { return c == '\0'; });
}

absl::Status check_size(const StreamHeader& header, std::uint64_t file_bytes) {
  if (header.n_ops == 0) return absl::InvalidArgumentError("n_ops is 0: nothing to play");
  if (header.n_ops > kMaxStreamRecords) {
    return absl::InvalidArgumentError(
        fmt::format("n_ops {} is over the limit of {}", header.n_ops, kMaxStreamRecords));
  }
  const std::uint64_t expected_bytes = sizeof(StreamHeader) + header.n_ops * sizeof(StreamOp);
  if (file_bytes < expected_bytes) {
    return absl::DataLossError(fmt::format("truncated: {} bytes, n_ops {} needs {}", file_bytes,
                                           header.n_ops, expected_bytes));
  }
  if (file_bytes > expected_bytes) {
    return absl::InvalidArgumentError(
        fmt::format("{} trailing bytes after the last record", file_bytes - expected_bytes));
  }
  return absl::OkStatus();
}

absl::Status check_expected(const StreamHeader& header) {
  const StreamResults& expected = header.expected;
  const auto implausible = [](const char* field, std::uint64_t value, std::uint64_t limit) {
    return absl::InvalidArgumentError(
        fmt::format("{} {} is implausible: at most {} is possible", field, value, limit));
  };
  if (header.max_live > header.max_id) {
    return implausible("max_live", header.max_live, header.max_id);
  }
  if (expected.end_orders > header.max_live) {
    return implausible("end_orders", expected.end_orders, header.max_live);
  }
  if (expected.end_qty_lots > expected.end_orders * kMaxOrderQtyLots) {
    return implausible("end_qty", expected.end_qty_lots, expected.end_orders * kMaxOrderQtyLots);
  }
  if (expected.trades > header.n_ops * kMaxTradesPerRecord) {
    return implausible("trades", expected.trades, header.n_ops * kMaxTradesPerRecord);
  }
  if (expected.traded_qty_lots > expected.trades * kMaxOrderQtyLots) {
    return implausible("traded_qty", expected.traded_qty_lots, expected.trades * kMaxOrderQtyLots);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status check_header(const StreamHeader& header, std::uint64_t file_bytes) {
  if (header.magic != kStreamMagic) {
    return absl::InvalidArgumentError("magic is not HGOS0001: not an order stream");
  }
  if (absl::Status size = check_size(header, file_bytes); !size.ok()) return size;
  if (header.n_preload > header.n_ops) {
    return absl::InvalidArgumentError(
        fmt::format("n_preload {} is over n_ops {}", header.n_preload, header.n_ops));
  }
  if (header.max_id == 0 || header.max_id > header.n_ops) {
    return absl::InvalidArgumentError(
        fmt::format("max_id {} is not in 1..n_ops {}", header.max_id, header.n_ops));
  }
  if (header.n_symbols == 0 || header.n_symbols > engine::kMaxInstruments) {
    return absl::InvalidArgumentError(
        fmt::format("n_symbols {} is not in 1..{}", header.n_symbols, engine::kMaxInstruments));
  }
  if (header.min_price_ticks <= 0 || header.min_price_ticks > header.max_price_ticks) {
    return absl::InvalidArgumentError(fmt::format("prices {}..{} are not a positive range",
                                                  header.min_price_ticks, header.max_price_ticks));
  }
  if (!name_is_text(header)) {
    return absl::InvalidArgumentError("name is not 1 to 23 printable characters and zeros");
  }
  return check_expected(header);
}

absl::Status StreamValidator::check(std::span<const StreamOp> ops) {
  for (const StreamOp& op : ops) {
    const Fault fault = check_one(op);
    if (fault != Fault::kNone) [[unlikely]]
      return describe(fault, op);
    ++records_checked_;
  }
  return absl::OkStatus();
}

absl::Status StreamValidator::finish() const {
  HG_ASSERT(records_checked_ == header_.n_ops, records_checked_, header_.n_ops);
  if (home_of_id_.size() != header_.max_id) {
    return absl::InvalidArgumentError(
        fmt::format("max_id is {} but only {} ids are used", header_.max_id, home_of_id_.size()));
  }
  return absl::OkStatus();
}

StreamValidator::Fault StreamValidator::check_one(const StreamOp& op) {
  const bool enters = op.kind == OpKind::kNew || op.kind == OpKind::kIoc;
  const bool priced = enters || op.kind == OpKind::kRequeue;
  if (!priced && op.kind != OpKind::kCancel && op.kind != OpKind::kReduce) {
    return Fault::kUnknownKind;
  }
  if (op.zero != 0) return Fault::kPadNotZero;
  if (op.symbol_index >= header_.n_symbols) return Fault::kSymbolOutOfRange;
  const std::uint32_t side = engine::index_of(op.side);
  if (side > 1) return Fault::kSideInvalid;

  if (op.order_id == 0) return Fault::kIdZero;
  if (op.order_id > header_.max_id) return Fault::kIdOverMax;
  const std::uint64_t ids_seen = home_of_id_.size();
  if (op.order_id > ids_seen + 1) return Fault::kIdNotDense;
  const std::uint32_t home = (std::uint32_t{op.symbol_index} << 1U) | side;
  if (op.order_id == ids_seen + 1) {
    home_of_id_.push_back(home);
  } else if (enters) {
    return Fault::kIdEnteredTwice;
  } else if (home_of_id_[op.order_id - 1] != home) {
    return Fault::kSymbolOrSideChanged;
  }

  if (op.kind == OpKind::kCancel) return Fault::kNone;
  if (op.qty_lots == 0) return Fault::kQtyZero;
  if (op.qty_lots > kMaxOrderQtyLots) return Fault::kQtyTooLarge;
  if (!priced) return Fault::kNone;
  if (op.price_ticks <= 0) return Fault::kPriceNotPositive;
  if (op.price_ticks < header_.min_price_ticks || op.price_ticks > header_.max_price_ticks) {
    return Fault::kPriceOutOfRange;
  }
  return Fault::kNone;
}

absl::Status StreamValidator::describe(Fault fault, const StreamOp& op) const {
  const auto text = [&]() -> std::string {
    switch (fault) {
      case Fault::kNone: return "no fault";
      case Fault::kUnknownKind:
        return fmt::format("op {} is none of N I C R X", static_cast<std::uint32_t>(op.kind));
      case Fault::kPadNotZero: return fmt::format("the last four bytes are {}, not 0", op.zero);
      case Fault::kSymbolOutOfRange:
        return fmt::format("symbol {} is not below n_symbols {}", op.symbol_index,
                           header_.n_symbols);
      case Fault::kSideInvalid:
        return fmt::format("side {} is neither 0 nor 1", engine::index_of(op.side));
      case Fault::kIdZero: return "id is 0";
      case Fault::kIdOverMax:
        return fmt::format("id {} is over max_id {}", op.order_id, header_.max_id);
      case Fault::kIdNotDense:
        return fmt::format("id {} is used first before id {}", op.order_id, home_of_id_.size() + 1);
      case Fault::kIdEnteredTwice: return fmt::format("id {} enters a second time", op.order_id);
      case Fault::kSymbolOrSideChanged:
        return fmt::format("id {} began with another symbol or side", op.order_id);
      case Fault::kQtyZero: return "quantity is 0";
      case Fault::kQtyTooLarge:
        return fmt::format("quantity {} is over {}", op.qty_lots, kMaxOrderQtyLots);
      case Fault::kPriceNotPositive: return fmt::format("price {} is not positive", op.price_ticks);
      case Fault::kPriceOutOfRange:
        return fmt::format("price {} is outside the header's {}..{}", op.price_ticks,
                           header_.min_price_ticks, header_.max_price_ticks);
    }
    return "unknown fault";
  };
  return absl::InvalidArgumentError(fmt::format("record {}: {}", records_checked_, text()));
}

}  // namespace hourglass::bench

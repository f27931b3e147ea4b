#include "gateway/fix/client/watched_market.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/contract/price_text.h"
#include "fmt/format.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::int64_t kNano = 1;  // 1e-9 USD
constexpr std::size_t kNanoDigits = 9;
constexpr char kNew = '0';
constexpr char kDelete = '2';

struct Entry {
  char action = kNew;
  char type = '\0';
  std::string_view symbol{};
  std::int64_t rpt_seq = 0;
  std::int64_t price = 0;
  std::int64_t qty = 0;
  std::int64_t orders = 0;
};

// Of a decimal with at most 9 decimals. Not parse_price: a venue's prices go beyond an order's.
std::int64_t nano_of(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  const std::string_view decimals = text.substr(std::min(point + 1, text.size()));
  digits.append(decimals.substr(0, kNanoDigits));
  digits.append(kNanoDigits - std::min(decimals.size(), kNanoDigits), '0');
  return parse_number(digits).value_or(0);
}

void take(const Field& field, Entry& entry) {
  const std::int64_t number = parse_number(field.value).value_or(0);
  switch (field.tag) {
    case kSymbol: entry.symbol = field.value; break;
    case kRptSeq: entry.rpt_seq = number; break;
    case kMdEntryType: entry.type = field.value.empty() ? '\0' : field.value.front(); break;
    case kMdEntryPx: entry.price = nano_of(field.value); break;
    case kMdEntrySize: entry.qty = number; break;
    case kNumberOfOrders: entry.orders = number; break;
    case kMdUpdateAction: entry.action = field.value.empty() ? kNew : field.value.front(); break;
    default: break;
  }
}

// The entries of the group whose first field is `first`.
std::vector<Entry> entries_of(const Fields& fields, std::uint32_t first) {
  std::vector<Entry> entries;
  for (const Field& field : fields.all()) {
    if (field.tag == first) entries.emplace_back();
    if (!entries.empty()) take(field, entries.back());
  }
  return entries;
}

template <class Map>
absl::Status put(Map& map, std::int64_t key, typename Map::mapped_type value, char action) {
  const bool is_there = map.contains(static_cast<typename Map::key_type>(key));
  if (is_there == (action == kNew)) {
    return absl::DataLossError(
        fmt::format("update {} of {}, which is {}there", action, key, is_there ? "" : "not "));
  }
  if (action == kDelete) {
    map.erase(static_cast<typename Map::key_type>(key));
  } else {
    map[static_cast<typename Map::key_type>(key)] = value;
  }
  return absl::OkStatus();
}

absl::Status put(WatchedBook& book, const Entry& entry, bool is_update) {
  const WatchedLevel level{.qty = entry.qty, .orders = entry.orders};
  switch (entry.type) {
    case '0': return put(book.bids, entry.price, level, entry.action);
    case '1': return put(book.offers, entry.price, level, entry.action);
    case '2':
      book.last_price = entry.price;
      book.last_qty = entry.qty;
      if (is_update) ++book.trade_count;
      return absl::OkStatus();
    case 'B': return put(book.figures, entry.type, entry.qty, entry.action);
    default: return put(book.figures, entry.type, entry.price, entry.action);
  }
}

template <class Map>
std::string side_text(const Map& levels, std::uint32_t depth) {
  std::string text;
  std::uint32_t told = 0;
  for (const auto& [price, level] : levels) {
    if (told++ == depth) break;
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", level.qty,
                        engine::price_text(engine::Price(price), kNano));
  }
  return text.empty() ? "-" : text;
}

}  // namespace

absl::Status WatchedMarket::apply(const Fields& fields,
                                  const std::function<void(std::string_view)>& told) {
  const std::string_view type = fields.value(35);
  if (type == "W") {
    const std::string_view symbol = fields.value(kSymbol);
    WatchedBook& book = books_[std::string(symbol)];
    const std::uint64_t trade_count = book.trade_count;
    book = {};
    book.trade_count = trade_count;
    book.rpt_seq = parse_number(fields.value(kRptSeq)).value_or(0);
    for (const Entry& entry : entries_of(fields, kMdEntryType)) {
      if (absl::Status status = put(book, entry, false); !status.ok()) return status;
    }
    told(symbol);
    return absl::OkStatus();
  }
  if (type != "X") return absl::InvalidArgumentError("neither snapshot nor update");
  std::string_view last;
  for (const Entry& entry : entries_of(fields, kMdUpdateAction)) {
    const auto book = books_.find(entry.symbol);
    if (book == books_.end()) return absl::DataLossError("an update before the snapshot");
    if (entry.rpt_seq != ++book->second.rpt_seq) {
      return absl::DataLossError(
          fmt::format("entry {} where {} is next", entry.rpt_seq, book->second.rpt_seq));
    }
    if (absl::Status status = put(book->second, entry, true); !status.ok()) return status;
    if (!last.empty() && last != entry.symbol) told(last);
    last = entry.symbol;
  }
  if (!last.empty()) told(last);
  return absl::OkStatus();
}

const WatchedBook* WatchedMarket::book(std::string_view symbol) const {
  const auto found = books_.find(symbol);
  return found == books_.end() ? nullptr : &found->second;
}

std::string ladder_line(std::string_view symbol, const WatchedBook& book, std::uint32_t depth) {
  std::string line = fmt::format("{} | {} | {}", symbol, side_text(book.bids, depth),
                                 side_text(book.offers, depth));
  if (book.last_qty != 0) {
    line += fmt::format(" | last {} @ {}", book.last_qty,
                        engine::price_text(engine::Price(book.last_price), kNano));
  }
  const auto volume = book.figures.find('B');
  if (volume != book.figures.end()) line += fmt::format(" | volume {}", volume->second);
  return line;
}

}  // namespace hourglass::gateway::fix

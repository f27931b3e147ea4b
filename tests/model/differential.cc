#include "tests/model/differential.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/event_audit.h"
#include "tests/support/event_text.h"

namespace hourglass::engine::test {
namespace {

// Whole books are compared this often: they are large, and the feed's errors show at once anyway.
constexpr std::size_t kStepsPerBookCheck = 512;

// A book full of icebergs of kMaxIcebergTranches each, one step an apply: correct, and too long
// here. A stream whose work needs more slices than this ends there.
constexpr std::uint32_t kMaxSlices = 2'000;

// Both implementations side by side, fed by one sequencer.
class Bench {
 public:
  Bench(const Stream& stream, const MakeUnderTest& make)
      : model_(stream.limits, make_naive_clearing(stream.clearing)),
        subject_(make(stream.limits, stream.clearing)),
        audit_(stream.limits.rule_set) {}

  // Collects commands and events in words from now on.
  void tell() { telling_ = true; }
  [[nodiscard]] const std::string& told() const { return told_; }

  std::optional<std::string> step(const Step& step) {
    if (step.when == When::kIdle) {
      if (auto wrong = finish_work(step.command.header().time); wrong.has_value()) return wrong;
    }
    Command command = step.command;
    if (const auto continuation = model_.pending();
        step.when == When::kTampered && continuation.has_value()) {
      ContinueWork tampered = continuation->as<ContinueWork>();
      ++tampered.cursor;
      tampered.header.time = command.header().time;
      command = Command::of(tampered);
    }
    return send(command);
  }

  std::optional<std::string> finish_work(Timestamp time) {
    while (auto continuation = model_.pending()) {
      if (++slices_ > kMaxSlices) return std::nullopt;
      continuation->mutable_header().time = time;
      if (auto wrong = send(*continuation); wrong.has_value()) return wrong;
    }
    slices_ = 0;
    return std::nullopt;
  }

  // Whether the stream's work has outgrown this test.
  [[nodiscard]] bool endless() const { return slices_ > kMaxSlices; }

  // The model's books against the feed's; call it when no work is pending.
  std::optional<std::string> check_books() const {
    for (const InstrumentId id : model_.instruments()) {
      for (const Side side : {Side::kBuy, Side::kSell}) {
        if (!same_side(id, side)) {
          return fmt::format("instrument {}: the feed's {} side is not the model's", id.value(),
                             name(side));
        }
      }
    }
    if (model_.live_orders().size() != audit_.open_order_count()) {
      return "the reports leave another number of orders open than the model has";
    }
    return check_holds();
  }

 private:
  std::optional<std::string> send(const Command& unstamped) {
    Command command = unstamped;
    CommandHeader& header = command.mutable_header();
    header.sequence = SequenceNumber(++sequence_);
    time_ns_ = std::max(time_ns_ + 1, header.time.value());
    header.time = Timestamp(time_ns_);
    const std::vector<Event> expected = model_.apply(command);
    if (telling_) {
      told_ += fmt::format("{}\n", text(command));
      for (const Event& event : expected) told_ += fmt::format("    {}\n", text(event));
    }
    subject_->apply(command, actual_);
    if (const auto difference = first_difference(expected, actual_); difference.has_value()) {
      return fmt::format("{}\n  {}", text(command), *difference);
    }
    if (const auto wrong = audit_.apply(command, expected); wrong.has_value()) {
      return fmt::format("{}\n  both say so, but {}", text(command), *wrong);
    }
    return std::nullopt;
  }

  [[nodiscard]] bool same_side(InstrumentId id, Side side) const {
    const std::vector<NaiveLevel> model = model_.levels(id, side);
    const std::vector<FeedLevel> feed = audit_.feed_book().levels(id, side);
    return std::equal(model.begin(), model.end(), feed.begin(), feed.end(),
                      [](const NaiveLevel& a, const FeedLevel& b) {
                        return a.price == b.price &&
                               std::equal(a.orders.begin(), a.orders.end(), b.orders.begin(),
                                          b.orders.end(),
                                          [](const NaiveOrder& x, const FeedOrder& y) {
                                            return x.id == y.id && x.displayed == y.qty;
                                          });
                      });
  }

  // Funded clearing holds exactly what the open orders need.
  [[nodiscard]] std::optional<std::string> check_holds() const {
    const auto* funded = dynamic_cast<const FundedClearing*>(&model_.clearing());
    if (funded == nullptr) return std::nullopt;
    std::map<AccountId, Int128> needed;
    for (const NaiveOrder& order : model_.live_orders()) {
      needed[order.account] +=
          NaiveExposure{.account = order.account,
                        .price_ticks = order.price,
                        .qty_lots = order.open,
                        .tick_value_micro_usd = model_.tick_value_micro_usd(order.instrument)}
              .notional_micro_usd();
    }
    for (const auto& [account, funds] : funded->accounts()) {
      if (funds.held != needed[account]) {
        return fmt::format("account {} holds more or less than its open orders need",
                           account.value());
      }
    }
    return std::nullopt;
  }

  NaiveExchange model_;
  std::unique_ptr<UnderTest> subject_;
  EventAudit audit_;
  std::vector<Event> actual_;
  std::uint64_t sequence_ = 0;
  std::uint64_t time_ns_ = 0;
  std::uint32_t slices_ = 0;
  bool telling_ = false;
  std::string told_;
};

std::optional<Disagreement> run(const Stream& stream, Bench& bench) {
  for (std::size_t i = 0; i < stream.steps.size(); ++i) {
    if (auto wrong = bench.step(stream.steps[i]); wrong.has_value()) return {{i, *wrong}};
    if (bench.endless()) return std::nullopt;
    const bool last = i + 1 == stream.steps.size();
    if (!last && (i + 1) % kStepsPerBookCheck != 0) continue;
    auto wrong = bench.finish_work(Timestamp(0));
    if (bench.endless()) return std::nullopt;
    if (!wrong.has_value()) wrong = bench.check_books();
    if (wrong.has_value()) return {{i, *wrong}};
  }
  return std::nullopt;
}

Stream without(const Stream& stream, std::size_t first, std::size_t count) {
  Stream rest = stream;
  const auto begin = rest.steps.begin() + static_cast<std::ptrdiff_t>(first);
  rest.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
  return rest;
}

}  // namespace

std::optional<Disagreement> first_disagreement(const Stream& stream, const MakeUnderTest& make) {
  Bench bench(stream, make);
  return run(stream, bench);
}

// Delta debugging: drop halves, then quarters, down to single steps, until no step can go.
Stream shrink(Stream stream, const MakeUnderTest& make) {
  const auto cut_after = [&](const Disagreement& found) { stream.steps.resize(found.step + 1); };
  auto found = first_disagreement(stream, make);
  if (!found.has_value()) return stream;
  cut_after(*found);
  std::size_t chunk = std::max<std::size_t>(stream.steps.size() / 2, 1);
  while (true) {
    bool dropped = false;
    for (std::size_t at = 0; at < stream.steps.size();) {
      Stream shorter = without(stream, at, std::min(chunk, stream.steps.size() - at));
      if (found = first_disagreement(shorter, make); found.has_value()) {
        stream = std::move(shorter);
        cut_after(*found);
        dropped = true;
      } else {
        at += chunk;
      }
    }
    if (chunk == 1 && !dropped) return stream;
    chunk = std::max<std::size_t>(chunk / 2, 1);
  }
}

std::string story(const Stream& stream, const MakeUnderTest& make) {
  Bench bench(stream, make);
  bench.tell();
  const auto found = run(stream, bench);
  return fmt::format(
      "limits: orders {} sessions {} accounts {} instruments {} steps {} scan {}\n{}\n{}\n",
      stream.limits.max_orders, stream.limits.max_sessions, stream.limits.max_accounts,
      stream.limits.max_instruments, stream.limits.max_steps_per_apply,
      stream.limits.max_scan_per_apply, bench.told(),
      found.has_value() ? found->words : "no disagreement");
}

}  // namespace hourglass::engine::test

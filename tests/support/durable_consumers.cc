#include "tests/support/durable_consumers.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/event_text.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint32_t kEventsPerStep = 64;

std::uint64_t command_of(const Event& event) {
  return event.header().command_sequence.value();
}

}  // namespace

bool DurableReports::step() {
  const std::uint64_t durable = rings_.durable.get();
  return consumer_.read(kEventsPerStep, kNoLimit, [&](const Event& event) {
    if (command_of(event) >= durable) return false;
    if (command_of(event) >= device_.reached()) ++early_count_;
    shown_.push_back(event);
    return true;
  }) != 0;
}

std::string DurableReports::wrong(std::span<const Event> all) const {
  if (early_count_ != 0) return fmt::format("{} reports before they were durable", early_count_);
  if (shown_.size() > all.size()) return "a report of something that did not happen";
  return first_difference(all.first(shown_.size()), shown_).value_or("");
}

bool DurableFeed::step() {
  if (held_.has_value()) return show_held();
  Event event;
  switch (reader_.poll(event)) {
    case PollResult::kEmpty: return false;
    case PollResult::kItem:
      held_ = {next_place_++, event};
      static_cast<void>(show_held());
      return true;
    case PollResult::kLost: {
      const SequenceRange lost = reader_.lost();
      if (lost.first != next_place_ || lost.end <= lost.first) ++undeclared_count_;
      lost_count_ += lost.count();
      next_place_ = lost.end;
      return true;
    }
  }
  return false;
}

bool DurableFeed::show_held() {
  if (command_of(held_->event) >= rings_.durable.get()) return false;
  if (command_of(held_->event) >= device_.reached()) ++early_count_;
  shown_.push_back(*held_);
  held_.reset();
  return true;
}

std::string DurableFeed::wrong(std::span<const Event> all) const {
  if (early_count_ != 0) return fmt::format("{} events before they were durable", early_count_);
  const std::uint64_t held = held_.has_value() ? 1 : 0;
  if (undeclared_count_ != 0 || shown_.size() + held + lost_count_ != next_place_) {
    return "places neither let out nor declared lost, or both";
  }
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    const std::uint64_t place = shown_[i].place;
    if (i != 0 && place <= shown_[i - 1].place) return "events out of order";
    if (place >= all.size()) return "an event of something that did not happen";
    if (const auto difference = first_difference(all.subspan(place, 1), {&shown_[i].event, 1})) {
      return fmt::format("place {}: {}", place, *difference);
    }
  }
  return "";
}

}  // namespace hourglass::engine::test

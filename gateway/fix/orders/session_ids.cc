#include "gateway/fix/orders/session_ids.h"

#include <algorithm>

#include "absl/hash/hash.h"

namespace hourglass::gateway::fix {

using engine::ClientKey;
using engine::ClientOrderId;

std::size_t SessionIds::TextHash::operator()(std::string_view text) const {
  return absl::Hash<std::string_view>{}(text);
}

std::size_t SessionIds::TextHash::operator()(std::uint32_t index) const {
  return (*this)((*texts)[index].chars.view());
}

void SessionIds::note(const ClientOrderId& text, std::optional<ClientKey> key) {
  Key* const entry = key.has_value() ? find_or_add(*key) : nullptr;
  const bool is_new_key = entry != nullptr && entry->text == kNone;
  const std::string_view chars = text.view();
  if (chars.empty()) return;
  if (const auto known = index_.find(chars); known != index_.end()) {
    if (is_new_key) {
      texts_[*known].key = key->value();
      entry->text = *known;
    }
    return;
  }
  if (texts_.size() >= kMaxUsedTexts) return;
  const auto index = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back({.chars = text, .key = is_new_key ? key->value() : kNone});
  index_.insert(index);
  if (is_new_key) entry->text = index;
}

void SessionIds::pass(ClientKey key) noexcept {
  if (key.value() >= engine::kMaxClientKeysPerSession) return;
  next_key_ = std::max(next_key_, key.value() + 1);
}

std::optional<ClientKey> SessionIds::key_of(std::string_view text) const {
  const auto known = index_.find(text);
  if (known == index_.end() || texts_[*known].key == kNone) return std::nullopt;
  return ClientKey(texts_[*known].key);
}

ClientOrderId SessionIds::text_of(ClientKey key) const {
  const Key* const entry = find(key);
  if (entry == nullptr || entry->text == kNone) return ClientOrderId{};
  return texts_[entry->text].chars;
}

OrderSlot SessionIds::order_of(ClientKey key) const {
  const Key* const entry = find(key);
  return entry == nullptr ? kNoOrderSlot : entry->order;
}

void SessionIds::set_order(ClientKey key, OrderSlot order) {
  if (Key* const entry = find_or_add(key); entry != nullptr) entry->order = order;
}

void SessionIds::start_day(std::span<const Kept> kept) {
  index_.clear();
  texts_.clear();
  texts_.shrink_to_fit();
  keys_.clear();
  keys_.shrink_to_fit();
  carried_.clear();
  next_key_ = 0;
  for (const Kept& id : kept) {
    if (id.key.has_value()) pass(*id.key);
  }
  first_key_ = next_key_;
  for (const Kept& id : kept) {
    note(id.text, id.key);
    if (id.order != kNoOrderSlot && id.key.has_value()) set_order(*id.key, id.order);
  }
}

const SessionIds::Key* SessionIds::find(ClientKey key) const {
  if (key.value() >= first_key_) {
    const std::uint32_t place = key.value() - first_key_;
    return place < keys_.size() ? &keys_[place] : nullptr;
  }
  const auto carried = carried_.find(key.value());
  return carried == carried_.end() ? nullptr : &carried->second;
}

SessionIds::Key* SessionIds::find_or_add(ClientKey key) {
  if (key.value() >= engine::kMaxClientKeysPerSession) return nullptr;
  pass(key);
  if (key.value() < first_key_) return &carried_[key.value()];
  const std::uint32_t place = key.value() - first_key_;
  if (place >= keys_.size()) keys_.resize(place + 1);
  return &keys_[place];
}

}  // namespace hourglass::gateway::fix

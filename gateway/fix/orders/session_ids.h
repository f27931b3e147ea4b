// One session's order ids of the day: the text a member wrote (ClOrdID) and the dense key the core
// knows it by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "engine/base/client_order_id.h"
#include "engine/base/limits.h"
#include "engine/base/types.h"

namespace hourglass::gateway::fix {

// Texts a session may use in a day, of orders, replaces and cancels together.
inline constexpr std::uint32_t kMaxUsedTexts = 1U << 24;
// An order's place in the order table; kNoOrderSlot is none.
using OrderSlot = std::uint32_t;
inline constexpr OrderSlot kNoOrderSlot = 0xFFFF'FFFF;

// Thread: one. Memory: some 45 bytes a key and text, 35 a text without key.
class SessionIds {
 public:
  // What stays of an id when the day ends.
  struct Kept {
    engine::ClientOrderId text;
    std::optional<engine::ClientKey> key;
    OrderSlot order = kNoOrderSlot;
  };

  SessionIds() : index_(0, TextHash{&texts_}, TextEqual{&texts_}) {}
  SessionIds(const SessionIds&) = delete;
  SessionIds& operator=(const SessionIds&) = delete;

  // Remembers `text` as used, and what its key is if it has one. A key already known keeps its
  // text; a text already known goes over to a key that is new. A text that is empty, or one over
  // kMaxUsedTexts, is not kept, and a key over the core's limit neither.
  void note(const engine::ClientOrderId& text, std::optional<engine::ClientKey> key);

  // Keeps next_key() above a key that a request names, so that its answer never means another
  // order: only at the day's end can such a key be above all others.
  void pass(engine::ClientKey key) noexcept;

  [[nodiscard]] std::optional<engine::ClientKey> key_of(std::string_view text) const;
  [[nodiscard]] bool was_used(std::string_view text) const { return index_.contains(text); }
  // Empty where the key is not known.
  [[nodiscard]] engine::ClientOrderId text_of(engine::ClientKey key) const;
  // One more than the highest key of the day.
  [[nodiscard]] engine::ClientKey next_key() const noexcept { return engine::ClientKey(next_key_); }
  // Whether there is room for neither a key nor a text: the session is done for the day.
  [[nodiscard]] bool is_full() const noexcept {
    return next_key_ >= engine::kMaxClientKeysPerSession || texts_.size() >= kMaxUsedTexts;
  }

  // The order that answers to a key, or did last.
  [[nodiscard]] OrderSlot order_of(engine::ClientKey key) const;
  void set_order(engine::ClientKey key, OrderSlot order);

  // A new day: everything but `kept` is forgotten, and keys go on above the highest kept one: the
  // core has freed all others (HG-MATCH-053).
  void start_day(std::span<const Kept> kept);

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  struct Text {
    engine::ClientOrderId chars;
    std::uint32_t key;
  };
  struct Key {
    std::uint32_t text = kNone;
    OrderSlot order = kNoOrderSlot;
  };
  struct TextHash {
    using is_transparent = void;
    const std::deque<Text>* texts;
    std::size_t operator()(std::string_view text) const;
    std::size_t operator()(std::uint32_t index) const;
  };
  struct TextEqual {
    using is_transparent = void;
    const std::deque<Text>* texts;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::uint32_t index, std::string_view text) const {
      return (*texts)[index].chars.view() == text;
    }
    bool operator()(std::string_view text, std::uint32_t index) const {
      return (*this)(index, text);
    }
  };

  [[nodiscard]] const Key* find(engine::ClientKey key) const;
  Key* find_or_add(engine::ClientKey key);

  std::deque<Text> texts_;
  absl::flat_hash_set<std::uint32_t, TextHash, TextEqual> index_;
  std::deque<Key> keys_;  // from first_key_ on
  std::uint32_t first_key_ = 0;
  std::uint32_t next_key_ = 0;
  absl::flat_hash_map<std::uint32_t, Key> carried_;  // keys of earlier days that still live
};

}  // namespace hourglass::gateway::fix

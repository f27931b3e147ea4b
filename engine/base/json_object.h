// JsonObject: one JSON object on one line, built field by field.
//
// For what programs print. Nothing of the core reads it back or decides by it.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fmt/format.h"

namespace hourglass::engine {

// Fields appear in the order they are added; keys are the caller's own and need no escaping.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value) {
    std::string escaped;
    for (const char c : value) {
      if (c == '"' || c == '\\') escaped += '\\';
      if (static_cast<unsigned char>(c) < ' ') {
        escaped += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
      } else {
        escaped += c;
      }
    }
    return raw(key, '"' + escaped + '"');
  }
  template <std::integral Integer>
  JsonObject& number(std::string_view key, Integer value) {
    return raw(key, fmt::format("{}", value));
  }
  // For measurements of callers outside the core, which has only integers.
  template <std::floating_point Fraction>
  JsonObject& number(std::string_view key, Fraction value, std::int32_t decimals) {
    return raw(key, fmt::format("{:.{}f}", value, decimals));
  }
  JsonObject& boolean(std::string_view key, bool value) {
    return raw(key, value ? "true" : "false");
  }
  JsonObject& object(std::string_view key, const JsonObject& value) {
    return raw(key, value.line());
  }
  JsonObject& list(std::string_view key, std::span<const JsonObject> values) {
    std::string items;
    for (const JsonObject& value : values) {
      if (!items.empty()) items += ',';
      items += value.line();
    }
    return raw(key, '[' + items + ']');
  }
  [[nodiscard]] std::string line() const { return '{' + fields_ + '}'; }

 private:
  JsonObject& raw(std::string_view key, std::string_view value) {
    fields_ += fmt::format("{}\"{}\":{}", fields_.empty() ? "" : ",", key, value);
    return *this;
  }

  std::string fields_;
};

}  // namespace hourglass::engine

#include "engine/exchange/memory_per_order.h"

#include <fmt/format.h>

namespace hourglass::engine {
namespace {

std::string_view name(MemoryUse use) {
  switch (use) {
    case MemoryUse::kHot: return "hot";
    case MemoryUse::kCold: return "cold";
    case MemoryUse::kOptional: return "optional";
  }
  return "";
}

}  // namespace

std::string memory_per_order_text() {
  std::string text = "bytes of a resting order:\n";
  for (const OrderMemory& part : kOrderMemory) {
    text += fmt::format("  {:>4}  {:<8}  {}\n", part.bytes, name(part.use), part.structure);
  }
  const std::uint32_t hot = bytes_per_order(MemoryUse::kHot);
  text += fmt::format("  {:>4}  in all without optional parts, {} of them hot\n",
                      hot + bytes_per_order(MemoryUse::kCold), hot);
  return text;
}

}  // namespace hourglass::engine

#include "tests/tidy/layers.h"

#include <algorithm>
#include <array>
#include <span>

namespace hourglass::tests {
namespace {

using Folders = std::span<const std::string_view>;

// The engine's folders from left to right: each sees only what stands to its left.
constexpr std::array<std::string_view, 10> kEngine{
    "engine/base/",  "engine/contract/", "engine/order/",    "engine/ring/",      "engine/book/",
    "engine/index/", "engine/journal/",  "engine/exchange/", "engine/sequencer/", "engine/audit/"};
constexpr Folders kVocabulary = Folders(kEngine).first(3);
constexpr Folders kVocabularyRing = Folders(kEngine).first(4);
constexpr Folders kBelowExchange = Folders(kEngine).first(7);
constexpr Folders kUpToExchange = Folders(kEngine).first(8);
constexpr Folders kUpToSequencer = Folders(kEngine).first(9);

constexpr std::array<std::string_view, 1> kSchema{"marketdata/schema/"};
constexpr std::array<std::string_view, 2> kWire{"marketdata/schema/", "marketdata/wire/"};
constexpr std::array<std::string_view, 4> kBehindDoors{"engine/", "risk/", "marketdata/", "bench/"};
constexpr std::array<std::string_view, 6> kEverything{"engine/",  "risk/",  "marketdata/",
                                                      "gateway/", "bench/", "tests/"};

struct Layer {
  std::string_view folder;
  Folders sees;  // besides itself
};

// The first row whose folder holds a file is its layer. contract and order see each other: together
// they are the vocabulary (a command defines a contract, an order is for one). ring, book and index
// do not see each other; the journal sees the ring, whose consumer it is; audit sees the
// sequencer, with whose replayer it re-executes. marketdata/wire and feed stand without the engine,
// because a market maker gets them by themselves.
constexpr std::array kLayers{
    Layer{"engine/base/", {}},
    Layer{"engine/contract/", kVocabulary},
    Layer{"engine/order/", kVocabulary},
    Layer{"engine/ring/", kVocabulary},
    Layer{"engine/book/", kVocabulary},
    Layer{"engine/index/", kVocabulary},
    Layer{"engine/journal/", kVocabularyRing},
    Layer{"engine/exchange/", kBelowExchange},
    Layer{"engine/sequencer/", kUpToExchange},
    Layer{"engine/audit/", kUpToSequencer},
    Layer{"risk/", kVocabulary},
    Layer{"marketdata/schema/", {}},
    Layer{"marketdata/wire/", kSchema},
    Layer{"marketdata/feed/", kWire},
    Layer{"marketdata/", kVocabularyRing},
    Layer{"gateway/", kBehindDoors},
    Layer{"bench/", kEverything},
    Layer{"tests/", kEverything},
};

constexpr std::string_view kQuickFix = "quickfix/";
constexpr std::string_view kQuickFixHome = "gateway/fix/";

bool sees(const Layer& layer, std::string_view path) {
  if (path.starts_with(layer.folder)) return true;
  return std::any_of(layer.sees.begin(), layer.sees.end(),
                     [path](std::string_view folder) { return path.starts_with(folder); });
}

}  // namespace

std::vector<Finding> check_includes(const SourceFile& file) {
  if (!file.is_cpp()) return {};
  const auto layer = std::find_if(kLayers.begin(), kLayers.end(), [&file](const Layer& row) {
    return file.path.starts_with(row.folder);
  });
  if (layer == kLayers.end()) return {{file.path, 1, "lies in no layer of tests/tidy/layers.cc"}};
  std::vector<Finding> findings;
  for (const Include& include : includes_of(file)) {
    if (include.path.starts_with(kQuickFix)) {
      if (file.path.starts_with(kQuickFixHome)) continue;
      findings.push_back({file.path, include.line, "QuickFIX belongs under gateway/fix"});
      continue;
    }
    const bool ours = std::any_of(kLayers.begin(), kLayers.end(), [&include](const Layer& row) {
      return include.path.starts_with(row.folder.substr(0, row.folder.find('/') + 1));
    });
    if (ours && !sees(*layer, include.path)) {
      findings.push_back({file.path, include.line,
                          std::string(layer->folder) + " may not include " + include.path});
    }
    if (ours && !include.quoted) {
      findings.push_back({file.path, include.line, "our own headers are included in quotes"});
    }
    if (!ours && include.quoted && include.path.find('/') == std::string::npos) {
      findings.push_back({file.path, include.line, "includes are written from the root"});
    }
    if (include.path.starts_with("../") || include.path.starts_with("./")) {
      findings.push_back({file.path, include.line, "includes are written from the root"});
    }
  }
  return findings;
}

}  // namespace hourglass::tests

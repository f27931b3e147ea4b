#include "tests/tidy/layers.h"

#include <gtest/gtest.h>

namespace hourglass::tests {
namespace {

std::string verdict(std::string path, std::string include_line) {
  return report(check_includes(SourceFile(std::move(path), include_line + "\n")));
}

TEST(Layers, HoldInTheWholeTree) {
  EXPECT_EQ(report(check_tree(check_includes)), "");
}

TEST(Layers, LetEachFolderSeeOnlyWhatStandsToItsLeft) {
  EXPECT_EQ(verdict("engine/book/a.h", "#include \"engine/order/command.h\""), "");
  EXPECT_EQ(verdict("engine/contract/a.h", "#include \"engine/order/command.h\""), "");
  EXPECT_NE(verdict("engine/contract/a.h", "#include \"engine/ring/mpsc_ring.h\""), "");
  EXPECT_EQ(verdict("engine/exchange/a.h", "#include \"engine/book/order_book.h\""), "");
  EXPECT_EQ(verdict("engine/audit/a.cc", "#include \"engine/exchange/exchange.h\""), "");
  EXPECT_EQ(verdict("engine/audit/a.cc", "#include \"engine/sequencer/replayer.h\""), "");
  EXPECT_EQ(verdict("engine/order/a.h", "#include \"engine/book/order_book.h\""),
            "engine/order/a.h:1: engine/order/ may not include engine/book/order_book.h\n");
  EXPECT_EQ(verdict("engine/book/a.h", "#include \"engine/ring/mpsc_ring.h\""),
            "engine/book/a.h:1: engine/book/ may not include engine/ring/mpsc_ring.h\n");
  EXPECT_EQ(verdict("engine/base/a.h", "#  include \"engine/order/event.h\""), "");
  EXPECT_EQ(verdict("engine/base/a.h", "  #include \"engine/order/event.h\""),
            "engine/base/a.h:1: engine/base/ may not include engine/order/event.h\n");
  EXPECT_EQ(verdict("engine/exchange/a.h", "#include \"tests/support/b.h\""),
            "engine/exchange/a.h:1: engine/exchange/ may not include tests/support/b.h\n");
}

TEST(Layers, KeepRiskAndMarketDataFromTheBookAndFromEachOther) {
  EXPECT_EQ(verdict("risk/margin/a.h", "#include \"engine/contract/instrument.h\""), "");
  EXPECT_EQ(verdict("marketdata/publish/a.h", "#include \"engine/ring/broadcast_ring.h\""), "");
  for (const std::string path : {"risk/margin/a.h", "marketdata/publish/a.h"}) {
    EXPECT_NE(verdict(path, "#include \"engine/book/order_book.h\""), "");
    EXPECT_NE(verdict(path, "#include \"engine/exchange/exchange.h\""), "");
    EXPECT_NE(verdict(path, "#include \"gateway/cli/dispatch.h\""), "");
  }
  EXPECT_NE(verdict("marketdata/publish/a.h", "#include \"risk/ledger/ledger.h\""), "");
  EXPECT_NE(verdict("risk/margin/a.h", "#include \"marketdata/wire/packet.h\""), "");
  EXPECT_NE(verdict("risk/margin/a.h", "#include \"engine/ring/mpsc_ring.h\""), "");
}

TEST(Layers, LetTheFeedHandlerStandWithoutTheEngine) {
  EXPECT_EQ(verdict("marketdata/feed/a.h", "#include \"marketdata/wire/packet.h\""), "");
  EXPECT_NE(verdict("marketdata/feed/a.h", "#include \"engine/base/types.h\""), "");
  EXPECT_NE(verdict("marketdata/wire/a.h", "#include \"engine/base/types.h\""), "");
  EXPECT_NE(verdict("marketdata/wire/a.h", "#include \"marketdata/feed/handler.h\""), "");
}

TEST(Layers, KeepQuickFixUnderItsDoor) {
  EXPECT_EQ(verdict("gateway/fix/a.cc", "#include <quickfix/Session.h>"), "");
  for (const std::string path : {"gateway/cli/a.cc", "engine/base/a.cc", "tests/fix/a.cc"}) {
    EXPECT_EQ(verdict(path, "#include <quickfix/Session.h>"),
              path + ":1: QuickFIX belongs under gateway/fix\n");
  }
}

TEST(Layers, WantIncludesWrittenFromTheRootInQuotes) {
  EXPECT_NE(verdict("engine/book/a.cc", "#include \"order_book.h\""), "");
  EXPECT_NE(verdict("engine/book/a.cc", "#include \"../base/types.h\""), "");
  EXPECT_NE(verdict("engine/book/a.cc", "#include <engine/base/types.h>"), "");
  EXPECT_EQ(verdict("engine/book/a.cc", "#include \"absl/status/status.h\""), "");
  EXPECT_EQ(verdict("engine/book/a.cc", "#include <vector>"), "");
}

TEST(Layers, RefuseAFolderNobodyPlaced) {
  EXPECT_NE(verdict("engine/misc/a.h", "#include <vector>"), "");
  EXPECT_NE(verdict("engine/a.h", "#include <vector>"), "");
  EXPECT_NE(verdict("helpers/a.h", "#include <vector>"), "");
}

TEST(Layers, IgnoreIncludesThatAreNotCode) {
  EXPECT_EQ(verdict("engine/base/a.h", "// #include \"engine/book/order_book.h\""), "");
  EXPECT_EQ(verdict("engine/base/a.h", "auto s = R\"(\n#include \"engine/book/b.h\"\n)\";"), "");
}

}  // namespace
}  // namespace hourglass::tests

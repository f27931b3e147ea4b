// gateway/RULES_OF_ENGAGEMENT.md says what the dictionaries and the code say.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/order/reject_reason.h"
#include "gateway/fix/door/door_session.h"
#include "gateway/fix/door/fix_door.h"
#include "gateway/fix/door/logon_check.h"
#include "gateway/fix/door/news.h"
#include "gateway/fix/market/market_request.h"
#include "gateway/fix/market/market_streams.h"
#include "gateway/fix/market/trading_status.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/members/failed_logons.h"
#include "gateway/fix/members/password_input.h"
#include "gateway/fix/orders/order_entry.h"
#include "gateway/fix/orders/order_terms.h"
#include "gateway/fix/orders/questions.h"
#include "gateway/fix/orders/reject_codes.h"
#include "gateway/fix/post_trade/day_trades.h"
#include "gateway/fix/post_trade/position_reports.h"
#include "gateway/fix/post_trade/subscriptions.h"
#include "gateway/fix/post_trade/trade_reports.h"
#include "gateway/fix/store/session_file.h"
#include "gateway/fix/store/session_file_layout.h"
#include "gateway/fix/transport/connection.h"
#include "gateway/fix/transport/tls_acceptor.h"
#include "gateway/fix/transport/tls_stream.h"
#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/framer.h"
#include "gateway/fix/wire/message_writer.h"
#include "tests/fix/dictionary_tables.h"
#include "tests/support/tree_file.h"

namespace hourglass::gateway::fix::test {
namespace {

using engine::RejectReasonText;

constexpr std::string_view kTable = "table ";
constexpr std::array<std::string_view, 3> kDictionaries = {"FIX44", "FIXT11", "FIX50SP2"};

std::string page() {
  return engine::test::tree_file("gateway/RULES_OF_ENGAGEMENT.md");
}

// The text of the block, or what no table is where there is none.
std::string block_text(std::string_view name) {
  for (const PageBlock& block : page_blocks(page())) {
    if (block.name == name) return block.text;
  }
  return fmt::format("the page has no block '{}'", name);
}

std::vector<DictionaryMessage> dictionary(std::string_view name) {
  const auto messages = read_dictionary(
      engine::test::tree_file(fmt::format("gateway/fix/dictionary/{}-HG.xml", name)));
  EXPECT_TRUE(messages.ok()) << name << ": " << messages.status();
  return messages.ok() ? *messages : std::vector<DictionaryMessage>{};
}

// The tables a block is: "FIX44+FIXT11 Logout" stands for one in each of two dictionaries.
std::vector<std::pair<std::string, std::string>> tables_of(std::string_view block_name) {
  if (!block_name.starts_with(kTable)) return {};
  block_name.remove_prefix(kTable.size());
  const std::size_t blank = block_name.find(' ');
  if (blank == std::string_view::npos) return {};
  std::string_view names = block_name.substr(0, blank);
  std::vector<std::pair<std::string, std::string>> tables;
  for (;;) {  // ends: each round takes a name off
    const std::size_t plus = names.find('+');
    tables.emplace_back(names.substr(0, plus), block_name.substr(blank + 1));
    if (plus == std::string_view::npos) return tables;
    names.remove_prefix(plus + 1);
  }
}

// What should stand as this message's table.
std::string expected_table(std::string_view dictionary_name, std::string_view message_name) {
  for (const DictionaryMessage& message : dictionary(dictionary_name)) {
    if (message.name == message_name) return tag_table(message);
  }
  return "no dictionary has this message";
}

std::string reject_table() {
  std::string table =
      "| 25001 | Name | Text (58) | 103 in 4.4 | 103 in 5.0 | 102 in 4.4 | 102 in 5.0 | 380 in 4.4 "
      "| 380 in 5.0 |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const RejectReasonText& entry : engine::kRejectReasons) {
    if (entry.reason == engine::RejectReason::kNone) continue;
    const RejectCodes& codes = codes_of(entry.reason);
    table += fmt::format("| {} | `{}` | {} | {} | {} | {} | {} | {} | {} |\n",
                         static_cast<std::uint32_t>(entry.reason), entry.name, entry.text,
                         codes.order.fix44, codes.order.fix50, codes.cancel.fix44,
                         codes.cancel.fix50, codes.business.fix44, codes.business.fix50);
  }
  return table;
}

constexpr std::uint64_t seconds(std::uint64_t ns) {
  return ns / 1'000'000'000;
}

std::string limits_table() {
  std::string table = "| What | Limit |\n|---|---|\n";
  const auto row = [&table](std::string_view what, const std::string& limit) {
    table += fmt::format("| {} | {} |\n", what, limit);
  };
  row("Port in the clear, without `--fix-port`; by TLS, without `--fix-tls-port`",
      fmt::format("{}, {}", kDefaultFixPort, kDefaultFixTlsPort));
  row("A message", fmt::format("{} KiB; a longer one ends the connection", kMaxMessageBytes >> 10));
  row("From connecting to the Logon, by TLS from the handshake",
      fmt::format("{} s", seconds(kLogonWithinNs)));
  row("A TLS handshake", fmt::format("{} s", seconds(kHandshakeWithinNs)));
  row("TLS handshakes at once", fmt::to_string(kMaxHandshakes));
  row("New TLS keys of yours", fmt::format("{}, and one more for each {} KiB you send",
                                           kFreeKeyUpdates, kBytesPerKeyUpdate >> 10));
  row("HeartBtInt (108)", fmt::format("{} to {} s", kMinHeartbeatSeconds, kMaxHeartbeatSeconds));
  row("Between 52 of a signed Logon and the venue's clock",
      fmt::format("{} s", seconds(kSignedLogonWindowNs)));
  row("Failed logons", fmt::format("{} within {} s; then {} s unseen", kMaxFailedLogons,
                                   seconds(kFailedLogonSpanNs), seconds(kLogonBanNs)));
  row("A password", fmt::format("{} printable ASCII characters", kMaxPasswordBytes));
  row("A new password (925)",
      fmt::format("{} to {} printable ASCII characters", kMinPasswordBytes, kMaxPasswordBytes));
  row("Lines of News, and characters of each", fmt::format("{}, {}", kMaxNewsLines, kMaxNewsChars));
  row("Sent and not read by you",
      fmt::format("{} MiB; beyond, you are logged out, and what you missed comes by resend",
                  kMaxUnsentBytes >> 20));
  row("Our messages kept for a resend",
      fmt::format("{} MiB a session", kDefaultSessionFileBytes >> 20));
  row("Your messages kept ahead of a gap",
      fmt::format("{}, of {} MiB together", kMaxAheadOfGap, kMaxAheadOfGapBytes >> 20));
  row("Your messages known as answered, from the first one under way on",
      fmt::to_string(kDealtNumbers));
  row("Numbers passed over after a power cut", fmt::format("up to {}", kReservedBlock));
  row("Age of an order with 43=Y", fmt::format("{} s", seconds(kStaleAfterNs)));
  row("Questions of a session (all but 35=D, G, F, q)",
      fmt::format("{} a second", kQueriesPerSecond));
  row("ClOrdID (11)", fmt::format("{} characters", engine::kClientOrderIdChars));
  row("New orders and replaces of a session in a day",
      fmt::to_string(engine::kMaxClientKeysPerSession));
  row("Contracts in one 35=y", fmt::to_string(kSecuritiesPerMessage));
  row("Requests for market data open at a time, contracts in one",
      fmt::format("{}, {}", kMaxMarketRequests, kMaxSymbolsPerRequest));
  row("Of them for updates (263=1) of the same contract", fmt::to_string(kMaxRequestsPerContract));
  row("Levels a side told, and with 265=0", fmt::format("{}, {}", kMaxBookDepth, kMaxRefreshDepth));
  row("Entries of one 35=X", fmt::to_string(kMaxUpdateEntries));
  row("Unread by you, above which updates are left out",
      fmt::format("{} KiB", kWritableBelowBytes >> 10));
  row("Subscriptions to states (35=e, g)", fmt::to_string(kMaxStatusRequests));
  row("Every value of a message, but Text (58) and passwords (35=3, 373=5 beyond)",
      fmt::format("{} characters", kMaxValueBytes));
  row("Trades in one answer to 35=AD; of a day, over all members",
      fmt::format("{}, {}", kMaxTradeReports, kMaxDayTrades));
  row("Positions in one answer to 35=AN", fmt::to_string(kMaxPositionReports));
  row("Subscriptions of a session to trades, and to positions",
      fmt::to_string(kMaxSubscriptionsPerSession));
  row("Connections, and those of them not logged on",
      fmt::format("{}, {}", kMaxConnections, kMaxStrangers));
  return table;
}

// The compiler refuses this file when a code of the door is missing here.
std::string_view door_name(DoorReject code) {
  switch (code) {
    case DoorReject::kDuplicateClOrdId: return "duplicate_cl_ord_id";
    case DoorReject::kUnknownAccount: return "unknown_account";
    case DoorReject::kThrottled: return "throttled";
    case DoorReject::kStale: return "stale";
    case DoorReject::kUnknownSymbol: return "unknown_symbol";
    case DoorReject::kMalformedPrice: return "malformed_price";
    case DoorReject::kMalformedQuantity: return "malformed_quantity";
    case DoorReject::kNotAvailable: return "not_available";
    case DoorReject::kUnsupportedMessage: return "unsupported_message";
    case DoorReject::kUnsupportedValue: return "unsupported_value";
    case DoorReject::kUnknownOrder: return "unknown_order";
    case DoorReject::kClOrdIdForm: return "cl_ord_id_form";
    case DoorReject::kIdsUsedUp: return "ids_used_up";
  }
  return "";
}

// The messages written out whole on the page, with SOH for |.
std::vector<std::string> worked_messages() {
  std::vector<std::string> messages;
  std::string text = page();
  for (std::size_t at = text.find("\n8=FIX"); at != std::string::npos;
       at = text.find("\n8=FIX", at + 1)) {
    std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    std::replace(line.begin(), line.end(), '|', kSoh);
    messages.push_back(std::move(line));
  }
  return messages;
}

// The value in the page's line "- WHAT: `value`".
std::string item_value(std::string_view what) {
  const std::string text = page();
  const std::string head = fmt::format("\n- {}: `", what);
  const std::size_t at = text.find(head);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + head.size();
  return text.substr(begin, text.find('`', begin) - begin);
}

// Whether the dictionary lists this value of the field.
bool may_be(const std::vector<DictionaryMessage>& messages, std::uint32_t tag,
            std::uint32_t value) {
  for (const DictionaryMessage& message : messages) {
    for (const DictionaryField& field : message.fields) {
      if (field.tag != tag) continue;
      return std::any_of(field.values.begin(), field.values.end(), [value](const auto& listed) {
        return listed.value == fmt::to_string(value);
      });
    }
  }
  return false;
}

TEST(RulesOfEngagement, PrintsTheTagTableOfEachMessageOfEachDictionary) {
  std::set<std::pair<std::string, std::string>> expected;
  for (const std::string_view name : kDictionaries) {
    for (const DictionaryMessage& message : dictionary(name)) {
      expected.emplace(name, message.name);
    }
  }
  std::set<std::pair<std::string, std::string>> printed;
  for (const PageBlock& block : page_blocks(page())) {
    for (const auto& [name, message] : tables_of(block.name)) {
      EXPECT_TRUE(printed.emplace(name, message).second) << name << " " << message << " twice";
      EXPECT_EQ(block.text, expected_table(name, message)) << block.name << " should be:\n"
                                                           << expected_table(name, message);
    }
  }
  EXPECT_EQ(printed, expected);
  EXPECT_GT(expected.size(), 50U);
}

TEST(RulesOfEngagement, PrintsEachReasonOfTheMarketWithItsCodes) {
  EXPECT_EQ(block_text("rejects"), reject_table()) << "should be:\n" << reject_table();
}

TEST(RulesOfEngagement, PrintsTheBoundsOfTheCode) {
  EXPECT_EQ(block_text("limits"), limits_table()) << "should be:\n" << limits_table();
}

TEST(RulesOfEngagement, NamesEachCodeOfTheDoorInItsOrder) {
  std::string expected;
  for (std::uint32_t code = 1000; !door_name(static_cast<DoorReject>(code)).empty(); ++code) {
    expected += fmt::format("| {} | `{}` |\n", code, door_name(static_cast<DoorReject>(code)));
  }
  // Of each row its first two cells.
  std::string printed;
  const std::string text = block_text("door rejects");
  for (std::size_t at = text.find("\n| 1"); at != std::string::npos;
       at = text.find("\n| 1", at + 1)) {
    const std::size_t name_end = text.find('|', text.find('|', at + 2) + 1);
    printed += text.substr(at + 1, name_end - at) + "\n";
  }
  EXPECT_EQ(printed, expected);
}

TEST(RulesOfEngagement, WritesOutMessagesWithTheirLengthAndChecksum) {
  const std::vector<std::string> messages = worked_messages();
  EXPECT_EQ(messages.size(), 5U);
  for (const std::string& message : messages) {
    Fields fields;
    ASSERT_TRUE(fields.parse(message)) << message;
    const std::size_t body = message.find(kSoh, message.find(kSoh) + 1) + 1;
    const std::size_t trailer = message.rfind("10=");
    EXPECT_EQ(fields.value(9), fmt::to_string(trailer - body)) << message;
    EXPECT_EQ(fields.value(10),
              fmt::format("{:03}", checksum(std::string_view(message).substr(0, trailer))))
        << message;
    EXPECT_EQ(fields.value(95),
              fields.find(96) ? fmt::to_string(fields.value(96).size()) : std::string())
        << message;
  }
}

TEST(RulesOfEngagement, SignsTheSignedLogonAsItSays) {
  ASSERT_TRUE(start_cryptography().ok());
  const auto keys = key_pair_of_seed(item_value("Seed"));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->public_key, item_value("Public key"));
  std::uint32_t signed_count = 0;
  for (const std::string& message : worked_messages()) {
    Fields fields;
    ASSERT_TRUE(fields.parse(message)) << message;
    if (!fields.find(96)) continue;
    ++signed_count;
    std::string text = signed_text({.sender = fields.value(49),
                                    .target = fields.value(56),
                                    .sequence = fields.value(34),
                                    .sending_time = fields.value(52)});
    const auto signature = sign(keys->secret_key, text);
    ASSERT_TRUE(signature.ok()) << signature.status();
    EXPECT_EQ(fields.value(96), *signature);
    std::replace(text.begin(), text.end(), kSoh, '|');
    EXPECT_EQ(item_value("Signed"), text);
  }
  EXPECT_EQ(signed_count, 1U);
}

TEST(Dictionaries, ListEachCodeARefusalOrCancelCanCarry) {
  for (const auto& [name, version] :
       {std::pair{"FIX44", FixVersion::kFix44}, std::pair{"FIX50SP2", FixVersion::kFix50Sp2}}) {
    const std::vector<DictionaryMessage> messages = dictionary(name);
    for (const RejectCodes& row : kRejectCodes) {
      const auto reason = static_cast<std::uint32_t>(row.reason);
      EXPECT_TRUE(may_be(messages, 103, row.order.in(version))) << name << " reason " << reason;
      EXPECT_TRUE(may_be(messages, 102, row.cancel.in(version))) << name << " reason " << reason;
      EXPECT_TRUE(may_be(messages, 380, row.business.in(version))) << name << " reason " << reason;
      EXPECT_TRUE(may_be(messages, 532, mass_cancel_code(row.reason)))
          << name << " reason " << reason;
    }
    for (std::uint8_t reason = 1; reason <= 10; ++reason) {
      const std::uint8_t code =
          restatement_code(static_cast<engine::CancelReason>(reason), version);
      EXPECT_TRUE(code == 0 || may_be(messages, 378, code)) << name << " cancel reason " << reason;
    }
    EXPECT_TRUE(may_be(messages, 102, kTooLateCode)) << name;
  }
}

TEST(Dictionaries, RefuseXmlThatIsNone) {
  const std::string head = "<fix><header/><trailer/><messages><message name=\"N\" msgtype=\"N\">";
  const std::string tail =
      "</message></messages><fields><field number=\"1\" name=\"A\" type=\"INT\"/></fields></fix>";
  const auto read = read_dictionary(head + "<field name=\"A\" required=\"Y\"/>" + tail);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(tag_table(read->front()),
            "| Tag | Field | Type | Required | Values |\n|---|---|---|---|---|\n"
            "| 1 | A | INT | Y |  |\n");
  EXPECT_FALSE(read_dictionary("").ok());
  EXPECT_FALSE(read_dictionary(head).ok());
  EXPECT_FALSE(read_dictionary(head + "<field name=\"B\" required=\"Y\"/>" + tail).ok());
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

// Wireshark reads the golden packets, with our dissector, as our decoder does.
#include <fmt/format.h>

#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "marketdata/wire/message_catalog.h"
#include "tests/feed/dissector.h"
#include "tests/feed/golden_capture.h"
#include "tests/feed/published_file.h"
#include "tests/feed/schema_xml.h"
#include "tests/support/running_venue.h"
#include "tests/support/tree_file.h"

namespace hourglass::marketdata::test {
namespace {

using engine::test::tree_file;
using testing::HasSubstr;
using Node = boost::property_tree::ptree;
using Lines = std::vector<std::string>;

const std::string kScript = "marketdata/schema/hourglass-md.lua";
const std::string kCapture = "marketdata/schema/golden.pcap";
const std::string kExpected = "marketdata/schema/golden.json";
constexpr std::string_view kOurs = "hourglass_md.";

std::string dissector() {
  const auto schema = read_schema(tree_file("marketdata/schema/hourglass-md.xml"));
  EXPECT_TRUE(schema.ok()) << schema.status();
  return schema.ok() ? dissector_text(*schema, tree_file("tests/feed/dissector.lua")) : "";
}

// --- What our decoder reads, a line a field: "OrderAdd.side=Bid" ---------------------------------

std::string joined(const Node& list) {
  std::string text;
  for (const auto& [key, value] : list) {
    if (!text.empty()) text += ", ";
    text += value.data();
  }
  return text;
}

void append_object(const std::string& owner, const Node& object, Lines& lines) {
  for (const auto& [name, value] : object) {
    const std::string path = fmt::format("{}.{}", owner, name);
    if (name == "levels" || name == "orders") {
      lines.push_back(fmt::format("{}={}", path, value.size()));
      for (const auto& [key, entry] : value) append_object(path, entry, lines);
    } else {
      lines.push_back(fmt::format("{}={}", path, value.empty() ? value.data() : joined(value)));
    }
  }
}

Lines fields_of_json(const std::string& json) {
  Lines lines;
  std::istringstream text(json);
  for (std::string line; std::getline(text, line);) {
    std::istringstream one(line);
    Node tree;
    boost::property_tree::read_json(one, tree);
    for (const auto& [name, object] : tree) append_object(name, object, lines);
  }
  return lines;
}

// --- What Wireshark reads ------------------------------------------------------------------------

std::string attribute(const Node& node, const std::string& name) {
  return node.get<std::string>(fmt::format("<xmlattr>.{}", name), "");
}

// A field's text without what stands in parentheses behind it, which must then be its number, as
// Wireshark itself has it.
std::string value_text(const Node& field, const std::string& path) {
  const std::string shown = attribute(field, "showname");
  const std::size_t colon = shown.find(": ");
  if (colon == std::string::npos) return "no value";
  std::string text = shown.substr(colon + 2);
  const std::string number = attribute(field, "show");
  const std::size_t open = text.find(" (");
  if (open == std::string::npos) return text;
  const std::string raw = text.substr(open + 2, text.size() - open - 3);
  EXPECT_TRUE(raw == number || raw.starts_with("0x")) << path << " " << shown;
  text.resize(open);
  return text == "-" ? "" : text;
}

// Texts of prices and flags have fields of their own, below the field's.
void append_field(const Node& field, Lines& lines, std::uint32_t& below) {
  const std::string name = attribute(field, "name");
  if (name.starts_with(kOurs) && !name.starts_with("hourglass_md.frame.")) {
    const std::string path = name.substr(kOurs.size());
    const bool is_packet = path.starts_with("packet.");
    const std::string value = value_text(field, path);
    lines.push_back(fmt::format("{}={}", path, value));
    const bool is_group = path.ends_with(".levels") || path.ends_with(".orders");
    for (const auto& [tag, child] : field) {
      if (tag != "field" || is_group) continue;
      ++below;
      if (attribute(child, "name") == fmt::format("{}.usd", name)) {
        EXPECT_EQ(attribute(child, "show"), value) << path;
      }
    }
    if (!is_group || is_packet) return;
  }
  for (const auto& [tag, child] : field) {
    if (tag == "field") append_field(child, lines, below);
  }
}

struct Dissected {
  Lines fields{};
  std::uint32_t packets = 0;
  std::uint32_t below = 0;  // texts of prices, and single flags
};

Dissected fields_of_pdml(const std::string& pdml) {
  Dissected all;
  std::istringstream text(pdml);
  Node tree;
  boost::property_tree::read_xml(text, tree);
  for (const auto& [tag, packet] : tree.get_child("pdml")) {
    if (tag != "packet") continue;
    for (const auto& [proto_tag, proto] : packet) {
      if (proto_tag != "proto" || attribute(proto, "name") != "hourglass_md") continue;
      ++all.packets;
      for (const auto& [field_tag, field] : proto) {
        if (field_tag == "field") append_field(field, all.fields, all.below);
      }
    }
  }
  return all;
}

struct Tshark {
  bool is_missing = false;
  std::string output;
};

// tshark on this file with our dissector. With warnings of its own in front.
Tshark tshark(const std::string& capture, const std::vector<std::string>& more) {
  std::vector<std::string> words{"/usr/bin/env",
                                 "tshark",
                                 "-n",
                                 "-X",
                                 fmt::format("lua_script:{}/{}", HOURGLASS_SOURCE_DIR, kScript),
                                 "-r",
                                 capture};
  words.insert(words.end(), more.begin(), more.end());
  const engine::test::Ended ended = engine::test::run_program(words);
  EXPECT_TRUE(ended.exit_code == 0 || ended.exit_code == 127) << ended.output;
  return {.is_missing = ended.exit_code == 127, .output = ended.output};
}

std::string golden_file() {
  return fmt::format("{}/{}", HOURGLASS_SOURCE_DIR, kCapture);
}

TEST(Dissector, IsMadeOfTheSchema) {
  const std::string expected = dissector();
  EXPECT_EQ(published_file(kScript, expected), expected);
}

TEST(GoldenCapture, IsWhatThisProgramWrites) {
  const std::vector<GoldenPacket> packets = golden_packets();
  const std::string pcap = golden_pcap(packets);
  EXPECT_TRUE(published_file(kCapture, pcap) == pcap);
  const std::string json = golden_json(packets);
  EXPECT_EQ(published_file(kExpected, json), json);
}

TEST(GoldenCapture, HasEachMessageEachNullAndEachNamedValue) {
  const Lines lines = fields_of_json(tree_file(kExpected));
  const std::set<std::string> all(lines.begin(), lines.end());
  for (const MessageInfo& message : kMessages) {
    for (const FieldInfo& field : message.fields) {
      const std::string path = fmt::format("{}.{}", message.name, field.name);
      EXPECT_TRUE(!field.may_be_null || all.contains(fmt::format("{}=null", path))) << path;
      if (field.kind != FieldKind::kValue) continue;
      for (const NamedValue& value : field.names) {
        EXPECT_TRUE(all.contains(fmt::format("{}={}", path, value.name))) << path << value.name;
      }
    }
    if (message.group_name.empty()) continue;
    for (const std::string_view count : {"0", "1", "3"}) {
      const std::string line = fmt::format("{}.{}={}", message.name, message.group_name, count);
      EXPECT_TRUE(all.contains(line)) << line;
    }
  }
}

TEST(Dissector, ReadsEachFieldAsOurDecoderDoes) {
  const Tshark read = tshark(golden_file(), {"-T", "pdml"});
  if (read.is_missing) GTEST_SKIP() << "tshark is not installed";
  ASSERT_EQ(read.output.find("Lua Error"), std::string::npos)
      << read.output.substr(read.output.find("Lua Error"), 400);
  EXPECT_EQ(read.output.find("hourglass_md.malformed"), std::string::npos);
  const std::size_t begin = read.output.find("<?xml");
  ASSERT_NE(begin, std::string::npos) << read.output;
  const Dissected dissected = fields_of_pdml(read.output.substr(begin));
  const Lines expected = fields_of_json(tree_file(kExpected));
  EXPECT_GT(expected.size(), 1'500U);
  EXPECT_EQ(dissected.packets, golden_packets().size());
  EXPECT_GT(dissected.below, 1'000U);
  ASSERT_EQ(dissected.fields.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(dissected.fields[i], expected[i]);
}

// The golden capture with a byte changed, as a file.
std::string damaged(std::size_t at, char byte) {
  std::string bytes = tree_file(kCapture);
  bytes[at] = byte;
  std::string file = fmt::format("{}damaged.pcap", testing::TempDir());
  std::ofstream(file, std::ios::binary) << bytes;
  return file;
}

constexpr std::size_t kFirstPacket = 24 + 16 + 20 + 8;  // headers of pcap, record, IP and UDP

TEST(Dissector, SaysWhatIsMalformed) {
  const Tshark read = tshark(damaged(kFirstPacket + 20, 3), {"-V", "-c", "1"});
  if (read.is_missing) GTEST_SKIP() << "tshark is not installed";
  EXPECT_THAT(read.output, HasSubstr("bytes behind the last message"));
  EXPECT_THAT(tshark(damaged(kFirstPacket + 24, 100), {"-V", "-c", "1"}).output,
              HasSubstr("a frame's length is no multiple of 8"));
  EXPECT_THAT(tshark(golden_file(), {"-V", "-c", "1"}).output, Not(HasSubstr("Malformed")));
}

TEST(Dissector, TakesWhatItsPortsSayWhateverTheBytesAre) {
  const std::string file = damaged(kFirstPacket + 23, 2);  // another version of the header
  const Tshark by_bytes = tshark(file, {"-c", "1"});
  if (by_bytes.is_missing) GTEST_SKIP() << "tshark is not installed";
  EXPECT_THAT(by_bytes.output, Not(HasSubstr("HG-MD")));
  EXPECT_THAT(tshark(file, {"-c", "1", "-o", "hourglass_md.udp_ports:40001"}).output,
              HasSubstr("HG-MD"));
}

}  // namespace
}  // namespace hourglass::marketdata::test

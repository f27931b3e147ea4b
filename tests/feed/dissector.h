// Wireshark's dissector of the feed, made of the schema.
#pragma once

#include <string>

#include "tests/feed/schema_xml.h"

namespace hourglass::marketdata::test {

// The text of marketdata/schema/hourglass-md.lua: the schema as tables, and behind them
// `machinery`, which reads packets by them.
std::string dissector_text(const Schema& schema, const std::string& machinery);

}  // namespace hourglass::marketdata::test

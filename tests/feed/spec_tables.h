// The tables of marketdata/SPEC.md, made of the schema.
#pragma once

#include <map>
#include <string>

#include "tests/feed/schema_xml.h"

namespace hourglass::marketdata::test {

// By the name of their block on the page.
std::map<std::string, std::string> spec_tables(const Schema& schema);

// The page with the text of each block, the lines between "<!-- begin NAME -->" and "<!-- end -->",
// replaced by the table of that name; what no table is named stays. `names` gets each block's name
// and how often it is there.
std::string with_tables(const std::string& page, const std::map<std::string, std::string>& tables,
                        std::map<std::string, int>& names);

}  // namespace hourglass::marketdata::test

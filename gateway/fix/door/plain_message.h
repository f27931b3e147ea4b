// The ordinary message: one that breaks no rule of the session or the dictionary, told in one pass.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/fix/quickfix/plain_rules.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

// What the message's header is held to.
struct PlainHeader {
  std::string_view begin_string;
  std::string_view sender;  // the member
  std::string_view target;  // the venue
  std::uint64_t now_ns;
  std::uint64_t max_latency_ns;  // of SendingTime, either way
};

// Whether `text`, taken apart as `fields`, begins as a message does and has the length and checksum
// it says; what is not whole is garbled. Thread: any. Cost: one pass over the text.
[[nodiscard]] bool is_whole(const Fields& fields, std::string_view text) noexcept;

// Whether `text`, taken apart as `fields`, is an application message QuickFIX would take as it
// stands: length and checksum, the usual header fields in their place and of this session, a body
// of single fields its type has, written as the dictionary asks, none twice, none missing. False
// says nothing against it: groups, data, possible duplicates and other versions are not looked at.
// The number (34) is only known to be there. Thread: any. Cost: one pass over text and fields.
[[nodiscard]] bool is_plain(const Fields& fields, std::string_view text, const PlainRules& rules,
                            const PlainHeader& header) noexcept;

// The first field of a dated tag whose value is no date or time from 1970 to 2261, or 0; a 60th
// second is one. Thread: any. Cost: a search for each field.
[[nodiscard]] std::uint32_t misdated_tag(const Fields& fields, const DatedTags& dated) noexcept;

}  // namespace hourglass::gateway::fix

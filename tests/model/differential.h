// Runs one stream of commands through the naive model and an exchange and compares every event.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "tests/support/random_commands.h"
#include "tests/support/under_test.h"

namespace hourglass::engine::test {

struct Disagreement {
  std::size_t step = 0;  // index of the stream's step during which it showed
  std::string words;
};

// The first disagreement: events that differ, events that contradict themselves (EventAudit), or
// a book that is not the one the feed describes. Stamps as the sequencer does and sends the
// continuations of unfinished work where the stream's steps let it.
std::optional<Disagreement> first_disagreement(const Stream& stream, const MakeUnderTest& make);

// The stream without the steps the disagreement does not need. Cost: some hundreds of runs.
Stream shrink(Stream stream, const MakeUnderTest& make);

// The stream's commands with the model's events under each, then the disagreement.
std::string story(const Stream& stream, const MakeUnderTest& make);

}  // namespace hourglass::engine::test

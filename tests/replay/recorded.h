// A recorded journal in memory, and what was true while it was recorded.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tests/support/journal_recorder.h"
#include "tests/support/replicas.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine::test {

struct Recorded {
  explicit Recorded(const Stream& commands, const RecorderSettings& settings = {})
      : stream(commands), recorder(device, fresh(), settings) {}

  [[nodiscard]] std::unique_ptr<Replica> fresh() const {
    return make_replica(stream.limits, stream.clearing);
  }

  Stream stream;
  SimulatedDevice device;
  JournalRecorder recorder;
};

// One of many small journals: its stream and frames follow from the profile and the seed.
inline std::unique_ptr<Recorded> record(Profile profile, std::uint64_t seed,
                                        std::uint32_t steps = 400) {
  auto recorded = std::make_unique<Recorded>(random_stream(profile, seed, steps),
                                             RecorderSettings{.seed = seed});
  recorded->recorder.run(recorded->stream);
  return recorded;
}

}  // namespace hourglass::engine::test

#include "bench/play/reference_stage.h"

#include "bench/streams/reference_book.h"

namespace hourglass::bench {
namespace {

class ReferenceStage final : public Stage {
 public:
  explicit ReferenceStage(std::uint32_t symbol_count) : venue_(symbol_count) {}

  void play(std::span<const StreamOp> ops) override { venue_.play(ops); }
  StreamResults results() override { return venue_.results(); }

 private:
  ReferenceVenue venue_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Stage>> make_reference_stage(const StageOptions& /*options*/,
                                                            const StreamHeader& header) {
  return std::make_unique<ReferenceStage>(header.n_symbols);
}

}  // namespace hourglass::bench

#include "engine/base/build_info.h"

namespace hourglass::engine {
namespace {

constexpr BuildInfo kBuildInfo{
    .version = HOURGLASS_VERSION,
#ifdef __clang__
    .compiler = __VERSION__,
#else
    .compiler = "g++ " __VERSION__,
#endif
    .flags = HOURGLASS_BUILD_FLAGS,
#ifdef HOURGLASS_NO_ASSERTS
    .assertions_on = false,
#endif
#ifdef HOURGLASS_SLOW_CHECKS
    .slow_checks_on = true,
#endif
};

}  // namespace

const BuildInfo& build_info() noexcept {
  return kBuildInfo;
}

}  // namespace hourglass::engine

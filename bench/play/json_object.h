// The engine's JsonObject under this module's name.
#pragma once

#include "engine/base/json_object.h"

namespace hourglass::bench {

using engine::JsonObject;

}  // namespace hourglass::bench

// What a figure was measured on: printed beside every one.
#pragma once

#include <string>

#include "bench/play/json_object.h"

namespace hourglass::bench {

// Processor and number of processors, as the system names them. Cost: reads /proc/cpuinfo.
std::string machine_text();

// Compiler, flags and whether the assertions are on.
std::string build_text();

// Both, as the fields "machine" and "build".
void add_machine(JsonObject& json);

}  // namespace hourglass::bench

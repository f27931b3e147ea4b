#include "bench/play/machine.h"

#include <fstream>
#include <string_view>
#include <thread>

#include "engine/base/build_info.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

std::string processor_name() {
  constexpr std::string_view kKey = "model name";
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with(kKey) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

}  // namespace

std::string machine_text() {
  return fmt::format("{}, {} processors", processor_name(), std::thread::hardware_concurrency());
}

std::string build_text() {
  const engine::BuildInfo& build = engine::build_info();
  return fmt::format("{} {}, assertions {}{}", build.compiler, build.flags,
                     build.assertions_on ? "on" : "off",
                     build.slow_checks_on ? ", slow checks on" : "");
}

void add_machine(JsonObject& json) {
  json.text("machine", machine_text()).text("build", build_text());
}

}  // namespace hourglass::bench

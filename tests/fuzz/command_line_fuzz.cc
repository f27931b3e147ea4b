// Feeds arbitrary command lines to the option parser: it must answer every one, and a number it
// accepts must lie in its range. Arguments are separated by line feeds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "engine/base/command_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<std::string_view> args;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    args.push_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  bool flag = false;
  std::int64_t number = 1;
  std::string_view choice = "a";
  std::string_view argument;
  std::vector<std::string_view> others;
  hourglass::engine::CommandLine line("fuzz", "Parses anything.");
  line.flag("flag", flag, "a switch");
  line.number("number", number, {.min = 1, .max = 10}, "a number");
  line.choice("choice", choice, {"a", "b"}, "a choice");
  line.argument("ARGUMENT", argument, "an argument");
  line.remaining_arguments("OTHERS", others, "further arguments");
  const auto outcome = line.parse(args);
  if (outcome.ok() && (number < 1 || number > 10)) std::abort();
  if (outcome.ok() && choice != "a" && choice != "b") std::abort();
  return 0;
}

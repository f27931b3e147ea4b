// The venue's FIX dictionaries, as published, inside the program.
#pragma once

#include <string_view>

namespace hourglass::gateway::fix {

// XML in QuickFIX's form; the build makes them from the files of this folder.
extern const std::string_view kFix44Dictionary;
extern const std::string_view kFixt11Dictionary;
extern const std::string_view kFix50Sp2Dictionary;

}  // namespace hourglass::gateway::fix

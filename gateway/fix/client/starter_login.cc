#include "gateway/fix/client/starter_login.h"

#include <fstream>
#include <string_view>

#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::size_t kMaxStarters = 64;
constexpr std::string_view kHint = "; say a CompID, and a password or key";

}  // namespace

absl::Status take_starter_login(const std::string& data_dir, std::size_t place,
                                ClientSettings& settings) {
  const std::string path = fmt::format("{}/fix/starter-credentials", data_dir);
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(fmt::format("{} cannot be read{}", path, kHint));
  std::string name;
  std::string password;
  for (std::size_t i = 0; i < kMaxStarters && file >> name >> password; ++i) {
    if (settings.comp_id.empty() ? i != place : name != settings.comp_id) continue;
    settings.comp_id = name;
    settings.password = password;
    return absl::OkStatus();
  }
  return absl::NotFoundError(fmt::format("{} has no such member{}", path, kHint));
}

}  // namespace hourglass::gateway::fix

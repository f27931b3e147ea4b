#include "gateway/fix/door/tls_door.h"

#include <filesystem>
#include <utility>

#include "fmt/format.h"
#include "gateway/fix/transport/tls_certificate.h"

namespace hourglass::gateway::fix {

absl::StatusOr<std::unique_ptr<TlsDoor>> TlsDoor::open(TlsDoorSettings settings,
                                                       const std::string& directory,
                                                       std::function<void()> wake) {
  if (settings.certificate.empty()) {
    const std::string own = fmt::format("{}/tls", directory);
    settings.certificate = fmt::format("{}/certificate.pem", own);
    settings.key = fmt::format("{}/key.pem", own);
    std::error_code error;
    std::filesystem::create_directories(own, error);
    const bool has_certificate = std::filesystem::exists(settings.certificate, error);
    const bool has_key = std::filesystem::exists(settings.key, error);
    if (has_certificate != has_key && !(has_key && settings.replaces_lone_key)) {
      return absl::FailedPreconditionError(fmt::format(
          "{} is missing, but {} is there. Put it back; or, for a fresh pair that members have to "
          "be given anew, move the other away too",
          has_key ? settings.certificate : settings.key,
          has_key ? settings.key : settings.certificate));
    }
    if (!has_certificate) {
      const absl::Status made = make_self_signed(settings.certificate, settings.key);
      if (!made.ok()) return made;
    }
  }
  auto context = TlsContext::for_venue(settings.certificate, settings.key);
  if (!context.ok()) return context.status();
  auto door = std::unique_ptr<TlsDoor>(new TlsDoor(std::move(settings)));
  door->acceptor_ = std::make_unique<TlsAcceptor>(*std::move(context), std::move(wake));
  return door;
}

absl::Status TlsDoor::listen() {
  return acceptor_->open(settings_.address, settings_.port);
}

absl::Status TlsDoor::reload_certificate() {
  auto context = TlsContext::for_venue(settings_.certificate, settings_.key);
  if (!context.ok()) return context.status();
  acceptor_->set_context(*std::move(context));
  return absl::OkStatus();
}

}  // namespace hourglass::gateway::fix

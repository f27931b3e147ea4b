#include "gateway/fix/members/authenticator.h"

#include <utility>

namespace hourglass::gateway::fix {

Authenticator::Request::Request(std::uint64_t request_id, Member claimed, const LogonClaim& claim)
    : id(request_id),
      member(std::move(claimed)),
      sender(claim.sender),
      target(claim.target),
      sequence(claim.sequence),
      sending_time(claim.sending_time),
      username(claim.username),
      password(claim.password),
      raw_data(claim.raw_data),
      received_ns(claim.received_ns) {}

LogonClaim Authenticator::Request::claim() const {
  return {.sender = sender,
          .target = target,
          .sequence = sequence,
          .sending_time = sending_time,
          .username = username,
          .password = password.view(),
          .raw_data = raw_data,
          .received_ns = received_ns};
}

Authenticator::Authenticator(std::function<void()> wake)
    : wake_(std::move(wake)), worker_([this] { run(); }) {}

Authenticator::~Authenticator() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  worker_.join();
}

bool Authenticator::submit(Request request) {
  {
    const std::lock_guard lock(mutex_);
    if (outstanding_ == kMaxWaitingLogons) return false;
    ++outstanding_;
    requests_.push_back(std::move(request));
  }
  changed_.notify_one();
  return true;
}

bool Authenticator::poll(Result& result) {
  const std::lock_guard lock(mutex_);
  if (results_.empty()) return false;
  result = std::move(results_.front());
  results_.pop_front();
  --outstanding_;
  return true;
}

void Authenticator::run() {
  for (;;) {  // ends: when stopped
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_stopping_ || !requests_.empty(); });
    if (is_stopping_) return;
    const Request request = std::move(requests_.front());
    requests_.pop_front();
    lock.unlock();
    Result result = check(request);
    lock.lock();
    results_.push_back(std::move(result));
    lock.unlock();
    wake_();
  }
}

Authenticator::Result Authenticator::check(const Request& request) {
  const std::string& comp_id = request.member.comp_id;
  if (failed_.is_banned(comp_id, request.received_ns)) {
    return {request.id, absl::UnauthenticatedError("too many failed logons, try again later")};
  }
  absl::Status status = authenticate(request.member, request.claim(), recent_);
  if (status.ok()) failed_.record_success(comp_id);
  if (absl::IsUnauthenticated(status)) failed_.record_failure(comp_id, request.received_ns);
  return {request.id, std::move(status)};
}

}  // namespace hourglass::gateway::fix

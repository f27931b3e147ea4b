#include "gateway/fix/members/authenticator.h"

#include <utility>

#include "gateway/fix/members/members_file.h"

namespace hourglass::gateway::fix {
namespace {

constexpr const char* kTooManyFailures = "too many failed logons, try again later";

}  // namespace

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

Authenticator::Authenticator(std::function<void()> wake, std::string members_folder)
    : wake_(std::move(wake)),
      members_folder_(std::move(members_folder)),
      worker_([this] { run(); }) {}

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
    if (logons_ == kMaxWaitingLogons) return false;
    ++logons_;
    work_.emplace_back(std::move(request));
  }
  changed_.notify_one();
  return true;
}

bool Authenticator::submit_change(Change change) {
  {
    const std::lock_guard lock(mutex_);
    if (changes_ == kMaxWaitingChanges) return false;
    ++changes_;
    work_.emplace_back(std::move(change));
  }
  changed_.notify_one();
  return true;
}

bool Authenticator::poll(Result& result) {
  const std::lock_guard lock(mutex_);
  if (results_.empty()) return false;
  result = std::move(results_.front());
  results_.pop_front();
  --(result.is_change ? changes_ : logons_);
  return true;
}

void Authenticator::run() {
  for (;;) {  // ends: when stopped
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_stopping_ || !work_.empty(); });
    if (is_stopping_) return;
    const Work work = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    Result result = std::visit([this](const auto& what) { return carry_out(what); }, work);
    lock.lock();
    results_.push_back(std::move(result));
    lock.unlock();
    wake_();
  }
}

Authenticator::Result Authenticator::carry_out(const Request& request) {
  const std::string& comp_id = request.member.comp_id;
  Result result{.id = request.id, .status = {}};
  if (failed_.is_banned(comp_id, request.received_ns)) {
    result.status = absl::UnauthenticatedError(kTooManyFailures);
    return result;
  }
  result.status = authenticate(request.member, request.claim(), recent_);
  if (result.status.ok()) failed_.record_success(comp_id);
  if (absl::IsUnauthenticated(result.status)) {
    failed_.record_failure(comp_id, request.received_ns);
  }
  return result;
}

Authenticator::Result Authenticator::carry_out(const Change& change) {
  const Member& member = change.member;
  Result result{.id = change.id, .status = {}, .is_change = true, .old_hash = member.password_hash};
  if (failed_.is_banned(member.comp_id, change.received_ns)) {
    result.status = absl::ResourceExhaustedError(kTooManyFailures);
    return result;
  }
  result.status = authenticate(
      member, {.sender = member.comp_id, .password = change.old_password.view()}, recent_);
  if (!result.status.ok()) {
    failed_.record_failure(member.comp_id, change.received_ns);
    result.status = absl::UnauthenticatedError("the old password is wrong");
    return result;
  }
  failed_.record_success(member.comp_id);
  auto hash = hash_password(change.new_password.view());
  if (!hash.ok()) {
    result.status = hash.status();
    return result;
  }
  result.status = MembersFile(members_folder_).replace_password_hash(member, *hash);
  if (result.status.ok()) {
    result.new_hash = *std::move(hash);
  } else if (!absl::IsAborted(result.status) && !absl::IsNotFound(result.status)) {
    // The member is told no path of the venue's.
    result.trouble = std::string(result.status.message());
    result.status = absl::UnavailableError("the venue could not record the new password");
  }
  return result;
}

}  // namespace hourglass::gateway::fix

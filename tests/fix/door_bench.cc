#include "tests/fix/door_bench.h"

#include <filesystem>
#include <utility>

#include "gateway/fix/door/news.h"
#include "gateway/fix/members/authentication.h"
#include "gtest/gtest.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::uint64_t kFileBytes = 64U << 10;  // holds no message over a quarter of it
constexpr std::uint64_t kWaitNs = 5'000'000;

// Where what KILL left is put.
std::string killed(const std::string& directory) {
  return directory + ".killed";
}

MemberList bench_members() {
  MemberList members;
  for (const char* name : {"DESK1", "DESK2"}) {
    Member member;
    member.comp_id = name;
    member.accounts = {11};
    member.password_hash = hash_password(kBenchPassword).value();
    EXPECT_EQ(members.add(member), absl::OkStatus());
  }
  return members;
}

}  // namespace

class DoorBench::Desk final : public SessionApplication {
 public:
  explicit Desk(std::string directory) : directory_(std::move(directory)) {}

  Judgement on_message(DoorSession& session, const Fields& fields, std::string_view) override {
    const std::string id(fields.value(11));
    if (id == "HOLD") {
      held_number_ = static_cast<std::uint32_t>(parse_number(fields.value(34)).value_or(0));
      held_ = &session;
      session.pushed(held_number_);
    } else if (id == "BIG") {
      News news{.headline = id, .lines = {}, .is_urgent = false};
      news.lines.emplace_back(kFileBytes / 4, 'x');
      write_news(news, writer_);
      session.send_application(writer_);
    } else {
      tell(session, id);
    }
    if (id == "KILL") {
      std::filesystem::copy(directory_, killed(directory_),
                            std::filesystem::copy_options::recursive);
    }
    return {Disposition::kTaken, 0};
  }
  void on_logon(DoorSession&) override {}
  void on_logout(DoorSession&, bool) override {}

  void look() {
    if (!answer_asked.exchange(false) || held_ == nullptr) return;
    tell(*held_, "HOLD");
    std::exchange(held_, nullptr)->answered(held_number_);
  }

  std::atomic<bool> answer_asked{false};

 private:
  void tell(DoorSession& session, const std::string& headline) {
    write_news({.headline = headline, .lines = {}, .is_urgent = false}, writer_);
    session.send_application(writer_);
  }

  std::string directory_;
  MessageWriter writer_;
  DoorSession* held_ = nullptr;
  std::uint32_t held_number_ = 0;
};

DoorBench::DoorBench(std::uint64_t clock_ns) : clock_ns_(clock_ns) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  directory_ = testing::TempDir() + "/" + test.test_suite_name() + "_" + test.name();
  std::filesystem::remove_all(directory_);
  std::filesystem::remove_all(killed(directory_));
  std::filesystem::create_directories(directory_);
  begin();
}

DoorBench::~DoorBench() {
  end();
}

void DoorBench::begin() {
  EXPECT_EQ(start_cryptography(), absl::OkStatus());
  desk_ = std::make_unique<Desk>(directory_);
  auto door = FixDoor::open({.directory = directory_,
                             .port = 0,
                             .session_file_bytes = kFileBytes,
                             .clock_ns = [this] { return clock_ns_.load(); }},
                            bench_members(), *desk_);
  ASSERT_TRUE(door.ok()) << door.status();
  door_ = *std::move(door);
  // The session layer has the system's clock, which is another.
  door_->context().max_latency_seconds = 0;
  ASSERT_EQ(door_->listen(), absl::OkStatus());
  port_ = door_->port();
  stop_ = false;
  thread_ = std::thread([this] { serve(); });
}

void DoorBench::end() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  door_.reset();
}

void DoorBench::restart() {
  end();
  begin();
}

void DoorBench::restart_killed() {
  end();
  std::filesystem::remove_all(directory_);
  std::filesystem::rename(killed(directory_), directory_);
  begin();
}

void DoorBench::serve() {
  while (!stop_) {
    door_->do_work(engine::SequenceNumber(0));
    desk_->look();
    while (const auto alarm = door_->alarm()) {
      const std::lock_guard lock(mutex_);
      alarms_.push_back(*alarm);
    }
    door_->flush();
    door_->wait(kWaitNs);
  }
}

void DoorBench::answer_held() {
  desk_->answer_asked = true;
}

std::vector<std::string> DoorBench::alarms() {
  const std::lock_guard lock(mutex_);
  return alarms_;
}

}  // namespace hourglass::gateway::fix::test

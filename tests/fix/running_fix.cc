#include "tests/fix/running_fix.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"
#include "gtest/gtest.h"
#include "tests/fix/venue_dictionary.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::array<std::uint32_t, 8> kUnheard = {8, 9, 10, 49, 52, 56, 60, 122};
constexpr std::uint32_t kLooks = 1500;
constexpr std::chrono::milliseconds kBetweenLooks{10};

std::string heard_text(std::string_view message) {
  EXPECT_EQ(test::breach_of_dictionary(message), "");
  Fields fields;
  fields.parse(message);
  std::string out;
  for (const Field& field : fields.all()) {
    if (std::find(kUnheard.begin(), kUnheard.end(), field.tag) != kUnheard.end()) continue;
    out += std::to_string(field.tag) + "=" + std::string(field.value) + "|";
  }
  return out;
}

}  // namespace

RunningFix::RunningFix(std::vector<std::string> options) : options_(std::move(options)) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(test.test_suite_name()) + "_" + test.name();
  std::replace(name.begin(), name.end(), '/', '_');
  data_dir_ = testing::TempDir() + "/" + name;
  std::filesystem::remove_all(data_dir_);
  start();
}

void RunningFix::start() {
  program_.emplace(engine::test::VenueStart{.program = HOURGLASS_PROGRAM,
                                            .data_dir = data_dir_,
                                            .snapshot_every = 1'000'000,
                                            .with_fix = true,
                                            .options = options_});
  port_ = program_->fix_port();
  tls_port_ = program_->fix_tls_port();
}

TlsClientFiles RunningFix::tls_files() const {
  return {.trusted = data_dir_ + "/fix/tls/certificate.pem"};
}

std::int32_t RunningFix::stop() {
  program_->signal(SIGTERM);
  return program_->wait();
}

std::string RunningFix::reload() {
  const std::size_t before = program_->errors().size();
  program_->signal(SIGHUP);
  for (std::uint32_t look = 0; look < kLooks; ++look) {
    const std::string said = program_->errors().substr(before);
    if (said.ends_with('\n')) return said;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return "nothing";
}

engine::test::Ended RunningFix::member(std::vector<std::string> words) const {
  words.insert(words.begin(), {HOURGLASS_PROGRAM, "member"});
  words.insert(words.end(), {"--data-dir", data_dir_});
  return engine::test::run_program(words);
}

std::string RunningFix::add_member(const std::string& comp_id, const std::string& account,
                                   std::vector<std::string> options) const {
  options.insert(options.begin(), {"add", comp_id, "--accounts", account});
  EXPECT_EQ(member(options).exit_code, 0);
  const engine::test::Ended made = member({"password", comp_id, "--generate"});
  EXPECT_EQ(made.exit_code, 0) << made.output;
  // The password is a line of its own beside "password of ... set".
  for (std::size_t from = 0; from < made.output.size();) {
    const std::size_t end = std::min(made.output.find('\n', from), made.output.size());
    const std::string line = made.output.substr(from, end - from);
    if (line.find(' ') == std::string::npos) return line;
    from = end + 1;
  }
  return {};
}

std::string RunningFix::password(const std::string& comp_id) const {
  return starter_password(data_dir_, comp_id);
}

std::string starter_password(const std::string& data_dir, const std::string& comp_id) {
  std::ifstream file(data_dir + "/fix/starter-credentials");
  std::string name;
  std::string word;
  while (file >> name >> word) {
    if (name == comp_id) return word;
  }
  return {};
}

std::uint64_t RunningFix::own_memory_bytes() const {
  std::ifstream file("/proc/" + std::to_string(program_->pid()) + "/status");
  std::string word;
  while (file >> word) {
    std::uint64_t kilobytes = 0;
    if (word == "RssAnon:" && file >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

Peer::Peer(std::uint16_t port, PeerHeader its_header) : header(std::move(its_header)) {
  EXPECT_TRUE(socket_.connect("127.0.0.1", port).ok());
}

Peer::Peer(const RunningFix& venue, PeerHeader its_header, const TlsClientFiles& files)
    : header(std::move(its_header)) {
  const auto context = TlsContext::for_member(files);
  EXPECT_TRUE(context.ok()) << context.status();
  static_cast<void>(socket_.connect("127.0.0.1", venue.tls_port(), &*context));
}

std::string Peer::message(std::string_view type, std::string_view body, std::string_view more) {
  const std::string number = header.number.empty() ? std::to_string(next++) : header.number;
  std::string rest = "35=" + std::string(type) + "|34=" + number + "|49=" + header.sender +
                     "|52=" + time_text(header.clock_error_seconds) + "|56=" + header.target + "|";
  rest += more;
  rest += body;
  return whole(header.begin_string, rest);
}

bool Peer::say(std::string_view type, std::string_view body, std::string_view more) {
  return send(message(type, body, more));
}

std::string Peer::hear(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {  // ends: with a message, the connection, or patience
    std::string_view text;
    const Framer::Result result = framer_.next(text);
    if (result == Framer::Result::kMessage) return heard_text(text);
    if (result == Framer::Result::kTooLong) return "too long";
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return "silence";
    std::string bytes;
    if (!socket_.receive(bytes, left).ok()) return "closed";
    framer_.add(bytes);
  }
}

std::string Peer::hear_through(std::string_view start) {
  for (;;) {  // ends: with that message, or with the connection
    std::string heard = hear();
    if (heard.starts_with(start) || heard == "closed" || heard == "silence") return heard;
  }
}

std::string Peer::log_on(const std::string& password, std::string_view more) {
  std::string body = "98=0|108=60|554=" + password + "|" + std::string(more);
  if (header.begin_string == "FIXT.1.1") body += "1137=9|";
  say("A", body);
  return hear();
}

std::string Peer::order(std::string_view id, std::string_view more) {
  say("D", order_body(id), more);
  return only(hear(), {35, 11, 39, 150});
}

std::string time_text(std::int64_t seconds_from_now) {
  const auto now = std::chrono::system_clock::now() + std::chrono::seconds(seconds_from_now);
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch());
  std::string out;
  append_utc_timestamp(out, static_cast<std::uint64_t>(ns.count()), Precision::kMilliseconds);
  return out;
}

std::string order_body(std::string_view id) {
  return "11=" + std::string(id) + "|38=1|40=2|44=1|54=1|55=H100.D1|60=" + time_text() + "|";
}

std::string accepted(std::string_view id) {
  return "35=8|11=" + std::string(id) + "|39=0|150=0|";
}

std::string only(const std::string& heard, std::initializer_list<std::uint32_t> tags) {
  if (!heard.starts_with("35=")) return heard;
  const std::string text = fix_text(heard);
  Fields fields;
  fields.parse(text);
  std::string out;
  for (const std::uint32_t tag : tags) {
    if (const auto value = fields.find(tag)) {
      out += std::to_string(tag) + "=" + std::string(*value) + "|";
    }
  }
  return out;
}

}  // namespace hourglass::gateway::fix

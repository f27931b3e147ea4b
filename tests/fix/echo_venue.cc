#include "tests/fix/echo_venue.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace hourglass::gateway::fix::test {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr std::uint32_t kHeaderTags[] = {8, 9, 34, 35, 43, 49, 52, 56, 97, 122, 1128, 10};

// Sends orders, security definitions and e-mails back, but no order marked PossResend whose ClOrdID
// the session has seen.
class Echo final : public SessionApplication {
 public:
  Judgement on_message(DoorSession& session, const Fields& fields, std::string_view) override {
    const std::string_view type = fields.value(35);
    if (type != "D" && type != "d" && type != "C") return {Disposition::kUnsupportedType, 0};
    const bool is_repeat = fields.value(97) == "Y";
    if (type == "D") {
      const bool is_new = seen_.emplace(fields.value(11)).second;
      if (is_repeat && !is_new) return {Disposition::kTaken, 0};
    }
    MessageWriter writer;
    writer.begin(type);
    for (const Field& field : fields.all()) {
      if (std::ranges::find(kHeaderTags, field.tag) == std::ranges::end(kHeaderTags)) {
        writer.text(field.tag, field.value);
      }
    }
    session.set_possibly_resent(is_repeat);
    session.send_application(writer, is_repeat ? session.file().last_report() + 1 : 0);
    return {Disposition::kTaken, 0};
  }
  void on_logon(DoorSession&) override {}
  void on_logout(DoorSession&, bool) override { seen_.clear(); }

 private:
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EchoVenue>> EchoVenue::start(const EchoVenueSettings& settings) {
  auto venue = std::unique_ptr<EchoVenue>(new EchoVenue);
  venue->application_ = std::make_unique<Echo>();
  std::filesystem::create_directories(settings.directory);
  MemberList members;
  Member member;
  member.comp_id = settings.member;
  member.version = settings.version;
  member.accounts = {1};
  member.orders_per_second = member.cancels_per_second = 1'000'000;
  if (const absl::Status status = members.add(member); !status.ok()) return status;
  const std::string& stock = settings.dictionary_directory;
  FixDoorSettings door{.venue = settings.venue,
                       .directory = settings.directory,
                       .port = 0,
                       .for_conformance = true,
                       .precision = Precision::kMilliseconds};
  door.fix44_dictionary = read_file(stock + "/FIX44.xml");
  door.fixt11_dictionary = read_file(stock + "/FIXT11.xml");
  door.fix50sp2_dictionary = read_file(stock + "/FIX50SP2.xml");
  auto opened = FixDoor::open(std::move(door), std::move(members), *venue->application_);
  if (!opened.ok()) return opened.status();
  venue->door_ = *std::move(opened);
  if (const absl::Status status = venue->door_->listen(); !status.ok()) return status;
  venue->port_ = venue->door_->port();
  venue->thread_ = std::thread([raw = venue.get()] { raw->serve(); });
  return venue;
}

EchoVenue::~EchoVenue() {
  stop_ = true;
  if (door_) door_->wake();
  if (thread_.joinable()) thread_.join();
}

void EchoVenue::serve() {
  while (!stop_) {
    const std::uint32_t done = door_->do_work(engine::SequenceNumber(0));
    door_->flush();
    if (done == 0) door_->wait(100'000'000);
  }
}

}  // namespace hourglass::gateway::fix::test

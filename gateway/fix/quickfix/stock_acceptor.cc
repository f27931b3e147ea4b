#include "gateway/fix/quickfix/stock_acceptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <quickfix/Application.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/ThreadedSocketAcceptor.h>
#include <sys/socket.h>
#include <unistd.h>

#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace hourglass {
namespace gateway {
namespace fix {
namespace {

const char kFix44[] = "FIX.4.4";
const char kFixt11[] = "FIXT.1.1";

// The acceptance suite's application. Its sessions call it from a thread each.
class Echo : public FIX::Application {
 public:
  explicit Echo(std::uint32_t echoes_of_an_order) : echoes_of_an_order_(echoes_of_an_order) {}

  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID&) override {}
  void onLogout(const FIX::SessionID& session) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_.erase(session);
  }
  void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
  void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
  void fromAdmin(const FIX::Message& message,
                 const FIX::SessionID& session) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                      FIX::IncorrectTagValue,
                                                      FIX::RejectLogon) override {
    // A logon's default version is the answer's too.
    FIX::DefaultApplVerID version;
    if (message.getHeader().getField(FIX::FIELD::MsgType) != FIX::MsgType_Logon) return;
    if (!message.getFieldIfSet(version)) return;
    FIX::Session* found = FIX::Session::lookupSession(session);
    if (found != nullptr) found->setSenderDefaultApplVerID(version);
  }
  void fromApp(const FIX::Message& message,
               const FIX::SessionID& session) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                    FIX::IncorrectTagValue,
                                                    FIX::UnsupportedMessageType) override {
    const std::string type = message.getHeader().getField(FIX::FIELD::MsgType);
    std::uint32_t echoes = 1;
    if (type == FIX::MsgType_NewOrderSingle) {
      if (is_answered(message, session)) return;
      echoes = echoes_of_an_order_;
    } else if (type != FIX::MsgType_SecurityDefinition && type != FIX::MsgType_Email) {
      throw FIX::UnsupportedMessageType();
    }
    try {
      for (std::uint32_t i = 0; i < echoes; ++i) {
        FIX::Message echo = message;
        FIX::Session::sendToTarget(echo, session);
      }
    } catch (const FIX::SessionNotFound&) {  // the acceptor is stopping; not in the list above
    }
  }

 private:
  // Whether the order is a PossResend of one this session has sent.
  bool is_answered(const FIX::Message& order, const FIX::SessionID& session) {
    FIX::PossResend resend(false);
    order.getHeader().getFieldIfSet(resend);
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool is_new = seen_[session].insert(order.getField(FIX::FIELD::ClOrdID)).second;
    return resend.getValue() && !is_new;
  }

  const std::uint32_t echoes_of_an_order_;
  std::mutex mutex_;
  std::map<FIX::SessionID, std::set<std::string>> seen_;  // ClOrdIDs
};

FIX::SessionSettings settings_of(const StockSettings& stock) {
  FIX::Dictionary defaults;
  defaults.setString(FIX::CONNECTION_TYPE, "acceptor");
  defaults.setInt(FIX::SOCKET_ACCEPT_PORT, stock.port);
  defaults.setString(FIX::SOCKET_REUSE_ADDRESS, "Y");
  defaults.setString(FIX::SOCKET_NODELAY, "Y");
  defaults.setString(FIX::START_TIME, "00:00:00");
  defaults.setString(FIX::END_TIME, "00:00:00");
  defaults.setString(FIX::RESET_ON_LOGON, "Y");
  const std::string directory = stock.dictionary_directory + "/";
  if (stock.begin_string == kFixt11) {
    defaults.setString(FIX::DEFAULT_APPLVERID, "FIX.5.0SP2");
    defaults.setString(FIX::TRANSPORT_DATA_DICTIONARY, directory + "FIXT11.xml");
    defaults.setString(FIX::APP_DATA_DICTIONARY, directory + "FIX50SP2.xml");
  } else {
    defaults.setString(FIX::DATA_DICTIONARY, directory + "FIX44.xml");
  }
  FIX::SessionSettings settings;
  settings.set(defaults);
  for (const std::string& target : stock.targets) {
    settings.set(FIX::SessionID(stock.begin_string, stock.sender, target), FIX::Dictionary());
  }
  return settings;
}

}  // namespace

struct StockAcceptor::Impl {
  explicit Impl(const StockSettings& stock)
      : echo(stock.echoes_of_an_order),
        settings(settings_of(stock)),
        acceptor(echo, stores, settings) {}

  Echo echo;
  FIX::MemoryStoreFactory stores;
  FIX::SessionSettings settings;
  FIX::ThreadedSocketAcceptor acceptor;
};

StockAcceptor::StockAcceptor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::uint16_t StockAcceptor::free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  return bound ? ntohs(address.sin_port) : static_cast<std::uint16_t>(0);
}

StockAcceptor::~StockAcceptor() {
  impl_->acceptor.stop(true);
}

std::unique_ptr<StockAcceptor> StockAcceptor::start(const StockSettings& settings,
                                                    std::string& error) {
  if (settings.begin_string != kFix44 && settings.begin_string != kFixt11) {
    error = "the BeginString is neither FIX.4.4 nor FIXT.1.1: " + settings.begin_string;
    return nullptr;
  }
  try {
    std::unique_ptr<Impl> impl(new Impl(settings));
    impl->acceptor.start();
    return std::unique_ptr<StockAcceptor>(new StockAcceptor(std::move(impl)));
  } catch (const std::exception& fault) {
    error = fault.what();
    return nullptr;
  }
}

}  // namespace fix
}  // namespace gateway
}  // namespace hourglass

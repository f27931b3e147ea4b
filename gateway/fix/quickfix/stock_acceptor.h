// QuickFIX's own acceptor as it comes, with an application that echoes: the control that shows that
// the runner of the acceptance suite judges rightly, and the baseline our gateway is measured
// against. The venue never serves with it.
//
// QuickFIX 1.15.1 does not compile as C++17 or later, so this is C++14.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hourglass {
namespace gateway {
namespace fix {

struct StockSettings {
  std::string dictionary_directory;  // of the stock FIX44.xml, FIXT11.xml and FIX50SP2.xml
  std::string begin_string;          // FIX.4.4, or FIXT.1.1 for FIX 5.0 SP2
  std::string sender;                // the acceptor; ISLD in the acceptance suite
  std::vector<std::string> targets;  // one session each; TW in the acceptance suite
  std::uint16_t port;                // on every interface
  std::uint32_t echoes_of_an_order = 1;
};

// FIX::ThreadedSocketAcceptor with FIX::MemoryStoreFactory, no log, sessions that never close and
// numbers that begin at 1 with each logon. It sends orders (D, as often as asked for), security
// definitions (d) and e-mails (C) back unchanged, but not an order marked PossResend whose ClOrdID
// its session has seen. Other application messages are answered with 35=j 380=3.
class StockAcceptor {
 public:
  // Starts to serve. Errors: null, and `error` says why: the port is taken, a dictionary is
  // missing. Thread: any; the acceptor has threads of its own. Two connections to one acceptor in
  // the process of its client can cross: QuickFIX closes a socket and then waits for it once more,
  // and by then its number may be another's. A test therefore keeps the acceptor in a process of
  // its own.
  static std::unique_ptr<StockAcceptor> start(const StockSettings& settings, std::string& error);
  // A port of the loopback interface that nobody holds just now; 0 where there is none. Somebody
  // may take it before it is bound, so a start with it may have to be tried again. Thread: any.
  static std::uint16_t free_port();
  // Logs the sessions out and stops; may take 5 s.
  ~StockAcceptor();
  StockAcceptor(const StockAcceptor&) = delete;
  StockAcceptor& operator=(const StockAcceptor&) = delete;

 private:
  struct Impl;
  explicit StockAcceptor(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace fix
}  // namespace gateway
}  // namespace hourglass

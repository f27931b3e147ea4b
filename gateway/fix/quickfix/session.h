// QuickFixSession: one FIX session by QuickFIX's session layer, in terms that C++14 and C++20
// accept.
//
// QuickFIX 1.15.1 does not compile as C++17 or later, so nothing of it shows here, and no word that
// C++14 lacks. It keeps the rules of the session: logon, heartbeats, gaps, rejects. What it knows
// of the world it knows through NumberStore (numbers, sent messages) and SessionPeer (the
// connection and what is behind it); there is no socket, no file and no thread of QuickFIX's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "gateway/fix/quickfix/plain_rules.h"

namespace hourglass {
namespace gateway {
namespace fix {

// The session's numbers and messages. Thread: the session's.
class NumberStore {
 public:
  virtual ~NumberStore() = default;
  virtual std::uint32_t next_sender() const = 0;
  virtual std::uint32_t next_target() const = 0;
  virtual void set_next_sender(std::uint32_t sequence) = 0;
  virtual void set_next_target(std::uint32_t sequence) = 0;
  // Records a message QuickFIX made, as the next sender number. False: it was not recorded, and the
  // session ends rather than send it.
  virtual bool record(std::uint32_t sequence, const std::string& text, bool is_application) = 0;
  // Both numbers to 1.
  virtual void reset_numbers() = 0;
};

// What became of an application message.
enum class Disposition : std::uint8_t {
  kTaken,            // also where the door has answered with a refusal of its own
  kUnsupportedType,  // 35=j 380=3
  kFieldMissing,     // conditionally required: 35=j 380=5
  kWrongValue,       // 35=3 373=5
  kWrongFormat,      // 35=3 373=6
};
struct Judgement {
  Disposition disposition;
  std::int32_t tag;  // the field at fault; 0 where none is
};

// Thread: the session's.
class SessionPeer {
 public:
  virtual ~SessionPeer() = default;
  // Takes a message to the wire; never waits.
  virtual void send(const std::string& bytes) = 0;
  // The session wants its connection closed, after what was sent. May come when there is none.
  virtual void disconnect() = 0;
  virtual Judgement on_application(const std::string& text) = 0;
  virtual void on_logon() = 0;
  virtual void on_logout() = 0;
  // The other side asks for messages `begin` to `end` (existing ones) again. They are sent by the
  // peer, which can do it in pieces.
  virtual void on_resend_request(std::uint32_t begin, std::uint32_t end) = 0;
};

struct SessionIdentity {
  std::string begin_string;          // FIX.4.4 or FIXT.1.1
  std::string sender;                // the venue
  std::string target;                // the member
  std::string default_appl_ver_id;   // FIXT.1.1: "9"
  std::int32_t timestamp_digits;     // of a second, in messages of QuickFIX's
  bool reset_on_logon;               // 141=Y or not, numbers start at 1
  std::int32_t max_latency_seconds;  // of SendingTime; 0: not checked
  bool write_anew;                   // application messages are handed on in QuickFIX's field order
};

// The dictionaries of one version, shared by its sessions. Thread: built by one, then read only.
class Dictionaries {
 public:
  // From XML texts; `application` is empty where the transport's holds both (FIX.4.4). Errors: null
  // and `error` says why.
  static std::unique_ptr<Dictionaries> parse(const std::string& begin_string,
                                             const std::string& transport,
                                             const std::string& application, std::string& error);
  ~Dictionaries();
  Dictionaries(const Dictionaries&) = delete;
  Dictionaries& operator=(const Dictionaries&) = delete;

  // Of the version's application messages.
  const PlainRules& plain_rules() const;
  const DatedTags& dated_tags() const;

 private:
  friend class QuickFixSession;
  struct Impl;
  explicit Dictionaries(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Thread: one; QuickFIX's own list of sessions is behind its lock. Cost of a message: QuickFIX
// sorts each of its fields into a map, allocating, and looks them up one by one in the dictionary.
class QuickFixSession {
 public:
  // Everything outlives the session.
  QuickFixSession(const SessionIdentity& identity, const Dictionaries& dictionaries,
                  NumberStore& store, SessionPeer& peer);
  ~QuickFixSession();
  QuickFixSession(const QuickFixSession&) = delete;
  QuickFixSession& operator=(const QuickFixSession&) = delete;

  // There is a connection now, whose Logon was found good: next() brings it.
  void connected();
  // The connection is gone.
  void lost();
  // One message of the other side, whose field 34 is `sequence` (0: it has none). False where it is
  // garbled: it was passed over.
  bool next(const std::string& text, std::uint32_t sequence);
  // Once a second: heartbeats and time-outs.
  void tick();
  // The peer has sent a message of its own at this time, which counts as a sign of life. Units: ns
  // UTC.
  void note_sent(std::uint64_t time_ns);
  // Whether an application message that is plain and has the next number would go straight to
  // on_application(): logged on, and nothing asked for again.
  bool is_in_step() const;
  // Such a message came at this time and was taken without next(). The number is the peer's to move
  // on. Units: ns UTC.
  void note_received(std::uint64_t time_ns);
  // Drops what came ahead of a gap and was kept: the gap was closed beyond it.
  void forget_ahead();
  // Sends a Logout with this text; the other side's answer, or a time-out, ends the connection.
  void log_out(const std::string& text);
  // Answers the Logon with 789 from now on, or no more.
  void answer_next_expected(bool wanted);

  bool is_logged_on() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fix
}  // namespace gateway
}  // namespace hourglass

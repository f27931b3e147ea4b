#include "tests/fix/acceptance_script.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

namespace hourglass::gateway::fix::test {
namespace {

using std::chrono::steady_clock;

constexpr char kSoh = '\x01';
constexpr std::string_view kAny = "<ANY>";
// The longest silence a script waits through is 7.2 s: a test request at a heartbeat of 6 s.
constexpr std::chrono::seconds kStepLimit{20};
// For an acceptor that is still being started.
constexpr std::chrono::seconds kConnectLimit{10};
// Longer than any acceptor takes to close after it has seen the end of a connection.
constexpr std::chrono::seconds kSettleLimit{5};
// A connection that is closed may be seen so before the session is free; the suite's own runner
// pauses as long.
constexpr std::chrono::milliseconds kPauseBetweenScripts{100};
constexpr std::size_t kMessageBytesMax = 64 * 1024;
constexpr std::size_t kChecksumFieldBytes = 7;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string readable(std::string_view message) {
  std::string text(message);
  std::replace(text.begin(), text.end(), kSoh, '|');
  return text;
}

std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (const char c : bytes) sum += static_cast<unsigned char>(c);
  return sum % 256;
}

std::string utc_text(std::int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  return fmt::format("{:04}{:02}{:02}-{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string with_times(std::string_view text, std::int64_t unix_seconds) {
  constexpr std::string_view kTime = "<TIME";
  std::string result;
  while (true) {  // each turn shortens the text
    const std::size_t at = text.find(kTime);
    const std::size_t end = at == std::string_view::npos ? at : text.find('>', at);
    if (end == std::string_view::npos) return result.append(text);
    std::string_view offset = text.substr(at + kTime.size(), end - at - kTime.size());
    if (offset.starts_with('+')) offset.remove_prefix(1);
    std::int64_t seconds = 0;
    std::from_chars(offset.data(), offset.data() + offset.size(), seconds);
    result.append(text.substr(0, at)).append(utc_text(unix_seconds + seconds));
    text.remove_prefix(end + 1);
  }
}

struct Field {
  std::string_view tag;
  std::string_view value;
};

std::vector<Field> fields_of(std::string_view message) {
  std::vector<Field> fields;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find(kSoh), message.size());
    const std::string_view field = message.substr(0, end);
    const std::size_t equals = std::min(field.find('='), field.size());
    fields.push_back({field.substr(0, equals), field.substr(std::min(equals + 1, field.size()))});
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return fields;
}

bool has_form(std::string_view value, std::string_view form) {
  return value.size() == form.size() &&
         std::equal(value.begin(), value.end(), form.begin(),
                    [](char c, char f) { return f == 'd' ? is_digit(c) : c == f; });
}

// Whole seconds, or up to nine digits of one.
bool is_timestamp(std::string_view value) {
  constexpr std::string_view kSeconds = "dddddddd-dd:dd:dd";
  constexpr std::string_view kFraction = ".ddddddddd";
  if (!has_form(value.substr(0, kSeconds.size()), kSeconds)) return false;
  const std::string_view fraction = value.substr(kSeconds.size());
  return fraction.empty() ||
         (fraction.size() > 1 && has_form(fraction, kFraction.substr(0, fraction.size())));
}

bool matches(const Field& expected, std::string_view value) {
  constexpr std::array<std::string_view, 4> kTimestamps{"42", "52", "60", "122"};
  if (expected.value == kAny) return true;
  if (expected.tag == "10") return has_form(value, "ddd");
  if (std::find(kTimestamps.begin(), kTimestamps.end(), expected.tag) != kTimestamps.end()) {
    return is_timestamp(value);
  }
  return value == expected.value;
}

// The kind of a line's step, or nothing for a line that is not of the language.
std::optional<StepKind> kind_of(char mark, std::string_view body) {
  switch (mark) {
    case 'I': return StepKind::kSend;
    case 'E': return StepKind::kExpect;
    case 'i':
      if (body == "CONNECT") return StepKind::kConnect;
      if (body == "DISCONNECT") return StepKind::kDisconnect;
      return std::nullopt;
    case 'e':
      if (body == "DISCONNECT") return StepKind::kAwaitDisconnect;
      return std::nullopt;
    default: return std::nullopt;
  }
}

enum class Came : std::uint8_t { kMessage, kClosed, kNothing, kGarbled };

// One TCP connection to the acceptor. Thread: the caller's.
class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  static absl::StatusOr<std::unique_ptr<Connection>> open(const std::string& host,
                                                          std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
      return absl::InvalidArgumentError(host + " is no IPv4 address");
    }
    const auto deadline = steady_clock::now() + kConnectLimit;
    while (true) {  // ends: with the deadline
      auto connection =
          std::make_unique<Connection>(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const int connected = ::connect(connection->socket_,
                                      reinterpret_cast<const sockaddr*>(&address), sizeof(address));
      if (connected == 0) {
        connection->configure();
        return connection;
      }
      if (steady_clock::now() >= deadline) return absl::ErrnoToStatus(errno, "connecting");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  // False: the connection broke; errno says how.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Waits for one whole message. `text` is the message, or what stands in its place.
  Came receive(std::string& text) {
    const auto deadline = steady_clock::now() + kStepLimit;
    while (true) {  // ends: with the deadline, or when the buffer is full
      const Came framed = take_message(text);
      if (framed != Came::kNothing) return framed;
      if (!fill(deadline)) {
        text = buffer_;
        return closed_ ? Came::kClosed : Came::kNothing;
      }
    }
  }

  // Waits until the acceptor closes. `text` is what it sent instead.
  Came await_close(std::string& text) {
    if (buffer_.empty() && !fill(steady_clock::now() + kStepLimit)) {
      return closed_ ? Came::kClosed : Came::kNothing;
    }
    text = buffer_;
    return Came::kMessage;
  }

  // Ends our side and waits until the acceptor has ended its own, which is when it is done.
  void settle() {
    ::shutdown(socket_, SHUT_WR);
    const auto deadline = steady_clock::now() + kSettleLimit;
    do {
      buffer_.clear();
    } while (fill(deadline));
  }

 private:
  void configure() {
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const timeval limit{kStepLimit.count(), 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  }

  // Reads what there is. False: nothing until the deadline, or the connection is closed.
  bool fill(steady_clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0) {
      return false;
    }
    std::array<char, 4096> chunk{};
    const ssize_t got = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (got <= 0) {  // an acceptor that closes with bytes unread resets the connection
      closed_ = true;
      return false;
    }
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
  }

  // Cuts the first message off the buffer by its BodyLength. kNothing: not all of it has come.
  Came take_message(std::string& text) {
    text = buffer_;
    if (!buffer_.empty() && !buffer_.starts_with('8')) return Came::kGarbled;
    if (buffer_.size() > kMessageBytesMax) return Came::kGarbled;
    const std::size_t begin_string = buffer_.find(kSoh);
    const std::size_t length_end = begin_string == std::string::npos
                                       ? std::string::npos
                                       : buffer_.find(kSoh, begin_string + 1);
    if (length_end == std::string::npos) return Came::kNothing;
    const std::string_view length(buffer_.data() + begin_string + 1, length_end - begin_string - 1);
    std::size_t body = 0;
    const auto [end, error] =
        std::from_chars(length.data() + std::min<std::size_t>(2, length.size()),
                        length.data() + length.size(), body);
    const bool is_number = error == std::errc{} && end == length.data() + length.size();
    if (!length.starts_with("9=") || !is_number || body > kMessageBytesMax) return Came::kGarbled;
    const std::size_t size = length_end + 1 + body + kChecksumFieldBytes;
    if (buffer_.size() < size) return Came::kNothing;
    text = buffer_.substr(0, size);
    const std::string_view trailer(buffer_.data() + size - kChecksumFieldBytes,
                                   kChecksumFieldBytes);
    if (!trailer.starts_with("10=") || !trailer.ends_with(kSoh)) return Came::kGarbled;
    buffer_.erase(0, size);
    return Came::kMessage;
  }

  int socket_;
  std::string buffer_;
  bool closed_ = false;
};

// A script being played: its open connections, and what each step does with them.
class Play {
 public:
  Play(const std::string& host, std::uint16_t port) : host_(host), port_(port) {}
  ~Play() {
    for (auto& [number, connection] : open_) connection->settle();
  }
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  // What went wrong; empty: nothing.
  std::string run(const Step& step) {
    if (step.kind == StepKind::kConnect) return connect(step);
    const auto found = open_.find(step.connection);
    if (found == open_.end()) return fmt::format("connection {} is not open", step.connection);
    if (step.kind == StepKind::kSend || step.kind == StepKind::kExpect) {
      const std::string text = complete_message(step.text, std::time(nullptr));
      return step.kind == StepKind::kSend ? send(*found->second, text)
                                          : expect(*found->second, text);
    }
    std::string failure;
    if (step.kind == StepKind::kDisconnect) found->second->settle();
    if (step.kind == StepKind::kAwaitDisconnect) failure = await_close(*found->second);
    open_.erase(found);
    return failure;
  }

 private:
  std::string connect(const Step& step) {
    auto connection = Connection::open(host_, port_);
    if (!connection.ok()) return std::string(connection.status().message());
    open_[step.connection] = *std::move(connection);
    return {};
  }

  static std::string send(Connection& connection, const std::string& text) {
    if (connection.send(text)) return {};
    return fmt::format("could not be sent: {}\n  message: {}", std::strerror(errno),
                       readable(text));
  }

  static std::string expect(Connection& connection, const std::string& expected) {
    std::string received;
    std::string wrong;
    switch (connection.receive(received)) {
      case Came::kMessage: wrong = difference(expected, received); break;
      case Came::kClosed: wrong = "the acceptor closed the connection"; break;
      case Came::kNothing: wrong = fmt::format("nothing within {} s", kStepLimit.count()); break;
      case Came::kGarbled: wrong = "no whole message"; break;
    }
    if (wrong.empty()) return {};
    return fmt::format("{}\n  expected: {}\n  received: {}", wrong, readable(expected),
                       readable(received));
  }

  static std::string await_close(Connection& connection) {
    std::string received;
    std::string wrong;
    switch (connection.await_close(received)) {
      case Came::kClosed: return {};
      case Came::kNothing:
        wrong = fmt::format("the connection is open after {} s", kStepLimit.count());
        break;
      case Came::kMessage:
      case Came::kGarbled: wrong = "data instead of a disconnection"; break;
    }
    return fmt::format("{}\n  expected: disconnection\n  received: {}", wrong, readable(received));
  }

  const std::string& host_;
  std::uint16_t port_;
  std::map<std::uint32_t, std::unique_ptr<Connection>> open_;
};

absl::StatusOr<std::vector<Script>> read_scripts(const std::string& directory) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".def") files.push_back(entry.path());
  }
  if (files.empty()) return absl::NotFoundError("no scripts in " + directory);
  std::sort(files.begin(), files.end());
  std::vector<Script> scripts;
  for (const std::filesystem::path& file : files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    auto script = parse_script(file.filename(), text.str());
    if (!script.ok()) return script.status();
    scripts.push_back(*std::move(script));
  }
  return scripts;
}

}  // namespace

absl::StatusOr<Script> parse_script(std::string name, std::string_view text) {
  Script script{std::move(name), {}};
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const bool names_connection = line.size() >= 3 && is_digit(line[1]) && line[2] == ',';
    const std::uint32_t connection =
        names_connection ? static_cast<std::uint32_t>(line[1] - '0') : 1;
    const std::string_view body = line.substr(names_connection ? 3 : 1);
    const std::optional<StepKind> kind = kind_of(line.front(), body);
    if (!kind) {
      return absl::InvalidArgumentError(
          fmt::format("{}:{}: not a step: {}", script.name, number, readable(line)));
    }
    const bool has_text = *kind == StepKind::kSend || *kind == StepKind::kExpect;
    script.steps.push_back({*kind, number, connection, std::string(has_text ? body : "")});
  }
  if (script.steps.empty()) return absl::InvalidArgumentError(script.name + ": no steps");
  return script;
}

std::string complete_message(std::string_view text, std::int64_t unix_seconds) {
  const std::string message = with_times(text, unix_seconds);
  const std::size_t head_end = message.find(kSoh);
  if (!message.starts_with("8=") || head_end == std::string::npos) return message;
  std::string head = message.substr(0, head_end + 1);
  std::string body = message.substr(head_end + 1);
  std::string trailer;
  if (const std::size_t at = body.find("\x01"
                                       "10=");
      at != std::string::npos) {
    trailer = body.substr(at + 1);
    body.resize(at + 1);
  }
  const bool has_length = message.find(
                              "\x01"
                              "9=") != std::string::npos;
  // The length of what may be anything is not known.
  const bool is_open = message.find(kAny) != std::string::npos;
  if (!has_length) {
    head += fmt::format("9={}\x01", is_open ? std::string(kAny) : std::to_string(body.size()));
  }
  if (trailer.empty()) trailer = fmt::format("10={:03}\x01", checksum(head + body));
  return head + body + trailer;
}

std::string difference(std::string_view expected, std::string_view received) {
  const std::vector<Field> wanted = fields_of(expected);
  const std::vector<Field> fields = fields_of(received);
  for (std::size_t i = 0; i < std::min(wanted.size(), fields.size()); ++i) {
    if (wanted[i].tag != fields[i].tag) {
      return fmt::format("field {} is tag {} instead of {}", i + 1, fields[i].tag, wanted[i].tag);
    }
    if (!matches(wanted[i], fields[i].value)) {
      return fmt::format("tag {} is \"{}\" instead of \"{}\"", fields[i].tag, fields[i].value,
                         wanted[i].value);
    }
  }
  if (wanted.size() != fields.size()) {
    return fmt::format("{} fields instead of {}", fields.size(), wanted.size());
  }
  if (received.size() < kChecksumFieldBytes) return "no CheckSum";
  const std::string sum =
      fmt::format("{:03}", checksum(received.substr(0, received.size() - kChecksumFieldBytes)));
  if (fields.back().value == sum) return {};
  return fmt::format("CheckSum is {} and should be {}", fields.back().value, sum);
}

absl::Status run_script(const Script& script, const std::string& host, std::uint16_t port) {
  Play play(host, port);
  for (const Step& step : script.steps) {
    const std::string failure = play.run(step);
    if (failure.empty()) continue;
    return absl::FailedPreconditionError(fmt::format("{}:{}: {}", script.name, step.line, failure));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ScriptResult>> run_suite(const std::string& directory,
                                                    const std::string& host,
                                                    const std::vector<std::uint16_t>& ports,
                                                    std::int32_t runs_max) {
  const auto scripts = read_scripts(directory);
  if (!scripts.ok()) return scripts.status();
  std::vector<ScriptResult> results(scripts->size());
  std::atomic<std::size_t> next{0};
  const auto play = [&](std::uint16_t port) {
    for (std::size_t at; (at = next.fetch_add(1)) < scripts->size();) {
      const Script& script = (*scripts)[at];
      ScriptResult result{script.name, "", 0};
      do {
        std::this_thread::sleep_for(kPauseBetweenScripts);
        result.failure = std::string(run_script(script, host, port).message());
        ++result.runs;
      } while (!result.failure.empty() && result.runs < runs_max);
      results[at] = std::move(result);
    }
  };
  std::vector<std::thread> players;
  for (const std::uint16_t port : ports) players.emplace_back(play, port);
  for (std::thread& player : players) player.join();
  return results;
}

}  // namespace hourglass::gateway::fix::test

#include "tests/fix/raw_tls.h"

#include <array>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::chrono::seconds kPatience{15};

TlsContext context_of(const TlsClientFiles& files) {
  auto context = TlsContext::for_member(files);
  EXPECT_TRUE(context.ok()) << context.status();
  return *std::move(context);
}

}  // namespace

RawTls::RawTls(std::uint16_t port, const TlsClientFiles& files)
    : context_(context_of(files)), stream_(context_, "127.0.0.1") {
  EXPECT_TRUE(socket_.connect("127.0.0.1", port).ok());
}

bool RawTls::shake_hands(std::chrono::microseconds pause) {
  for (;;) {  // ends: with the handshake, a failure, or patience
    const TlsStream::Result result = stream_.handshake();
    const std::string bytes(stream_.output());
    stream_.consume(bytes.size());
    if (!send(bytes, pause)) return false;
    if (result == TlsStream::Result::kDone) return true;
    if (result != TlsStream::Result::kNeedMore) return false;
    std::string answer;
    const auto got = socket_.receive(answer, kPatience);
    if (!got.ok() || !*got) return false;
    stream_.feed(answer);
  }
}

std::string RawTls::records_of(std::string_view plain) {
  EXPECT_TRUE(stream_.write(plain));
  std::string records(stream_.output());
  stream_.consume(records.size());
  return records;
}

bool RawTls::send(std::string_view bytes, std::chrono::microseconds pause) {
  if (pause.count() == 0) return socket_.send(bytes).ok();
  for (const char byte : bytes) {
    if (!socket_.send({&byte, 1}).ok()) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

std::string RawTls::hear() {
  for (;;) {  // ends: with a message, the connection, or patience
    std::string_view text;
    if (framer_.next(text) == Framer::Result::kMessage)
      return readable(text).substr(text.find("35="));
    std::array<char, kTlsRecordBytes> plain;
    std::size_t got = 0;
    const TlsStream::Result result = stream_.read(plain, got);
    if (result == TlsStream::Result::kDone) {
      framer_.add({plain.data(), got});
      continue;
    }
    if (result == TlsStream::Result::kEnded) return "closed by the venue";
    if (result == TlsStream::Result::kFailed) return stream_.trouble();
    std::string bytes;
    const auto received = socket_.receive(bytes, kPatience);
    if (!received.ok()) return std::string(received.status().message());
    if (!*received) return "silence";
    stream_.feed(bytes);
  }
}

}  // namespace hourglass::gateway::fix

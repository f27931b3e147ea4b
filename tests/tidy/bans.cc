#include "tests/tidy/bans.h"

#include <algorithm>
#include <array>
#include <optional>

namespace hourglass::tests {
namespace {

enum class Where : std::uint8_t {
  kCore,        // engine/ and risk/: what must re-execute bit for bit
  kHeaders,     // every header
  kEverywhere,  // all C++
};

struct Ban {
  std::string_view word;  // a whole word; with * at its end, any that begins with it
  Where where;
  std::string_view instead;
};

constexpr std::array kBans{
    Ban{"float", Where::kCore, "integers: ticks, lots, micro-USD"},
    Ban{"double", Where::kCore, "integers: ticks, lots, micro-USD"},
    Ban{"rand", Where::kCore, "no decision is random"},
    Ban{"srand", Where::kCore, "no decision is random"},
    Ban{"std::random_device", Where::kCore, "no decision is random"},
    Ban{"std::mt19937*", Where::kCore, "no decision is random"},
    Ban{"std::unordered_*", Where::kCore, "a table whose order is its own"},
    Ban{"absl::flat_hash_*", Where::kCore, "a table whose order is its own"},
    Ban{"absl::node_hash_*", Where::kCore, "a table whose order is its own"},
    Ban{"std::function", Where::kCore, "a template parameter"},
    Ban{"std::thread", Where::kCore, "an agent (engine/ring)"},
    Ban{"std::jthread", Where::kCore, "an agent (engine/ring)"},
    Ban{"std::async", Where::kCore, "an agent (engine/ring)"},
    Ban{"pthread_create", Where::kCore, "an agent (engine/ring)"},
    Ban{"std::atomic*", Where::kCore, "a ring or cursor of engine/ring"},
    Ban{"__atomic_*", Where::kCore, "a ring or cursor of engine/ring"},
    Ban{"__sync_*", Where::kCore, "a ring or cursor of engine/ring"},
    Ban{"std::mutex", Where::kCore, "one writer per datum"},
    Ban{"std::shared_mutex", Where::kCore, "one writer per datum"},
    Ban{"std::condition_variable", Where::kCore, "one writer per datum"},
    Ban{"system_clock", Where::kCore, "the command's time"},
    Ban{"steady_clock", Where::kCore, "the command's time"},
    Ban{"high_resolution_clock", Where::kCore, "the command's time"},
    Ban{"clock_gettime", Where::kCore, "the command's time"},
    Ban{"gettimeofday", Where::kCore, "the command's time"},
    Ban{"__rdtsc", Where::kCore, "the command's time"},
    Ban{"std::time", Where::kCore, "the command's time"},
    Ban{"time(nullptr", Where::kCore, "the command's time"},
    Ban{"time(NULL", Where::kCore, "the command's time"},
    Ban{"getenv", Where::kCore, "a setting handed in"},
    Ban{"#define", Where::kCore, "a constant or a function"},
    Ban{"assert(", Where::kEverywhere, "HG_ASSERT"},
    Ban{"<cassert>", Where::kEverywhere, "engine/base/assert.h"},
    Ban{"printf", Where::kHeaders, "a function in a .cc"},
    Ban{"fprintf", Where::kHeaders, "a function in a .cc"},
    Ban{"<iostream>", Where::kHeaders, "a function in a .cc"},
};

constexpr std::array kExceptions{
    Exception{"#define", "engine/base/assert.h", "HG_ASSERT prints its own text and place"},
    Exception{"#define", "engine/journal/sha256.cc", "OpenSSL's own switch, read by its header"},
    Exception{"std::atomic*", "engine/ring/", "the one home of atomics"},
    Exception{"__atomic_*", "engine/ring/atomics.h",
              "gating consumers read the same words plainly, which std::atomic_ref forbids"},
    Exception{"std::thread", "engine/ring/", "agents are started here"},
    Exception{"steady_clock", "engine/ring/", "how long an idle agent waits; decides nothing"},
    Exception{"clock_gettime", "engine/ring/", "how long an idle agent waits; decides nothing"},
    Exception{"system_clock", "engine/sequencer/", "stamps commands with their time"},
    Exception{"clock_gettime", "engine/sequencer/", "stamps commands with their time"},
    Exception{"steady_clock", "engine/journal/", "how long the device took; decides nothing"},
    Exception{"clock_gettime", "engine/journal/", "how long the device took; decides nothing"},
    Exception{"std::thread", "engine/journal/segment_preparer",
              "writes zeros ahead of the journal, off every other thread"},
    Exception{"std::mutex", "engine/journal/segment_preparer",
              "a segment changes hands once in 64 MiB, never on the matching thread"},
    Exception{"std::condition_variable", "engine/journal/segment_preparer", "as its mutex"},
};

bool is_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The place of `word` in `code` at or after `from`, as a word of its own.
std::optional<std::size_t> find_word(std::string_view code, std::string_view word,
                                     std::size_t from) {
  const bool any_ending = word.ends_with('*');
  if (any_ending) word.remove_suffix(1);
  for (std::size_t at = code.find(word, from); at != std::string_view::npos;
       at = code.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_identifier(word.front()) || !is_identifier(code[at - 1]);
    const bool ends = any_ending || end == code.size() || !is_identifier(word.back()) ||
                      !is_identifier(code[end]);
    if (begins && ends) return at;
  }
  return std::nullopt;
}

bool applies(Where where, const SourceFile& file) {
  switch (where) {
    case Where::kCore: return file.path.starts_with("engine/") || file.path.starts_with("risk/");
    case Where::kHeaders: return file.is_header();
    case Where::kEverywhere: return true;
  }
  return false;
}

bool excepted(const Ban& ban, const SourceFile& file) {
  return std::any_of(kExceptions.begin(), kExceptions.end(), [&](const Exception& exception) {
    return exception.word == ban.word && file.path.starts_with(exception.path_prefix);
  });
}

}  // namespace

std::span<const Exception> exceptions() {
  return kExceptions;
}

std::vector<Finding> check_bans(const SourceFile& file) {
  if (!file.is_cpp()) return {};
  std::vector<Finding> findings;
  for (const Ban& ban : kBans) {
    if (!applies(ban.where, file) || excepted(ban, file)) continue;
    for (auto at = find_word(file.code, ban.word, 0); at;
         at = find_word(file.code, ban.word, *at + 1)) {
      findings.push_back(
          {file.path, file.line_of(*at),
           std::string(ban.word) + " is banned here; instead: " + std::string(ban.instead)});
    }
  }
  return findings;
}

bool is_used(const Exception& exception, const SourceFile& file) {
  return file.path.starts_with(exception.path_prefix) &&
         find_word(file.code, exception.word, 0).has_value();
}

bool names_a_ban(const Exception& exception) {
  return std::any_of(kBans.begin(), kBans.end(),
                     [&exception](const Ban& ban) { return ban.word == exception.word; });
}

}  // namespace hourglass::tests

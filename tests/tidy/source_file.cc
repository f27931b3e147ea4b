#include "tests/tidy/source_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace hourglass::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kRoots{".ci",        "engine", "gateway", "risk",
                                                 "marketdata", "bench",  "tests",   "."};
constexpr std::array<std::string_view, 7> kTextExtensions{".h",    ".cc", ".md", ".txt",
                                                          ".json", ".sh", ".js"};

bool is_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void blank(std::string& code, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (code[i] != '\n') code[i] = ' ';
  }
}

// The end of the literal opened by the quote at `open`: just after its closing quote.
std::size_t literal_end(std::string_view text, std::size_t open) {
  const char quote = text[open];
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

// The same for R"delimiter( ... )delimiter".
std::size_t raw_literal_end(std::string_view text, std::size_t open) {
  const std::size_t parenthesis = std::min(text.find('(', open), text.size() - 1);
  std::string closing = ")";
  closing += text.substr(open + 1, parenthesis - open - 1);
  closing += '"';
  const std::size_t end = text.find(closing, parenthesis);
  return end == std::string_view::npos ? text.size() : end + closing.size();
}

// What is not code, blanked. An apostrophe after a digit or letter separates digits (1'000).
std::string blanked(std::string_view text) {
  std::string code(text);
  std::size_t i = 0;
  while (i < text.size()) {
    const std::string_view rest = text.substr(i);
    std::size_t end = i + 1;
    if (rest.starts_with("//")) {
      end = std::min(text.find('\n', i), text.size());
      blank(code, i, end);
    } else if (rest.starts_with("/*")) {
      const std::size_t close = text.find("*/", i + 2);
      end = close == std::string_view::npos ? text.size() : close + 2;
      blank(code, i, end);
    } else if (text[i] == '"') {
      const bool raw = i > 0 && text[i - 1] == 'R' && (i < 2 || !is_identifier(text[i - 2]));
      end = raw ? raw_literal_end(text, i) : literal_end(text, i);
      blank(code, i + 1, end - 1);
    } else if (text[i] == '\'' && (i == 0 || !is_identifier(text[i - 1]))) {
      end = literal_end(text, i);
      blank(code, i + 1, end - 1);
    }
    i = end;
  }
  return code;
}

bool is_text(const std::string& path) {
  if (path.starts_with("tests/fuzz/corpus/")) return false;
  const std::string extension = fs::path(path).extension().string();
  return path == "hourglass" || path.starts_with(".ci/") || path == ".clang-format" ||
         std::find(kTextExtensions.begin(), kTextExtensions.end(), extension) !=
             kTextExtensions.end();
}

void load_folder(const fs::path& root, std::string_view folder, std::vector<SourceFile>& files) {
  const auto load = [&](const fs::directory_entry& entry) {
    const std::string path = fs::relative(entry.path(), root).generic_string();
    if (!entry.is_regular_file() || !is_text(path)) return;
    std::ifstream in(entry.path(), std::ios::binary);
    files.emplace_back(path, std::string(std::istreambuf_iterator<char>(in), {}));
  };
  if (!fs::exists(root / folder)) return;
  if (folder == ".") {
    for (const auto& entry : fs::directory_iterator(root)) load(entry);
  } else {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) load(entry);
  }
}

}  // namespace

SourceFile::SourceFile(std::string path_from_root, std::string contents)
    : path(std::move(path_from_root)), text(std::move(contents)), code(blanked(text)) {}

std::uint32_t SourceFile::line_of(std::size_t offset) const {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return 1 + static_cast<std::uint32_t>(std::count(text.begin(), end, '\n'));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<Include> includes_of(const SourceFile& file) {
  constexpr std::string_view kDirective = "#include";
  std::vector<Include> found;
  const std::vector<std::string_view> text_lines = lines_of(file.text);
  const std::vector<std::string_view> code_lines = lines_of(file.code);
  for (std::size_t i = 0; i < code_lines.size(); ++i) {
    const std::size_t start =
        std::min(code_lines[i].find_first_not_of(" \t"), code_lines[i].size());
    if (!code_lines[i].substr(start).starts_with(kDirective)) continue;
    const std::string_view line = text_lines[i];
    const std::size_t open = line.find_first_of("\"<", start + kDirective.size());
    if (open == std::string_view::npos) continue;
    const std::size_t close = line.find_first_of("\">", open + 1);
    found.push_back({.line = static_cast<std::uint32_t>(i + 1),
                     .path = std::string(line.substr(open + 1, close - open - 1)),
                     .quoted = line[open] == '"'});
  }
  return found;
}

std::string report(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& finding : findings) {
    out += finding.path + ":" + std::to_string(finding.line) + ": " + finding.what + "\n";
  }
  return out;
}

std::vector<SourceFile> load_tree() {
  std::vector<SourceFile> files;
  for (const std::string_view folder : kRoots) load_folder(HOURGLASS_SOURCE_DIR, folder, files);
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace hourglass::tests

#include "gateway/fix/members/repeated_keys.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <utility>
#include <vector>

namespace hourglass::gateway::fix {
namespace {

// What Boost.JSON's parser calls while it reads; each answers whether to go on.
class KeyWatcher {
 public:
  using Error = boost::json::error_code;
  using Text = boost::json::string_view;
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) {
    if (lists_ == 1 && objects_in_list_ == 0) ++element_;
    if (lists_ > 0) ++objects_in_list_;
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Error&) {
    if (lists_ > 0) --objects_in_list_;
    keys_.pop_back();
    return true;
  }
  bool on_array_begin(Error&) {
    if (lists_++ == 0) element_ = 0;
    return true;
  }
  bool on_array_end(std::size_t, Error&) {
    --lists_;
    return true;
  }
  bool on_key_part(Text part, std::size_t, Error&) {
    key_ += part;
    return true;
  }
  bool on_key(Text part, std::size_t, Error&) {
    key_ += part;
    if (!repeated && !keys_.back().insert(key_).second) {
      repeated = RepeatedKey{.key = key_, .element = lists_ > 0 ? element_ : 0};
    }
    key_.clear();
    return true;
  }
  bool on_string_part(Text, std::size_t, Error&) { return true; }
  bool on_string(Text, std::size_t, Error&) { return true; }
  bool on_number_part(Text, Error&) { return true; }
  bool on_int64(std::int64_t, Text, Error&) { return true; }
  bool on_uint64(std::uint64_t, Text, Error&) { return true; }
  bool on_double(double, Text, Error&) { return true; }
  bool on_bool(bool, Error&) { return true; }
  bool on_null(Error&) { return true; }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }

  std::optional<RepeatedKey> repeated;

 private:
  std::vector<std::set<std::string>> keys_;  // of the objects the place read stands in
  std::string key_;
  std::uint32_t lists_ = 0;  // the place read stands in
  std::uint32_t objects_in_list_ = 0;
  std::uint32_t element_ = 0;
};

}  // namespace

std::optional<RepeatedKey> find_repeated_key(std::string_view text) {
  boost::json::basic_parser<KeyWatcher> parser{boost::json::parse_options{}};
  boost::json::error_code error;
  parser.write_some(false, text.data(), text.size(), error);
  if (error) return std::nullopt;
  return std::move(parser.handler().repeated);
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/members/member_json.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <utility>

#include "engine/base/limits.h"
#include "gateway/fix/members/repeated_keys.h"

namespace hourglass::gateway::fix {
namespace {

namespace json = boost::json;

constexpr std::string_view kVenueCompId = "HOURGLASS";
constexpr std::string_view kHashPrefix = "$argon2id$";
constexpr std::string_view kHashCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/$,=";
constexpr std::size_t kMaxQuotedChars = 40;  // of an unknown field's name in an error
constexpr std::size_t kKeyHexDigits = 64;    // 32 bytes: an Ed25519 key, a SHA-256

struct VersionRow {
  FixVersion version;
  std::string_view text;
};
constexpr std::array kVersions{VersionRow{FixVersion::kFix44, "4.4"},
                               VersionRow{FixVersion::kFix50Sp2, "5.0"}};

absl::Status refuse(std::string_view field, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", field, why));
}

constexpr std::uint32_t kLastSession = kFirstFixSession + kMaxMembers - 1;

absl::Status out_of_range(std::string_view field, std::uint64_t min, std::uint64_t max) {
  return refuse(field, fmt::format("must be a whole number from {} to {}", min, max));
}

bool is_comp_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxCompIdChars &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

bool is_key_hex(std::string_view text) {
  return text.size() == kKeyHexDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

bool is_hash(std::string_view text) {
  return text.starts_with(kHashPrefix) && text.size() < crypto_pwhash_STRBYTES &&
         text.find_first_not_of(kHashCharacters) == std::string_view::npos;
}

absl::Status check_accounts(const std::vector<std::uint32_t>& accounts) {
  if (accounts.empty() || accounts.size() > kMaxAccountsPerMember) {
    return refuse("accounts", fmt::format("must be 1 to {} numbers", kMaxAccountsPerMember));
  }
  std::set<std::uint32_t> seen;
  for (const std::uint32_t account : accounts) {
    if (account >= engine::kMaxAccounts) {
      return out_of_range("accounts", 0, engine::kMaxAccounts - 1);
    }
    if (!seen.insert(account).second) {
      return refuse("accounts", fmt::format("{} stands there twice", account));
    }
  }
  return absl::OkStatus();
}

// "FIELD: what is wrong with it".
absl::Status check_fields(const Member& member) {
  if (!is_comp_id(member.comp_id)) {
    return refuse("comp_id", fmt::format("must be 1 to {} of A-Z 0-9 - _", kMaxCompIdChars));
  }
  if (member.comp_id == kVenueCompId) return refuse("comp_id", "is the venue's own");
  if (member.session < kFirstFixSession || member.session > kLastSession) {
    return out_of_range("session", kFirstFixSession, kLastSession);
  }
  if (absl::Status status = check_accounts(member.accounts); !status.ok()) return status;
  if (member.orders_per_second == 0 || member.orders_per_second > kMaxMessagesPerSecond) {
    return out_of_range("orders_per_second", 1, kMaxMessagesPerSecond);
  }
  if (member.cancels_per_second == 0 || member.cancels_per_second > kMaxMessagesPerSecond) {
    return out_of_range("cancels_per_second", 1, kMaxMessagesPerSecond);
  }
  if (!member.password_hash.empty() && !is_hash(member.password_hash)) {
    return refuse("password_hash", "must be an Argon2id hash as `hourglass member` writes it");
  }
  if (!member.ed25519_public_key.empty() && !is_key_hex(member.ed25519_public_key)) {
    return refuse("ed25519_public_key", fmt::format("must be {} hex digits", kKeyHexDigits));
  }
  if (!member.certificate_sha256.empty() && !is_key_hex(member.certificate_sha256)) {
    return refuse("certificate_sha256", fmt::format("must be {} hex digits", kKeyHexDigits));
  }
  return absl::OkStatus();
}

std::optional<std::uint32_t> number_in(const json::value& value) {
  if (value.is_double()) return std::nullopt;  // 11.0 is no account number
  json::error_code error;
  const auto number = value.to_number<std::uint32_t>(error);
  if (error) return std::nullopt;
  return number;
}

absl::Status read_number(std::string_view field, const json::value& value, std::uint32_t& target) {
  const auto number = number_in(value);
  if (!number) return refuse(field, "must be a whole number from 0 to 4294967295");
  target = *number;
  return absl::OkStatus();
}

absl::Status read_text(std::string_view field, const json::value& value, std::string& target) {
  const json::string* const text = value.if_string();
  if (text == nullptr) return refuse(field, "must be a text");
  target.assign(text->data(), text->size());
  return absl::OkStatus();
}

absl::Status read_flag(std::string_view field, const json::value& value, bool& target) {
  if (!value.is_bool()) return refuse(field, "must be true or false");
  target = value.get_bool();
  return absl::OkStatus();
}

absl::Status read_accounts(const json::value& value, std::vector<std::uint32_t>& target) {
  const json::array* const list = value.if_array();
  if (list == nullptr) return refuse("accounts", "must be a list of numbers");
  for (const json::value& item : *list) {
    const auto account = number_in(item);
    if (!account) return refuse("accounts", "must be a list of whole numbers");
    target.push_back(*account);
  }
  return absl::OkStatus();
}

absl::Status read_version(const json::value& value, FixVersion& target) {
  const json::string* const text = value.if_string();
  const auto version = text == nullptr ? std::nullopt : parse_version({text->data(), text->size()});
  if (!version) return refuse("version", "must be \"4.4\" or \"5.0\"");
  target = *version;
  return absl::OkStatus();
}

absl::Status unknown(std::string_view field) {
  const std::string_view head = field.substr(0, kMaxQuotedChars);
  return absl::InvalidArgumentError(
      "unknown field " + json::serialize(json::value(json::string_view(head.data(), head.size()))));
}

absl::Status read_field(std::string_view field, const json::value& value, Member& member) {
  if (field == "comp_id") return read_text(field, value, member.comp_id);
  if (field == "session") return read_number(field, value, member.session);
  if (field == "version") return read_version(value, member.version);
  if (field == "accounts") return read_accounts(value, member.accounts);
  if (field == "cancel_on_disconnect") return read_flag(field, value, member.cancel_on_disconnect);
  if (field == "drop_copy") return read_flag(field, value, member.drop_copy);
  if (field == "orders_per_second") return read_number(field, value, member.orders_per_second);
  if (field == "cancels_per_second") return read_number(field, value, member.cancels_per_second);
  if (field == "password_hash") return read_text(field, value, member.password_hash);
  if (field == "ed25519_public_key") return read_text(field, value, member.ed25519_public_key);
  if (field == "certificate_sha256") return read_text(field, value, member.certificate_sha256);
  return unknown(field);
}

absl::Status read_member(const json::value& value, Member& member) {
  const json::object* const object = value.if_object();
  if (object == nullptr) return absl::InvalidArgumentError("must be an object");
  for (const json::key_value_pair& pair : *object) {
    const std::string_view field(pair.key().data(), pair.key().size());
    if (absl::Status status = read_field(field, pair.value(), member); !status.ok()) return status;
  }
  for (const std::string_view needed : {"comp_id", "session", "version", "accounts"}) {
    if (!object->contains({needed.data(), needed.size()})) return refuse(needed, "is missing");
  }
  return check_fields(member);
}

// How an error names the member at `index`.
std::string label(const json::value& value, std::size_t index) {
  if (const json::object* const object = value.if_object()) {
    if (const json::value* const name = object->if_contains("comp_id")) {
      const json::string* const text = name->if_string();
      if (text != nullptr && is_comp_id({text->data(), text->size()})) {
        return fmt::format("member {}", std::string_view(text->data(), text->size()));
      }
    }
  }
  return fmt::format("member {}", index + 1);
}

// The list in the file's outermost object.
absl::StatusOr<const json::array*> find_list(const json::value& file, std::uint32_t& next_session) {
  const json::object* const object = file.if_object();
  if (object == nullptr) return absl::InvalidArgumentError("must be an object");
  for (const json::key_value_pair& pair : *object) {
    const std::string_view field(pair.key().data(), pair.key().size());
    if (field != "format" && field != "members" && field != "next_session") return unknown(field);
  }
  next_session = 0;
  if (const json::value* const next = object->if_contains("next_session")) {
    const auto number = number_in(*next);
    if (!number || *number < kFirstFixSession || *number > kLastSession + 1) {
      return out_of_range("next_session", kFirstFixSession, kLastSession + 1);
    }
    next_session = static_cast<std::uint32_t>(*number);
  }
  const json::value* const format = object->if_contains("format");
  if (format == nullptr || number_in(*format) != kMembersFileFormat) {
    return refuse("format", fmt::format("must be {}", kMembersFileFormat));
  }
  const json::value* const members = object->if_contains("members");
  if (members == nullptr || !members->is_array()) return refuse("members", "must be a list");
  if (members->get_array().size() > kMaxMembers) {
    return refuse("members", fmt::format("{} given, at most {} can be", members->get_array().size(),
                                         kMaxMembers));
  }
  return &members->get_array();
}

// An error for a field that stands twice in an object of `text`. Everything else about it has been
// found right, so that the field is a known one.
absl::Status check_repeated(std::string_view text, const json::array& list) {
  const auto repeated = find_repeated_key(text);
  if (!repeated) return absl::OkStatus();
  const std::uint32_t element = repeated->element;
  const bool is_listed = element > 0 && element <= list.size();
  const std::string where = is_listed ? label(list[element - 1], element - 1) + ": " : "";
  return refuse(where + repeated->key, "stands there twice");
}

// What is checked of every member can be written without escapes.
std::string member_line(const Member& member) {
  std::string line = fmt::format(
      R"({{"comp_id": "{}", "session": {}, "version": "{}", "accounts": [{}], )"
      R"("cancel_on_disconnect": {}, "orders_per_second": {}, "cancels_per_second": {})",
      member.comp_id, member.session, version_text(member.version),
      fmt::join(member.accounts, ", "), member.cancel_on_disconnect, member.orders_per_second,
      member.cancels_per_second);
  if (member.drop_copy) line += R"(, "drop_copy": true)";
  const auto append = [&line](std::string_view field, std::string_view text) {
    if (!text.empty()) line += fmt::format(R"(, "{}": "{}")", field, text);
  };
  append("password_hash", member.password_hash);
  append("ed25519_public_key", member.ed25519_public_key);
  append("certificate_sha256", member.certificate_sha256);
  return line + "}";
}

}  // namespace

std::string_view version_text(FixVersion version) noexcept {
  const auto row = std::find_if(kVersions.begin(), kVersions.end(),
                                [version](const VersionRow& r) { return r.version == version; });
  return row == kVersions.end() ? std::string_view() : row->text;
}

std::optional<FixVersion> parse_version(std::string_view text) noexcept {
  const auto row = std::find_if(kVersions.begin(), kVersions.end(),
                                [text](const VersionRow& r) { return r.text == text; });
  if (row == kVersions.end()) return std::nullopt;
  return row->version;
}

absl::Status check_member(const Member& member) {
  absl::Status status = check_fields(member);
  if (status.ok() || !is_comp_id(member.comp_id)) return status;
  return absl::InvalidArgumentError(
      fmt::format("member {}: {}", member.comp_id, std::string(status.message())));
}

absl::StatusOr<std::vector<Member>> parse_members(std::string_view text,
                                                  std::uint32_t* next_session) {
  json::error_code error;
  const json::value file = json::parse({text.data(), text.size()}, error);
  if (error) return absl::InvalidArgumentError("not JSON: " + error.message());
  std::uint32_t next = 0;
  const auto list = find_list(file, next);
  if (!list.ok()) return list.status();
  std::vector<Member> members;
  for (std::size_t i = 0; i < (*list)->size(); ++i) {
    const json::value& value = (**list)[i];
    Member member;
    if (const absl::Status status = read_member(value, member); !status.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("{}: {}", label(value, i), std::string(status.message())));
    }
    members.push_back(std::move(member));
  }
  if (absl::Status status = check_repeated(text, **list); !status.ok()) return status;
  if (next_session != nullptr) *next_session = next;
  return members;
}

std::string members_text(std::span<const Member> members, std::uint32_t next_session) {
  std::string text = fmt::format("{{\n  \"format\": {},\n", kMembersFileFormat);
  if (next_session != 0) text += fmt::format("  \"next_session\": {},\n", next_session);
  text += "  \"members\": [";
  for (const Member& member : members) {
    text += fmt::format("{}\n    {}", &member == members.data() ? "" : ",", member_line(member));
  }
  return text + (members.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/quickfix/plain_rules_builder.h"

#include <quickfix/Message.h>

namespace hourglass {
namespace gateway {
namespace fix {
namespace {

const char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

PlainKind kind_of(const FIX::DataDictionary& dictionary, int tag) {
  FIX::TYPE::Type type = FIX::TYPE::Unknown;
  dictionary.getFieldType(tag, type);
  switch (type) {
    case FIX::TYPE::String:
    case FIX::TYPE::Currency:
    case FIX::TYPE::Exchange: return PlainKind::kText;
    case FIX::TYPE::Char: return PlainKind::kCharacter;
    case FIX::TYPE::Int: return PlainKind::kNumber;
    case FIX::TYPE::Price:
    case FIX::TYPE::Amt:
    case FIX::TYPE::Qty:
    case FIX::TYPE::Float: return PlainKind::kDecimal;
    case FIX::TYPE::Boolean: return PlainKind::kBoolean;
    case FIX::TYPE::UtcTimeStamp: return PlainKind::kTime;
    case FIX::TYPE::LocalMktDate: return PlainKind::kDate;
    default: return PlainKind::kOther;
  }
}

PlainField field_of(const FIX::DataDictionary& dictionary, const std::string& type, int tag) {
  PlainField field = {kind_of(dictionary, tag), dictionary.hasFieldValue(tag), {}};
  if (dictionary.isGroup(type, tag) || dictionary.isDataField(tag)) field.kind = PlainKind::kOther;
  for (const char* letter = kLetters; field.is_listed && *letter != '\0'; ++letter) {
    if (!dictionary.isFieldValue(tag, std::string(1, *letter))) continue;
    const std::uint32_t code = static_cast<unsigned char>(*letter);
    field.values[code / 64] |= std::uint64_t{1} << (code % 64);
  }
  return field;
}

void add(PlainRules& rules, const FIX::DataDictionary& dictionary, const std::string& type) {
  if (!dictionary.isMsgType(type) || FIX::Message::isAdminMsgType(type)) return;
  PlainMessage message = {
      type, std::vector<std::uint8_t>(kPlainTags), std::vector<PlainField>(1), {}};
  for (std::uint32_t tag = 1; tag < kPlainTags; ++tag) {
    const int its_tag = static_cast<int>(tag);
    if (!dictionary.isMsgField(type, its_tag)) continue;
    const std::size_t place = message.fields.size();
    // Half known is not known.
    if (place == kMaxPlainFields) return;
    message.field_by_tag[tag] = static_cast<std::uint8_t>(place);
    message.fields.push_back(field_of(dictionary, type, its_tag));
    if (dictionary.isRequiredField(type, its_tag)) {
      message.required[place / 64] |= std::uint64_t{1} << (place % 64);
    }
  }
  rules.push_back(message);
}

}  // namespace

PlainRules plain_rules_of(const FIX::DataDictionary& dictionary) {
  PlainRules rules;
  for (const char* first = kLetters; *first != '\0'; ++first) {
    add(rules, dictionary, std::string(1, *first));
    for (const char* second = kLetters; *second != '\0'; ++second) {
      add(rules, dictionary, std::string(1, *first) + *second);
    }
  }
  return rules;
}

DatedTags dated_tags_of(const FIX::DataDictionary& dictionary) {
  DatedTags tags;
  for (std::uint32_t tag = 1; tag < kPlainTags; ++tag) {
    const PlainKind kind = kind_of(dictionary, static_cast<int>(tag));
    if (kind == PlainKind::kDate) tags.dates.push_back(tag);
    if (kind == PlainKind::kTime) tags.times.push_back(tag);
  }
  return tags;
}

}  // namespace fix
}  // namespace gateway
}  // namespace hourglass

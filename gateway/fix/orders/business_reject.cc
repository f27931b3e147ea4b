#include "gateway/fix/orders/business_reject.h"

#include <algorithm>
#include <array>

#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

struct IdOfType {
  std::string_view type;
  std::uint32_t tag;
};

// The id FIX gives requests of a type. Source: FIX 4.4 vol. 2, the table of BusinessRejectRefID.
constexpr std::array kIds{
    IdOfType{"D", 11},   IdOfType{"F", 11},   IdOfType{"G", 11},   IdOfType{"q", 11},
    IdOfType{"H", 11},   IdOfType{"AF", 584}, IdOfType{"x", 320},  IdOfType{"c", 320},
    IdOfType{"e", 324},  IdOfType{"g", 335},  IdOfType{"V", 262},  IdOfType{"BE", 923},
    IdOfType{"AD", 568}, IdOfType{"AN", 710}, IdOfType{"BB", 909}, IdOfType{"AR", 571}};

}  // namespace

void write_business_reject(const Fields& request, const BusinessReject& reject,
                           MessageWriter& writer) {
  const std::string_view type = request.value(kMsgType);
  const auto id = std::ranges::find(kIds, type, &IdOfType::type);
  writer.begin("j");
  writer.text(45, request.value(kMsgSeqNum)).text(kText, reject.text).text(372, type);
  if (id != kIds.end()) writer.text(379, request.value(id->tag));
  writer.number(380, reject.reason);
  if (reject.code != 0) writer.number(kRejectCode, reject.code);
}

}  // namespace hourglass::gateway::fix

#include "tests/support/exchange_instances.h"

namespace hourglass::engine {

template class Exchange<PermissiveClearing>;
template class Exchange<risk::FundedLimit>;

}  // namespace hourglass::engine

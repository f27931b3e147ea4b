// The login of a venue's first members, which the venue leaves in its data directory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/fix/client/fix_client.h"

namespace hourglass::gateway::fix {

// Reads DIR/fix/starter-credentials, one "COMPID PASSWORD" a line (a password may have blanks):
// takes into `settings` the password of the name they have, or, where they have none, name and
// password of the `place`-th, from 0. Errors: kNotFound where there is no such file or member.
absl::Status take_starter_login(const std::string& data_dir, std::size_t place,
                                ClientSettings& settings);

// Gives the member another password in that file, which is replaced whole and stays its owner's
// alone; the rest stays. Errors: kNotFound where there is no such file or member, kInternal with
// the system's words; the file then stands as it was.
absl::Status replace_starter_password(const std::string& data_dir, std::string_view comp_id,
                                      std::string_view password);

}  // namespace hourglass::gateway::fix

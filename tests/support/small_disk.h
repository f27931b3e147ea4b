// SmallDisk: a file system of a chosen size, so that a test can really fill it.
//
// A tmpfs in a mount namespace of its own: nobody else sees it, it needs no root where user
// namespaces are allowed, and it is gone with the test, however that ends.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace hourglass::engine::test {

class SmallDisk {
 public:
  // Mounted on a new directory in `within`. Errors: the system's, where neither root nor user
  // namespaces are to be had.
  static absl::StatusOr<std::unique_ptr<SmallDisk>> mount(const std::string& within,
                                                          std::uint64_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Its root directory, as this process and those it starts may use it.
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  SmallDisk() = default;

  std::string mount_point_;  // in the namespace; here an empty directory
  std::string path_;
  pid_t keeper_ = -1;  // a process that holds the namespace and does nothing else
  int hold_ = -1;      // it ends when this is closed
};

}  // namespace hourglass::engine::test

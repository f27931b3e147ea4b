#include "engine/ring/slot_memory.h"

#include <sys/mman.h>

#include <cerrno>

namespace hourglass::engine {

void* map_pages(std::size_t bytes) noexcept {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  HG_ASSERT(memory != MAP_FAILED, bytes, errno);
  // Advice only: without huge pages a ring works the same, with more TLB misses.
  static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
  return memory;
}

void unmap_pages(void* memory, std::size_t bytes) noexcept {
  const auto result = ::munmap(memory, bytes);
  HG_ASSERT(result == 0, bytes, errno);
}

}  // namespace hourglass::engine

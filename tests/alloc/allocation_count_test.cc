// The counting allocator of this program, and the proof that it sees allocations.
#include "tests/alloc/allocation_count.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace hourglass::engine::test {
namespace {

struct ThreadCount {
  bool counting = false;
  std::uint64_t count = 0;
};
thread_local ThreadCount this_thread;

[[maybe_unused]] void note_allocation() noexcept {
  if (this_thread.counting) ++this_thread.count;
}

}  // namespace

AllocationCount::AllocationCount() noexcept {
  this_thread = {.counting = true, .count = 0};
}
AllocationCount::~AllocationCount() {
  this_thread.counting = false;
}
std::uint64_t AllocationCount::count() const noexcept {
  return this_thread.count;
}

}  // namespace hourglass::engine::test

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// The library's own, under the names it keeps for who replaces the others. operator new comes here
// through malloc.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) noexcept {
  hourglass::engine::test::note_allocation();
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) noexcept {
  hourglass::engine::test::note_allocation();
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) noexcept {
  hourglass::engine::test::note_allocation();
  return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  hourglass::engine::test::note_allocation();
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  hourglass::engine::test::note_allocation();
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  hourglass::engine::test::note_allocation();
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}
void* mmap(void* address, std::size_t bytes, int protection, int flags, int file,
           off_t offset) noexcept {
  hourglass::engine::test::note_allocation();
  return reinterpret_cast<void*>(
      ::syscall(SYS_mmap, address, bytes, protection, flags, file, offset));
}
}

#endif

namespace hourglass::engine::test {
namespace {

// What the compiler must not see through, lest it takes an allocation away.
void* volatile kept = nullptr;

TEST(AllocationCounts, SeeEveryWayToAllocate) {
  if (!kCanCountAllocations) GTEST_SKIP() << "the sanitizer owns malloc";
  EXPECT_EQ(allocations_in([] {}), 0U);
  EXPECT_EQ(allocations_in([] {
              const auto made = std::make_unique<std::uint64_t>(7);
              kept = made.get();
            }),
            1U);
  EXPECT_EQ(allocations_in([] {
              struct alignas(256) Wide {
                std::byte bytes[256];
              };
              const auto made = std::make_unique<Wide>();
              kept = made.get();
            }),
            1U);
  EXPECT_EQ(allocations_in([] {
              kept = ::malloc(100);
              ::free(kept);
            }),
            1U);
  EXPECT_EQ(allocations_in([] {
              kept = ::calloc(10, 10);
              kept = ::realloc(kept, 100'000);
              ::free(kept);
            }),
            2U);
  EXPECT_EQ(allocations_in([] {
              void* memory = nullptr;
              ASSERT_EQ(::posix_memalign(&memory, 64, 64), 0);
              kept = memory;
              ::free(kept);
              kept = ::aligned_alloc(64, 64);
              ::free(kept);
            }),
            2U);
  EXPECT_EQ(allocations_in([] {
              void* const memory =
                  ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              ::munmap(memory, 4096);
            }),
            1U);
}

TEST(AllocationCounts, SeeAGrowingContainer) {
  if (!kCanCountAllocations) GTEST_SKIP() << "the sanitizer owns malloc";
  std::vector<std::string> texts;
  EXPECT_GE(allocations_in([&] { texts.emplace_back(1000, 'x'); }), 2U);
}

}  // namespace
}  // namespace hourglass::engine::test

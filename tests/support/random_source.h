// RandomSource: the same numbers on every machine and library for one seed.
//
// xoshiro256** seeded by splitmix64 (Blackman and Vigna, prng.di.unimi.it). The standard library's
// distributions are not used: they may differ between libraries.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace hourglass::engine::test {

class RandomSource {
 public:
  explicit RandomSource(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9E3779B97F4A7C15ULL;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
      word = z ^ (z >> 31);
    }
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // Uniform in [0, bound); the bias of the remainder does not matter here. `bound` is positive.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  // Uniform in [low, high], whose distance is below 2^63.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool percent(std::uint32_t chance) { return below(100) < chance; }

  template <class T>
  T pick(std::span<const T> items) {
    return items[below(items.size())];
  }
  // The index of one of `weights`, each as likely as its number; their sum is positive.
  std::size_t weighted(std::span<const std::uint32_t> weights) {
    std::uint64_t sum = 0;
    for (const std::uint32_t weight : weights) sum += weight;
    std::uint64_t at = below(sum);
    std::size_t index = 0;
    while (at >= weights[index]) at -= weights[index++];
    return index;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

// The number in environment variable `name`, or `otherwise`.
inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::stoull(value, nullptr, 0);
}

}  // namespace hourglass::engine::test

/**
 * The arithmetic that ../arithmetic.ts repeats operation by operation, so that both grow the same trees: compiled
 * without contraction into fused multiply-adds.
 */
#pragma once
#include <cstdint>
#include <cstring>

namespace trees {

struct Words {
  uint32_t first, second;
};
/** As many words as lanes; what one operation is for a word, it is for all. */
typedef uint32_t LaneWords __attribute__((vector_size(128)));

/**
 * Threefry-2x32 with 20 rounds: 64 random bits for each key and counter (x, y), in no order, in the place of the
 * counter. T is uint32_t or LaneWords.
 * Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3, doi:10.1145/2063384.2063405
 */
template <typename T>
inline void threefry(Words key, T& x, T& y) {
  const uint32_t keys[3] = {key.first, key.second, key.first ^ key.second ^ 0x1BD11BDAu};
  constexpr int ROTATIONS[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  x += keys[0];
  y += keys[1];
#pragma GCC unroll 5
  for (int group = 0; group < 5; group++) {
#pragma GCC unroll 4
    for (int round = 0; round < 4; round++) {
      const int turn = ROTATIONS[(group % 2) * 4 + round];
      x += y;
      y = ((y << turn) | (y >> (32 - turn))) ^ x;
    }
    x += keys[(group + 1) % 3];
    y += keys[(group + 2) % 3] + static_cast<uint32_t>(group) + 1;
  }
}

inline Words threefry(Words key, Words counter) {
  threefry(key, counter.first, counter.second);
  return counter;
}

/** What a node draws; the second word of its counters. */
enum Purpose : uint32_t { THRESHOLD = 0, FEATURES = 1, ROWS = 2, CHILD = 3 };

/** In [0, 1). */
inline double to_unit(uint32_t word) { return word * 0x1p-32; }

/** In [0, n). */
inline int64_t to_index(uint32_t word, int64_t n) {
  return static_cast<int64_t>(to_unit(word) * static_cast<double>(n));
}

/** Natural logarithm of a positive normal number, within 2 ulp. */
inline double natural_log(double value) {
  int64_t bits;
  std::memcpy(&bits, &value, 8);
  // mantissa in [sqrt(1/2), sqrt(2)): subtract the bits of sqrt(1/2), keep the exponent
  const int32_t high = static_cast<int32_t>(bits >> 32) - 0x3FE6A09E;
  const int32_t exponent = high >> 20;
  bits -= static_cast<int64_t>(exponent) << 52;
  double mantissa;
  std::memcpy(&mantissa, &bits, 8);
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  const double z = s * s;
  double sum = 1.0 / 23;
  sum = sum * z + 1.0 / 21;
  sum = sum * z + 1.0 / 19;
  sum = sum * z + 1.0 / 17;
  sum = sum * z + 1.0 / 15;
  sum = sum * z + 1.0 / 13;
  sum = sum * z + 1.0 / 11;
  sum = sum * z + 1.0 / 9;
  sum = sum * z + 1.0 / 7;
  sum = sum * z + 1.0 / 5;
  sum = sum * z + 1.0 / 3;
  return exponent * 0.6931471805599453 + (2.0 * s + 2.0 * s * (z * sum));
}

/** The greatest float that is not above `value`. */
inline float round_down(double value) {
  float rounded = static_cast<float>(value);
  int32_t bits;
  std::memcpy(&bits, &rounded, 4);
  const int32_t below = bits > 0 ? bits - 1 : (bits == 0 || bits == INT32_MIN) ? INT32_MIN + 1 : bits + 1;
  bits = static_cast<double>(rounded) > value ? below : bits;
  std::memcpy(&rounded, &bits, 4);
  return rounded;
}

}  // namespace trees

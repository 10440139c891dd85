#include "block.h"

#include <cstring>
#ifdef __AVX512VBMI2__
#include <immintrin.h>
#endif

namespace trees {

namespace {

/** Appends the lanes of `mask`; up to 32 lanes behind them are overwritten. */
uint16_t* append_lanes(uint16_t* end, const Lanes& line, uint32_t mask) {
#ifdef __AVX512VBMI2__
  const __m512i lanes = _mm512_loadu_si512(&line);
  _mm512_storeu_si512(end, _mm512_maskz_compress_epi16(mask, lanes));
  return end + __builtin_popcount(mask);
#else
  const uint16_t* ranks = reinterpret_cast<const uint16_t*>(&line);
  for (; mask != 0; mask &= mask - 1) *end++ = ranks[__builtin_ctz(mask)];
  return end;
#endif
}

/** The bits of `mask`, moved together. */
uint32_t extract_bits(uint32_t word, uint32_t mask) {
#ifdef __BMI2__
  return __builtin_ia32_pext_si(word, mask);
#else
  uint32_t extracted = 0;
  for (int at = 0; mask != 0; mask &= mask - 1, at++) extracted |= (word >> __builtin_ctz(mask) & 1) << at;
  return extracted;
#endif
}

Lanes to_lanes(uint32_t word) {
  Lanes lanes = {};
  for (int j = 0; j < N_LANES; j++) lanes[j] = word >> j & 1;
  return lanes;
}

/** Rows that a count of 16 bits holds. */
constexpr int64_t MAX_COUNT = 65535;

Lanes count_ranks(const Lanes* lines, const int32_t* rows, int64_t n, Lanes rank) {
  Lanes count = {};
  for (int64_t i = 0; i < n; i++) count -= (Lanes)(lines[rows[i]] <= rank);
  return count;
}

Lanes count_zeros(const uint32_t* words, const int32_t* rows, int64_t n) {
#ifdef __AVX512BW__
  const __m512i one = _mm512_set1_epi16(1);
  __m512i count = _mm512_setzero_si512();
  for (int64_t i = 0; i < n; i++) count = _mm512_mask_add_epi16(count, ~words[rows[i]], count, one);
  return (Lanes)count;
#else
  alignas(64) uint16_t ones[N_LANES] = {};
  for (int64_t i = 0; i < n; i++) {
    for (uint32_t word = words[rows[i]]; word != 0; word &= word - 1) ones[__builtin_ctz(word)]++;
  }
  Lanes count;
  std::memcpy(&count, ones, sizeof count);
  return static_cast<uint16_t>(n) - count;
#endif
}

}  // namespace

uint32_t Bounds::varied() const {
  uint32_t mask = 0;
  for (int j = 0; j < N_LANES; j++) mask |= static_cast<uint32_t>(low[j] != high[j]) << j;
  return mask;
}

Bounds find_bounds(const Tile& tile, const int32_t* rows, int64_t n) {
  if (tile.bits != nullptr) {
    uint32_t all = ~0u, any = 0;
    for (int64_t i = 0; i < n; i++) {
      all &= tile.bits[rows[i]];
      any |= tile.bits[rows[i]];
    }
    return {to_lanes(all), to_lanes(any)};
  }
  Lanes low = tile.ranks[rows[0]], high = low;
  for (int64_t i = 1; i < n; i++) {
    const Lanes line = tile.ranks[rows[i]];
    low = line < low ? line : low;
    high = line > high ? line : high;
  }
  return {low, high};
}

void count_left(const Tile& tile, const int32_t* rows, int64_t n, const Lanes& rank, uint32_t* counts) {
  std::fill_n(counts, N_LANES, 0);
  for (; n > 0; rows += MAX_COUNT, n -= MAX_COUNT) {
    const int64_t part = std::min(n, MAX_COUNT);
    const Lanes count = tile.ranks != nullptr ? count_ranks(tile.ranks, rows, part, rank)
                                              : count_zeros(tile.bits, rows, part);
    for (int j = 0; j < N_LANES; j++) counts[j] += count[j];
  }
}

void Block::reserve(int64_t n_rows, const Table& table) {
  int64_t n_rank_tiles = 0;
  for (const Tile& tile : table.tiles) n_rank_tiles += tile.ranks != nullptr;
  rank_memory = allocate_array<Lanes>(n_rows * n_rank_tiles);
  bit_memory = allocate_array<uint32_t>(n_rows * (table.tiles.size() - n_rank_tiles));
}

void Block::find_uneven(const Table& table) {
  uneven.assign(tiles.size(), 0);
  for (size_t lane = 0; lane < lane_feature.size(); lane++) {
    const int32_t f = lane_feature[lane];
    const bool is_uneven = f >= 0 && table.scale[f] == 0 && tiles[lane / N_LANES].ranks != nullptr;
    uneven[lane / N_LANES] |= static_cast<uint32_t>(is_uneven) << lane % N_LANES;
  }
}

/** Gives each varied lane of `from` its place, ranks before bits; `bounds` become those of the new places. */
void Block::lay_out(const Block& from, const std::vector<uint32_t>& masks, int64_t n,
                    std::vector<Bounds>& bounds) {
  lane_feature.clear();
  tiles.clear();
  std::vector<Bounds> own_bounds;
  Lanes* ranks = rank_memory.get();
  uint32_t* bits = bit_memory.get();
  for (const bool is_of_bits : {false, true}) {
    int lane = N_LANES;
    for (size_t t = 0; t < from.tiles.size(); t++) {
      if ((from.tiles[t].bits != nullptr) != is_of_bits) continue;
      for (uint32_t left = masks[t]; left != 0; left &= left - 1, lane++) {
        if (lane == N_LANES) {
          tiles.push_back(is_of_bits ? Tile{nullptr, bits} : Tile{ranks, nullptr});
          if (is_of_bits) bits += n;
          else ranks += n;
          lane_feature.resize(tiles.size() * N_LANES, -1);
          own_bounds.emplace_back();
          lane = 0;
        }
        const int j = __builtin_ctz(left);
        lane_feature[(tiles.size() - 1) * N_LANES + lane] = from.lane_feature[t * N_LANES + j];
        own_bounds.back().low[lane] = bounds[t].low[j];
        own_bounds.back().high[lane] = bounds[t].high[j];
      }
    }
  }
  std::copy(own_bounds.begin(), own_bounds.end(), bounds.begin());
}

void Block::pack(const Block& from, const int32_t* rows, int64_t n, std::vector<Bounds>& bounds) {
  std::vector<uint32_t> masks;
  for (size_t t = 0; t < from.tiles.size(); t++) masks.push_back(bounds[t].varied());
  lay_out(from, masks, n, bounds);
  const size_t n_rank_tiles = std::count_if(tiles.begin(), tiles.end(), [](const Tile& tile) { return tile.ranks; });
  std::vector<uint16_t> line(N_LANES * (from.tiles.size() + 1));
  for (int64_t i = 0; i < n; i++) {
    uint16_t* end = line.data();
    uint64_t word = 0;
    int n_bits = 0;
    uint32_t* to = bit_memory.get() + i;
    for (size_t t = 0; t < from.tiles.size(); t++) {
      const auto [ranks, bits] = from.tiles[t];
      if (ranks != nullptr) {
        end = append_lanes(end, ranks[rows[i]], masks[t]);
        continue;
      }
      word |= static_cast<uint64_t>(extract_bits(bits[rows[i]], masks[t])) << n_bits;
      n_bits += __builtin_popcount(masks[t]);
      if (n_bits < N_LANES) continue;
      *to = static_cast<uint32_t>(word);
      to += n;
      word >>= N_LANES;
      n_bits -= N_LANES;
    }
    if (n_bits > 0) *to = static_cast<uint32_t>(word);
    for (size_t t = 0; t < n_rank_tiles; t++) {
      std::memcpy(rank_memory.get() + t * n + i, line.data() + t * N_LANES, sizeof(Lanes));
    }
  }
}

}  // namespace trees

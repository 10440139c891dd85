/** The rows that one subtree lies in, and what is asked of 32 columns of them at once. */
#pragma once
#include "table.h"

namespace trees {

/** Least and greatest rank of each lane. */
struct Bounds {
  Lanes low = {}, high = {};

  /** Lanes in which ranks differ. */
  uint32_t varied() const;
};

struct Block {
  std::vector<Tile> tiles;
  /** Feature of each lane, -1 where there is none; shape (n_tiles * 32). */
  std::vector<int32_t> lane_feature;
  /** Lanes of each tile whose ranks are no even steps. */
  std::vector<uint32_t> uneven;
  Memory<Lanes> rank_memory;
  Memory<uint32_t> bit_memory;

  /** Makes room for so many rows of a table. */
  void reserve(int64_t n_rows, const Table& table);

  /**
   * Takes over rows of another block, without the lanes that are constant in them.
   *
   * @param bounds of the tiles of `from`; becomes those of this block.
   */
  void pack(const Block& from, const int32_t* rows, int64_t n, std::vector<Bounds>& bounds);

  /** Sets `uneven` from `lane_feature`. */
  void find_uneven(const Table& table);

 private:
  void lay_out(const Block& from, const std::vector<uint32_t>& masks, int64_t n, std::vector<Bounds>& bounds);
};

Bounds find_bounds(const Tile& tile, const int32_t* rows, int64_t n);

/** Rows whose rank is at most `rank`, for each lane; of bits, those that are 0. */
void count_left(const Tile& tile, const int32_t* rows, int64_t n, const Lanes& rank, uint32_t* counts);

/** Calls visit(rank_of), where rank_of(row) is the rank in one lane. */
template <typename Visit>
void with_lane(const Tile& tile, int lane, Visit visit) {
  if (tile.ranks != nullptr) {
    const uint16_t* ranks = reinterpret_cast<const uint16_t*>(tile.ranks) + lane;
    visit([=](int32_t row) { return ranks[static_cast<int64_t>(row) * N_LANES]; });
  } else {
    const uint32_t* bits = tile.bits;
    visit([=](int32_t row) { return static_cast<uint16_t>(bits[row] >> lane & 1); });
  }
}

}  // namespace trees

#include "table.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <numeric>
#include <utility>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace trees {

namespace {

constexpr size_t HUGE_PAGE = size_t{1} << 21;
constexpr int MAX_RANKS = 65536;

/** Order of floats as order of unsigned integers. */
uint32_t to_key(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

float from_key(uint32_t key) {
  const uint32_t bits = key & 0x80000000u ? key & 0x7FFFFFFFu : ~key;
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

struct Entry {
  uint32_t key, row;
};

/** Radix sort by key, 11 bits at a time; passes in which all keys agree cost nothing. */
void sort_entries(std::vector<Entry>& entries, std::vector<Entry>& spare) {
  constexpr int BITS = 11, N_DIGITS = 1 << BITS;
  for (int shift = 0; shift < 32; shift += BITS) {
    size_t starts[N_DIGITS] = {};
    for (const Entry& entry : entries) starts[(entry.key >> shift) & (N_DIGITS - 1)]++;
    if (starts[(entries[0].key >> shift) & (N_DIGITS - 1)] == entries.size()) continue;
    size_t start = 0;
    for (size_t& count : starts) start += std::exchange(count, start);
    for (const Entry& entry : entries) {
      spare[starts[(entry.key >> shift) & (N_DIGITS - 1)]++] = entry;
    }
    entries.swap(spare);
  }
}

/** Ranks of one column, and the values behind them. */
struct Ranking {
  double scale = 0;
  std::vector<float> upper, lower;
  std::vector<uint16_t> ranks;
};

/** Whether a column has at most two values; then their ranks. */
bool rank_two_values(const float* column, int64_t n, Ranking& ranking) {
  const float first = column[0];
  const float* other = std::find_if(column, column + n, [=](float value) { return value != first; });
  const float second = other == column + n ? first : *other;
  const bool is_binary =
      std::all_of(column, column + n, [=](float value) { return value == first || value == second; });
  if (!is_binary) return false;
  ranking.upper = {std::min(first, second)};
  if (first != second) ranking.upper.push_back(std::max(first, second));
  ranking.lower = ranking.upper;
  ranking.ranks.resize(n);
  for (int64_t i = 0; i < n; i++) ranking.ranks[i] = column[i] > ranking.upper[0];
  return true;
}

int64_t count_values(const std::vector<Entry>& sorted) {
  int64_t n_values = 1;
  for (size_t i = 1; i < sorted.size(); i++) n_values += sorted[i].key != sorted[i - 1].key;
  return n_values;
}

/**
 * Where there are more values than ranks, neighbours share one: a new rank begins once the values before have
 * their share of the rows.
 */
void rank_values(const std::vector<Entry>& sorted, Ranking& ranking) {
  const size_t n = sorted.size();
  const bool is_exact = count_values(sorted) <= MAX_RANKS;
  size_t n_ranks = 0;
  for (size_t i = 0; i < n; i++) {
    const bool is_new = i == 0 || sorted[i].key != sorted[i - 1].key;
    if (is_new && (is_exact || i * MAX_RANKS >= n_ranks * n)) {
      ranking.lower.push_back(from_key(sorted[i].key));
      ranking.upper.push_back(0);
      n_ranks++;
    }
    ranking.upper[n_ranks - 1] = from_key(sorted[i].key);
    ranking.ranks[sorted[i].row] = static_cast<uint16_t>(n_ranks - 1);
  }
}

/** Whether even steps keep values apart, or, where they are more than ranks, at most CROWD times their share together. */
bool rank_evenly(const std::vector<Entry>& sorted, Ranking& ranking) {
  constexpr int64_t CROWD = 8, MIN_STEPS = 1024, STEPS_PER_VALUE = 64;
  const int64_t n_values = count_values(sorted);
  const int64_t n_steps =
      std::min<int64_t>(MAX_RANKS, std::max(MIN_STEPS, STEPS_PER_VALUE * n_values));
  const double least = from_key(sorted.front().key), greatest = from_key(sorted.back().key);
  const double scale = static_cast<double>(n_steps - 1) / (greatest - least);
  if (!(scale <= std::numeric_limits<double>::max())) return false;
  const int64_t most = n_values <= MAX_RANKS ? 1 : CROWD * n_values / MAX_RANKS;
  const auto rank_of = [=](uint32_t key) { return static_cast<int64_t>((from_key(key) - least) * scale); };
  const int64_t n_ranks = rank_of(sorted.back().key) + 1;
  if (n_ranks > MAX_RANKS) return false;
  int64_t last = -1, n_together = 0;
  for (size_t i = 0; i < sorted.size(); i++) {
    if (i > 0 && sorted[i].key == sorted[i - 1].key) continue;
    const int64_t rank = rank_of(sorted[i].key);
    n_together = rank == last ? n_together + 1 : 1;
    last = rank;
    if (n_together > most) return false;
  }
  ranking.scale = scale;
  ranking.upper.resize(n_ranks);
  ranking.lower.resize(n_ranks);
  for (const auto [key, row] : sorted) {
    ranking.ranks[row] = static_cast<uint16_t>(rank_of(key));
    ranking.upper[ranking.ranks[row]] = from_key(key);
  }
  std::vector<uint8_t> is_used(n_ranks);
  for (size_t i = sorted.size(); i-- > 0;) {
    is_used[rank_of(sorted[i].key)] = 1;
    ranking.lower[rank_of(sorted[i].key)] = from_key(sorted[i].key);
  }
  for (int64_t rank = 1; rank < n_ranks; rank++) {
    if (!is_used[rank]) ranking.upper[rank] = ranking.upper[rank - 1];
  }
  for (int64_t rank = n_ranks - 1; rank-- > 0;) {
    if (!is_used[rank]) ranking.lower[rank] = ranking.lower[rank + 1];
  }
  return true;
}

/** Stored row i is row order[i] of the caller: class by class, in his order within each. */
std::vector<int64_t> order_by_class(const int32_t* labels, Table& table) {
  table.class_start.assign(table.n_classes + 1, 0);
  for (int64_t i = 0; i < table.n_rows; i++) table.class_start[labels[i] + 1]++;
  std::partial_sum(table.class_start.begin(), table.class_start.end(), table.class_start.begin());
  std::vector<int64_t> next(table.class_start), order(table.n_rows);
  for (int64_t i = 0; i < table.n_rows; i++) order[next[labels[i]]++] = i;
  return order;
}

}  // namespace

void* allocate(size_t n_bytes) {
  const size_t alignment = n_bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
  void* memory = std::aligned_alloc(alignment, (n_bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
#ifdef __linux__
  if (alignment == HUGE_PAGE) madvise(memory, n_bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

namespace {

/** Ranks of all columns; 32 neighbours at a time, since the rows of the caller hold them side by side. */
std::vector<Ranking> rank_columns(const float* features, const std::vector<int64_t>& order,
                                  const Table& table, bool is_even, int n_threads) {
  const int64_t n_rows = table.n_rows;
  std::vector<Ranking> rankings(table.n_features);
  run_parallel(n_threads, (table.n_features + N_LANES - 1) / N_LANES, [&](int64_t group) {
    const int first = static_cast<int>(group) * N_LANES;
    const int n_columns = std::min(N_LANES, table.n_features - first);
    std::vector<float> values(n_rows * n_columns);
    for (int64_t i = 0; i < n_rows; i++) {
      const float* row = features + order[i] * table.n_features + first;
      // + 0 makes -0 and 0 the same value
      for (int j = 0; j < n_columns; j++) values[j * n_rows + i] = row[j] + 0.0f;
    }
    std::vector<Entry> entries(n_rows), spare(n_rows);
    for (int j = 0; j < n_columns; j++) {
      const float* column = values.data() + j * n_rows;
      if (rank_two_values(column, n_rows, rankings[first + j])) continue;
      for (int64_t i = 0; i < n_rows; i++) entries[i] = {to_key(column[i]), static_cast<uint32_t>(i)};
      sort_entries(entries, spare);
      Ranking& ranking = rankings[first + j];
      ranking.ranks.resize(n_rows);
      if (!is_even || !rank_evenly(entries, ranking)) rank_values(entries, ranking);
    }
  });
  return rankings;
}

/** Puts features into tiles of 32, each of its own kind. */
void lay_out(Table& table, const std::vector<Ranking>& rankings) {
  std::vector<int32_t> wide, uneven, binary;
  for (int f = 0; f < table.n_features; f++) {
    (rankings[f].upper.size() <= 2 ? binary : rankings[f].scale > 0 ? wide : uneven).push_back(f);
  }
  // together, so that few tiles have to be searched
  wide.insert(wide.end(), uneven.begin(), uneven.end());
  const size_t n_rank_tiles = (wide.size() + N_LANES - 1) / N_LANES;
  const size_t n_bit_tiles = (binary.size() + N_LANES - 1) / N_LANES;
  wide.resize(n_rank_tiles * N_LANES, -1);
  binary.resize(n_bit_tiles * N_LANES, -1);
  table.lane_feature = wide;
  table.lane_feature.insert(table.lane_feature.end(), binary.begin(), binary.end());
  table.rank_memory = allocate_array<Lanes>(n_rank_tiles * table.n_rows);
  table.bit_memory = allocate_array<uint32_t>(n_bit_tiles * table.n_rows);
  for (size_t t = 0; t < n_rank_tiles; t++) {
    table.tiles.push_back({table.rank_memory.get() + t * table.n_rows, nullptr});
  }
  for (size_t t = 0; t < n_bit_tiles; t++) {
    table.tiles.push_back({nullptr, table.bit_memory.get() + t * table.n_rows});
  }
}

void fill_tile(const Table& table, const std::vector<Ranking>& rankings, int64_t tile) {
  const auto [ranks, bits] = table.tiles[tile];
  const uint16_t* columns[N_LANES];
  int n_columns = 0;
  for (int j = 0; j < N_LANES; j++) {
    const int32_t feature = table.lane_feature[tile * N_LANES + j];
    if (feature >= 0) columns[n_columns++] = rankings[feature].ranks.data();
  }
  for (int64_t i = 0; i < table.n_rows; i++) {
    if (ranks != nullptr) {
      Lanes line = {};
      for (int j = 0; j < n_columns; j++) line[j] = columns[j][i];
      const_cast<Lanes*>(ranks)[i] = line;
    } else {
      uint32_t word = 0;
      for (int j = 0; j < n_columns; j++) word |= static_cast<uint32_t>(columns[j][i]) << j;
      const_cast<uint32_t*>(bits)[i] = word;
    }
  }
}

}  // namespace

Table make_table(const float* features, const int32_t* labels, int64_t n_rows, int n_features,
                 int n_classes, bool is_even, int n_threads) {
  Table table;
  table.n_rows = n_rows;
  table.n_features = n_features;
  table.n_classes = n_classes;
  const std::vector<int64_t> order = order_by_class(labels, table);
  const std::vector<Ranking> rankings = rank_columns(features, order, table, is_even, n_threads);
  lay_out(table, rankings);
  run_parallel(n_threads, static_cast<int64_t>(table.tiles.size()),
               [&](int64_t tile) { fill_tile(table, rankings, tile); });
  table.value_start.push_back(0);
  for (const Ranking& ranking : rankings) {
    table.upper.insert(table.upper.end(), ranking.upper.begin(), ranking.upper.end());
    table.lower.insert(table.lower.end(), ranking.lower.begin(), ranking.lower.end());
    table.value_start.push_back(static_cast<int32_t>(table.upper.size()));
    table.scale.push_back(ranking.scale);
  }
  return table;
}

}  // namespace trees

#include "table.h"

#include <cstring>
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
  std::vector<float> upper, lower;
};

/**
 * Where there are more values than ranks, neighbours share one: a new rank begins once the values before have
 * their share of the rows.
 */
Ranking rank_column(std::vector<Entry>& entries, std::vector<Entry>& spare, uint16_t* ranks) {
  sort_entries(entries, spare);
  const size_t n = entries.size();
  size_t n_values = 1;
  for (size_t i = 1; i < n; i++) n_values += entries[i].key != entries[i - 1].key;
  const bool is_exact = n_values <= MAX_RANKS;
  Ranking ranking;
  size_t n_ranks = 0;
  for (size_t i = 0; i < n; i++) {
    const bool is_new = i == 0 || entries[i].key != entries[i - 1].key;
    if (is_new && (is_exact || i * MAX_RANKS >= n_ranks * n)) {
      ranking.lower.push_back(from_key(entries[i].key));
      ranking.upper.push_back(0);
      n_ranks++;
    }
    ranking.upper[n_ranks - 1] = from_key(entries[i].key);
    ranks[entries[i].row] = static_cast<uint16_t>(n_ranks - 1);
  }
  return ranking;
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

Table make_table(const float* features, const int32_t* labels, int64_t n_rows, int n_features,
                 int n_classes, int n_threads) {
  Table table;
  table.n_rows = n_rows;
  table.n_features = n_features;
  table.n_classes = n_classes;
  table.n_tiles = (n_features + N_LANES - 1) / N_LANES;
  table.tiles = allocate_array<Lanes>(table.n_tiles * n_rows);
  const std::vector<int64_t> order = order_by_class(labels, table);
  std::vector<Ranking> rankings(n_features);
  run_parallel(n_threads, table.n_tiles, [&](int64_t tile) {
    const int first = static_cast<int>(tile) * N_LANES;
    const int n_columns = std::min(N_LANES, n_features - first);
    std::vector<float> values(n_rows * n_columns);
    for (int64_t i = 0; i < n_rows; i++) {
      const float* row = features + order[i] * n_features + first;
      // + 0 makes -0 and 0 the same value
      for (int j = 0; j < n_columns; j++) values[j * n_rows + i] = row[j] + 0.0f;
    }
    std::vector<Entry> entries(n_rows), spare(n_rows);
    std::vector<uint16_t> ranks(n_rows * n_columns);
    for (int j = 0; j < n_columns; j++) {
      const float* column = values.data() + j * n_rows;
      for (int64_t i = 0; i < n_rows; i++) entries[i] = {to_key(column[i]), static_cast<uint32_t>(i)};
      rankings[first + j] = rank_column(entries, spare, ranks.data() + j * n_rows);
    }
    Lanes* lines = table.tiles.get() + tile * n_rows;
    for (int64_t i = 0; i < n_rows; i++) {
      Lanes line = {};
      for (int j = 0; j < n_columns; j++) line[j] = ranks[j * n_rows + i];
      lines[i] = line;
    }
  });
  table.value_start.push_back(0);
  for (const Ranking& ranking : rankings) {
    table.upper.insert(table.upper.end(), ranking.upper.begin(), ranking.upper.end());
    table.lower.insert(table.lower.end(), ranking.lower.begin(), ranking.lower.end());
    table.value_start.push_back(static_cast<int32_t>(table.upper.size()));
  }
  return table;
}

}  // namespace trees

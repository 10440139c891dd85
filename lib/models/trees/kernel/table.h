/**
 * The rows that trees learn from, class by class, each value as its rank in its column.
 *
 * Where thresholds are drawn at random, ranks are even where that keeps the values apart: the range of the column in
 * up to 65,536 steps. A threshold is then drawn among ranks, and no table of values has to be searched.
 *
 * 32 columns of one row are one cache line, a Lanes: minima, maxima and counts of a node then go over 32 columns at
 * once. Columns of two values take a bit: 32 of them are one word. Lines or words of the same 32 columns stand
 * together, row after row: a tile.
 */
#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace trees {

constexpr int N_LANES = 32;
typedef uint16_t Lanes __attribute__((vector_size(64)));

struct Freed {
  void operator()(void* memory) const { std::free(memory); }
};
template <typename T>
using Memory = std::unique_ptr<T[], Freed>;

/** Uninitialised, on cache lines; in huge pages where the system has them. */
void* allocate(size_t n_bytes);
template <typename T>
Memory<T> allocate_array(size_t length) {
  return Memory<T>(static_cast<T*>(allocate(length * sizeof(T))));
}

/** One of the two is null. */
struct Tile {
  const Lanes* ranks = nullptr;
  const uint32_t* bits = nullptr;
};

struct Table {
  int64_t n_rows;
  int n_features, n_classes;
  /** Rows of class c are class_start[c] to class_start[c + 1] - 1. */
  std::vector<int64_t> class_start;
  /** Of ranks, then of bits. */
  std::vector<Tile> tiles;
  /** Feature of each lane of each tile, -1 where there is none; shape (n_tiles * 32). */
  std::vector<int32_t> lane_feature;
  Memory<Lanes> rank_memory;
  Memory<uint32_t> bit_memory;
  /** Ranks of column f: value_start[f] to value_start[f + 1] - 1 of `upper` and `lower`. */
  std::vector<int32_t> value_start;
  /** Greatest value up to each rank, least value from each rank on. */
  std::vector<float> upper, lower;
  /** Ranks of one unit of column f; 0: ranks are no even steps. */
  std::vector<double> scale;
};

/** `features` are row-major and finite, `labels` in [0, n_classes). */
Table make_table(const float* features, const int32_t* labels, int64_t n_rows, int n_features,
                 int n_classes, bool is_even, int n_threads);

/** Runs task(0) to task(n - 1) on at most n_threads threads; throws what one of them threw. */
template <typename Task>
void run_parallel(int n_threads, int64_t n, Task task);

}  // namespace trees

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

template <typename Task>
void trees::run_parallel(int n_threads, int64_t n, Task task) {
  std::atomic<int64_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    try {
      for (int64_t i = next++; i < n; i = next++) task(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      next = n;
    }
  };
  const int64_t n_more = std::min<int64_t>(n_threads, n) - 1;
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < n_more; i++) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

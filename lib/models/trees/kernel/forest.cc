/** What ../kernel.ts calls to grow a forest: threads that grow trees, and a way to wait for each. */
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>

#include "grow.h"

namespace trees {

namespace {

struct Forest {
  Table table;
  Criterion criterion;
  Options options;
  std::vector<Words> keys;
  std::vector<Tree> grown;
  std::vector<std::thread> threads;
  std::atomic<int32_t> next_tree{0};
  std::atomic<bool> is_cancelled{false};
  std::mutex mutex;
  std::condition_variable changed;
  /** Trees that nobody has taken yet. Guarded by `mutex`, as `has_failed` is. */
  std::deque<int32_t> ready;
  bool has_failed = false;

  void work() {
    try {
      Grower grower(table, criterion, options, is_cancelled);
      const int32_t n_trees = static_cast<int32_t>(keys.size());
      for (int32_t i = next_tree++; i < n_trees; i = next_tree++) {
        Tree tree = grower.grow(keys[i]);
        if (is_cancelled) return;
        const std::lock_guard lock(mutex);
        grown[i] = std::move(tree);
        ready.push_back(i);
        changed.notify_all();
      }
    } catch (const std::exception&) {
      const std::lock_guard lock(mutex);
      has_failed = true;
      changed.notify_all();
    }
  }

  ~Forest() {
    is_cancelled = true;
    for (auto& thread : threads) thread.join();
  }
};

/** Of each class; a row of a bootstrap sample may stand in it more often than in the table. */
std::vector<int64_t> count_most(const Table& table, bool bootstrap) {
  std::vector<int64_t> counts;
  for (int c = 0; c < table.n_classes; c++) {
    const int64_t n = table.class_start[c + 1] - table.class_start[c];
    counts.push_back(bootstrap ? table.n_rows : n);
  }
  return counts;
}

}  // namespace

}  // namespace trees

using trees::Forest;

extern "C" {

/**
 * Ranks the rows and begins to grow.
 *
 * @param integers splitter, measure, max_features, min_samples_split, min_samples_leaf, max_depth, bootstrap.
 * @param keys shape (n_trees, 2).
 * @return null when memory or threads run out.
 */
void* trees_start(const float* features, const int32_t* labels, int64_t n_rows, int32_t n_features,
                  int32_t n_classes, const double* class_weight, const int32_t* integers,
                  const uint32_t* keys, int32_t n_trees, int32_t n_threads) {
  using namespace trees;
  try {
    const Options options{static_cast<Splitter>(integers[0]), integers[2], integers[3],
                          integers[4],  integers[5], integers[6] != 0};
    const bool is_even = options.splitter == Splitter::RANDOM;
    Table table =
        make_table(features, labels, n_rows, n_features, n_classes, is_even, n_threads);
    const auto n_most = count_most(table, options.bootstrap);
    Criterion criterion(static_cast<Measure>(integers[1]), class_weight, n_most);
    auto forest = std::make_unique<Forest>();
    forest->table = std::move(table);
    forest->criterion = std::move(criterion);
    forest->options = options;
    for (int32_t i = 0; i < n_trees; i++) forest->keys.push_back({keys[2 * i], keys[2 * i + 1]});
    forest->grown.resize(n_trees);
    for (int32_t i = 0; i < std::min(n_threads, n_trees); i++) {
      forest->threads.emplace_back(&Forest::work, forest.get());
    }
    return forest.release();
  } catch (const std::exception&) {
    return nullptr;
  }
}

/** Waits for a tree and returns its number; -1 when memory ran out, -2 when cancelled. Once for each tree. */
int32_t trees_next(void* handle) {
  auto& forest = *static_cast<Forest*>(handle);
  std::unique_lock lock(forest.mutex);
  forest.changed.wait(lock, [&] {
    return !forest.ready.empty() || forest.has_failed || forest.is_cancelled;
  });
  if (forest.is_cancelled) return -2;
  if (forest.has_failed) return -1;
  const int32_t tree = forest.ready.front();
  forest.ready.pop_front();
  return tree;
}

/** Lengths of feature, threshold, leaf and mixed. */
void trees_lengths(void* handle, int32_t i, int64_t* lengths) {
  const trees::Tree& tree = static_cast<Forest*>(handle)->grown[i];
  lengths[0] = static_cast<int64_t>(tree.feature.size());
  lengths[1] = static_cast<int64_t>(tree.threshold.size());
  lengths[2] = static_cast<int64_t>(tree.leaf.size());
  lengths[3] = static_cast<int64_t>(tree.mixed.size());
}

/** Copies a tree out, and forgets it. */
void trees_take(void* handle, int32_t i, int16_t* feature, float* threshold, int32_t* leaf, float* mixed) {
  trees::Tree& tree = static_cast<Forest*>(handle)->grown[i];
  std::copy(tree.feature.begin(), tree.feature.end(), feature);
  std::copy(tree.threshold.begin(), tree.threshold.end(), threshold);
  std::copy(tree.leaf.begin(), tree.leaf.end(), leaf);
  std::copy(tree.mixed.begin(), tree.mixed.end(), mixed);
  tree = {};
}

/** Ends all growing in the middle of a tree, and whoever waits for one. */
void trees_cancel(void* handle) {
  auto& forest = *static_cast<Forest*>(handle);
  const std::lock_guard lock(forest.mutex);
  forest.is_cancelled = true;
  forest.changed.notify_all();
}

/** Ends the threads. Nobody may wait for a tree any more. */
void trees_free(void* handle) { delete static_cast<Forest*>(handle); }
}

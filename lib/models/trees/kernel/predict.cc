/** Walks rows through trees; ../walk-trees.ts does the same with typed arrays. */
#include <cmath>

#include "table.h"

namespace trees {

namespace {

/** Row of the typed arrays that ../ensemble.ts packs: 24 bytes. */
struct Node {
  /** Values <= threshold go left; of a categorical node: its set of categories. */
  double threshold;
  int32_t feature;
  /** As in LightGBM's `decision_type`. */
  int32_t decision;
  /** A node, or ~ a leaf. */
  int32_t left, right;
};
static_assert(sizeof(Node) == 24);

constexpr int CATEGORICAL = 1, DEFAULT_LEFT = 2;
constexpr int MISSING_ZERO = 1, MISSING_NAN = 2;
/** LightGBM's kZeroThreshold, a float. */
constexpr double ZERO = 1e-35f;

struct Ensemble {
  const Node* nodes;
  const int32_t* roots;
  int32_t n_trees;
  const double* leaves;
  int32_t leaf_size, n_outputs;
  const int32_t* category_start;
  const uint32_t* category_bits;
};

bool is_in_set(const Ensemble& ensemble, double value, double set) {
  // NaN and numbers beyond int32 are in no set
  if (!(value > -1.0 && value < 2147483648.0)) return false;
  const int32_t category = static_cast<int32_t>(value), s = static_cast<int32_t>(set);
  const int32_t start = ensemble.category_start[s], end = ensemble.category_start[s + 1];
  return category / 32 < end - start &&
         (ensemble.category_bits[start + category / 32] >> (category % 32) & 1);
}

inline bool goes_left(const Ensemble& ensemble, const Node& node, double value) {
  if (node.decision != 0) {
    if (node.decision & CATEGORICAL) return is_in_set(ensemble, value, node.threshold);
    const int missing = node.decision >> 2 & 3;
    const bool is_missing = missing == MISSING_NAN    ? std::isnan(value)
                            : missing == MISSING_ZERO ? std::isnan(value) || std::fabs(value) <= ZERO
                                                      : false;
    if (is_missing) return node.decision & DEFAULT_LEFT;
  }
  // NaN that is no missing value counts as 0
  return (std::isnan(value) ? 0.0 : value) <= node.threshold;
}

/** Rows that walk one tree together, so that they wait for memory together. */
constexpr int N_TOGETHER = 16;
/** Rows that walk one tree before the next is fetched. */
constexpr int64_t BLOCK_ROWS = 1024;

void add_leaf(const Ensemble& ensemble, int32_t tree, int32_t leaf, double* sums) {
  const double* values = ensemble.leaves + static_cast<int64_t>(leaf) * ensemble.leaf_size;
  if (ensemble.leaf_size == 1) {
    sums[tree % ensemble.n_outputs] += values[0];
  } else {
    for (int32_t k = 0; k < ensemble.leaf_size; k++) sums[k] += values[k];
  }
}

void walk(const Ensemble& ensemble, const float* features, int64_t n_features, int64_t start,
          int64_t end, double* sums) {
  for (int32_t tree = 0; tree < ensemble.n_trees; tree++) {
    for (int64_t first = start; first < end; first += N_TOGETHER) {
      const int n = static_cast<int>(std::min<int64_t>(N_TOGETHER, end - first));
      int32_t at[N_TOGETHER];
      for (int i = 0; i < n; i++) at[i] = ensemble.roots[tree];
      for (bool is_open = true; is_open;) {
        is_open = false;
        for (int i = 0; i < n; i++) {
          if (at[i] < 0) continue;
          const Node& node = ensemble.nodes[at[i]];
          const double value = features[(first + i) * n_features + node.feature];
          at[i] = goes_left(ensemble, node, value) ? node.left : node.right;
          is_open = true;
        }
      }
      for (int i = 0; i < n; i++) {
        add_leaf(ensemble, tree, ~at[i], sums + (first + i) * ensemble.n_outputs);
      }
    }
  }
}

}  // namespace

}  // namespace trees

/**
 * Adds the leaves of every tree to `sums`, shape (n_rows, n_outputs), in the order of the trees, so that a row gets
 * the same bits whatever stands beside it.
 */
extern "C" void trees_predict(const void* nodes, const int32_t* roots, int32_t n_trees,
                                 const double* leaves, int32_t leaf_size, int32_t n_outputs,
                                 const int32_t* category_start, const uint32_t* category_bits,
                                 const float* features, int64_t n_rows, int32_t n_features,
                                 double* sums, int32_t n_threads) {
  using namespace trees;
  const Ensemble ensemble{static_cast<const Node*>(nodes), roots, n_trees, leaves, leaf_size,
                          n_outputs, category_start, category_bits};
  const int64_t n_blocks = (n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  run_parallel(n_threads, n_blocks, [&](int64_t block) {
    const int64_t start = block * BLOCK_ROWS, end = std::min(n_rows, start + BLOCK_ROWS);
    walk(ensemble, features, n_features, start, end, sums);
  });
}

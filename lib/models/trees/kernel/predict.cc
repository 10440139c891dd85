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
  /** As in LightGBM's `decision_type`, and what follows from it: the bits below. */
  int32_t decision;
  /** A node, or ~ a leaf: left, right. */
  int32_t child[2];
};
static_assert(sizeof(Node) == 24);

constexpr int CATEGORICAL = 1, DEFAULT_LEFT = 2, NAN_LEFT = 16, SPECIAL = 32;
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

/** Of a categorical node, or one where zeros are missing. */
bool goes_left_specially(const Ensemble& ensemble, const Node& node, double value) {
  if (node.decision & CATEGORICAL) return is_in_set(ensemble, value, node.threshold);
  const bool is_missing = std::isnan(value) || std::fabs(value) <= ZERO;
  return is_missing ? node.decision & DEFAULT_LEFT : value <= node.threshold;
}

/** 0: left, 1: right. No branch depends on the value, which nobody foresees. */
inline int side_of(const Ensemble& ensemble, const Node& node, double value) {
  if (node.decision & SPECIAL) return !goes_left_specially(ensemble, node, value);
  const int is_left = value <= node.threshold;
  const int is_left_or_nan = !(value > node.threshold);
  return !(is_left | (is_left_or_nan & (node.decision / NAN_LEFT)));
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

void walk_tree(const Ensemble& ensemble, int32_t tree, const float* features, int64_t n_features,
               int64_t start, int64_t end, double* sums) {
  const int32_t root = ensemble.roots[tree];
  if (root < 0) {
    for (int64_t row = start; row < end; row++) {
      add_leaf(ensemble, tree, ~root, sums + row * ensemble.n_outputs);
    }
    return;
  }
  int64_t rows[N_TOGETHER];
  int32_t nodes[N_TOGETHER];
  int n_open = static_cast<int>(std::min<int64_t>(N_TOGETHER, end - start));
  int64_t next = start + n_open;
  for (int i = 0; i < n_open; i++) {
    rows[i] = start + i;
    nodes[i] = root;
  }
  while (n_open > 0) {
    for (int i = 0; i < n_open; i++) {
      const Node& node = ensemble.nodes[nodes[i]];
      const double value = features[rows[i] * n_features + node.feature];
      nodes[i] = node.child[side_of(ensemble, node, value)];
      if (nodes[i] >= 0) continue;
      add_leaf(ensemble, tree, ~nodes[i], sums + rows[i] * ensemble.n_outputs);
      if (next < end) {
        rows[i] = next++;
        nodes[i] = root;
      } else {
        n_open--;
        rows[i] = rows[n_open];
        nodes[i] = nodes[n_open];
        i--;
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
    for (int32_t tree = 0; tree < n_trees; tree++) {
      walk_tree(ensemble, tree, features, n_features, start, end, sums);
    }
  });
}

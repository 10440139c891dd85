/** Walks rows through trees; ../walk-trees.ts does the same with typed arrays. */
#include <cmath>
#include <numeric>

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

/**
 * 0: left, 1: right. No branch depends on the value, which nobody foresees.
 *
 * @tparam is_plain - no value is NaN and no node is special.
 */
template <bool is_plain>
inline int side_of(const Ensemble& ensemble, const Node& node, double value) {
  if (is_plain) return value > node.threshold;
  if (node.decision & SPECIAL) return !goes_left_specially(ensemble, node, value);
  const int is_left = value <= node.threshold;
  const int is_left_or_nan = !(value > node.threshold);
  return !(is_left | (is_left_or_nan & (node.decision / NAN_LEFT)));
}

/** Rows that walk one tree, level by level, before the next is fetched: they wait for memory together. */
constexpr int BLOCK_ROWS = 1024;

void add_leaf(const Ensemble& ensemble, int32_t tree, int32_t leaf, double* sums) {
  const double* values = ensemble.leaves + static_cast<int64_t>(leaf) * ensemble.leaf_size;
  if (ensemble.leaf_size == 1) {
    sums[tree % ensemble.n_outputs] += values[0];
  } else {
    for (int32_t k = 0; k < ensemble.leaf_size; k++) sums[k] += values[k];
  }
}

template <bool is_plain>
void walk_tree(const Ensemble& ensemble, int32_t tree, const float* features, int64_t n_features, int n_rows,
               double* sums) {
  int32_t nodes[BLOCK_ROWS], rows[BLOCK_ROWS], ends[BLOCK_ROWS];
  std::fill_n(nodes, n_rows, ensemble.roots[tree]);
  std::fill_n(ends, n_rows, ensemble.roots[tree]);
  std::iota(rows, rows + n_rows, 0);
  for (int n_open = ensemble.roots[tree] < 0 ? 0 : n_rows; n_open > 0;) {
    int n_left = 0;
    for (int i = 0; i < n_open; i++) {
      const int32_t row = rows[i];
      const Node& node = ensemble.nodes[nodes[i]];
      const double value = features[row * n_features + node.feature];
      const int32_t child = node.child[side_of<is_plain>(ensemble, node, value)];
      ends[row] = child;
      // kept or overwritten by the next, without a branch
      rows[n_left] = row;
      nodes[n_left] = child;
      n_left += child >= 0;
    }
    n_open = n_left;
  }
  for (int row = 0; row < n_rows; row++) {
    add_leaf(ensemble, tree, ~ends[row], sums + static_cast<int64_t>(row) * ensemble.n_outputs);
  }
}

}  // namespace

}  // namespace trees

/**
 * Adds the leaves of every tree to `sums`, shape (n_rows, n_outputs), in the order of the trees, so that a row gets
 * the same bits whatever stands beside it.
 */
extern "C" void trees_predict(const void* nodes, int64_t n_nodes, const int32_t* roots, int32_t n_trees,
                                 const double* leaves, int32_t leaf_size, int32_t n_outputs,
                                 const int32_t* category_start, const uint32_t* category_bits,
                                 const float* features, int64_t n_rows, int32_t n_features,
                                 double* sums, int32_t n_threads) {
  using namespace trees;
  const Ensemble ensemble{static_cast<const Node*>(nodes), roots, n_trees, leaves, leaf_size,
                          n_outputs, category_start, category_bits};
  // for a few rows, asking every node takes longer than walking
  const bool is_special = n_rows * n_trees < n_nodes ||
                          std::any_of(ensemble.nodes, ensemble.nodes + n_nodes,
                                      [](const Node& node) { return node.decision & SPECIAL; });
  const int64_t n_blocks = (n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  run_parallel(n_threads, n_blocks, [&](int64_t block) {
    const int64_t start = block * BLOCK_ROWS, end = std::min(n_rows, start + BLOCK_ROWS);
    const float *first = features + start * n_features, *last = features + end * n_features;
    const bool is_plain = !is_special && std::none_of(first, last, [](float value) { return std::isnan(value); });
    const auto walk = is_plain ? walk_tree<true> : walk_tree<false>;
    for (int32_t tree = 0; tree < n_trees; tree++) {
      walk(ensemble, tree, first, n_features, static_cast<int>(end - start), sums + start * n_outputs);
    }
  });
}

/** Grows one tree after another from the same table; one Grower for each thread. */
#pragma once
#include <atomic>
#include <memory>

#include "criterion.h"

namespace trees {

enum class Splitter : int32_t { RANDOM = 0, BEST = 1 };

struct Options {
  Splitter splitter;
  /** Features tried in a node, 1 to n_features. */
  int32_t max_features;
  int64_t min_samples_split, min_samples_leaf;
  /** Of a leaf; the root has 0. */
  int32_t max_depth;
  bool bootstrap;
};

/** Nodes in pre-order, the left subtree before the right one. */
struct Tree {
  /** Of each node; -1: a leaf. */
  std::vector<int16_t> feature;
  /** Of each node that splits: values <= threshold go left. */
  std::vector<float> threshold;
  /** Of each leaf: its class, or n_classes + a row of `mixed`. */
  std::vector<int32_t> leaf;
  /** Shares of the classes by weight, shape (n, n_classes). */
  std::vector<float> mixed;
};

class Grower {
 public:
  Grower(const Table& table, const Criterion& criterion, const Options& options,
         const std::atomic<bool>& is_cancelled);
  ~Grower();
  /** Half a tree, to be thrown away, when it was cancelled meanwhile. */
  Tree grow(Words key);

 private:
  struct State;
  std::unique_ptr<State> state;
};

}  // namespace trees

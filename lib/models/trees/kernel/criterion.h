/** How good a split is: the higher the score, the purer both sides. Comparable within one node. */
#pragma once
#include <vector>

#include "arithmetic.h"
#include "table.h"

namespace trees {

enum class Measure : int32_t { GINI = 0, ENTROPY = 1 };

/** The rows of one class in a node: places start to end - 1 of its list. */
struct Segment {
  int32_t label;
  int64_t start, end;
};

struct Criterion {
  Measure measure;
  std::vector<double> class_weight;
  /** Of class c from term_start[c]: the term of n of its rows; w^2 for Gini, w ln w for entropy. */
  std::vector<double> terms;
  std::vector<int64_t> term_start;

  Criterion() = default;
  /** `n_most`: of each class, the most rows that a node may have. */
  Criterion(Measure measure, const double* weights, const std::vector<int64_t>& n_most)
      : measure(measure), class_weight(weights, weights + n_most.size()) {
    for (size_t c = 0; c < n_most.size(); c++) {
      term_start.push_back(static_cast<int64_t>(terms.size()));
      for (int64_t n = 0; n <= n_most[c]; n++) {
        const double weight = class_weight[c] * static_cast<double>(n);
        const double factor = measure == Measure::GINI ? weight : n == 0 ? 0.0 : natural_log(weight);
        terms.push_back(weight * factor);
      }
    }
  }

  /**
   * Scores of 32 splits at once; lanes with an empty side get any number.
   *
   * @param counts rows of each segment that go left, shape (n_segments, 32).
   */
  void score(const std::vector<Segment>& segments, const uint32_t (*counts)[N_LANES],
             double* scores) const {
    alignas(64) double left[N_LANES] = {}, right[N_LANES] = {};
    alignas(64) double left_weight[N_LANES] = {}, right_weight[N_LANES] = {};
    for (size_t s = 0; s < segments.size(); s++) {
      const auto [label, start, end] = segments[s];
      const double* terms_of_class = terms.data() + term_start[label];
      const double weight = class_weight[label];
      const uint32_t total = static_cast<uint32_t>(end - start);
      const uint32_t* count = counts[s];
      for (int j = 0; j < N_LANES; j++) {
        left[j] += terms_of_class[count[j]];
        right[j] += terms_of_class[total - count[j]];
        left_weight[j] += weight * static_cast<double>(static_cast<int32_t>(count[j]));
        right_weight[j] += weight * static_cast<double>(static_cast<int32_t>(total - count[j]));
      }
    }
    if (measure == Measure::GINI) {
      for (int j = 0; j < N_LANES; j++) {
        scores[j] = left[j] / left_weight[j] + right[j] / right_weight[j];
      }
    } else {
      for (int j = 0; j < N_LANES; j++) {
        scores[j] = (left[j] - left_weight[j] * natural_log(left_weight[j])) +
                    (right[j] - right_weight[j] * natural_log(right_weight[j]));
      }
    }
  }
};

}  // namespace trees

#include "grow.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <numeric>

#include "block.h"

namespace trees {

namespace {

/** Rows up to which a node's lines are copied together, without constant columns: two thirds of a cache, then less. */
constexpr int64_t PACKED_ROWS[] = {4096, 256};
constexpr int N_LEVELS = 3;
constexpr double NEVER = -std::numeric_limits<double>::infinity();

struct Node {
  int64_t start, end;
  size_t n_segments;
  int32_t depth;
  int level;
  Words key;
};

struct Split {
  double score = NEVER;
  uint32_t tie = 0;
  int32_t feature = -1;
  int32_t lane = -1;
  uint16_t rank = 0;
  float threshold = 0;

  /** Chance decides between equal scores of two features. */
  bool is_beaten_by(double other, uint32_t other_tie, int32_t other_feature) const {
    if (other != score) return other > score;
    if (other_tie != tie) return other_tie < tie;
    return other_feature < feature;
  }
};

}  // namespace

struct Grower::State {
  const Table& table;
  const Criterion& criterion;
  const Options& options;
  const std::atomic<bool>& is_cancelled;

  Tree tree;
  Block blocks[N_LEVELS];
  /** Rows of the nodes that are open: lines of their block. */
  std::vector<int32_t> rows, spare;
  std::vector<Node> open;
  std::vector<Segment> open_segments;
  /** Of the node at hand. */
  std::vector<Segment> segments;
  std::vector<Bounds> bounds;
  /** Of all rows. */
  std::vector<Bounds> root_bounds;
  std::vector<int32_t> order;
  std::vector<uint8_t> is_tried;
  std::vector<std::array<uint32_t, N_LANES>> counts;
  std::vector<uint32_t> left_counts, histogram;
  std::vector<uint64_t> keys;
  std::vector<Segment> left_segments;
  Split best;

  State(const Table& table, const Criterion& criterion, const Options& options,
        const std::atomic<bool>& is_cancelled)
      : table(table),
        criterion(criterion),
        options(options),
        is_cancelled(is_cancelled),
        bounds(table.tiles.size()),
        root_bounds(table.tiles.size()),
        order(table.n_features),
        is_tried(table.n_features),
        counts(table.n_classes) {
    blocks[0].tiles = table.tiles;
    blocks[0].lane_feature = table.lane_feature;
    blocks[0].find_uneven(table);
    for (size_t lane = 0; lane < table.lane_feature.size(); lane++) {
      const int32_t f = table.lane_feature[lane];
      if (f < 0) continue;
      const int n_ranks = table.value_start[f + 1] - table.value_start[f];
      root_bounds[lane / N_LANES].high[lane % N_LANES] = static_cast<uint16_t>(n_ranks - 1);
    }
    for (int level = 1; level < N_LEVELS; level++) {
      blocks[level].reserve(PACKED_ROWS[level - 1], table);
    }
  }

  Tree grow(Words key) {
    tree = {};
    open.clear();
    open_segments.clear();
    draw_rows(key);
    push({0, static_cast<int64_t>(rows.size()), 0, 0, 0, key});
    while (!open.empty() && !is_cancelled.load(std::memory_order_relaxed)) grow_node();
    return std::move(tree);
  }

  void draw_rows(Words key) {
    const int64_t n = table.n_rows;
    rows.resize(n);
    spare.resize(n);
    segments.clear();
    if (!options.bootstrap) {
      std::iota(rows.begin(), rows.end(), 0);
      for (int c = 0; c < table.n_classes; c++) {
        add_segment(segments, c, table.class_start[c], table.class_start[c + 1]);
      }
      return;
    }
    std::fill(spare.begin(), spare.end(), 0);
    for (int64_t i = 0; i < n; i++) {
      const Words words = threefry(key, {static_cast<uint32_t>(i >> 1), ROWS});
      spare[to_index(i % 2 == 0 ? words.first : words.second, n)]++;
    }
    int64_t end = 0;
    for (int c = 0; c < table.n_classes; c++) {
      const int64_t start = end;
      for (int64_t row = table.class_start[c]; row < table.class_start[c + 1]; row++) {
        for (int32_t k = 0; k < spare[row]; k++) rows[end++] = static_cast<int32_t>(row);
      }
      add_segment(segments, c, start, end);
    }
  }

  static void add_segment(std::vector<Segment>& list, int32_t label, int64_t start, int64_t end) {
    if (end > start) list.push_back({label, start, end});
  }

  /** Opens a node that has `segments`. */
  void push(Node node) {
    node.n_segments = segments.size();
    open_segments.insert(open_segments.end(), segments.begin(), segments.end());
    open.push_back(node);
  }

  Node pop() {
    const Node node = open.back();
    open.pop_back();
    segments.assign(open_segments.end() - node.n_segments, open_segments.end());
    open_segments.resize(open_segments.size() - node.n_segments);
    return node;
  }

  void grow_node() {
    Node node = pop();
    const int64_t n = node.end - node.start;
    const bool may_split = segments.size() > 1 && node.depth < options.max_depth &&
                           n >= options.min_samples_split && n >= 2 * options.min_samples_leaf;
    if (!may_split) return add_leaf();
    find_split(node);
    if (best.feature < 0) return add_leaf();
    tree.feature.push_back(static_cast<int16_t>(best.feature));
    tree.threshold.push_back(best.threshold);
    open_children(node);
  }

  void add_leaf() {
    tree.feature.push_back(-1);
    if (segments.size() == 1) return tree.leaf.push_back(segments[0].label);
    const size_t row = tree.mixed.size();
    tree.leaf.push_back(table.n_classes + static_cast<int32_t>(row / table.n_classes));
    tree.mixed.resize(row + table.n_classes, 0.0f);
    double sum = 0;
    for (const auto& [label, start, end] : segments) {
      sum += criterion.class_weight[label] * static_cast<double>(end - start);
    }
    for (const auto& [label, start, end] : segments) {
      const double weight = criterion.class_weight[label] * static_cast<double>(end - start);
      tree.mixed[row + label] = static_cast<float>(weight / sum);
    }
  }

  /** Keeps the order of rows, so that each class stays together; the left child comes up first. */
  void open_children(const Node& node) {
    std::vector<Segment> left;
    left.swap(left_segments);
    left.clear();
    int64_t n_left = 0, n_right = 0;
    int32_t* kept = rows.data() + node.start;
    const Tile& tile = blocks[node.level].tiles[best.lane / N_LANES];
    with_lane(tile, best.lane % N_LANES, [&](auto rank_of) {
      for (Segment& segment : segments) {
        const int64_t left_start = n_left, right_start = n_right;
        for (int64_t i = segment.start; i < segment.end; i++) {
          const int32_t row = rows[i];
          const bool goes_left = rank_of(row) <= best.rank;
          kept[n_left] = row;
          spare[n_right] = row;
          n_left += goes_left;
          n_right += !goes_left;
        }
        add_segment(left, segment.label, node.start + left_start, node.start + n_left);
        segment.start = right_start;
        segment.end = n_right;
      }
    });
    const int64_t middle = node.start + n_left;
    std::copy_n(spare.begin(), n_right, rows.begin() + middle);
    const auto is_empty = [](const Segment& segment) { return segment.start == segment.end; };
    segments.erase(std::remove_if(segments.begin(), segments.end(), is_empty), segments.end());
    for (Segment& segment : segments) {
      segment.start += middle;
      segment.end += middle;
    }
    push({middle, node.end, 0, node.depth + 1, node.level, threefry(node.key, {1, CHILD})});
    segments.swap(left);
    push({node.start, middle, 0, node.depth + 1, node.level, threefry(node.key, {0, CHILD})});
    left_segments.swap(left);
  }

  void find_split(Node& node) {
    best = {};
    const bool packs = pack_level(node) > node.level;
    if (packs) pack(node);
    int n_drawn = draw_features(node.key);
    const int n_tiles = static_cast<int>(blocks[node.level].tiles.size());
    bool is_varied = false;
    for (int tile = 0; tile < n_tiles; tile++) {
      if (!packs) bounds[tile] = bounds_of(node, tile);
      is_varied |= try_tile(node, tile);
    }
    // of features that are constant here any number is drawn, until one is not
    for (; !is_varied && n_drawn < table.n_features; n_drawn++) {
      draw_feature(node.key, n_drawn);
      std::fill(is_tried.begin(), is_tried.end(), 0);
      is_tried[order[n_drawn]] = 1;
      for (int tile = 0; tile < n_tiles; tile++) is_varied |= try_tile(node, tile);
    }
  }

  Bounds bounds_of(const Node& node, int tile) const {
    if (node.depth == 0 && !options.bootstrap) return root_bounds[tile];
    const int32_t* node_rows = rows.data() + node.start;
    return find_bounds(blocks[node.level].tiles[tile], node_rows, node.end - node.start);
  }

  /** Moves a random feature among those not drawn to place i of `order`. */
  void draw_feature(Words key, int i) {
    const Words words = threefry(key, {static_cast<uint32_t>(i >> 1), FEATURES});
    const int64_t n_left = table.n_features - i;
    std::swap(order[i], order[i + to_index(i % 2 == 0 ? words.first : words.second, n_left)]);
  }

  int draw_features(Words key) {
    const int n = options.max_features;
    std::fill(is_tried.begin(), is_tried.end(), n == table.n_features);
    if (n == table.n_features) return n;
    std::iota(order.begin(), order.end(), 0);
    for (int i = 0; i < n; i++) {
      draw_feature(key, i);
      is_tried[order[i]] = 1;
    }
    return n;
  }

  static int pack_level(const Node& node) {
    const int64_t n = node.end - node.start;
    int level = 0;
    while (level < N_LEVELS - 1 && n <= PACKED_ROWS[level]) level++;
    return level;
  }

  /** Moves a node to a smaller block. */
  void pack(Node& node) {
    const Block& from = blocks[node.level];
    for (size_t tile = 0; tile < from.tiles.size(); tile++) bounds[tile] = bounds_of(node, tile);
    node.level = pack_level(node);
    const int32_t* node_rows = rows.data() + node.start;
    blocks[node.level].pack(from, node_rows, node.end - node.start, bounds);
    blocks[node.level].find_uneven(table);
    std::iota(rows.begin() + node.start, rows.begin() + node.end, 0);
  }

  /** Scores the features of a tile; whether one that is tried varies in this node. */
  bool try_tile(const Node& node, int tile) {
    const int32_t* features = blocks[node.level].lane_feature.data() + tile * N_LANES;
    const uint32_t varied = bounds[tile].varied();
    uint32_t tried = 0;
    for (int j = 0; j < N_LANES; j++) {
      const bool is_used = features[j] >= 0 && is_tried[features[j]];
      tried |= (varied >> j & static_cast<uint32_t>(is_used)) << j;
    }
    if (tried == 0) return false;
    if (options.splitter == Splitter::BEST) {
      for (uint32_t left = tried; left != 0; left &= left - 1) try_cuts(node, tile, __builtin_ctz(left));
    } else {
      try_thresholds(node, tile, tried);
    }
    return true;
  }

  /** One random threshold for each lane. */
  void try_thresholds(const Node& node, int tile, uint32_t tried) {
    const Block& block = blocks[node.level];
    const int32_t* features = block.lane_feature.data() + tile * N_LANES;
    const uint16_t* low = reinterpret_cast<const uint16_t*>(&bounds[tile].low);
    const uint16_t* high = reinterpret_cast<const uint16_t*>(&bounds[tile].high);
    LaneWords words, ties = {};
    std::memcpy(&words, features, sizeof words);
    ties += static_cast<uint32_t>(THRESHOLD);
    threefry(node.key, words, ties);
    alignas(64) double unit[N_LANES];
    for (int j = 0; j < N_LANES; j++) unit[j] = to_unit(words[j]);
    alignas(64) uint16_t rank[N_LANES];
    for (int j = 0; j < N_LANES; j++) {
      rank[j] = static_cast<uint16_t>(static_cast<int32_t>(low[j] + unit[j] * (high[j] - low[j])));
    }
    for (uint32_t left = tried & block.uneven[tile]; left != 0; left &= left - 1) {
      const int j = __builtin_ctz(left);
      rank[j] = find_rank(features[j], low[j], high[j], draw_value(features[j], low[j], high[j], unit[j]));
    }

    Lanes limit;
    std::memcpy(&limit, rank, sizeof limit);
    for (size_t s = 0; s < segments.size(); s++) {
      count_left(block.tiles[tile], rows.data() + segments[s].start, segments[s].end - segments[s].start, limit,
                 counts[s].data());
    }
    alignas(64) double scores[N_LANES];
    criterion.score(segments, reinterpret_cast<const uint32_t(*)[N_LANES]>(counts.data()), scores);
    if (options.min_samples_leaf > 1) tried = drop_small(tried, node.end - node.start);
    for (uint32_t left = tried; left != 0; left &= left - 1) {
      const int j = __builtin_ctz(left);
      if (!best.is_beaten_by(scores[j], ties[j], features[j])) continue;
      const float value = draw_value(features[j], low[j], high[j], unit[j]);
      const float threshold = between_ranks(features[j], rank[j], value);
      best = {scores[j], ties[j], features[j], tile * N_LANES + j, rank[j], threshold};
    }
  }

  /** Every cut between two ranks that the node has in one lane, 32 cuts at a time. */
  void try_cuts(const Node& node, int tile, int j) {
    const Block& block = blocks[node.level];
    const int32_t feature = block.lane_feature[tile * N_LANES + j];
    const int64_t n = node.end - node.start;
    const uint32_t tie = threefry(node.key, {static_cast<uint32_t>(feature), THRESHOLD}).second;
    const float* upper = table.upper.data() + table.value_start[feature];
    const float* lower = table.lower.data() + table.value_start[feature];
    alignas(64) double scores[N_LANES];
    uint16_t cuts[N_LANES + 1];
    std::vector<uint32_t>& n_left = left_counts;
    n_left.assign(segments.size(), 0);
    int n_cuts = 0;
    const auto score_cuts = [&] {
      for (size_t s = 0; s < segments.size(); s++) {
        std::fill(counts[s].begin() + n_cuts, counts[s].end(), 0);
      }
      criterion.score(segments, reinterpret_cast<const uint32_t(*)[N_LANES]>(counts.data()), scores);
      uint32_t used = n_cuts == N_LANES ? ~0u : (1u << n_cuts) - 1;
      if (options.min_samples_leaf > 1) used = drop_small(used, n);
      for (uint32_t left = used; left != 0; left &= left - 1) {
        const int cut = __builtin_ctz(left);
        if (!best.is_beaten_by(scores[cut], tie, feature)) continue;
        const double middle = (static_cast<double>(upper[cuts[cut]]) + lower[cuts[cut + 1]]) / 2;
        best = {scores[cut], tie, feature, tile * N_LANES + j, cuts[cut], round_down(middle)};
      }
      n_cuts = 0;
    };
    bool is_first = true;
    for_each_rank(node, tile, j, [&](uint16_t rank, const uint32_t* rows_of_segment) {
      // the cut below this rank is known now
      if (!is_first) {
        cuts[n_cuts + 1] = rank;
        for (size_t s = 0; s < segments.size(); s++) counts[s][n_cuts] = n_left[s];
        if (++n_cuts == N_LANES) score_cuts();
      }
      is_first = false;
      cuts[n_cuts] = rank;
      for (size_t s = 0; s < segments.size(); s++) n_left[s] += rows_of_segment[s];
    });
    if (n_cuts > 0) score_cuts();
  }

  /** Calls visit(rank, rows of each segment) for the ranks that the node has in one lane, in their order. */
  template <typename Visit>
  void for_each_rank(const Node& node, int tile, int j, Visit visit) {
    with_lane(blocks[node.level].tiles[tile], j, [&](auto rank_of_row) {
      for_each_rank_of(node, tile, j, visit, [&](int64_t i) { return rank_of_row(rows[i]); });
    });
  }

  template <typename Visit, typename RankOf>
  void for_each_rank_of(const Node& node, int tile, int j, Visit visit, RankOf rank_of) {
    const uint32_t low = bounds[tile].low[j], n_ranks = bounds[tile].high[j] - low + 1u;
    const size_t n_segments = segments.size();
    if (n_ranks <= 8 * (node.end - node.start)) {
      histogram.assign(n_ranks * n_segments, 0);
      for (size_t s = 0; s < n_segments; s++) {
        for (int64_t i = segments[s].start; i < segments[s].end; i++) {
          histogram[(rank_of(i) - low) * n_segments + s]++;
        }
      }
      for (uint32_t rank = 0; rank < n_ranks; rank++) {
        const uint32_t* row = histogram.data() + rank * n_segments;
        if (std::any_of(row, row + n_segments, [](uint32_t count) { return count > 0; })) {
          visit(static_cast<uint16_t>(low + rank), row);
        }
      }
      return;
    }
    keys.clear();
    for (size_t s = 0; s < n_segments; s++) {
      for (int64_t i = segments[s].start; i < segments[s].end; i++) {
        keys.push_back(static_cast<uint64_t>(rank_of(i)) << 32 | s);
      }
    }
    std::sort(keys.begin(), keys.end());
    for (size_t i = 0; i < keys.size();) {
      histogram.assign(n_segments, 0);
      const uint64_t rank = keys[i] >> 32;
      for (; i < keys.size() && keys[i] >> 32 == rank; i++) histogram[static_cast<uint32_t>(keys[i])]++;
      visit(static_cast<uint16_t>(rank), histogram.data());
    }
  }

  uint32_t drop_small(uint32_t tried, int64_t n) const {
    uint32_t kept = 0;
    for (int j = 0; j < N_LANES; j++) {
      int64_t n_left = 0;
      for (size_t s = 0; s < segments.size(); s++) n_left += counts[s][j];
      if (n_left >= options.min_samples_leaf && n - n_left >= options.min_samples_leaf) kept |= 1u << j;
    }
    return tried & kept;
  }

  /** Between the least value of the node (included) and the greatest. */
  float draw_value(int32_t feature, uint16_t low, uint16_t high, double unit) const {
    const float* upper = table.upper.data() + table.value_start[feature];
    const double scale = table.scale[feature];
    if (scale > 0) return round_down(table.lower[table.value_start[feature]] + (low + unit * (high - low)) / scale);
    const double least = upper[low], greatest = upper[high];
    const double value = least + unit * (greatest - least);
    return round_down(value < greatest ? value : least);
  }

  /** The last rank from `low` on whose values are at most `value`, below `high`. */
  uint16_t find_rank(int32_t feature, uint16_t low, uint16_t high, float value) const {
    const float* upper = table.upper.data() + table.value_start[feature];
    int32_t base = low;
    for (int32_t length = high - low; length > 1;) {
      const int32_t half = length >> 1;
      base += upper[base + half] <= value ? half : 0;
      length -= half;
    }
    return static_cast<uint16_t>(base);
  }

  /** `value`, if it parts the values up to `rank` from those behind; else the greatest up to it. */
  float between_ranks(int32_t feature, uint16_t rank, float value) const {
    const int32_t at = table.value_start[feature] + rank;
    return table.upper[at] <= value && value < table.lower[at + 1] ? value : table.upper[at];
  }
};

Grower::Grower(const Table& table, const Criterion& criterion, const Options& options,
               const std::atomic<bool>& is_cancelled)
    : state(std::make_unique<State>(table, criterion, options, is_cancelled)) {}
Grower::~Grower() = default;
Tree Grower::grow(Words key) { return state->grow(key); }

}  // namespace trees

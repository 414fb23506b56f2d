#include "engine/instance_answer.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/general.h"
#include "engine/stable.h"

namespace brygga::engine {
namespace {

size_t At(int64_t i) { return static_cast<size_t>(i); }

bool AtMostOne(const std::vector<int32_t>& capacities) {
  return std::all_of(capacities.begin(), capacities.end(), [](int32_t c) { return c <= 1; });
}

bool HasZero(const std::vector<int32_t>& capacities) {
  return std::find(capacities.begin(), capacities.end(), 0) != capacities.end();
}

// Lends the columns of an instance to a graph for as long as it is solved, or a
// copy of them where they must not be reordered or some people have no seat.
template <typename W>
class LentGraph {
 public:
  LentGraph(Instance& instance, std::vector<W>& weights) : instance_(instance), weights_(weights) {
    if (HasZero(instance.left_capacity) || HasZero(instance.right_capacity)) {
      CopyOpenPairs();
    } else if (instance.has_ranks()) {
      graph = {.offset = instance.offset, .host = instance.right, .weight = weights};
    } else {
      lent_ = true;
      graph = {.offset = std::move(instance.offset), .host = std::move(instance.right), .weight = std::move(weights)};
    }
    graph.seats = Clipped();
  }
  ~LentGraph() {
    if (!lent_) return;
    instance_.offset = std::move(graph.offset);
    instance_.right = std::move(graph.host);
    weights_ = std::move(graph.weight);
  }
  LentGraph(const LentGraph&) = delete;
  LentGraph& operator=(const LentGraph&) = delete;

  Bipartite<W> graph;

 private:
  void CopyOpenPairs() {
    graph.offset.assign(1, 0);
    for (int32_t i = 0; i < instance_.left_count(); ++i) {
      const bool open = instance_.left_capacity[At(i)] > 0;
      for (int64_t p = instance_.offset[At(i)]; open && p < instance_.offset[At(i) + 1]; ++p) {
        if (instance_.right_capacity[At(instance_.right[At(p)])] == 0) continue;
        graph.host.push_back(instance_.right[At(p)]);
        graph.weight.push_back(weights_[At(p)]);
      }
      graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
    }
  }

  // Nobody needs more seats than it has pairs.
  std::vector<int32_t> Clipped() const {
    std::vector<int32_t> pairs(instance_.right_capacity.size(), 0);
    for (const int32_t host : graph.host) ++pairs[At(host)];
    for (size_t h = 0; h < pairs.size(); ++h) pairs[h] = std::min(pairs[h], instance_.right_capacity[h]);
    return pairs;
  }

  Instance& instance_;
  std::vector<W>& weights_;
  bool lent_ = false;
};

// Hosts become agents and agents hosts.
template <typename W>
Bipartite<W> Transposed(const Bipartite<W>& graph) {
  Bipartite<W> turned;
  turned.offset.assign(graph.host_count() + 1, 0);
  for (const int32_t host : graph.host) ++turned.offset[At(host) + 1];
  std::partial_sum(turned.offset.begin(), turned.offset.end(), turned.offset.begin());
  std::vector<int64_t> next(turned.offset.begin(), turned.offset.end() - 1);
  turned.host.resize(graph.host.size());
  turned.weight.resize(graph.host.size());
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    for (int64_t e = graph.offset[a]; e < graph.offset[a + 1]; ++e) {
      const size_t at = At(next[At(graph.host[At(e)])]++);
      turned.host[at] = static_cast<int32_t>(a);
      turned.weight[at] = graph.weight[At(e)];
    }
  }
  return turned;
}

std::vector<int32_t> Places(const Instance& instance, const std::vector<int64_t>& offset) {
  std::vector<int32_t> places = instance.left_capacity;
  for (size_t i = 0; i < places.size(); ++i) {
    places[i] = static_cast<int32_t>(std::min<int64_t>(places[i], offset[i + 1] - offset[i]));
  }
  return places;
}

template <typename W>
W WeightOf(const Bipartite<W>& graph, int32_t agent, int32_t host) {
  int64_t e = graph.offset[At(agent)];
  while (graph.host[At(e)] != host) ++e;
  return graph.weight[At(e)];
}

template <typename W>
absl::StatusOr<PricedMatching> SolvePriced(Bipartite<W>& graph, Objective objective, const GraphOptions& options) {
  return objective == Objective::kScore ? SolveScore(graph, options) : SolveCoverageThenScore(graph, options);
}

template <typename W>
absl::StatusOr<InstanceAnswer> SolveFromLeft(Bipartite<W>& graph, Objective objective, const GraphOptions& options) {
  BRYGGA_ASSIGN_OR_RETURN(PricedMatching matching, SolvePriced(graph, objective, options));
  InstanceAnswer answer{.pairs = {}, .total = matching.total};
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    const int32_t left = static_cast<int32_t>(a), right = matching.host[a];
    if (right != kNobody) answer.pairs.push_back({left, right, WeightOf(graph, left, right)});
  }
  answer.certificate = {.adept_price = std::move(matching.agent_price),
                        .mentor_price = std::move(matching.host_price),
                        .unmatched_price = matching.unmatched_price,
                        .adept_cover = std::move(matching.agent_cover),
                        .mentor_cover = std::move(matching.host_cover)};
  return answer;
}

// The right ones are the agents. A price of staying out is then theirs: what the
// left ones' prices were without it, they are with it.
template <typename W>
absl::StatusOr<InstanceAnswer> SolveFromRight(const Bipartite<W>& graph, std::vector<int32_t> places,
                                              Objective objective, const GraphOptions& options) {
  Bipartite<W> turned = Transposed(graph);
  turned.seats = std::move(places);
  BRYGGA_ASSIGN_OR_RETURN(PricedMatching matching, SolvePriced(turned, objective, options));
  InstanceAnswer answer{.pairs = {}, .total = matching.total};
  for (size_t a = 0; a < turned.agent_count(); ++a) {
    const int32_t right = static_cast<int32_t>(a), left = matching.host[a];
    if (left != kNobody) answer.pairs.push_back({left, right, WeightOf(turned, right, left)});
  }
  for (int64_t& price : matching.agent_price) price += matching.unmatched_price;
  for (int64_t& price : matching.host_price) price -= matching.unmatched_price;
  answer.certificate = {.adept_price = std::move(matching.host_price),
                        .mentor_price = std::move(matching.agent_price),
                        .unmatched_price = matching.unmatched_price,
                        .adept_cover = std::move(matching.host_cover),
                        .mentor_cover = std::move(matching.agent_cover)};
  return answer;
}

template <typename W>
absl::StatusOr<InstanceAnswer> SolveByStages(const Bipartite<W>& graph, const std::vector<int32_t>& places,
                                             Objective objective, const GraphOptions& options) {
  BRYGGA_ASSIGN_OR_RETURN(GeneralAnswer general, SolveGeneral(graph, places, objective, options));
  InstanceAnswer answer{.pairs = {}, .total = general.total};
  answer.certificate.stages = std::move(general.stages);
  int32_t left = 0;
  for (const int64_t e : general.chosen) {
    while (graph.offset[At(left) + 1] <= e) ++left;
    answer.pairs.push_back({left, graph.host[At(e)], graph.weight[At(e)]});
  }
  return answer;
}

template <typename W>
absl::StatusOr<InstanceAnswer> SolveWith(Instance& instance, std::vector<W>& weights, Objective objective,
                                         const GraphOptions& options) {
  const bool ones_on_the_left = AtMostOne(instance.left_capacity);
  const bool ones_on_the_right = AtMostOne(instance.right_capacity);
  LentGraph<W> lent(instance, weights);
  Bipartite<W>& graph = lent.graph;
  std::vector<int32_t> places = Places(instance, graph.offset);
  if (objective == Objective::kFairest || (!ones_on_the_left && !ones_on_the_right)) {
    return SolveByStages(graph, places, objective, options);
  }
  return ones_on_the_left ? SolveFromLeft(graph, objective, options)
                          : SolveFromRight(graph, std::move(places), objective, options);
}

// Both sides' ranks: the file's, or by score.
RankedGraph Ranked(const Instance& instance) {
  RankedGraph graph{.offset = instance.offset, .host = instance.right};
  graph.seats = instance.right_capacity;
  graph.places = instance.left_capacity;
  if (instance.has_ranks()) {
    graph.agents_rank = instance.left_rank;
    graph.hosts_rank = instance.right_rank;
    return graph;
  }
  graph.agents_rank.reserve(instance.right.size());
  if (instance.wide_score.empty()) {
    for (const int32_t score : instance.score) {
      graph.agents_rank.push_back(std::numeric_limits<int32_t>::max() - score);
    }
  } else {
    std::vector<int64_t> scores = instance.wide_score;
    std::sort(scores.begin(), scores.end(), std::greater<>());
    scores.erase(std::unique(scores.begin(), scores.end()), scores.end());
    for (const int64_t score : instance.wide_score) {
      const auto at = std::lower_bound(scores.begin(), scores.end(), score, std::greater<>());
      graph.agents_rank.push_back(static_cast<int32_t>(at - scores.begin()));
    }
  }
  graph.hosts_rank = graph.agents_rank;
  return graph;
}

bool HasOnePlaceEach(const std::vector<int32_t>& capacity) {
  return std::all_of(capacity.begin(), capacity.end(), [](int32_t c) { return c == 1; });
}

// The positions of the chosen pairs. Scores are lent where they say it all.
absl::StatusOr<std::vector<int64_t>> StablePairs(Instance& instance, const StableOptions& options) {
  const bool one_each = HasOnePlaceEach(instance.left_capacity);
  if (!one_each || instance.has_ranks() || !instance.wide_score.empty()) {
    RankedGraph graph = Ranked(instance);
    if (one_each) graph.places.clear();
    return SolveStable(graph, options);
  }
  Bipartite<int32_t> graph{.offset = std::move(instance.offset),
                           .host = std::move(instance.right),
                           .weight = std::move(instance.score),
                           .seats = instance.right_capacity};
  absl::StatusOr<std::vector<int64_t>> chosen = SolveStable(graph, options);
  instance.offset = std::move(graph.offset);
  instance.right = std::move(graph.host);
  instance.score = std::move(graph.weight);
  return chosen;
}

absl::StatusOr<InstanceAnswer> SolveForStability(Instance& instance, const GraphOptions& options) {
  BRYGGA_ASSIGN_OR_RETURN(
      const std::vector<int64_t> chosen,
      StablePairs(instance, {.memory_limit_bytes = options.memory_limit_bytes, .control = options.control}));
  InstanceAnswer answer;
  int32_t left = 0;
  for (const int64_t p : chosen) {
    while (instance.offset[At(left) + 1] <= p) ++left;
    answer.pairs.push_back({left, instance.right[At(p)], instance.Score(p)});
    answer.total += answer.pairs.back().score;
  }
  return answer;
}

// From here on: the checker.

absl::Status InvalidAnswer(const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what, {.reason = "INVALID_ANSWER"});
}

absl::Status InvalidCertificate(const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what, {.reason = "INVALID_CERTIFICATE"});
}

// Which positions of the instance an answer has, and how many each person has.
struct Chosen {
  std::vector<uint8_t> in;  // Per pair of the instance.
  std::vector<int64_t> left, right;
  // How many each could have: nobody more than there are pairs with somebody who
  // has a seat.
  std::vector<int64_t> left_seats, right_seats;
  int64_t pairs = 0;
  __int128 total = 0;
};

bool IsOpen(const Instance& instance, size_t i, size_t j) {
  return instance.left_capacity[i] > 0 && instance.right_capacity[j] > 0;
}

void CountSeats(const Instance& instance, Chosen& chosen) {
  chosen.left_seats.assign(chosen.left.size(), 0);
  chosen.right_seats.assign(chosen.right.size(), 0);
  for (size_t i = 0; i < chosen.left.size(); ++i) {
    for (int64_t p = instance.offset[i]; p < instance.offset[i + 1]; ++p) {
      const size_t j = At(instance.right[At(p)]);
      if (!IsOpen(instance, i, j)) continue;
      chosen.left_seats[i] = std::min<int64_t>(chosen.left_seats[i] + 1, instance.left_capacity[i]);
      chosen.right_seats[j] = std::min<int64_t>(chosen.right_seats[j] + 1, instance.right_capacity[j]);
    }
  }
}

std::string NameOf(const InstancePair& pair) { return absl::StrCat("the pair ", pair.left + 1, ", ", pair.right + 1); }

absl::StatusOr<Chosen> Choose(const Instance& instance, std::vector<InstancePair> pairs) {
  Chosen chosen{.in = std::vector<uint8_t>(instance.right.size(), 0),
                .left = std::vector<int64_t>(instance.left_capacity.size(), 0),
                .right = std::vector<int64_t>(instance.right_capacity.size(), 0),
                .left_seats = {},
                .right_seats = {},
                .pairs = static_cast<int64_t>(pairs.size())};
  CountSeats(instance, chosen);
  std::sort(pairs.begin(), pairs.end(), [](const InstancePair& a, const InstancePair& b) {
    return a.left != b.left ? a.left < b.left : a.right < b.right;
  });
  for (const InstancePair& pair : pairs) {
    if (pair.left < 0 || pair.left >= instance.left_count() || pair.right < 0 || pair.right >= instance.right_count()) {
      return InvalidAnswer(absl::StrCat(NameOf(pair), " is of people who do not exist"));
    }
    int64_t p = instance.offset[At(pair.left)];
    const int64_t end = instance.offset[At(pair.left) + 1];
    while (p < end && instance.right[At(p)] != pair.right) ++p;
    if (p == end) return InvalidAnswer(absl::StrCat(NameOf(pair), " is not allowed"));
    if (instance.Score(p) != pair.score) {
      return InvalidAnswer(absl::StrCat(NameOf(pair), " has the score ", instance.Score(p), ", not ", pair.score));
    }
    if (chosen.in[At(p)] != 0) return InvalidAnswer(absl::StrCat(NameOf(pair), " is there twice"));
    chosen.in[At(p)] = 1;
    chosen.total += pair.score;
    if (++chosen.left[At(pair.left)] > instance.left_capacity[At(pair.left)]) {
      return InvalidAnswer(
          absl::StrCat("left ", pair.left + 1, " has more than its ", instance.left_capacity[At(pair.left)], " seats"));
    }
    if (++chosen.right[At(pair.right)] > instance.right_capacity[At(pair.right)]) {
      return InvalidAnswer(absl::StrCat("right ", pair.right + 1, " has more than its ",
                                        instance.right_capacity[At(pair.right)], " seats"));
    }
  }
  return chosen;
}

int64_t BlockingPairsOf(const Instance& instance, const Chosen& chosen) {
  // A number for each side of each pair: higher is better.
  const auto worth = [&](int64_t p, bool on_the_left) -> int64_t {
    if (!instance.has_ranks()) return instance.Score(p);
    return -int64_t{on_the_left ? instance.left_rank[At(p)] : instance.right_rank[At(p)]};
  };
  constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
  constexpr int64_t kAnybody = std::numeric_limits<int64_t>::min();
  std::vector<int64_t> left_worst(chosen.left.size(), kNone), right_worst(chosen.right.size(), kNone);
  const auto each = [&](const auto& use) {
    for (size_t i = 0; i < chosen.left.size(); ++i) {
      for (int64_t p = instance.offset[i]; p < instance.offset[i + 1]; ++p) use(i, At(instance.right[At(p)]), p);
    }
  };
  each([&](size_t i, size_t j, int64_t p) {
    if (chosen.in[At(p)] == 0) return;
    left_worst[i] = std::min(left_worst[i], worth(p, true));
    right_worst[j] = std::min(right_worst[j], worth(p, false));
  });
  for (size_t i = 0; i < left_worst.size(); ++i) {
    if (chosen.left[i] < instance.left_capacity[i]) left_worst[i] = kAnybody;
  }
  for (size_t j = 0; j < right_worst.size(); ++j) {
    if (chosen.right[j] < instance.right_capacity[j]) right_worst[j] = kAnybody;
  }
  int64_t blocking = 0;
  each([&](size_t i, size_t j, int64_t p) {
    blocking += chosen.in[At(p)] == 0 && worth(p, true) > left_worst[i] && worth(p, false) > right_worst[j] ? 1 : 0;
  });
  return blocking;
}

// Prices beyond this are nobody's; within it, sums of two stay far from overflow.
constexpr int64_t kMostPrice = int64_t{1} << 61;

bool AreWithin(const std::vector<int64_t>& prices) {
  return std::all_of(prices.begin(), prices.end(), [](int64_t p) { return p >= -kMostPrice && p <= kMostPrice; });
}

absl::Status CheckCover(const Instance& instance, const Chosen& chosen, const Certificate& certificate) {
  const auto& left = certificate.adept_cover;
  const auto& right = certificate.mentor_cover;
  if (left.size() != chosen.left.size() || right.size() != chosen.right.size()) {
    return InvalidCertificate("the cover has another number of people than the instance");
  }
  int64_t size = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i] != 0) size += chosen.left_seats[i];
    for (int64_t p = instance.offset[i]; left[i] == 0 && p < instance.offset[i + 1]; ++p) {
      const size_t j = At(instance.right[At(p)]);
      if (right[j] == 0 && IsOpen(instance, i, j)) {
        return InvalidCertificate(absl::StrCat("the cover does not touch the pair ", i + 1, ", ", j + 1));
      }
    }
  }
  for (size_t j = 0; j < right.size(); ++j) {
    if (right[j] != 0) size += chosen.right_seats[j];
  }
  if (size == chosen.pairs) return absl::OkStatus();
  return InvalidCertificate(absl::StrCat("the cover holds ", size, " seats, the answer ", chosen.pairs, " pairs"));
}

absl::Status CheckPrices(const Instance& instance, Objective objective, const Chosen& chosen,
                         const Certificate& certificate) {
  const auto& left = certificate.adept_price;
  const auto& right = certificate.mentor_price;
  const int64_t out = certificate.unmatched_price;
  if (left.size() != chosen.left.size() || right.size() != chosen.right.size()) {
    return InvalidCertificate("there are other numbers of prices than of people");
  }
  if (!AreWithin(left) || !AreWithin(right) || !AreWithin({out})) return InvalidCertificate("a price is out of bounds");
  if (objective == Objective::kScore && out != 0) return InvalidCertificate("SCORE has no price of staying out");
  __int128 bound = -static_cast<__int128>(out) * chosen.pairs;
  for (size_t i = 0; i < left.size(); ++i) {
    if (chosen.left_seats[i] > 0 && left[i] + out < 0) {
      return InvalidCertificate(absl::StrCat("the price of left ", i + 1, " is too low"));
    }
    bound += static_cast<__int128>(chosen.left_seats[i]) * (left[i] + out);
    for (int64_t p = instance.offset[i]; p < instance.offset[i + 1]; ++p) {
      const size_t j = At(instance.right[At(p)]);
      if (!IsOpen(instance, i, j) || left[i] + right[j] >= instance.Score(p)) continue;
      return InvalidCertificate(absl::StrCat("the prices of the pair ", i + 1, ", ", j + 1, " are below its score"));
    }
  }
  for (size_t j = 0; j < right.size(); ++j) {
    if (chosen.right_seats[j] > 0 && right[j] < 0) {
      return InvalidCertificate(absl::StrCat("the price of right ", j + 1, " is negative"));
    }
    bound += static_cast<__int128>(chosen.right_seats[j]) * right[j];
  }
  if (bound == chosen.total) return absl::OkStatus();
  return InvalidCertificate("the prices allow another total than the answer has");
}

// Proofs by stages: the first stage at which an arc's reduced cost is not 0 says
// whether it must be at its lower or its upper bound (certificate.h).
class StageCheck {
 public:
  StageCheck(const Instance& instance, Objective objective, const Chosen& chosen, const std::vector<Stage>& stages)
      : instance_(instance),
        objective_(objective),
        chosen_(chosen),
        stages_(stages),
        hub_(chosen.left.size() + chosen.right.size()),
        price_of_(hub_ + 1) {}

  absl::Status Run() {
    BRYGGA_RETURN_IF_ERROR(CheckOrder());
    BRYGGA_RETURN_IF_ERROR(ReadPrices());
    for (size_t i = 0; i < chosen_.left.size(); ++i) {
      BRYGGA_RETURN_IF_ERROR(CheckArc(Sign(hub_, i, {}, stages_.size()), chosen_.left[i], chosen_.left_seats[i],
                                      absl::StrCat("left ", i + 1)));
      for (int64_t p = instance_.offset[i]; p < instance_.offset[i + 1]; ++p) {
        const size_t j = At(instance_.right[At(p)]);
        if (!IsOpen(instance_, i, j)) continue;
        const int sign = SignOf(i, j, instance_.Score(p));
        if (sign != 0 && (sign > 0) == (chosen_.in[At(p)] != 0)) {
          return InvalidCertificate(absl::StrCat("the pair ", i + 1, ", ", j + 1, " contradicts its prices"));
        }
      }
    }
    for (size_t j = 0; j < chosen_.right.size(); ++j) {
      BRYGGA_RETURN_IF_ERROR(CheckArc(Sign(chosen_.left.size() + j, hub_, {}, stages_.size()), chosen_.right[j],
                                      chosen_.right_seats[j], absl::StrCat("right ", j + 1)));
    }
    return absl::OkStatus();
  }

 private:
  using Numbers = std::vector<std::pair<size_t, int64_t>>;  // Stage and number, where it is not 0.

  // COVERAGE and SCORE, SCORE alone, or COVERAGE and ascending levels, all after
  // what speaks of the bounds alone, which has no costs.
  absl::Status CheckOrder() {
    std::vector<StageKind> kinds;
    while (kinds.size() < stages_.size() && stages_[kinds.size()].kind == StageKind::kBounds) {
      kinds.push_back(StageKind::kBounds);
    }
    coverage_ = kinds.size();
    if (objective_ != Objective::kScore) kinds.push_back(StageKind::kCoverage);
    if (objective_ != Objective::kFairest) kinds.push_back(StageKind::kScore);
    first_level_ = kinds.size();
    for (size_t s = 0; s < std::max(kinds.size(), stages_.size()); ++s) {
      const bool in_order = s < kinds.size()
                                ? s < stages_.size() && stages_[s].kind == kinds[s]
                                : objective_ == Objective::kFairest && stages_[s].kind == StageKind::kLevel;
      if (!in_order) return InvalidCertificate("the stages are not those of the objective");
      if (s > first_level_ && stages_[s].level <= stages_[s - 1].level) {
        return InvalidCertificate("the levels do not ascend");
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadPrices() {
    for (size_t s = 0; s < stages_.size(); ++s) {
      const Stage& stage = stages_[s];
      if (stage.node.size() != stage.price.size() || !AreWithin(stage.price)) {
        return InvalidCertificate("a stage's prices are too many, too few or out of bounds");
      }
      for (size_t n = 0; n < stage.node.size(); ++n) {
        const bool ascends = n == 0 || stage.node[n] > stage.node[n - 1];
        if (stage.node[n] < 0 || At(stage.node[n]) > hub_ || !ascends) {
          return InvalidCertificate("a stage's prices are of no node, or not in order");
        }
        price_of_[At(stage.node[n])].emplace_back(s, stage.price[n]);
      }
    }
    return absl::OkStatus();
  }

  // What a pair's reduced costs say.
  int SignOf(size_t i, size_t j, int64_t score) const {
    const size_t head = chosen_.left.size() + j;
    Numbers costs;
    if (objective_ != Objective::kScore) costs.emplace_back(coverage_, -1);
    if (objective_ != Objective::kFairest) {
      costs.emplace_back(first_level_ - 1, -score);
      return Sign(i, head, costs, stages_.size());
    }
    const auto level = std::lower_bound(stages_.begin() + static_cast<std::ptrdiff_t>(first_level_), stages_.end(),
                                        score, [](const Stage& stage, int64_t value) { return stage.level < value; });
    const size_t at = static_cast<size_t>(level - stages_.begin());
    if (level != stages_.end() && level->level == score) {
      costs.emplace_back(at, 1);
      return Sign(i, head, costs, stages_.size());
    }
    // No stage accepts a pair of this score, so there must be none.
    const int before = Sign(i, head, costs, at);
    return before != 0 ? before : 1;
  }

  // The sign of the first reduced cost (cost − price of tail + price of head)
  // before stage `end` that is not 0.
  int Sign(size_t tail, size_t head, const Numbers& costs, size_t end) const {
    const Numbers& from = price_of_[tail];
    const Numbers& to = price_of_[head];
    size_t i = 0, j = 0, k = 0;
    for (;;) {
      size_t stage = end;
      if (i < from.size()) stage = std::min(stage, from[i].first);
      if (j < to.size()) stage = std::min(stage, to[j].first);
      if (k < costs.size()) stage = std::min(stage, costs[k].first);
      if (stage == end) return 0;
      __int128 reduced = 0;
      if (i < from.size() && from[i].first == stage) reduced -= from[i++].second;
      if (j < to.size() && to[j].first == stage) reduced += to[j++].second;
      if (k < costs.size() && costs[k].first == stage) reduced += costs[k++].second;
      if (reduced != 0) return reduced > 0 ? 1 : -1;
    }
  }

  static absl::Status CheckArc(int sign, int64_t flow, int64_t most, const std::string& name) {
    if ((sign <= 0 || flow == 0) && (sign >= 0 || flow == most)) return absl::OkStatus();
    return InvalidCertificate(absl::StrCat(name, " contradicts its prices"));
  }

  const Instance& instance_;
  const Objective objective_;
  const Chosen& chosen_;
  const std::vector<Stage>& stages_;
  const size_t hub_;
  std::vector<Numbers> price_of_;          // Per node, by stage.
  size_t coverage_ = 0, first_level_ = 0;  // Positions of stages.
};

std::string Quoted(const std::string& name) {
  if (name.find_first_of(",;\"\t") == std::string::npos) return name;
  return absl::StrCat("\"", absl::StrReplaceAll(name, {{"\"", "\"\""}}), "\"");
}

absl::Status MalformedPairs(const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what, {.reason = "MALFORMED_PAIRS"});
}

// The row in `names` of each of `used`, or the first that is not there.
absl::StatusOr<std::vector<int32_t>> RowsOf(const std::vector<std::string>& used,
                                            const std::vector<std::string>& names) {
  std::unordered_map<std::string_view, int32_t> rows;
  for (size_t i = 0; i < names.size(); ++i) rows.emplace(names[i], static_cast<int32_t>(i));
  std::vector<int32_t> found;
  for (const std::string& name : used) {
    const auto at = rows.find(name);
    if (at == rows.end()) return MalformedPairs(absl::StrCat("\"", name, "\" is not in the instance"));
    found.push_back(at->second);
  }
  return found;
}

}  // namespace

absl::StatusOr<InstanceAnswer> SolveInstance(Instance& instance, Objective objective, const GraphOptions& options) {
  absl::StatusOr<InstanceAnswer> answer = objective == Objective::kStable ? SolveForStability(instance, options)
                                          : instance.wide_score.empty()
                                              ? SolveWith(instance, instance.score, objective, options)
                                              : SolveWith(instance, instance.wide_score, objective, options);
  if (!answer.ok()) return answer;
  std::sort(answer->pairs.begin(), answer->pairs.end(), [](const InstancePair& a, const InstancePair& b) {
    return a.left != b.left ? a.left < b.left : a.right < b.right;
  });
  return answer;
}

absl::StatusOr<int64_t> CountBlockingPairs(const Instance& instance, const std::vector<InstancePair>& pairs) {
  BRYGGA_ASSIGN_OR_RETURN(const Chosen chosen, Choose(instance, pairs));
  return BlockingPairsOf(instance, chosen);
}

absl::Status CheckInstanceAnswer(const Instance& instance, Objective objective, const std::vector<InstancePair>& pairs,
                                 const Certificate& certificate) {
  BRYGGA_ASSIGN_OR_RETURN(const Chosen chosen, Choose(instance, pairs));
  if (objective == Objective::kStable) {
    const int64_t blocking = BlockingPairsOf(instance, chosen);
    if (blocking == 0) return absl::OkStatus();
    return InvalidCertificate(absl::StrCat(blocking, " pairs block the answer"));
  }
  if (objective == Objective::kFairest || !certificate.stages.empty()) {
    return StageCheck(instance, objective, chosen, certificate.stages).Run();
  }
  if (objective == Objective::kCoverageThenScore) BRYGGA_RETURN_IF_ERROR(CheckCover(instance, chosen, certificate));
  return CheckPrices(instance, objective, chosen, certificate);
}

void WritePairs(const Instance& instance, const std::vector<InstancePair>& pairs, std::ostream& out) {
  if (instance.has_names()) {
    out << "left,right,score\n";
    for (const InstancePair& pair : pairs) {
      out << Quoted(instance.left_name[At(pair.left)]) << "," << Quoted(instance.right_name[At(pair.right)]) << ","
          << pair.score << "\n";
    }
    return;
  }
  out << "p brygga " << instance.left_count() << " " << instance.right_count() << " " << pairs.size() << "\n";
  for (const InstancePair& pair : pairs) {
    out << "e " << pair.left + 1 << " " << pair.right + 1 << " " << pair.score << "\n";
  }
}

absl::StatusOr<std::vector<InstancePair>> ReadPairs(const Instance& instance, std::string_view text) {
  BRYGGA_ASSIGN_OR_RETURN(const Instance read, ParseInstance(text));
  std::vector<int32_t> left, right;
  if (instance.has_names()) {
    BRYGGA_ASSIGN_OR_RETURN(left, RowsOf(read.left_name, instance.left_name));
    BRYGGA_ASSIGN_OR_RETURN(right, RowsOf(read.right_name, instance.right_name));
  }
  if (read.has_names() != instance.has_names() && read.pair_count() > 0) {
    return MalformedPairs("the pairs and the instance must both be CSV with names, or both be text with numbers");
  }
  std::vector<InstancePair> pairs;
  for (int32_t i = 0; i < read.left_count(); ++i) {
    for (int64_t p = read.offset[At(i)]; p < read.offset[At(i) + 1]; ++p) {
      const int32_t j = read.right[At(p)];
      pairs.push_back({left.empty() ? i : left[At(i)], right.empty() ? j : right[At(j)], read.Score(p)});
    }
  }
  return pairs;
}

}  // namespace brygga::engine

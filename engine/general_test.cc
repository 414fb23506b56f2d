#include "engine/general.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "common/status/error.h"

namespace brygga::engine {
namespace {

using ::testing::ElementsAre;

template <typename W>
struct Instance {
  Bipartite<W> graph;
  std::vector<int32_t> places;
};

template <typename W>
Instance<W> RandomInstance(std::mt19937_64& random, W unit, bool one_place_each) {
  const auto below = [&](int n) { return static_cast<int32_t>(random() % static_cast<uint64_t>(n)); };
  Instance<W> instance;
  const int agents = 1 + below(4), hosts = 1 + below(4);
  for (int h = 0; h < hosts; ++h) instance.graph.seats.push_back(below(4));
  for (int a = 0; a < agents; ++a) {
    instance.places.push_back(one_place_each ? 1 : below(4));
    for (int h = hosts - 1; h >= 0; --h) {  // In no order that is asked for.
      if (below(4) == 0) continue;
      instance.graph.host.push_back(h);
      instance.graph.weight.push_back(static_cast<W>(below(4)) * unit);
    }
    instance.graph.offset.push_back(static_cast<int64_t>(instance.graph.host.size()));
  }
  return instance;
}

// By what answers are compared; empty where a place or a seat is used twice.
template <typename W>
std::vector<W> ValueOf(const Instance<W>& instance, Objective objective, const std::vector<bool>& is_in) {
  const Bipartite<W>& graph = instance.graph;
  std::vector<int32_t> places = instance.places, seats = graph.seats;
  std::vector<W> weights;
  W total = 0;
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    for (size_t e = static_cast<size_t>(graph.offset[a]); e < static_cast<size_t>(graph.offset[a + 1]); ++e) {
      if (!is_in[e]) continue;
      if (--places[a] < 0 || --seats[static_cast<size_t>(graph.host[e])] < 0) return {};
      weights.push_back(graph.weight[e]);
      total += graph.weight[e];
    }
  }
  std::sort(weights.begin(), weights.end());
  std::vector<W> value = {objective == Objective::kScore ? 0 : static_cast<W>(weights.size())};
  if (objective != Objective::kFairest) value.push_back(total);
  if (objective == Objective::kFairest) value.insert(value.end(), weights.begin(), weights.end());
  return value;
}

template <typename W>
void ExpectEqualToBruteForce(uint64_t seed, W unit) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 1'500; ++i) {
    const Instance<W> instance = RandomInstance<W>(random, unit, i % 3 == 0);
    const size_t pairs = instance.graph.host.size();
    if (pairs > 11) continue;
    for (const Objective objective : {Objective::kCoverageThenScore, Objective::kScore, Objective::kFairest}) {
      std::vector<W> best;
      for (uint32_t mask = 0; mask < uint32_t{1} << pairs; ++mask) {
        std::vector<bool> is_in(pairs);
        for (size_t e = 0; e < pairs; ++e) is_in[e] = (mask >> e & 1) != 0;
        best = std::max(best, ValueOf(instance, objective, is_in));
      }
      const auto answer = SolveGeneral(instance.graph, instance.places, objective);
      ASSERT_TRUE(answer.ok()) << answer.status();
      std::vector<bool> is_in(pairs);
      for (const int64_t e : answer->chosen) is_in[static_cast<size_t>(e)] = true;
      ASSERT_EQ(ValueOf(instance, objective, is_in), best)
          << i << " of seed " << seed << " " << ObjectiveName(objective);
    }
  }
}

TEST(GeneralTest, EqualsBruteForceWithPlacesOnBothSides) {
  ExpectEqualToBruteForce<int32_t>(1, 1);
  ExpectEqualToBruteForce<int64_t>(2, int64_t{1'000'000'007} * 1'000);
}

TEST(GeneralTest, FairestLooksAtTheOrderOfWeightsAlone) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  Bipartite<int64_t> graph;  // Together 0-0 and 1-1 total more; 0-1 and 1-0 are fairer.
  graph.offset = {0, 2, 4};
  graph.host = {0, 1, 0, 1};
  graph.weight = {kMost, 5, 4, 3};
  graph.seats = {1, 1};
  const auto answer = SolveGeneral(graph, {}, Objective::kFairest);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(answer->chosen, ElementsAre(1, 2));
  graph.weight = {kMost, kMost, kMost, kMost};
  EXPECT_EQ(SolveGeneral(graph, {}, Objective::kFairest)->total, kMost);
}

TEST(GeneralTest, HostileGraphsAreRefusedByField) {
  const auto wrong = [](auto change, Objective objective = Objective::kScore) {
    Bipartite<int64_t> graph{.offset = {0, 2, 3}, .host = {0, 1, 0}, .weight = {1, 2, 3}, .seats = {1, 1}};
    std::vector<int32_t> places = {2, 1};
    change(graph, places);
    const absl::Status status = SolveGeneral(graph, places, objective).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    const auto fields = DetailsOf(status).fields;
    return fields.empty() ? "" : fields[0].field;
  };
  using Graph = Bipartite<int64_t>;
  using Places = std::vector<int32_t>;
  EXPECT_EQ(wrong([](Graph& g, Places&) { g.offset[1] = 7; }), "offset");
  EXPECT_EQ(wrong([](Graph& g, Places&) { g.weight.pop_back(); }), "offset");
  EXPECT_EQ(wrong([](Graph& g, Places&) { g.host[1] = 2; }), "host[1]");
  EXPECT_EQ(wrong([](Graph& g, Places&) { g.host[1] = 0; }), "host[1]");
  EXPECT_EQ(wrong([](Graph& g, Places&) { g.weight[2] = -1; }), "weight[2]");
  EXPECT_EQ(wrong([](Graph& g, Places&) { g.weight[2] = std::numeric_limits<int64_t>::max(); }), "weight[2]");
  EXPECT_EQ(wrong([](Graph& g, Places&) { g.seats[0] = -1; }), "seats[0]");
  EXPECT_EQ(wrong([](Graph&, Places& p) { p[0] = -1; }), "places[0]");
  EXPECT_EQ(wrong([](Graph&, Places& p) { p.pop_back(); }), "places");
  EXPECT_EQ(wrong([](Graph&, Places&) {}, Objective::kStable), "objective");
}

TEST(GeneralTest, TooLargeAGraphIsRefusedWithTheBound) {
  const Bipartite<int32_t> graph{.offset = {0, 2, 3}, .host = {0, 1, 0}, .weight = {1, 2, 3}, .seats = {1, 1}};
  const int64_t bound = GeneralMemoryBound(graph);
  EXPECT_EQ(SolveGeneral(graph, {2, 2}, Objective::kScore, {.memory_limit_bytes = bound - 1}).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(SolveGeneral(graph, {2, 2}, Objective::kScore, {.memory_limit_bytes = bound})->total, 5);
}

}  // namespace
}  // namespace brygga::engine

#include "engine/joining.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "common/status/error.h"

namespace brygga::engine {
namespace {

using Row = std::vector<std::pair<int32_t, int32_t>>;

// The same people and seats kept in the plainest way, and solved anew each time.
struct Plain {
  std::vector<Row> rows;
  std::vector<bool> gone;
  std::vector<int32_t> seats;

  Bipartite<int32_t> Graph() const {
    Bipartite<int32_t> graph;
    for (size_t a = 0; a < rows.size(); ++a) {
      for (const auto& [host, weight] : rows[a]) {
        if (gone[a]) continue;
        graph.host.push_back(host);
        graph.weight.push_back(weight);
      }
      graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
    }
    graph.seats = seats;
    return graph;
  }
};

PricedMatching Solve(Bipartite<int32_t> graph, bool coverage_first) {
  return (coverage_first ? SolveCoverageThenScore(graph) : SolveScore(graph)).value();
}

Joining Start(const Bipartite<int32_t>& graph, bool coverage_first) {
  return Joining::Start(graph, Solve(graph, coverage_first)).value();
}

void ExpectBest(const Joining& joining, const Plain& plain, bool coverage_first) {
  const PricedMatching truth = Solve(plain.Graph(), coverage_first);
  ASSERT_EQ(joining.total(), truth.total);
  if (coverage_first) {
    ASSERT_EQ(joining.size(), truth.size);
  }
  std::vector<int32_t> load(plain.seats.size(), 0);
  int64_t total = 0;
  for (size_t a = 0; a < plain.rows.size(); ++a) {
    const int32_t host = joining.HostOf(static_cast<int32_t>(a));
    if (host == kNobody) continue;
    ASSERT_FALSE(plain.gone[a]);
    const auto pair = std::find_if(plain.rows[a].begin(), plain.rows[a].end(),
                                   [&](const auto& candidate) { return candidate.first == host; });
    ASSERT_TRUE(pair != plain.rows[a].end()) << "a chosen pair is forbidden";
    ASSERT_LE(++load[static_cast<size_t>(host)], plain.seats[static_cast<size_t>(host)]);
    total += pair->second;
  }
  ASSERT_EQ(total, truth.total);
}

struct Town {
  int agents, hosts, most_seats, in_ten, weights, steps;
};

// People and seats come and go at random; the answer is always a best one.
void ComeAndGo(uint64_t seed, const Town& town, bool coverage_first) {
  std::mt19937_64 random(seed);
  const auto below = [&](int n) { return static_cast<int32_t>(random() % static_cast<uint64_t>(n)); };
  const auto row = [&] {
    Row row;
    for (int32_t h = 0; h < town.hosts; ++h) {
      if (below(10) < town.in_ten) row.emplace_back(h, below(town.weights));
    }
    return row;
  };
  Plain plain;
  for (int h = 0; h < town.hosts; ++h) plain.seats.push_back(below(town.most_seats + 1));
  for (int a = below(town.agents + 1); a > 0; --a) plain.rows.push_back(row());
  plain.gone.assign(plain.rows.size(), false);
  Joining joining = Start(plain.Graph(), coverage_first);
  ExpectBest(joining, plain, coverage_first);
  for (int step = 0; step < town.steps; ++step) {
    const int32_t host = below(town.hosts);
    const int32_t agent = plain.rows.empty() ? 0 : below(static_cast<int>(plain.rows.size()));
    switch (below(5)) {
      case 0:
      case 1:
        plain.rows.push_back(row());
        plain.gone.push_back(false);
        ASSERT_EQ(joining.Join(plain.rows.back()).value(), static_cast<int32_t>(plain.rows.size()) - 1);
        break;
      case 2:
        if (plain.rows.empty() || plain.gone[static_cast<size_t>(agent)]) continue;
        plain.gone[static_cast<size_t>(agent)] = true;
        joining.Leave(agent);
        break;
      case 3:
        ++plain.seats[static_cast<size_t>(host)];
        joining.AddSeat(host);
        break;
      default:
        if (plain.seats[static_cast<size_t>(host)] == 0) continue;
        --plain.seats[static_cast<size_t>(host)];
        joining.RemoveSeat(host);
    }
    ExpectBest(joining, plain, coverage_first);
    if (::testing::Test::HasFatalFailure()) FAIL() << "step " << step << " of seed " << seed;
  }
}

TEST(JoiningTest, EveryStepEndsAsWellAsSolvingAnew) {
  for (const bool coverage_first : {true, false}) {
    for (uint64_t seed = 0; seed < 150; ++seed) {
      ComeAndGo(seed, {.agents = 6, .hosts = 4, .most_seats = 3, .in_ten = 6, .weights = 10, .steps = 40},
                coverage_first);
      ComeAndGo(seed, {.agents = 12, .hosts = 6, .most_seats = 1, .in_ten = 3, .weights = 1'000, .steps = 40},
                coverage_first);
      ComeAndGo(seed, {.agents = 8, .hosts = 8, .most_seats = 2, .in_ten = 5, .weights = 1, .steps = 30},
                coverage_first);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(JoiningTest, ALargerTownStaysSolved) {
  for (const bool coverage_first : {true, false}) {
    ComeAndGo(1, {.agents = 300, .hosts = 100, .most_seats = 3, .in_ten = 3, .weights = 1'000'000, .steps = 150},
              coverage_first);
    ComeAndGo(2, {.agents = 120, .hosts = 150, .most_seats = 2, .in_ten = 2, .weights = 50, .steps = 150},
              coverage_first);
  }
}

TEST(JoiningTest, WhoJoinsIsSeatedThoughOthersMove) {
  const Bipartite<int32_t> graph{.offset = {0, 2, 3}, .host = {0, 1, 1}, .weight = {9, 5, 5}, .seats = {1, 1, 0}};
  Joining joining = Start(graph, true);

  EXPECT_EQ(joining.Join({{0, 100}, {2, 1}}).value(), 2);
  EXPECT_EQ(joining.size(), 2);
  EXPECT_EQ(joining.total(), 105);
  joining.AddSeat(2);
  EXPECT_EQ(joining.size(), 3);
  EXPECT_EQ(joining.HostOf(2), 2);
  joining.Leave(0);
  EXPECT_EQ(joining.total(), 105);
  EXPECT_EQ(joining.HostOf(2), 0);
}

TEST(JoiningTest, WhomItRefusesHasNotJoined) {
  const Bipartite<int32_t> graph{.offset = {0, 1}, .host = {0}, .weight = {9}, .seats = {1, 1}};
  Joining joining = Start(graph, true);

  for (const Row& row : std::vector<Row>{{{1, 5}, {2, 5}}, {{-1, 5}}, {{1, 5}, {0, 5}, {1, 6}}, {{1, -5}}}) {
    EXPECT_EQ(ReasonOf(joining.Join(row).status()), "INVALID_FIELDS");
  }
  EXPECT_EQ(joining.total(), 9);
  EXPECT_EQ(joining.Join({{1, 5}}).value(), 1);
  EXPECT_EQ(joining.total(), 14);
}

TEST(JoiningTest, WeightsThatMightNotAddUpExactlyAreRefused) {
  constexpr int32_t kAgents = (1 << 20) - 1, kMost = (1 << 30) - 1;  // One more of either is too much.
  Bipartite<int32_t> graph{.offset = {}, .host = {0}, .weight = {kMost}, .seats = {1}};
  graph.offset.assign(kAgents + 1, 1);
  graph.offset.front() = 0;
  Joining joining = Start(graph, true);

  EXPECT_EQ(ReasonOf(joining.Join({{0, kMost + 1}}).status()), "INVALID_FIELDS");
  EXPECT_EQ(joining.Join({{0, kMost}}).value(), kAgents);
  EXPECT_EQ(ReasonOf(joining.Join({{0, 1}}).status()), "INVALID_FIELDS");
  EXPECT_EQ(joining.total(), kMost);

  graph.weight = {std::numeric_limits<int32_t>::max()};
  EXPECT_EQ(ReasonOf(Joining::Start(graph, Solve(graph, true)).status()), "INVALID_FIELDS");
}

}  // namespace
}  // namespace brygga::engine

#include "engine/matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "common/status/error.h"
#include "engine/assignment.h"
#include "engine/cpu_seconds_testing.h"
#include "engine/few.h"

namespace brygga::engine {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

enum class Shape {
  kRandom,      // Any weight.
  kFewWeights,  // Ties abound.
  kEqual,       // One weight.
  kProduct,     // i × j, slow for searches.
  kCorrelated,  // A host is much the same to all, as mentors are.
};

struct GraphShape {
  int agents = 5;
  int hosts = 5;
  int most_seats = 3;
  int in_ten = 6;  // Pairs that are allowed.
  Shape weights = Shape::kRandom;
  int64_t most_weight = 1'000'000;
};

template <typename W>
Bipartite<W> RandomGraph(std::mt19937_64& random, const GraphShape& shape) {
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  Bipartite<W> graph;
  std::vector<int64_t> merit;
  for (int h = 0; h < shape.hosts; ++h) {
    graph.seats.push_back(static_cast<int32_t>(shape.most_seats == 1 ? 1 : below(shape.most_seats + 1)));
    merit.push_back(below(shape.most_weight + 1));
  }
  for (int a = 0; a < shape.agents; ++a) {
    for (int h = 0; h < shape.hosts; ++h) {
      if (below(10) >= shape.in_ten) continue;
      graph.host.push_back(h);
      switch (shape.weights) {
        case Shape::kRandom:
          graph.weight.push_back(static_cast<W>(below(shape.most_weight + 1)));
          break;
        case Shape::kFewWeights:
          graph.weight.push_back(static_cast<W>(below(3)));
          break;
        case Shape::kEqual:
          graph.weight.push_back(5);
          break;
        case Shape::kProduct:
          graph.weight.push_back(static_cast<W>(a + 1) * static_cast<W>(h + 1));
          break;
        case Shape::kCorrelated:
          graph.weight.push_back(
              static_cast<W>(merit[static_cast<size_t>(h)] * 4 / 5 + below(shape.most_weight / 5 + 1)));
      }
    }
    graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
  }
  return graph;
}

// The largest number of pairs and, with it or without, the highest total.
template <typename W>
class BruteForce {
 public:
  BruteForce(const Bipartite<W>& graph, bool coverage_first)
      : graph_(graph), coverage_first_(coverage_first), left_(graph.seats) {
    Try(0, {0, 0});
  }
  std::pair<int64_t, int64_t> best() const { return best_; }

 private:
  void Try(size_t agent, std::pair<int64_t, int64_t> value) {
    if (agent == graph_.agent_count()) {
      if (!coverage_first_) value.first = 0;
      best_ = std::max(best_, value);
      return;
    }
    Try(agent + 1, value);
    for (int64_t e = graph_.offset[agent]; e < graph_.offset[agent + 1]; ++e) {
      int32_t& left = left_[static_cast<size_t>(graph_.host[static_cast<size_t>(e)])];
      if (left == 0) continue;
      --left;
      Try(agent + 1, {value.first + 1, value.second + static_cast<int64_t>(graph_.weight[static_cast<size_t>(e)])});
      ++left;
    }
  }

  const Bipartite<W>& graph_;
  const bool coverage_first_;
  std::vector<int32_t> left_;
  std::pair<int64_t, int64_t> best_ = {0, 0};
};

// What is wrong with the proof; empty: nothing. Shares nothing with the solver.
template <typename W>
std::string Fault(const Bipartite<W>& graph, const PricedMatching& answer, bool coverage_first) {
  __int128 bound = 0;
  int64_t cover = 0, size = 0, total = 0;
  std::vector<int64_t> load(graph.host_count(), 0);
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    bound += answer.agent_price[a];
    bool found = answer.host[a] == kNobody;
    if (found && answer.agent_price[a] + answer.unmatched_price != 0) return "someone out has a price";
    if (answer.agent_price[a] + answer.unmatched_price < 0) return "someone would rather be out";
    cover += coverage_first && answer.agent_cover[a] ? 1 : 0;
    for (int64_t e = graph.offset[a]; e < graph.offset[a + 1]; ++e) {
      const size_t h = static_cast<size_t>(graph.host[static_cast<size_t>(e)]);
      const int64_t weight = static_cast<int64_t>(graph.weight[static_cast<size_t>(e)]);
      if (answer.agent_price[a] + answer.host_price[h] < weight) return "a pair is worth more than its prices";
      if (coverage_first && !answer.agent_cover[a] && !answer.host_cover[h]) return "a pair is not covered";
      if (static_cast<int32_t>(h) != answer.host[a]) continue;
      found = true;
      ++size;
      total += weight;
      ++load[h];
    }
    if (!found) return "a chosen pair is forbidden";
  }
  for (size_t h = 0; h < graph.host_count(); ++h) {
    if (load[h] > graph.seats[h]) return "a host has more than its seats";
    if (answer.host_price[h] < 0) return "a host's price is negative";
    if (load[h] < graph.seats[h] && answer.host_price[h] > 0) return "a free seat has a price";
    bound += static_cast<__int128>(graph.seats[h]) * answer.host_price[h];
    cover += coverage_first && answer.host_cover[h] ? graph.seats[h] : 0;
  }
  bound += static_cast<__int128>(static_cast<int64_t>(graph.agent_count()) - size) * answer.unmatched_price;
  if (!coverage_first && answer.unmatched_price != 0) return "being out has a price";
  if (size != answer.size || total != answer.total) return "size or total is miscounted";
  if (bound != total) return "the prices allow a higher total";
  if (coverage_first && cover != size) return "the cover allows more pairs";
  return "";
}

template <typename W>
absl::StatusOr<PricedMatching> Solve(Bipartite<W>& graph, bool coverage_first, const GraphOptions& options = {}) {
  return coverage_first ? SolveCoverageThenScore(graph, options) : SolveScore(graph, options);
}

// The same among a crowd whom it does not touch, each with a host of its own: too
// many for few.h. Adds 1 a head to the total.
constexpr int32_t kCrowd = 260;

template <typename W>
Bipartite<W> AmongACrowd(Bipartite<W> graph) {
  for (int32_t i = 0; i < kCrowd; ++i) {
    graph.host.push_back(static_cast<int32_t>(graph.host_count()));
    graph.weight.push_back(1);
    graph.seats.push_back(1);
    graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
  }
  return graph;
}

template <typename W>
void ExpectEqualToBruteForce(uint64_t seed, int count, const GraphShape& shape) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < count; ++i) {
    GraphShape smaller = shape;
    smaller.agents = static_cast<int>(random() % static_cast<uint64_t>(shape.agents + 1));
    smaller.hosts = static_cast<int>(random() % static_cast<uint64_t>(shape.hosts + 1));
    Bipartite<W> graph = RandomGraph<W>(random, smaller);
    for (const bool coverage_first : {true, false}) {
      const auto [size, total] = BruteForce<W>(graph, coverage_first).best();
      for (const int32_t crowd : {0, kCrowd}) {
        Bipartite<W> larger = crowd == 0 ? graph : AmongACrowd(graph);
        const auto answer = Solve(larger, coverage_first);
        ASSERT_TRUE(answer.ok()) << answer.status();
        ASSERT_EQ(answer->total, total + crowd) << "graph " << i << " of seed " << seed;
        if (coverage_first) {
          ASSERT_EQ(answer->size, size + crowd) << "graph " << i << " of seed " << seed;
        }
        ASSERT_EQ(Fault(larger, *answer, coverage_first), "") << "graph " << i << " of seed " << seed;
      }
    }
  }
}

TEST(MatchingTest, EqualsBruteForceOnSmallGraphs) {
  ExpectEqualToBruteForce<int32_t>(1, 8'000, {});
  ExpectEqualToBruteForce<int32_t>(2, 8'000, {.agents = 6, .hosts = 5, .most_seats = 1, .in_ten = 5});
  ExpectEqualToBruteForce<int32_t>(3, 8'000, {.agents = 7, .hosts = 3, .weights = Shape::kFewWeights});
  ExpectEqualToBruteForce<int32_t>(4, 4'000, {.agents = 6, .hosts = 4, .weights = Shape::kEqual});
  ExpectEqualToBruteForce<int32_t>(
      5, 4'000, {.agents = 6, .hosts = 6, .most_seats = 1, .in_ten = 10, .weights = Shape::kProduct});
  ExpectEqualToBruteForce<int32_t>(6, 4'000, {.agents = 3, .hosts = 7, .most_seats = 6, .in_ten = 3});
  ExpectEqualToBruteForce<int64_t>(7, 4'000, {.weights = Shape::kCorrelated});
  ExpectEqualToBruteForce<int64_t>(8, 2'000, {.most_weight = int64_t{1} << 54});
}

// The second solver: successive shortest paths alone, without parts or auction.
template <typename W>
std::pair<int64_t, int64_t> SolveSlowly(const Bipartite<W>& graph, int64_t size, bool coverage_first) {
  Bipartite<W> wider;
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    for (int64_t e = graph.offset[a]; e < graph.offset[a + 1]; ++e) {
      if (graph.seats[static_cast<size_t>(graph.host[static_cast<size_t>(e)])] == 0) continue;  // It asks for one.
      wider.host.push_back(graph.host[static_cast<size_t>(e)]);
      wider.weight.push_back(graph.weight[static_cast<size_t>(e)]);
    }
    wider.host.push_back(static_cast<int32_t>(graph.host_count()));
    wider.weight.push_back(0);
    wider.offset.push_back(static_cast<int64_t>(wider.host.size()));
  }
  const int64_t agents = static_cast<int64_t>(graph.agent_count());
  wider.seats = graph.seats;
  wider.seats.push_back(static_cast<int32_t>(coverage_first ? agents - size : agents));
  const Control control;
  Ticker ticker(control, "slowly", 1);
  const auto answer = AssignmentSolver<W, int64_t>(wider, ticker).Run();
  int64_t seated = 0, total = 0;
  for (size_t a = 0; a < graph.agent_count(); ++a) {
    const int32_t host = answer->host[a];
    if (host == static_cast<int32_t>(graph.host_count())) continue;
    ++seated;
    total += answer->agent_price[a] + answer->host_price[static_cast<size_t>(host)];
  }
  return {seated, total};
}

std::vector<GraphShape> MidSizes() {
  return {
      {.agents = 300, .hosts = 300, .most_seats = 1, .in_ten = 4, .weights = Shape::kCorrelated},
      {.agents = 300, .hosts = 300, .most_seats = 1, .in_ten = 10},
      {.agents = 400, .hosts = 150, .most_seats = 4, .in_ten = 5, .weights = Shape::kCorrelated},
      {.agents = 500, .hosts = 100, .most_seats = 2, .in_ten = 3, .weights = Shape::kCorrelated},
      {.agents = 100, .hosts = 400, .most_seats = 8, .in_ten = 3},
      {.agents = 250, .hosts = 250, .most_seats = 1, .in_ten = 6, .weights = Shape::kFewWeights},
      {.agents = 250, .hosts = 120, .most_seats = 3, .in_ten = 6, .weights = Shape::kEqual},
      {.agents = 200, .hosts = 200, .most_seats = 1, .in_ten = 10, .weights = Shape::kProduct},
      {.agents = 300, .hosts = 300, .most_seats = 2, .in_ten = 1, .weights = Shape::kFewWeights},
      {.agents = 300, .hosts = 1'300, .most_seats = 1, .in_ten = 10, .weights = Shape::kCorrelated},
  };
}

TEST(MatchingTest, EqualsASecondSolverAndProvesItOnLargerGraphs) {
  std::mt19937_64 random(11);
  for (const GraphShape& shape : MidSizes()) {
    for (int i = 0; i < 3; ++i) {
      Bipartite<int32_t> graph = RandomGraph<int32_t>(random, shape);
      for (const bool coverage_first : {true, false}) {
        const auto answer = Solve(graph, coverage_first);
        ASSERT_TRUE(answer.ok()) << answer.status();
        const auto [size, total] = SolveSlowly(graph, answer->size, coverage_first);
        EXPECT_EQ(answer->total, total);
        if (coverage_first) {
          EXPECT_EQ(answer->size, size);
        }
        EXPECT_EQ(Fault(graph, *answer, coverage_first), "");
      }
    }
  }
}

// Every pair of a few people and hosts leads on to the next ones: what is ample
// is found from far away.
TEST(MatchingTest, ALongChainLeadsToItsOneFreeSeat) {
  for (const bool backwards : {false, true}) {
    const int32_t length = 3'000;
    Bipartite<int32_t> graph;
    for (int32_t a = 0; a < length; ++a) {
      const int32_t link = backwards ? length - 1 - a : (a * 1'009) % length;  // 1,009 has no factor of 3,000.
      graph.host.push_back(link);
      graph.weight.push_back(1 + a % 7);
      graph.host.push_back(link + 1);
      graph.weight.push_back(a % 5);
      graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
    }
    graph.seats.assign(static_cast<size_t>(length) + 1, 1);
    const auto answer = SolveCoverageThenScore(graph);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->size, length);
    EXPECT_EQ(Fault(graph, *answer, true), "");
  }
}

TEST(MatchingTest, FewGiveUpOnlyWherePathsAreLong) {
  std::mt19937_64 random(3);
  for (const Shape weights : {Shape::kRandom, Shape::kEqual, Shape::kProduct}) {
    const Bipartite<int32_t> graph =
        RandomGraph<int32_t>(random, {.agents = 100, .hosts = 100, .most_seats = 1, .in_ten = 10, .weights = weights});
    const Control control;
    Few<int32_t> few(graph, 1'000'000, true, control);
    EXPECT_EQ(few.Run().has_value(), weights != Shape::kProduct);
    EXPECT_FALSE(few.stopped());
  }
}

// Everybody may have `each` hosts that `host` draws, at what `weight` draws.
Bipartite<int32_t> Sparse(int32_t people, int each, const std::function<int32_t(int32_t)>& host,
                          const std::function<int32_t()>& weight) {
  Bipartite<int32_t> graph;
  for (int32_t a = 0; a < people; ++a) {
    std::vector<int32_t> mine;
    for (int k = 0; k < each; ++k) mine.push_back(host(a));
    std::sort(mine.begin(), mine.end());
    mine.erase(std::unique(mine.begin(), mine.end()), mine.end());
    for (const int32_t one : mine) {
      graph.host.push_back(one);
      graph.weight.push_back(weight());
    }
    graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
    graph.seats.push_back(1);
  }
  return graph;
}

// Solves and proves it; looks at pairs, in passes over all of them.
int64_t Passes(Bipartite<int32_t> graph) {
  const auto answer = SolveCoverageThenScore(graph);
  EXPECT_EQ(Fault(graph, answer.value(), true), "");
  return answer->looks / static_cast<int64_t>(graph.host.size());
}

// Where one method gets slow the other takes over. Without that these take 250,
// 300 and 55 passes.
TEST(MatchingTest, HardFamiliesTakeFewPasses) {
  std::mt19937_64 random(16);
  const auto below = [&](int32_t n) { return static_cast<int32_t>(random() % static_cast<uint64_t>(n)); };
  const auto two_cost = [&] { return below(2) == 0 ? below(101) : 100'000'000 + below(101); };
  EXPECT_LT(Passes(Sparse(
                4'000, 26, [&](int32_t) { return below(4'000); }, two_cost)),
            150)
      << "two-cost: what is coarse hides what is fine";
  EXPECT_LT(
      Passes(Sparse(
          4'000, 12, [&](int32_t a) { return std::min(3'999, a + below(40)); }, [&] { return below(1'000'000); })),
      120)
      << "a band: free seats are far, and bids creep there";
  EXPECT_LT(Passes(Sparse(
                1'000, 2'000, [&](int32_t) { return below(1'000); }, [&] { return below(3) * 500'000; })),
            10)
      << "three levels: half a million apart is as good as one";
}

// Scores as people have them: few criteria in steps, some of them in an agent's own,
// so that an agent's weights tie and no two agents have the same ones. Many want what
// few hosts offer.
Bipartite<int32_t> Alike(int32_t people) {
  constexpr int32_t kOccupations = 100, kTowns = 4, kSlots = 5;
  std::mt19937_64 random(18);
  const auto below = [&](int32_t n) { return static_cast<int32_t>(random() % static_cast<uint64_t>(n)); };
  const auto mostly_low = [&](int32_t n) { return below(1 + below(n)); };
  struct Host {
    int32_t occupation, town, slots;
  };
  std::vector<Host> hosts;
  for (int32_t h = 0; h < people; ++h)
    hosts.push_back({below(kOccupations), below(kTowns), 1 + below((1 << kSlots) - 1)});
  Bipartite<int32_t> graph;
  graph.seats.assign(static_cast<size_t>(people), 1);
  for (int32_t a = 0; a < people; ++a) {
    const Host wish = {mostly_low(kOccupations), mostly_low(kTowns), 1 + below((1 << kSlots) - 1)};
    const int32_t skills = 3 + below(27), own = below(100'000);
    for (int32_t h = 0; h < people; ++h) {
      const Host& host = hosts[static_cast<size_t>(h)];
      const int32_t slots = std::popcount(static_cast<uint32_t>(wish.slots & host.slots));
      if (slots == 0 || below(20) >= 9) continue;
      const auto same = [&](int32_t group) { return wish.occupation / group == host.occupation / group; };
      const int32_t closeness = same(1) ? 100 : same(2) ? 55 : same(5) ? 25 : same(10) ? 10 : 0;
      const int32_t of_slots =
          std::min(std::popcount(static_cast<uint32_t>(wish.slots)), std::popcount(static_cast<uint32_t>(host.slots)));
      const int32_t apart = std::abs(wish.town - host.town) * (wish.town + host.town);
      const int32_t shared = below(10) == 0 ? std::min(1 + below(3), skills) : 0;
      graph.host.push_back(h);
      graph.weight.push_back(own + 4'000 * closeness + 100'000 * slots / of_slots + 100'000 / (1 + apart) +
                             150'000 * shared / skills);
    }
    graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
  }
  return graph;
}

TEST(MatchingTest, PeopleWhoseOwnScoresTieHaveNotFewWeights) {
  const Bipartite<int32_t> people = Alike(800);
  Bipartite<int32_t> few = people;
  for (int32_t& weight : few.weight) weight /= 200'000;

  EXPECT_FALSE(Few<int32_t>::Fits(people, 1'000'000));
  EXPECT_TRUE(Few<int32_t>::Fits(few, 1'000'000));
  EXPECT_LT(Passes(people), 15) << "bids without epsilon, and the paths after them, look three times as often";
}

TEST(MatchingTest, ACommonFactorOfAllWeightsComesBack) {
  std::mt19937_64 random(17);
  const auto below = [&](int32_t n) { return static_cast<int32_t>(random() % static_cast<uint64_t>(n)); };
  Bipartite<int32_t> graph = Sparse(
      600, 9, [&](int32_t) { return below(600); }, [&] { return below(50); });
  Bipartite<int32_t> larger = graph;
  for (int32_t& weight : larger.weight) weight *= 1'000'003;
  std::vector<int32_t> before = larger.weight;
  std::sort(before.begin(), before.end());
  for (const bool coverage_first : {true, false}) {
    const auto small = Solve(graph, coverage_first, {}), large = Solve(larger, coverage_first, {});
    EXPECT_EQ(Fault(larger, large.value(), coverage_first), "");
    EXPECT_EQ(large->total, small->total * 1'000'003);
    EXPECT_EQ(large->host, small->host);
    std::vector<int32_t> after = larger.weight;
    std::sort(after.begin(), after.end());
    EXPECT_EQ(after, before);
  }
}

TEST(MatchingTest, TheAnswerIsTheSameAtAnyNumberOfThreads) {
  std::mt19937_64 random(12);
  for (const GraphShape& shape : MidSizes()) {
    const Bipartite<int32_t> graph = RandomGraph<int32_t>(random, shape);
    for (const bool coverage_first : {true, false}) {
      std::optional<PricedMatching> first;
      for (const int threads : {1, 2, 3, 7}) {
        Bipartite<int32_t> copy = graph;
        const auto answer = Solve(copy, coverage_first, {.threads = threads});
        ASSERT_TRUE(answer.ok());
        if (!first) first = *answer;
        EXPECT_EQ(answer->host, first->host);
        EXPECT_EQ(answer->agent_price, first->agent_price);
        EXPECT_EQ(answer->host_price, first->host_price);
      }
    }
  }
}

TEST(MatchingTest, BothPeopleOfTheFieldsCounterExampleAreMatched) {
  Bipartite<int32_t> graph{.offset = {0, 2, 3}, .host = {0, 1, 0}, .weight = {10, 0, 5}, .seats = {1, 1}};

  const auto coverage = SolveCoverageThenScore(graph);
  const auto score = SolveScore(graph);

  ASSERT_TRUE(coverage.ok() && score.ok());
  EXPECT_THAT(coverage->host, ElementsAre(1, 0));
  EXPECT_EQ(coverage->total, 5);
  EXPECT_EQ(score->total, 10);
  EXPECT_EQ(Fault(graph, *coverage, true), "");
}

TEST(MatchingTest, NobodyAndNothingIsSolved) {
  Bipartite<int32_t> nobody;
  Bipartite<int32_t> only_hosts{.offset = {0}, .host = {}, .weight = {}, .seats = {3, 0}};
  Bipartite<int32_t> only_agents{.offset = {0, 0, 0}, .host = {}, .weight = {}, .seats = {}};
  Bipartite<int32_t> no_seats{.offset = {0, 2}, .host = {0, 1}, .weight = {7, 8}, .seats = {0, 0}};
  for (auto* graph : {&nobody, &only_hosts, &only_agents, &no_seats}) {
    for (const bool coverage_first : {true, false}) {
      const auto answer = Solve(*graph, coverage_first);
      ASSERT_TRUE(answer.ok()) << answer.status();
      EXPECT_EQ(answer->size, 0);
      EXPECT_THAT(answer->host, Each(kNobody));
      EXPECT_EQ(Fault(*graph, *answer, coverage_first), "");
    }
  }
}

TEST(MatchingTest, SeatsForEverybodyCostNoMemory) {
  Bipartite<int32_t> graph;
  for (int32_t a = 0; a < 1'000; ++a) {
    for (int32_t h = 0; h < 200; ++h) {
      graph.host.push_back(h);
      graph.weight.push_back((a * 31 + h * 17) % 1'000);
    }
    graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
  }
  graph.seats.assign(200, std::numeric_limits<int32_t>::max());
  for (const bool coverage_first : {true, false}) {
    const auto answer = Solve(graph, coverage_first, {.memory_limit_bytes = 16 << 20});
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->size, 1'000);
    EXPECT_THAT(answer->host_price, Each(0));
    EXPECT_EQ(Fault(graph, *answer, coverage_first), "");
  }
  EXPECT_EQ(graph.seats[0], std::numeric_limits<int32_t>::max());
}

TEST(MatchingTest, OneHostWithSeatsForTheWorldCostsNoMemory) {
  Bipartite<int32_t> graph;
  for (int32_t a = 0; a < 1'000; ++a) {
    graph.host.push_back(0);
    graph.weight.push_back(a);
    graph.offset.push_back(a + 1);
  }
  graph.seats = {std::numeric_limits<int32_t>::max()};
  for (const bool coverage_first : {true, false}) {
    const auto answer = Solve(graph, coverage_first, {.memory_limit_bytes = 16 << 20});
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->size, 1'000);
    EXPECT_EQ(Fault(graph, *answer, coverage_first), "");
  }
}

// Bytes that this program holds.
int64_t Held() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

TEST(MatchingTest, KeepsWithinItsMemoryBound) {
  std::mt19937_64 random(13);
  std::vector<GraphShape> shapes = MidSizes();
  shapes.push_back({.agents = 3'000, .hosts = 2'000, .most_seats = 3, .in_ten = 1, .weights = Shape::kCorrelated});
  shapes.push_back({.agents = 2'000, .hosts = 2'000, .most_seats = 1, .in_ten = 1, .weights = Shape::kEqual});
  for (const GraphShape& shape : shapes) {
    Bipartite<int32_t> graph = RandomGraph<int32_t>(random, shape);
    for (const bool coverage_first : {true, false}) {
      const int64_t before = Held();
      int64_t most = before;
      const Control control{.progress = [&](const Progress&) { most = std::max(most, Held()); }};
      ASSERT_TRUE(Solve(graph, coverage_first, {.control = control}).ok());
      EXPECT_LE(most - before, GraphMemoryBound(graph)) << shape.agents << " × " << shape.hosts;
    }
  }
}

TEST(MatchingTest, WhatIsNoGraphIsRefused) {
  const Bipartite<int32_t> good{.offset = {0, 1}, .host = {0}, .weight = {7}, .seats = {1}};
  const auto refused = [](auto graph) { return SolveCoverageThenScore(graph).status(); };
  auto bad = good;
  bad.host[0] = 1;
  EXPECT_EQ(refused(bad).code(), absl::StatusCode::kInvalidArgument);
  bad.host[0] = -1;
  EXPECT_EQ(refused(bad).code(), absl::StatusCode::kInvalidArgument);
  bad = good;
  bad.weight[0] = -1;
  EXPECT_EQ(refused(bad).code(), absl::StatusCode::kInvalidArgument);
  bad = good;
  bad.seats[0] = -1;
  EXPECT_EQ(refused(bad).code(), absl::StatusCode::kInvalidArgument);
  Bipartite<int64_t> wide{.offset = {0, 1}, .host = {0}, .weight = {std::numeric_limits<int64_t>::max()}, .seats = {1}};
  EXPECT_EQ(refused(wide).code(), absl::StatusCode::kInvalidArgument);
}

TEST(MatchingTest, ATooLargeGraphIsRefusedBeforeItIsStarted) {
  Bipartite<int32_t> graph{.offset = {0, 1}, .host = {0}, .weight = {7}, .seats = {1}};
  const absl::Status status = SolveScore(graph, {.memory_limit_bytes = 10}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(DetailsOf(status).reason, "COHORT_TOO_LARGE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("the limit is 10"));
}

TEST(MatchingTest, IsCancelledAtAnyTime) {
  std::mt19937_64 random(14);
  const Bipartite<int32_t> graph = RandomGraph<int32_t>(
      random, {.agents = 700, .hosts = 700, .most_seats = 1, .in_ten = 8, .weights = Shape::kProduct});
  int calls = 0;
  Bipartite<int32_t> copy = graph;
  ASSERT_TRUE(SolveCoverageThenScore(copy, {.control = {.cancelled = [&] { return ++calls < 0; }}}).ok());
  ASSERT_GT(calls, 20);
  for (const int at : {1, 2, calls / 4, calls / 2, calls - 1}) {
    int call = 0;
    copy = graph;
    const Control control{.cancelled = [&] { return ++call >= at; }};
    EXPECT_EQ(SolveCoverageThenScore(copy, {.threads = 2, .control = control}).status().code(),
              absl::StatusCode::kCancelled);
    EXPECT_EQ(call, at) << "it went on for a while";
  }
}

TEST(MatchingTest, AsksOftenWhetherItIsCancelled) {
  std::mt19937_64 random(15);
  Bipartite<int32_t> graph = RandomGraph<int32_t>(
      random, {.agents = 1'500, .hosts = 1'200, .most_seats = 2, .in_ten = 5, .weights = Shape::kCorrelated});
  double last = CpuSeconds(), longest = 0;
  const auto look = [&](const Progress& progress) {
    const double now = CpuSeconds();
    longest = std::max(longest, now - last);
    last = now;
    EXPECT_LE(progress.done, progress.total);
  };
  ASSERT_TRUE(SolveCoverageThenScore(graph, {.control = {.progress = look}}).ok());
  EXPECT_LT(longest, 0.05 * kSlower);
}

}  // namespace
}  // namespace brygga::engine

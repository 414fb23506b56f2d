#include "engine/fairest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/general.h"

namespace brygga::engine {
namespace {

constexpr int32_t kPeople = 8'000;
constexpr int kFew = 40;  // A search through everybody for each pair would be told thousands of times.

// Progress is told every so many steps, so it says how many there were.
struct Solved {
  GeneralAnswer answer;
  int told = 0;
};

Solved SolveFairest(const Bipartite<int32_t>& graph) {
  Solved solved;
  const Control control{.progress = [&solved](const Progress& progress) {
    if (progress.phase == "fairest") ++solved.told;
  }};
  solved.answer = SolveGeneral(graph, {}, Objective::kFairest, {.control = control}).value();
  return solved;
}

// Agent i may sit at host i, or at the one before, which would leave somebody out.
Bipartite<int32_t> Path(bool ascends) {
  Bipartite<int32_t> graph;
  for (int32_t i = 0; i < kPeople; ++i) {
    if (i > 0) {
      graph.host.push_back(i - 1);
      graph.weight.push_back(kPeople + i);
    }
    graph.host.push_back(i);
    graph.weight.push_back(ascends ? i : kPeople - i);
    graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
  }
  graph.seats.assign(kPeople, 1);
  return graph;
}

TEST(FairestLevels, PairsThatMustStayAreNotSearchedAgain) {
  for (const bool ascends : {true, false}) {
    const Bipartite<int32_t> graph = Path(ascends);
    const Solved solved = SolveFairest(graph);

    EXPECT_EQ(static_cast<int32_t>(solved.answer.chosen.size()), kPeople);
    EXPECT_TRUE(std::all_of(solved.answer.chosen.begin(), solved.answer.chosen.end(),
                            [&](int64_t e) { return graph.weight[static_cast<size_t>(e)] <= kPeople; }));
    EXPECT_LE(solved.told, kFew);
  }
}

// Everybody may sit at three of many hosts, and all free seats are one step away.
TEST(FairestLevels, FreeSeatsAreNotLookedThroughForEachPair) {
  Bipartite<int32_t> graph;
  uint64_t random = 1;
  for (int32_t i = 0; i < kPeople; ++i) {
    for (int32_t k = 0; k < 3; ++k) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      graph.host.push_back(5 * k * kPeople / 3 + static_cast<int32_t>((random >> 33) % (5 * kPeople / 3)));
      graph.weight.push_back(static_cast<int32_t>(random >> 60) % 5);
    }
    graph.offset.push_back(static_cast<int64_t>(graph.host.size()));
  }
  graph.seats.assign(5 * kPeople, 1);

  const Solved solved = SolveFairest(graph);

  EXPECT_EQ(static_cast<int32_t>(solved.answer.chosen.size()), kPeople);
  EXPECT_LE(solved.told, kFew);
}

}  // namespace
}  // namespace brygga::engine

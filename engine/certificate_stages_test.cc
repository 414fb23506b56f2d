// The checker accepts an answer where it is one of the best, and no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/brute_force_testing.h"
#include "engine/certificate.h"

namespace brygga::engine {
namespace {

using ::testing::HasSubstr;

struct Solved {
  Problem problem;
  Objective objective;
  Solution solution;

  absl::Status CheckPairs(const Pairs& pairs) const {
    return Check(problem, objective, AssignmentOf(pairs), solution.certificate);
  }
  Assignment AssignmentOf(const Pairs& pairs) const {
    Assignment assignment;
    for (const auto& [adept, mentor] : pairs) assignment.pairs.push_back(PairOf(adept, mentor, false));
    for (const Lock& lock : problem.locks) assignment.pairs.push_back(PairOf(lock.adept, lock.mentor, true));
    for (const MatchedPair& pair : assignment.pairs) assignment.total_score += pair.score;
    return assignment;
  }
  MatchedPair PairOf(int32_t adept, int32_t mentor, bool locked) const {
    const int64_t e = problem.edges.Find(adept, mentor);
    return {.adept = adept,
            .mentor = mentor,
            .score = e < 0 ? 0 : problem.edges.score[static_cast<size_t>(e)],
            .locked = locked};
  }
  Pairs FreePairsOf() const {
    const PairsByAdept pairs = FreePairs(solution.assignment);
    return Pairs(pairs.begin(), pairs.end());
  }
  bool KeepsCapacities(const Pairs& pairs) const {
    std::vector<int32_t> left = problem.capacity;
    for (const Lock& lock : problem.locks) {
      int32_t& seats = left[static_cast<size_t>(lock.mentor)];
      seats = std::max(0, seats - 1);
    }
    for (const auto& [adept, mentor] : pairs) {
      if (--left[static_cast<size_t>(mentor)] < 0 || problem.edges.Find(adept, mentor) < 0) return false;
    }
    return true;
  }
};

std::optional<Solved> SolveOne(Objective objective, uint64_t seed) {
  std::mt19937_64 random(seed);
  Problem problem = RandomProblem(random, {.adepts = 14,
                                           .mentors = 8,
                                           .distinct_scores = seed % 2 == 0 ? 4 : 1000,
                                           .allowed_in_ten = 8,
                                           .with_groups = seed % 3 > 0,
                                           .with_repair = seed % 5 > 1});
  if (objective == Objective::kFairest && problem.repair) problem.repair->price.reset();
  absl::StatusOr<Solution> solution = Solve(problem, objective);
  if (!solution.ok()) return std::nullopt;
  return Solved{std::move(problem), objective, *std::move(solution)};
}

// Every answer that is one step away: two people swap, one moves, leaves or joins.
std::vector<Pairs> Neighbours(const Solved& solved) {
  const Pairs pairs = solved.FreePairsOf();
  std::vector<Pairs> neighbours;
  std::set<int32_t> busy;
  for (const auto& pair : pairs) busy.insert(pair.first);
  for (const Lock& lock : solved.problem.locks) busy.insert(lock.adept);
  for (size_t i = 0; i < pairs.size(); ++i) {
    for (size_t j = i + 1; j < pairs.size(); ++j) {
      neighbours.push_back(pairs);
      std::swap(neighbours.back()[i].second, neighbours.back()[j].second);
    }
    for (int32_t mentor = 0; mentor < solved.problem.mentor_count(); ++mentor) {
      neighbours.push_back(pairs);
      neighbours.back()[i].second = mentor;
    }
    neighbours.push_back(pairs);
    neighbours.back().erase(neighbours.back().begin() + static_cast<std::ptrdiff_t>(i));
    for (int32_t adept = 0; adept < solved.problem.adept_count(); ++adept) {
      if (busy.contains(adept)) continue;
      neighbours.push_back(pairs);
      neighbours.back()[i].first = adept;
    }
  }
  return neighbours;
}

class CertificateStagesTest : public ::testing::TestWithParam<Objective> {};

TEST_P(CertificateStagesTest, AcceptsTheBestAnswersAndNoOtherOne) {
  int worse = 0, as_good = 0, infeasible = 0;
  for (uint64_t seed = 0; seed < 120; ++seed) {
    const std::optional<Solved> solved = SolveOne(GetParam(), seed);
    if (!solved) continue;
    const Order order(solved->problem, GetParam());
    ASSERT_EQ(solved->CheckPairs(solved->FreePairsOf()), absl::OkStatus()) << seed;
    const Order::Value best = order.ValueOf(solved->FreePairsOf(), /*ties=*/false);
    for (const Pairs& pairs : Neighbours(*solved)) {
      const bool is_feasible = solved->KeepsCapacities(pairs) && order.KeepsGroups(pairs);
      const bool is_best = is_feasible && order.ValueOf(pairs, /*ties=*/false) == best;
      ASSERT_EQ(solved->CheckPairs(pairs).ok(), is_best) << seed << ": " << solved->CheckPairs(pairs);
      ++(!is_feasible ? infeasible : is_best ? as_good : worse);
    }
  }
  EXPECT_GT(worse, 1000);
  EXPECT_GT(as_good, 100);
  EXPECT_GT(infeasible, 1000);
}

TEST_P(CertificateStagesTest, AProofThatIsTamperedWithIsNone) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const std::optional<Solved> solved = SolveOne(GetParam(), seed);
    if (!solved || solved->solution.certificate.stages.empty()) continue;
    const auto check = [&](const Certificate& certificate) {
      return Check(solved->problem, solved->objective, solved->solution.assignment, certificate);
    };
    const Certificate& good = solved->solution.certificate;
    for (size_t i = 0; i < good.stages.size(); ++i) {
      Certificate bad = good;
      bad.stages.insert(bad.stages.begin(), good.stages[i]);
      if (good.stages[i].kind != StageKind::kBounds) {
        EXPECT_FALSE(check(bad).ok()) << seed;
        bad = good;
        bad.stages.erase(bad.stages.begin() + static_cast<std::ptrdiff_t>(i));
        if (good.stages[i].kind != StageKind::kLevel) {
          EXPECT_FALSE(check(bad).ok()) << seed;
        }
      }
      for (const int32_t node : {-1, 1'000'000}) {
        bad = good;
        bad.stages[i].node.push_back(node);
        bad.stages[i].price.push_back(1);
        EXPECT_FALSE(check(bad).ok());
      }
      bad = good;
      bad.stages[i].price.push_back(1);
      EXPECT_FALSE(check(bad).ok());
      if (good.stages[i].node.empty()) continue;
      bad = good;
      bad.stages[i].price[0] = int64_t{1} << 62;
      EXPECT_FALSE(check(bad).ok());
    }
  }
}

TEST_P(CertificateStagesTest, TravelsAsText) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const std::optional<Solved> solved = SolveOne(GetParam(), seed);
    if (!solved) continue;
    const auto back = CertificateFromJson(CertificateToJson(solved->solution.certificate));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, solved->solution.certificate);
  }
}

INSTANTIATE_TEST_SUITE_P(Objectives, CertificateStagesTest,
                         ::testing::Values(Objective::kCoverageThenScore, Objective::kScore, Objective::kFairest),
                         [](const auto& info) { return std::string(ObjectiveName(info.param)); });

TEST(CertificateJsonTest, StagesOfNoKindAreRefused) {
  EXPECT_THAT(std::string(CertificateFromJson(R"({"format":1,"adept_price":[],"mentor_price":[],"unmatched_price":0,
      "adept_cover":[],"mentor_cover":[],"stages":[{"kind":"HOPE","node":[],"price":[]}]})")
                              .status()
                              .message()),
              HasSubstr("HOPE"));
}

}  // namespace
}  // namespace brygga::engine

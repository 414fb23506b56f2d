#include "engine/solve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <tuple>

#include "common/status/error.h"
#include "engine/random_problem.h"

namespace brygga::engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Tries every answer: the slow truth.
class BruteForce {
 public:
  explicit BruteForce(const Problem& problem) : problem_(problem), seats_(problem.capacity) {
    for (const Lock& lock : problem.locks) {
      locked_[lock.adept] = lock.mentor;
      int32_t& seats = seats_[static_cast<size_t>(lock.mentor)];
      seats = std::max(0, seats - 1);
    }
    Try(0, {}, {});
  }

  // Pairs that no lock made, total and pairs of the best answer.
  using Value = std::tuple<int64_t, int64_t, int64_t, int64_t>;  // Pairs, score, rounds waited, lots.
  const Value& value() const { return best_; }
  const std::map<int32_t, int32_t>& pairs() const { return best_pairs_; }

 private:
  void Try(int32_t adept, const Value& value, const std::map<int32_t, int32_t>& pairs) {
    if (adept == problem_.adept_count()) {
      if (found_ && value <= best_) return;
      found_ = true;
      best_ = value;
      best_pairs_ = pairs;
      return;
    }
    Try(adept + 1, value, pairs);
    if (locked_.contains(adept)) return;
    const size_t a = static_cast<size_t>(adept);
    for (int64_t e = problem_.edges.offset[a]; e < problem_.edges.offset[a + 1]; ++e) {
      const int32_t mentor = problem_.edges.mentor[static_cast<size_t>(e)];
      int32_t& seats = seats_[static_cast<size_t>(mentor)];
      if (seats == 0) continue;
      --seats;
      const int64_t lot = Lot(Ticket(problem_.seed, problem_.adept_key[a]),
                              Ticket(problem_.seed, problem_.mentor_key[static_cast<size_t>(mentor)]));
      auto more = pairs;
      more[adept] = mentor;
      Try(adept + 1,
          {std::get<0>(value) + 1, std::get<1>(value) + problem_.edges.score[static_cast<size_t>(e)],
           std::get<2>(value) + problem_.rounds_waited[a], std::get<3>(value) + lot},
          more);
      ++seats;
    }
  }

  const Problem& problem_;
  std::vector<int32_t> seats_;
  std::map<int32_t, int32_t> locked_;
  bool found_ = false;
  Value best_;
  std::map<int32_t, int32_t> best_pairs_;
};

std::map<int32_t, int32_t> FreePairs(const Assignment& assignment) {
  std::map<int32_t, int32_t> pairs;
  for (const MatchedPair& pair : assignment.pairs) {
    if (!pair.locked) pairs[pair.adept] = pair.mentor;
  }
  return pairs;
}

// `count` random problems of `shape` are solved as brute force does, pair by pair.
void ExpectEqualToBruteForce(uint64_t seed, int count, const RandomShape& shape) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < count; ++i) {
    const Problem problem = RandomProblem(random, shape);
    const BruteForce truth(problem);
    const auto solution = SolveCoverageThenScore(problem);
    ASSERT_TRUE(solution.ok()) << solution.status() << " in problem " << i << " of seed " << seed;
    ASSERT_EQ(FreePairs(solution->assignment), truth.pairs()) << "problem " << i << " of seed " << seed;
    ASSERT_EQ(solution->assignment.pairs.size(), truth.pairs().size() + problem.locks.size());
    ASSERT_EQ(CheckCoverageThenScore(problem, solution->assignment, solution->certificate), absl::OkStatus())
        << "problem " << i << " of seed " << seed;
  }
}

TEST(SolveTest, EqualsBruteForceOnSmallProblems) {
  ExpectEqualToBruteForce(1, 10'000, {});
  ExpectEqualToBruteForce(2, 6'000, {.adepts = 4, .mentors = 6, .most_seats = 1, .allowed_in_ten = 9});
  ExpectEqualToBruteForce(3, 4'000, {.adepts = 7, .mentors = 3, .allowed_in_ten = 4});
  ExpectEqualToBruteForce(4, 4'000, {.adepts = 6, .mentors = 4, .distinct_scores = 1, .allowed_in_ten = 10});
  ExpectEqualToBruteForce(5, 2'000, {.adepts = 5, .mentors = 5, .distinct_scores = 1000, .allowed_in_ten = 10});
}

// A problem by hand: rows of (mentor, score).
Problem ByHand(const std::vector<std::vector<std::pair<int, int>>>& rows, std::vector<int32_t> capacity) {
  Problem problem;
  problem.seed = "seed";
  for (const auto& row : rows) {
    for (const auto& [mentor, score] : row) {
      problem.edges.mentor.push_back(mentor);
      problem.edges.score.push_back(score);
    }
    problem.edges.offset.push_back(problem.edges.size());
    problem.adept_key.push_back("a" + std::to_string(problem.adept_key.size()));
    problem.rounds_waited.push_back(0);
  }
  for (size_t m = 0; m < capacity.size(); ++m) problem.mentor_key.push_back("m" + std::to_string(m));
  problem.capacity = std::move(capacity);
  return problem;
}

TEST(SolveTest, MorePeopleMatchedBeatAHigherTotal) {
  const auto solution = SolveCoverageThenScore(ByHand({{{0, 1'000'000}, {1, 1}}, {{0, 1}}}, {1, 1}));

  ASSERT_TRUE(solution.ok());
  EXPECT_EQ(FreePairs(solution->assignment), (std::map<int32_t, int32_t>{{0, 1}, {1, 0}}));
  EXPECT_EQ(solution->assignment.total_score, 2);
}

TEST(SolveTest, WhoHasWaitedLongerComesFirstWhenScoresTie) {
  Problem problem = ByHand({{{0, 500'000}}, {{0, 500'000}}, {{0, 500'000}}}, {1});
  for (int32_t waiting = 0; waiting < 3; ++waiting) {
    problem.rounds_waited = {0, 0, 0};
    problem.rounds_waited[static_cast<size_t>(waiting)] = 1;
    const auto solution = SolveCoverageThenScore(problem);
    ASSERT_TRUE(solution.ok());
    EXPECT_EQ(FreePairs(solution->assignment), (std::map<int32_t, int32_t>{{waiting, 0}}));
  }
}

TEST(SolveTest, TheSeedDrawsAmongEquals) {
  Problem problem = ByHand({{{0, 500'000}}, {{0, 500'000}}}, {1});
  std::array<int, 2> drawn = {};
  for (int seed = 0; seed < 200; ++seed) {
    problem.seed = std::to_string(seed);
    ++drawn[static_cast<size_t>(SolveCoverageThenScore(problem)->assignment.pairs[0].adept)];
  }
  EXPECT_GT(drawn[0], 60);
  EXPECT_GT(drawn[1], 60);
}

TEST(SolveTest, SixHandPickedPairsSurviveEverySolve) {
  std::mt19937_64 random(17);
  for (int i = 0; i < 50; ++i) {
    Problem problem = RandomProblem(random, {.adepts = 30, .mentors = 30, .with_locks = false});
    problem.locks.clear();
    for (int32_t a = 0; a < std::min({6, problem.adept_count(), problem.mentor_count()}); ++a) {
      const auto is_pair = [&](const auto& veto) { return veto == std::pair(a, a); };
      std::erase_if(problem.vetoes, is_pair);
      problem.locks.push_back({.adept = a, .mentor = a, .override_rules = true});
    }
    const auto solution = SolveCoverageThenScore(problem);
    ASSERT_TRUE(solution.ok()) << solution.status();
    for (const Lock& lock : problem.locks) {
      EXPECT_TRUE(std::any_of(solution->assignment.pairs.begin(), solution->assignment.pairs.end(),
                              [&](const MatchedPair& pair) {
                                return pair.locked && pair.adept == lock.adept && pair.mentor == lock.mentor;
                              }));
    }
  }
}

TEST(SolveTest, FourteenAndFourteenMakeFourteenDistinctPairs) {
  std::mt19937_64 random(14);
  std::vector<std::vector<std::pair<int, int>>> rows(14);
  for (auto& row : rows) {
    for (int m = 0; m < 14; ++m) row.emplace_back(m, static_cast<int>(random() % 1'000'001));
  }
  const auto solution = SolveCoverageThenScore(ByHand(rows, std::vector<int32_t>(14, 1)));
  ASSERT_TRUE(solution.ok());
  std::set<int32_t> mentors;
  for (const MatchedPair& pair : solution->assignment.pairs) mentors.insert(pair.mentor);
  EXPECT_EQ(solution->assignment.pairs.size(), 14u);
  EXPECT_EQ(mentors.size(), 14u);
}

TEST(SolveTest, EmptySidesHaveEmptyAnswers) {
  for (const Problem& problem : {ByHand({}, {}), ByHand({{}, {}}, {}), ByHand({}, {1, 2}), ByHand({{{0, 1}}}, {0})}) {
    const auto solution = SolveCoverageThenScore(problem);
    ASSERT_TRUE(solution.ok()) << solution.status();
    EXPECT_THAT(solution->assignment.pairs, IsEmpty());
    EXPECT_EQ(CheckCoverageThenScore(problem, solution->assignment, solution->certificate), absl::OkStatus());
  }
}

TEST(SolveTest, OneSideOfAMillionIsSolved) {
  constexpr int kMany = 1'000'000;
  Problem problem;
  problem.capacity = {3};
  problem.mentor_key = {"m"};
  for (int a = 0; a < kMany; ++a) {
    problem.edges.mentor.push_back(0);
    problem.edges.score.push_back(a % 1000);
    problem.edges.offset.push_back(problem.edges.size());
    problem.adept_key.push_back(std::to_string(a));
    problem.rounds_waited.push_back(0);
  }
  const auto solution = SolveCoverageThenScore(problem);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->assignment.total_score, 3 * 999);
}

std::vector<std::string> WrongFields(const Problem& problem) {
  const absl::Status status = SolveCoverageThenScore(problem).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : DetailsOf(status).fields) fields.push_back(violation.field);
  return fields;
}

TEST(SolveTest, HostileProblemsAreRefusedByName) {
  const Problem good = ByHand({{{0, 5}, {1, 5}}, {{1, 5}}}, {1, 1});
  const auto with = [&](auto change) {
    Problem problem = good;
    change(problem);
    return WrongFields(problem);
  };
  constexpr int32_t kLeast = std::numeric_limits<int32_t>::min(), kMost = std::numeric_limits<int32_t>::max();
  EXPECT_THAT(with([](Problem& p) { p.capacity = {-1, kLeast}; }), ElementsAre("capacity[0]", "capacity[1]"));
  EXPECT_THAT(with([](Problem& p) { p.capacity = {kMost, 1}; }), ElementsAre("capacity[0]"));
  EXPECT_THAT(with([](Problem& p) { p.edges.score[1] = kMost; }), ElementsAre("edges.score[1]"));
  EXPECT_THAT(with([](Problem& p) { p.edges.score[1] = -1; }), ElementsAre("edges.score[1]"));
  EXPECT_THAT(with([](Problem& p) { p.edges.mentor[2] = 2; }), ElementsAre("edges.mentor[2]"));
  EXPECT_THAT(with([](Problem& p) { p.edges.mentor[1] = 0; }), ElementsAre("edges.mentor[1]"));
  EXPECT_THAT(with([](Problem& p) { p.edges.offset = {}; }), ElementsAre("edges.offset"));
  EXPECT_THAT(with([](Problem& p) { p.edges.offset[1] = 99; }), ElementsAre("edges.offset"));
  EXPECT_THAT(with([](Problem& p) { p.edges.score.pop_back(); }), ElementsAre("edges.score"));
  EXPECT_THAT(with([](Problem& p) { p.rounds_waited[0] = kMost; }), ElementsAre("rounds_waited[0]"));
  EXPECT_THAT(with([](Problem& p) { p.rounds_waited = {}; }), ElementsAre("rounds_waited"));
  EXPECT_THAT(with([](Problem& p) { p.adept_key[1] = "a0"; }), ElementsAre("adept_key[1]"));
  EXPECT_THAT(with([](Problem& p) { p.mentor_key[1] = "m0"; }), ElementsAre("mentor_key[1]"));
  EXPECT_THAT(with([](Problem& p) { p.vetoes = {{0, 0}, {-1, 0}}; }), ElementsAre("vetoes[0]", "vetoes[1]"));
  EXPECT_THAT(with([](Problem& p) { p.locks = {{1, 0}}; }), ElementsAre("locks[0]"));
  EXPECT_THAT(with([](Problem& p) { p.locks = {{0, 1}, {0, 1}}; }), Contains("locks[1]"));
  EXPECT_THAT(with([](Problem& p) { p.locks = {{0, 1}, {1, 1}}; }), ElementsAre("locks[0]", "locks[1]"));
  EXPECT_THAT(with([](Problem& p) {
                p.vetoes = {{1, 0}};
                p.locks = {{1, 0, true}};
              }),
              ElementsAre("locks[0]"));
}

TEST(SolveTest, ATooLargeProblemIsRefusedWithItsBound) {
  const Problem problem = ByHand({{{0, 5}, {1, 5}}, {{1, 5}}}, {1, 1});
  const int64_t bound = SolveMemoryBound(problem);

  const absl::Status refused = SolveCoverageThenScore(problem, {.memory_limit_bytes = bound - 1}).status();

  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "COHORT_TOO_LARGE");
  EXPECT_THAT(std::string(refused.message()), HasSubstr(std::to_string(bound)));
  EXPECT_TRUE(SolveCoverageThenScore(problem, {.memory_limit_bytes = bound}).ok());
}

TEST(SolveTest, IsCancelledWithinAFewThousandStepsAndReportsOften) {
  std::mt19937_64 random(3);
  Problem problem;
  while (problem.adept_count() < 200) {
    problem = RandomProblem(random, {.adepts = 400, .mentors = 400, .allowed_in_ten = 10, .with_locks = false});
  }
  std::set<std::string> phases;
  SolveOptions options;
  options.control.progress = [&](const Progress& progress) { phases.emplace(progress.phase); };
  ASSERT_TRUE(SolveCoverageThenScore(problem, options).ok());
  EXPECT_THAT(phases, ElementsAre("coverage", "order", "ties", "total"));

  for (int after = 0; after < 4; ++after) {
    int asked = 0;
    options.control.cancelled = [&] { return asked++ >= after; };
    const absl::Status status = SolveCoverageThenScore(problem, options).status();
    if (asked > after) {
      EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << after;
    }
    EXPECT_LE(asked, after + 1) << "work went on after it was told to stop";
  }
}

}  // namespace
}  // namespace brygga::engine

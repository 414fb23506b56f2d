#include "engine/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/status/error.h"
#include "engine/random_problem.h"
#include "engine/solve.h"

namespace brygga::engine {
namespace {

using ::testing::HasSubstr;

struct Solved {
  Problem problem;
  Assignment assignment;
  Certificate certificate;

  absl::Status Check() const { return CheckCoverageThenScore(problem, assignment, certificate); }
};

// A problem with room for swaps, solved.
Solved SolveOne(uint64_t seed) {
  std::mt19937_64 random(seed);
  Solved solved;
  do {
    solved.problem = RandomProblem(
        random, {.adepts = 12, .mentors = 9, .distinct_scores = 1000, .allowed_in_ten = 8, .with_locks = false});
    const Solution solution = SolveCoverageThenScore(solved.problem).value();
    solved.assignment = solution.assignment;
    solved.certificate = solution.certificate;
  } while (solved.assignment.pairs.size() < 5);
  return solved;
}

int64_t Score(const Problem& problem, int32_t adept, int32_t mentor) {
  const int64_t e = problem.edges.Find(adept, mentor);
  return e < 0 ? -1 : problem.edges.score[static_cast<size_t>(e)];
}

TEST(CertificateTest, EveryCopyThatIsOneSwapWorseIsRejected) {
  int swaps = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Solved solved = SolveOne(seed);
    ASSERT_EQ(solved.Check(), absl::OkStatus());
    for (size_t i = 0; i < solved.assignment.pairs.size(); ++i) {
      for (size_t j = i + 1; j < solved.assignment.pairs.size(); ++j) {
        Solved copy = solved;
        MatchedPair& one = copy.assignment.pairs[i];
        MatchedPair& two = copy.assignment.pairs[j];
        std::swap(one.mentor, two.mentor);
        const int64_t first = Score(copy.problem, one.adept, one.mentor);
        const int64_t second = Score(copy.problem, two.adept, two.mentor);
        if (first < 0 || second < 0) continue;
        copy.assignment.total_score += first + second - one.score - two.score;
        one.score = static_cast<int32_t>(first);
        two.score = static_cast<int32_t>(second);
        if (copy.assignment.total_score == solved.assignment.total_score) continue;
        ASSERT_LT(copy.assignment.total_score, solved.assignment.total_score);
        EXPECT_THAT(std::string(copy.Check().message()), HasSubstr("higher total"));
        ++swaps;
      }
    }
  }
  EXPECT_GT(swaps, 500);
}

TEST(CertificateTest, AnAnswerWithOnePairLessIsRejected) {
  Solved solved = SolveOne(1);
  solved.assignment.total_score -= solved.assignment.pairs.back().score;
  solved.assignment.pairs.pop_back();
  EXPECT_THAT(std::string(solved.Check().message()), HasSubstr("more people could be matched"));
}

TEST(CertificateTest, WhatIsNotFeasibleIsRejected) {
  const Solved solved = SolveOne(2);
  const auto message = [&](auto change) {
    Solved copy = solved;
    change(copy);
    const absl::Status status = copy.Check();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(message([](Solved& s) { s.assignment.pairs.push_back(s.assignment.pairs[0]); }), HasSubstr("twice"));
  EXPECT_THAT(message([](Solved& s) { s.assignment.pairs[0].mentor = 99; }), HasSubstr("does not exist"));
  EXPECT_THAT(message([](Solved& s) { s.assignment.pairs[0].score += 1; }), HasSubstr("another score"));
  EXPECT_THAT(message([](Solved& s) { s.assignment.pairs[0].locked = true; }), HasSubstr("locked"));
  EXPECT_THAT(message([](Solved& s) { s.assignment.total_score += 1; }), HasSubstr("not the sum"));
  EXPECT_THAT(message([](Solved& s) { s.problem.capacity[static_cast<size_t>(s.assignment.pairs[0].mentor)] = 0; }),
              HasSubstr("capacity"));
  EXPECT_THAT(message([](Solved& s) {
                const MatchedPair& pair = s.assignment.pairs[0];
                s.problem.locks = {{.adept = pair.adept, .mentor = pair.mentor}};
              }),
              HasSubstr("locked"));
}

TEST(CertificateTest, ATamperedCertificateIsRejected) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Solved solved = SolveOne(seed);
    const size_t adept = static_cast<size_t>(solved.assignment.pairs[0].adept);
    const size_t mentor = static_cast<size_t>(solved.assignment.pairs[0].mentor);
    for (const int64_t by : {int64_t{-1}, int64_t{1}, int64_t{1} << 62}) {
      Solved copy = solved;
      copy.certificate.adept_price[adept] += by;
      EXPECT_FALSE(copy.Check().ok());
      copy = solved;
      copy.certificate.mentor_price[mentor] += by;
      EXPECT_FALSE(copy.Check().ok());
    }
    Solved copy = solved;
    copy.certificate.adept_cover[adept] ^= 1;
    EXPECT_FALSE(copy.Check().ok());
    copy = solved;
    copy.certificate.mentor_price.pop_back();
    EXPECT_FALSE(copy.Check().ok());
  }
}

TEST(CertificateTest, TravelsAsText) {
  const Solved solved = SolveOne(3);
  const auto back = CertificateFromJson(CertificateToJson(solved.certificate));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, solved.certificate);

  for (const char* text :
       {"", "{}", "[1]", "{\"format\":1}", "{\"format\":\"1\"}", "{\"format\":1,\"adept_price\":[\"x\"]}"}) {
    EXPECT_EQ(CertificateFromJson(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace brygga::engine

#include "engine/lottery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "common/status/error.h"

namespace brygga::engine {
namespace {

// Python: hmac.new(b"0123456789abcdef", b"a-1", "sha256").hexdigest(), and
// hashlib.sha256(b"0123456789abcdef").hexdigest().
TEST(Lottery, NumbersAreWhatTheFormulaSays) {
  EXPECT_EQ(LotteryNumberText(DrawLotteryNumber("0123456789abcdef", "a-1")),
            "00d9ee385eff99edebcd5bbd8011e34fab0e4388f90eebc88495a397ed1c553a");
  EXPECT_EQ(LotteryCommitment("0123456789abcdef"), "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f");
}

TEST(Lottery, ASeedThatWasNotCommittedToIsRefused) {
  const std::string commitment = LotteryCommitment("0123456789abcdef");
  std::string upper = commitment;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_TRUE(CheckLotteryCommitment(commitment, "0123456789abcdef").ok());
  EXPECT_TRUE(CheckLotteryCommitment(upper, "0123456789abcdef").ok());
  EXPECT_EQ(ReasonOf(CheckLotteryCommitment(commitment, "0123456789abcdeF")), "COMMITMENT_MISMATCH");
  EXPECT_EQ(ReasonOf(CheckLotteryCommitment("", "0123456789abcdef")), "COMMITMENT_MISMATCH");
}

TEST(Lottery, NobodysNumberDependsOnTheOthers) {
  const std::vector<std::string> all = {"a", "b", "c", "d", "e", "f"};
  const std::vector<int32_t> order = LotteryOrder("a seed of sixteen", all);
  std::vector<std::string> fewer = all;
  fewer.erase(fewer.begin() + 2);
  std::vector<std::string> expected, got;
  for (const int32_t row : order) {
    if (row != 2) expected.push_back(all[static_cast<size_t>(row)]);
  }
  for (const int32_t row : LotteryOrder("a seed of sixteen", fewer)) got.push_back(fewer[static_cast<size_t>(row)]);
  EXPECT_EQ(got, expected);
}

double ChiSquare(const std::vector<int>& seen, double expected) {
  double sum = 0;
  for (const int n : seen) sum += (n - expected) * (n - expected) / expected;
  return sum;
}

// 100,000 fixed seeds. The bounds are the chi-square quantiles of 1 - 10^-4 for 119 and 81
// degrees of freedom.
TEST(Lottery, EveryOrderIsEquallyLikely) {
  constexpr int kSeeds = 100'000;
  const std::vector<std::string> five = {"p-1", "p-2", "p-3", "p-4", "p-5"};
  std::vector<std::string> ten;
  for (int i = 0; i < 10; ++i) ten.push_back("participants/" + std::to_string(i));
  std::map<std::vector<int32_t>, int> orders;
  std::vector<int> positions(100, 0);
  for (int seed = 0; seed < kSeeds; ++seed) {
    const std::string text = "seed-of-a-test-" + std::to_string(seed);
    ++orders[LotteryOrder(text, five)];
    const std::vector<int32_t> order = LotteryOrder(text, ten);
    for (size_t i = 0; i < 10; ++i) ++positions[10 * i + static_cast<size_t>(order[i])];
  }
  ASSERT_EQ(orders.size(), 120u);
  std::vector<int> seen;
  for (const auto& [order, n] : orders) seen.push_back(n);
  EXPECT_LT(ChiSquare(seen, kSeeds / 120.0), 185.2);
  // Rows and columns each sum to the number of seeds: (10 - 1)² degrees of freedom, at 10 / 9 of the scale.
  EXPECT_LT(0.9 * ChiSquare(positions, kSeeds / 10.0), 137.2);
}

}  // namespace
}  // namespace brygga::engine

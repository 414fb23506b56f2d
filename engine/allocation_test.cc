#include "engine/allocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "common/status/error.h"
#include "engine/allocation_certificate.h"
#include "engine/cpu_seconds_testing.h"
#include "engine/lottery.h"

namespace brygga::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kDeferred = AllocationMechanism::kDeferredAcceptance;
constexpr auto kMost = AllocationMechanism::kMaxPlaced;

int Below(std::mt19937_64& random, int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); }

struct Shape {
  int applicants = 6, openings = 4, most_seats = 2, longest = 4;
  bool shares = true, reserves = true, bars = true;
};

AllocationProblem RandomAllocation(std::mt19937_64& random, const Shape& shape) {
  AllocationProblem problem{.groups = {"RED", "BLUE", "GREEN"},
                            .seed = "a-seed-for-a-test-" + std::to_string(random())};
  if (Below(random, 3) == 0) problem.guaranteed = {Below(random, 3)};
  for (int32_t group = 0; group < 3; ++group) {
    if (Below(random, 3) == 0) problem.priorities.push_back(group);
  }
  for (int32_t group = 0; group < 3 && shape.reserves; ++group) {
    if (Below(random, 3) > 0) continue;
    Reserve reserve{.group = group};
    reserve.scope = Below(random, 2) == 0 ? Reserve::Scope::kAllSeats : Reserve::Scope::kEachOpening;
    reserve.fallback = Below(random, 2) == 0 ? Reserve::Fallback::kOpenToAll : Reserve::Fallback::kKeepEmpty;
    if (shape.shares && Below(random, 2) == 0) {
      reserve.share = 250'000 * (1 + Below(random, 3));
    } else {
      reserve.count = Below(random, 3);
      if (!shape.shares) reserve.scope = Reserve::Scope::kEachOpening;
    }
    problem.reserves.push_back(reserve);
  }
  if (Below(random, 2) == 0) problem.precedence = Precedence::kOpenFirst;
  const int openings = 1 + Below(random, shape.openings), applicants = 1 + Below(random, shape.applicants);
  for (int o = 0; o < openings; ++o) {
    problem.openings.push_back({.reference = "job-" + std::to_string(o), .seats = Below(random, shape.most_seats + 1)});
  }
  for (int a = 0; a < applicants; ++a) {
    Applicant applicant{.reference = "person-" + std::to_string(a)};
    std::vector<int32_t> order(static_cast<size_t>(openings));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    order.resize(static_cast<size_t>(Below(random, std::min(openings, shape.longest) + 1)));
    for (const int32_t o : order) {
      applicant.wishes.push_back({.opening = o, .barred = shape.bars && Below(random, 12) == 0 ? "TOO_YOUNG" : ""});
    }
    for (int32_t group = 0; group < 3; ++group) {
      if (Below(random, 3) == 0) applicant.groups.push_back(group);
    }
    if (shape.bars && Below(random, 15) == 0) applicant.barred = "NOT_RESIDENT";
    problem.applicants.push_back(std::move(applicant));
  }
  return problem;
}

Allocation Answer(const AllocationProblem& problem, AllocationMechanism mechanism) {
  auto answer = Allocate(problem, mechanism);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return *std::move(answer);
}

int32_t RankOf(const Allocation& allocation, size_t applicant) {
  const Placement& placement = allocation.placements[applicant];
  return placement.opening == kNoOpening ? 1'000 : placement.rank;
}

// Everybody's order in the words of the header.
std::vector<int32_t> Order(const AllocationProblem& problem) {
  std::vector<std::tuple<int, int, std::string, int32_t>> keys;
  for (size_t a = 0; a < problem.applicants.size(); ++a) {
    const Applicant& applicant = problem.applicants[a];
    const auto in = [&](int32_t g) {
      return std::find(applicant.groups.begin(), applicant.groups.end(), g) != applicant.groups.end();
    };
    const bool first = std::any_of(problem.guaranteed.begin(), problem.guaranteed.end(), in);
    const auto level = std::find_if(problem.priorities.begin(), problem.priorities.end(), in);
    keys.emplace_back(first ? 0 : 1, static_cast<int>(level - problem.priorities.begin()),
                      LotteryNumberText(DrawLotteryNumber(problem.seed, applicant.reference)), static_cast<int32_t>(a));
  }
  std::sort(keys.begin(), keys.end());
  std::vector<int32_t> order;
  for (const auto& key : keys) order.push_back(std::get<3>(key));
  return order;
}

// What an opening chooses among `asking`, in the words of the header.
std::set<int32_t> Choose(const AllocationProblem& problem, const SeatPlan& plan, const std::vector<int32_t>& order,
                         const std::set<int32_t>& asking) {
  std::set<int32_t> chosen;
  const auto take = [&](int seats, int32_t group) {
    for (const int32_t a : order) {
      const auto& groups = problem.applicants[static_cast<size_t>(a)].groups;
      if (seats == 0) break;
      if (!asking.contains(a) || chosen.contains(a)) continue;
      if (group >= 0 && std::find(groups.begin(), groups.end(), group) == groups.end()) continue;
      chosen.insert(a);
      --seats;
    }
    return seats;
  };
  int rest = plan.open;
  if (problem.precedence == Precedence::kOpenFirst) {
    take(plan.open, -1);
    rest = 0;
  }
  for (size_t r = 0; r < problem.reserves.size(); ++r) {
    const int left = take(plan.reserved[r], problem.reserves[r].group);
    if (problem.reserves[r].fallback == Reserve::Fallback::kOpenToAll) rest += left;
  }
  take(rest, -1);
  return chosen;
}

TEST(DeferredAcceptance, IsTheBestForEverybodyOfAllThatPassNobodyOver) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 6'000; ++round) {
    const AllocationProblem problem = RandomAllocation(random, {.applicants = 5, .openings = 3});
    const Allocation answer = Answer(problem, kDeferred);
    ASSERT_TRUE(CheckAllocation(problem, kDeferred, answer).ok())
        << CheckAllocation(problem, kDeferred, answer) << " round " << round;
    const std::vector<int32_t> order = Order(problem);
    const std::vector<SeatPlan> plans = SpreadSeats(problem);
    // All ways to give each one of its wishes or nothing; `at` holds the wish, from 1.
    std::vector<size_t> at(problem.applicants.size(), 0);
    bool ours = false;
    const auto look = [&] {
      std::vector<std::set<int32_t>> members(problem.openings.size()), wanting(problem.openings.size());
      for (size_t a = 0; a < at.size(); ++a) {
        const Applicant& applicant = problem.applicants[a];
        for (size_t w = 0; w < applicant.wishes.size(); ++w) {
          const bool barred = !applicant.barred.empty() || !applicant.wishes[w].barred.empty();
          const size_t o = static_cast<size_t>(applicant.wishes[w].opening);
          if (at[a] == w + 1) members[o].insert(static_cast<int32_t>(a));
          if (at[a] == w + 1 && barred) return;
          if (!barred && (at[a] == 0 || w + 1 < at[a])) wanting[o].insert(static_cast<int32_t>(a));
        }
      }
      for (size_t o = 0; o < members.size(); ++o) {
        if (Choose(problem, plans[o], order, members[o]) != members[o]) return;
        for (const int32_t a : wanting[o]) {
          std::set<int32_t> more = members[o];
          more.insert(a);
          if (Choose(problem, plans[o], order, more).contains(a)) return;
        }
      }
      bool same = true;
      for (size_t a = 0; a < at.size(); ++a) {
        const int32_t rank = at[a] == 0 ? 1'000 : static_cast<int32_t>(at[a]);
        EXPECT_LE(RankOf(answer, a), rank) << "round " << round;
        same = same && RankOf(answer, a) == rank;
      }
      ours = ours || same;
    };
    const std::function<void(size_t)> all = [&](size_t a) {
      if (a == at.size()) return look();
      for (at[a] = 0; at[a] <= problem.applicants[a].wishes.size(); ++at[a]) all(a + 1);
      at[a] = 0;
    };
    all(0);
    EXPECT_TRUE(ours) << "round " << round;
  }
}

TEST(DeferredAcceptance, NobodyGainsByStatingOtherWishes) {
  std::mt19937_64 random(12);
  for (int round = 0; round < 400; ++round) {
    const AllocationProblem problem = RandomAllocation(random, {.applicants = 5, .openings = 4, .bars = false});
    const Allocation honest = Answer(problem, kDeferred);
    for (size_t a = 0; a < problem.applicants.size(); ++a) {
      std::vector<int32_t> order(problem.openings.size());
      std::iota(order.begin(), order.end(), 0);
      do {
        for (size_t length = 0; length <= order.size(); ++length) {
          AllocationProblem other = problem;
          other.applicants[a].wishes.clear();
          for (size_t i = 0; i < length; ++i) other.applicants[a].wishes.push_back({.opening = order[i]});
          const int32_t got = Answer(other, kDeferred).placements[a].opening;
          const auto& wishes = problem.applicants[a].wishes;
          const auto found =
              std::find_if(wishes.begin(), wishes.end(), [&](const Wish& w) { return w.opening == got; });
          const int32_t rank = found == wishes.end() ? 1'000 : static_cast<int32_t>(found - wishes.begin()) + 1;
          ASSERT_GE(rank, RankOf(honest, a)) << "round " << round << " applicant " << a;
        }
      } while (std::next_permutation(order.begin(), order.end()));
    }
  }
}

TEST(DeferredAcceptance, OneSeatMoreNeverHurtsAnybody) {
  std::mt19937_64 random(13);
  for (int round = 0; round < 10'000; ++round) {
    const AllocationProblem problem = RandomAllocation(random, {.applicants = 8, .shares = false});
    AllocationProblem more = problem;
    ++more.openings[static_cast<size_t>(Below(random, static_cast<int>(more.openings.size())))].seats;
    // Counts are taken from each opening's seats first, so an open seat must be what is new.
    const auto before = SpreadSeats(problem), after = SpreadSeats(more);
    bool only_open = true;
    for (size_t o = 0; o < before.size(); ++o) only_open = only_open && before[o].reserved == after[o].reserved;
    if (!only_open) continue;
    const Allocation less_answer = Answer(problem, kDeferred), more_answer = Answer(more, kDeferred);
    for (size_t a = 0; a < problem.applicants.size(); ++a) {
      EXPECT_LE(RankOf(more_answer, a), RankOf(less_answer, a)) << "round " << round;
    }
  }
}

// Everything that MAX_PLACED compares, best first, for one way to seat everybody.
using Value = std::vector<int64_t>;

TEST(MaxPlaced, IsTheBestOfAllAnswers) {
  std::mt19937_64 random(14);
  for (int round = 0; round < 6'000; ++round) {
    const AllocationProblem problem =
        RandomAllocation(random, {.applicants = 5, .openings = 3, .most_seats = 2, .longest = 3});
    const Allocation answer = Answer(problem, kMost);
    ASSERT_TRUE(CheckAllocation(problem, kMost, answer).ok())
        << CheckAllocation(problem, kMost, answer) << " round " << round;
    const size_t people = problem.applicants.size(), kinds = problem.reserves.size() + 1;
    const std::vector<SeatPlan> plans = SpreadSeats(problem);
    std::vector<std::string> references;
    int64_t longest = 0;
    for (const Applicant& applicant : problem.applicants) {
      references.push_back(applicant.reference);
      longest = std::max(longest, static_cast<int64_t>(applicant.wishes.size()));
    }
    std::vector<int64_t> weight(people);
    const std::vector<int32_t> lottery = LotteryOrder(problem.seed, references);
    for (size_t i = 0; i < people; ++i) weight[static_cast<size_t>(lottery[i])] = static_cast<int64_t>(people - i);

    std::vector<std::vector<int>> left(problem.openings.size());
    for (size_t o = 0; o < left.size(); ++o) {
      left[o].assign(plans[o].reserved.begin(), plans[o].reserved.end());
      left[o].push_back(plans[o].open);
    }
    std::vector<int32_t> at(people, kNoOpening), best_at;
    Value best;
    const std::function<void(size_t, Value)> all = [&](size_t a, const Value& value) {
      if (a == people) {
        if (best.empty() || value > best) {
          best = value;
          best_at = at;
        }
        return;
      }
      const Applicant& applicant = problem.applicants[a];
      const auto in = [&](int32_t g) {
        return std::find(applicant.groups.begin(), applicant.groups.end(), g) != applicant.groups.end();
      };
      Value without = value;
      without[5] -= weight[a] * (longest + 1);
      all(a + 1, without);
      for (size_t w = 0; w < applicant.wishes.size(); ++w) {
        if (!applicant.barred.empty() || !applicant.wishes[w].barred.empty()) continue;
        const size_t o = static_cast<size_t>(applicant.wishes[w].opening);
        for (size_t kind = 0; kind < kinds; ++kind) {
          const bool open = kind + 1 == kinds, member = !open && in(problem.reserves[kind].group);
          const bool opens = open || problem.reserves[kind].fallback == Reserve::Fallback::kOpenToAll;
          if (left[o][kind] == 0 || (!member && !opens)) continue;
          const auto level = std::find_if(problem.priorities.begin(), problem.priorities.end(), in);
          Value with = value;
          with[0] += std::any_of(problem.guaranteed.begin(), problem.guaranteed.end(), in) ? 1 : 0;
          with[1] += member ? 1 : 0;
          with[2] += 1;
          with[3] += problem.priorities.end() - level;
          with[4] -= static_cast<int64_t>(w) + 1;
          with[5] -= weight[a] * (static_cast<int64_t>(w) + 1);
          const LotteryNumber lot =
              DrawLotteryNumber(problem.seed, applicant.reference + "\n" + problem.openings[o].reference);
          int64_t number = 0;
          for (size_t i = 0; i < 5; ++i) number = number * 256 + lot[i];
          with[6] += number;
          --left[o][kind];
          at[a] = static_cast<int32_t>(o);
          all(a + 1, with);
          at[a] = kNoOpening;
          ++left[o][kind];
        }
      }
    };
    all(0, Value(7, 0));
    std::vector<int32_t> got;
    for (const Placement& placement : answer.placements) got.push_back(placement.opening);
    EXPECT_EQ(got, best_at) << "round " << round;
    EXPECT_EQ(answer.counts.guaranteed_placed, best[0]);
    EXPECT_EQ(std::accumulate(answer.counts.reserved_filled.begin(), answer.counts.reserved_filled.end(), int64_t{0}),
              best[1]);
    EXPECT_EQ(answer.counts.placed, best[2]);
    EXPECT_EQ(answer.counts.rank_sum, -best[4]);
  }
}

TEST(MaxPlaced, PlacesAtLeastAsManyAsDeferredAcceptanceWithoutReserves) {
  std::mt19937_64 random(15);
  int more = 0;
  for (int round = 0; round < 3'000; ++round) {
    const AllocationProblem problem = RandomAllocation(random, {.applicants = 20, .openings = 10, .reserves = false});
    const int64_t most = Answer(problem, kMost).counts.placed, fair = Answer(problem, kDeferred).counts.placed;
    EXPECT_GE(most, fair);
    more += most > fair ? 1 : 0;
  }
  EXPECT_GT(more, 100);
}

// All that a caller sees, by reference.
std::map<std::string, std::string> Published(const AllocationProblem& problem, const Allocation& answer) {
  std::map<std::string, std::string> result;
  for (size_t a = 0; a < problem.applicants.size(); ++a) {
    const Placement& placement = answer.placements[a];
    result[problem.applicants[a].reference] =
        placement.opening == kNoOpening
            ? std::string(UnplacedReasonCode(answer.reasons[a]))
            : problem.openings[static_cast<size_t>(placement.opening)].reference + " " + std::to_string(placement.seat);
  }
  for (size_t o = 0; o < problem.openings.size(); ++o) {
    std::string& list = result[problem.openings[o].reference];
    for (const int32_t a : answer.reserve_lists[o]) list += problem.applicants[static_cast<size_t>(a)].reference + " ";
  }
  return result;
}

TEST(Allocation, TheOrderOfRowsNeverShows) {
  std::mt19937_64 random(16);
  for (int round = 0; round < 2'000; ++round) {
    const AllocationProblem problem = RandomAllocation(random, {.applicants = 9, .openings = 5});
    AllocationProblem other = problem;
    std::vector<int32_t> row(problem.openings.size());  // Of each opening, in `other`.
    std::iota(row.begin(), row.end(), 0);
    std::shuffle(row.begin(), row.end(), random);
    for (size_t o = 0; o < row.size(); ++o) other.openings[static_cast<size_t>(row[o])] = problem.openings[o];
    for (Applicant& applicant : other.applicants) {
      for (Wish& wish : applicant.wishes) wish.opening = row[static_cast<size_t>(wish.opening)];
      std::shuffle(applicant.groups.begin(), applicant.groups.end(), random);
    }
    std::shuffle(other.applicants.begin(), other.applicants.end(), random);
    for (const AllocationMechanism mechanism : {kDeferred, kMost}) {
      EXPECT_EQ(Published(other, Answer(other, mechanism)), Published(problem, Answer(problem, mechanism)));
    }
  }
}

TEST(Allocation, EveryoneEligibleWithoutAPlaceStandsOnEveryListOfTheirs) {
  std::mt19937_64 random(17);
  for (int round = 0; round < 2'000; ++round) {
    const AllocationProblem problem = RandomAllocation(random, {.applicants = 12});
    for (const AllocationMechanism mechanism : {kDeferred, kMost}) {
      const Allocation answer = Answer(problem, mechanism);
      for (size_t a = 0; a < problem.applicants.size(); ++a) {
        if (answer.placements[a].opening != kNoOpening) continue;
        EXPECT_NE(answer.reasons[a], UnplacedReason::kPlaced);
        for (const Wish& wish : problem.applicants[a].wishes) {
          const auto& list = answer.reserve_lists[static_cast<size_t>(wish.opening)];
          const bool eligible = problem.applicants[a].barred.empty() && wish.barred.empty();
          EXPECT_EQ(std::count(list.begin(), list.end(), static_cast<int32_t>(a)), eligible ? 1 : 0);
        }
      }
    }
  }
}

TEST(Allocation, SharesOfAllSeatsAreMetToTheSeat) {
  AllocationProblem problem{.groups = {"SPECIAL_REASONS"}, .seed = "sixteen-bytes-and-more"};
  problem.reserves = {{.group = 0, .scope = Reserve::Scope::kAllSeats, .share = 250'000}};
  for (int o = 0; o < 1'001; ++o) {
    problem.openings.push_back({.reference = "job-" + std::to_string(o), .seats = 1 + o % 3});
  }
  int64_t all = 0, reserved = 0;
  const std::vector<SeatPlan> plans = SpreadSeats(problem);
  for (size_t o = 0; o < plans.size(); ++o) {
    EXPECT_EQ(plans[o].reserved[0] + plans[o].open, problem.openings[o].seats);
    EXPECT_LE(plans[o].reserved[0], 1);
    all += problem.openings[o].seats;
    reserved += plans[o].reserved[0];
  }
  EXPECT_EQ(reserved, all / 4);
}

TEST(Allocation, AReserveIsAMinimumOrComesOnTop) {
  AllocationProblem problem{.groups = {"SPECIAL"}, .seed = "sixteen-bytes-and-more"};
  problem.openings = {{.reference = "job", .seats = 2}};
  problem.reserves = {{.group = 0, .scope = Reserve::Scope::kEachOpening, .count = 1}};
  for (const char* name : {"p", "q", "r", "s"}) {
    problem.applicants.push_back({.reference = name, .wishes = {{.opening = 0}}});
  }
  std::vector<int32_t> order = Answer(problem, kDeferred).lottery;
  const auto placed = [&] {
    std::vector<int32_t> rows;
    const Allocation answer = Answer(problem, kDeferred);
    for (const int32_t a : order) {
      if (answer.placements[static_cast<size_t>(a)].opening == 0) rows.push_back(a);
    }
    return rows;
  };
  // The first and the third of the lottery have special reasons.
  problem.applicants[static_cast<size_t>(order[0])].groups = {0};
  problem.applicants[static_cast<size_t>(order[2])].groups = {0};
  EXPECT_THAT(placed(), ElementsAre(order[0], order[1]));  // The first fills the minimum.
  problem.precedence = Precedence::kOpenFirst;
  EXPECT_THAT(placed(), ElementsAre(order[0], order[2]));  // The first wins an open seat.
  problem.applicants[static_cast<size_t>(order[0])].groups = {};
  problem.applicants[static_cast<size_t>(order[2])].groups = {};
  EXPECT_THAT(placed(), ElementsAre(order[0], order[1]));  // Nobody wants the reserve: it opens to all.
  problem.reserves[0].fallback = Reserve::Fallback::kKeepEmpty;
  EXPECT_THAT(placed(), ElementsAre(order[0]));
  problem.guaranteed = {0};
  problem.applicants[static_cast<size_t>(order[3])].groups = {0};
  EXPECT_THAT(placed(), ElementsAre(order[3]));  // Comes first, wins the open seat, and leaves the reserve empty.
  problem.precedence = Precedence::kReservedFirst;
  EXPECT_THAT(placed(), ElementsAre(order[0], order[3]));
}

TEST(Allocation, WhoeverHasNoPlaceIsToldWhy) {
  AllocationProblem problem{.groups = {"SPECIAL"}, .seed = "sixteen-bytes-and-more"};
  problem.openings = {{.reference = "one", .seats = 1}, {.reference = "none", .seats = 0}};
  problem.applicants = {
      {.reference = "wins", .wishes = {{.opening = 0}}, .groups = {0}},
      {.reference = "late", .wishes = {{.opening = 0}, {.opening = 1}}},
      {.reference = "young", .wishes = {{.opening = 0}}, .barred = "TOO_YOUNG"},
      {.reference = "mute"},
      {.reference = "unfit", .wishes = {{.opening = 0, .barred = "NO_LICENCE"}}},
      {.reference = "empty", .wishes = {{.opening = 1}}},
  };
  problem.priorities = {0};
  for (const AllocationMechanism mechanism : {kDeferred, kMost}) {
    const Allocation answer = Answer(problem, mechanism);
    EXPECT_THAT(answer.reasons,
                ElementsAre(UnplacedReason::kPlaced, UnplacedReason::kOthersCameFirst, UnplacedReason::kBarred,
                            UnplacedReason::kNoWishes, UnplacedReason::kAllWishesBarred, UnplacedReason::kNoSeats));
    EXPECT_THAT(answer.reserve_lists[0], ElementsAre(1));
    EXPECT_EQ(answer.reserve_lists[1].size(), 2u);
    EXPECT_EQ(UnplacedReasonCode(answer.reasons[1]), "OTHERS_CAME_FIRST");
  }
}

TEST(AllocationCertificate, EveryChangedAnswerIsRefused) {
  std::mt19937_64 random(18);
  int tried = 0;
  for (int round = 0; round < 1'500; ++round) {
    const AllocationProblem problem = RandomAllocation(random, {.applicants = 8, .openings = 5});
    for (const AllocationMechanism mechanism : {kDeferred, kMost}) {
      const Allocation answer = Answer(problem, mechanism);
      ASSERT_TRUE(CheckAllocation(problem, mechanism, answer).ok()) << CheckAllocation(problem, mechanism, answer);
      const auto refused = [&](const std::function<void(Allocation&)>& change, const char* what) {
        Allocation other = answer;
        change(other);
        if (other.placements == answer.placements && other.reserve_lists == answer.reserve_lists &&
            other.reasons == answer.reasons && other.lottery == answer.lottery && other.seats == answer.seats &&
            other.counts == answer.counts && other.certificate == answer.certificate) {
          return;
        }
        ++tried;
        EXPECT_EQ(ReasonOf(CheckAllocation(problem, mechanism, other)), "INVALID_CERTIFICATE")
            << what << " round " << round;
      };
      const size_t a = static_cast<size_t>(Below(random, static_cast<int>(problem.applicants.size())));
      const size_t b = static_cast<size_t>(Below(random, static_cast<int>(problem.applicants.size())));
      const size_t o = static_cast<size_t>(Below(random, static_cast<int>(problem.openings.size())));
      refused([&](Allocation& x) { std::swap(x.placements[a], x.placements[b]); }, "swap");
      refused([&](Allocation& x) { std::swap(x.lottery[a], x.lottery[b]); }, "lottery");
      refused([&](Allocation& x) { x.placements[a] = {}; }, "one less");
      refused([&](Allocation& x) { x.reasons[a] = UnplacedReason::kNoSeats; }, "reason");
      refused([&](Allocation& x) { std::reverse(x.reserve_lists[o].begin(), x.reserve_lists[o].end()); }, "list");
      refused([&](Allocation& x) { x.seats[o].open += 1; }, "seats");
      refused([&](Allocation& x) { x.counts.rank_sum += 1; }, "counts");
      refused([&](Allocation& x) { x.placements.pop_back(); }, "shape");
      if (mechanism == kMost) {
        refused([&](Allocation& x) { x.certificate.prices[0].applicant[a] += "1"; }, "price");
        refused([&](Allocation& x) { x.certificate.prices[1].applicant[a] = "x"; }, "no price");
        refused([&](Allocation& x) { x.certificate.prices.clear(); }, "no prices");
        refused([&](Allocation& x) { x.certificate.prices[0].host.assign(x.certificate.prices[0].host.size(), "0"); },
                "free seats");
      }
    }
  }
  EXPECT_GT(tried, 10'000);
}

// A whole answer of other placements, consistent in everything else, is refused as well.
TEST(AllocationCertificate, AnAnswerThatIsBestForOtherWishesIsRefused) {
  std::mt19937_64 random(19);
  int tried = 0;
  for (int round = 0; round < 4'000; ++round) {
    const AllocationProblem problem = RandomAllocation(random, {.applicants = 8, .openings = 4, .bars = false});
    AllocationProblem other = problem;
    const size_t a = static_cast<size_t>(Below(random, static_cast<int>(problem.applicants.size())));
    if (problem.applicants[a].wishes.size() < 2) continue;
    other.applicants[a].wishes.front().barred = "TOO_YOUNG";
    for (const AllocationMechanism mechanism : {kDeferred, kMost}) {
      const Allocation right = Answer(problem, mechanism);
      Allocation wrong = Answer(other, mechanism);
      if (wrong.placements == right.placements) continue;
      // Lists and reasons as they would follow from the wrong placements.
      for (auto& list : wrong.reserve_lists) list.clear();
      for (const int32_t p : Order(problem)) {
        const Placement& placement = wrong.placements[static_cast<size_t>(p)];
        const auto& wishes = problem.applicants[static_cast<size_t>(p)].wishes;
        for (size_t w = 0; w < wishes.size(); ++w) {
          if (placement.opening != kNoOpening && static_cast<int32_t>(w) + 1 >= placement.rank) break;
          wrong.reserve_lists[static_cast<size_t>(wishes[w].opening)].push_back(p);
        }
      }
      wrong.counts.guaranteed = right.counts.guaranteed;
      wrong.reasons[a] = wrong.placements[a].opening == kNoOpening && right.reasons[a] != UnplacedReason::kPlaced
                             ? right.reasons[a]
                             : wrong.reasons[a];
      ++tried;
      EXPECT_EQ(ReasonOf(CheckAllocation(problem, mechanism, wrong)), "INVALID_CERTIFICATE") << "round " << round;
    }
  }
  EXPECT_GT(tried, 500);
}

TEST(AllocationCertificate, SurvivesItsText) {
  std::mt19937_64 random(20);
  const AllocationProblem problem = RandomAllocation(random, {.applicants = 30, .openings = 9, .most_seats = 3});
  const Allocation answer = Answer(problem, kMost);
  EXPECT_EQ(*AllocationCertificateFromJson(AllocationCertificateToJson(answer.certificate)), answer.certificate);
  for (const char* text :
       {"", "{", "[]", "{\"format\":2,\"prices\":[]}", "{\"format\":1}", "{\"format\":1,\"prices\":[1]}",
        "{\"format\":1,\"prices\":[{\"applicant\":[1],\"host\":[]}]}"}) {
    EXPECT_EQ(ReasonOf(AllocationCertificateFromJson(text).status()), "INVALID_CERTIFICATE") << text;
  }
}

TEST(Allocation, HostileProblemsAreRefusedByName) {
  AllocationProblem good{
      .groups = {"RED", "BLUE"}, .guaranteed = {0}, .priorities = {1}, .seed = "sixteen-bytes-and-more"};
  good.reserves = {{.group = 0, .share = 500'000}};
  good.openings = {{.reference = "x", .seats = 1}, {.reference = "y", .seats = 2}};
  good.applicants = {{.reference = "p", .wishes = {{.opening = 0}, {.opening = 1}}, .groups = {1}}};
  ASSERT_TRUE(Validate(good).ok()) << Validate(good);
  const std::vector<std::pair<std::string, std::function<void(AllocationProblem&)>>> spoilers = {
      {"seed", [](auto& p) { p.seed = "short"; }},
      {"seed", [](auto& p) { p.seed = std::string(2'000, 'x'); }},
      {"seed", [](auto& p) { p.seed = "sixteen bytes\nand more"; }},
      {"groups[1]", [](auto& p) { p.groups[1] = "RED"; }},
      {"groups[1]", [](auto& p) { p.groups[1] = ""; }},
      {"groups[1]", [](auto& p) { p.groups[1] = "\xff\xfe"; }},
      {"guaranteed[0]", [](auto& p) { p.guaranteed[0] = 2; }},
      {"guaranteed[1]", [](auto& p) { p.guaranteed.push_back(0); }},
      {"priorities[0]", [](auto& p) { p.priorities[0] = -1; }},
      {"reserves[0]", [](auto& p) { p.reserves[0].count = 1; }},
      {"reserves[0]", [](auto& p) { p.reserves[0].share.reset(); }},
      {"reserves[0].share", [](auto& p) { p.reserves[0].share = 1'000'001; }},
      {"reserves[0].count", [](auto& p) { p.reserves[0].share.reset(), p.reserves[0].count = -1; }},
      {"reserves.group[0]", [](auto& p) { p.reserves[0].group = 7; }},
      {"reserves.group[1]", [](auto& p) { p.reserves.push_back(p.reserves[0]); }},
      {"openings[0].seats", [](auto& p) { p.openings[0].seats = -1; }},
      {"openings.seats", [](auto& p) { p.openings[0].seats = 2'147'483'647, p.openings[1].seats = 2'147'483'647; }},
      {"openings.reference[1]", [](auto& p) { p.openings[1].reference = "x"; }},
      {"applicants.reference[0]", [](auto& p) { p.applicants[0].reference = ""; }},
      {"applicants.reference[1]", [](auto& p) { p.applicants.push_back(p.applicants[0]); }},
      {"applicants[0].wishes[1]", [](auto& p) { p.applicants[0].wishes[1].opening = 0; }},
      {"applicants[0].wishes[1]", [](auto& p) { p.applicants[0].wishes[1].opening = 2; }},
      {"applicants[0].wishes[0]", [](auto& p) { p.applicants[0].wishes[0].opening = -1; }},
      {"applicants[0].wishes[0].barred", [](auto& p) { p.applicants[0].wishes[0].barred = "too young"; }},
      {"applicants[0].groups[0]", [](auto& p) { p.applicants[0].groups[0] = 9; }},
      {"applicants[0].groups[1]", [](auto& p) { p.applicants[0].groups.push_back(1); }},
  };
  for (const auto& [field, spoil] : spoilers) {
    AllocationProblem problem = good;
    spoil(problem);
    for (const AllocationMechanism mechanism : {kDeferred, kMost}) {
      const absl::Status status = Allocate(problem, mechanism).status();
      EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS") << field;
      ASSERT_FALSE(DetailsOf(status).fields.empty()) << field;
      EXPECT_EQ(DetailsOf(status).fields[0].field, field);
    }
  }
}

TEST(Allocation, EmptySidesAreSolved) {
  const AllocationProblem nobody{.seed = "sixteen-bytes-and-more"};
  AllocationProblem no_jobs = nobody, no_people = nobody;
  no_jobs.applicants = {{.reference = "p"}};
  no_people.openings = {{.reference = "x", .seats = 3}};
  for (const AllocationProblem& problem : {nobody, no_jobs, no_people}) {
    for (const AllocationMechanism mechanism : {kDeferred, kMost}) {
      const Allocation answer = Answer(problem, mechanism);
      EXPECT_EQ(answer.counts.placed, 0);
      EXPECT_TRUE(CheckAllocation(problem, mechanism, answer).ok());
    }
  }
}

// Scenario 21: 9,000 holiday jobs, 12,000 applicants with up to ten wishes.
AllocationProblem HolidayJobs() {
  std::mt19937_64 random(21);
  AllocationProblem problem{.groups = {"CARE", "SPECIAL_REASONS", "FINAL_YEAR"},
                            .guaranteed = {0},
                            .priorities = {2},
                            .seed = "1f0c5b6d2e9a4f7788c0d1e2f3a4b5c61f0c5b6d2e9a4f7788c0d1e2f3a4b5c6"};
  problem.reserves = {{.group = 1, .scope = Reserve::Scope::kAllSeats, .share = 250'000}};
  int seats = 0;
  for (int o = 0; seats < 9'000; ++o) {
    const int here = std::min(1 + Below(random, 6), 9'000 - seats);
    problem.openings.push_back({.reference = "job-" + std::to_string(o), .seats = here});
    seats += here;
  }
  const int openings = static_cast<int>(problem.openings.size());
  for (int a = 0; a < 12'000; ++a) {
    Applicant applicant{.reference = "person-" + std::to_string(a)};
    std::set<int> seen;
    for (int w = 0; w < 10; ++w) {
      // Some jobs are liked by many.
      const int o = std::min(Below(random, openings), Below(random, openings));
      if (!seen.insert(o).second) continue;
      applicant.wishes.push_back({.opening = o, .barred = Below(random, 50) == 0 ? "TOO_YOUNG" : ""});
    }
    if (Below(random, 40) == 0) applicant.groups.push_back(0);
    if (Below(random, 6) == 0) applicant.groups.push_back(1);
    if (Below(random, 5) == 0) applicant.groups.push_back(2);
    if (Below(random, 60) == 0) applicant.barred = "TOO_OLD";
    problem.applicants.push_back(std::move(applicant));
  }
  return problem;
}

TEST(Allocation, NineThousandHolidayJobsAreQuickCheckedAndCanBeCancelled) {
  const AllocationProblem problem = HolidayJobs();
  for (const AllocationMechanism mechanism : {kDeferred, kMost}) {
    const double begin = CpuSeconds();
    const Allocation answer = Answer(problem, mechanism);
    const double solved = CpuSeconds();
    EXPECT_TRUE(CheckAllocation(problem, mechanism, answer).ok()) << CheckAllocation(problem, mechanism, answer);
    const double checked = CpuSeconds();
    std::printf(
        "%s: %.0f ms, checked in %.0f ms; %ld placed, rank sum %ld, reserve %ld of %ld, guaranteed %ld of %ld\n",
        std::string(MechanismCode(mechanism)).c_str(), 1e3 * (solved - begin), 1e3 * (checked - solved),
        answer.counts.placed, answer.counts.rank_sum, answer.counts.reserved_filled[0], answer.counts.reserved[0],
        answer.counts.guaranteed_placed, answer.counts.guaranteed);
    EXPECT_EQ(answer.counts.seats, 9'000);
    EXPECT_EQ(answer.counts.reserved[0], 2'250);
    EXPECT_LT((solved - begin) / kSlower, mechanism == kDeferred ? 1.0 : 20.0);

    int64_t last = 0, calls = 0;
    AllocationOptions options{.control = {.cancelled = [&] { return calls > 1; },
                                          .progress = [&](const Progress& p) { ++calls, last = p.total; }}};
    EXPECT_EQ(Allocate(problem, mechanism, options).status().code(), absl::StatusCode::kCancelled);
    EXPECT_EQ(last, 12'000);
    const absl::Status tight = Allocate(problem, mechanism, {.memory_limit_bytes = 1 << 20}).status();
    EXPECT_EQ(tight.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(tight.message()), HasSubstr("1048576"));
  }
}

}  // namespace
}  // namespace brygga::engine

#include "engine/explain.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "engine/evaluation.h"

namespace brygga::engine {
namespace {

constexpr std::array<std::string_view, 4> kReasonCodes = {"NO_FEASIBLE_MENTOR", "BOTTLENECK", "NO_SEATS", "OBJECTIVE"};

// Seats per mentor that the locks leave.
std::vector<int32_t> SeatsLeft(const Problem& problem) {
  std::vector<int32_t> seats = problem.capacity;
  for (const Lock& lock : problem.locks) {
    int32_t& left = seats[static_cast<size_t>(lock.mentor)];
    left = std::max(0, left - 1);
  }
  return seats;
}

// A set of adepts and all mentors that any of them may have.
struct HallSet {
  std::vector<int32_t> adepts, mentors;
  int64_t seats = 0;
  bool is_open = false;  // A seat is free: one more could be matched, and this is no Hall set.
};

// The Hall sets of the unmatched: each with the mentors it may have, whom they
// have, the mentors whom those may have, and so on; sets that meet are one.
class HallSets {
 public:
  HallSets(const Problem& problem, const Assignment& assignment, const std::vector<int32_t>& seats)
      : problem_(problem),
        seats_(seats),
        adepts_of_(seats.size()),
        owner_of_mentor_(seats.size(), -1),
        seen_(problem.rounds_waited.size()) {
    for (const MatchedPair& pair : assignment.pairs) {
      if (!pair.locked) adepts_of_[static_cast<size_t>(pair.mentor)].push_back(pair.adept);
    }
  }

  // Each pair is looked at once over all calls.
  void Grow(int32_t unmatched) {
    const size_t number = sets_.size();
    sets_.push_back({.adepts = {unmatched}, .mentors = {}});
    joined_.push_back(number);
    for (size_t i = 0; i < sets_[number].adepts.size(); ++i) Visit(number, sets_[number].adepts[i]);
  }

  // Once all have grown: for each, by number, the whole set it became part of.
  std::vector<HallSet> Whole() {
    std::vector<HallSet> whole(sets_.size());
    for (size_t i = 0; i < sets_.size(); ++i) {
      HallSet& root = whole[Root(i)];
      root.adepts.insert(root.adepts.end(), sets_[i].adepts.begin(), sets_[i].adepts.end());
      root.mentors.insert(root.mentors.end(), sets_[i].mentors.begin(), sets_[i].mentors.end());
      root.is_open = root.is_open || sets_[i].is_open;
    }
    for (HallSet& set : whole) {
      std::sort(set.adepts.begin(), set.adepts.end());
      std::sort(set.mentors.begin(), set.mentors.end());
      for (const int32_t mentor : set.mentors) set.seats += seats_[static_cast<size_t>(mentor)];
    }
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (Root(i) != i) whole[i] = whole[Root(i)];
    }
    return whole;
  }

 private:
  void Visit(size_t number, int32_t adept) {
    const size_t a = static_cast<size_t>(adept);
    for (int64_t e = problem_.edges.offset[a]; e < problem_.edges.offset[a + 1]; ++e) {
      const int32_t mentor = problem_.edges.mentor[static_cast<size_t>(e)];
      int64_t& owner = owner_of_mentor_[static_cast<size_t>(mentor)];
      if (seats_[static_cast<size_t>(mentor)] == 0) continue;
      if (owner >= 0) {
        joined_[Root(number)] = Root(static_cast<size_t>(owner));
        continue;
      }
      owner = static_cast<int64_t>(number);
      sets_[number].mentors.push_back(mentor);
      const auto& sitting = adepts_of_[static_cast<size_t>(mentor)];
      if (static_cast<int32_t>(sitting.size()) < seats_[static_cast<size_t>(mentor)]) sets_[number].is_open = true;
      for (const int32_t other : sitting) {
        if (!seen_[static_cast<size_t>(other)]) sets_[number].adepts.push_back(other);
        seen_[static_cast<size_t>(other)] = true;
      }
    }
  }

  size_t Root(size_t number) {
    while (joined_[number] != number) number = joined_[number] = joined_[joined_[number]];
    return number;
  }

  const Problem& problem_;
  const std::vector<int32_t>& seats_;
  std::vector<std::vector<int32_t>> adepts_of_;
  std::vector<int64_t> owner_of_mentor_;
  std::vector<bool> seen_;
  std::vector<HallSet> sets_;
  std::vector<size_t> joined_;
};

// Counts, for one adept after another, the rules that forbid each mentor with a seat.
class RuleCounter {
 public:
  RuleCounter(const Scorer& scorer, const People& adepts, const People& mentors, const Problem& problem,
              const std::vector<int32_t>& seats)
      : evaluation_(scorer.evaluation()),
        adepts_(adepts),
        mentors_(mentors),
        problem_(problem),
        seats_(seats),
        view_(evaluation_.reference()),
        vetoed_(seats.size()) {}

  std::vector<RuleCount> Count(int32_t adept) {
    Counts counts;
    for (int i = 0; i < kHardRuleCount; ++i) counts[static_cast<size_t>(i)] = {.rule = static_cast<HardRule>(i)};
    SetVetoes(adept, 1);
    evaluation_.Show(adepts_, adept, view_);
    for (int32_t m = 0; m < mentors_.count; ++m) {
      if (seats_[static_cast<size_t>(m)] > 0) Add(BrokenBits(m), counts);
    }
    SetVetoes(adept, 0);
    return MostFirst(counts);
  }

 private:
  using Counts = std::array<RuleCount, kHardRuleCount>;

  void SetVetoes(int32_t adept, uint8_t to) {
    for (const auto& [vetoed_adept, mentor] : problem_.vetoes) {
      if (vetoed_adept == adept) vetoed_[static_cast<size_t>(mentor)] = to;
    }
  }

  uint32_t BrokenBits(int32_t mentor) const {
    const uint32_t veto = vetoed_[static_cast<size_t>(mentor)];  // kVeto is bit 0.
    return veto | evaluation_.BrokenBits(view_, mentors_, mentor);
  }

  static void Add(uint32_t broken, Counts& counts) {
    const bool alone = std::has_single_bit(broken);
    for (; broken != 0; broken &= broken - 1) {
      RuleCount& count = counts[static_cast<size_t>(std::countr_zero(broken))];
      ++count.mentors;
      if (alone) ++count.alone;
    }
  }

  static std::vector<RuleCount> MostFirst(const Counts& counts) {
    std::vector<RuleCount> used;
    std::copy_if(counts.begin(), counts.end(), std::back_inserter(used),
                 [](const RuleCount& count) { return count.mentors > 0; });
    std::stable_sort(used.begin(), used.end(),
                     [](const RuleCount& a, const RuleCount& b) { return a.mentors > b.mentors; });
    return used;
  }

  const Evaluation& evaluation_;
  const People& adepts_;
  const People& mentors_;
  const Problem& problem_;
  const std::vector<int32_t>& seats_;
  AdeptView view_;
  std::vector<uint8_t> vetoed_;
};
static_assert(static_cast<int>(HardRule::kVeto) == 0 && kHardRuleCount <= 32);

}  // namespace

std::string_view UnmatchedReasonCode(UnmatchedReason reason) { return kReasonCodes[static_cast<size_t>(reason)]; }

std::vector<Unmatched> ExplainUnmatched(const Scorer& scorer, const People& adepts, const People& mentors,
                                        const Problem& problem, const Assignment& assignment) {
  const std::vector<int32_t> seats = SeatsLeft(problem);
  const bool any_seat = std::any_of(seats.begin(), seats.end(), [](int32_t left) { return left > 0; });
  std::vector<uint8_t> matched(problem.rounds_waited.size());
  for (const MatchedPair& pair : assignment.pairs) matched[static_cast<size_t>(pair.adept)] = 1;

  std::vector<Unmatched> unmatched;
  HallSets hall_sets(problem, assignment, seats);
  for (int32_t a = 0; a < adepts.count; ++a) {
    if (matched[static_cast<size_t>(a)]) continue;
    unmatched.push_back({.adept = a});
    hall_sets.Grow(a);
  }
  std::vector<HallSet> sets = hall_sets.Whole();
  RuleCounter rules(scorer, adepts, mentors, problem, seats);
  for (size_t i = 0; any_seat && i < unmatched.size(); ++i) {
    Unmatched& one = unmatched[i];
    HallSet& set = sets[i];
    one.reason = set.mentors.empty() ? UnmatchedReason::kNoFeasibleMentor : UnmatchedReason::kBottleneck;
    if (set.is_open) {
      one.reason = UnmatchedReason::kObjective;
    } else if (set.mentors.empty()) {
      one.rules = rules.Count(one.adept);
    } else {
      one.group = std::move(set.adepts);
      one.mentors = std::move(set.mentors);
      one.seats = set.seats;
    }
  }
  return unmatched;
}

}  // namespace brygga::engine

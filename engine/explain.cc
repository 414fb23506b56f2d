#include "engine/explain.h"

#include <algorithm>

namespace brygga::engine {
namespace {

constexpr std::array<std::string_view, 3> kReasonCodes = {"NO_FEASIBLE_MENTOR", "BOTTLENECK", "NO_SEATS"};

// Everyone's way to a free seat along the answer's pairs: who could give up a
// mentor for another one.
class Alternatives {
 public:
  Alternatives(const Problem& problem, const Assignment& assignment) : problem_(problem) {
    seats_ = problem.capacity;
    adepts_of_.resize(seats_.size());
    for (const MatchedPair& pair : assignment.pairs) {
      if (!pair.locked) adepts_of_[static_cast<size_t>(pair.mentor)].push_back(pair.adept);
      if (pair.locked && seats_[static_cast<size_t>(pair.mentor)] > 0) --seats_[static_cast<size_t>(pair.mentor)];
    }
  }

  // Fills the Hall set of `unmatched.adept`: itself, the mentors it may have,
  // whom they have, the mentors whom those may have, and so on.
  void FillHallSet(Unmatched& unmatched) const {
    std::vector<uint8_t> in_group(problem_.rounds_waited.size()), seen(seats_.size());
    unmatched.group = {unmatched.adept};
    in_group[static_cast<size_t>(unmatched.adept)] = 1;
    for (size_t i = 0; i < unmatched.group.size(); ++i) {
      const size_t a = static_cast<size_t>(unmatched.group[i]);
      for (int64_t e = problem_.edges.offset[a]; e < problem_.edges.offset[a + 1]; ++e) {
        const int32_t mentor = problem_.edges.mentor[static_cast<size_t>(e)];
        if (seen[static_cast<size_t>(mentor)]) continue;
        seen[static_cast<size_t>(mentor)] = 1;
        if (seats_[static_cast<size_t>(mentor)] == 0) continue;
        unmatched.mentors.push_back(mentor);
        unmatched.seats += seats_[static_cast<size_t>(mentor)];
        for (const int32_t other : adepts_of_[static_cast<size_t>(mentor)]) {
          if (in_group[static_cast<size_t>(other)]) continue;
          in_group[static_cast<size_t>(other)] = 1;
          unmatched.group.push_back(other);
        }
      }
    }
    std::sort(unmatched.group.begin(), unmatched.group.end());
    std::sort(unmatched.mentors.begin(), unmatched.mentors.end());
  }

  // Seats that the locks leave.
  int32_t Seats(int32_t mentor) const { return seats_[static_cast<size_t>(mentor)]; }

 private:
  const Problem& problem_;
  std::vector<int32_t> seats_;
  std::vector<std::vector<int32_t>> adepts_of_;
};

std::vector<RuleCount> CountRules(const Scorer& scorer, const People& adepts, int32_t adept, const People& mentors,
                                  const Problem& problem, const Alternatives& alternatives) {
  std::array<RuleCount, kHardRuleCount> counts;
  for (int i = 0; i < kHardRuleCount; ++i) counts[static_cast<size_t>(i)] = {.rule = static_cast<HardRule>(i)};
  std::vector<uint8_t> vetoed(static_cast<size_t>(mentors.count));
  for (const auto& [vetoed_adept, mentor] : problem.vetoes) {
    if (vetoed_adept == adept) vetoed[static_cast<size_t>(mentor)] = 1;
  }
  for (int32_t m = 0; m < mentors.count; ++m) {
    if (alternatives.Seats(m) == 0) continue;
    std::vector<HardRule> broken;
    if (vetoed[static_cast<size_t>(m)]) broken.push_back(HardRule::kVeto);
    for (const BrokenRule& rule : scorer.ScorePair(adepts, adept, mentors, m).broken) broken.push_back(rule.rule);
    for (const HardRule rule : broken) {
      ++counts[static_cast<size_t>(rule)].mentors;
      if (broken.size() == 1) ++counts[static_cast<size_t>(rule)].alone;
    }
  }
  std::vector<RuleCount> used;
  std::copy_if(counts.begin(), counts.end(), std::back_inserter(used),
               [](const RuleCount& count) { return count.mentors > 0; });
  std::stable_sort(used.begin(), used.end(),
                   [](const RuleCount& a, const RuleCount& b) { return a.mentors > b.mentors; });
  return used;
}

}  // namespace

std::string_view UnmatchedReasonCode(UnmatchedReason reason) { return kReasonCodes[static_cast<size_t>(reason)]; }

std::vector<Unmatched> ExplainUnmatched(const Scorer& scorer, const People& adepts, const People& mentors,
                                        const Problem& problem, const Assignment& assignment) {
  const Alternatives alternatives(problem, assignment);
  std::vector<uint8_t> matched(problem.rounds_waited.size());
  for (const MatchedPair& pair : assignment.pairs) matched[static_cast<size_t>(pair.adept)] = 1;
  bool any_seat = false;
  for (int32_t m = 0; m < mentors.count; ++m) any_seat |= alternatives.Seats(m) > 0;

  std::vector<Unmatched> unmatched;
  for (int32_t a = 0; a < adepts.count; ++a) {
    if (matched[static_cast<size_t>(a)]) continue;
    Unmatched& one = unmatched.emplace_back(Unmatched{.adept = a});
    if (!any_seat) continue;
    alternatives.FillHallSet(one);
    one.reason = one.mentors.empty() ? UnmatchedReason::kNoFeasibleMentor : UnmatchedReason::kBottleneck;
    if (!one.mentors.empty()) continue;
    one.group.clear();
    one.rules = CountRules(scorer, adepts, a, mentors, problem, alternatives);
  }
  return unmatched;
}

}  // namespace brygga::engine

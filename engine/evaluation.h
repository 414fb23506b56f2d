// What one policy makes of one pair: the rules it breaks, and what each
// criterion is worth.
#ifndef BRYGGA_ENGINE_EVALUATION_H_
#define BRYGGA_ENGINE_EVALUATION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/error.h"
#include "engine/closeness.h"
#include "engine/people.h"
#include "engine/policy.h"
#include "engine/reference.h"
#include "engine/score.h"

namespace brygga::engine {

// Criteria of one pair: what each is worth and where that comes from.
struct Values {
  std::array<double, kCriterionCount> value = {};
  std::array<bool, kCriterionCount> unknown = {};
  std::array<std::string_view, kCriterionCount> detail = {};
  int common_slots = 0, smaller_slots = 0;
  int goals_met = 0, goals_unknown = 0, goals_all = 0;
  double km = -1;

  void Set(Criterion criterion, double worth, std::string_view from) {
    value[static_cast<size_t>(criterion)] = worth;
    detail[static_cast<size_t>(criterion)] = from;
  }
  void SetUnknown(Criterion criterion, double worth) {
    Set(criterion, worth, "UNKNOWN");
    unknown[static_cast<size_t>(criterion)] = true;
  }
};

// One adept, spread out so that a mentor is looked up and not searched. One per
// thread, and one adept at a time.
struct AdeptView {
  explicit AdeptView(const Reference& reference);

  const People* people = nullptr;
  size_t row = 0;
  const Closeness* by_group = nullptr;   // By the mentor's group; null: target unknown.
  std::vector<Closeness> by_occupation;  // By the mentor's occupation.
  std::vector<int32_t> raised;           // What is set in `by_occupation`.
  std::vector<uint8_t> has_skill;
  std::vector<uint8_t> rank;  // By language; 0: none.
  std::vector<int> wanted;    // Languages that the adept practises.
};

// A policy, resolved against the reference tables. Immutable, safe for concurrent
// use. `reference` must outlive it.
class Evaluation {
 public:
  Evaluation(const Reference& reference, const Policy& policy);

  const Reference& reference() const { return reference_; }
  const Policy& policy() const { return policy_; }
  // Codes of the policy that the reference does not know.
  const std::vector<FieldViolation>& violations() const { return violations_; }

  // Turns `view` to another adept.
  void Show(const People& adepts, int32_t adept, AdeptView& view) const;

  // Whether no hard rule forbids the pair; then `values` are its criteria. Stops
  // at the first broken rule.
  bool Allows(const AdeptView& view, const People& mentors, int32_t mentor, Values& values) const;
  // Every broken rule; if there is none, `values` are the pair's criteria.
  std::vector<BrokenRule> Broken(const AdeptView& view, const People& mentors, int32_t mentor, Values& values) const;

  // The same as bits, 1 << HardRule, without words: for counting them over many pairs.
  uint32_t BrokenBits(const AdeptView& view, const People& mentors, int32_t mentor) const;

  int32_t Score(const Values& values) const { return Score(values.value); }
  // The score of what each criterion is worth. Never falls where a worth rises.
  int32_t Score(const std::array<double, kCriterionCount>& value) const;
  std::vector<Contribution> Contributions(const Values& values) const;

  // What ranking.h works into columns: parts of the above that look at one person
  // alone, or at one fact of two.

  const ClosenessTable& closeness() const { return closeness_; }
  // The ranks from which on a language may be the common one, and from which on
  // it is practised no more.
  int adept_rank() const { return adept_rank_; }
  int mentor_rank() const { return mentor_rank_; }
  int practised_until() const { return practised_until_; }
  // Languages that adepts practise.
  const std::vector<int>& practise() const { return practise_; }
  bool MayBeCommon(int32_t language) const { return allowed_[static_cast<size_t>(language)] != 0; }
  double Nearness(int32_t a, int32_t b) const {
    return nearness_[static_cast<size_t>(a) * static_cast<size_t>(reference_.municipality_count()) +
                     static_cast<size_t>(b)];
  }
  // False where a hard rule forbids a mentor whoever the adept is.
  bool AdmitsMentor(const People& mentors, size_t m) const;
  // Bits of the goals that a mentor's experience does not meet, and of those of
  // which that is not known, closeness aside.
  struct GoalBits {
    uint16_t unmet = 0, unknown = 0;
  };
  GoalBits GoalsOf(const People& mentors, size_t m) const;
  double Continuity(const People& mentors, size_t m) const;
  double Waiting(const People& adepts, size_t a) const;

 private:
  struct ResolvedGoal {
    GoalRule rule;
    int language = -1;
    int rank = 0;
  };
  enum class Met { kNo, kUnknown, kYes };

  int Language(const std::string& field, const std::string& code);
  void ResolveLanguages();
  void ResolveGoals();
  void ResolvePlaces();

  // One group of rules each: true where one of them ends the pair. They fill in
  // the criteria that read the same data.
  template <typename Rules>
  bool Ends(const AdeptView& view, const People& mentors, size_t m, Rules& rules, Values& values) const;
  template <typename Rules>
  bool OrganisationsEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules) const;
  template <typename Rules>
  bool PersonsEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules) const;
  template <typename Rules>
  bool SlotsEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules, Values& values) const;
  template <typename Rules>
  bool LanguagesEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules, Values& values) const;
  template <typename Rules>
  bool PlacesEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules, Values& values) const;
  template <typename Rules>
  bool OccupationsEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules, Values& values) const;

  void EvaluateLanguage(const AdeptView& view, const People& mentors, size_t m, Values& values) const;
  void EvaluateOccupation(const std::optional<Closeness>& closeness, double overlap, Values& values) const;
  void EvaluateRest(const AdeptView& view, const People& mentors, size_t m, Values& values) const;
  void EvaluateEducation(const std::string& a, const std::string& b, Values& values) const;
  void EvaluateGoals(const AdeptView& view, const People& mentors, size_t m, Values& values) const;
  Met Meets(const std::optional<ResolvedGoal>& goal, const AdeptView& view, const People& mentors, size_t m) const;
  // Closeness aside.
  Met MeetsAlone(const ResolvedGoal& goal, const People& mentors, size_t m) const;

  const Reference& reference_;
  const Policy policy_;
  const ClosenessTable closeness_;
  double total_weight_ = 0;
  std::vector<double> nearness_;  // exp(-km / scale), [municipality][municipality]
  std::vector<uint8_t> allowed_;  // By language: whether it may be the common one.
  std::vector<int> practise_;
  int adept_rank_ = 0, mentor_rank_ = 0, practised_until_ = 0;
  std::array<std::optional<ResolvedGoal>, kGoals.size()> goals_;
  std::vector<FieldViolation> violations_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_EVALUATION_H_

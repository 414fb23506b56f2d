#include "engine/score.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <numeric>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "common/status/error.h"

namespace brygga::engine {
namespace {

constexpr std::array<std::string_view, kHardRuleCount> kHardRuleCodes = {"VETO",
                                                                         "SCREENING_NOT_PASSED",
                                                                         "NO_ACTIVE_AGREEMENT",
                                                                         "PRIVATE_MENTOR_NOT_ALLOWED",
                                                                         "SAME_EMPLOYER",
                                                                         "EXCLUDED_ORGANISATION",
                                                                         "GENDER_PREFERENCE",
                                                                         "AGE_WINDOW",
                                                                         "FORMAT_CONFLICT",
                                                                         "NO_COMMON_SLOT",
                                                                         "NO_COMMON_LANGUAGE",
                                                                         "TOO_FAR",
                                                                         "OCCUPATION_TOO_DISTANT",
                                                                         "TOO_FEW_SHARED_COMPETENCES"};

// How two occupations are related, best first where the ladder says nothing else.
enum class Rung : uint8_t {
  kUnrelated,
  kSameOccupation,
  kEdge75,
  kSameSsyk4,
  kManagerBridge,
  kGroupEdge75,
  kSameSsyk3,
  kEdge25,
  kGroupEdge25,
  kSameSsyk2,
  kSameField,
};
constexpr std::array<std::string_view, 11> kRungCodes = {
    "UNRELATED",  "SAME_OCCUPATION", "EDGE_75",       "SAME_SSYK4", "MANAGER_BRIDGE", "GROUP_EDGE_75",
    "SAME_SSYK3", "EDGE_25",         "GROUP_EDGE_25", "SAME_SSYK2", "SAME_FIELD"};

// A closeness and what it comes from.
struct Closeness {
  double value = 0;
  Rung rung = Rung::kUnrelated;

  void Raise(double other, Rung from) {
    if (other > value) *this = {other, from};
  }
};

struct ResolvedGoal {
  GoalRule rule;
  int language = -1;
  int rank = 0;
};

enum class Meeting { kOnsite, kOnline, kEither, kConflict };

Meeting MeetingOf(MeetingFormat a, MeetingFormat b) {
  const auto is = [&](MeetingFormat format) { return a == format || b == format; };
  if (is(MeetingFormat::kOnsite)) return is(MeetingFormat::kDigital) ? Meeting::kConflict : Meeting::kOnsite;
  return is(MeetingFormat::kDigital) ? Meeting::kOnline : Meeting::kEither;
}

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

// Where broken rules go: nowhere while a whole cohort is scored, where the first
// one ends the pair; into a list for one pair.
struct FirstBroken {
  template <typename Arguments>
  bool Break(HardRule, const Arguments&) {
    return true;
  }
};
struct AllBroken {
  template <typename Arguments>
  bool Break(HardRule rule, const Arguments& arguments) {
    broken.push_back({rule, arguments()});
    return false;
  }
  std::vector<BrokenRule> broken;
};

using Words = std::map<std::string, std::string>;

std::string Km(double km) { return absl::StrCat(static_cast<int64_t>(std::floor(km + 0.5))); }

bool Contains(const std::vector<std::string>& list, const std::string& word) {
  return !word.empty() && std::find(list.begin(), list.end(), word) != list.end();
}

bool OutsideWindow(int32_t age, std::optional<int> least, std::optional<int> most) {
  return age >= 0 && ((least && age < *least) || (most && age > *most));
}

}  // namespace

std::string_view HardRuleCode(HardRule rule) { return kHardRuleCodes[static_cast<size_t>(rule)]; }

int64_t Edges::Find(int32_t adept, int32_t mentor_row) const {
  const auto begin = mentor.begin() + offset[static_cast<size_t>(adept)];
  const auto end = mentor.begin() + offset[static_cast<size_t>(adept) + 1];
  const auto found = std::lower_bound(begin, end, mentor_row);
  return found == end || *found != mentor_row ? -1 : found - mentor.begin();
}

// What a policy makes of the reference tables, and the evaluation of a pair.
class Scorer::Tables {
 public:
  Tables(const Reference& reference, Policy policy) : reference_(reference), policy_(std::move(policy)) {
    total_weight_ = std::accumulate(policy_.weights.begin(), policy_.weights.end(), 0.0);
    ResolveLanguages();
    ResolveCloseness();
    ResolvePlaces();
  }

  const Policy& policy() const { return policy_; }
  const std::vector<FieldViolation>& violations() const { return violations_; }

  // One adept, spread out so that a mentor is looked up and not searched.
  // Not thread-safe: one per thread, and one adept at a time.
  struct View {
    explicit View(const Tables& tables)
        : occupation(static_cast<size_t>(tables.reference_.occupation_count())),
          has_skill(static_cast<size_t>(tables.reference_.skill_count())),
          rank(static_cast<size_t>(tables.reference_.language_count())) {}

    const People* people = nullptr;
    size_t row = 0;
    const Closeness* by_group = nullptr;  // By the mentor's group; null: target unknown.
    std::vector<Closeness> occupation;    // By the mentor's occupation.
    std::vector<uint8_t> has_skill;
    std::vector<uint8_t> rank;         // By language; 0: none.
    std::vector<int> wanted;           // Languages that the adept practises.
    std::vector<int32_t> occupations;  // What is set in `occupation`.
  };

  void Show(const People& adepts, int32_t adept, View& view) const {
    Clear(view);
    const size_t row = static_cast<size_t>(adept);
    view.people = &adepts;
    view.row = row;
    const int32_t target = adepts.target_group[row];
    view.by_group =
        target < 0 ? nullptr : &closeness_[static_cast<size_t>(target) * static_cast<size_t>(reference_.group_count())];
    if (adepts.target_occupation[row] >= 0) ShowOccupation(adepts.target_occupation[row], view);
    for (int32_t i = adepts.skill_offset[row]; i < adepts.skill_offset[row + 1]; ++i) {
      view.has_skill[static_cast<size_t>(adepts.skill[static_cast<size_t>(i)])] = 1;
    }
    for (int32_t i = adepts.language_offset[row]; i < adepts.language_offset[row + 1]; ++i) {
      const LanguageLevel level = adepts.language[static_cast<size_t>(i)];
      view.rank[static_cast<size_t>(level.language)] = static_cast<uint8_t>(level.rank);
    }
    for (const int language : practise_) {
      if (view.rank[static_cast<size_t>(language)] < practised_until_) view.wanted.push_back(language);
    }
  }

  // Fills `values` and returns whether the pair is allowed so far as `rules`
  // wants to know.
  template <typename Rules>
  bool Evaluate(const View& view, const People& mentors, int32_t mentor, Rules& rules, Values& values) const {
    const size_t m = static_cast<size_t>(mentor);
    return !OrganisationsBreak(view, mentors, m, rules) && !PersonsBreak(view, mentors, m, rules) &&
           !SlotsBreak(view, mentors, m, rules, values) && !LanguagesBreak(view, mentors, m, rules, values) &&
           !PlacesBreak(view, mentors, m, rules, values) && !OccupationsBreak(view, mentors, m, rules, values);
  }

  // What is left once a pair is known to be allowed.
  void EvaluateRest(const View& view, const People& mentors, int32_t mentor, Values& values) const {
    const size_t m = static_cast<size_t>(mentor);
    EvaluateEducation(view.people->sun_field[view.row], mentors.sun_field[m], values);
    EvaluateGoals(view, mentors, m, values);
    values.Set(Criterion::kContinuity, Share(mentors.rounds_before[m], policy_.continuity_rounds), "");
    values.Set(Criterion::kRoundsWaited, Share(view.people->rounds_waited[view.row], policy_.waiting_rounds), "");
  }

  int32_t Score(const Values& values) const {
    double sum = 0;
    for (size_t i = 0; i < kCriterionCount; ++i) sum += policy_.weights[i] * values.value[i];
    const double score = std::floor(1e6 * sum / total_weight_ + 0.5);
    return static_cast<int32_t>(std::clamp(score, 0.0, static_cast<double>(kScoreOne)));
  }

  std::vector<Contribution> Contributions(const Values& values) const;

 private:
  static double Share(int32_t rounds, int full_at) {
    return static_cast<double>(std::min(rounds, full_at)) / static_cast<double>(full_at);
  }

  int Language(std::string_view field, const std::string& code) {
    const int language = reference_.LanguageIndex(code);
    if (language < 0) violations_.push_back({std::string(field), "is not a known language"});
    return std::max(language, 0);
  }

  void ResolveLanguages() {
    allowed_.assign(static_cast<size_t>(reference_.language_count()), policy_.languages.empty() ? 1 : 0);
    for (size_t i = 0; i < policy_.languages.size(); ++i) {
      const std::string field = absl::StrCat("hard.common_language.languages[", i, "]");
      allowed_[static_cast<size_t>(Language(field, policy_.languages[i]))] = 1;
    }
    for (size_t i = 0; i < policy_.practise_languages.size(); ++i) {
      practise_.push_back(Language(absl::StrCat("language.practise[", i, "]"), policy_.practise_languages[i]));
    }
    adept_rank_ = reference_.LevelRank(policy_.adept_level);
    mentor_rank_ = reference_.LevelRank(policy_.mentor_level);
    practised_until_ = reference_.LevelRank(policy_.practised_until);
    for (size_t i = 0; i < kGoals.size(); ++i) {
      if (!policy_.goals[i]) continue;
      ResolvedGoal& goal = goals_[i].emplace(ResolvedGoal{.rule = *policy_.goals[i]});
      if (goal.rule.language.empty()) continue;
      goal.language = Language(absl::StrCat("goals.", std::string(kGoals[i]), ".language"), goal.rule.language);
      goal.rank = reference_.LevelRank(goal.rule.minimum_level);
    }
  }

  // One value per pair of groups, the adept's outside so that an adept reads one row.
  void ResolveCloseness() {
    const int groups = reference_.group_count();
    closeness_.resize(static_cast<size_t>(groups) * static_cast<size_t>(groups));
    for (int target = 0; target < groups; ++target) {
      for (int mentor = 0; mentor < groups; ++mentor) {
        closeness_[static_cast<size_t>(target) * static_cast<size_t>(groups) + static_cast<size_t>(mentor)] =
            GroupCloseness(reference_.Relations(mentor, target));
      }
    }
  }

  Closeness GroupCloseness(uint16_t relations) const {
    Closeness best;
    if (relations == 0) return best;
    const ClosenessLadder& ladder = policy_.ladder;
    const auto raise = [&](GroupRelation relation, double value, Rung rung) {
      if (relations & static_cast<uint16_t>(relation)) best.Raise(value, rung);
    };
    raise(GroupRelation::kSameGroup, ladder.same_ssyk4, Rung::kSameSsyk4);
    raise(GroupRelation::kBridge, ladder.manager_bridge, Rung::kManagerBridge);
    raise(GroupRelation::kBridgeReverse, ladder.manager_bridge * ladder.reverse_factor, Rung::kManagerBridge);
    raise(GroupRelation::kEdge75, ladder.group_edge_75, Rung::kGroupEdge75);
    raise(GroupRelation::kEdge75Reverse, ladder.group_edge_75 * ladder.reverse_factor, Rung::kGroupEdge75);
    raise(GroupRelation::kSameSsyk3, ladder.same_ssyk3, Rung::kSameSsyk3);
    raise(GroupRelation::kEdge25, ladder.group_edge_25, Rung::kGroupEdge25);
    raise(GroupRelation::kEdge25Reverse, ladder.group_edge_25 * ladder.reverse_factor, Rung::kGroupEdge25);
    raise(GroupRelation::kSameSsyk2, ladder.same_ssyk2, Rung::kSameSsyk2);
    raise(GroupRelation::kSameField, ladder.same_field, Rung::kSameField);
    return best;
  }

  void ResolvePlaces() {
    const int count = reference_.municipality_count();
    nearness_.resize(static_cast<size_t>(count) * static_cast<size_t>(count));
    for (int a = 0; a < count; ++a) {
      for (int b = 0; b < count; ++b) {
        nearness_[static_cast<size_t>(a) * static_cast<size_t>(count) + static_cast<size_t>(b)] =
            std::exp(-reference_.DistanceKm(a, b) / policy_.distance_scale_km);
      }
    }
  }

  static void Clear(View& view) {
    for (const int32_t occupation : view.occupations) view.occupation[static_cast<size_t>(occupation)] = {};
    view.occupations.clear();
    view.wanted.clear();
    std::fill(view.rank.begin(), view.rank.end(), 0);
    if (view.people == nullptr) return;
    for (int32_t i = view.people->skill_offset[view.row]; i < view.people->skill_offset[view.row + 1]; ++i) {
      view.has_skill[static_cast<size_t>(view.people->skill[static_cast<size_t>(i)])] = 0;
    }
  }

  void ShowOccupation(int32_t target, View& view) const {
    const ClosenessLadder& ladder = policy_.ladder;
    const auto raise = [&](int32_t occupation, double value, Rung rung) {
      view.occupation[static_cast<size_t>(occupation)].Raise(value, rung);
      view.occupations.push_back(occupation);
    };
    raise(target, ladder.same_occupation, Rung::kSameOccupation);
    for (const OccupationEdge& edge : reference_.EdgesTo(target)) {
      if (edge.percentage == 75) raise(edge.occupation, ladder.edge_75, Rung::kEdge75);
      if (edge.percentage == 25) raise(edge.occupation, ladder.edge_25, Rung::kEdge25);
    }
    for (const OccupationEdge& edge : reference_.EdgesFrom(target)) {
      if (edge.percentage == 75) raise(edge.occupation, ladder.edge_75 * ladder.reverse_factor, Rung::kEdge75);
      if (edge.percentage == 25) raise(edge.occupation, ladder.edge_25 * ladder.reverse_factor, Rung::kEdge25);
    }
  }

  // Nullopt where either occupation is unknown.
  static std::optional<Closeness> ClosenessOf(const View& view, const People& mentors, size_t m) {
    if (view.by_group == nullptr || mentors.group[m] < 0) return std::nullopt;
    Closeness best = view.by_group[mentors.group[m]];
    if (mentors.occupation[m] >= 0) {
      const Closeness& named = view.occupation[static_cast<size_t>(mentors.occupation[m])];
      best.Raise(named.value, named.rung);
    }
    return best;
  }

  template <typename Rules>
  bool OrganisationsBreak(const View& view, const People& mentors, size_t m, Rules& rules) const {
    const auto none = [] { return Words(); };
    const std::string& mentors_organisation = mentors.organisation[m];
    const std::string& adepts_organisation = view.people->organisation[view.row];
    if (policy_.screening_passed && !mentors.screening_passed[m] && rules.Break(HardRule::kScreeningNotPassed, none)) {
      return true;
    }
    if (policy_.active_agreement && !mentors_organisation.empty() && !mentors.agreement_active[m] &&
        rules.Break(HardRule::kNoActiveAgreement, none)) {
      return true;
    }
    if (!policy_.private_mentors && mentors_organisation.empty() &&
        rules.Break(HardRule::kPrivateMentorNotAllowed, none)) {
      return true;
    }
    if (policy_.different_employer && !mentors_organisation.empty() && mentors_organisation == adepts_organisation &&
        rules.Break(HardRule::kSameEmployer, none)) {
      return true;
    }
    return policy_.excluded_organisations &&
           (Contains(view.people->excluded_organisations[view.row], mentors_organisation) ||
            Contains(mentors.excluded_organisations[m], adepts_organisation)) &&
           rules.Break(HardRule::kExcludedOrganisation, none);
  }

  template <typename Rules>
  bool PersonsBreak(const View& view, const People& mentors, size_t m, Rules& rules) const {
    const auto none = [] { return Words(); };
    const auto unlike = [](Gender wanted, Gender is) { return wanted != Gender::kUnknown && wanted != is; };
    if (policy_.gender_preference &&
        (unlike(view.people->preferred_gender[view.row], mentors.gender[m]) ||
         unlike(mentors.preferred_gender[m], view.people->gender[view.row])) &&
        rules.Break(HardRule::kGenderPreference, none)) {
      return true;
    }
    return (OutsideWindow(view.people->age[view.row], policy_.minimum_adept_age, policy_.maximum_adept_age) ||
            OutsideWindow(mentors.age[m], policy_.minimum_mentor_age, policy_.maximum_mentor_age)) &&
           rules.Break(HardRule::kAgeWindow, none);
  }

  template <typename Rules>
  bool SlotsBreak(const View& view, const People& mentors, size_t m, Rules& rules, Values& values) const {
    const uint32_t adepts = view.people->slots[view.row];
    values.common_slots = std::popcount(adepts & mentors.slots[m]);
    values.smaller_slots = std::min(std::popcount(adepts), std::popcount(mentors.slots[m]));
    const bool unknown = values.smaller_slots == 0;
    if (policy_.minimum_common_slots > 0 &&
        (unknown ? policy_.slots_unknown == WhenUnknown::kForbid
                 : values.common_slots < policy_.minimum_common_slots) &&
        rules.Break(HardRule::kNoCommonSlot, [&] {
          return Words{{"common", absl::StrCat(values.common_slots)},
                       {"minimum", absl::StrCat(policy_.minimum_common_slots)}};
        })) {
      return true;
    }
    if (unknown) {
      values.SetUnknown(Criterion::kSlots, policy_.unknown_value);
    } else {
      values.Set(Criterion::kSlots, static_cast<double>(values.common_slots) / values.smaller_slots, "COMMON");
    }
    return false;
  }

  template <typename Rules>
  bool LanguagesBreak(const View& view, const People& mentors, size_t m, Rules& rules, Values& values) const {
    const int32_t begin = mentors.language_offset[m], end = mentors.language_offset[m + 1];
    const bool unknown =
        begin == end || view.people->language_offset[view.row] == view.people->language_offset[view.row + 1];
    bool common = false;
    for (int32_t i = begin; i < end && !common; ++i) {
      const LanguageLevel level = mentors.language[static_cast<size_t>(i)];
      const size_t language = static_cast<size_t>(level.language);
      common = allowed_[language] && level.rank >= mentor_rank_ && view.rank[language] >= adept_rank_;
    }
    if ((unknown ? policy_.language_unknown == WhenUnknown::kForbid : !common) &&
        rules.Break(HardRule::kNoCommonLanguage, [&] {
          return Words{{"adept_level", policy_.adept_level}, {"mentor_level", policy_.mentor_level}};
        })) {
      return true;
    }
    if (unknown) {
      values.SetUnknown(Criterion::kLanguage, policy_.unknown_value);
    } else {
      EvaluateLanguage(view, mentors, begin, end, values);
    }
    return false;
  }

  void EvaluateLanguage(const View& view, const People& mentors, int32_t begin, int32_t end, Values& values) const {
    if (view.wanted.empty()) return values.Set(Criterion::kLanguage, 1, "NOTHING_TO_PRACTISE");
    double best = policy_.practise_other;
    std::string_view from = "OTHER_LANGUAGE";
    for (int32_t i = begin; i < end; ++i) {
      const LanguageLevel level = mentors.language[static_cast<size_t>(i)];
      if (level.rank < mentor_rank_) continue;
      if (std::find(view.wanted.begin(), view.wanted.end(), level.language) == view.wanted.end()) continue;
      const bool common = view.rank[static_cast<size_t>(level.language)] >= adept_rank_;
      const double value = (common ? policy_.practise_common : policy_.practise_possible) *
                           policy_.mentor_level_value[static_cast<size_t>(level.rank) - 1];
      if (value <= best) continue;
      best = value;
      from = common ? "PRACTISE_COMMON" : "PRACTISE_POSSIBLE";
    }
    values.Set(Criterion::kLanguage, best, from);
  }

  template <typename Rules>
  bool PlacesBreak(const View& view, const People& mentors, size_t m, Rules& rules, Values& values) const {
    const size_t a = view.row;
    const Meeting meeting = MeetingOf(view.people->format[a], mentors.format[m]);
    if (meeting == Meeting::kConflict) return rules.Break(HardRule::kFormatConflict, [] { return Words(); });
    values.Set(Criterion::kDistance, policy_.online_value, "ONLINE");
    if (meeting == Meeting::kOnline) return false;

    const int32_t here = view.people->municipality[a], there = mentors.municipality[m];
    const bool unknown = here < 0 || there < 0;
    values.km = unknown ? -1 : reference_.DistanceKm(here, there);
    const int32_t limit = Limit(view.people->max_distance_km[a], mentors.max_distance_km[m]);
    const bool near = unknown ? policy_.distance_unknown == WhenUnknown::kAllow || !policy_.distance_limit
                              : !policy_.distance_limit || limit < 0 || values.km <= limit;
    if (meeting == Meeting::kOnsite) {
      if (!near && rules.Break(HardRule::kTooFar, [&] {
            return Words{{"km", unknown ? "unknown" : Km(values.km)}, {"limit_km", absl::StrCat(limit)}};
          })) {
        return true;
      }
      if (unknown) values.SetUnknown(Criterion::kDistance, policy_.unknown_value);
      if (!unknown) values.Set(Criterion::kDistance, Nearness(here, there), "ONSITE");
    } else if (!unknown && near && Nearness(here, there) > policy_.online_value) {
      values.Set(Criterion::kDistance, Nearness(here, there), "ONSITE");
    }
    return false;
  }

  static int32_t Limit(int32_t a, int32_t b) {
    if (a < 0 || b < 0) return std::max(a, b);
    return std::min(a, b);
  }

  double Nearness(int32_t a, int32_t b) const {
    return nearness_[static_cast<size_t>(a) * static_cast<size_t>(reference_.municipality_count()) +
                     static_cast<size_t>(b)];
  }

  template <typename Rules>
  bool OccupationsBreak(const View& view, const People& mentors, size_t m, Rules& rules, Values& values) const {
    const std::optional<Closeness> closeness = ClosenessOf(view, mentors, m);
    if (policy_.minimum_closeness &&
        (closeness ? closeness->value < *policy_.minimum_closeness
                   : policy_.closeness_unknown == WhenUnknown::kForbid) &&
        rules.Break(HardRule::kOccupationTooDistant, [&] {
          return Words{{"closeness", closeness ? absl::StrCat(closeness->value) : "unknown"},
                       {"minimum", absl::StrCat(*policy_.minimum_closeness)}};
        })) {
      return true;
    }
    int shared = 0;
    int64_t shared_weight = 0;
    for (int32_t i = mentors.skill_offset[m]; i < mentors.skill_offset[m + 1]; ++i) {
      const int32_t skill = mentors.skill[static_cast<size_t>(i)];
      if (!view.has_skill[static_cast<size_t>(skill)]) continue;
      ++shared;
      shared_weight += reference_.SkillWeight(skill);
    }
    if (shared < policy_.minimum_shared_competences && rules.Break(HardRule::kTooFewSharedCompetences, [&] {
          return Words{{"shared", absl::StrCat(shared)}, {"minimum", absl::StrCat(policy_.minimum_shared_competences)}};
        })) {
      return true;
    }
    const int64_t smaller = std::min(view.people->skill_weight[view.row], mentors.skill_weight[m]);
    const double overlap = smaller > 0 ? static_cast<double>(shared_weight) / static_cast<double>(smaller) : 0;
    if (smaller > 0) {
      values.Set(Criterion::kCompetences, overlap, "SHARED");
    } else {
      values.SetUnknown(Criterion::kCompetences, policy_.unknown_value);
    }
    EvaluateOccupation(closeness, overlap, values);
    return false;
  }

  void EvaluateOccupation(const std::optional<Closeness>& closeness, double overlap, Values& values) const {
    if (!closeness) return values.SetUnknown(Criterion::kOccupation, policy_.unknown_value);
    values.Set(Criterion::kOccupation, std::min(1.0, closeness->value + policy_.ladder.competence_bonus * overlap),
               kRungCodes[static_cast<size_t>(closeness->rung)]);
  }

  void EvaluateEducation(const std::string& a, const std::string& b, Values& values) const {
    if (a.empty() || b.empty()) return values.SetUnknown(Criterion::kEducationField, policy_.unknown_value);
    const auto same = [&](size_t digits) {
      return a.size() >= digits && b.size() >= digits && a.compare(0, digits, b, 0, digits) == 0;
    };
    if (same(3)) return values.Set(Criterion::kEducationField, policy_.education_same_3, "SAME_3");
    if (same(2)) return values.Set(Criterion::kEducationField, policy_.education_same_2, "SAME_2");
    if (same(1)) return values.Set(Criterion::kEducationField, policy_.education_same_1, "SAME_1");
    values.Set(Criterion::kEducationField, 0, "UNRELATED");
  }

  enum class Met { kNo, kUnknown, kYes };

  void EvaluateGoals(const View& view, const People& mentors, size_t m, Values& values) const {
    const uint32_t goals = view.people->goals[view.row];
    values.goals_all = std::popcount(goals);
    if (goals == 0) return values.SetUnknown(Criterion::kGoals, policy_.unknown_value);
    for (uint32_t left = goals; left != 0; left &= left - 1) {
      const Met met = Meets(goals_[static_cast<size_t>(std::countr_zero(left))], view, mentors, m);
      if (met == Met::kYes) ++values.goals_met;
      if (met == Met::kUnknown) ++values.goals_unknown;
    }
    values.Set(Criterion::kGoals, (values.goals_met + policy_.unknown_value * values.goals_unknown) / values.goals_all,
               "MET");
  }

  Met Meets(const std::optional<ResolvedGoal>& goal, const View& view, const People& mentors, size_t m) const {
    if (!goal) return Met::kUnknown;
    const GoalRule& rule = goal->rule;
    Met met = Met::kYes;
    const auto need = [&](bool known, bool holds) {
      met = std::min(met, !known ? Met::kUnknown : holds ? Met::kYes : Met::kNo);
    };
    if (rule.minimum_years) need(mentors.years_experience[m] >= 0, mentors.years_experience[m] >= *rule.minimum_years);
    if (rule.minimum_closeness) {
      const std::optional<Closeness> closeness = ClosenessOf(view, mentors, m);
      need(closeness.has_value(), closeness && closeness->value >= *rule.minimum_closeness);
    }
    if (rule.manager) need(mentors.group[m] >= 0, reference_.IsManager(mentors.group[m]) == *rule.manager);
    if (rule.partner_organisation) {
      need(true, (!mentors.organisation[m].empty() && mentors.agreement_active[m]) == *rule.partner_organisation);
    }
    if (goal->language >= 0) {
      const int32_t begin = mentors.language_offset[m], end = mentors.language_offset[m + 1];
      bool speaks = false;
      for (int32_t i = begin; i < end; ++i) {
        const LanguageLevel level = mentors.language[static_cast<size_t>(i)];
        speaks |= level.language == goal->language && level.rank >= goal->rank;
      }
      need(begin < end, speaks);
    }
    return met;
  }

  const Reference& reference_;
  const Policy policy_;
  double total_weight_ = 0;
  std::vector<Closeness> closeness_;  // [target group][mentor's group]
  std::vector<double> nearness_;      // exp(-km / scale), [municipality][municipality]
  std::vector<uint8_t> allowed_;      // By language: whether it may be the common one.
  std::vector<int> practise_;
  int adept_rank_ = 0, mentor_rank_ = 0, practised_until_ = 0;
  std::array<std::optional<ResolvedGoal>, kGoals.size()> goals_;
  std::vector<FieldViolation> violations_;
};

std::vector<Contribution> Scorer::Tables::Contributions(const Values& values) const {
  std::vector<Contribution> parts;
  std::vector<std::pair<double, size_t>> remainders;  // Negative remainder, position: sorts the largest first.
  int32_t missing = Score(values);
  for (size_t i = 0; i < kCriterionCount; ++i) {
    if (policy_.weights[i] == 0) continue;
    const double share = 1e6 * policy_.weights[i] * values.value[i] / total_weight_;
    const int32_t micro = static_cast<int32_t>(std::floor(share));
    remainders.emplace_back(std::floor(share) - share, parts.size());
    missing -= micro;
    parts.push_back({.criterion = static_cast<Criterion>(i),
                     .value = values.value[i],
                     .micro = micro,
                     .maximum = static_cast<int32_t>(std::floor(1e6 * policy_.weights[i] / total_weight_ + 0.5)),
                     .unknown = values.unknown[i],
                     .detail = std::string(values.detail[i]),
                     .arguments = {}});
  }
  std::sort(remainders.begin(), remainders.end());
  for (size_t i = 0; missing > 0; i = (i + 1) % remainders.size(), --missing) ++parts[remainders[i].second].micro;
  for (size_t i = 0; missing < 0; i = (i + 1) % parts.size()) {  // Rounding of a share, in the last bit.
    if (parts[i].micro == 0) continue;
    --parts[i].micro;
    ++missing;
  }
  for (Contribution& part : parts) {
    if (part.unknown) continue;
    if (part.criterion == Criterion::kDistance && values.km >= 0) part.arguments = {{"km", Km(values.km)}};
    if (part.criterion == Criterion::kSlots) {
      part.arguments = {{"common", absl::StrCat(values.common_slots)}, {"of", absl::StrCat(values.smaller_slots)}};
    }
    if (part.criterion == Criterion::kGoals) {
      part.arguments = {{"met", absl::StrCat(values.goals_met)},
                        {"unknown", absl::StrCat(values.goals_unknown)},
                        {"of", absl::StrCat(values.goals_all)}};
    }
  }
  return parts;
}

Scorer::Scorer(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}
Scorer::Scorer(Scorer&&) noexcept = default;
Scorer& Scorer::operator=(Scorer&&) noexcept = default;
Scorer::~Scorer() = default;

const Policy& Scorer::policy() const { return tables_->policy(); }

absl::StatusOr<Scorer> Scorer::Create(const Reference& reference, const Policy& policy) {
  auto tables = std::make_unique<const Tables>(reference, policy);
  if (!tables->violations().empty()) return InvalidFields(tables->violations());
  return Scorer(std::move(tables));
}

namespace {

constexpr int kRowsAtOnce = 16;

absl::Status CheckVetoes(const Pairs& vetoes, const People& adepts, const People& mentors) {
  for (size_t i = 0; i < vetoes.size(); ++i) {
    const auto [adept, mentor] = vetoes[i];
    if (adept < 0 || adept >= adepts.count || mentor < 0 || mentor >= mentors.count) {
      return InvalidFields({{absl::StrCat("vetoes[", i, "]"), "names a row that does not exist"}});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Edges> Scorer::ScoreAll(const People& adepts, const People& mentors, const Pairs& vetoes,
                                       const ScoreOptions& options) const {
  if (absl::Status status = CheckVetoes(vetoes, adepts, mentors); !status.ok()) return status;
  const int64_t bound = int64_t{8} * adepts.count * mentors.count;
  if (bound > options.memory_limit_bytes) {
    return MakeError(absl::StatusCode::kResourceExhausted,
                     absl::StrCat("the pairs of ", adepts.count, " adepts and ", mentors.count, " mentors need up to ",
                                  bound, " bytes; the limit is ", options.memory_limit_bytes),
                     {.reason = "COHORT_TOO_LARGE"});
  }
  std::vector<std::vector<int32_t>> vetoed(static_cast<size_t>(adepts.count));
  for (const auto& [adept, mentor] : vetoes) vetoed[static_cast<size_t>(adept)].push_back(mentor);

  // Each thread takes the next rows until none is left; rows are put together in
  // their order afterwards, so the threads do not show in the result.
  struct Row {
    std::vector<int32_t> mentor, score;
  };
  std::vector<Row> rows(static_cast<size_t>(adepts.count));
  std::atomic<int32_t> next = 0;
  std::atomic<bool> stop = false;
  const auto work = [&](bool reports) {
    Tables::View view(*tables_);
    FirstBroken rules;
    while (!stop) {
      const int32_t begin = next.fetch_add(kRowsAtOnce);
      if (begin >= adepts.count) return;
      const int32_t end = std::min(begin + kRowsAtOnce, adepts.count);
      for (int32_t a = begin; a < end && !stop; ++a) {
        if (reports && options.control.cancelled && options.control.cancelled()) stop = true;
        tables_->Show(adepts, a, view);
        const std::vector<int32_t>& forbidden = vetoed[static_cast<size_t>(a)];
        Row& row = rows[static_cast<size_t>(a)];
        for (int32_t m = 0; m < mentors.count; ++m) {
          Values values;
          if (!tables_->Evaluate(view, mentors, m, rules, values)) continue;
          if (!forbidden.empty() && std::find(forbidden.begin(), forbidden.end(), m) != forbidden.end()) continue;
          tables_->EvaluateRest(view, mentors, m, values);
          row.mentor.push_back(m);
          row.score.push_back(tables_->Score(values));
        }
      }
      if (reports && options.control.progress) options.control.progress({"scores", end, adepts.count});
    }
  };
  std::vector<std::thread> helpers;
  for (int i = 1; i < options.threads; ++i) helpers.emplace_back(work, false);
  work(true);
  for (std::thread& helper : helpers) helper.join();
  if (stop) return absl::CancelledError("scoring was cancelled");

  Edges edges;
  size_t count = 0;
  for (const Row& row : rows) count += row.mentor.size();
  edges.offset.reserve(rows.size() + 1);
  edges.mentor.reserve(count);
  edges.score.reserve(count);
  for (Row& row : rows) {
    edges.mentor.insert(edges.mentor.end(), row.mentor.begin(), row.mentor.end());
    edges.score.insert(edges.score.end(), row.score.begin(), row.score.end());
    edges.offset.push_back(edges.size());
    row = {};
  }
  return edges;
}

PairScore Scorer::ScorePair(const People& adepts, int32_t adept, const People& mentors, int32_t mentor) const {
  BRYGGA_CHECK(adept >= 0 && adept < adepts.count && mentor >= 0 && mentor < mentors.count);
  Tables::View view(*tables_);
  tables_->Show(adepts, adept, view);
  AllBroken rules;
  Values values;
  tables_->Evaluate(view, mentors, mentor, rules, values);
  PairScore pair{.broken = std::move(rules.broken)};
  if (!pair.allowed()) return pair;
  tables_->EvaluateRest(view, mentors, mentor, values);
  pair.score = tables_->Score(values);
  pair.contributions = tables_->Contributions(values);
  return pair;
}

namespace {

void KeepBest(std::vector<Candidate>& candidates, const std::vector<std::string>& tie_keys, int k) {
  const auto better = [&](const Candidate& a, const Candidate& b) {
    if (a.score != b.score) return a.score > b.score;
    return tie_keys[static_cast<size_t>(a.row)] < tie_keys[static_cast<size_t>(b.row)];
  };
  const size_t kept = std::min(candidates.size(), static_cast<size_t>(std::max(k, 0)));
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept), candidates.end(),
                    better);
  candidates.resize(kept);
}

}  // namespace

std::vector<Candidate> Scorer::BestMentors(const People& adepts, int32_t adept, const People& mentors, int k) const {
  BRYGGA_CHECK(adept >= 0 && adept < adepts.count);
  Tables::View view(*tables_);
  tables_->Show(adepts, adept, view);
  std::vector<Candidate> candidates;
  FirstBroken rules;
  for (int32_t m = 0; m < mentors.count; ++m) {
    Values values;
    if (!tables_->Evaluate(view, mentors, m, rules, values)) continue;
    tables_->EvaluateRest(view, mentors, m, values);
    candidates.push_back({m, tables_->Score(values)});
  }
  KeepBest(candidates, mentors.tie_key, k);
  return candidates;
}

std::vector<Candidate> Scorer::BestAdepts(const People& adepts, const People& mentors, int32_t mentor, int k) const {
  BRYGGA_CHECK(mentor >= 0 && mentor < mentors.count);
  Tables::View view(*tables_);
  std::vector<Candidate> candidates;
  FirstBroken rules;
  for (int32_t a = 0; a < adepts.count; ++a) {
    tables_->Show(adepts, a, view);
    Values values;
    if (!tables_->Evaluate(view, mentors, mentor, rules, values)) continue;
    tables_->EvaluateRest(view, mentors, mentor, values);
    candidates.push_back({a, tables_->Score(values)});
  }
  KeepBest(candidates, adepts.tie_key, k);
  return candidates;
}

}  // namespace brygga::engine

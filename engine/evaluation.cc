#include "engine/evaluation.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"

namespace brygga::engine {
namespace {

using Words = std::map<std::string, std::string>;

enum class Meeting { kOnsite, kOnline, kEither, kConflict };

Meeting MeetingOf(MeetingFormat a, MeetingFormat b) {
  const auto is = [&](MeetingFormat format) { return a == format || b == format; };
  if (is(MeetingFormat::kOnsite)) return is(MeetingFormat::kDigital) ? Meeting::kConflict : Meeting::kOnsite;
  return is(MeetingFormat::kDigital) ? Meeting::kOnline : Meeting::kEither;
}

// Where broken rules go: nowhere while a whole cohort is scored, where the first
// one ends the pair; into a list for one pair; into bits where they are counted.
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
struct BitsOfBroken {
  template <typename Arguments>
  bool Break(HardRule rule, const Arguments&) {
    bits |= uint32_t{1} << static_cast<int>(rule);
    return false;
  }
  uint32_t bits = 0;
};

std::string Km(double km) { return absl::StrCat(static_cast<int64_t>(std::floor(km + 0.5))); }

bool Contains(const std::vector<std::string>& list, const std::string& word) {
  return !word.empty() && std::find(list.begin(), list.end(), word) != list.end();
}

bool OutsideWindow(int32_t age, std::optional<int> least, std::optional<int> most) {
  return age >= 0 && ((least && age < *least) || (most && age > *most));
}

int32_t Limit(int32_t a, int32_t b) {
  if (a < 0 || b < 0) return std::max(a, b);
  return std::min(a, b);
}

double Share(int32_t rounds, int full_at) {
  return static_cast<double>(std::min(rounds, full_at)) / static_cast<double>(full_at);
}

// Whether the group, if it is known, is a manager group.
bool IsManager(const Reference& reference, int32_t group) { return group >= 0 && reference.IsManager(group); }

// Nullopt where either occupation is unknown.
std::optional<Closeness> ClosenessOf(const AdeptView& view, const People& mentors, size_t m) {
  if (view.by_group == nullptr || mentors.group[m] < 0) return std::nullopt;
  Closeness best = view.by_group[mentors.group[m]];
  if (mentors.occupation[m] >= 0) {
    const Closeness& named = view.by_occupation[static_cast<size_t>(mentors.occupation[m])];
    best.Raise(named.value, named.rung);
  }
  return best;
}

void Clear(AdeptView& view) {
  for (const int32_t occupation : view.raised) view.by_occupation[static_cast<size_t>(occupation)] = {};
  view.raised.clear();
  view.wanted.clear();
  std::fill(view.rank.begin(), view.rank.end(), 0);
  if (view.people == nullptr) return;
  for (int32_t i = view.people->skill_offset[view.row]; i < view.people->skill_offset[view.row + 1]; ++i) {
    view.has_skill[static_cast<size_t>(view.people->skill[static_cast<size_t>(i)])] = 0;
  }
}

}  // namespace

AdeptView::AdeptView(const Reference& reference)
    : by_occupation(static_cast<size_t>(reference.occupation_count())),
      has_skill(static_cast<size_t>(reference.skill_count())),
      rank(static_cast<size_t>(reference.language_count())) {}

Evaluation::Evaluation(const Reference& reference, const Policy& policy)
    : reference_(reference),
      policy_(policy),
      closeness_(reference, policy.ladder),
      total_weight_(std::accumulate(policy.weights.begin(), policy.weights.end(), 0.0)) {
  ResolveLanguages();
  ResolveGoals();
  ResolvePlaces();
}

int Evaluation::Language(const std::string& field, const std::string& code) {
  const int language = reference_.LanguageIndex(code);
  if (language < 0) violations_.push_back({field, "is not a known language"});
  return std::max(language, 0);
}

void Evaluation::ResolveLanguages() {
  // One more, so that a language that is not known has somewhere to go.
  allowed_.assign(static_cast<size_t>(reference_.language_count()) + 1, policy_.languages.empty() ? 1 : 0);
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
}

void Evaluation::ResolveGoals() {
  for (size_t i = 0; i < kGoals.size(); ++i) {
    if (!policy_.goals[i]) continue;
    ResolvedGoal& goal = goals_[i].emplace(ResolvedGoal{.rule = *policy_.goals[i]});
    if (goal.rule.language.empty()) continue;
    goal.language = Language(absl::StrCat("goals.", std::string(kGoals[i]), ".language"), goal.rule.language);
    goal.rank = reference_.LevelRank(goal.rule.minimum_level);
  }
}

void Evaluation::ResolvePlaces() {
  const int count = reference_.municipality_count();
  nearness_.resize(static_cast<size_t>(count) * static_cast<size_t>(count));
  for (int a = 0; a < count; ++a) {
    for (int b = 0; b < count; ++b) {
      nearness_[static_cast<size_t>(a) * static_cast<size_t>(count) + static_cast<size_t>(b)] =
          std::exp(-reference_.DistanceKm(a, b) / policy_.distance_scale_km);
    }
  }
}

void Evaluation::Show(const People& adepts, int32_t adept, AdeptView& view) const {
  Clear(view);
  const size_t row = static_cast<size_t>(adept);
  view.people = &adepts;
  view.row = row;
  const int32_t target = adepts.target_group[row];
  view.by_group = target < 0 ? nullptr : closeness_.ToGroup(target);
  if (adepts.target_occupation[row] >= 0) {
    closeness_.RaiseToOccupation(adepts.target_occupation[row], view.by_occupation, view.raised);
  }
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

bool Evaluation::Allows(const AdeptView& view, const People& mentors, int32_t mentor, Values& values) const {
  FirstBroken rules;
  const size_t m = static_cast<size_t>(mentor);
  if (Ends(view, mentors, m, rules, values)) return false;
  EvaluateRest(view, mentors, m, values);
  return true;
}

std::vector<BrokenRule> Evaluation::Broken(const AdeptView& view, const People& mentors, int32_t mentor,
                                           Values& values) const {
  AllBroken rules;
  const size_t m = static_cast<size_t>(mentor);
  Ends(view, mentors, m, rules, values);
  if (rules.broken.empty()) EvaluateRest(view, mentors, m, values);
  return std::move(rules.broken);
}

uint32_t Evaluation::BrokenBits(const AdeptView& view, const People& mentors, int32_t mentor) const {
  BitsOfBroken rules;
  Values values;
  Ends(view, mentors, static_cast<size_t>(mentor), rules, values);
  return rules.bits;
}

template <typename Rules>
bool Evaluation::Ends(const AdeptView& view, const People& mentors, size_t m, Rules& rules, Values& values) const {
  return OrganisationsEnd(view, mentors, m, rules) || PersonsEnd(view, mentors, m, rules) ||
         SlotsEnd(view, mentors, m, rules, values) || LanguagesEnd(view, mentors, m, rules, values) ||
         PlacesEnd(view, mentors, m, rules, values) || OccupationsEnd(view, mentors, m, rules, values);
}

template <typename Rules>
bool Evaluation::OrganisationsEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules) const {
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
bool Evaluation::PersonsEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules) const {
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
bool Evaluation::SlotsEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules, Values& values) const {
  const uint32_t adepts = view.people->slots[view.row];
  values.common_slots = std::popcount(adepts & mentors.slots[m]);
  values.smaller_slots = std::min(std::popcount(adepts), std::popcount(mentors.slots[m]));
  const bool unknown = values.smaller_slots == 0;
  if (policy_.minimum_common_slots > 0 &&
      (unknown ? policy_.slots_unknown == WhenUnknown::kForbid : values.common_slots < policy_.minimum_common_slots) &&
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
bool Evaluation::LanguagesEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules,
                              Values& values) const {
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
    EvaluateLanguage(view, mentors, m, values);
  }
  return false;
}

void Evaluation::EvaluateLanguage(const AdeptView& view, const People& mentors, size_t m, Values& values) const {
  if (view.wanted.empty()) return values.Set(Criterion::kLanguage, 1, "NOTHING_TO_PRACTISE");
  double best = policy_.practise_other;
  std::string_view from = "OTHER_LANGUAGE";
  for (int32_t i = mentors.language_offset[m]; i < mentors.language_offset[m + 1]; ++i) {
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
bool Evaluation::PlacesEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules, Values& values) const {
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
          return Words{{"km", unknown ? "unknown" : Km(values.km)},
                       {"limit_km", limit < 0 ? "none" : absl::StrCat(limit)}};
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

template <typename Rules>
bool Evaluation::OccupationsEnd(const AdeptView& view, const People& mentors, size_t m, Rules& rules,
                                Values& values) const {
  const std::optional<Closeness> closeness = ClosenessOf(view, mentors, m);
  if (policy_.minimum_closeness &&
      (closeness ? closeness->value < *policy_.minimum_closeness : policy_.closeness_unknown == WhenUnknown::kForbid) &&
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

void Evaluation::EvaluateOccupation(const std::optional<Closeness>& closeness, double overlap, Values& values) const {
  if (!closeness) return values.SetUnknown(Criterion::kOccupation, policy_.unknown_value);
  values.Set(Criterion::kOccupation, std::min(1.0, closeness->value + policy_.ladder.competence_bonus * overlap),
             RungCode(closeness->rung));
}

void Evaluation::EvaluateRest(const AdeptView& view, const People& mentors, size_t m, Values& values) const {
  EvaluateEducation(view.people->sun_field[view.row], mentors.sun_field[m], values);
  EvaluateGoals(view, mentors, m, values);
  values.Set(Criterion::kContinuity, Continuity(mentors, m), "");
  values.Set(Criterion::kRoundsWaited, Waiting(*view.people, view.row), "");
}

void Evaluation::EvaluateEducation(const std::string& a, const std::string& b, Values& values) const {
  if (a.empty() || b.empty()) return values.SetUnknown(Criterion::kEducationField, policy_.unknown_value);
  const auto same = [&](size_t digits) {
    return a.size() >= digits && b.size() >= digits && a.compare(0, digits, b, 0, digits) == 0;
  };
  if (same(3)) return values.Set(Criterion::kEducationField, policy_.education_same_3, "SAME_3");
  if (same(2)) return values.Set(Criterion::kEducationField, policy_.education_same_2, "SAME_2");
  if (same(1)) return values.Set(Criterion::kEducationField, policy_.education_same_1, "SAME_1");
  values.Set(Criterion::kEducationField, 0, "UNRELATED");
}

void Evaluation::EvaluateGoals(const AdeptView& view, const People& mentors, size_t m, Values& values) const {
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

Evaluation::Met Evaluation::Meets(const std::optional<ResolvedGoal>& goal, const AdeptView& view, const People& mentors,
                                  size_t m) const {
  if (!goal) return Met::kUnknown;
  const Met met = MeetsAlone(*goal, mentors, m);
  if (!goal->rule.minimum_closeness) return met;
  const std::optional<Closeness> closeness = ClosenessOf(view, mentors, m);
  const bool is_near = closeness && closeness->value >= *goal->rule.minimum_closeness;
  return std::min(met, !closeness ? Met::kUnknown : is_near ? Met::kYes : Met::kNo);
}

Evaluation::Met Evaluation::MeetsAlone(const ResolvedGoal& goal, const People& mentors, size_t m) const {
  const GoalRule& rule = goal.rule;
  Met met = Met::kYes;
  const auto need = [&](bool known, bool holds) {
    met = std::min(met, !known ? Met::kUnknown : holds ? Met::kYes : Met::kNo);
  };
  if (rule.minimum_years) need(mentors.years_experience[m] >= 0, mentors.years_experience[m] >= *rule.minimum_years);
  if (rule.manager) need(mentors.group[m] >= 0, IsManager(reference_, mentors.group[m]) == *rule.manager);
  if (rule.partner_organisation) {
    need(true, (!mentors.organisation[m].empty() && mentors.agreement_active[m]) == *rule.partner_organisation);
  }
  if (goal.language >= 0) {
    const int32_t begin = mentors.language_offset[m], end = mentors.language_offset[m + 1];
    bool speaks = false;
    for (int32_t i = begin; i < end; ++i) {
      const LanguageLevel level = mentors.language[static_cast<size_t>(i)];
      speaks |= level.language == goal.language && level.rank >= goal.rank;
    }
    need(begin < end, speaks);
  }
  return met;
}

Evaluation::GoalBits Evaluation::GoalsOf(const People& mentors, size_t m) const {
  GoalBits bits;
  for (size_t goal = 0; goal < goals_.size(); ++goal) {
    const Met met = goals_[goal] ? MeetsAlone(*goals_[goal], mentors, m) : Met::kUnknown;
    const auto bit = static_cast<uint16_t>(1u << goal);
    if (met == Met::kNo) bits.unmet |= bit;
    if (met == Met::kUnknown) bits.unknown |= bit;
  }
  return bits;
}

double Evaluation::Continuity(const People& mentors, size_t m) const {
  return Share(mentors.rounds_before[m], policy_.continuity_rounds);
}
double Evaluation::Waiting(const People& adepts, size_t a) const {
  return Share(adepts.rounds_waited[a], policy_.waiting_rounds);
}

bool Evaluation::AdmitsMentor(const People& mentors, size_t m) const {
  const bool is_private = mentors.organisation[m].empty();
  return (!policy_.screening_passed || mentors.screening_passed[m]) &&
         (!policy_.active_agreement || is_private || mentors.agreement_active[m]) &&
         (policy_.private_mentors || !is_private) &&
         !OutsideWindow(mentors.age[m], policy_.minimum_mentor_age, policy_.maximum_mentor_age);
}

int32_t Evaluation::Score(const std::array<double, kCriterionCount>& value) const {
  double sum = 0;
  for (size_t i = 0; i < kCriterionCount; ++i) sum += policy_.weights[i] * value[i];
  const double score = std::floor(1e6 * sum / total_weight_ + 0.5);
  return static_cast<int32_t>(std::clamp(score, 0.0, static_cast<double>(kScoreOne)));
}

std::vector<Contribution> Evaluation::Contributions(const Values& values) const {
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

}  // namespace brygga::engine

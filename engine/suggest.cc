#include "engine/suggest.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "common/status/check.h"

namespace brygga::engine {
namespace {

double NumberOf(const std::map<std::string, std::string>& arguments, const std::string& name, double otherwise) {
  const auto found = arguments.find(name);
  if (found == arguments.end()) return otherwise;
  char* end = nullptr;
  const double number = std::strtod(found->second.c_str(), &end);
  return end == found->second.c_str() ? otherwise : number;
}

// How much would have to be let go; only comparable within one rule.
double Excess(const BrokenRule& broken) {
  constexpr double kFar = 1e9;
  if (broken.rule == HardRule::kTooFar) return NumberOf(broken.arguments, "km", kFar);
  if (broken.rule == HardRule::kOccupationTooDistant) return -NumberOf(broken.arguments, "closeness", -kFar);
  return 0;
}

// The SSYK-4 group of an occupation, as it is given or by its name.
std::string GroupOf(const Reference& reference, const std::string& ssyk4, const std::string& occupation) {
  const int index = reference.OccupationIndex(occupation);
  return !ssyk4.empty() || index < 0 ? ssyk4 : reference.GroupCode(reference.GroupOf(index));
}
std::string TrainedOf(const Reference& reference, const Person& person) {
  return GroupOf(reference, person.ssyk4, person.occupation_id);
}
std::string TargetOf(const Reference& reference, const Person& person) {
  const std::string target = GroupOf(reference, person.target_ssyk4, person.target_occupation_id);
  return target.empty() ? TrainedOf(reference, person) : target;
}

bool IsCommonLanguage(const Reference& reference, const Policy& policy,
                      const std::pair<std::string, std::string>& language) {
  const bool allowed = policy.languages.empty() || std::find(policy.languages.begin(), policy.languages.end(),
                                                             language.first) != policy.languages.end();
  return allowed && reference.LevelRank(language.second) >= reference.LevelRank(policy.adept_level);
}

std::vector<Feature> FeaturesOf(const Reference& reference, const Policy& policy, const Person& person) {
  std::set<Feature> features;
  const std::string target = TargetOf(reference, person);
  if (!target.empty()) features.insert({kOccupationFeature, target});
  if (!target.empty()) features.insert({kOccupationGroupFeature, target.substr(0, 3)});
  if (!person.municipality_code.empty()) features.insert({kMunicipalityFeature, person.municipality_code});
  if (!person.municipality_code.empty()) features.insert({kCountyFeature, person.municipality_code.substr(0, 2)});
  for (const auto& language : person.languages) {
    if (IsCommonLanguage(reference, policy, language)) features.insert({kLanguageFeature, language.first});
  }
  if (person.format == MeetingFormat::kOnsite) features.insert({kFormatFeature, "ONSITE"});
  if (person.format == MeetingFormat::kDigital) features.insert({kFormatFeature, "DIGITAL"});
  for (const std::string& slot : person.slots) features.insert({kSlotFeature, slot});
  if (person.preferred_gender == Gender::kFemale) features.insert({kGenderWishFeature, "F"});
  if (person.preferred_gender == Gender::kMale) features.insert({kGenderWishFeature, "M"});
  return {features.begin(), features.end()};
}

struct Counts {
  int64_t in = 0, out = 0;
};

// What the kinds are ordered by: the difference of the two shares, over one
// denominator.
struct Telling {
  CommonFeature common;
  int64_t difference = 0;
};

// Of each kind the most telling feature that counts.
std::map<std::string_view, Telling> MostTelling(const std::map<Feature, Counts>& counts, int64_t in, int64_t out) {
  std::map<std::string_view, Telling> best;
  for (const auto& [feature, count] : counts) {
    const int64_t outside = std::max<int64_t>(out, 1);
    if (5 * count.in < 4 * in || 2 * count.out * in > count.in * outside) continue;
    const int64_t difference = count.in * outside - count.out * in;
    Telling& of_kind = best[feature.kind];
    if (of_kind.common.members > 0 && of_kind.difference >= difference) continue;
    of_kind = {.common = {.feature = feature, .members = static_cast<int32_t>(count.in)}, .difference = difference};
  }
  if (best.contains(kOccupationFeature)) best.erase(kOccupationGroupFeature);
  if (best.contains(kMunicipalityFeature)) best.erase(kCountyFeature);
  return best;
}

}  // namespace

std::vector<RuleOption> RulesInTheWay(const Scorer& scorer, const People& adepts, int32_t adept, const People& mentors,
                                      const Problem& problem, const std::vector<bool>& room) {
  std::set<int32_t> vetoed;
  for (const auto& [vetoed_adept, mentor] : problem.vetoes) {
    if (vetoed_adept == adept) vetoed.insert(mentor);
  }
  std::map<HardRule, RuleOption> options;
  std::map<HardRule, double> least;
  for (int32_t m = 0; m < mentors.count; ++m) {
    if (!room[static_cast<size_t>(m)] || vetoed.contains(m)) continue;
    const std::vector<BrokenRule> broken = scorer.ScorePair(adepts, adept, mentors, m).broken;
    if (broken.size() != 1) continue;
    RuleOption& option = options.try_emplace(broken[0].rule, RuleOption{.rule = broken[0].rule}).first->second;
    const double excess = Excess(broken[0]);
    if (option.mentors.empty() || excess < least[broken[0].rule]) {
      least[broken[0].rule] = excess;
      option.arguments = broken[0].arguments;
    }
    option.mentors.push_back(m);
  }
  std::vector<RuleOption> sorted;
  for (auto& [rule, option] : options) sorted.push_back(std::move(option));
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const RuleOption& a, const RuleOption& b) { return a.mentors.size() > b.mentors.size(); });
  return sorted;
}

Person BestMentorFor(const Reference& reference, const Person& adept) {
  Person mentor{.id = "best", .tie_key = "best"};
  mentor.occupation_id = adept.target_occupation_id;
  mentor.ssyk4 = TargetOf(reference, adept);
  if (mentor.occupation_id.empty() && mentor.ssyk4 == TrainedOf(reference, adept)) {
    mentor.occupation_id = adept.occupation_id;
  }
  mentor.skills = adept.skills;
  mentor.languages = adept.languages;
  for (auto& [code, level] : mentor.languages) level = "N";
  mentor.municipality_code = adept.municipality_code;
  mentor.format = MeetingFormat::kEither;
  mentor.slots = adept.slots;
  mentor.years_experience = 50;
  mentor.organisation = "partner";
  mentor.agreement_active = true;
  mentor.gender = adept.preferred_gender;
  mentor.screening_passed = true;
  return mentor;
}

MentorKind KindOfMentor(const Reference& reference, const Scorer& scorer, const Person& adept) {
  const Policy& policy = scorer.policy();
  MentorKind kind;
  for (const auto& language : adept.languages) {
    if (IsCommonLanguage(reference, policy, language)) kind.languages.emplace_back(language.first, policy.mentor_level);
  }
  if (policy.minimum_closeness) kind.ssyk4 = TargetOf(reference, adept);
  kind.online = adept.format != MeetingFormat::kOnsite;
  if (policy.distance_limit && adept.format != MeetingFormat::kDigital) {
    kind.municipality = adept.municipality_code;
    kind.within_km = adept.max_distance_km.value_or(-1);
  }
  kind.minimum_slots = policy.minimum_common_slots;
  if (kind.minimum_slots > 0) kind.slots = adept.slots;
  kind.minimum_skills = policy.minimum_shared_competences;
  if (kind.minimum_skills > 0) kind.skills = adept.skills;
  if (policy.gender_preference) kind.gender = adept.preferred_gender;

  Person known = adept;
  if (known.id.empty()) known.id = "adept";
  if (known.tie_key.empty()) known.tie_key = "adept";
  const auto adepts = BuildPeople(reference, {known});
  const auto mentors = BuildPeople(reference, {BestMentorFor(reference, adept)});
  BRYGGA_CHECK(adepts.ok() && mentors.ok());
  for (const BrokenRule& broken : scorer.ScorePair(*adepts, 0, *mentors, 0).broken) {
    kind.impossible.push_back(broken.rule);
  }
  return kind;
}

std::vector<CommonFeature> CommonFeatures(const Reference& reference, const Policy& policy,
                                          const std::vector<Person>& adepts, const std::vector<int32_t>& group,
                                          size_t most) {
  const std::set<int32_t> members(group.begin(), group.end());
  std::map<Feature, Counts> counts;
  for (size_t row = 0; row < adepts.size(); ++row) {
    const bool is_member = members.contains(static_cast<int32_t>(row));
    for (const Feature& feature : FeaturesOf(reference, policy, adepts[row])) {
      ++(is_member ? counts[feature].in : counts[feature].out);
    }
  }
  const int64_t in = static_cast<int64_t>(members.size());
  const auto best = MostTelling(counts, in, static_cast<int64_t>(adepts.size()) - in);
  std::vector<Telling> telling;
  for (const std::string_view kind : kFeatureKinds) {
    if (best.contains(kind)) telling.push_back(best.at(kind));
  }
  std::stable_sort(telling.begin(), telling.end(),
                   [](const Telling& a, const Telling& b) { return a.difference > b.difference; });
  if (telling.size() > most) telling.resize(most);
  std::vector<CommonFeature> features;
  for (const Telling& one : telling) features.push_back(one.common);
  return features;
}

}  // namespace brygga::engine

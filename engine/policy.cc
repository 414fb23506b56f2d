#include "engine/policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"

namespace brygga::engine {
namespace {

using nlohmann::json;

constexpr size_t kMostBytes = 1 << 20;
constexpr std::array<std::string_view, kCriterionCount> kCriterionNames = {
    "occupation", "competences",     "language",   "distance",     "slots",
    "goals",      "education_field", "continuity", "rounds_waited"};
constexpr std::array<std::string_view, 7> kLevels = {"A1", "A2", "B1", "B2", "C1", "C2", "N"};
constexpr size_t kMostGroupRules = 100;
constexpr int kMostOfAGroup = 1'000'000;
constexpr std::array<std::string_view, 4> kKinds = {"VOCATIONAL", "LANGUAGE", "YOUTH", "REVERSE"};

// One JSON object that is read field by field. What is missing, wrong or left
// over becomes a violation, named by its path.
class Object {
 public:
  Object(const json* object, std::string path, std::vector<FieldViolation>& violations)
      : object_(object), path_(std::move(path)), violations_(violations) {}

  // To be called after every field has been asked for.
  void RefuseOthers() {
    if (object_ == nullptr) return;
    for (const auto& [name, value] : object_->items()) {
      if (!asked_.contains(name)) Wrong(name, "is no field of a policy");
    }
  }

  Object Child(const std::string& name) {
    const json* value = Ask(name);
    if (value != nullptr && !value->is_object()) value = Refuse(name, "is not an object");
    return Object(value, PathOf(name), violations_);
  }
  // As Child, but absent is fine: then !present().
  Object OptionalChild(const std::string& name) {
    asked_.insert(name);
    if (object_ == nullptr || !object_->contains(name)) return Object(nullptr, PathOf(name), violations_);
    return Child(name);
  }
  // The objects of a list that may be absent, each named by its place.
  std::vector<Object> OptionalObjects(const std::string& name) {
    asked_.insert(name);
    std::vector<Object> objects;
    if (object_ == nullptr || !object_->contains(name)) return objects;
    const json& list = (*object_)[name];
    if (!list.is_array() || list.size() > kMostGroupRules) {
      Wrong(name, absl::StrCat("is not a list of at most ", kMostGroupRules, " objects"));
      return objects;
    }
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string place = absl::StrCat(name, "[", i, "]");
      if (!list[i].is_object()) Wrong(place, "is not an object");
      if (list[i].is_object()) objects.push_back(Object(&list[i], PathOf(place), violations_));
    }
    return objects;
  }
  bool present() const { return object_ != nullptr; }
  bool Has(const std::string& name) const { return object_ != nullptr && object_->contains(name); }

  double Number(const std::string& name, double least, double most) {
    const json* value = Ask(name);
    if (value == nullptr) return least;
    if (value->is_number() && value->get<double>() >= least && value->get<double>() <= most)
      return value->get<double>();
    Wrong(name, absl::StrCat("is not a number from ", least, " to ", most));
    return least;
  }
  std::optional<double> NumberOrNull(const std::string& name, double least, double most) {
    return AskNull(name) ? std::nullopt : std::optional(Number(name, least, most));
  }
  int Whole(const std::string& name, int least, int most) {
    const json* value = Ask(name);
    if (value == nullptr) return least;
    if (value->is_number_integer() && value->get<double>() >= least && value->get<double>() <= most) {
      return value->get<int>();
    }
    Wrong(name, absl::StrCat("is not a whole number from ", least, " to ", most));
    return least;
  }
  std::optional<int> WholeOrNull(const std::string& name, int least, int most) {
    return AskNull(name) ? std::nullopt : std::optional(Whole(name, least, most));
  }
  bool Flag(const std::string& name) {
    const json* value = Ask(name);
    if (value == nullptr) return false;
    if (!value->is_boolean()) return Refuse(name, "is neither true nor false") != nullptr;
    return value->get<bool>();
  }
  std::string Text(const std::string& name) {
    const json* value = Ask(name);
    if (value == nullptr) return "";
    if (value->is_string() && !value->get_ref<const std::string&>().empty()) return value->get<std::string>();
    Wrong(name, "is not a text, or is empty");
    return "";
  }
  std::string Word(const std::string& name, const auto& words) {
    const json* value = Ask(name);
    if (value == nullptr) return "";
    if (value->is_string() &&
        std::find(words.begin(), words.end(), value->get_ref<const std::string&>()) != words.end()) {
      return value->get<std::string>();
    }
    Wrong(name, absl::StrCat("is not one of ", absl::StrJoin(words, ", ", [](std::string* out, std::string_view word) {
                               out->append(word);
                             })));
    return "";
  }
  WhenUnknown Unknown() {
    static constexpr std::array<std::string_view, 2> kWords = {"ALLOW", "FORBID"};
    return Word("when_unknown", kWords) == "ALLOW" ? WhenUnknown::kAllow : WhenUnknown::kForbid;
  }
  std::vector<std::string> Texts(const std::string& name) {
    const json* value = Ask(name);
    std::vector<std::string> texts;
    if (value == nullptr) return texts;
    if (!value->is_array()) Wrong(name, "is not a list of texts");
    if (!value->is_array()) return texts;
    for (size_t i = 0; i < value->size(); ++i) {
      if ((*value)[i].is_string()) texts.push_back((*value)[i]);
      if (!(*value)[i].is_string()) Wrong(absl::StrCat(name, "[", i, "]"), "is not a text");
    }
    return texts;
  }

  void Wrong(const std::string& name, std::string_view description) {
    violations_.push_back({PathOf(name), std::string(description)});
  }

 private:
  std::string PathOf(const std::string& name) const { return path_.empty() ? name : absl::StrCat(path_, ".", name); }

  const json* Refuse(const std::string& name, std::string_view description) {
    Wrong(name, description);
    return nullptr;
  }
  const json* Ask(const std::string& name) {
    asked_.insert(name);
    if (object_ == nullptr) return nullptr;  // The object itself has been refused.
    const auto found = object_->find(name);
    return found == object_->end() ? Refuse(name, "is missing") : &*found;
  }
  bool AskNull(const std::string& name) {
    asked_.insert(name);
    return object_ == nullptr || (object_->contains(name) && (*object_)[name].is_null());
  }

  const json* object_;
  std::string path_;
  std::vector<FieldViolation>& violations_;
  std::set<std::string> asked_;
};

void ReadHardRules(Object hard, Policy& policy) {
  Object language = hard.Child("common_language");
  policy.languages = language.Texts("languages");
  policy.adept_level = language.Word("adept_level", kLevels);
  policy.mentor_level = language.Word("mentor_level", kLevels);
  policy.language_unknown = language.Unknown();
  language.RefuseOthers();

  Object distance = hard.Child("distance");
  static constexpr std::array<std::string_view, 2> kLimits = {"NONE", "SMALLER_OF_BOTH"};
  policy.distance_limit = distance.Word("limit", kLimits) == "SMALLER_OF_BOTH";
  policy.distance_unknown = distance.Unknown();
  distance.RefuseOthers();

  Object slots = hard.Child("common_slots");
  policy.minimum_common_slots = slots.Whole("minimum", 0, 28);
  policy.slots_unknown = slots.Unknown();
  slots.RefuseOthers();

  Object occupation = hard.Child("occupation");
  policy.minimum_closeness = occupation.NumberOrNull("minimum_closeness", 0, 1);
  policy.closeness_unknown = occupation.Unknown();
  occupation.RefuseOthers();

  Object competences = hard.Child("competences");
  policy.minimum_shared_competences = competences.Whole("minimum_shared", 0, 1000);
  competences.RefuseOthers();

  Object organisation = hard.Child("organisation");
  policy.different_employer = organisation.Flag("different_employer");
  policy.excluded_organisations = organisation.Flag("excluded");
  policy.active_agreement = organisation.Flag("active_agreement");
  policy.private_mentors = organisation.Flag("private_mentors");
  organisation.RefuseOthers();

  policy.gender_preference = hard.Flag("gender_preference");
  policy.screening_passed = hard.Flag("screening_passed");
  Object adept_age = hard.Child("adept_age");
  policy.minimum_adept_age = adept_age.WholeOrNull("minimum", 0, 150);
  policy.maximum_adept_age = adept_age.WholeOrNull("maximum", 0, 150);
  adept_age.RefuseOthers();
  Object mentor_age = hard.Child("mentor_age");
  policy.minimum_mentor_age = mentor_age.WholeOrNull("minimum", 0, 150);
  policy.maximum_mentor_age = mentor_age.WholeOrNull("maximum", 0, 150);
  mentor_age.RefuseOthers();
  hard.RefuseOthers();
}

ClosenessLadder ReadLadder(Object object) {
  ClosenessLadder ladder;
  ladder.same_occupation = object.Number("same_occupation", 0, 1);
  ladder.edge_75 = object.Number("edge_75", 0, 1);
  ladder.same_ssyk4 = object.Number("same_ssyk4", 0, 1);
  ladder.manager_bridge = object.Number("manager_bridge", 0, 1);
  ladder.group_edge_75 = object.Number("group_edge_75", 0, 1);
  ladder.same_ssyk3 = object.Number("same_ssyk3", 0, 1);
  ladder.edge_25 = object.Number("edge_25", 0, 1);
  ladder.group_edge_25 = object.Number("group_edge_25", 0, 1);
  ladder.same_ssyk2 = object.Number("same_ssyk2", 0, 1);
  ladder.same_field = object.Number("same_field", 0, 1);
  ladder.reverse_factor = object.Number("reverse_factor", 0, 1);
  ladder.competence_bonus = object.Number("competence_bonus", 0, 1);
  object.RefuseOthers();
  return ladder;
}

void ReadLanguage(Object object, Policy& policy) {
  policy.practise_languages = object.Texts("practise");
  policy.practised_until = object.Word("practised_until", kLevels);
  policy.practise_common = object.Number("common", 0, 1);
  policy.practise_possible = object.Number("possible", 0, 1);
  policy.practise_other = object.Number("other", 0, 1);
  Object levels = object.Child("mentor_level");
  for (size_t i = 0; i < kLevels.size(); ++i) {
    policy.mentor_level_value[i] = levels.Number(std::string(kLevels[i]), 0, 1);
  }
  levels.RefuseOthers();
  object.RefuseOthers();
}

GoalRule ReadGoal(Object object) {
  GoalRule rule;
  if (object.Has("minimum_years")) rule.minimum_years = object.Whole("minimum_years", 0, 150);
  if (object.Has("minimum_closeness")) rule.minimum_closeness = object.Number("minimum_closeness", 0, 1);
  if (object.Has("manager")) rule.manager = object.Flag("manager");
  if (object.Has("partner_organisation")) rule.partner_organisation = object.Flag("partner_organisation");
  if (object.Has("language") || object.Has("minimum_level")) {
    rule.language = object.Text("language");
    rule.minimum_level = object.Word("minimum_level", kLevels);
  }
  object.RefuseOthers();
  return rule;
}

void ReadGoals(Object object, Policy& policy) {
  for (size_t i = 0; i < kGoals.size(); ++i) {
    Object goal = object.OptionalChild(std::string(kGoals[i]));
    if (goal.present()) policy.goals[i] = ReadGoal(goal);
  }
  object.RefuseOthers();
}

PeopleSelector ReadSelector(Object object, bool may_use_gender) {
  PeopleSelector selector;
  if (object.Has("organisations")) selector.organisations = object.Texts("organisations");
  if (object.Has("private_person")) selector.private_person = object.Flag("private_person");
  if (object.Has("partner_organisation")) selector.partner_organisation = object.Flag("partner_organisation");
  if (object.Has("genders")) selector.genders = object.Texts("genders");
  for (size_t i = 0; i < selector.genders.size(); ++i) {
    const std::string& gender = selector.genders[i];
    if (gender == "F" || gender == "M" || gender == "X") continue;
    object.Wrong(absl::StrCat("genders[", i, "]"), "is not one of F, M, X");
  }
  if (!selector.genders.empty() && !may_use_gender) {
    object.Wrong("genders", "may not be used: the policy does not take gender into account (hard.gender_preference)");
  }
  if (object.Has("minimum_age")) selector.minimum_age = object.Whole("minimum_age", 0, 150);
  if (object.Has("maximum_age")) selector.maximum_age = object.Whole("maximum_age", 0, 150);
  if (object.Has("minimum_rounds_waited")) {
    selector.minimum_rounds_waited = object.Whole("minimum_rounds_waited", 0, 1000);
  }
  if (object.Has("municipalities")) selector.municipalities = object.Texts("municipalities");
  for (size_t i = 0; i < selector.municipalities.size(); ++i) {
    const std::string& place = selector.municipalities[i];
    const bool is_code = (place.size() == 2 || place.size() == 4) &&
                         std::all_of(place.begin(), place.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_code)
      object.Wrong(absl::StrCat("municipalities[", i, "]"), "is no code of four digits, or of two for a county");
  }
  if (object.Has("referral_sources")) selector.referral_sources = object.Texts("referral_sources");
  for (size_t i = 0; i < selector.referral_sources.size(); ++i) {
    if (std::find(kReferralSources.begin(), kReferralSources.end(), selector.referral_sources[i]) !=
        kReferralSources.end()) {
      continue;
    }
    object.Wrong(absl::StrCat("referral_sources[", i, "]"),
                 "is not one of ARBETSFORMEDLINGEN, JOBBTORG, SFI, SFX, PARTNER, SELF, FRIEND");
  }
  object.RefuseOthers();
  return selector;
}

GroupRule ReadGroupRule(Object object, bool may_use_gender) {
  GroupRule rule;
  rule.name = object.Text("name");
  static constexpr std::array<std::string_view, 2> kSides = {"ADEPTS", "MENTORS"};
  rule.of_mentors = object.Word("side", kSides) != "ADEPTS";
  if (object.Has("each")) {
    static constexpr std::array<std::string_view, 2> kEach = {"EMPLOYER", "PERSON"};
    rule.each = object.Word("each", kEach) == "EMPLOYER" ? GroupEach::kEmployer : GroupEach::kPerson;
  }
  Object members = object.OptionalChild("members");
  if (members.present()) rule.members = ReadSelector(members, may_use_gender);
  if (object.Has("at_most")) rule.at_most = object.Whole("at_most", 0, kMostOfAGroup);
  if (object.Has("at_least")) rule.at_least = object.Whole("at_least", 0, kMostOfAGroup);
  if (object.Has("reserved")) rule.reserved = object.Whole("reserved", 0, kMostOfAGroup);
  if (object.Has("reserved_share")) rule.reserved_share = object.Number("reserved_share", 0, 1);
  if (object.Has("fallback")) {
    static constexpr std::array<std::string_view, 2> kFallbacks = {"OPEN_TO_ALL", "KEEP_EMPTY"};
    rule.keep_empty = object.Word("fallback", kFallbacks) == "KEEP_EMPTY";
  }
  if (object.Has("guaranteed")) rule.guaranteed = object.Flag("guaranteed");
  if (object.Has("reserved") && object.Has("reserved_share")) {
    object.Wrong("reserved_share", "is another way to say reserved; give one of them");
  }
  if (object.Has("reserved_share") && rule.each != GroupEach::kAllTogether) {
    object.Wrong("reserved_share", "is for one group, not for each employer or person");
  }
  const bool reserves = rule.reserved > 0 || rule.reserved_share > 0;
  if (object.Has("fallback") && !reserves) object.Wrong("fallback", "is of a reserve, and there is none");
  if (reserves && !object.Has("fallback")) {
    object.Wrong("fallback", "is missing: say OPEN_TO_ALL or KEEP_EMPTY for what the group does not fill");
  }
  if (rule.at_most && *rule.at_most < rule.at_least) object.Wrong("at_least", "is above at_most");
  if (!rule.at_most && rule.at_least == 0 && !reserves && !rule.guaranteed) {
    object.Wrong("name", "is of a group without a rule: give at_most, at_least, a reserve or guaranteed");
  }
  object.RefuseOthers();
  return rule;
}

void ReadGroups(Object& root, Policy& policy) {
  std::set<std::string> names;
  for (Object& object : root.OptionalObjects("groups")) {
    policy.groups.push_back(ReadGroupRule(object, policy.gender_preference));
    const std::string& name = policy.groups.back().name;
    if (!name.empty() && !names.insert(name).second) object.Wrong("name", "is the name of another group");
  }
}

void ReadWeights(Object object, Policy& policy) {
  double sum = 0;
  for (size_t i = 0; i < kCriterionCount; ++i) {
    policy.weights[i] = object.Number(std::string(kCriterionNames[i]), 0, 1'000'000);
    sum += policy.weights[i];
  }
  object.RefuseOthers();
  if (object.present() && !(sum > 0)) object.Wrong("occupation", "or another weight must be above 0");
}

int ReadRounds(Object object) {
  const int rounds = object.Whole("full_at_rounds", 1, 1000);
  object.RefuseOthers();
  return rounds;
}

}  // namespace

std::string_view CriterionName(Criterion criterion) { return kCriterionNames[static_cast<size_t>(criterion)]; }

absl::StatusOr<Policy> ParsePolicy(std::string_view text) {
  if (text.size() > kMostBytes) return InvalidFields({{"policy", "is longer than 1 MiB"}});
  const json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return InvalidFields({{"policy", "is not a JSON object"}});

  std::vector<FieldViolation> violations;
  Object root(&parsed, "", violations);
  Policy policy;
  root.Whole("format", 1, 1);
  policy.id = root.Text("id");
  policy.version = root.Whole("version", 1, 1'000'000'000);
  policy.kind = root.Word("kind", kKinds);
  ReadHardRules(root.Child("hard"), policy);
  ReadWeights(root.Child("weights"), policy);
  policy.unknown_value = root.Number("unknown_value", 0, 1);
  policy.ladder = ReadLadder(root.Child("occupation"));
  ReadLanguage(root.Child("language"), policy);
  Object distance = root.Child("distance");
  policy.distance_scale_km = distance.Number("scale_km", 0.001, 100'000);
  policy.online_value = distance.Number("online", 0, 1);
  distance.RefuseOthers();
  ReadGoals(root.Child("goals"), policy);
  Object education = root.Child("education_field");
  policy.education_same_3 = education.Number("same_3", 0, 1);
  policy.education_same_2 = education.Number("same_2", 0, 1);
  policy.education_same_1 = education.Number("same_1", 0, 1);
  education.RefuseOthers();
  policy.continuity_rounds = ReadRounds(root.Child("continuity"));
  policy.waiting_rounds = ReadRounds(root.Child("rounds_waited"));
  ReadGroups(root, policy);
  root.RefuseOthers();
  if (!violations.empty()) return InvalidFields(std::move(violations));
  return policy;
}

}  // namespace brygga::engine

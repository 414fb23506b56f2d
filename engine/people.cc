#include "engine/people.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "engine/policy.h"

namespace brygga::engine {
namespace {

constexpr size_t kMostViolations = 100;
constexpr int kMostRounds = 1000;
constexpr int kMostCapacity = 1'000'000;

// Reads persons into columns and notes every wrong field on the way.
class Builder {
 public:
  explicit Builder(const Reference& reference) : reference_(reference) {
    people_.skill_offset.push_back(0);
    people_.language_offset.push_back(0);
  }

  absl::StatusOr<People> Build(const std::vector<Person>& persons) {
    for (const Person& person : persons) {
      Add(person);
      ++people_.count;
    }
    if (!violations_.empty()) return InvalidFields(std::move(violations_));
    return std::move(people_);
  }

 private:
  void Wrong(std::string_view field, std::string_view description) {
    if (violations_.size() == kMostViolations) return;
    violations_.push_back({absl::StrCat("people[", people_.count, "].", absl::string_view(field.data(), field.size())),
                           std::string(description)});
  }

  void Add(const Person& person) {
    AddNames(person);
    AddOccupations(person);
    AddSkills(person);
    AddLanguages(person);
    AddWishes(person);
    AddNumbers(person);
    if (!person.sun_field.empty() && !reference_.KnowsSunField(person.sun_field)) {
      Wrong("sun_field", "is no SUN 2020 field");
    }
    people_.sun_field.push_back(person.sun_field.substr(0, 3));
    people_.municipality.push_back(
        Code("municipality_code", person.municipality_code, reference_.MunicipalityIndex(person.municipality_code)));
    people_.municipality_code.push_back(person.municipality_code);
    people_.referral_source.push_back(person.referral_source);
    people_.format.push_back(person.format);
    people_.organisation.push_back(person.organisation);
    people_.agreement_active.push_back(person.agreement_active);
    people_.excluded_organisations.push_back(person.excluded_organisations);
    people_.gender.push_back(person.gender);
    people_.preferred_gender.push_back(person.preferred_gender);
    people_.screening_passed.push_back(person.screening_passed);
  }

  void AddNames(const Person& person) {
    if (person.id.empty()) Wrong("id", "is empty");
    if (person.tie_key.empty()) Wrong("tie_key", "is empty");
    if (!person.id.empty() && !ids_.insert(person.id).second) Wrong("id", "appears twice");
    if (!person.tie_key.empty() && !tie_keys_.insert(person.tie_key).second) Wrong("tie_key", "appears twice");
    people_.id.push_back(person.id);
    people_.tie_key.push_back(person.tie_key);
  }

  // -1 for an empty code; a code that is not known is wrong.
  int32_t Code(std::string_view field, const std::string& code, int index) {
    if (!code.empty() && index < 0) Wrong(field, "is not a known code");
    return index;
  }

  void AddOccupations(const Person& person) {
    const int32_t occupation =
        Code("occupation_id", person.occupation_id, reference_.OccupationIndex(person.occupation_id));
    int32_t group = Code("ssyk4", person.ssyk4, reference_.GroupIndex(person.ssyk4));
    if (person.ssyk4.empty() && occupation >= 0) group = reference_.GroupOf(occupation);
    int32_t target = Code("target_occupation_id", person.target_occupation_id,
                          reference_.OccupationIndex(person.target_occupation_id));
    int32_t target_group = Code("target_ssyk4", person.target_ssyk4, reference_.GroupIndex(person.target_ssyk4));
    if (target >= 0 && person.target_ssyk4.empty()) target_group = reference_.GroupOf(target);
    // The trained occupation stands for a target in the same group, or for none.
    if (target_group < 0) target_group = group;
    if (target < 0 && target_group == group) target = occupation;
    people_.occupation.push_back(occupation);
    people_.group.push_back(group);
    people_.target_occupation.push_back(target);
    people_.target_group.push_back(target_group);
  }

  void AddSkills(const Person& person) {
    const size_t begin = people_.skill.size();
    for (size_t i = 0; i < person.skills.size(); ++i) {
      const int skill = reference_.SkillIndex(person.skills[i]);
      if (skill < 0) {
        Wrong(absl::StrCat("skills[", i, "]"), "is not a known competence");
      } else {
        people_.skill.push_back(skill);
      }
    }
    const auto first = people_.skill.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(first, people_.skill.end());
    people_.skill.erase(std::unique(first, people_.skill.end()), people_.skill.end());
    int64_t weight = 0;
    for (size_t i = begin; i < people_.skill.size(); ++i) weight += reference_.SkillWeight(people_.skill[i]);
    people_.skill_weight.push_back(weight);
    people_.skill_offset.push_back(static_cast<int32_t>(people_.skill.size()));
  }

  void AddLanguages(const Person& person) {
    const size_t begin = people_.language.size();
    for (size_t i = 0; i < person.languages.size(); ++i) {
      const int language = reference_.LanguageIndex(person.languages[i].first);
      const int rank = reference_.LevelRank(person.languages[i].second);
      if (language < 0) Wrong(absl::StrCat("languages[", i, "].code"), "is not a known language");
      if (rank == 0) Wrong(absl::StrCat("languages[", i, "].level"), "is not A1, A2, B1, B2, C1, C2 or N");
      if (language >= 0 && rank > 0) people_.language.push_back({language, rank});
    }
    // A language that is named twice counts at its higher level.
    const auto first = people_.language.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(first, people_.language.end(), [](const LanguageLevel& a, const LanguageLevel& b) {
      return a.language != b.language ? a.language < b.language : a.rank > b.rank;
    });
    const auto same = [](const LanguageLevel& a, const LanguageLevel& b) { return a.language == b.language; };
    people_.language.erase(std::unique(first, people_.language.end(), same), people_.language.end());
    people_.language_offset.push_back(static_cast<int32_t>(people_.language.size()));
  }

  void AddWishes(const Person& person) {
    uint32_t slots = 0;
    for (size_t i = 0; i < person.slots.size(); ++i) {
      const int bit = SlotBit(person.slots[i]);
      if (bit < 0) Wrong(absl::StrCat("slots[", i, "]"), "is not day_part: mon to sun, morning to evening");
      if (bit >= 0) slots |= uint32_t{1} << bit;
    }
    uint32_t goals = 0;
    for (size_t i = 0; i < person.goals.size(); ++i) {
      const int bit = GoalBit(person.goals[i]);
      if (bit < 0) Wrong(absl::StrCat("goals[", i, "]"), "is not a known goal");
      if (bit >= 0) goals |= uint32_t{1} << bit;
    }
    people_.slots.push_back(slots);
    people_.goals.push_back(goals);
  }

  int32_t Number(std::string_view field, int value, int most) {
    if (value < 0 || value > most) Wrong(field, absl::StrCat("is not from 0 to ", most));
    return value;
  }
  int32_t NumberOrUnknown(std::string_view field, std::optional<int> value, int most) {
    return value ? Number(field, *value, most) : -1;
  }

  void AddNumbers(const Person& person) {
    people_.max_distance_km.push_back(NumberOrUnknown("max_distance_km", person.max_distance_km, 100'000));
    people_.years_experience.push_back(NumberOrUnknown("years_experience", person.years_experience, 150));
    people_.age.push_back(NumberOrUnknown("age", person.age, 150));
    people_.rounds_waited.push_back(Number("rounds_waited", person.rounds_waited, kMostRounds));
    people_.rounds_before.push_back(Number("rounds_before", person.rounds_before, kMostRounds));
    people_.capacity.push_back(Number("capacity", person.capacity, kMostCapacity));
  }

  const Reference& reference_;
  People people_;
  std::unordered_set<std::string> ids_, tie_keys_;
  std::vector<FieldViolation> violations_;
};

// Words are the same in capitals, as protos write them.
int IndexIn(const auto& words, std::string_view word) {
  const std::string lower = absl::AsciiStrToLower(absl::string_view(word.data(), word.size()));
  const auto found = std::find(words.begin(), words.end(), lower);
  return found == words.end() ? -1 : static_cast<int>(found - words.begin());
}

}  // namespace

int SlotBit(std::string_view slot) {
  static constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  static constexpr std::array<std::string_view, 4> kParts = {"morning", "lunch", "afternoon", "evening"};
  const size_t underscore = slot.find('_');
  if (underscore == std::string_view::npos) return -1;
  const int day = IndexIn(kDays, slot.substr(0, underscore));
  const int part = IndexIn(kParts, slot.substr(underscore + 1));
  return day < 0 || part < 0 ? -1 : day * static_cast<int>(kParts.size()) + part;
}

int GoalBit(std::string_view goal) { return IndexIn(kGoals, goal); }

absl::StatusOr<People> BuildPeople(const Reference& reference, const std::vector<Person>& people) {
  return Builder(reference).Build(people);
}

void AppendRow(const People& from, int32_t row, People& to) {
  const auto r = static_cast<size_t>(row);
  if (to.skill_offset.empty()) to.skill_offset.push_back(0), to.language_offset.push_back(0);
  ForEachColumn([r](const auto& source, auto& target) { target.push_back(source[r]); }, from, to);
  to.skill.insert(to.skill.end(), from.skill.begin() + from.skill_offset[r],
                  from.skill.begin() + from.skill_offset[r + 1]);
  to.skill_offset.push_back(static_cast<int32_t>(to.skill.size()));
  to.language.insert(to.language.end(), from.language.begin() + from.language_offset[r],
                     from.language.begin() + from.language_offset[r + 1]);
  to.language_offset.push_back(static_cast<int32_t>(to.language.size()));
  ++to.count;
}

}  // namespace brygga::engine

// The people of a cohort as columns: what scoring needs to know of them and
// nothing else.
#ifndef BRYGGA_ENGINE_PEOPLE_H_
#define BRYGGA_ENGINE_PEOPLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/reference.h"

namespace brygga::engine {

enum class MeetingFormat : uint8_t { kUnknown, kOnsite, kDigital, kEither };
enum class Gender : uint8_t { kUnknown, kFemale, kMale, kOther };

// One person as a caller knows them, in codes. An empty text, an empty list or
// nullopt means "not known" unless the field says other.
struct Person {
  std::string id;       // Opaque; unique on its side of the cohort. Required.
  std::string tie_key;  // Stable over re-imports (a hash of the external reference); unique on its side. Required.
  std::string occupation_id;
  std::string ssyk4;                 // Taken from `occupation_id` where empty.
  std::string target_occupation_id;  // Adepts: what the person wants to become.
  std::string target_ssyk4;          // Empty: the trained occupation is the target.
  std::vector<std::string> skills;
  std::vector<std::pair<std::string, std::string>> languages;  // Code and CEFR level.
  std::string sun_field;                                       // One to four positions of SUN 2020.
  std::string municipality_code;
  std::optional<int> max_distance_km;  // Nullopt: no limit.
  MeetingFormat format = MeetingFormat::kUnknown;
  std::vector<std::string> slots;  // "mon_evening"; see SlotBit.
  std::vector<std::string> goals;  // Adepts; words of kGoals.
  std::optional<int> years_experience;
  std::string organisation;       // Employer; empty: a private person.
  bool agreement_active = false;  // The employer's agreement with the operator.
  std::vector<std::string> excluded_organisations;
  Gender gender = Gender::kUnknown;
  Gender preferred_gender = Gender::kUnknown;  // Of the counterpart; kUnknown: any.
  std::optional<int> age;                      // In whole years on the cohort's first day.
  std::string referral_source;                 // A code of kReferralSources.
  bool screening_passed = false;
  int rounds_waited = 0;  // Earlier rounds that left this person unmatched.
  int rounds_before = 0;  // Earlier rounds in which this person was a mentor.
  int capacity = 1;       // Seats left; 0: takes nobody now.
};

// The bit of a weekly slot, `day_part` with day mon to sun and part morning,
// lunch, afternoon or evening; -1 for any other word.
int SlotBit(std::string_view slot);
// The bit of a goal of kGoals, -1 for a word that is none. Both take capitals too.
int GoalBit(std::string_view goal);

// One level of one language.
struct LanguageLevel {
  int32_t language;
  int32_t rank;  // 1 to 7.
};

// One side of a cohort, column by column; row i is one person everywhere.
// Immutable once built.
struct People {
  int count = 0;
  std::vector<std::string> id, tie_key;
  std::vector<int32_t> occupation, group;                // -1: unknown.
  std::vector<int32_t> target_occupation, target_group;  // What closeness is read to.
  std::vector<int32_t> skill_offset, skill;  // Row i: skill[skill_offset[i] .. skill_offset[i + 1]), ascending.
  std::vector<int64_t> skill_weight;         // Sum over the row's competences.
  std::vector<int32_t> language_offset;
  std::vector<LanguageLevel> language;  // Ascending by language.
  std::vector<std::string> sun_field;
  std::vector<int32_t> municipality;  // -1: unknown.
  std::vector<std::string> municipality_code, referral_source;
  std::vector<int32_t> max_distance_km;  // -1: no limit.
  std::vector<MeetingFormat> format;
  std::vector<uint32_t> slots, goals;     // Bit sets.
  std::vector<int32_t> years_experience;  // -1: unknown.
  std::vector<std::string> organisation;
  std::vector<bool> agreement_active;
  std::vector<std::vector<std::string>> excluded_organisations;
  std::vector<Gender> gender, preferred_gender;
  std::vector<int32_t> age;  // -1: unknown.
  std::vector<bool> screening_passed;
  std::vector<int32_t> rounds_waited, rounds_before, capacity;
};

// The columns of `people`, in their order.
//
// kInvalidArgument, reason INVALID_FIELDS: codes that `reference` does not
// know, levels, slots and goals that are no such word, negative numbers, an
// empty or repeated id or tie key; every wrong field is named
// ("people[3].skills[0]"), up to 100 of them.
absl::StatusOr<People> BuildPeople(const Reference& reference, const std::vector<Person>& people);

// Adds row `row` of `from` to `to`.
void AppendRow(const People& from, int32_t row, People& to);

// Calls `f` with each column that has one value a row, of all of `people` at once.
template <typename F, typename... P>
void ForEachColumn(F&& f, P&... people) {
  const auto column = [&](auto member) { f((people.*member)...); };
  column(&People::id), column(&People::tie_key);
  column(&People::occupation), column(&People::group);
  column(&People::target_occupation), column(&People::target_group);
  column(&People::skill_weight), column(&People::sun_field);
  column(&People::municipality), column(&People::municipality_code), column(&People::referral_source);
  column(&People::max_distance_km), column(&People::format);
  column(&People::slots), column(&People::goals), column(&People::years_experience);
  column(&People::organisation), column(&People::agreement_active), column(&People::excluded_organisations);
  column(&People::gender), column(&People::preferred_gender), column(&People::age);
  column(&People::screening_passed), column(&People::rounds_waited), column(&People::rounds_before);
  column(&People::capacity);
}

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_PEOPLE_H_

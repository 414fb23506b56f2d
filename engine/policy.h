// A matching policy: the hard rules that no pair breaks and the soft criteria
// with their weights, as data. data/policy/README.md defines every number.
#ifndef BRYGGA_ENGINE_POLICY_H_
#define BRYGGA_ENGINE_POLICY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace brygga::engine {

// The soft criteria, in the order in which contributions are listed.
enum class Criterion {
  kOccupation,
  kCompetences,
  kLanguage,
  kDistance,
  kSlots,
  kGoals,
  kEducationField,
  kContinuity,
  kRoundsWaited,
};
inline constexpr int kCriterionCount = 9;

// The criterion's word in a policy file and in an explanation: "occupation".
std::string_view CriterionName(Criterion criterion);

// What an adept may want from a mentor, in the order of goal bits.
inline constexpr std::array<std::string_view, 10> kGoals = {
    "network",      "cv_feedback", "industry_insight",       "interview_training", "swedish_at_work",
    "change_field", "internship",  "licence_or_recognition", "leadership",         "own_business"};

// Who may have sent somebody to a cohort.
inline constexpr std::array<std::string_view, 7> kReferralSources = {
    "ARBETSFORMEDLINGEN", "JOBBTORG", "SFI", "SFX", "PARTNER", "SELF", "FRIEND"};

// What a hard rule says of a pair whose data is missing.
enum class WhenUnknown { kAllow, kForbid };

// What a mentor must have to meet one goal; everything that is set must hold.
struct GoalRule {
  std::optional<int> minimum_years;          // Years of experience.
  std::optional<double> minimum_closeness;   // Occupation closeness to the adept's target, before the bonus.
  std::optional<bool> manager;               // Works in a manager group.
  std::optional<bool> partner_organisation;  // Works at an organisation whose agreement is active.
  std::string language;                      // Code; empty: no language asked for.
  std::string minimum_level;                 // CEFR, with `language`.
};

// What each relation between two occupations is worth, 0 to 1.
struct ClosenessLadder {
  double same_occupation = 0, edge_75 = 0, same_ssyk4 = 0, manager_bridge = 0, group_edge_75 = 0, same_ssyk3 = 0,
         edge_25 = 0, group_edge_25 = 0, same_ssyk2 = 0, same_field = 0;
  double reverse_factor = 0;    // An edge or bridge that runs from adept to mentor counts this much of its worth.
  double competence_bonus = 0;  // At most this is added for shared competences; the sum is at most 1.
};

// Which people of one side a group's rule is about; everything that is set must
// hold. Nothing set: everybody.
struct PeopleSelector {
  std::vector<std::string> organisations;    // Employers by id, any of these.
  std::optional<bool> private_person;        // Has no employer here.
  std::optional<bool> partner_organisation;  // Has an employer whose agreement is active.
  std::vector<std::string> genders;          // "F", "M", "X"; only where the policy takes gender into account.
  std::optional<int> minimum_age, maximum_age;
  std::optional<int> minimum_rounds_waited;
  std::vector<std::string> municipalities;    // Codes of four digits, or of two for a whole county; any of these.
  std::vector<std::string> referral_sources;  // Of kReferralSources, any of these.
};

// One group, or one for each employer or person.
enum class GroupEach { kAllTogether, kEmployer, kPerson };

// A rule about many people at once, as data; group_rules.h makes groups of it.
struct GroupRule {
  std::string name;
  bool of_mentors = true;  // False: of adepts.
  GroupEach each = GroupEach::kAllTogether;
  PeopleSelector members;
  std::optional<int> at_most;
  int at_least = 0;
  int reserved = 0;           // Seats; or instead
  double reserved_share = 0;  // 0 to 1, of ReserveBase (problem.h).
  bool keep_empty = false;    // What the group does not fill of its reserve.
  bool guaranteed = false;
};

struct Policy {
  std::string id;
  int version = 0;
  std::string kind;  // VOCATIONAL, LANGUAGE, YOUTH or REVERSE.

  // Hard rules.
  std::vector<std::string> languages;  // The common language must be one of these; empty: any.
  std::string adept_level;             // CEFR, of the adept in the common language.
  std::string mentor_level;
  WhenUnknown language_unknown = WhenUnknown::kForbid;
  bool distance_limit = false;  // On-site pairs keep within the smaller of both limits.
  WhenUnknown distance_unknown = WhenUnknown::kAllow;
  int minimum_common_slots = 0;
  WhenUnknown slots_unknown = WhenUnknown::kForbid;
  std::optional<double> minimum_closeness;  // Before the competence bonus.
  WhenUnknown closeness_unknown = WhenUnknown::kAllow;
  int minimum_shared_competences = 0;
  bool different_employer = false;
  bool excluded_organisations = false;
  bool active_agreement = false;  // A mentor's employer, where there is one, has an active agreement.
  bool private_mentors = true;    // A mentor may have no employer here.
  bool gender_preference = false;
  bool screening_passed = false;
  std::optional<int> minimum_adept_age, maximum_adept_age, minimum_mentor_age, maximum_mentor_age;

  // Soft criteria.
  std::array<double, kCriterionCount> weights = {};
  double unknown_value = 0;  // What a criterion counts where its data is missing.
  ClosenessLadder ladder;
  double distance_scale_km = 1;
  double online_value = 0;
  std::vector<std::string> practise_languages;
  std::string practised_until;  // CEFR: who is at this level or above practises no more.
  double practise_common = 0, practise_possible = 0, practise_other = 0;
  std::array<double, 7> mentor_level_value = {};  // By the mentor's level, A1 to N, in the practised language.
  std::array<std::optional<GoalRule>, kGoals.size()> goals;
  double education_same_3 = 0, education_same_2 = 0, education_same_1 = 0;
  int continuity_rounds = 1;  // So many rounds before count as 1.
  int waiting_rounds = 1;     // So many rounds waited count as 1.

  std::vector<GroupRule> groups;  // Most policies have none.
};

// Reads a policy file (JSON, format 1).
//
// kInvalidArgument, reason INVALID_FIELDS: not JSON, or fields that are missing,
// unknown, of the wrong type or out of bounds, all of them named by their path
// ("hard.common_slots.minimum"). Codes of languages are checked by
// Scorer::Create, which knows the reference tables.
absl::StatusOr<Policy> ParsePolicy(std::string_view json);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_POLICY_H_

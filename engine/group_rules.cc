#include "engine/group_rules.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace brygga::engine {
namespace {

size_t At(int64_t i) { return static_cast<size_t>(i); }

std::string_view GenderWord(Gender gender) {
  switch (gender) {
    case Gender::kFemale:
      return "F";
    case Gender::kMale:
      return "M";
    case Gender::kOther:
      return "X";
    case Gender::kUnknown:
      break;
  }
  return "";
}

bool Contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// In one of `places`, municipalities or whole counties.
bool IsIn(const std::vector<std::string>& places, const std::string& municipality) {
  return std::any_of(places.begin(), places.end(),
                     [&](const std::string& place) { return !place.empty() && municipality.starts_with(place); });
}

// What is not known of somebody keeps them out of groups that ask for it.
bool IsSelected(const PeopleSelector& selector, const People& people, size_t row) {
  const std::string& employer = people.organisation[row];
  if (!selector.organisations.empty() && !Contains(selector.organisations, employer)) return false;
  if (selector.private_person && *selector.private_person != employer.empty()) return false;
  const bool is_partner = !employer.empty() && people.agreement_active[row];
  if (selector.partner_organisation && *selector.partner_organisation != is_partner) return false;
  if (!selector.genders.empty() && !Contains(selector.genders, GenderWord(people.gender[row]))) return false;
  if (!selector.municipalities.empty() && !IsIn(selector.municipalities, people.municipality_code[row])) return false;
  if (!selector.referral_sources.empty() && !Contains(selector.referral_sources, people.referral_source[row])) {
    return false;
  }
  const int32_t age = people.age[row];
  if (selector.minimum_age && age < *selector.minimum_age) return false;
  if (selector.maximum_age && (age < 0 || age > *selector.maximum_age)) return false;
  return !selector.minimum_rounds_waited || people.rounds_waited[row] >= *selector.minimum_rounds_waited;
}

int64_t ShareOf(double share, bool of_mentors, const People& adepts, const People& mentors) {
  int64_t seats = 0;
  for (const int32_t capacity : mentors.capacity) seats += capacity;
  const int64_t base = of_mentors ? std::min<int64_t>(seats, adepts.count) : seats;
  constexpr double kNearlyWhole = 1e-6;  // 29 % of 100 are 29.
  return static_cast<int64_t>(std::floor(share * static_cast<double>(base) + kNearlyWhole));
}

}  // namespace

std::vector<Group> MakeGroups(const Policy& policy, const People& adepts, const People& mentors) {
  std::vector<Group> groups;
  for (const GroupRule& rule : policy.groups) {
    const People& people = rule.of_mentors ? mentors : adepts;
    Group group{.name = rule.name,
                .side = rule.of_mentors ? GroupSide::kMentors : GroupSide::kAdepts,
                .members = {},
                .at_least = rule.at_least,
                .reserved = rule.reserved + ShareOf(rule.reserved_share, rule.of_mentors, adepts, mentors),
                .fallback = rule.keep_empty ? ReserveFallback::kKeepEmpty : ReserveFallback::kOpenToAll,
                .guaranteed = rule.guaranteed};
    if (rule.at_most) group.at_most = *rule.at_most;
    std::map<std::string, std::vector<int32_t>> members;  // By what tells the rule's groups apart.
    if (rule.each == GroupEach::kAllTogether) members[""] = {};
    for (int32_t row = 0; row < people.count; ++row) {
      if (!IsSelected(rule.members, people, At(row))) continue;
      if (rule.each == GroupEach::kAllTogether) members[""].push_back(row);
      if (rule.each == GroupEach::kPerson) members[people.id[At(row)]].push_back(row);
      if (rule.each == GroupEach::kEmployer && !people.organisation[At(row)].empty()) {
        members[people.organisation[At(row)]].push_back(row);
      }
    }
    for (auto& [which, rows] : members) {
      group.name = which.empty() ? rule.name : absl::StrCat(rule.name, "/", which);
      group.members = std::move(rows);
      groups.push_back(group);
    }
  }
  return groups;
}

}  // namespace brygga::engine

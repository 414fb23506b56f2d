#include "services/matching/store/sql/people_columns.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/matching/domain/words.h"

namespace brygga::matching {
namespace {

using engine::Gender;
using engine::MeetingFormat;

constexpr Words<MeetingFormat, 4> kFormats = {{{MeetingFormat::kUnknown, ""},
                                               {MeetingFormat::kOnsite, "ONSITE"},
                                               {MeetingFormat::kDigital, "DIGITAL"},
                                               {MeetingFormat::kEither, "EITHER"}}};
constexpr Words<Gender, 4> kGenders = {
    {{Gender::kUnknown, ""}, {Gender::kFemale, "FEMALE"}, {Gender::kMale, "MALE"}, {Gender::kOther, "OTHER"}}};

std::vector<std::string> Codes(const std::string& text) { return absl::StrSplit(text, ';', absl::SkipEmpty()); }

std::optional<int> OptionalInt(const sql::Row& row, std::string_view column) {
  const auto value = row.OptionalInt(column);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

}  // namespace

sql::Args PersonArgs(const Person& person) {
  const engine::Person& f = person.features;
  return {{"role", NameOf(person.role)},
          {"participant_id", person.id},
          {"enrolment", person.enrolment},
          {"person_capacity", person.person_capacity},
          {"capacity", f.capacity},
          {"tie_key", f.tie_key},
          {"occupation_id", f.occupation_id},
          {"ssyk4", f.ssyk4},
          {"target_occupation_id", f.target_occupation_id},
          {"target_ssyk4", f.target_ssyk4},
          {"skills", absl::StrJoin(f.skills, ";")},
          {"languages", absl::StrJoin(f.languages, ";", absl::PairFormatter(":"))},
          {"sun_field", f.sun_field},
          {"municipality_code", f.municipality_code},
          {"max_distance_km", f.max_distance_km},
          {"meeting_format", WordOf(kFormats, f.format)},
          {"slots", absl::StrJoin(f.slots, ";")},
          {"goals", absl::StrJoin(f.goals, ";")},
          {"years_experience", f.years_experience},
          {"organisation_id", f.organisation},
          {"agreement_active", f.agreement_active},
          {"excluded_organisations", absl::StrJoin(f.excluded_organisations, ";")},
          {"gender", WordOf(kGenders, f.gender)},
          {"preferred_gender", WordOf(kGenders, f.preferred_gender)},
          {"age", f.age},
          {"screening_passed", f.screening_passed},
          {"rounds_waited", f.rounds_waited},
          {"rounds_before", f.rounds_before},
          {"referral_source", f.referral_source}};
}

Person ToPerson(const sql::Row& row) {
  Person person{.id = row.As<ParticipantId>("participant_id"),
                .role = SideOf(row.Text("role")),
                .enrolment = row.Text("enrolment"),
                .person_capacity = static_cast<int>(row.Int("person_capacity"))};
  engine::Person& f = person.features;
  f.tie_key = row.Text("tie_key");
  f.occupation_id = row.Text("occupation_id");
  f.ssyk4 = row.Text("ssyk4");
  f.target_occupation_id = row.Text("target_occupation_id");
  f.target_ssyk4 = row.Text("target_ssyk4");
  f.skills = Codes(row.Text("skills"));
  for (const std::string& language : Codes(row.Text("languages"))) {
    f.languages.push_back(absl::StrSplit(language, absl::MaxSplits(':', 1)));
  }
  f.sun_field = row.Text("sun_field");
  f.municipality_code = row.Text("municipality_code");
  f.max_distance_km = OptionalInt(row, "max_distance_km");
  f.format = ValueOfWord(kFormats, row.Text("meeting_format"));
  f.slots = Codes(row.Text("slots"));
  f.goals = Codes(row.Text("goals"));
  f.years_experience = OptionalInt(row, "years_experience");
  f.organisation = row.Text("organisation_id");
  f.agreement_active = row.Bool("agreement_active");
  f.excluded_organisations = Codes(row.Text("excluded_organisations"));
  f.gender = ValueOfWord(kGenders, row.Text("gender"));
  f.preferred_gender = ValueOfWord(kGenders, row.Text("preferred_gender"));
  f.age = OptionalInt(row, "age");
  f.screening_passed = row.Bool("screening_passed");
  f.rounds_waited = static_cast<int>(row.Int("rounds_waited"));
  f.rounds_before = static_cast<int>(row.Int("rounds_before"));
  f.referral_source = row.Text("referral_source");
  f.capacity = static_cast<int>(row.Int("capacity"));
  return person;
}

}  // namespace brygga::matching

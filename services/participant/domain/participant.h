// A person: who they are and what they bring.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_PARTICIPANT_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_PARTICIPANT_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/status/error.h"
#include "common/time/local_time.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/words.h"

namespace brygga::participant {

// What a client calls a person; unique.
struct ExternalRef {
  std::string source;
  std::string key;

  friend auto operator<=>(const ExternalRef&, const ExternalRef&) = default;
};

struct LanguageSkill {
  std::string language;
  CefrLevel level = CefrLevel::kUnspecified;

  friend bool operator==(const LanguageSkill&, const LanguageSkill&) = default;
};

// What a person brings and seeks, in one version.
struct Profile {
  int version = 0;
  std::vector<LanguageSkill> languages;
  std::string sun_level;
  std::string sun_field;
  std::string ssyk4;
  std::string occupation_id;
  std::string target_ssyk4;
  int years_experience = 0;
  std::vector<std::string> skills;
  std::string municipality_code;
  std::optional<int> max_distance_km;
  MeetingFormat meeting_format = MeetingFormat::kUnspecified;
  std::vector<Slot> slots;
  std::string employer;  // organisations/{organisation}, or empty.
  std::vector<std::string> goals;
  int rounds_before = 0;

  friend bool operator==(const Profile&, const Profile&) = default;
};

// Facts of special category: kept apart, read by eligibility decisions alone.
struct Background {
  std::string origin_country;
  ResidenceStatus residence_status = ResidenceStatus::kUnspecified;
  int arrival_year = 0;

  friend bool operator==(const Background&, const Background&) = default;
};

struct Participant {
  ParticipantId id;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  std::optional<ExternalRef> external_ref;
  std::string given_name;
  std::string family_name;
  std::string email;
  Gender gender = Gender::kUnspecified;
  std::optional<Date> birth_date;
  int birth_year = 0;  // 0: not known. That of birth_date where there is one.
  int capacity = 1;    // As a mentor, over all cohorts.
  Availability availability = Availability::kAvailable;
  Profile profile;

  friend bool operator==(const Participant&, const Participant&) = default;
};

// The fields that a list of participants may be filtered and ordered by.
extern const list::Schema kParticipantSchema;
list::Value ParticipantField(const Participant& person, std::string_view field);

// Every wrong field of a person, with its path under "participant." and how to
// mend it. Empty: the person is well formed.
std::vector<FieldViolation> CheckParticipant(const Participant& person, const Background& background);

// A well-formed person with what follows from the rest filled in: the year of a
// date of birth, a capacity of at least one, an availability.
Participant Completed(Participant person);

// `before` with everything that `wanted` says, at `now`; `before` itself where
// nothing differs. A change of profile makes a new version. `etag` is compared
// where it is not empty.
//
// kAborted ETAG_MISMATCH. kInvalidArgument: another external_ref.
absl::StatusOr<Participant> UpdateParticipant(const Participant& before, Participant wanted, std::string_view etag,
                                              absl::Time now);

// What two records of one person have in common, as a SHA-256: name and year of
// birth, whatever the letter case. Empty where the year is not known.
std::string LikenessOf(const Participant& person);

// The e-mail address in the form in which two are compared; empty for none.
std::string ComparableEmail(const Participant& person);

// Whether the age on day `on` lies in [least, most]. Where only the year is
// known, both ages that are possible must agree.
AgeAnswer CheckAge(const Participant& person, Date on, std::optional<int> least, std::optional<int> most);

// SHA-256, hex, of "{source}/{key}", or of the person's name where there is no
// external_ref: breaks ties the same way after every re-import.
std::string TieKeyOf(const Participant& person);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_PARTICIPANT_H_

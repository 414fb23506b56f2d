// A person in a cohort in one role, what was decided about it, and screening.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_ENROLMENT_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_ENROLMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/status/error.h"
#include "common/time/local_time.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/participant.h"
#include "services/participant/domain/programme.h"
#include "services/participant/domain/words.h"

namespace brygga::participant {

// One criterion that a decision did not find met.
struct Finding {
  std::string code;
  CriterionOutcome outcome = CriterionOutcome::kUnspecified;

  friend bool operator==(const Finding&, const Finding&) = default;
};

struct Decision {
  Verdict verdict = Verdict::kUnspecified;
  std::vector<Finding> findings;  // Every criterion failed or unknown, in the rules' order.
  int rule_set_version = 0;       // 0: the programme had no rules.
  Date date;                      // The day that the rules were asked for.
  absl::Time decided_at;

  friend bool operator==(const Decision&, const Decision&) = default;
};

struct Enrolment {
  EnrolmentRef ref;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  ParticipantId person;
  Role role = Role::kUnspecified;
  EnrolmentState state = EnrolmentState::kApplied;
  Gender counterpart_gender = Gender::kUnspecified;  // Unspecified: any.
  std::vector<std::string> excluded_organisations;
  int capacity = 0;  // Its own, lower than the person's; 0: the person's.
  ReferralSource referral_source = ReferralSource::kUnspecified;
  int rounds_waited = 0;
  bool documents_missing = false;
  std::optional<Decision> decision;  // The latest.

  friend bool operator==(const Enrolment&, const Enrolment&) = default;
};

extern const list::Schema kEnrolmentSchema;
list::Value EnrolmentField(const Enrolment& enrolment, std::string_view field);

// What is wrong with an application, its paths under "enrolment.": a role that
// the programme lacks, a capacity above the person's, and what a row may have.
std::vector<FieldViolation> CheckEnrolment(const Enrolment& enrolment, const Programme& programme,
                                           const Participant& person);

// `before` with preferences, capacity, referral, rounds and documents of
// `wanted`; `before` itself where nothing differs.
//
// kAborted ETAG_MISMATCH. kInvalidArgument: person or role would change, or a
// capacity above `person_capacity`. kFailedPrecondition ENROLMENT_STATE: over.
absl::StatusOr<Enrolment> UpdateEnrolment(const Enrolment& before, Enrolment wanted, int person_capacity,
                                          std::string_view etag, absl::Time now);

// Steps back; once only.
//
// kFailedPrecondition ENROLMENT_STATE: COMPLETED.
absl::StatusOr<Enrolment> WithdrawEnrolment(Enrolment enrolment, absl::Time now);

// Whether a place is left for the next eligible person.
enum class PlaceLeft { kYes, kNo };

// The states in which an enrolment may be decided, alone or with its cohort.
bool IsDecidable(EnrolmentState state);
bool IsPending(EnrolmentState state);

// What an enrolment becomes by a decision: ENROLLED or WAITLISTED, DENIED or
// UNDER_REVIEW.
//
// kFailedPrecondition ENROLMENT_STATE: not decidable.
absl::StatusOr<Enrolment> ApplyDecision(Enrolment enrolment, Decision decision, PlaceLeft place, absl::Time now);

// The newest screening of one kind of one person.
struct Screening {
  ScreeningId id;
  ParticipantId person;
  ScreeningKind kind = ScreeningKind::kUnspecified;
  ScreeningState state = ScreeningState::kUnspecified;  // As recorded: never kExpired.
  Date date;
  std::optional<Date> expire_date;
  absl::Time recorded_at;

  friend bool operator==(const Screening&, const Screening&) = default;
};

// How a screening stands on a day: EXPIRED where it was PASSED and is too old.
ScreeningState StateOn(const Screening& screening, Date day);

// What is wrong with a screening that is to be recorded.
std::vector<FieldViolation> CheckScreening(const Screening& screening, const std::string& path);

// True where interview, references and record extract are PASSED on `day`.
bool AllPassed(const std::vector<Screening>& screenings, Date day);

// `screening` as recorded for a person at `now`: the same id whenever
// the transaction is tried again.
Screening ScreeningFor(const ParticipantId& person, Screening screening, absl::Time now);

// True where `present` says the same as `wanted` and has not expired.
bool IsScreened(const std::vector<Screening>& present, const Screening& wanted, Date today);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_ENROLMENT_H_

#include "services/participant/domain/features.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace brygga::participant {

std::optional<Features> FeaturesOf(const Applicant& applicant, const Programme& programme,
                                   const std::set<Purpose>& consented, const AgreementFacts& agreements, Date today) {
  const Participant& person = applicant.person;
  const Enrolment& enrolment = applicant.enrolment;
  if (enrolment.state != EnrolmentState::kEnrolled || person.availability == Availability::kPaused ||
      !MayProcess(programme, enrolment.role, Purpose::kMatching, consented)) {
    return std::nullopt;
  }
  const int own = enrolment.capacity == 0 ? person.capacity : enrolment.capacity;
  return Features{.enrolment = enrolment.ref,
                  .person = person.id,
                  .role = enrolment.role,
                  .tie_key = TieKeyOf(person),
                  .person_capacity = person.capacity,
                  .capacity = std::min(own, person.capacity),
                  .profile = person.profile,
                  .employer_agreement_active = agreements.active.contains(person.profile.employer),
                  .private_person = person.profile.employer.empty(),
                  .gender = person.gender,
                  .counterpart_gender = enrolment.counterpart_gender,
                  .excluded_organisations = enrolment.excluded_organisations,
                  .rounds_waited = enrolment.rounds_waited,
                  .screening_passed = AllPassed(applicant.screenings, today),
                  .referral_source = enrolment.referral_source,
                  .revision = absl::StrCat(person.revision, ".", enrolment.revision)};
}

}  // namespace brygga::participant

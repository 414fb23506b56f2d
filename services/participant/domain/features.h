// What scoring may know of a person in a cohort: no name, address or date.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_FEATURES_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_FEATURES_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/time/local_time.h"
#include "services/participant/domain/programme.h"
#include "services/participant/domain/rule.h"

namespace brygga::participant {

struct Features {
  EnrolmentRef enrolment;
  ParticipantId person;
  Role role = Role::kUnspecified;
  std::string tie_key;
  int person_capacity = 1;
  int capacity = 1;
  Profile profile;
  bool employer_agreement_active = false;
  bool private_person = false;
  Gender gender = Gender::kUnspecified;
  Gender counterpart_gender = Gender::kUnspecified;
  std::vector<std::string> excluded_organisations;
  int rounds_waited = 0;
  bool screening_passed = false;
  ReferralSource referral_source = ReferralSource::kUnspecified;
  std::string revision;
};

// The features of a person whom matching may see: ENROLLED, available, and with
// a legal basis for MATCHING now. Nothing for anybody else.
std::optional<Features> FeaturesOf(const Applicant& applicant, const Programme& programme,
                                   const std::set<Purpose>& consented, const AgreementFacts& agreements, Date today);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_FEATURES_H_

// The only place where proto and domain meet. Requests have passed the
// validator, so that what it checks is not checked again; rows of a file have
// not, and are judged by the domain.
#ifndef BRYGGA_SERVICES_PARTICIPANT_RPC_CONVERT_H_
#define BRYGGA_SERVICES_PARTICIPANT_RPC_CONVERT_H_

#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "brygga/participant/v1/data_subject_request_service.pb.h"
#include "brygga/participant/v1/enquiry_service.pb.h"
#include "brygga/participant/v1/enrolment.pb.h"
#include "brygga/participant/v1/enrolment_service.pb.h"
#include "brygga/participant/v1/participant.pb.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/participant/v1/programme.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "services/participant/domain/consent.h"
#include "services/participant/domain/data_subject_request.h"
#include "services/participant/domain/decide.h"
#include "services/participant/domain/enquiry.h"
#include "services/participant/domain/enrolment.h"
#include "services/participant/domain/features.h"
#include "services/participant/domain/import.h"
#include "services/participant/domain/participant.h"
#include "services/participant/domain/programme.h"
#include "services/participant/domain/rule.h"

namespace brygga::participant {

// Domain and proto enums have the same numbers. A number that the domain does
// not know becomes kUnspecified.
template <typename Domain, typename Proto>
Domain ToDomain(Proto value) {
  const bool known = value >= 0 && static_cast<size_t>(value) < kWords<Domain>.size();
  return known ? static_cast<Domain>(value) : Domain{};
}
template <typename Proto, typename Domain>
Proto ToEnum(Domain value) {
  return static_cast<Proto>(value);
}

// The ids in a resource name that the validator has accepted; empty for "".
ParticipantId ToParticipantId(std::string_view name);
ProgrammeId ToProgrammeId(std::string_view name);
CohortRef ToCohortRef(std::string_view name);
EnrolmentRef ToEnrolmentRef(std::string_view name);
EnquiryId ToEnquiryId(std::string_view name);
DataSubjectRequestId ToDataSubjectRequestId(std::string_view name);
// "participants/p/consents/c"
struct ConsentRef {
  ParticipantId person;
  ConsentId consent;
};
ConsentRef ToConsentRef(std::string_view name);
// "programmes/p/ruleSets/3"; version -1 where it is no number.
struct RuleSetRef {
  ProgrammeId programme;
  int version = 0;
};
RuleSetRef ToRuleSetRef(std::string_view name);

// A date that the validator has accepted; the day of `now` in Stockholm for "".
Date ToDate(std::string_view text, absl::Time now);

v1::Participant ToProto(const Participant& person);
// Without identity, revision and times.
Participant ToDomain(const v1::Participant& person);
Background ToDomain(const v1::Background& background);

v1::Consent ToProto(const Consent& consent);
Notice ToDomain(const v1::Notice& notice);

v1::Programme ToProto(const Programme& programme);
Programme ToDomain(const v1::Programme& programme);
v1::RuleSet ToProto(const RuleSet& rules);
RuleSet ToDomain(const v1::RuleSet& rules);
v1::Cohort ToProto(const Cohort& cohort);
Cohort ToDomain(const v1::Cohort& cohort);

v1::Enrolment ToProto(const Enrolment& enrolment);
Enrolment ToDomain(const v1::Enrolment& enrolment);
v1::Screening ToProto(const Screening& screening, Date today);
Screening ToDomain(const v1::Screening& screening, absl::Time now);
v1::EnrolmentFeatures ToProto(const Features& features);

v1::ImportRowResult ToProto(const RowResult& result, int index);

v1::Enquiry ToProto(const Enquiry& enquiry);
Enquiry ToDomain(const v1::Enquiry& enquiry);

// Its holders as they stand at `now`.
v1::DataSubjectRequest ToProto(const DataSubjectRequest& request, absl::Time now);

// Appends counts to a repeated field.
template <typename Field>
void AddCounts(const StateCounts& counts, Field& field) {
  for (const auto& [key, count] : counts) {
    auto& item = *field.Add();
    item.set_role(ToEnum<v1::ProgrammeRole>(key.first));
    item.set_state(ToEnum<v1::EnrolmentState>(key.second));
    item.set_count(count);
  }
}
template <typename Field>
void AddCounts(const CriterionCounts& counts, Field& field) {
  for (const auto& [key, count] : counts) {
    auto& item = *field.Add();
    item.set_role(ToEnum<v1::ProgrammeRole>(std::get<0>(key)));
    item.set_code(std::get<1>(key));
    item.set_outcome(ToEnum<v1::CriterionOutcome>(std::get<2>(key)));
    item.set_count(count);
  }
}

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_RPC_CONVERT_H_

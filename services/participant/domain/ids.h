// Ids of what this service keeps, and the names they make.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_IDS_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_IDS_H_

#include <compare>
#include <string>

#include "common/ids/id.h"

namespace brygga::participant {

using ParticipantId = Id<struct ParticipantTag>;
using ConsentId = Id<struct ConsentTag>;
using ScreeningId = Id<struct ScreeningTag>;
using ProgrammeId = Id<struct ProgrammeTag>;
using CohortId = Id<struct CohortTag>;
using EnrolmentId = Id<struct EnrolmentTag>;
using EnquiryId = Id<struct EnquiryTag>;
using DataSubjectRequestId = Id<struct DataSubjectRequestTag>;

// A cohort with the programme that its name says. Both are looked up together,
// because access is granted by the programme in the name.
struct CohortRef {
  ProgrammeId programme;
  CohortId cohort;

  friend auto operator<=>(const CohortRef&, const CohortRef&) = default;
};

struct EnrolmentRef {
  CohortRef cohort;
  EnrolmentId enrolment;

  friend auto operator<=>(const EnrolmentRef&, const EnrolmentRef&) = default;
};

std::string NameOf(const ParticipantId& id);
std::string NameOf(const ProgrammeId& id);
std::string NameOf(const CohortRef& ref);
std::string NameOf(const EnrolmentRef& ref);
std::string NameOf(const EnquiryId& id);
std::string NameOf(const DataSubjectRequestId& id);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_IDS_H_

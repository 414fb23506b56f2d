#include "services/participant/domain/ids.h"

namespace brygga::participant {

std::string NameOf(const ParticipantId& id) { return "participants/" + id.value(); }

std::string NameOf(const ProgrammeId& id) { return "programmes/" + id.value(); }

std::string NameOf(const CohortRef& ref) { return NameOf(ref.programme) + "/cohorts/" + ref.cohort.value(); }

std::string NameOf(const EnrolmentRef& ref) { return NameOf(ref.cohort) + "/enrolments/" + ref.enrolment.value(); }

std::string NameOf(const EnquiryId& id) { return "enquiries/" + id.value(); }

std::string NameOf(const DataSubjectRequestId& id) { return "dataSubjectRequests/" + id.value(); }

}  // namespace brygga::participant

// Rows into domain objects and back into parameters.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_ROWS_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_ROWS_H_

#include <string_view>

#include "common/sql/value.h"
#include "services/participant/domain/consent.h"
#include "services/participant/domain/enquiry.h"
#include "services/participant/domain/enrolment.h"
#include "services/participant/domain/participant.h"
#include "services/participant/domain/programme.h"

namespace brygga::participant {

// Those of `all` that `statement` names: one list of parameters for INSERT and
// UPDATE alike.
sql::Args ArgsFor(std::string_view statement, const sql::Args& all);

// Without lists: those are rows of their own (reads.h).
Programme ToProgramme(const sql::Row& row);
sql::Args ArgsOf(const Programme& programme);

Cohort ToCohort(const sql::Row& row);
sql::Args ArgsOf(const Cohort& cohort);

// Without languages, skills, slots and goals.
Participant ToParticipant(const sql::Row& row);
sql::Args ArgsOf(const Participant& person);
sql::Args ProfileArgs(const Participant& person);

Background ToBackground(const sql::Row& row);
sql::Args ArgsOf(const ParticipantId& person, const Background& background);

Consent ToConsent(const sql::Row& row);
sql::Args ArgsOf(const Consent& consent);

Screening ToScreening(const sql::Row& row);
sql::Args ArgsOf(const Screening& screening);

// Without excluded organisations and findings.
Enrolment ToEnrolment(const sql::Row& row);
sql::Args ArgsOf(const Enrolment& enrolment);

Enquiry ToEnquiry(const sql::Row& row);
sql::Args ArgsOf(const Enquiry& enquiry);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_ROWS_H_

// Writing one thing and noting the change: what single calls and imports share.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_WRITES_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_WRITES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/transaction.h"
#include "services/participant/domain/consent.h"
#include "services/participant/domain/enquiry.h"
#include "services/participant/domain/enrolment.h"
#include "services/participant/domain/participant.h"
#include "services/participant/domain/programme.h"

namespace brygga::participant {

// False where something that must be unique is taken; then nothing was written.
absl::StatusOr<bool> Insert(sql::Transaction& tx, const Participant& person);
absl::StatusOr<bool> Insert(sql::Transaction& tx, const Enrolment& enrolment);
absl::Status Insert(sql::Transaction& tx, const Programme& programme);
absl::Status Insert(sql::Transaction& tx, const Screening& screening);
absl::Status Insert(sql::Transaction& tx, const Consent& consent);

// Write what differs from `before`.
absl::Status Update(sql::Transaction& tx, const Participant& before, const Participant& after);
absl::Status Update(sql::Transaction& tx, const Enrolment& before, const Enrolment& after);
absl::Status Update(sql::Transaction& tx, const Programme& after);
absl::Status Update(sql::Transaction& tx, const Consent& after);
// What was erased does not live on in a kept answer.
absl::Status Update(sql::Transaction& tx, const Enquiry& after);

absl::Status Put(sql::Transaction& tx, const ParticipantId& person, const Background& background);
absl::Status Link(sql::Transaction& tx, const ParticipantId& person, const ProgrammeId& programme);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_WRITES_H_

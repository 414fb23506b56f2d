// Rows of a file: what each of them would change, decided row by row.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_IMPORT_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_IMPORT_H_

#include <map>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "common/status/error.h"
#include "services/participant/domain/consent.h"
#include "services/participant/domain/enrolment.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/participant.h"
#include "services/participant/domain/programme.h"

namespace brygga::participant {

struct ImportEnrolment {
  Enrolment enrolment;  // ref is whole: its id is used where the enrolment is new.
  bool withdrawn = false;
};

struct ImportRow {
  Participant person;  // id is used where the person is new.
  Background background;
  RowConsent consent = RowConsent::kUnspecified;
  std::vector<ImportEnrolment> enrolments;
  std::vector<ConsentId> consent_ids;  // One per purpose of the batch.
  bool confirmed_distinct = false;
  std::vector<FieldViolation> problems;  // What could not even be read.
};

struct ImportBatch {
  std::vector<ImportRow> rows;
  Notice notice;
  std::vector<Purpose> purposes;
};

// A cohort and the programme it belongs to.
struct CohortFacts {
  Cohort cohort;
  Programme programme;
};
using CohortsByRef = std::map<CohortRef, CohortFacts>;

// What is stored of the person that a row's external_ref names.
struct KnownPerson {
  Participant person;
  Background background;
  std::vector<Enrolment> enrolments;
  std::vector<Consent> consents;  // Withdrawn ones too.
};

// A stored person who has something in common with a row.
struct Lookalike {
  std::optional<ExternalRef> external_ref;
  bool same_name_and_year = false;
  bool same_email = false;
};

struct RowResult {
  std::optional<ExternalRef> external_ref;
  ImportOutcome outcome = ImportOutcome::kUnspecified;
  ParticipantId person;  // Empty where nothing is stored.
  std::vector<FieldViolation> violations;
  std::vector<ExternalRef> resembles;

  friend bool operator==(const RowResult&, const RowResult&) = default;
};

// What a row's outcome is and what is to be written for it. Revision 1 means a
// new record, a higher one a changed record.
struct RowPlan {
  RowResult result;
  std::optional<Participant> person;
  std::optional<Background> background;
  std::vector<Enrolment> enrolments;
  std::vector<Consent> consents;
  std::vector<ProgrammeId> programmes;  // Whose coordinators shall see the person.
};

// True where the store must look for lookalikes before it plans the row.
bool MayBeSomebodyElse(const ImportRow& row, const std::optional<KnownPerson>& known);

// Plans one row. `cohorts` holds every cohort that the row names. A cohort that
// is not OPEN refuses new applications last: a row without consent, or like
// somebody else's, is called that first.
RowPlan PlanRow(const ImportBatch& batch, const ImportRow& row, const CohortsByRef& cohorts,
                const std::optional<KnownPerson>& known, const std::vector<Lookalike>& lookalikes, absl::Time now);

struct ImportReport {
  std::vector<RowResult> results;

  int Count(ImportOutcome outcome) const;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_IMPORT_H_

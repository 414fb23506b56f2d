#include <utility>

#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/domain/errors.h"
#include "services/participant/store/sql/reads.h"
#include "services/participant/store/sql/rows.h"
#include "services/participant/store/sql/sql_participant_store.h"
#include "services/participant/store/sql/statements.h"
#include "services/participant/store/sql/writes.h"

namespace brygga::participant {
namespace {

using sql::Args;
using sql::Reader;
using sql::Row;
using sql::Transaction;

absl::StatusOr<Participant> LockPerson(Transaction& tx, const ParticipantId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, tx.QueryOne(kLockParticipant, {{"id", id}}));
  if (!row) return NotFound(NameOf(id));
  BRYGGA_ASSIGN_OR_RETURN(auto persons, ReadPersons(tx, {id}));
  return std::move(persons.at(id));
}

absl::StatusOr<bool> BackgroundDiffers(Transaction& tx, const ParticipantId& id, const Background& background) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          tx.QueryOne(std::string(kSelectBackgrounds) + " WHERE participant_id = :id", {{"id", id}}));
  return background != (row ? ToBackground(*row) : Background());
}

// Writes what a row of a file came to.
absl::Status Write(Transaction& tx, const std::optional<KnownPerson>& known, const RowPlan& plan) {
  const ParticipantId& id = plan.result.person;
  if (plan.person && known) {
    BRYGGA_RETURN_IF_ERROR(Update(tx, known->person, *plan.person));
  } else if (plan.person) {
    BRYGGA_ASSIGN_OR_RETURN(const bool inserted, Insert(tx, *plan.person));
    if (!inserted) return absl::AbortedError("another import brought in the same person; try again");
  }
  if (plan.background) BRYGGA_RETURN_IF_ERROR(Put(tx, id, *plan.background));
  for (const ProgrammeId& programme : plan.programmes) BRYGGA_RETURN_IF_ERROR(Link(tx, id, programme));
  for (const Consent& consent : plan.consents) {
    BRYGGA_RETURN_IF_ERROR(consent.revision == 1 ? Insert(tx, consent) : Update(tx, consent));
  }
  for (const Enrolment& enrolment : plan.enrolments) {
    if (enrolment.revision > 1) {
      const auto before = std::find_if(known->enrolments.begin(), known->enrolments.end(),
                                       [&](const Enrolment& other) { return other.ref == enrolment.ref; });
      BRYGGA_RETURN_IF_ERROR(Update(tx, *before, enrolment));
    } else {
      BRYGGA_RETURN_IF_ERROR(Insert(tx, enrolment));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<CohortsByRef> ReadCohorts(Reader& reader, const ImportBatch& batch) {
  CohortsByRef cohorts;
  for (const ImportRow& row : batch.rows) {
    for (const ImportEnrolment& item : row.enrolments) {
      const CohortRef& ref = item.enrolment.ref.cohort;
      if (cohorts.contains(ref)) continue;
      BRYGGA_ASSIGN_OR_RETURN(cohorts[ref], ReadCohortFacts(reader, ref));
    }
  }
  return cohorts;
}

}  // namespace

absl::StatusOr<Participant> SqlParticipantStore::CreateParticipant(const Mutation<Participant>& mutation,
                                                                   const NewParticipant& wanted) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Participant> {
    BRYGGA_RETURN_IF_ERROR(ReadProgramme(tx, wanted.programme));
    Participant person = wanted.person;
    person.revision = 1;
    person.created_at = person.updated_at = tx.now();
    BRYGGA_ASSIGN_OR_RETURN(const bool inserted, Insert(tx, person));
    if (!inserted) return ExternalRefTaken();
    BRYGGA_RETURN_IF_ERROR(Put(tx, person.id, wanted.background));
    BRYGGA_RETURN_IF_ERROR(Link(tx, person.id, wanted.programme));
    return person;
  });
}

absl::StatusOr<Participant> SqlParticipantStore::ChangeParticipant(const Mutation<Participant>& mutation,
                                                                   const ParticipantId& id,
                                                                   const std::optional<Background>& background,
                                                                   const Change<Participant>& change) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Participant> {
    BRYGGA_ASSIGN_OR_RETURN(const Participant before, LockPerson(tx, id));
    BRYGGA_ASSIGN_OR_RETURN(Participant after, change(before, tx.now()));
    if (background) {
      BRYGGA_ASSIGN_OR_RETURN(const bool differs, BackgroundDiffers(tx, id, *background));
      if (differs) {
        BRYGGA_RETURN_IF_ERROR(Put(tx, id, *background));
        after.revision = before.revision + 1;
        after.updated_at = tx.now();
      }
    }
    if (after != before) BRYGGA_RETURN_IF_ERROR(Update(tx, before, after));
    return after;
  });
}

absl::StatusOr<ImportReport> SqlParticipantStore::Import(const Mutation<ImportReport>& mutation,
                                                         const ImportBatch& batch) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<ImportReport> {
    BRYGGA_ASSIGN_OR_RETURN(const CohortsByRef cohorts, ReadCohorts(tx, batch));
    ImportReport report;
    for (const ImportRow& row : batch.rows) {
      std::optional<KnownPerson> known;
      if (const auto& ref = row.person.external_ref) {
        BRYGGA_ASSIGN_OR_RETURN(known, ReadKnown(tx, *ref));
      }
      std::vector<Lookalike> lookalikes;
      if (MayBeSomebodyElse(row, known)) {
        BRYGGA_ASSIGN_OR_RETURN(lookalikes, ReadLookalikes(tx, row.person));
      }
      RowPlan plan = PlanRow(batch, row, cohorts, known, lookalikes, tx.now());
      BRYGGA_RETURN_IF_ERROR(Write(tx, known, plan));
      report.results.push_back(std::move(plan.result));
    }
    return report;
  });
}

absl::StatusOr<std::vector<Participant>> SqlParticipantStore::GetParticipants(const std::vector<ParticipantId>& ids,
                                                                              absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<std::vector<Participant>> {
    BRYGGA_ASSIGN_OR_RETURN(const auto found, ReadPersons(reader, ids));
    std::vector<Participant> persons;
    for (const ParticipantId& id : ids) {
      const auto person = found.find(id);
      if (person == found.end()) return NotFound(NameOf(id));
      persons.push_back(person->second);
    }
    return persons;
  });
}

absl::StatusOr<list::Page<Participant>> SqlParticipantStore::ListParticipants(const Audience& audience,
                                                                              const list::ListQuery& query,
                                                                              absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<list::Page<Participant>> {
    Args args;
    const std::string select = kSelectParticipants + PersonSeenBy(audience, "p.id", args);
    BRYGGA_ASSIGN_OR_RETURN(auto page,
                            sql::SelectPage<Participant>(reader, select, std::move(args), query, kParticipantSchema,
                                                         {{"external_source", "COALESCE(external_source, '')"},
                                                          {"external_key", "COALESCE(external_key, '')"},
                                                          {"create_time", "created_at_us"}},
                                                         &ToParticipant));
    BRYGGA_RETURN_IF_ERROR(FillPersons(reader, page.items));
    return page;
  });
}

absl::Status SqlParticipantStore::CheckVisible(const Audience& audience, const std::vector<ParticipantId>& ids,
                                               absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::Status {
    std::vector<std::string> wanted;
    for (const ParticipantId& id : ids) wanted.push_back(id.value());
    Args args;
    const std::string select =
        kSelectParticipantIds + PersonSeenBy(audience, "p.id", args) + " AND p.id IN " + InList("wanted", wanted, args);
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, reader.Query(select, args));
    std::set<std::string> seen;
    for (const Row& row : rows) seen.insert(row.Text("id"));
    for (const ParticipantId& id : ids) {
      if (!seen.contains(id.value())) return NotFound(NameOf(id));
    }
    return absl::OkStatus();
  });
}

// --- Consents ---

absl::StatusOr<Consent> SqlParticipantStore::GiveConsent(const Mutation<Consent>& mutation, const Consent& wanted) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Consent> {
    BRYGGA_RETURN_IF_ERROR(LockPerson(tx, wanted.person));
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<Consent> consents, ReadConsents(tx, wanted.person));
    for (const Consent& other : consents) {
      if (other.purpose != wanted.purpose || !other.live()) continue;
      if (other.notice == wanted.notice) return other;
      BRYGGA_RETURN_IF_ERROR(Update(tx, Withdrawn(other, tx.now())));
    }
    Consent consent = wanted;
    consent.given_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(Insert(tx, consent));
    return consent;
  });
}

absl::StatusOr<Consent> SqlParticipantStore::WithdrawConsent(const Mutation<Consent>& mutation,
                                                             const ParticipantId& person, const ConsentId& id) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Consent> {
    const std::string name = NameOf(person) + "/consents/" + id.value();
    BRYGGA_ASSIGN_OR_RETURN(
        const std::optional<Row> row,
        tx.QueryOne(std::string(kSelectConsents) + " WHERE id = :id AND participant_id = :participant {for_update}",
                    {{"id", id}, {"participant", person}}));
    if (!row) return NotFound(name);
    const Consent before = ToConsent(*row);
    Consent after = Withdrawn(before, tx.now());
    if (after != before) BRYGGA_RETURN_IF_ERROR(Update(tx, after));
    return after;
  });
}

absl::StatusOr<list::Page<Consent>> SqlParticipantStore::ListConsents(const ParticipantId& person,
                                                                      const list::ListQuery& query,
                                                                      absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) {
    return sql::SelectPage<Consent>(reader, std::string(kSelectConsents) + " WHERE participant_id = :participant",
                                    {{"participant", person}}, query, {}, {}, &ToConsent);
  });
}

// --- Screening ---

absl::StatusOr<Screening> SqlParticipantStore::RecordScreening(const Mutation<Screening>& mutation,
                                                               const Screening& wanted) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Screening> {
    BRYGGA_RETURN_IF_ERROR(LockPerson(tx, wanted.person));
    Screening screening = wanted;
    screening.recorded_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(Insert(tx, screening));
    return screening;
  });
}

absl::StatusOr<std::vector<Screening>> SqlParticipantStore::GetScreenings(const ParticipantId& person,
                                                                          absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<std::vector<Screening>> {
    BRYGGA_ASSIGN_OR_RETURN(auto screenings, ReadScreenings(reader, {person}));
    return std::move(screenings[person]);
  });
}

}  // namespace brygga::participant

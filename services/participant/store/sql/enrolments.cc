#include <utility>

#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/etag.h"
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

const sql::Columns kEnrolmentColumns = {{"participant", "'participants/' || participant_id"},
                                        {"create_time", "created_at_us"}};

// Whoever decides or counts in a cohort waits for who does so already.
absl::StatusOr<CohortFacts> LockCohort(Transaction& tx, const CohortRef& ref) {
  BRYGGA_RETURN_IF_ERROR(tx.Query(kLockCohort, {{"id", ref.cohort}, {"programme", ref.programme}}));
  return ReadCohortFacts(tx, ref);
}

absl::StatusOr<Applicant> LockApplicant(Transaction& tx, const EnrolmentRef& ref) {
  BRYGGA_RETURN_IF_ERROR(tx.Query(kLockEnrolment, {{"id", ref.enrolment}}));
  BRYGGA_ASSIGN_OR_RETURN(auto found, ReadEnrolments(tx, {ref.enrolment}));
  if (found.empty() || found.begin()->second.ref != ref) return NotFound(NameOf(ref));
  BRYGGA_ASSIGN_OR_RETURN(auto applicants, ReadApplicants(tx, {found.begin()->second}));
  return std::move(applicants[0]);
}

absl::StatusOr<CohortDecider> MakeDecider(Transaction& tx, const CohortFacts& facts, const DecisionTerms& terms) {
  BRYGGA_ASSIGN_OR_RETURN(RuleSet rules, ReadRuleSet(tx, facts.programme.id, facts.programme.rule_set_version));
  BRYGGA_ASSIGN_OR_RETURN(const auto adepts, tx.QueryOne(kCountAdepts, {{"cohort", facts.cohort.ref.cohort}}));
  return CohortDecider(facts, std::move(rules), terms, static_cast<int>(adepts->Int("n")), tx.now());
}

absl::StatusOr<std::vector<Enrolment>> ReadCohortEnrolments(Reader& reader, const CohortRef& cohort,
                                                            std::string_view condition) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                          reader.Query(std::string(kSelectEnrolments) + " WHERE e.cohort_id = :cohort" +
                                           std::string(condition) + " ORDER BY e.created_at_us, e.id",
                                       {{"cohort", cohort.cohort}}));
  std::vector<Enrolment> enrolments;
  for (const Row& row : rows) enrolments.push_back(ToEnrolment(row));
  BRYGGA_RETURN_IF_ERROR(FillEnrolments(reader, enrolments));
  return enrolments;
}

std::string EnrolmentSeenBy(const EnrolmentScope& scope, Args& args) {
  if (scope.audience.everything && !scope.cohort) return " WHERE 1 = 1";
  std::string where = " WHERE 1 = 1";
  if (scope.cohort) {
    where += " AND e.cohort_id = :cohort AND c.programme_id = :programme";
    args.Set("cohort", scope.cohort->cohort).Set("programme", scope.cohort->programme);
  }
  if (!scope.audience.everything) {
    std::vector<std::string> programmes, persons;
    for (const ProgrammeId& id : scope.audience.programmes) programmes.push_back(id.value());
    for (const ParticipantId& id : scope.audience.persons) persons.push_back(id.value());
    where += " AND (c.programme_id IN " + InList("seen", programmes, args) + " OR e.participant_id IN " +
             InList("self", persons, args) + ")";
  }
  return where;
}

}  // namespace

absl::StatusOr<Enrolment> SqlParticipantStore::CreateEnrolment(const Mutation<Enrolment>& mutation,
                                                               const Enrolment& wanted) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Enrolment> {
    BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, ReadCohortFacts(tx, wanted.ref.cohort));
    BRYGGA_ASSIGN_OR_RETURN(const auto persons, ReadPersons(tx, {wanted.person}));
    if (persons.empty()) return NotFound(NameOf(wanted.person));
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<Consent> consents, ReadConsents(tx, wanted.person));
    BRYGGA_RETURN_IF_ERROR(MayApply(facts, wanted, persons.at(wanted.person), LivePurposes(consents)));
    Enrolment enrolment = wanted;
    enrolment.revision = 1;
    enrolment.created_at = enrolment.updated_at = tx.now();
    BRYGGA_ASSIGN_OR_RETURN(const bool inserted, Insert(tx, enrolment));
    if (!inserted) return AlreadyEnrolled(wanted.ref.cohort, wanted.role);
    BRYGGA_RETURN_IF_ERROR(Link(tx, enrolment.person, facts.programme.id));
    return enrolment;
  });
}

absl::StatusOr<Enrolment> SqlParticipantStore::ChangeEnrolment(const Mutation<Enrolment>& mutation,
                                                               const EnrolmentRef& ref, const ChangeApplicant& change) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Enrolment> {
    BRYGGA_ASSIGN_OR_RETURN(const Applicant before, LockApplicant(tx, ref));
    BRYGGA_ASSIGN_OR_RETURN(Enrolment after, change(before, tx.now()));
    if (after != before.enrolment) BRYGGA_RETURN_IF_ERROR(Update(tx, before.enrolment, after));
    return after;
  });
}

absl::StatusOr<Enrolment> SqlParticipantStore::DecideEnrolment(const Mutation<Enrolment>& mutation,
                                                               const EnrolmentRef& ref, const DecisionTerms& terms,
                                                               const std::string& etag) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Enrolment> {
    BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, LockCohort(tx, ref.cohort));
    BRYGGA_ASSIGN_OR_RETURN(const Applicant before, LockApplicant(tx, ref));
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.enrolment.revision, NameOf(ref)));
    BRYGGA_ASSIGN_OR_RETURN(CohortDecider decider, MakeDecider(tx, facts, terms));
    BRYGGA_ASSIGN_OR_RETURN(Enrolment after, decider.Decide(before));
    if (after != before.enrolment) BRYGGA_RETURN_IF_ERROR(Update(tx, before.enrolment, after));
    return after;
  });
}

absl::StatusOr<DecisionReport> SqlParticipantStore::DecideEnrolments(const Mutation<DecisionReport>& mutation,
                                                                     const CohortRef& cohort,
                                                                     const DecisionTerms& terms) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<DecisionReport> {
    BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, LockCohort(tx, cohort));
    BRYGGA_ASSIGN_OR_RETURN(
        auto pending, ReadCohortEnrolments(tx, cohort, " AND e.state IN ('APPLIED', 'UNDER_REVIEW', 'WAITLISTED')"));
    BRYGGA_ASSIGN_OR_RETURN(const auto applicants, ReadApplicants(tx, std::move(pending)));
    BRYGGA_ASSIGN_OR_RETURN(CohortDecider decider, MakeDecider(tx, facts, terms));
    for (const Applicant& applicant : applicants) {
      BRYGGA_ASSIGN_OR_RETURN(const Enrolment after, decider.Decide(applicant));
      if (after != applicant.enrolment) BRYGGA_RETURN_IF_ERROR(Update(tx, applicant.enrolment, after));
    }
    return decider.report();
  });
}

absl::StatusOr<std::vector<Enrolment>> SqlParticipantStore::GetEnrolments(const std::vector<EnrolmentRef>& refs,
                                                                          absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<std::vector<Enrolment>> {
    std::vector<EnrolmentId> ids;
    for (const EnrolmentRef& ref : refs) ids.push_back(ref.enrolment);
    BRYGGA_ASSIGN_OR_RETURN(const auto found, ReadEnrolments(reader, ids));
    std::vector<Enrolment> enrolments;
    for (const EnrolmentRef& ref : refs) {
      const auto enrolment = found.find(ref.enrolment);
      if (enrolment == found.end() || enrolment->second.ref != ref) return NotFound(NameOf(ref));
      enrolments.push_back(enrolment->second);
    }
    return enrolments;
  });
}

absl::StatusOr<list::Page<Enrolment>> SqlParticipantStore::ListEnrolments(const EnrolmentScope& scope,
                                                                          const list::ListQuery& query,
                                                                          absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<list::Page<Enrolment>> {
    Args args;
    const std::string select = kSelectEnrolments + EnrolmentSeenBy(scope, args);
    BRYGGA_ASSIGN_OR_RETURN(auto page, sql::SelectPage<Enrolment>(reader, select, std::move(args), query,
                                                                  kEnrolmentSchema, kEnrolmentColumns, &ToEnrolment));
    BRYGGA_RETURN_IF_ERROR(FillEnrolments(reader, page.items));
    return page;
  });
}

absl::StatusOr<std::set<std::string>> SqlParticipantStore::EmployersIn(const CohortRef& cohort, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<std::set<std::string>> {
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, reader.Query(kSelectEmployers, {{"cohort", cohort.cohort}}));
    std::set<std::string> employers;
    for (const Row& row : rows) employers.insert(row.Text("employer"));
    return employers;
  });
}

absl::StatusOr<FeaturesPage> SqlParticipantStore::ListFeatures(const CohortRef& cohort,
                                                               const AgreementFacts& agreements, Date today,
                                                               const list::ListQuery& query, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<FeaturesPage> {
    BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, ReadCohortFacts(reader, cohort));
    BRYGGA_ASSIGN_OR_RETURN(
        auto page, sql::SelectPage<Enrolment>(
                       reader, std::string(kSelectEnrolments) + " WHERE e.cohort_id = :cohort AND e.state = 'ENROLLED'",
                       {{"cohort", cohort.cohort}}, query, kEnrolmentSchema, kEnrolmentColumns, &ToEnrolment));
    BRYGGA_RETURN_IF_ERROR(FillEnrolments(reader, page.items));
    BRYGGA_ASSIGN_OR_RETURN(const auto applicants, ReadApplicants(reader, std::move(page.items)));
    std::vector<ParticipantId> persons;
    for (const Applicant& applicant : applicants) persons.push_back(applicant.person.id);
    BRYGGA_ASSIGN_OR_RETURN(auto consented, ReadLivePurposes(reader, persons));
    FeaturesPage features{.next = std::move(page.next), .as_of = reader.now()};
    for (const Applicant& applicant : applicants) {
      auto seen = FeaturesOf(applicant, facts.programme, consented[applicant.person.id], agreements, today);
      if (seen) features.features.push_back(*std::move(seen));
    }
    return features;
  });
}

absl::StatusOr<NamedFeatures> SqlParticipantStore::GetFeatures(const std::vector<EnrolmentRef>& refs,
                                                               const std::vector<ParticipantId>& persons, Date today,
                                                               absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<NamedFeatures> {
    NamedFeatures named{.as_of = reader.now()};
    std::vector<EnrolmentId> ids;
    for (const EnrolmentRef& ref : refs) ids.push_back(ref.enrolment);
    BRYGGA_ASSIGN_OR_RETURN(const auto by_id, ReadEnrolments(reader, ids));
    std::map<EnrolmentRef, Enrolment> wanted;
    for (const EnrolmentRef& ref : refs) {
      const auto found = by_id.find(ref.enrolment);
      if (found != by_id.end() && found->second.ref == ref) wanted.emplace(ref, found->second);
    }
    BRYGGA_ASSIGN_OR_RETURN(const auto of_persons, ReadEnrolmentsOf(reader, persons));
    for (const Enrolment& enrolment : of_persons) wanted.emplace(enrolment.ref, enrolment);
    std::vector<Enrolment> enrolled;
    std::map<ProgrammeId, Programme> programmes;
    for (const auto& [ref, enrolment] : wanted) {
      if (enrolment.state != EnrolmentState::kEnrolled) continue;
      enrolled.push_back(enrolment);
      const ProgrammeId& programme = ref.cohort.programme;
      if (programmes.contains(programme)) continue;
      BRYGGA_ASSIGN_OR_RETURN(programmes[programme], ReadProgramme(reader, programme));
    }
    BRYGGA_ASSIGN_OR_RETURN(const auto applicants, ReadApplicants(reader, std::move(enrolled)));
    std::vector<ParticipantId> ids_of_persons;
    for (const Applicant& applicant : applicants) ids_of_persons.push_back(applicant.person.id);
    BRYGGA_ASSIGN_OR_RETURN(auto consented, ReadLivePurposes(reader, ids_of_persons));
    for (const Applicant& applicant : applicants) {
      const Programme& programme = programmes.at(applicant.enrolment.ref.cohort.programme);
      auto seen = FeaturesOf(applicant, programme, consented[applicant.person.id], {}, today);
      if (seen) named.items.push_back({*std::move(seen), programme.operator_name});
    }
    return named;
  });
}

absl::StatusOr<ScreeningReport> SqlParticipantStore::RecordScreenings(const Mutation<ScreeningReport>& mutation,
                                                                      const CohortRef& cohort, Role role,
                                                                      const std::vector<Screening>& screenings,
                                                                      Date today) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<ScreeningReport> {
    BRYGGA_RETURN_IF_ERROR(LockCohort(tx, cohort));
    BRYGGA_ASSIGN_OR_RETURN(
        const auto enrolments,
        ReadCohortEnrolments(tx, cohort, " AND e.state IN ('APPLIED', 'UNDER_REVIEW', 'WAITLISTED', 'ENROLLED')"));
    std::vector<ParticipantId> persons;
    for (const Enrolment& enrolment : enrolments) {
      if (enrolment.role == role) persons.push_back(enrolment.person);
    }
    BRYGGA_ASSIGN_OR_RETURN(auto present, ReadScreenings(tx, persons));
    ScreeningReport report;
    for (const ParticipantId& person : persons) {
      const int before = report.screenings;
      for (const Screening& screening : screenings) {
        if (IsScreened(present[person], screening, today)) continue;
        BRYGGA_RETURN_IF_ERROR(Insert(tx, ScreeningFor(person, screening, tx.now())));
        ++report.screenings;
      }
      if (report.screenings > before) ++report.participants;
    }
    return report;
  });
}

}  // namespace brygga::participant

#include <utility>

#include "absl/strings/str_join.h"
#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
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

// Locks the row, so that two changes follow one another.
absl::StatusOr<Programme> LockProgramme(Transaction& tx, const ProgrammeId& id) {
  BRYGGA_RETURN_IF_ERROR(tx.Query("SELECT id FROM programmes WHERE id = :id {for_update}", {{"id", id}}));
  return ReadProgramme(tx, id);
}

absl::Status InsertRules(Transaction& tx, const RuleSet& rules) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(
      kInsertRuleSet, {{"programme", rules.programme}, {"version", rules.version}, {"created_at", rules.created_at}}));
  for (size_t i = 0; i < rules.criteria.size(); ++i) {
    const Criterion& criterion = rules.criteria[i];
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertCriterion, {{"programme", rules.programme},
                                                     {"version", rules.version},
                                                     {"position", i},
                                                     {"code", criterion.code},
                                                     {"role", WordOf(criterion.role)},
                                                     {"description", criterion.description}}));
    for (size_t k = 0; k < criterion.any_of.size(); ++k) {
      const RuleCondition& condition = criterion.any_of[k];
      BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertCondition, {{"programme", rules.programme},
                                                       {"version", rules.version},
                                                       {"criterion", i},
                                                       {"position", k},
                                                       {"fact", condition.fact},
                                                       {"operator", WordOf(condition.op)},
                                                       {"operands", absl::StrJoin(condition.values, " ")}}));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Programme> SqlParticipantStore::CreateProgramme(const Mutation<Programme>& mutation,
                                                               const Programme& wanted) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Programme> {
    Programme programme = wanted;
    programme.revision = 1;
    programme.created_at = programme.updated_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(Insert(tx, programme));
    return programme;
  });
}

absl::StatusOr<Programme> SqlParticipantStore::ChangeProgramme(const Mutation<Programme>& mutation,
                                                               const ProgrammeId& id, const Change<Programme>& change) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Programme> {
    BRYGGA_ASSIGN_OR_RETURN(const Programme before, LockProgramme(tx, id));
    BRYGGA_ASSIGN_OR_RETURN(Programme after, change(before, tx.now()));
    if (after != before) BRYGGA_RETURN_IF_ERROR(Update(tx, after));
    return after;
  });
}

absl::StatusOr<Programme> SqlParticipantStore::GetProgramme(const ProgrammeId& id, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) { return ReadProgramme(reader, id); });
}

absl::StatusOr<list::Page<Programme>> SqlParticipantStore::ListProgrammes(const Audience& audience,
                                                                          const list::ListQuery& query,
                                                                          absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<list::Page<Programme>> {
    Args args;
    const std::string select = kSelectProgrammes + ProgrammeSeenBy(audience, "p.id", args);
    BRYGGA_ASSIGN_OR_RETURN(auto page,
                            sql::SelectPage<Programme>(reader, select, std::move(args), query, kProgrammeSchema,
                                                       {{"create_time", "created_at_us"}}, &ToProgramme));
    BRYGGA_RETURN_IF_ERROR(FillProgrammes(reader, page.items));
    return page;
  });
}

absl::StatusOr<RuleSet> SqlParticipantStore::CreateRuleSet(const Mutation<RuleSet>& mutation, const RuleSet& wanted) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<RuleSet> {
    BRYGGA_ASSIGN_OR_RETURN(Programme programme, LockProgramme(tx, wanted.programme));
    RuleSet rules = wanted;
    rules.version = ++programme.rule_set_version;
    rules.created_at = programme.updated_at = tx.now();
    ++programme.revision;
    BRYGGA_RETURN_IF_ERROR(InsertRules(tx, rules));
    BRYGGA_RETURN_IF_ERROR(Update(tx, programme));
    return rules;
  });
}

absl::StatusOr<RuleSet> SqlParticipantStore::GetRuleSet(const ProgrammeId& programme, int version,
                                                        absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) { return ReadRuleSet(reader, programme, version); });
}

absl::StatusOr<Cohort> SqlParticipantStore::CreateCohort(const Mutation<Cohort>& mutation, const Cohort& wanted) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Cohort> {
    BRYGGA_ASSIGN_OR_RETURN(const Programme programme, ReadProgramme(tx, wanted.ref.programme));
    Cohort cohort = wanted;
    cohort.revision = 1;
    cohort.created_at = cohort.updated_at = tx.now();
    cohort.programme_kind = programme.kind;
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertCohort, ArgsOf(cohort)));
    tx.Changed(NameOf(cohort.ref), ChangeKind::kCreated, 1);
    return cohort;
  });
}

absl::StatusOr<Cohort> SqlParticipantStore::ChangeCohort(const Mutation<Cohort>& mutation, const CohortRef& ref,
                                                         const Change<Cohort>& change) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Cohort> {
    BRYGGA_RETURN_IF_ERROR(tx.Query(kLockCohort, {{"id", ref.cohort}, {"programme", ref.programme}}));
    BRYGGA_ASSIGN_OR_RETURN(const Cohort before, ReadCohort(tx, ref));
    BRYGGA_ASSIGN_OR_RETURN(Cohort after, change(before, tx.now()));
    if (after == before) return after;
    BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateCohort, ArgsFor(kUpdateCohort, ArgsOf(after))));
    tx.Changed(NameOf(after.ref), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<Cohort> SqlParticipantStore::GetCohort(const CohortRef& ref, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) { return ReadCohort(reader, ref); });
}

absl::StatusOr<list::Page<Cohort>> SqlParticipantStore::ListCohorts(const std::optional<ProgrammeId>& programme,
                                                                    const Audience& audience,
                                                                    const list::ListQuery& query, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) {
    Args args;
    std::string select = kSelectCohorts + ProgrammeSeenBy(audience, "c.programme_id", args);
    if (programme) {
      select += " AND c.programme_id = :programme";
      args.Set("programme", *programme);
    }
    return sql::SelectPage<Cohort>(reader, select, std::move(args), query, kCohortSchema,
                                   {{"create_time", "created_at_us"}, {"start_date", "COALESCE(start_date, '')"}},
                                   &ToCohort);
  });
}

absl::StatusOr<CohortSummary> SqlParticipantStore::Summarise(const CohortRef& ref, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<CohortSummary> {
    CohortSummary summary;
    BRYGGA_ASSIGN_OR_RETURN(summary.cohort, ReadCohort(reader, ref));
    BRYGGA_ASSIGN_OR_RETURN(const auto states, reader.Query(kCountEnrolments, {{"cohort", ref.cohort}}));
    for (const Row& row : states) {
      summary.enrolments[{FromWord<Role>(row.Text("role")), FromWord<EnrolmentState>(row.Text("state"))}] =
          static_cast<int>(row.Int("n"));
    }
    BRYGGA_ASSIGN_OR_RETURN(const auto erased, reader.Query(kCountErased, {{"cohort", ref.cohort}}));
    for (const Row& row : erased) {
      summary.erased[{FromWord<Role>(row.Text("role")), FromWord<EnrolmentState>(row.Text("state"))}] =
          static_cast<int>(row.Int("n"));
    }
    BRYGGA_ASSIGN_OR_RETURN(const auto findings, reader.Query(kCountFindings, {{"cohort", ref.cohort}}));
    for (const Row& row : findings) {
      summary.criteria[{FromWord<Role>(row.Text("role")), row.Text("code"),
                        FromWord<CriterionOutcome>(row.Text("outcome"))}] = static_cast<int>(row.Int("n"));
    }
    return summary;
  });
}

}  // namespace brygga::participant

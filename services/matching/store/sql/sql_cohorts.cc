// SqlMatchingStore: cohorts, policies, locks and vetoes.
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/sql/people_columns.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

absl::StatusOr<std::vector<Person>> SelectPeople(sql::Reader& reader, const CohortId& cohort) {
  BRYGGA_ASSIGN_OR_RETURN(const auto rows, reader.Query(kSelectPeople, {{"cohort_id", cohort}}));
  std::vector<Person> people;
  people.reserve(rows.size());
  for (const sql::Row& row : rows) people.push_back(ToPerson(row));
  return people;
}

absl::StatusOr<CohortChanges::Context> SelectContext(sql::Reader& reader, const CohortKey& key) {
  CohortChanges::Context context;
  BRYGGA_ASSIGN_OR_RETURN(const auto waited, reader.Query(kSelectWaited, {{"programme_id", key.programme}}));
  for (const sql::Row& row : waited) {
    context.waited.emplace(row.As<ParticipantId>("adept_id"), static_cast<int>(row.Int("waited")));
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto locks, reader.Query(kSelectLocks, KeyArgs(key)));
  for (const sql::Row& row : locks) context.locks.push_back(ToLock(row));
  BRYGGA_ASSIGN_OR_RETURN(const auto vetoes, reader.Query(kSelectVetoes, KeyArgs(key)));
  for (const sql::Row& row : vetoes) context.vetoes.push_back(ToVeto(row));
  return context;
}

absl::StatusOr<Person> SelectPerson(sql::Reader& reader, const CohortKey& key, Side role, const ParticipantId& id) {
  BRYGGA_ASSIGN_OR_RETURN(
      const auto row,
      reader.QueryOne(kSelectPerson, {{"cohort_id", key.cohort}, {"role", NameOf(role)}, {"participant_id", id}}));
  if (!row) return NotFound(NameOf(id));
  return ToPerson(*row);
}

Seats ToSeats(const sql::Row& row) {
  return {.capacity = static_cast<int>(row.Int("capacity")),
          .taken = static_cast<int>(row.Int("taken")),
          .taken_here = static_cast<int>(row.Int("taken_here"))};
}

}  // namespace

absl::Status InsertPolicy(sql::Transaction& tx, const MatchingPolicy& policy) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertPolicy, {{"cohort_id", policy.cohort.cohort},
                                                {"version", policy.version},
                                                {"kind", policy.kind},
                                                {"document", policy.document},
                                                {"hash", policy.hash},
                                                {"created_at_us", policy.created_at}}));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kForcePolicy, {{"cohort_id", policy.cohort.cohort}, {"version", policy.version}}));
  tx.Changed(policy.name(), ChangeKind::kCreated, 1);
  return absl::OkStatus();
}

absl::StatusOr<PairFacts> SelectFacts(sql::Reader& reader, const CohortKey& key, const ParticipantId& mentor,
                                      const ParticipantId& adept) {
  BRYGGA_ASSIGN_OR_RETURN(const Cohort cohort, SelectCohort(reader, key));
  if (cohort.policy_version == 0) return NoPolicy(cohort);
  const std::string_view kind = NameOf(MatchKindFor(cohort.kind));
  PairFacts facts{.cohort_kind = cohort.kind, .cohort_state = cohort.state};
  BRYGGA_ASSIGN_OR_RETURN(facts.policy, SelectPolicy(reader, key, 0));
  BRYGGA_ASSIGN_OR_RETURN(facts.mentor, SelectPerson(reader, key, Side::kMentor, mentor));
  BRYGGA_ASSIGN_OR_RETURN(facts.adept, SelectPerson(reader, key, Side::kAdept, adept));
  BRYGGA_ASSIGN_OR_RETURN(const auto seats,
                          reader.QueryOne(kSelectSeatsOf, {{"cohort_id", key.cohort}, {"mentor_id", mentor}}));
  BRYGGA_ASSIGN_OR_RETURN(
      const auto locked,
      reader.QueryOne(kCountLockedSeats,
                      {{"cohort_id", key.cohort}, {"mentor_id", mentor}, {"adept_id", adept}, {"kind", kind}}));
  const int free = seats ? FreeSeats(ToSeats(*seats), facts.mentor.features.capacity) : 0;
  facts.free_seats = free - static_cast<int>(locked->Int("seats"));
  BRYGGA_ASSIGN_OR_RETURN(
      const auto vetoes,
      reader.Query(kSelectVetoesOfPair, KeyArgs(key).Set("mentor_id", mentor).Set("adept_id", adept)));
  for (const sql::Row& row : vetoes) facts.vetoes.push_back(ToVeto(row));
  BRYGGA_ASSIGN_OR_RETURN(
      const auto match,
      reader.QueryOne(kSelectLiveMatchOf, {{"adept_id", adept}, {"programme_id", key.programme}, {"kind", kind}}));
  if (match) facts.adept_match = match->As<MatchId>("id");
  BRYGGA_ASSIGN_OR_RETURN(const auto lock, reader.QueryOne(kSelectLockOf, KeyArgs(key).Set("adept_id", adept)));
  if (lock) facts.adept_lock = ToLock(*lock);
  return facts;
}

absl::StatusOr<Cohort> SqlMatchingStore::GetCohort(const CohortKey& key, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database_.QueryOne(deadline, kSelectCohort, KeyArgs(key)));
  if (!row) return NotFound(NameOf(key));
  return ToCohortNow(*row);
}

absl::StatusOr<std::vector<Cohort>> SqlMatchingStore::ListCohorts(absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto rows, database_.Query(deadline, kSelectCohorts));
  std::vector<Cohort> cohorts;
  for (const sql::Row& row : rows) cohorts.push_back(ToCohort(row));
  return cohorts;
}

absl::StatusOr<CohortInput> SqlMatchingStore::LoadInput(const CohortKey& key, int policy_version, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<CohortInput> {
    CohortInput input;
    BRYGGA_ASSIGN_OR_RETURN(input.cohort, SelectCohort(reader, key));
    if (policy_version == 0 && input.cohort.policy_version == 0) return NoPolicy(input.cohort);
    BRYGGA_ASSIGN_OR_RETURN(input.policy, SelectPolicy(reader, key, policy_version));
    BRYGGA_ASSIGN_OR_RETURN(input.people, SelectPeople(reader, key.cohort));
    BRYGGA_ASSIGN_OR_RETURN(const auto seats, reader.Query(kSelectSeats, {{"cohort_id", key.cohort}}));
    for (const sql::Row& row : seats) input.seats.emplace(row.As<ParticipantId>("participant_id"), ToSeats(row));
    BRYGGA_ASSIGN_OR_RETURN(const auto matched,
                            reader.Query(kSelectMatchedAdepts, {{"programme_id", key.programme},
                                                                {"kind", NameOf(MatchKindFor(input.cohort.kind))}}));
    for (const sql::Row& row : matched) {
      input.matched.emplace(row.As<ParticipantId>("adept_id"), NameOf(KeyOf(row), row.As<MatchId>("id")));
    }
    BRYGGA_ASSIGN_OR_RETURN(CohortChanges::Context context, SelectContext(reader, key));
    input.waited = std::move(context.waited);
    input.locks = std::move(context.locks);
    input.vetoes = std::move(context.vetoes);
    BRYGGA_ASSIGN_OR_RETURN(const auto matches, reader.Query(kSelectMatchesInOrder, KeyArgs(key)));
    for (const sql::Row& row : matches) input.matches.push_back(ToMatch(row));
    return input;
  });
}

absl::StatusOr<CohortChanges> SqlMatchingStore::LoadChanges(const CohortKey& key, std::optional<int64_t> since,
                                                            absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<CohortChanges> {
    BRYGGA_ASSIGN_OR_RETURN(const auto cohort, reader.QueryOne(kSelectCohort, KeyArgs(key)));
    if (!cohort) return NotFound(NameOf(key));
    CohortChanges changes{.cohort = ToCohortNow(*cohort)};
    if (changes.cohort.policy_version == 0) return NoPolicy(changes.cohort);
    BRYGGA_ASSIGN_OR_RETURN(changes.policy, SelectPolicy(reader, key, 0));
    changes.whole = !since || *since < cohort->Int("removals_from") || *since > changes.cohort.epoch;
    if (changes.whole) {
      BRYGGA_ASSIGN_OR_RETURN(changes.people, SelectPeople(reader, key.cohort));
    } else {
      const sql::Args args = {{"cohort_id", key.cohort}, {"since", *since}};
      BRYGGA_ASSIGN_OR_RETURN(const auto changed, reader.Query(kSelectPeopleSince, args));
      for (const sql::Row& row : changed) changes.people.push_back(ToPerson(row));
      BRYGGA_ASSIGN_OR_RETURN(const auto gone, reader.Query(kSelectRemovedSince, args));
      for (const sql::Row& row : gone) {
        changes.gone.emplace_back(SideOf(row.Text("role")), row.As<ParticipantId>("participant_id"));
      }
    }
    if (changes.whole || cohort->Int("context_epoch") > *since) {
      BRYGGA_ASSIGN_OR_RETURN(changes.context, SelectContext(reader, key));
    }
    return changes;
  });
}

absl::StatusOr<MatchingPolicy> SqlMatchingStore::GetPolicy(const CohortKey& key, int version, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) { return SelectPolicy(reader, key, version); });
}

absl::StatusOr<list::Page<MatchingPolicy>> SqlMatchingStore::ListPolicies(const CohortKey& key,
                                                                          const list::ListQuery& query,
                                                                          absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) {
    return sql::SelectPage<MatchingPolicy>(reader, kSelectPolicies, KeyArgs(key), query, PolicySchema(), {},
                                           [&](const sql::Row& row) {
                                             return MatchingPolicy{.cohort = key,
                                                                   .version = static_cast<int>(row.Int("version")),
                                                                   .kind = row.Text("kind"),
                                                                   .document = row.Text("document"),
                                                                   .hash = row.Text("hash"),
                                                                   .created_at = row.Time("created_at_us")};
                                           });
  });
}

absl::StatusOr<MatchingPolicy> SqlMatchingStore::CreatePolicy(const Mutation<MatchingPolicy>& mutation,
                                                              MatchingPolicy policy) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<MatchingPolicy> {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectCohortForUpdate, KeyArgs(policy.cohort)));
    if (!row) return NotFound(NameOf(policy.cohort));
    MatchingPolicy next = policy;
    next.version = ToCohort(*row).policy_version + 1;
    next.created_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(InsertPolicy(tx, next));
    return next;
  });
}

absl::StatusOr<Lock> SqlMatchingStore::CreateLock(const Mutation<Lock>& mutation, const Lock& pair,
                                                  const DecideLockFn& decide) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Lock> {
    // Locks of one cohort one at a time: each counts the seats that others wait for.
    BRYGGA_RETURN_IF_ERROR(tx.QueryOne(kSelectCohortForUpdate, KeyArgs(pair.cohort)));
    BRYGGA_ASSIGN_OR_RETURN(const PairFacts facts, SelectFacts(tx, pair.cohort, pair.mentor, pair.adept));
    BRYGGA_ASSIGN_OR_RETURN(const Lock lock, decide(facts, tx.now()));
    BRYGGA_ASSIGN_OR_RETURN(const int64_t made,
                            tx.Affect(kInsertLock, KeyArgs(lock.cohort)
                                                       .Set("id", lock.id)
                                                       .Set("mentor_id", lock.mentor)
                                                       .Set("adept_id", lock.adept)
                                                       .Set("reason", lock.reason)
                                                       .Set("override_reason", lock.override_reason)
                                                       .Set("broken_rules", absl::StrJoin(lock.broken_rules, ";"))
                                                       .Set("over_capacity", lock.over_capacity)
                                                       .Set("author", lock.author)
                                                       .Set("revision", lock.revision)
                                                       .Set("created_at_us", lock.created_at)));
    if (made == 0) return LockExists(lock);
    BRYGGA_RETURN_IF_ERROR(tx.Run(kGrowContext, {{"cohort_id", lock.cohort.cohort}}));
    tx.Changed(lock.name(), ChangeKind::kCreated, lock.revision);
    return lock;
  });
}

absl::StatusOr<Lock> SqlMatchingStore::DeleteLock(const Mutation<Lock>& mutation, const CohortKey& key,
                                                  const LockId& id, std::string_view etag) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Lock> {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectLock, KeyArgs(key).Set("id", id)));
    if (!row) return NotFound(NameOf(key, id));
    const Lock lock = ToLock(*row);
    BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, lock.revision, lock.name()));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteLock, {{"id", id}}));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kGrowContext, {{"cohort_id", key.cohort}}));
    tx.Changed(lock.name(), ChangeKind::kDeleted, lock.revision + 1);
    return lock;
  });
}

absl::StatusOr<list::Page<Lock>> SqlMatchingStore::ListLocks(const CohortKey& key, const list::ListQuery& query,
                                                             absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) {
    return sql::SelectPage<Lock>(reader, kSelectLocks, KeyArgs(key), query, LockSchema(),
                                 {{"mentor", "mentor_id"}, {"adept", "adept_id"}, {"create_time", "created_at_us"}},
                                 &ToLock);
  });
}

absl::StatusOr<Veto> SqlMatchingStore::CreateVeto(const Mutation<Veto>& mutation, Veto veto) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Veto> {
    BRYGGA_RETURN_IF_ERROR(SelectCohort(tx, veto.cohort));
    Veto made = veto;
    made.created_at = tx.now();
    BRYGGA_ASSIGN_OR_RETURN(const int64_t count,
                            tx.Affect(kInsertVeto, KeyArgs(made.cohort)
                                                       .Set("id", made.id)
                                                       .Set("mentor_id", made.mentor)
                                                       .Set("adept_id", made.adept)
                                                       .Set("reason", made.reason)
                                                       .Set("origin", NameOf(made.origin))
                                                       .Set("by_side", made.by ? NameOf(*made.by) : "")
                                                       .Set("author", made.author)
                                                       .Set("revision", made.revision)
                                                       .Set("created_at_us", made.created_at)));
    if (count == 0) return VetoExists(made);
    BRYGGA_RETURN_IF_ERROR(tx.Run(kGrowContext, {{"cohort_id", made.cohort.cohort}}));
    tx.Changed(made.name(), ChangeKind::kCreated, made.revision);
    return made;
  });
}

absl::StatusOr<Veto> SqlMatchingStore::DeleteVeto(const Mutation<Veto>& mutation, const CohortKey& key,
                                                  const VetoId& id, const CheckVeto& check) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Veto> {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectVeto, KeyArgs(key).Set("id", id)));
    if (!row) return NotFound(NameOf(key, id));
    const Veto veto = ToVeto(*row);
    BRYGGA_RETURN_IF_ERROR(check(veto));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteVeto, {{"id", id}}));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kGrowContext, {{"cohort_id", key.cohort}}));
    tx.Changed(veto.name(), ChangeKind::kDeleted, veto.revision + 1);
    return veto;
  });
}

absl::StatusOr<list::Page<Veto>> SqlMatchingStore::ListVetoes(const CohortKey& key, const list::ListQuery& query,
                                                              absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) {
    return sql::SelectPage<Veto>(reader, kSelectVetoes, KeyArgs(key), query, VetoSchema(),
                                 {{"mentor", "mentor_id"}, {"adept", "adept_id"}, {"create_time", "created_at_us"}},
                                 &ToVeto);
  });
}

}  // namespace brygga::matching

// SqlMatchingStore: people, as participant tells of them.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/sql/feed_progress.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/sql/availability_tables.h"
#include "services/matching/store/sql/people_writer.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

template <typename T>
Mutation<T> Answering(const Origin& origin) {
  Mutation<T> mutation;
  static_cast<Origin&>(mutation) = origin;
  return mutation;
}

// Makes the people of a cohort that was entered equal to `people`, but for those
// who were overtaken: their enrolments.
absl::StatusOr<std::vector<std::string>> Replace(sql::Transaction& tx, PeopleWriter& writer, const CohortId& cohort,
                                                 const std::vector<Person>& people) {
  BRYGGA_ASSIGN_OR_RETURN(const auto known, SelectKnown(tx, kSelectPeople, {{"cohort_id", cohort}}));
  std::map<PersonKey, const KnownPerson*> before;
  for (const KnownPerson& row : known) before.emplace(row.key(), &row);
  std::vector<std::string> overtaken;
  for (const Person& person : people) {
    const auto found = before.find({person.role, person.id});
    const KnownPerson* row = found == before.end() ? nullptr : found->second;
    if (row != nullptr) before.erase(found);
    if (row != nullptr && Canonical(row->person) == Canonical(person)) continue;
    if (row != nullptr ? writer.Overtaken(*row) : writer.NamedSince()) {
      overtaken.push_back(person.enrolment);
    } else {
      BRYGGA_RETURN_IF_ERROR(writer.Put(cohort, person));
    }
  }
  for (const auto& [key, row] : before) {
    if (writer.Overtaken(*row)) {
      overtaken.push_back(row->person.enrolment);
    } else {
      BRYGGA_RETURN_IF_ERROR(writer.Remove(*row));
    }
  }
  return overtaken;
}

// What a change says and what is known, by cohort and person.
struct Comparison {
  struct Both {
    std::optional<KnownPerson> before;
    const PeopleChange::Found* after = nullptr;
  };
  std::map<CohortId, std::map<PersonKey, Both>> people;
};

absl::Status AddKnown(sql::Transaction& tx, std::string_view statement, const sql::Args& args, Comparison& comparison) {
  BRYGGA_ASSIGN_OR_RETURN(auto known, SelectKnown(tx, statement, args));
  for (KnownPerson& row : known) comparison.people[row.cohort][row.key()].before = std::move(row);
  return absl::OkStatus();
}

absl::StatusOr<Comparison> Compare(sql::Transaction& tx, const PeopleChange& change) {
  Comparison comparison;
  for (const ParticipantId& person : change.participants) {
    BRYGGA_RETURN_IF_ERROR(AddKnown(tx, kSelectCohortsOfPerson, {{"participant_id", person}}, comparison));
  }
  for (const std::string& enrolment : change.enrolments) {
    BRYGGA_RETURN_IF_ERROR(AddKnown(tx, kSelectEnrolled, {{"enrolment", enrolment}}, comparison));
  }
  for (const PeopleChange::Found& found : change.found) {
    comparison.people[found.cohort.cohort][{found.person.role, found.person.id}].after = &found;
  }
  for (const Cohort& cohort : change.cohorts) comparison.people[cohort.key.cohort];
  for (const CohortKey& key : change.heard_of) comparison.people[key.cohort];
  return comparison;
}

absl::Status WriteBoth(PeopleWriter& writer, const CohortId& cohort, const Comparison::Both& both) {
  if (both.before ? writer.Overtaken(*both.before) : writer.NamedSince()) return ReadingOvertaken();
  if (both.after == nullptr) return writer.Remove(*both.before);
  Person person = both.after->person;
  if (both.before && !both.after->agreement_known) {
    person.features.agreement_active = both.before->person.features.agreement_active;
  }
  if (both.before && Canonical(both.before->person) == Canonical(person)) return writer.Confirm(*both.before);
  return writer.Put(cohort, person);
}

}  // namespace

absl::StatusOr<int64_t> SqlMatchingStore::ReadingMark(absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database_.QueryOne(deadline, kSelectReadings));
  return row->Int("number");
}

absl::StatusOr<std::vector<std::string>> SqlMatchingStore::ReplacePeople(
    const Origin& origin, const CohortPeople& people, const std::optional<MatchingPolicy>& default_policy) {
  using Overtaken = std::vector<std::string>;
  const CohortKey& key = people.cohort.key;
  return database_.Write(Answering<Overtaken>(origin), [&](sql::Transaction& tx) -> absl::StatusOr<Overtaken> {
    BRYGGA_ASSIGN_OR_RETURN(PeopleWriter writer, PeopleWriter::Begin(tx, people.mark));
    BRYGGA_ASSIGN_OR_RETURN(
        const int64_t inserted,
        tx.Affect(kInsertCohort, KeyArgs(key).Set("kind", people.cohort.kind).Set("state", people.cohort.state)));
    if (inserted > 0) BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertAvailability, {{"cohort_id", key.cohort}}));
    BRYGGA_ASSIGN_OR_RETURN(const auto before, writer.Enter(key.cohort));
    if (!before || before->key != key) return NotFound(NameOf(key));  // The cohort lies under another programme.
    if (writer.Replaced(key.cohort)) return ReadingOvertaken();
    if (!people.mark && people.cohort.as_of < before->as_of) return Overtaken();
    if (before->policy_version == 0 && default_policy) {
      MatchingPolicy policy = *default_policy;
      policy.cohort = key;
      policy.version = 1;
      policy.created_at = tx.now();
      BRYGGA_RETURN_IF_ERROR(InsertPolicy(tx, policy));
      BRYGGA_RETURN_IF_ERROR(writer.Enter(key.cohort));  // The policy has let the epoch grow.
    }
    BRYGGA_ASSIGN_OR_RETURN(Overtaken overtaken, Replace(tx, writer, key.cohort, people.people));
    writer.SetFacts(key.cohort, people.cohort.kind, people.cohort.state);
    BRYGGA_RETURN_IF_ERROR(writer.FinishReplaced(key.cohort, people.cohort.as_of));
    return overtaken;
  });
}

absl::StatusOr<PeopleApplied> SqlMatchingStore::ApplyPeople(const Origin& origin, const PeopleChange& change,
                                                            const std::optional<feed::Step>& step) {
  return database_.Write(Answering<PeopleApplied>(origin), [&](sql::Transaction& tx) -> absl::StatusOr<PeopleApplied> {
    if (step) BRYGGA_RETURN_IF_ERROR(sql::TakeStep(tx, *step));
    if (change.empty()) return PeopleApplied();
    BRYGGA_ASSIGN_OR_RETURN(PeopleWriter writer, PeopleWriter::Begin(tx, change.mark));
    BRYGGA_ASSIGN_OR_RETURN(const Comparison comparison, Compare(tx, change));
    for (const auto& [cohort, people] : comparison.people) {
      BRYGGA_ASSIGN_OR_RETURN(const auto known, writer.Enter(cohort));
      if (!known) continue;
      if (writer.Replaced(cohort)) return ReadingOvertaken();
      for (const auto& [key, both] : people) BRYGGA_RETURN_IF_ERROR(WriteBoth(writer, cohort, both));
      for (const Cohort& said : change.cohorts) {
        if (said.key == known->key) writer.SetFacts(cohort, said.kind, said.state);
      }
    }
    BRYGGA_RETURN_IF_ERROR(writer.FinishNamed());
    return writer.applied();
  });
}

absl::StatusOr<std::set<ParticipantId>> SqlMatchingStore::ListEmployed(const std::set<std::string>& organisations,
                                                                       absl::Time deadline) {
  std::set<ParticipantId> people;
  for (const std::string& organisation : organisations) {
    BRYGGA_ASSIGN_OR_RETURN(const auto rows,
                            database_.Query(deadline, kSelectEmployed, {{"organisation_id", organisation}}));
    for (const sql::Row& row : rows) people.insert(row.As<ParticipantId>("participant_id"));
  }
  return people;
}

absl::StatusOr<std::vector<std::string>> SqlMatchingStore::ListEnrolments(const CohortKey& key, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto rows, database_.Query(deadline, kSelectEnrolments, {{"cohort_id", key.cohort}}));
  std::vector<std::string> enrolments;
  for (const sql::Row& row : rows) enrolments.push_back(row.Text("enrolment"));
  return enrolments;
}

absl::StatusOr<std::optional<feed::Progress>> SqlMatchingStore::GetProgress(std::string_view feed,
                                                                            absl::Time deadline) {
  return sql::ReadProgress(database_, feed, deadline);
}

absl::Status SqlMatchingStore::ForgetRemovals(const Origin& origin, absl::Time before) {
  return database_.Write(origin, [&](sql::Transaction& tx) -> absl::Status {
    BRYGGA_RETURN_IF_ERROR(PeopleWriter::Begin(tx, std::nullopt));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kForgottenFrom, {{"before_us", before}}));
    return tx.Run(kForgetRemovals, {{"before_us", before}});
  });
}

}  // namespace brygga::matching

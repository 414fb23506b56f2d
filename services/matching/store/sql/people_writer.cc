#include "services/matching/store/sql/people_writer.h"

#include <string>

#include "common/status/macros.h"
#include "services/matching/store/sql/people_columns.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

sql::Args RowArgs(const CohortId& cohort, Side role, const ParticipantId& person) {
  return {{"cohort_id", cohort}, {"role", NameOf(role)}, {"participant_id", person}};
}

}  // namespace

absl::StatusOr<std::vector<KnownPerson>> SelectKnown(sql::Reader& reader, std::string_view statement,
                                                     const sql::Args& args) {
  BRYGGA_ASSIGN_OR_RETURN(const auto rows, reader.Query(statement, args));
  std::vector<KnownPerson> known;
  known.reserve(rows.size());
  for (const sql::Row& row : rows) {
    known.push_back({.cohort = row.As<CohortId>("cohort_id"), .person = ToPerson(row), .reading = row.Int("reading")});
  }
  return known;
}

absl::StatusOr<PeopleWriter> PeopleWriter::Begin(sql::Transaction& tx, std::optional<int64_t> mark) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kLockReadings));
  return PeopleWriter(tx, mark, row->Int("number"), row->Int("named"));
}

absl::StatusOr<std::optional<Cohort>> PeopleWriter::Enter(const CohortId& cohort) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, tx_.QueryOne(kSelectCohortByIdForUpdate, {{"cohort_id", cohort}}));
  if (!row) return std::nullopt;
  cohorts_[cohort] = {.cohort = ToCohort(*row), .refreshed = row->Int("refreshed")};
  return cohorts_[cohort].cohort;
}

int64_t PeopleWriter::NextEpoch(const CohortId& cohort) {
  Entered& entered = cohorts_.at(cohort);
  entered.changed = true;
  return entered.cohort.epoch + 1;
}

absl::Status PeopleWriter::Put(const CohortId& cohort, const Person& person) {
  if (person.role == Side::kMentor) stated_[person.id] = person.person_capacity;
  ++people_;
  puts_ = true;
  BRYGGA_RETURN_IF_ERROR(tx_.Run(kDeleteRemoved, RowArgs(cohort, person.role, person.id)));
  return tx_.Run(
      kUpsertPerson,
      PersonArgs(person).Set("cohort_id", cohort).Set("changed_epoch", NextEpoch(cohort)).Set("reading", number_));
}

absl::Status PeopleWriter::Remove(const KnownPerson& row) {
  ++people_;
  const sql::Args args = RowArgs(row.cohort, row.person.role, row.person.id);
  BRYGGA_RETURN_IF_ERROR(tx_.Run(kDeletePerson, args));
  return tx_.Run(kInsertRemoved, sql::Args(args).Set("epoch", NextEpoch(row.cohort)).Set("removed_at_us", tx_.now()));
}

absl::Status PeopleWriter::Confirm(const KnownPerson& row) {
  return tx_.Run(kReadPerson, RowArgs(row.cohort, row.person.role, row.person.id).Set("reading", number_));
}

void PeopleWriter::SetFacts(const CohortId& cohort, std::string_view kind, std::string_view state) {
  Entered& entered = cohorts_.at(cohort);
  if (entered.cohort.kind == kind && entered.cohort.state == state) return;
  entered.cohort.kind = std::string(kind);
  entered.cohort.state = std::string(state);
  entered.changed = true;
}

// Mentors in the order of their ids, as everywhere where seats are touched: two
// transactions never wait for each other.
absl::Status PeopleWriter::WriteSeats() {
  for (const auto& [mentor, stated] : stated_) {
    BRYGGA_ASSIGN_OR_RETURN(const int64_t changed,
                            tx_.Affect(kStateCapacity, {{"mentor_id", mentor}, {"stated", stated}}));
    if (changed > 0) growth_.Of(mentor);
  }
  return absl::OkStatus();
}

absl::Status PeopleWriter::WriteNumber(int64_t named) {
  BRYGGA_RETURN_IF_ERROR(tx_.Run(kUpdateReadings, {{"number", number_}, {"named", named}}));
  if (puts_) BRYGGA_RETURN_IF_ERROR(AwaitGrowth(tx_));
  return growth_.Write(tx_);
}

absl::Status PeopleWriter::FinishNamed() {
  BRYGGA_RETURN_IF_ERROR(WriteSeats());
  for (const auto& [id, entered] : cohorts_) {
    if (!entered.changed) continue;
    BRYGGA_RETURN_IF_ERROR(tx_.Run(kChangeCohort, {{"cohort_id", id},
                                                   {"kind", entered.cohort.kind},
                                                   {"state", entered.cohort.state},
                                                   {"epoch", entered.cohort.epoch + 1}}));
  }
  return WriteNumber(number_);
}

absl::Status PeopleWriter::FinishReplaced(const CohortId& cohort, absl::Time as_of) {
  BRYGGA_RETURN_IF_ERROR(WriteSeats());
  const Entered& entered = cohorts_.at(cohort);
  BRYGGA_RETURN_IF_ERROR(tx_.Run(kReplaceCohort, {{"cohort_id", cohort},
                                                  {"kind", entered.cohort.kind},
                                                  {"state", entered.cohort.state},
                                                  {"epoch", entered.cohort.epoch + (entered.changed ? 1 : 0)},
                                                  {"as_of_us", as_of},
                                                  {"reading", number_}}));
  return WriteNumber(named_);
}

PeopleApplied PeopleWriter::applied() const {
  PeopleApplied applied{.people = people_};
  for (const auto& [id, entered] : cohorts_) applied.cohorts += entered.changed ? 1 : 0;
  return applied;
}

}  // namespace brygga::matching

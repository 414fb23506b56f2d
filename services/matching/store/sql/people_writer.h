// Writes people: one writer at a time, each under a number of its own.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_PEOPLE_WRITER_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_PEOPLE_WRITER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/transaction.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/store/sql/sql_availability.h"

namespace brygga::matching {

using PersonKey = std::pair<Side, ParticipantId>;

// A row of `people`.
struct KnownPerson {
  CohortId cohort;
  Person person;
  int64_t reading = 0;  // The write that last said something of it.

  PersonKey key() const { return {person.role, person.id}; }
};

absl::StatusOr<std::vector<KnownPerson>> SelectKnown(sql::Reader& reader, std::string_view statement,
                                                     const sql::Args& args);

// What one transaction writes of people. Not thread-safe; `tx` outlives it.
class PeopleWriter {
 public:
  // Waits for whoever writes people now. `mark`: see CohortStore::ReadingMark.
  static absl::StatusOr<PeopleWriter> Begin(sql::Transaction& tx, std::optional<int64_t> mark);

  // Locks the cohort; nothing where it is not known here. In ascending order.
  absl::StatusOr<std::optional<Cohort>> Enter(const CohortId& cohort);

  // Whether something was written since the mark: of a row; about the cohort as
  // a whole; of somebody who has no row here.
  bool Overtaken(const KnownPerson& row) const { return mark_ && row.reading > *mark_; }
  bool Replaced(const CohortId& cohort) const { return mark_ && cohorts_.at(cohort).refreshed > *mark_; }
  bool NamedSince() const { return mark_ && named_ > *mark_; }

  // Writes the person into a cohort that was entered, or takes them out.
  absl::Status Put(const CohortId& cohort, const Person& person);
  absl::Status Remove(const KnownPerson& row);
  // What is known was said again.
  absl::Status Confirm(const KnownPerson& row);
  void SetFacts(const CohortId& cohort, std::string_view kind, std::string_view state);

  // Ends with the seats, the epochs and the number. `replaced`: the cohort of
  // which everything was said, as of then.
  absl::Status FinishNamed();
  absl::Status FinishReplaced(const CohortId& cohort, absl::Time as_of);

  PeopleApplied applied() const;

 private:
  struct Entered {
    Cohort cohort;
    int64_t refreshed = 0;
    bool changed = false;
  };

  PeopleWriter(sql::Transaction& tx, std::optional<int64_t> mark, int64_t last, int64_t named)
      : tx_(tx), mark_(mark), number_(last + 1), named_(named) {}

  // What a ranking reads of the cohort from this transaction on.
  int64_t NextEpoch(const CohortId& cohort);
  absl::Status WriteSeats();
  // And, last of all, who is free.
  absl::Status WriteNumber(int64_t named);

  sql::Transaction& tx_;
  std::optional<int64_t> mark_;
  int64_t number_;
  int64_t named_;
  int people_ = 0;
  bool puts_ = false;  // Somebody into a cohort.
  std::map<CohortId, Entered> cohorts_;
  std::map<ParticipantId, int> stated_;  // Of mentors: seats over all cohorts.
  AvailabilityGrowth growth_;            // Of mentors who offer otherwise than before.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_PEOPLE_WRITER_H_

// Domain types as rows, for the files of SqlMatchingStore.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_ROWS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_ROWS_H_

#include "common/sql/transaction.h"
#include "common/sql/value.h"
#include "services/matching/domain/cohort.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/meeting.h"
#include "services/matching/domain/round.h"
#include "services/matching/store/sql/sql_availability.h"

namespace brygga::matching {

inline sql::Args KeyArgs(const CohortKey& key) { return {{"cohort_id", key.cohort}, {"programme_id", key.programme}}; }
inline CohortKey KeyOf(const sql::Row& row) {
  return {row.As<ProgrammeId>("programme_id"), row.As<CohortId>("cohort_id")};
}
Cohort ToCohort(const sql::Row& row);
// Of kSelectCohort: its as_of is that of the feed, where that is later.
Cohort ToCohortNow(const sql::Row& row);
Lock ToLock(const sql::Row& row);
Veto ToVeto(const sql::Row& row);
Round ToRound(const sql::Row& row);
Match ToMatch(const sql::Row& row);
Meeting ToMeeting(const sql::Row& row);

// All columns of a round or a match that a statement of kInsert… names.
sql::Args InsertArgs(const Round& round);
sql::Args InsertArgs(const Match& match);
// Those of kUpdate….
sql::Args UpdateArgs(const Round& round);
sql::Args UpdateArgs(const Match& match);

// Reads that several files share; the cohort is in the same transaction.
absl::StatusOr<Cohort> SelectCohort(sql::Reader& reader, const CohortKey& key);
absl::StatusOr<MatchingPolicy> SelectPolicy(sql::Reader& reader, const CohortKey& key, int version);
// The cohort's next policy, in force from now on.
absl::Status InsertPolicy(sql::Transaction& tx, const MatchingPolicy& policy);
// What is known of the pair of a lock or a match by hand.
absl::StatusOr<PairFacts> SelectFacts(sql::Reader& reader, const CohortKey& key, const ParticipantId& mentor,
                                      const ParticipantId& adept);

// Takes a seat of a mentor: one that is left, or with `beyond` one more than there
// is. False where none is left, over all cohorts or of the `capacity_here` of this
// one.
absl::StatusOr<bool> TakeSeat(sql::Transaction& tx, const CohortKey& key, const ParticipantId& mentor, bool beyond,
                              int capacity_here);

// Writes a match as it is after a change, gives its seat back where it left the
// live states, and adds its people to `growth`, which the caller writes last.
//
// kFailedPrecondition ADEPT_HAS_MATCH: another one of the kind that it has become.
absl::StatusOr<Match> WriteMatch(sql::Transaction& tx, const Match& before, Match after, AvailabilityGrowth& growth);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_ROWS_H_

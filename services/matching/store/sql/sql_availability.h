// What the files of the adapter share about who is free.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_AVAILABILITY_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_AVAILABILITY_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/database.h"
#include "services/matching/domain/match.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

// Of a transaction that has put people into cohorts: waits until nobody grows who is
// free, and keeps others from it until its end. No more is written of people after it,
// and nothing before it of who is free.
absl::Status AwaitGrowth(sql::Transaction& tx);

// Whose seats, matches or offers a transaction changed. Written last of all, in one
// order of cohorts for everybody, so that no two wait for each other; and each
// cohort once: PostgreSQL walks over all versions that a transaction made of a row.
class AvailabilityGrowth {
 public:
  void Of(const ParticipantId& person) { people_.insert(person); }
  void Of(const Match& match) {
    Of(match.mentor);
    Of(match.adept);
  }
  // Of everybody in the cohort.
  void Around(const CohortId& cohort) { around_.insert(cohort); }

  absl::Status Write(sql::Transaction& tx) const;

 private:
  std::set<ParticipantId> people_;
  std::set<CohortId> around_;
};

// What seals rankings that leave the process (domain/ranking.h): the same for all
// processes on this database, made by the first of them.
absl::StatusOr<std::string> RankingSecret(sql::Database& database, absl::Time deadline);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_AVAILABILITY_H_

// What the files of the adapter share about who is free.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_AVAILABILITY_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_AVAILABILITY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/database.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

// Last in every transaction that takes a seat or gives it back, makes a match or
// ends it, or changes what a mentor offers; an id may be empty.
absl::Status GrowAvailabilityOf(sql::Transaction& tx, const ParticipantId& mentor, const ParticipantId& adept);
// The same for many of one cohort at once.
absl::Status GrowAvailabilityAround(sql::Transaction& tx, const CohortId& cohort);

// What seals rankings that leave the process (domain/ranking.h): the same for all
// processes on this database, made by the first of them.
absl::StatusOr<std::string> RankingSecret(sql::Database& database, absl::Time deadline);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_AVAILABILITY_H_

// The port over SQL.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_ERASURE_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_ERASURE_STORE_H_

#include "common/sql/database.h"
#include "services/matching/store/erasure_store.h"

namespace brygga::matching {

// Safe for concurrent use. `database`, migrated with kMigrations, outlives it.
class SqlErasureStore final : public ErasureStore {
 public:
  explicit SqlErasureStore(sql::Database& database) : database_(database) {}

  absl::Status ErasePerson(const Origin& origin, const ParticipantId& person, const ParticipantId& stand_in) override;

 private:
  sql::Database& database_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_ERASURE_STORE_H_

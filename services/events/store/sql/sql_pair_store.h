// The port for pairs over SQL: SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_SQL_SQL_PAIR_STORE_H_
#define BRYGGA_SERVICES_EVENTS_STORE_SQL_SQL_PAIR_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/sql/database.h"
#include "services/events/store/pair_store.h"

namespace brygga::events {

// Safe for concurrent use, by any number of processes on one database.
// `database` is migrated with kMigrations and outlives it.
class SqlPairStore final : public PairStore {
 public:
  explicit SqlPairStore(sql::Database& database) : database_(database) {}

  absl::StatusOr<std::optional<feed::Progress>> GetProgress(absl::Time deadline) override;
  absl::StatusOr<int64_t> GetMark(absl::Time deadline) override;
  absl::Status Replace(const Origin& origin, const std::vector<Pair>& pairs, int64_t mark,
                       const feed::Step& step) override;
  absl::Status Apply(const Origin& origin, const PairNews& news, int64_t mark, const feed::Step& step) override;
  absl::StatusOr<int> ErasePerson(const Origin& origin, const std::string& participant) override;
  absl::StatusOr<KnownPairs> List(const std::vector<std::string>& cohorts, const list::ListQuery& query,
                                  absl::Time deadline) override;

 private:
  sql::Database& database_;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_SQL_SQL_PAIR_STORE_H_

// What is known of openings on SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_OPENING_STORE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_OPENING_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/sql/database.h"
#include "services/matching/store/opening_store.h"

namespace brygga::matching {

// Safe for concurrent use. The database has kMigrations and outlives it.
class SqlOpeningStore final : public OpeningStore {
 public:
  explicit SqlOpeningStore(sql::Database& database) : database_(database) {}

  absl::StatusOr<std::vector<std::optional<OpeningFacts>>> GetOpenings(const std::vector<std::string>& names,
                                                                       absl::Time deadline) override;
  absl::StatusOr<std::vector<std::string>> ListLiveOpenings(absl::Time deadline) override;
  absl::StatusOr<int64_t> OpeningsMark(absl::Time deadline) override;
  absl::Status KeepOpenings(const Origin& origin, const OpeningsSaid& said,
                            const std::optional<feed::Step>& step) override;
  absl::StatusOr<std::optional<feed::Progress>> GetProgress(std::string_view feed, absl::Time deadline) override;

 private:
  sql::Database& database_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_SQL_OPENING_STORE_H_

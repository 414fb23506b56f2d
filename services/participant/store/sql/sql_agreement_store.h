// The port over SQL.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_SQL_AGREEMENT_STORE_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_SQL_AGREEMENT_STORE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/sql/database.h"
#include "services/participant/store/agreement_store.h"

namespace brygga::participant {

// Safe for concurrent use. `database`, migrated with kMigrations, outlives it.
class SqlAgreementStore final : public AgreementStore {
 public:
  explicit SqlAgreementStore(sql::Database& database) : database_(database) {}

  absl::StatusOr<std::optional<feed::Progress>> GetProgress(absl::Time deadline) override;
  absl::Status Replace(const Origin& origin, const std::vector<Agreement>& agreements, const feed::Step& step) override;
  absl::Status Apply(const Origin& origin, const std::vector<Agreement>& agreements, const feed::Step& step) override;
  absl::StatusOr<std::optional<ActiveAgreements>> FindActive(const std::string& operator_name,
                                                             const std::set<std::string>& organisations, Date day,
                                                             absl::Time deadline) override;

 private:
  sql::Database& database_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_SQL_AGREEMENT_STORE_H_

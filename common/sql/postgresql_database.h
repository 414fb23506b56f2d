// A PostgreSQL database as a Database. Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_POSTGRESQL_DATABASE_H_
#define BRYGGA_COMMON_SQL_POSTGRESQL_DATABASE_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/database.h"
#include "common/sql/door.h"
#include "common/sql/pool.h"
#include "common/sql/postgresql_connection.h"

namespace brygga::sql {

// Every transaction borrows a connection. Writes are READ COMMITTED: what must
// hold is said by constraints and conditional updates. A transaction that meets
// another one (deadlock, serialisation, the same request twice) or finds its
// connection dead is done again.
class PostgresqlDatabase final : public Database {
 public:
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& connect, Options options);

  absl::StatusOr<std::vector<Row>> Query(absl::Time deadline, std::string_view sql, const Args& args) override;
  absl::Time Now() const override;

 private:
  using Use = PostgresqlConnection::Use;

  PostgresqlDatabase(std::string connect, Options options);

  absl::Status RunRead(absl::Time deadline, absl::FunctionRef<absl::Status(Reader&)> fn) override;
  absl::Status RunWrite(const Origin& origin, ChangeFunction fn) override;
  absl::Time Limit(absl::Time deadline) const;
  absl::StatusOr<absl::Time> Begin(PostgresqlConnection& connection, Use use, absl::Time limit);

  // Runs the transaction once; `again` is set where another time may help.
  absl::Status TryWrite(const Origin& origin, absl::Time limit, ChangeFunction fn, bool& again);
  absl::Status AnswerAfterFailure(PostgresqlConnection& connection, const Origin& origin, absl::Status failure);

  const Options options_;
  std::atomic<int64_t> ahead_us_ = 0;  // The server's clock less ours.
  Pool<PostgresqlConnection> pool_;
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_POSTGRESQL_DATABASE_H_

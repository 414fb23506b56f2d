// A connection to a PostgreSQL server. Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_POSTGRESQL_CONNECTION_H_
#define BRYGGA_COMMON_SQL_POSTGRESQL_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/connection.h"

namespace brygga::sql {

class PostgresqlConnection final : public Connection {
 public:
  enum class Use { kRead, kWrite };

  // `connect` as libpq reads it, with our settings where it says nothing of
  // them: a server that is gone is noticed in seconds.
  //
  // kInvalidArgument: libpq does not understand it.
  static absl::StatusOr<std::string> WithOurSettings(const std::string& connect);

  // Connects to `connect`.
  //
  // kUnavailable: nobody there, or not for us.
  static absl::StatusOr<std::unique_ptr<PostgresqlConnection>> Open(const std::string& connect, const Log& log);

  absl::Status RunScript(const std::string& sql) override;
  // The server's limit per statement, rounded up to a power of two seconds
  // outside transactions, so that it is seldom told.
  void SetDeadline(absl::Time deadline) override;

  absl::Status ShortenTo(absl::Time deadline, absl::Time now) override;

  // Begins a transaction in which no statement takes longer than is left until the
  // deadline; gives its time by the server's clock. Where that fails, a transaction
  // may have begun.
  absl::StatusOr<absl::Time> Begin(Use use);
  absl::Status Commit() { return RunScript("COMMIT"); }
  void Rollback();

  // Tells the server the limit for statements outside transactions, if it needs
  // another one.
  absl::Status LimitStatements();

 private:
  PostgresqlConnection(const std::string& connect, Log log);

  std::string Expand(std::string_view sql) const override;
  Description Describe(soci::details::statement_backend& statement) override;
  absl::Status StatusOfError(const soci::soci_error& error, soci::details::statement_backend* statement,
                             DriverError& log) override;

  absl::Time deadline_ = absl::InfiniteFuture();
  int64_t limit_ms_ = 0;        // What the session's statement_timeout is,
  int64_t local_limit_ms_ = 0;  // and the transaction's.
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_POSTGRESQL_CONNECTION_H_

// A connection to a SQLite file. Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_SQLITE_CONNECTION_H_
#define BRYGGA_COMMON_SQL_SQLITE_CONNECTION_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "common/sql/connection.h"

namespace brygga::sql {

class SqliteConnection final : public Connection {
 public:
  enum class Use { kRead, kWrite };
  // Whether a commit waits for the disk. kNo only for databases that nobody
  // wants back.
  enum class Durable { kNo, kYes };

  // kUnavailable: the file cannot be opened.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const std::string& path, Use use, Durable durable,
                                                                const Log& log);

  absl::Status RunScript(const std::string& sql) override;
  void SetDeadline(absl::Time deadline) override;

  // True inside BEGIN: an error may have ended the transaction.
  bool InTransaction();
  // How many rows were inserted, updated or deleted since it was opened.
  int64_t RowsChanged();

 private:
  SqliteConnection(const std::string& connect, Log log);

  static int GiveUp(void* connection);

  std::string Expand(std::string_view sql) const override;
  Description Describe(soci::details::statement_backend& statement) override;
  std::vector<int> PlacesOf(soci::details::statement_backend& statement,
                            const std::vector<std::string>& names) override;
  absl::StatusOr<int64_t> RunNative(soci::details::statement_backend& statement, std::string_view sql, const Args& args,
                                    const std::vector<int>& places, const std::shared_ptr<const Row::Columns>& columns,
                                    std::vector<Row>* rows) override;
  absl::Status StatusOfError(const soci::soci_error& error, soci::details::statement_backend* statement,
                             DriverError& log) override;
  absl::Status StatusOfCode(int code, DriverError& log);
  std::string ConstraintOfMessage(int code, const std::string& message);

  int64_t spent_ = 0;  // Instructions of all statements since the deadline was set.
  std::chrono::steady_clock::time_point give_up_at_ = std::chrono::steady_clock::time_point::max();
  absl::flat_hash_map<std::string, std::string> constraints_;  // By SQLite's message.
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_SQLITE_CONNECTION_H_

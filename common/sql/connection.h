// A SOCI session and its prepared statements. Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_CONNECTION_H_
#define BRYGGA_COMMON_SQL_CONNECTION_H_

#include <soci/soci.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/database.h"
#include "common/sql/value.h"

namespace brygga::sql {

using Log = std::function<void(const DriverError&)>;

// Runs statements, prepared once and kept. Not thread-safe.
class Connection {
 public:
  virtual ~Connection();

  // Runs `sql` with `args`, appends what it selects to `rows` (null: thrown
  // away) and gives the number of rows it touched. Every result is read to its
  // end: a SELECT left half read would pin its snapshot for later ones.
  absl::StatusOr<int64_t> Execute(std::string_view sql, const Args& args, std::vector<Row>* rows);
  absl::Status Run(std::string_view sql) { return Execute(sql, {}, nullptr).status(); }

  // Runs several statements without parameters, none of them kept.
  virtual absl::Status RunScript(const std::string& sql) = 0;

  // When statements give up.
  virtual void SetDeadline(absl::Time deadline) = 0;
  // Where a statement of a transaction that ends at `deadline` begins `now`: for an
  // engine that was told of a time and not of the hour.
  virtual absl::Status ShortenTo(absl::Time /*deadline*/, absl::Time /*now*/) { return absl::OkStatus(); }

  // True once the connection is of no more use.
  bool lost() const { return lost_; }

 protected:
  // The statement's columns and the names of its parameters.
  struct Description {
    Row::Columns columns;
    std::vector<std::string> parameters;
  };

  // Who binds parameters and fetches rows of a prepared statement: SOCI, which
  // takes every value through a copy of its own, or RunNative.
  enum class Fetch { kSoci, kNative };

  Connection(const soci::backend_factory& factory, const std::string& connect, Fetch fetch, Log log);

  // The statement with our markers ({for_update}, ...) in the engine's words.
  virtual std::string Expand(std::string_view sql) const = 0;
  virtual Description Describe(soci::details::statement_backend& statement) = 0;
  // For Fetch::kNative. Where the parameters `names` stand in `statement`; and
  // Execute for a statement with the parameters `args` at `places`.
  virtual std::vector<int> PlacesOf(soci::details::statement_backend&, const std::vector<std::string>& /*names*/) {
    return {};
  }
  virtual absl::StatusOr<int64_t> RunNative(soci::details::statement_backend& statement, std::string_view sql,
                                            const Args& args, const std::vector<int>& places,
                                            const std::shared_ptr<const Row::Columns>& columns, std::vector<Row>* rows);
  // What went wrong in `statement` (null: while preparing it); fills in code
  // and message for the log.
  virtual absl::Status StatusOfError(const soci::soci_error& error, soci::details::statement_backend* statement,
                                     DriverError& log) = 0;

  // Logs `status` if it is worth it, with what `log` has of it, and returns it.
  absl::Status Report(absl::Status status, DriverError log, std::string_view sql);
  soci::session& session() { return session_; }

 private:
  struct Parameter;
  struct Prepared;

  absl::StatusOr<Prepared*> Prepare(std::string_view sql, const Args& args);
  absl::StatusOr<std::unique_ptr<Prepared>> PrepareNew(std::string_view sql, const Args& args);
  void Bind(Prepared& prepared, const Args& args, Row::Columns columns);
  void ForgetOldest();
  absl::StatusOr<int64_t> RunThroughSoci(Prepared& prepared, std::string_view sql, const Args& args,
                                         std::vector<Row>* rows);
  absl::StatusOr<int64_t> Fetched(Prepared& prepared, std::vector<Row>* rows);

  soci::session session_;
  const Fetch fetch_;
  Log log_;
  bool lost_ = false;
  uint64_t uses_ = 0;
  size_t prepared_count_ = 0;
  // By text; one for each combination of types that was bound. Goes before the
  // session.
  absl::flat_hash_map<std::string, std::vector<std::unique_ptr<Prepared>>> prepared_;
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_CONNECTION_H_

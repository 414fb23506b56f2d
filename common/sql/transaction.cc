#include "common/sql/transaction.h"

#include "absl/time/clock.h"
#include "common/sql/connection.h"
#include "common/sql/driver_error.h"
#include "common/status/macros.h"

namespace brygga::sql {

absl::StatusOr<int64_t> Reader::Execute(std::string_view sql, const Args& args, std::vector<Row>* rows) {
  BRYGGA_RETURN_IF_ERROR(failure_);
  // The engines look at it within a long statement, and not between short ones.
  const absl::Time now = absl::Now();
  if (now >= deadline_) return failure_ = DeadlinePassed();
  BRYGGA_RETURN_IF_ERROR(failure_ = connection_.ShortenTo(deadline_, now));
  absl::StatusOr<int64_t> touched = connection_.Execute(sql, args, rows);
  if (!touched.ok()) failure_ = touched.status();
  return touched;
}

absl::StatusOr<std::vector<Row>> Reader::Query(std::string_view sql, const Args& args) {
  std::vector<Row> rows;
  BRYGGA_RETURN_IF_ERROR(Execute(sql, args, &rows));
  return rows;
}

absl::StatusOr<std::optional<Row>> Reader::QueryOne(std::string_view sql, const Args& args) {
  BRYGGA_ASSIGN_OR_RETURN(std::vector<Row> rows, Query(sql, args));
  if (rows.size() > 1) return failure_ = Misuse();
  if (rows.empty()) return std::optional<Row>();
  return std::optional<Row>(std::move(rows.front()));
}

absl::Status Transaction::Run(std::string_view sql, const Args& args) { return Affect(sql, args).status(); }

absl::StatusOr<int64_t> Transaction::Affect(std::string_view sql, const Args& args) {
  return Execute(sql, args, nullptr);
}

}  // namespace brygga::sql

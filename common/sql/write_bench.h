// How fast a database is, for the bench driver.
#ifndef BRYGGA_COMMON_SQL_WRITE_BENCH_H_
#define BRYGGA_COMMON_SQL_WRITE_BENCH_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/database.h"

namespace brygga::sql {

struct BenchRate {
  int64_t operations = 0;
  double per_second = 0;
  double cpu_us = 0;  // Of this process, for each operation.
};

// Durable writes through the door (one row, with its change-log line, audit
// entry and answer) by `writers` threads for `length`. `url` names a database
// of its own: the tables are made, and rows stay.
absl::StatusOr<BenchRate> MeasureWrites(const std::string& url, GroupCommit group_commit, int writers,
                                        absl::Duration length);

// Reads of one row by its key, by one thread.
absl::StatusOr<BenchRate> MeasurePointReads(const std::string& url, absl::Duration length);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_WRITE_BENCH_H_

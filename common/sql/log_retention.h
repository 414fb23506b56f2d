// How much of the change log is kept for those who follow it.
#ifndef BRYGGA_COMMON_SQL_LOG_RETENTION_H_
#define BRYGGA_COMMON_SQL_LOG_RETENTION_H_

#include "absl/time/time.h"

namespace brygga::sql {

struct LogRetention {
  absl::Duration age = absl::Hours(24 * 7);
  int changes = 5'000'000;
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_LOG_RETENTION_H_

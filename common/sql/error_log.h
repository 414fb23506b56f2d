// Where the drivers' errors go.
#ifndef BRYGGA_COMMON_SQL_ERROR_LOG_H_
#define BRYGGA_COMMON_SQL_ERROR_LOG_H_

#include <functional>
#include <memory>

#include "common/log/log.h"
#include "common/sql/database.h"

namespace brygga::sql {

// For Options::log: a line "database" at level error for each, without values.
// Null where `log` is.
std::function<void(const DriverError&)> ErrorLog(std::shared_ptr<brygga::Log> log);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_ERROR_LOG_H_

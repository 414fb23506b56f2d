#include "common/sql/error_log.h"

#include <utility>

namespace brygga::sql {

std::function<void(const DriverError&)> ErrorLog(std::shared_ptr<brygga::Log> log) {
  if (log == nullptr) return nullptr;
  return [log = std::move(log)](const DriverError& error) {
    log->Error("database", {{"code", error.code},
                            {"constraint", error.constraint},
                            {"statement", error.statement},
                            {"error", error.message}});
  };
}

}  // namespace brygga::sql

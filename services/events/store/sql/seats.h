// The parts that the two halves of the adapter share.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_SQL_SEATS_H_
#define BRYGGA_SERVICES_EVENTS_STORE_SQL_SEATS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/transaction.h"
#include "common/sql/value.h"
#include "services/events/domain/registration.h"

namespace brygga::events {

// The event of `statement`, kSelectEvent or kLockEvent, without its sessions and
// cohorts. kNotFound.
absl::StatusOr<Event> SelectEvent(sql::Reader& reader, std::string_view statement, const EventId& id);

// Writes what became of a registration, and tells the change log.
absl::Status Save(sql::Transaction& tx, const Registration& registration);

// Writes the counts of an event, which this transaction has locked.
absl::Status SetCounts(sql::Transaction& tx, const Event& event);

// FillSeats over the rows of `event`, which this transaction has locked.
absl::Status Fill(sql::Transaction& tx, Event& event, const Ineligible& ineligible);

// " OR column IN (:name0, :name1)" with its parameters added to `args`, or ""
// where there are no values.
std::string OrIn(std::string_view column, std::string_view name, const std::vector<std::string>& values,
                 sql::Args& args);

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_SQL_SEATS_H_

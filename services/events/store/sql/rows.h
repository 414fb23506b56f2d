// Rows and domain types: the only place where the two meet.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_SQL_ROWS_H_
#define BRYGGA_SERVICES_EVENTS_STORE_SQL_ROWS_H_

#include "common/sql/value.h"
#include "services/events/domain/event.h"
#include "services/events/domain/registration.h"

namespace brygga::events {

// An event without its sessions and cohorts, which have tables of their own.
Event ToEvent(const sql::Row& row);
Session ToSession(const sql::Row& row);
Series ToSeries(const sql::Row& row);
Registration ToRegistration(const sql::Row& row);

// The parameters of kInsertEvent and of kUpdateEvent.
sql::Args InsertArgs(const Event& event);
sql::Args UpdateArgs(const Event& event);
sql::Args InsertArgs(const Event& event, const Session& session);
sql::Args InsertArgs(const Series& series);
sql::Args UpdateArgs(const Series& series);
sql::Args InsertArgs(const Registration& registration);
sql::Args UpdateArgs(const Registration& registration);

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_SQL_ROWS_H_

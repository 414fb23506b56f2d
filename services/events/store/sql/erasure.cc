#include <string>
#include <vector>

#include "common/sql/requests.h"
#include "common/status/failpoint.h"
#include "common/status/macros.h"
#include "services/events/store/sql/rows.h"
#include "services/events/store/sql/seats.h"
#include "services/events/store/sql/sql_event_store.h"
#include "services/events/store/sql/statements.h"

namespace brygga::events {
namespace {

absl::Status EraseFrom(sql::Transaction& tx, const Registration& before, const std::string& stand_in) {
  BRYGGA_ASSIGN_OR_RETURN(Event event, SelectEvent(tx, kLockEvent, before.event));
  const Registration after = Erase(event, before, stand_in, tx.now());
  BRYGGA_RETURN_IF_ERROR(Save(tx, after));
  BRYGGA_RETURN_IF_ERROR(sql::EraseAnswers(tx, NameOf(after.event, after.id)));
  if (after.live() || !before.live()) return absl::OkStatus();
  --(before.state == RegistrationState::kRegistered ? event.taken : event.waiting);
  BRYGGA_RETURN_IF_ERROR(Fill(tx, event, {}));
  return SetCounts(tx, event);
}

}  // namespace

absl::StatusOr<int> SqlEventStore::ErasePerson(const Origin& origin, const std::string& participant,
                                               const std::string& key) {
  return database_.Write(Mutation<int>{origin, nullptr}, [&](sql::Transaction& tx) -> absl::StatusOr<int> {
    // By event, so that two erasures lock events in the same order; read again
    // once they are locked, for what came meanwhile.
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<sql::Row> known,
                            tx.Query(kSelectRegistrationsOf, {{"participant", participant}}));
    for (const sql::Row& row : known) {
      BRYGGA_RETURN_IF_ERROR(SelectEvent(tx, kLockEvent, ToRegistration(row).event));
    }
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<sql::Row> rows,
                            tx.Query(kSelectRegistrationsOf, {{"participant", participant}}));
    for (const sql::Row& row : rows) {
      BRYGGA_RETURN_IF_ERROR(EraseFrom(tx, ToRegistration(row), StandIn(key)));
    }
    Failpoint("erasure.written");
    return static_cast<int>(rows.size());
  });
}

}  // namespace brygga::events

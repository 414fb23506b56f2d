#include "services/participant/store/sql/sql_participant_store.h"

#include "services/participant/store/participant_store_conformance.h"
#include "services/participant/store/sql/migrations.h"

namespace brygga::participant {

INSTANTIATE_TEST_SUITE_P(Sqlite, ParticipantStoreConformance,
                         ::testing::Values(&testing::OnSqlite<ParticipantStore, SqlParticipantStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, ParticipantStoreConformance,
                         ::testing::Values(&testing::OnPostgresql<ParticipantStore, SqlParticipantStore, kMigrations>));

}  // namespace brygga::participant

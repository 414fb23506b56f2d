#include "services/events/store/sql/sql_pair_store.h"

#include "services/events/store/pair_store_conformance.h"
#include "services/events/store/sql/migrations.h"

namespace brygga::events {

INSTANTIATE_TEST_SUITE_P(Sqlite, PairStoreConformance,
                         ::testing::Values(&testing::OnSqlite<PairStore, SqlPairStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, PairStoreConformance,
                         ::testing::Values(&testing::OnPostgresql<PairStore, SqlPairStore, kMigrations>));

}  // namespace brygga::events

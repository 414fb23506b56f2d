// The stores of allocations, speed networking and openings on SQLite and PostgreSQL.
#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "services/matching/store/allocation_store_conformance.h"
#include "services/matching/store/networking_store_conformance.h"
#include "services/matching/store/opening_store_conformance.h"
#include "services/matching/store/sql/migrations.h"
#include "services/matching/store/sql/sql_allocation_store.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/store/sql/sql_networking_store.h"
#include "services/matching/store/sql/sql_opening_store.h"

namespace brygga::matching {
namespace {

// A store over a database that knows cohorts "c" and "d" of programme "p".
template <typename Port, typename Adapter, testing::MakeDatabase make>
testing::StoreUnderTest<Port> WithCohorts(const Clock& clock) {
  auto ground = make({.migrations = kMigrations, .clock = &clock});
  SqlMatchingStore cohorts(ground->database());
  for (const char* id : {"c", "d"}) {
    EXPECT_THAT(cohorts.ReplacePeople({.actor = "test", .method = "Method"},
                                      {.cohort = {.key = {ProgrammeId("p"), CohortId(id)},
                                                  .kind = "PLACEMENT",
                                                  .state = "OPEN",
                                                  .as_of = clock.Now()}},
                                      std::nullopt),
                brygga::testing::IsOk());
  }
  auto store = std::make_unique<Adapter>(ground->database());
  return {.ground = std::move(ground), .store = std::move(store)};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Sqlite, AllocationStoreConformance,
                         ::testing::Values(&WithCohorts<AllocationStore, SqlAllocationStore, &testing::NewSqlite>));
INSTANTIATE_TEST_SUITE_P(Postgresql, AllocationStoreConformance,
                         ::testing::Values(&WithCohorts<AllocationStore, SqlAllocationStore, &testing::NewPostgresql>));
INSTANTIATE_TEST_SUITE_P(Sqlite, NetworkingStoreConformance,
                         ::testing::Values(&WithCohorts<NetworkingStore, SqlNetworkingStore, &testing::NewSqlite>));
INSTANTIATE_TEST_SUITE_P(Postgresql, NetworkingStoreConformance,
                         ::testing::Values(&WithCohorts<NetworkingStore, SqlNetworkingStore, &testing::NewPostgresql>));
INSTANTIATE_TEST_SUITE_P(Sqlite, OpeningStoreConformance,
                         ::testing::Values(&testing::OnSqlite<OpeningStore, SqlOpeningStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, OpeningStoreConformance,
                         ::testing::Values(&testing::OnPostgresql<OpeningStore, SqlOpeningStore, kMigrations>));

}  // namespace brygga::matching

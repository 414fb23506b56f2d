// One conformance suite over every store: the fake, SQLite and PostgreSQL.
//
// In store/match_store_conformance.h:
//
//   class MatchStoreConformance : public ::testing::TestWithParam<testing::MakeStore<MatchStore>> {
//    protected:
//     ManualClock clock_{kNoon};
//     testing::StoreUnderTest<MatchStore> under_test_ = GetParam()(clock_);
//     MatchStore& store_ = *under_test_.store;
//   };
//
// In each store's test, which also lists the suite's .cc:
//
//   INSTANTIATE_TEST_SUITE_P(Fake, MatchStoreConformance, ::testing::Values(&testing::Fake<MatchStore,
//   FakeMatchStore>)); INSTANTIATE_TEST_SUITE_P(Sqlite, MatchStoreConformance,
//                            ::testing::Values(&testing::OnSqlite<MatchStore, SqlMatchStore, kMigrations>));
//   INSTANTIATE_TEST_SUITE_P(Postgresql, MatchStoreConformance,
//                            ::testing::Values(&testing::OnPostgresql<MatchStore, SqlMatchStore, kMigrations>));
//
// Fakes are made from a const Clock&, adapters from a sql::Database&.
#ifndef BRYGGA_COMMON_TESTING_STORES_H_
#define BRYGGA_COMMON_TESTING_STORES_H_

#include <memory>
#include <string>
#include <utility>

#include "common/sql/database.h"
#include "common/time/clock.h"

namespace brygga::testing {

// A migrated, empty database of its own, deleted when this goes.
class TestDatabase {
 public:
  virtual ~TestDatabase() = default;
  virtual sql::Database& database() = 0;
  // What sql::Database::Open takes to find it.
  virtual const std::string& url() const = 0;
  // Opens the same database once more, as another replica or a restarted
  // program would.
  virtual std::unique_ptr<sql::Database> OpenAgain(sql::Options options) = 0;
};

// `options.migrations` and `options.clock` are used as they are. PostgreSQL is
// PostgresServer::Shared().
std::unique_ptr<TestDatabase> NewSqlite(sql::Options options);
std::unique_ptr<TestDatabase> NewPostgresql(sql::Options options);
using MakeDatabase = std::unique_ptr<TestDatabase> (*)(sql::Options);

// A store and, for an adapter, the database it stands on.
template <typename Port>
struct StoreUnderTest {
  std::unique_ptr<TestDatabase> ground;  // Null for a fake. Outlives the store.
  std::unique_ptr<Port> store;
};

template <typename Port>
using MakeStore = StoreUnderTest<Port> (*)(const Clock&);

template <typename Port, typename Double>
StoreUnderTest<Port> Fake(const Clock& clock) {
  return {.ground = nullptr, .store = std::make_unique<Double>(clock)};
}

template <typename Port, typename Adapter, const auto& kMigrations>
StoreUnderTest<Port> OnSqlite(const Clock& clock) {
  auto ground = NewSqlite({.migrations = kMigrations, .clock = &clock});
  auto store = std::make_unique<Adapter>(ground->database());
  return {.ground = std::move(ground), .store = std::move(store)};
}

template <typename Port, typename Adapter, const auto& kMigrations>
StoreUnderTest<Port> OnPostgresql(const Clock& clock) {
  auto ground = NewPostgresql({.migrations = kMigrations, .clock = &clock});
  auto store = std::make_unique<Adapter>(ground->database());
  return {.ground = std::move(ground), .store = std::move(store)};
}

}  // namespace brygga::testing

#endif  // BRYGGA_COMMON_TESTING_STORES_H_

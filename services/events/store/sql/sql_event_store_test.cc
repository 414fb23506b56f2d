#include "services/events/store/sql/sql_event_store.h"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <thread>

#include "services/events/store/event_store_conformance.h"
#include "services/events/store/sql/migrations.h"
#include "services/events/store/sql/rows.h"
#include "services/events/store/sql/statements.h"

namespace brygga::events {

INSTANTIATE_TEST_SUITE_P(Sqlite, EventStoreConformance,
                         ::testing::Values(&testing::OnSqlite<EventStore, SqlEventStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, EventStoreConformance,
                         ::testing::Values(&testing::OnPostgresql<EventStore, SqlEventStore, kMigrations>));

namespace {

using ::brygga::testing::IsOk;

// The negative control: it counts who is registered, and then inserts.
class CountThenInsertStore final : public SqlEventStore {
 public:
  using SqlEventStore::SqlEventStore;

  // Where the threads of a test meet between the count and the insert.
  std::latch* meet = nullptr;

  absl::StatusOr<Registration> Register(const Mutation<Registration>& mutation, const EventId& event_id,
                                        const Applicant& applicant) override {
    const Event event = *GetEvent(event_id, absl::InfiniteFuture());
    const auto taken =
        database_.QueryOne(absl::InfiniteFuture(),
                           "SELECT COUNT(*) AS taken FROM registrations WHERE event_id = :id AND state = 'REGISTERED'",
                           {{"id", event_id}});
    meet->arrive_and_wait();
    if ((*taken)->Int("taken") >= event.capacity) return absl::FailedPreconditionError("full");
    return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Registration> {
      const Registration registration = Seated(event, applicant, Audience::kMentors, tx.now());
      const absl::Status inserted = tx.Run(kInsertRegistration, InsertArgs(registration));
      if (!inserted.ok()) return inserted;
      tx.Changed(NameOf(event_id, registration.id), ChangeKind::kCreated, 1);
      return registration;
    });
  }
};

// How many of 8 who come at the same moment get the one seat of an event.
template <typename Store>
int SeatedOfOne(testing::TestDatabase& ground, const std::function<void(Store&, std::latch&)>& prepare) {
  Store store(ground.database());
  Event draft = DraftOf("e");
  draft.capacity = 1;
  const Mutation<Event> mutation = {{.actor = "t", .method = "m", .request_id = "", .request_digest = ""}, nullptr};
  EXPECT_THAT(store.CreateEvent(mutation, [&](absl::Time now) { return Publish(*NewEvent(draft, now), "", now); }),
              IsOk());
  std::latch meet(8);
  prepare(store, meet);
  std::atomic<int> seated = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      Mutation<Registration> request;
      request.actor = "t";
      request.method = "m";
      const auto got = store.Register(request, EventId("e"), ApplicantFor(std::to_string(t)));
      seated += got.ok() && got->state == RegistrationState::kRegistered;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return seated;
}

class SeatGuardTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  ManualClock clock_{kNow};
  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.migrations = kMigrations, .clock = &clock_});
};

TEST_P(SeatGuardTest, AConditionalUpdateNeverOversells) {
  EXPECT_EQ(SeatedOfOne<SqlEventStore>(*ground_, [](SqlEventStore&, std::latch&) {}), 1);
}

TEST_P(SeatGuardTest, CountingAndThenInsertingOversells) {
  EXPECT_GT(SeatedOfOne<CountThenInsertStore>(
                *ground_, [](CountThenInsertStore& store, std::latch& meet) { store.meet = &meet; }),
            1);
}

TEST_P(SeatGuardTest, TheDatabaseRefusesMoreThanItsSeatsWhateverAProgramDoes) {
  SqlEventStore store(ground_->database());
  const Mutation<Event> mutation = {{.actor = "t", .method = "m"}, nullptr};
  ASSERT_THAT(store.CreateEvent(mutation, [&](absl::Time now) { return NewEvent(DraftOf("e"), now); }), IsOk());
  const auto run = [&](const char* statement) {
    return ground_->database().Write(Origin{.actor = "t", .method = "m"},
                                     [&](sql::Transaction& tx) { return tx.Run(statement); });
  };

  EXPECT_EQ(sql::ConstraintOf(run("UPDATE events SET taken = capacity + 1")), "events_seats");
  EXPECT_EQ(sql::ConstraintOf(run("UPDATE events SET waiting = -1")), "events_waiting");
  EXPECT_THAT(run("UPDATE events SET taken = capacity"), IsOk());
}

TEST_P(SeatGuardTest, ASeatIsNotTakenUnderRulesThatHaveChangedNorALineJoinedWhileASeatIsFree) {
  SqlEventStore store(ground_->database());
  const Mutation<Event> mutation = {{.actor = "t", .method = "m"}, nullptr};
  ASSERT_THAT(store.CreateEvent(mutation, [&](absl::Time now) { return NewEvent(DraftOf("e"), now); }), IsOk());
  const auto rows = [&](const char* statement, int64_t revision) {
    size_t count = 0;
    EXPECT_THAT(ground_->database().Write(Origin{.actor = "t", .method = "m"},
                                          [&](sql::Transaction& tx) {
                                            const auto touched = tx.Query(std::string(statement) + " RETURNING id",
                                                                          {{"id", "e"}, {"revision", revision}});
                                            count = touched.ok() ? touched->size() : 99;
                                            return touched.status();
                                          }),
                IsOk());
    return count;
  };
  const std::string join(std::string_view(kJoinLine).substr(0, std::string_view(kJoinLine).find("RETURNING")));

  EXPECT_EQ(rows(kTakeSeat, 2), 0u);
  EXPECT_EQ(rows(join.c_str(), 1), 0u);
  for (int seat = 0; seat < 3; ++seat) EXPECT_EQ(rows(kTakeSeat, 1), 1u);
  EXPECT_EQ(rows(kTakeSeat, 1), 0u);
  EXPECT_EQ(rows(join.c_str(), 2), 0u);
  EXPECT_EQ(rows(join.c_str(), 1), 1u);
}

TEST_P(SeatGuardTest, TheDatabaseRefusesASecondLiveRegistrationWhateverAProgramDoes) {
  SqlEventStore store(ground_->database());
  const Mutation<Event> mutation = {{.actor = "t", .method = "m"}, nullptr};
  ASSERT_THAT(store.CreateEvent(mutation, [&](absl::Time now) { return NewEvent(DraftOf("e"), now); }), IsOk());
  const Event event = *store.GetEvent(EventId("e"), absl::InfiniteFuture());
  const auto insert = [&](const std::string& id, RegistrationState state) {
    Registration registration = Seated(event, ApplicantFor("p"), Audience::kMentors, kNow);
    registration.id = RegistrationId(id);
    registration.state = state;
    return ground_->database().Write(Origin{.actor = "t", .method = "m"}, [&](sql::Transaction& tx) {
      return tx.Run(kInsertRegistration, InsertArgs(registration));
    });
  };

  EXPECT_THAT(insert("a", RegistrationState::kCancelled), IsOk());
  EXPECT_THAT(insert("b", RegistrationState::kRegistered), IsOk());
  EXPECT_EQ(sql::ConstraintOf(insert("c", RegistrationState::kRegistered)), "registrations_live");
  EXPECT_THAT(insert("d", RegistrationState::kCancelled), IsOk());
}

TEST_P(SeatGuardTest, TwoReplicasShareTheSeats) {
  Event draft = DraftOf("e");
  draft.capacity = 50;
  SqlEventStore first(ground_->database());
  const Mutation<Event> mutation = {{.actor = "t", .method = "m"}, nullptr};
  ASSERT_THAT(first.CreateEvent(mutation, [&](absl::Time now) { return Publish(*NewEvent(draft, now), "", now); }),
              IsOk());
  const auto again = ground_->OpenAgain({.migrations = kMigrations, .clock = &clock_});
  SqlEventStore second(*again);
  std::atomic<int> seated = 0, waiting = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        Mutation<Registration> request;
        request.actor = "t";
        request.method = "m";
        const auto got =
            (t % 2 == 0 ? first : second)
                .Register(request, EventId("e"), ApplicantFor(std::to_string(t) + "-" + std::to_string(i)));
        if (got.ok()) ++(got->state == RegistrationState::kRegistered ? seated : waiting);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(seated, 50);
  EXPECT_EQ(waiting, 70);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, SeatGuardTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, SeatGuardTest, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::events

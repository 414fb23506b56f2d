#include "services/partner/store/sql/sql_partner_store.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "common/testing/matchers.h"
#include "services/partner/store/partner_store_conformance.h"
#include "services/partner/store/sql/migrations.h"

namespace brygga::partner {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;

INSTANTIATE_TEST_SUITE_P(Sqlite, PartnerStoreConformance,
                         ::testing::Values(&testing::OnSqlite<PartnerStore, SqlPartnerStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, PartnerStoreConformance,
                         ::testing::Values(&testing::OnPostgresql<PartnerStore, SqlPartnerStore, kMigrations>));

namespace {

class OverlapGuardTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  // How many of `callers` record an agreement at once that overlaps with all the
  // others.
  int RecordedAtOnce(OverlapGuard guard, int callers) {
    SqlPartnerStore store(ground_->database(), guard);
    const std::string organisation = "organisation-" + std::to_string(++organisations_);
    for (const std::string& id : {organisation, organisation + "-operator"}) {
      EXPECT_THAT(store.CreateOrganisation({}, {.id = OrganisationId(id), .display_name = id}), IsOk());
    }
    std::atomic<int> recorded = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i) {
      threads.emplace_back([&, i] {
        const auto created = store.CreateAgreement({}, {.id = AgreementId(organisation + "-" + std::to_string(i)),
                                                        .organisation = OrganisationId(organisation),
                                                        .operator_id = OrganisationId(organisation + "-operator"),
                                                        .terms = {.period = {.from = Date(2014, 1, 1)}}});
        if (created.ok()) ++recorded;
      });
    }
    for (std::thread& thread : threads) thread.join();
    return recorded;
  }

  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.migrations = kMigrations});
  int organisations_ = 0;
};

TEST_P(OverlapGuardTest, OneOfManyIsRecorded) {
  for (int round = 0; round < 20; ++round) EXPECT_EQ(RecordedAtOnce(OverlapGuard::kOn, 8), 1);
}

TEST_P(OverlapGuardTest, NegativeControlWithoutTheGuardAllAreRecorded) {
  EXPECT_EQ(RecordedAtOnce(OverlapGuard::kOff, 8), 8);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, OverlapGuardTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, OverlapGuardTest, ::testing::Values(&testing::NewPostgresql));

class SeatGuardTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  // How many of eight matches hold a seat of an opening with three, all at once.
  int HeldAtOnce(SeatGuard guard) {
    SqlPartnerStore store(ground_->database(), OverlapGuard::kOn, guard);
    const std::string id = "opening-" + std::to_string(++openings_);
    const OrganisationId organisation(id + "-host");
    EXPECT_THAT(store.CreateOrganisation({}, {.id = organisation, .display_name = id}), IsOk());
    EXPECT_THAT(store.CreateOpening({}, {.id = OpeningId(id), .organisation = organisation, .seats = 3}), IsOk());
    EXPECT_THAT(store.ChangeOpening({}, organisation, OpeningId(id),
                                    [](const Opening& before, absl::Time now) { return OpenUp(before, "", now); }),
                IsOk());
    std::atomic<int> held = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        const SeatKey key = {.organisation = organisation,
                             .opening = OpeningId(id),
                             .match = "programmes/p/cohorts/c/matches/" + id + "-" + std::to_string(i)};
        if (store.HoldSeats({}, {key}).ok()) ++held;
      });
    }
    for (std::thread& thread : threads) thread.join();
    return held;
  }

  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.migrations = kMigrations});
  int openings_ = 0;
};

TEST_P(SeatGuardTest, NoMoreSeatsAreTakenThanThereAre) {
  for (int round = 0; round < 20; ++round) EXPECT_EQ(HeldAtOnce(SeatGuard::kOn), 3);
}

TEST_P(SeatGuardTest, NegativeControlWithoutTheGuardTheOpeningIsOversold) { EXPECT_EQ(HeldAtOnce(SeatGuard::kOff), 8); }

INSTANTIATE_TEST_SUITE_P(Sqlite, SeatGuardTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, SeatGuardTest, ::testing::Values(&testing::NewPostgresql));

class ErasureTest : public ::testing::TestWithParam<testing::MakeDatabase> {};

TEST_P(ErasureTest, TheKeptAnswersThatHoldThePersonAreBlankAndTheirRequestIdsStayKnown) {
  const auto ground = GetParam()({.migrations = kMigrations});
  SqlPartnerStore store(ground->database());
  ASSERT_THAT(store.CreateOrganisation({}, {.id = OrganisationId("a"), .display_name = "A"}), IsOk());
  Mutation<ContactPerson> creation{{.actor = "test", .method = "Create", .request_id = "r", .request_digest = "d"}};
  creation.render = [](const ContactPerson& person) { return person.email; };
  const ContactPerson person = {
      .id = ContactPersonId("c"), .organisation = OrganisationId("a"), .email = "anna@exempel.example"};
  ASSERT_THAT(store.CreateContactPerson(creation, person), IsOk());
  ASSERT_EQ(ReplayedAnswer(store.CreateContactPerson(creation, person).status()), "anna@exempel.example");

  ASSERT_THAT(store.EraseContactPerson({}, OrganisationId("a"), ContactPersonId("c")), IsOk());

  EXPECT_THAT(store.CreateContactPerson(creation, person), HasReason("ANSWER_ERASED"));
}

INSTANTIATE_TEST_SUITE_P(Sqlite, ErasureTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, ErasureTest, ::testing::Values(&testing::NewPostgresql));

using OverlapGuardOnPostgresql = OverlapGuardTest;

// SQLite has one writer, so that looking is enough there.
TEST_P(OverlapGuardOnPostgresql, NegativeControlWithoutTheLockSometimesTwoAreRecorded) {
  int most = 0;
  for (int round = 0; round < 200 && most < 2; ++round)
    most = std::max(most, RecordedAtOnce(OverlapGuard::kUnlocked, 8));
  EXPECT_GE(most, 2);
}

INSTANTIATE_TEST_SUITE_P(Postgresql, OverlapGuardOnPostgresql, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::partner

#include "services/participant/store/sql/sql_participant_store.h"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <utility>

#include "common/status/macros.h"
#include "services/participant/domain/decide.h"
#include "services/participant/store/participant_store_conformance.h"
#include "services/participant/store/sql/migrations.h"
#include "services/participant/store/sql/reads.h"
#include "services/participant/store/sql/statements.h"
#include "services/participant/store/sql/writes.h"

namespace brygga::participant {

INSTANTIATE_TEST_SUITE_P(Sqlite, ParticipantStoreConformance,
                         ::testing::Values(&testing::OnSqlite<ParticipantStore, SqlParticipantStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, ParticipantStoreConformance,
                         ::testing::Values(&testing::OnPostgresql<ParticipantStore, SqlParticipantStore, kMigrations>));

namespace {

// The negative control: it decides without the lock on the cohort.
class WithoutCohortLockStore final : public SqlParticipantStore {
 public:
  using SqlParticipantStore::SqlParticipantStore;

  absl::StatusOr<Enrolment> DecideEnrolment(const Mutation<Enrolment>& mutation, const EnrolmentRef& ref,
                                            const DecisionTerms& terms, const std::string&) override {
    return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Enrolment> {
      BRYGGA_ASSIGN_OR_RETURN(const CohortFacts facts, ReadCohortFacts(tx, ref.cohort));
      BRYGGA_ASSIGN_OR_RETURN(const auto found, ReadEnrolments(tx, {ref.enrolment}));
      BRYGGA_ASSIGN_OR_RETURN(const auto applicants, ReadApplicants(tx, {found.at(ref.enrolment)}));
      BRYGGA_ASSIGN_OR_RETURN(RuleSet rules, ReadRuleSet(tx, facts.programme.id, facts.programme.rule_set_version));
      BRYGGA_ASSIGN_OR_RETURN(const auto adepts, tx.QueryOne(kCountAdepts, {{"cohort", ref.cohort.cohort}}));
      if (counted_++ < 2) both_counted_.arrive_and_wait();
      CohortDecider decider(facts, std::move(rules), terms, static_cast<int>(adepts->Int("n")), tx.now());
      BRYGGA_ASSIGN_OR_RETURN(Enrolment after, decider.Decide(applicants[0]));
      BRYGGA_RETURN_IF_ERROR(Update(tx, applicants[0].enrolment, after));
      return after;
    });
  }

 private:
  std::atomic<int> counted_ = 0;
  std::latch both_counted_{2};  // Where the first two meet between the count and the decision.
};

class CohortLockTest : public ParticipantStoreConformance {};

TEST_P(CohortLockTest, WithoutItTheLastPlaceIsGivenTwice) { EXPECT_GT(EnrolledInTheLastPlace(), 1); }

// On SQLite, where there is one writer, nobody else can come between.
INSTANTIATE_TEST_SUITE_P(
    Postgresql, CohortLockTest,
    ::testing::Values(&testing::OnPostgresql<ParticipantStore, WithoutCohortLockStore, kMigrations>));

}  // namespace
}  // namespace brygga::participant

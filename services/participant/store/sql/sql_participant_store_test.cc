#include "services/participant/store/sql/sql_participant_store.h"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <utility>

#include "common/status/macros.h"
#include "common/testing/matchers.h"
#include "services/participant/domain/decide.h"
#include "services/participant/store/agreement_store_conformance.h"
#include "services/participant/store/participant_store_conformance.h"
#include "services/participant/store/sql/migrations.h"
#include "services/participant/store/sql/reads.h"
#include "services/participant/store/sql/sql_agreement_store.h"
#include "services/participant/store/sql/statements.h"
#include "services/participant/store/sql/writes.h"

namespace brygga::participant {

INSTANTIATE_TEST_SUITE_P(Sqlite, ParticipantStoreConformance,
                         ::testing::Values(&testing::OnSqlite<ParticipantStore, SqlParticipantStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, ParticipantStoreConformance,
                         ::testing::Values(&testing::OnPostgresql<ParticipantStore, SqlParticipantStore, kMigrations>));

INSTANTIATE_TEST_SUITE_P(Sqlite, AgreementStoreConformance,
                         ::testing::Values(&testing::OnSqlite<AgreementStore, SqlAgreementStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, AgreementStoreConformance,
                         ::testing::Values(&testing::OnPostgresql<AgreementStore, SqlAgreementStore, kMigrations>));

namespace {

// What a repeated request is answered with lies in common/sql: over real
// databases only.
class ErasedAnswersTest : public ParticipantStoreConformance {
 protected:
  absl::Status Give(const std::string& request_id) {
    return store_
        .GiveConsent(Request<Consent>(request_id), {.id = ConsentId("k-" + request_id),
                                                    .person = ParticipantId("zoe"),
                                                    .purpose = Purpose::kMatching,
                                                    .notice = {.version = request_id}})
        .status();
  }
  absl::Status Enrol(const std::string& request_id) {
    return store_
        .CreateEnrolment(
            Request<Enrolment>(request_id),
            {.ref = {cohort_.ref, EnrolmentId("e")}, .person = ParticipantId("zoe"), .role = Role::kMentor})
        .status();
  }
  // As the method of the API would, with an answer that tells of `told`.
  absl::Status Import(const std::string& request_id, const std::string& told) {
    Mutation<ImportReport> mutation = Request<ImportReport>(request_id);
    mutation.method = "brygga.participant.v1.ParticipantService/ImportParticipants";
    mutation.render = [told](const ImportReport&) { return "sample " + told + " UNCHANGED"; };
    return store_.Import(mutation, BatchOf({})).status();
  }
};

TEST_P(ErasedAnswersTest, NoAnswerThatToldOfAnErasedPersonIsKept) {
  AddPerson("zoe");
  AddPerson("other");
  ASSERT_THAT(Give("r1"), testing::IsOk());
  ASSERT_THAT(Enrol("r2"), testing::IsOk());
  ASSERT_THAT(Import("r3", "participants/zoe"), testing::IsOk());
  ASSERT_THAT(Import("r4", "participants/other"), testing::IsOk());
  ASSERT_EQ(ReplayedAnswer(Enrol("r2")), "answer");

  ASSERT_THAT(Erase("zoe"), testing::IsOk());

  EXPECT_THAT(Give("r1"), testing::HasReason("ANSWER_ERASED"));
  EXPECT_THAT(Enrol("r2"), testing::HasReason("ANSWER_ERASED"));
  EXPECT_THAT(Import("r3", "participants/zoe"), testing::HasReason("ANSWER_ERASED"));
  EXPECT_EQ(ReplayedAnswer(Import("r4", "participants/other")), "sample participants/other UNCHANGED");
}

// How the answer of an import names a person by the key of a file.
std::string OnTheWire(const std::string& key) {
  return std::string("\x0A\x06sample\x12") + static_cast<char>(key.size()) + key + "2";
}

TEST_P(ErasedAnswersTest, AKeyIsNotFoundInALongerOne) {
  const std::string longest(80, 'L');  // Its length is a letter too.
  const auto add = [&](const std::string& id, const std::string& key) {
    const Participant person{
        .id = ParticipantId(id), .external_ref = ExternalRef{.source = "sample", .key = key}, .given_name = "Zoe"};
    return store_.CreateParticipant({}, {.person = person, .background = {}, .programme = programme_.id}).status();
  };
  ASSERT_THAT(add("zoe", "A1"), testing::IsOk());
  ASSERT_THAT(add("other", longest), testing::IsOk());
  ASSERT_THAT(Import("r1", OnTheWire("A1")), testing::IsOk());
  ASSERT_THAT(Import("r2", OnTheWire("A10")), testing::IsOk());
  ASSERT_THAT(Import("r3", OnTheWire(longest)), testing::IsOk());

  ASSERT_THAT(Erase("zoe"), testing::IsOk());

  EXPECT_THAT(Import("r1", OnTheWire("A1")), testing::HasReason("ANSWER_ERASED"));
  EXPECT_EQ(ReplayedAnswer(Import("r2", OnTheWire("A10"))), "sample " + OnTheWire("A10") + " UNCHANGED");

  ASSERT_THAT(Erase("other"), testing::IsOk());

  EXPECT_THAT(Import("r3", OnTheWire(longest)), testing::HasReason("ANSWER_ERASED"));
}

INSTANTIATE_TEST_SUITE_P(Sqlite, ErasedAnswersTest,
                         ::testing::Values(&testing::OnSqlite<ParticipantStore, SqlParticipantStore, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, ErasedAnswersTest,
                         ::testing::Values(&testing::OnPostgresql<ParticipantStore, SqlParticipantStore, kMigrations>));

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

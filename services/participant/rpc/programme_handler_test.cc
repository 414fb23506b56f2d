#include "services/participant/rpc/programme_handler.h"

#include <gmock/gmock.h>

#include <string>

#include "common/testing/matchers.h"
#include "services/participant/rpc/participant_rpc_testing.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ProgrammeHandlerTest : public ParticipantRpcTest {
 protected:
  absl::StatusOr<v1::GetProgrammeResponse> Get(const rpc::Identity& caller) {
    return Call<v1::GetProgrammeRequest, v1::GetProgrammeResponse>(caller, "ProgrammeService/GetProgramme",
                                                                   "name: '" + programme_ + "'");
  }
  absl::StatusOr<v1::ListCohortsResponse> Cohorts(const rpc::Identity& caller, const std::string& request) {
    return Call<v1::ListCohortsRequest, v1::ListCohortsResponse>(caller, "ProgrammeService/ListCohorts", request);
  }
};

TEST_F(ProgrammeHandlerTest, IsReadByThoseWhoTakePart) {
  const std::string person = MakePerson("Ali");

  EXPECT_THAT(Get(coordinator_), IsOk());
  EXPECT_THAT(Get(rpc::ServiceNamed("matching")), IsOk());
  EXPECT_THAT(Get(rpc::ParticipantNamed(person)), IsOk());
  EXPECT_THAT(Get(rpc::ParticipantNamed("participants/x")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Get(rpc::CoordinatorOf("programmes/other")), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ProgrammeHandlerTest, AChangeIsConditional) {
  v1::UpdateProgrammeRequest request;
  *request.mutable_programme() = Get(coordinator_)->programme();
  request.mutable_programme()->set_private_mentors_allowed(true);
  const auto update = [&] {
    return Call<v1::UpdateProgrammeResponse>(coordinator_, "ProgrammeService/UpdateProgramme", request);
  };

  const auto updated = update();
  ASSERT_THAT(updated, IsOk());
  EXPECT_TRUE(updated->programme().private_mentors_allowed());
  EXPECT_THAT(update(), HasReason("ETAG_MISMATCH"));
}

TEST_F(ProgrammeHandlerTest, RulesAreReadByVersion) {
  const auto created = Call<v1::CreateRuleSetRequest, v1::CreateRuleSetResponse>(
      coordinator_, "ProgrammeService/CreateRuleSet",
      "parent: '" + programme_ +
          "' rule_set { criteria { code: 'GOALS' role: PROGRAMME_ROLE_ADEPT any_of { fact: 'goals' operator: "
          "RULE_OPERATOR_AT_LEAST values: '1' } } }");
  ASSERT_THAT(created, IsOk());
  const auto get = [&](const std::string& name) {
    return Call<v1::GetRuleSetRequest, v1::GetRuleSetResponse>(coordinator_, "ProgrammeService/GetRuleSet",
                                                               "name: '" + name + "'");
  };

  EXPECT_EQ(created->rule_set().name(), programme_ + "/ruleSets/1");
  EXPECT_EQ(get(created->rule_set().name())->rule_set().criteria(0).code(), "GOALS");
  EXPECT_EQ(Get(coordinator_)->programme().rule_set(), created->rule_set().name());
  EXPECT_THAT(get(programme_ + "/ruleSets/2"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(get(programme_ + "/ruleSets/latest"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ProgrammeHandlerTest, CohortsOfAllOnesProgrammesAreOneList) {
  const std::string other = MakeCohort(MakeProgramme("Stockholm Mentor"));

  EXPECT_THAT(Cohorts(rpc::Admin(), "parent: 'programmes/-'")->cohorts(),
              UnorderedElementsAre(Property(&v1::Cohort::name, cohort_), Property(&v1::Cohort::name, other)));
  EXPECT_THAT(Cohorts(coordinator_, "parent: 'programmes/-' filter: 'state = OPEN'")->cohorts(),
              ElementsAre(Property(&v1::Cohort::name, cohort_)));
  EXPECT_THAT(Cohorts(rpc::CoordinatorOf("programmes/none"), "parent: '" + programme_ + "'")->cohorts(), IsEmpty());
}

TEST_F(ProgrammeHandlerTest, ACohortMovesStepByStep) {
  EXPECT_THAT(MoveCohort(cohort_, "RUNNING"), HasReason("COHORT_STATE"));
  EXPECT_EQ(MoveCohort(cohort_, "CLOSED")->cohort().state(), v1::COHORT_STATE_CLOSED);
  EXPECT_THAT(Enrol(MakePerson("Ali"), "MENTOR"), HasReason("COHORT_NOT_OPEN"));
}

TEST_F(ProgrammeHandlerTest, ACohortIsChangedAndSummarised) {
  const auto updated = Call<v1::UpdateCohortRequest, v1::UpdateCohortResponse>(
      coordinator_, "ProgrammeService/UpdateCohort",
      "cohort { name: '" + cohort_ + "' display_name: 'Spring' places: 1 }");
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->cohort().places(), 1);
  const std::string person = MakePerson("Ali");
  Consent(person, "PROGRAMME");
  ASSERT_THAT(Enrol(person, "ADEPT"), IsOk());

  const auto summary = Call<v1::GetCohortSummaryRequest, v1::GetCohortSummaryResponse>(
      rpc::ServiceNamed("gateway"), "ProgrammeService/GetCohortSummary", "name: '" + cohort_ + "'");
  ASSERT_THAT(summary, IsOk());
  EXPECT_EQ(summary->cohort().display_name(), "Spring");
  ASSERT_THAT(summary->enrolments(), SizeIs(1));
  EXPECT_EQ(summary->enrolments(0).state(), v1::ENROLMENT_STATE_APPLIED);
  EXPECT_EQ(summary->enrolments(0).count(), 1);
}

}  // namespace
}  // namespace brygga::participant

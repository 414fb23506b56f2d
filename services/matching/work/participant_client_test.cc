// Matching as a client of the real participant service.
#include "services/matching/work/participant_client.h"

#include <gmock/gmock.h>

#include "absl/time/clock.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/testing/matchers.h"
#include "services/matching/service.h"
#include "services/participant/rpc/participant_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kProfile[] =
    "profile { languages { language: 'sv' level: CEFR_LEVEL_NATIVE } languages { language: 'en' level: CEFR_LEVEL_B2 } "
    "sun_field: '522' ssyk4: '2512' target_ssyk4: '2511' years_experience: 7 municipality_code: '0180' "
    "max_distance_km: 25 meeting_format: MEETING_FORMAT_EITHER slots: SLOT_MON_EVENING slots: SLOT_FRI_LUNCH "
    "goals: 'CV_FEEDBACK' rounds_before: 3 }";

class ParticipantClientTest : public participant::ParticipantRpcTest {
 protected:
  // Makes somebody who is enrolled with consents for all that matching needs;
  // the name of the consent for MATCHING.
  std::string Join(const std::string& given_name, const std::string& role) {
    const std::string person = MakePerson(given_name, kProfile);
    Consent(person, "PROGRAMME");
    const std::string consent = Consent(person, "MATCHING");
    const auto enrolment = Enrol(person, role);
    EXPECT_THAT(enrolment, IsOk());
    EXPECT_THAT(Decide(enrolment->enrolment().name()), IsOk());
    return consent;
  }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  const std::unique_ptr<rpc::TokenSource> tokens_ = rpc::TestIssuer().ServiceTokens("matching");
};

TEST_F(ParticipantClientTest, ReadsWhatScoringNeedsAndNoName) {
  Join("Fatima", "ADEPT");
  ParticipantClient client(server_.shared_channel(), *tokens_);

  const auto read = client.Read(*ParseCohortName(cohort_), Soon());

  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->cohort.kind, "VOCATIONAL");
  EXPECT_EQ(read->cohort.state, "OPEN");
  EXPECT_EQ(read->cohort.as_of, clock_.Now());
  ASSERT_THAT(read->people, SizeIs(1));
  const Person& person = read->people[0];
  const engine::Person& features = person.features;
  EXPECT_EQ(person.role, Side::kAdept);
  EXPECT_THAT(features.languages, ElementsAre(Pair("sv", "N"), Pair("en", "B2")));
  EXPECT_THAT(features.slots, ElementsAre("mon_evening", "fri_lunch"));
  EXPECT_THAT(features.goals, ElementsAre("cv_feedback"));
  EXPECT_EQ(features.ssyk4, "2512");
  EXPECT_EQ(features.target_ssyk4, "2511");
  EXPECT_EQ(features.sun_field, "522");
  EXPECT_EQ(features.municipality_code, "0180");
  EXPECT_EQ(features.max_distance_km, 25);
  EXPECT_EQ(features.years_experience, 7);
  EXPECT_EQ(features.rounds_before, 3);
  EXPECT_EQ(features.format, engine::MeetingFormat::kEither);
  EXPECT_THAT(features.tie_key, SizeIs(64));
  EXPECT_THAT(Canonical(person), ::testing::Not(::testing::HasSubstr("Fatima")));
}

TEST_F(ParticipantClientTest, ACohortThatIsNotThereIsNotFound) {
  ParticipantClient client(server_.shared_channel(), *tokens_);

  EXPECT_THAT(client.Read({ProgrammeId("p"), CohortId("none")}, Soon()), HasReason("NOT_FOUND"));
}

TEST_F(ParticipantClientTest, WithoutParticipantTheAnswerIsToComeBack) {
  ParticipantClient client(rpc::Channel::Connect("127.0.0.1:1"), *tokens_);

  EXPECT_THAT(client.Read(*ParseCohortName(cohort_), absl::Now() + absl::Seconds(5)), HasReason("PEOPLE_UNAVAILABLE"));
}

// Scenario 10 through both services: a round is run and a person withdraws.
TEST_F(ParticipantClientTest, WithdrawnConsentStopsCandidatesAndPublicationAtOnce) {
  Join("Sofie", "MENTOR");
  const std::string consent = Join("Fatima", "ADEPT");
  const auto service =
      MatchingService::Open("sqlite::memory:", {}, server_.shared_channel(), *tokens_, {.clock = &clock_});
  ASSERT_THAT(service, IsOk());
  rpc::TestServer server((*service)->services());
  v1::StartRoundRequest start;
  start.set_parent(cohort_);
  start.set_request_id(NewUuid(absl::Now()));
  const auto started =
      server.Call<v1::StartRoundResponse>(coordinator_, "brygga.matching.v1.MatchingService/StartRound", start);
  ASSERT_THAT(started, IsOk());
  (*service)->worker().RunOnce();
  const CohortKey key = *ParseCohortName(cohort_);
  const auto round =
      (*service)->store().GetRound(key, ParseName<RoundId>("rounds", started->round().name())->id, Soon());
  ASSERT_EQ(round->state, RoundState::kProposed) << round->failure_reason << " " << round->failure_detail;
  ASSERT_EQ(round->statistics.matched, 1);

  clock_.Advance(absl::Seconds(1));
  participant::v1::WithdrawConsentRequest withdraw;
  withdraw.set_name(consent);
  ASSERT_THAT(ParticipantRpcTest::Call<participant::v1::WithdrawConsentResponse>(
                  coordinator_, "ParticipantService/WithdrawConsent", withdraw),
              IsOk());
  v1::PublishRoundRequest publish;
  publish.set_name(round->name());
  publish.set_request_id(NewUuid(absl::Now()));

  EXPECT_THAT(
      server.Call<v1::PublishRoundResponse>(coordinator_, "brygga.matching.v1.MatchingService/PublishRound", publish),
      HasReason("ROUND_OUTDATED"));
  EXPECT_THAT((*service)->store().LoadInput(key, 0, Soon())->people, SizeIs(1));
  EXPECT_THAT((*service)->store().ListMatches(key, {}, Soon())->items, IsEmpty());
}

}  // namespace
}  // namespace brygga::matching

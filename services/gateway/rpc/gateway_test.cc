#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "brygga/events/v1/event_service.pb.h"
#include "brygga/events/v1/registration_service.pb.h"
#include "brygga/gateway/v1/gateway_service.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "brygga/participant/v1/enrolment_service.pb.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/rpc/testing.h"
#include "common/status/error.h"
#include "services/gateway/rpc/scripted_backend.h"
#include "services/gateway/service.h"

namespace brygga::gateway {
namespace {

namespace ev1 = ::brygga::events::v1;
namespace mv1 = ::brygga::matching::v1;
namespace pav1 = ::brygga::partner::v1;
namespace pv1 = ::brygga::participant::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kCohort[] = "programmes/p/cohorts/c";
constexpr char kRound[] = "programmes/p/cohorts/c/rounds/r";
constexpr char kBoard[] = "brygga.gateway.v1.GatewayService/GetCohortBoard";
constexpr char kHome[] = "brygga.gateway.v1.GatewayService/GetParticipantHome";
constexpr char kSummary[] = "brygga.participant.v1.ProgrammeService/GetCohortSummary";
constexpr char kNames[] = "brygga.participant.v1.ParticipantService/BatchGetParticipants";
constexpr char kMatches[] = "brygga.matching.v1.MatchingService/ListMatches";
constexpr char kEvents[] = "brygga.events.v1.EventService/ListEvents";
constexpr char kGetOrganisation[] = "brygga.partner.v1.PartnerService/GetOrganisation";
constexpr char kWatchRound[] = "brygga.matching.v1.MatchingService/WatchRound";

// The gateway before four services that say what a test wrote down.
class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    ScriptCohort();
    ScriptRound();
    ScriptEvents();
    ScriptPerson();
  }

  absl::StatusOr<v1::GetCohortBoardResponse> Board(bool allow_partial = false,
                                                   const rpc::Identity& caller = rpc::CoordinatorOf("programmes/p"),
                                                   absl::Duration timeout = absl::Seconds(10)) {
    v1::GetCohortBoardRequest request;
    request.set_name(kCohort);
    request.set_allow_partial(allow_partial);
    return server_.Call<v1::GetCohortBoardResponse>(caller, kBoard, request, timeout);
  }

  absl::StatusOr<v1::GetParticipantHomeResponse> Home(const rpc::Identity& caller, bool allow_partial = false) {
    v1::GetParticipantHomeRequest request;
    request.set_name("participants/a1");
    request.set_allow_partial(allow_partial);
    return server_.Call<v1::GetParticipantHomeResponse>(caller, kHome, request);
  }

  void ScriptCohort() {
    pv1::GetCohortSummaryResponse summary;
    summary.mutable_cohort()->set_name(kCohort);
    summary.mutable_cohort()->set_display_name("Hösten 2022");
    auto& enrolled = *summary.add_enrolments();
    enrolled.set_role(pv1::PROGRAMME_ROLE_ADEPT);
    enrolled.set_state(pv1::ENROLMENT_STATE_ENROLLED);
    enrolled.set_count(3);
    participant_.Answer(kSummary, summary);
    pv1::GetProgrammeResponse programme;
    programme.mutable_programme()->set_name("programmes/p");
    programme.mutable_programme()->set_display_name("Yrkesmentor");
    participant_.Answer("brygga.participant.v1.ProgrammeService/GetProgramme", programme);
    pv1::BatchGetParticipantsResponse people;
    for (const char* id : {"a1", "a2", "a3", "m1"}) {
      pv1::Participant& person = *people.add_participants();
      person.set_name(absl::StrCat("participants/", id));
      person.set_given_name("Åsa");
      person.set_family_name(id);
    }
    participant_.Answer(kNames, people);
  }

  void ScriptRound() {
    mv1::ListRoundsResponse rounds;
    rounds.add_rounds()->set_name(kRound);
    rounds.mutable_rounds(0)->set_state(mv1::ROUND_STATE_PUBLISHED);
    matching_.Answer("brygga.matching.v1.MatchingService/ListRounds", rounds);
    mv1::ListMatchesResponse matches;
    mv1::Match& match = *matches.add_matches();
    match.set_name("programmes/p/cohorts/c/matches/x");
    match.set_state(mv1::MATCH_STATE_PROPOSED);
    match.set_adept("participants/a1");
    match.set_mentor("participants/m1");
    match.set_score(700000);
    mv1::Match& declined = *matches.add_matches();
    declined.set_name("programmes/p/cohorts/c/matches/y");
    declined.set_state(mv1::MATCH_STATE_DECLINED);
    declined.set_adept("participants/a2");
    declined.set_mentor("participants/m1");
    matching_.Answer(kMatches, matches);
    mv1::ListRoundPairsResponse pairs;
    mv1::RoundPair& pair = *pairs.add_pairs();
    pair.set_adept("participants/a1");
    pair.set_mentor("participants/m1");
    pair.set_match(match.name());
    pair.set_score(700000);
    pair.add_contributions()->set_micro(200000);
    pair.add_contributions()->set_micro(500000);
    matching_.Answer("brygga.matching.v1.MatchingService/ListRoundPairs", pairs);
    mv1::ListUnmatchedResponse unmatched;
    unmatched.add_unmatched()->set_adept("participants/a3");
    unmatched.mutable_unmatched(0)->set_reason(mv1::UNMATCHED_REASON_NO_SEATS);
    matching_.Answer("brygga.matching.v1.MatchingService/ListUnmatched", unmatched);
    mv1::ListParticipantMatchesResponse own;
    *own.add_matches() = match;
    matching_.Answer("brygga.matching.v1.MatchingService/ListParticipantMatches", own);
  }

  void ScriptEvents() {
    ev1::Event event;
    event.set_name("events/e");
    event.set_title_sv("Programstart");
    event.add_sessions()->mutable_start_time()->set_seconds(1000);
    event.set_capacity(120);
    event.set_taken(100);
    ev1::ListEventsResponse events;
    *events.add_events() = event;
    events_.Answer(kEvents, events);
    ev1::BatchGetEventsResponse batch;
    *batch.add_events() = event;
    events_.Answer("brygga.events.v1.EventService/BatchGetEvents", batch);
    ev1::ListRegistrationsResponse registrations;
    registrations.add_registrations()->set_name("events/e/registrations/g");
    registrations.mutable_registrations(0)->set_state(ev1::REGISTRATION_STATE_REGISTERED);
    events_.Answer("brygga.events.v1.RegistrationService/ListRegistrations", registrations);
  }

  void ScriptPerson() {
    pv1::GetParticipantResponse person;
    person.mutable_participant()->set_name("participants/a1");
    participant_.Answer("brygga.participant.v1.ParticipantService/GetParticipant", person);
    pv1::ListEnrolmentsResponse enrolments;
    enrolments.add_enrolments()->set_name("programmes/p/cohorts/c/enrolments/n");
    participant_.Answer("brygga.participant.v1.EnrolmentService/ListEnrolments", enrolments);
    participant_.Answer("brygga.participant.v1.ParticipantService/ListConsents", pv1::ListConsentsResponse());
    pv1::GetCohortResponse cohort;
    cohort.mutable_cohort()->set_display_name("Hösten 2022");
    participant_.Answer("brygga.participant.v1.ProgrammeService/GetCohort", cohort);
  }

  ScriptedBackend partner_, participant_, matching_, events_;
  GatewayService gateway_{{.partner = partner_.channel(),
                           .participant = participant_.channel(),
                           .matching = matching_.channel(),
                           .events = events_.channel()}};
  rpc::TestServer server_{gateway_.services()};
};

TEST_F(GatewayTest, ABoardJoinsWhatTheServicesKnow) {
  const auto response = Board();

  ASSERT_TRUE(response.ok()) << response.status();
  const v1::CohortBoard& board = response->board();
  EXPECT_EQ(board.cohort().display_name(), "Hösten 2022");
  EXPECT_EQ(board.programme().display_name(), "Yrkesmentor");
  EXPECT_EQ(board.funnel().enrolments(0).count(), 3);
  EXPECT_EQ(board.round().name(), kRound);
  ASSERT_THAT(board.pairs(), SizeIs(1));
  EXPECT_EQ(board.pairs(0).adept().display_name(), "Åsa a1");
  EXPECT_EQ(board.pairs(0).state(), mv1::MATCH_STATE_PROPOSED);
  EXPECT_EQ(board.pairs(0).contributions(0).micro(), 500000) << "the largest part comes first";
  ASSERT_THAT(board.unmatched(), SizeIs(1));
  EXPECT_EQ(board.unmatched(0).adept().display_name(), "Åsa a3");
  EXPECT_EQ(board.events(0).registered_count(), 100);
  EXPECT_THAT(response->unreachable(), IsEmpty());
}

TEST_F(GatewayTest, TheFunnelCountsEveryMatchOverAllPages) {
  EXPECT_THAT(Board()->board().funnel().matches(), SizeIs(2));
}

TEST_F(GatewayTest, PairsThatAreOnlyProposedAreShownWithoutAMatch) {
  mv1::ListRoundPairsResponse pairs;
  pairs.add_pairs()->set_adept("participants/a2");
  pairs.mutable_pairs(0)->set_mentor("participants/m1");
  pairs.mutable_pairs(0)->set_score(900000);
  matching_.Answer("brygga.matching.v1.MatchingService/ListRoundPairs", pairs);

  const auto response = Board();

  ASSERT_THAT(response->board().pairs(), SizeIs(2));
  EXPECT_EQ(response->board().pairs(0).match(), "") << "the highest score comes first";
  EXPECT_EQ(response->board().pairs(1).match(), "programmes/p/cohorts/c/matches/x");
}

TEST_F(GatewayTest, ADeadOptionalServiceFailsTheCall) {
  events_.Die();

  const auto response = Board(/*allow_partial=*/false);

  EXPECT_TRUE(absl::IsUnavailable(response.status())) << response.status();
}

TEST_F(GatewayTest, ADeadOptionalServiceIsNamedWhereTheCallerAcceptsThat) {
  events_.Die();

  const auto response = Board(/*allow_partial=*/true);

  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->unreachable(), ElementsAre(v1::BOARD_SECTION_EVENTS));
  EXPECT_THAT(response->board().events(), IsEmpty());
  EXPECT_THAT(response->board().pairs(), SizeIs(1));
}

TEST_F(GatewayTest, WithoutMatchingNobodyIsCalledUnmatched) {
  matching_.Die();

  const auto response = Board(/*allow_partial=*/true);

  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->unreachable(), ElementsAre(v1::BOARD_SECTION_PAIRS, v1::BOARD_SECTION_UNMATCHED));
  EXPECT_THAT(response->board().pairs(), IsEmpty());
  EXPECT_THAT(response->board().events(), SizeIs(1));
}

TEST_F(GatewayTest, ADeadRequiredServiceFailsTheCallInAnyCase) {
  participant_.Die();

  EXPECT_TRUE(absl::IsUnavailable(Board(/*allow_partial=*/true).status()));
}

TEST_F(GatewayTest, AServiceThatHangsLeavesTimeForTheOthers) {
  events_.Hang(kEvents);
  const absl::Time start = absl::Now();

  const auto response = Board(/*allow_partial=*/true, rpc::CoordinatorOf("programmes/p"), /*timeout=*/absl::Seconds(2));

  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->unreachable(), ElementsAre(v1::BOARD_SECTION_EVENTS));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
}

TEST_F(GatewayTest, ChildDeadlinesLieInsideTheParents) {
  ASSERT_TRUE(Board(false, rpc::CoordinatorOf("programmes/p"), absl::Seconds(5)).ok());

  for (const SeenCall& call : participant_.Seen(kSummary)) EXPECT_LT(call.time_left, absl::Seconds(3));
  for (const SeenCall& call : participant_.Seen(kNames)) EXPECT_LT(call.time_left, absl::Seconds(5));
}

TEST_F(GatewayTest, AnErrorThatIsAnAnswerIsNeverAnEmptySection) {
  events_.Fail(kEvents, absl::InternalError("broken"));

  EXPECT_EQ(Board(/*allow_partial=*/true).status().code(), absl::StatusCode::kInternal);
}

TEST_F(GatewayTest, TheCallersTokenGoesAlongUnchanged) {
  const rpc::Identity caller = rpc::CoordinatorOf("programmes/p");
  v1::GetCohortBoardRequest request;
  request.set_name(kCohort);
  const std::string token = rpc::TokenOf(caller);

  ASSERT_TRUE(server_.channel()
                  .Call<v1::GetCohortBoardResponse>(rpc::CallOptions::Within(absl::Seconds(10), token), kBoard, request)
                  .ok());

  EXPECT_EQ(participant_.Seen(kSummary).at(0).authorization, absl::StrCat("Bearer ", token));
  EXPECT_EQ(matching_.Seen(kMatches).at(0).authorization, absl::StrCat("Bearer ", token));
}

TEST_F(GatewayTest, ACoordinatorOfAnotherProgrammeIsToldNothing) {
  EXPECT_TRUE(absl::IsNotFound(Board(false, rpc::CoordinatorOf("programmes/other")).status()));
  EXPECT_THAT(participant_.Seen(kSummary), IsEmpty());
}

TEST_F(GatewayTest, WhoeverHasNoRoleForABoardIsRefused) {
  EXPECT_TRUE(absl::IsUnauthenticated(Board(false, rpc::Anonymous()).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(Board(false, rpc::ParticipantNamed("participants/a1")).status()));
}

TEST_F(GatewayTest, AHomePageJoinsWhatTheServicesKnow) {
  const auto response = Home(rpc::Admin());

  ASSERT_TRUE(response.ok()) << response.status();
  const v1::ParticipantHome& home = response->home();
  EXPECT_EQ(home.enrolments(0).cohort_display_name(), "Hösten 2022");
  EXPECT_EQ(home.enrolments(0).programme_display_name(), "Yrkesmentor");
  EXPECT_EQ(home.matches(0).side(), mv1::SIDE_ADEPT);
  EXPECT_TRUE(home.matches(0).awaits_answer());
  EXPECT_EQ(home.matches(0).counterpart().display_name(), "Åsa m1");
  EXPECT_EQ(home.registrations(0).title(), "Programstart");
}

TEST_F(GatewayTest, AParticipantIsNotToldTheNameOfTheOther) {
  const auto response = Home(rpc::ParticipantNamed("participants/a1"));

  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->home().matches(0).counterpart().name(), "participants/m1");
  EXPECT_EQ(response->home().matches(0).counterpart().display_name(), "");
  EXPECT_THAT(participant_.Seen(kNames), IsEmpty());
}

TEST_F(GatewayTest, AHomePageNamesWhatItCouldNotReach) {
  matching_.Die();
  events_.Die();

  const auto response = Home(rpc::Admin(), /*allow_partial=*/true);

  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->unreachable(), ElementsAre(v1::HOME_SECTION_MATCHES, v1::HOME_SECTION_REGISTRATIONS));
  EXPECT_THAT(response->home().enrolments(), SizeIs(1));
}

TEST_F(GatewayTest, APersonWhomTheCallerMayNotSeeIsNotFound) {
  participant_.Fail("brygga.participant.v1.ParticipantService/GetParticipant", NotFound("participants/a1"));

  const auto response = Home(rpc::ParticipantNamed("participants/a2"), /*allow_partial=*/true);

  EXPECT_TRUE(absl::IsNotFound(response.status()));
  EXPECT_EQ(ReasonOf(response.status()), "NOT_FOUND");
}

TEST_F(GatewayTest, OtherMethodsPassThroughAsTheyAre) {
  pav1::GetOrganisationResponse answer;
  answer.mutable_organisation()->set_display_name("Norrköpings kommun");
  partner_.Answer(kGetOrganisation, answer);
  pav1::GetOrganisationRequest request;
  request.set_name("organisations/o");

  const auto response = server_.Call<pav1::GetOrganisationResponse>(rpc::Admin(), kGetOrganisation, request);

  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->organisation().display_name(), "Norrköpings kommun");
  EXPECT_EQ(partner_.Seen(kGetOrganisation).at(0).request, request.SerializeAsString());
}

TEST_F(GatewayTest, FieldsThatTheGatewayDoesNotKnowPassThrough) {
  pav1::GetOrganisationResponse answer;
  answer.GetReflection()->MutableUnknownFields(&answer)->AddVarint(1000, 7);
  partner_.Answer(kGetOrganisation, answer);
  pav1::GetOrganisationRequest request;
  request.set_name("organisations/o");

  const auto response = server_.Call<pav1::GetOrganisationResponse>(rpc::Admin(), kGetOrganisation, request);

  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->SerializeAsString(), answer.SerializeAsString());
}

TEST_F(GatewayTest, ErrorsPassThroughWithTheirDetails) {
  partner_.Fail(kGetOrganisation, WrongState("AGREEMENT_STATE", "organisations/o", "ENDED", {"ACTIVE", "UPCOMING"}));
  pav1::GetOrganisationRequest request;
  request.set_name("organisations/o");

  const auto response = server_.Call<pav1::GetOrganisationResponse>(rpc::Admin(), kGetOrganisation, request);

  EXPECT_TRUE(absl::IsFailedPrecondition(response.status()));
  const ErrorDetails details = DetailsOf(response.status());
  EXPECT_EQ(details.reason, "AGREEMENT_STATE");
  ASSERT_THAT(details.preconditions, SizeIs(1));
  EXPECT_EQ(details.preconditions[0].subject, "organisations/o");
}

TEST_F(GatewayTest, StreamsPassThroughMessageByMessage) {
  mv1::WatchRoundResponse first, second;
  first.mutable_round()->set_progress_permille(10);
  second.mutable_round()->set_progress_permille(1000);
  matching_.Answer(kWatchRound, {&first, &second});
  mv1::WatchRoundRequest request;
  request.set_name(kRound);

  auto stream = server_.Open<mv1::WatchRoundResponse>(rpc::Admin(), kWatchRound, request);
  std::vector<int> progress;
  for (mv1::WatchRoundResponse news; stream.Read(&news);) progress.push_back(news.round().progress_permille());

  EXPECT_THAT(progress, ElementsAre(10, 1000));
  EXPECT_TRUE(stream.Finish().ok());
}

TEST_F(GatewayTest, AStreamsErrorPassesThroughWithItsReason) {
  matching_.Fail(kWatchRound, NotFound(kRound));
  mv1::WatchRoundRequest request;
  request.set_name(kRound);

  auto stream = server_.Open<mv1::WatchRoundResponse>(rpc::Admin(), kWatchRound, request);
  mv1::WatchRoundResponse news;

  EXPECT_FALSE(stream.Read(&news));
  EXPECT_EQ(ReasonOf(stream.Finish()), "NOT_FOUND");
}

TEST_F(GatewayTest, ACallThatTheCallerMayNotMakeReachesNoService) {
  pav1::GetOrganisationRequest request;
  request.set_name("organisations/o");

  const auto response = server_.Call<pav1::GetOrganisationResponse>(rpc::Anonymous(), kGetOrganisation, request);

  EXPECT_TRUE(absl::IsUnauthenticated(response.status()));
  EXPECT_THAT(partner_.Seen(kGetOrganisation), IsEmpty());
}

TEST_F(GatewayTest, ADeadServiceIsUnavailableToThoseWhoPassThrough) {
  partner_.Die();
  pav1::GetOrganisationRequest request;
  request.set_name("organisations/o");

  EXPECT_TRUE(absl::IsUnavailable(
      server_.Call<pav1::GetOrganisationResponse>(rpc::Admin(), kGetOrganisation, request).status()));
}

TEST_F(GatewayTest, StatusNamesEveryServiceAndNeverFails) {
  events_.Die();

  const auto response = server_.Call<v1::GetSuiteStatusResponse>(
      rpc::Anonymous(), "brygga.gateway.v1.GatewayService/GetSuiteStatus", v1::GetSuiteStatusRequest());

  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->services(), SizeIs(5));
  EXPECT_EQ(response->services(0).service(), "gateway");
  EXPECT_EQ(response->services(0).state(), v1::SERVICE_STATE_READY);
  EXPECT_EQ(response->services(4).service(), "events");
  EXPECT_EQ(response->services(4).state(), v1::SERVICE_STATE_UNREACHABLE);
}

TEST_F(GatewayTest, EveryServiceOfTheContractsIsServed) {
  std::set<std::string> served;
  for (const rpc::Service& service : gateway_.services()) served.insert(service.descriptor().full_name());

  EXPECT_THAT(served, UnorderedElementsAre(
                          "brygga.gateway.v1.GatewayService", "brygga.partner.v1.PartnerService",
                          "brygga.partner.v1.OpeningService", "brygga.partner.v1.ChangeService",
                          "brygga.participant.v1.ParticipantService", "brygga.participant.v1.ChangeService",
                          "brygga.participant.v1.ProgrammeService", "brygga.participant.v1.EnrolmentService",
                          "brygga.participant.v1.EnquiryService", "brygga.participant.v1.DataSubjectRequestService",
                          "brygga.matching.v1.MatchingService", "brygga.matching.v1.ChangeService",
                          "brygga.matching.v1.AllocationService", "brygga.matching.v1.NetworkingService",
                          "brygga.matching.v1.ExplanationService", "brygga.matching.v1.MeetingService",
                          "brygga.events.v1.EventService", "brygga.events.v1.ChangeService",
                          "brygga.events.v1.RegistrationService"));
}

}  // namespace
}  // namespace brygga::gateway

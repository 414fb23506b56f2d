#include "services/matching/rpc/match_handler.h"

#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::SizeIs;

class MatchHandlerTest : public MatchingRpcTest {
 protected:
  absl::StatusOr<v1::GetMatchResponse> GetMatch(const rpc::Identity& caller, const std::string& name) {
    return Call<v1::GetMatchResponse>(caller, "GetMatch", Parse<v1::GetMatchRequest>("name: '" + name + "'"));
  }
  absl::StatusOr<v1::DeclineMatchResponse> Decline(const rpc::Identity& caller, const std::string& name,
                                                   const std::string& side) {
    return Call<v1::DeclineMatchResponse>(
        caller, "DeclineMatch",
        Parse<v1::DeclineMatchRequest>("name: '" + name + "' side: SIDE_" + side + " reason: 'NO_TIME'"));
  }
  absl::StatusOr<v1::EndMatchResponse> End(const std::string& name, const std::string& more) {
    return Call<v1::EndMatchResponse>(coordinator_, "EndMatch",
                                      Parse<v1::EndMatchRequest>("name: '" + name + "' reason: 'MOVED' " + more));
  }

  const rpc::Identity mentor_ = rpc::ParticipantNamed("participants/m");
  const rpc::Identity adept_ = rpc::ParticipantNamed("participants/a");
};

TEST_F(MatchHandlerTest, TheTwoSayYesThemselves) {
  const v1::Match match = PublishedMatch();

  const auto half = Accept(adept_, match.name(), "ADEPT");
  const auto whole = Accept(mentor_, match.name(), "MENTOR");

  ASSERT_THAT(half, IsOk());
  EXPECT_EQ(half->match().state(), v1::MATCH_STATE_ACCEPTED_BY_ONE);
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->match().state(), v1::MATCH_STATE_ACTIVE);
  EXPECT_TRUE(whole->match().has_mentor_accept_time());
}

TEST_F(MatchHandlerTest, NobodySpeaksForTheOtherSide) {
  const v1::Match match = PublishedMatch();

  EXPECT_THAT(Accept(adept_, match.name(), "MENTOR"), HasReason("NOT_FOUND"));
  EXPECT_THAT(Decline(mentor_, match.name(), "ADEPT"), HasReason("NOT_FOUND"));
  EXPECT_THAT(Accept(rpc::CoordinatorOf("programmes/other"), match.name(), "MENTOR"), HasReason("NOT_FOUND"));
}

TEST_F(MatchHandlerTest, StrangersHearTheSameOfAMatchThatExistsAndOneThatDoesNot) {
  const v1::Match match = PublishedMatch();
  const rpc::Identity stranger = rpc::ParticipantNamed("participants/x");
  const std::string none = "programmes/p/cohorts/c/matches/none";

  const auto hidden = GetMatch(stranger, match.name());
  const auto absent = GetMatch(stranger, none);

  EXPECT_THAT(hidden, HasReason("NOT_FOUND"));
  EXPECT_EQ(hidden.status().message(), match.name() + " does not exist");
  EXPECT_EQ(absent.status().message(), none + " does not exist");
  EXPECT_THAT(GetMatch(mentor_, match.name()), IsOk());
  EXPECT_THAT(GetMatch(coordinator_, match.name()), IsOk());
}

TEST_F(MatchHandlerTest, ARetryAfterExpiryRepeatsTheFirstAnswer) {
  const v1::Match match = PublishedMatch();
  const std::string id = "request_id: '" + NewUuid(absl::Now()) + "'";
  const auto first = Accept(adept_, match.name(), "ADEPT", id);

  clock_.Advance(absl::Hours(24 * 15));
  const auto again = Accept(adept_, match.name(), "ADEPT", id);

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_THAT(Accept(mentor_, match.name(), "MENTOR"), HasReason("MATCH_NOT_AWAITING_ANSWER"));
}

TEST_F(MatchHandlerTest, TheSameRequestIdWithAnotherAnswerIsRefused) {
  const v1::Match match = PublishedMatch();
  const std::string id = "request_id: '" + NewUuid(absl::Now()) + "'";
  ASSERT_THAT(Accept(coordinator_, match.name(), "ADEPT", id), IsOk());

  EXPECT_THAT(Accept(coordinator_, match.name(), "MENTOR", id), HasReason("REQUEST_ID_REUSED"));
}

TEST_F(MatchHandlerTest, AfterANoBothCanBeMatchedAgain) {
  const v1::Match match = PublishedMatch();
  ASSERT_THAT(Decline(mentor_, match.name(), "MENTOR"), IsOk());

  const v1::MatchingRound round = Solve();

  EXPECT_EQ(round.statistics().matched(), 1);
  EXPECT_THAT(Publish(round), IsOk());
  EXPECT_THAT(MatchesOf("participants/a"), SizeIs(2));
}

TEST_F(MatchHandlerTest, OnlyARunningMatchEndsAndTheSeatIsFree) {
  const v1::Match match = PublishedMatch();
  EXPECT_THAT(End(match.name(), "early: true"), HasReason("MATCH_NOT_RUNNING"));
  ASSERT_THAT(Accept(adept_, match.name(), "ADEPT"), IsOk());
  ASSERT_THAT(Accept(mentor_, match.name(), "MENTOR"), IsOk());

  const auto ended = End(match.name(), "early: true");

  ASSERT_THAT(ended, IsOk());
  EXPECT_EQ(ended->match().state(), v1::MATCH_STATE_ENDED_EARLY);
  EXPECT_EQ(ended->match().end_reason(), "MOVED");
  EXPECT_EQ(Explain("m", "a")->free_seats(), 1);
}

TEST_F(MatchHandlerTest, AnEtagThatIsOldIsRefused) {
  const v1::Match match = PublishedMatch();
  ASSERT_THAT(Accept(adept_, match.name(), "ADEPT"), IsOk());

  EXPECT_THAT(Accept(mentor_, match.name(), "MENTOR", "etag: '" + match.etag() + "'"), HasReason("ETAG_MISMATCH"));
}

TEST_F(MatchHandlerTest, ListsAreForThoseWhoMaySeeThem) {
  const v1::Match match = PublishedMatch();
  const auto of = [&](const rpc::Identity& caller, const std::string& participant) {
    return Call<v1::ListParticipantMatchesResponse>(
        caller, "ListParticipantMatches",
        Parse<v1::ListParticipantMatchesRequest>("participant: '" + participant + "'"));
  };
  const auto list = Call<v1::ListMatchesResponse>(
      coordinator_, "ListMatches",
      Parse<v1::ListMatchesRequest>(std::string("parent: '") + kCohort + "' filter: 'state = PROPOSED'"));
  const auto batch = Call<v1::BatchGetMatchesResponse>(
      coordinator_, "BatchGetMatches",
      Parse<v1::BatchGetMatchesRequest>(std::string("parent: '") + kCohort + "' names: '" + match.name() + "'"));

  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->matches_size(), 1);
  ASSERT_THAT(batch, IsOk());
  EXPECT_EQ(batch->matches(0).name(), match.name());
  EXPECT_EQ(of(adept_, "participants/a")->matches_size(), 1);
  EXPECT_EQ(of(coordinator_, "participants/a")->matches_size(), 1);
  EXPECT_EQ(of(rpc::CoordinatorOf("programmes/other"), "participants/a")->matches_size(), 0);
  EXPECT_THAT(of(mentor_, "participants/a"), HasReason("NOT_FOUND"));
}

TEST_F(MatchHandlerTest, AMatchByHandIsAskedOfBothOrActiveAtOnce) {
  Enrol({MentorOf("m", 2), AdeptOf("a"), AdeptOf("b")});

  const auto asked = MatchByHand("m", "a", "answer_days: 3");
  const auto done = MatchByHand("m", "b", "accepted: true");

  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->match().state(), v1::MATCH_STATE_PROPOSED);
  EXPECT_EQ(asked->match().reason(), "HAND_PICKED");
  EXPECT_EQ(asked->match().round(), "");
  EXPECT_EQ(asked->match().score(), Explain("m", "a")->score());
  EXPECT_GT(asked->match().score(), 0);
  EXPECT_EQ(asked->match().expire_time().seconds() - asked->match().create_time().seconds(), 3 * 86400);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->match().state(), v1::MATCH_STATE_ACTIVE);
  EXPECT_TRUE(done->match().has_active_time());
  EXPECT_EQ(Solve().statistics().adepts(), 0);
}

TEST_F(MatchHandlerTest, AMatchByHandThatBreaksRulesNeedsAReasonAndListsThem) {
  Person far = MentorOf("m");
  far.features.agreement_active = false;
  Enrol({far, AdeptOf("a")});

  EXPECT_THAT(MatchByHand("m", "a"), HasReason("MATCH_BREAKS_RULES"));
  const auto made = MatchByHand("m", "a", "override_reason: 'TALKED_TO_BOTH'");

  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->match().override_reason(), "TALKED_TO_BOTH");
  ASSERT_EQ(made->match().broken_rules_size(), 1);
  EXPECT_EQ(made->match().broken_rules(0), v1::HARD_RULE_NO_ACTIVE_AGREEMENT);
  EXPECT_EQ(made->match().score(), 0);
}

TEST_F(MatchHandlerTest, NoReasonOverridesAParticipantsVeto) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  ASSERT_THAT(Veto(adept_, "m", "a"), IsOk());

  EXPECT_THAT(MatchByHand("m", "a", "override_reason: 'WE_KNOW_BETTER'"), HasReason("MATCH_VETOED"));
}

TEST_F(MatchHandlerTest, NobodyIsMatchedByHandInACohortThatIsOver) {
  Enrol({MentorOf("m"), AdeptOf("a")}, kCohort, "VOCATIONAL", "COMPLETED");

  EXPECT_THAT(MatchByHand("m", "a"), HasReason("COHORT_NOT_MATCHABLE"));
}

TEST_F(MatchHandlerTest, APairRestsGoesOnAndEnds) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const std::string match = MatchByHand("m", "a", "accepted: true")->match().name();
  const auto say = [&]<typename Response, typename Request>(const std::string& method, const std::string& more) {
    return Call<Response>(coordinator_, method, Parse<Request>("name: '" + match + "' " + more));
  };
  const auto pause = [&] {
    return say.operator()<v1::PauseMatchResponse, v1::PauseMatchRequest>("PauseMatch", "reason: 'ILL'");
  };
  const auto resume = [&] {
    return say.operator()<v1::ResumeMatchResponse, v1::ResumeMatchRequest>("ResumeMatch", "");
  };

  const auto paused = pause();
  ASSERT_THAT(paused, IsOk());
  EXPECT_EQ(paused->match().state(), v1::MATCH_STATE_PAUSED);
  EXPECT_EQ(paused->match().pause_reason(), "ILL");
  EXPECT_EQ(Explain("m", "a")->free_seats(), 0);
  const auto resumed = resume();
  ASSERT_THAT(resumed, IsOk());
  EXPECT_EQ(resumed->match().state(), v1::MATCH_STATE_ACTIVE);
  EXPECT_FALSE(resumed->match().has_pause_time());
  ASSERT_THAT(pause(), IsOk());
  ASSERT_THAT(End(match, "early: true"), IsOk());
  EXPECT_THAT(pause(), HasReason("MATCH_NOT_RUNNING"));
  EXPECT_THAT(resume(), HasReason("MATCH_NOT_RUNNING"));
}

TEST_F(MatchHandlerTest, WhoTakesPartMayTakeBackTheirOwnVetoAndNobodyElseCan) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const auto veto = Veto(adept_, "m", "a");
  ASSERT_THAT(veto, IsOk());
  const auto take_back = [&](const rpc::Identity& caller) {
    return Call<v1::DeleteVetoResponse>(caller, "DeleteVeto",
                                        Parse<v1::DeleteVetoRequest>("name: '" + veto->veto().name() + "'"));
  };

  EXPECT_THAT(take_back(mentor_), HasReason("NOT_FOUND"));
  EXPECT_THAT(take_back(rpc::CoordinatorOf("programmes/other")), HasReason("NOT_FOUND"));
  EXPECT_THAT(take_back(coordinator_), HasReason("VETO_OF_PARTICIPANT"));
  EXPECT_THAT(take_back(rpc::Admin()), HasReason("VETO_OF_PARTICIPANT"));
  EXPECT_THAT(take_back(adept_), IsOk());
  EXPECT_THAT(take_back(adept_), HasReason("NOT_FOUND"));
  EXPECT_TRUE(Explain("m", "a")->feasible());
}

TEST_F(MatchHandlerTest, ACoordinatorTakesBackACoordinatorsVeto) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const auto veto = Veto(coordinator_, "m", "a");
  ASSERT_THAT(veto, IsOk());

  EXPECT_THAT(Call<v1::DeleteVetoResponse>(rpc::Admin(), "DeleteVeto",
                                           Parse<v1::DeleteVetoRequest>("name: '" + veto->veto().name() + "' etag: '" +
                                                                        veto->veto().etag() + "'")),
              IsOk());
}

}  // namespace
}  // namespace brygga::matching

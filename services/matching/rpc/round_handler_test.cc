#include "services/matching/rpc/round_handler.h"

#include <algorithm>

#include "common/testing/temp_dir.h"
#include "services/matching/domain/solve.h"
#include "services/matching/rpc/matching_rpc_testing.h"
#include "services/matching/store/sql/migrations.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using RoundHandlerTest = MatchingRpcTest;

TEST_F(RoundHandlerTest, ARoundGoesFromQueuedToProposedWithItsFigures) {
  Enrol({MentorOf("m", 2), AdeptOf("a"), AdeptOf("b"), AdeptOf("c")});
  const auto started = Start();
  ASSERT_THAT(started, IsOk());
  EXPECT_EQ(started->round().state(), v1::ROUND_STATE_QUEUED);
  EXPECT_EQ(started->round().policy(), "programmes/p/cohorts/c/policies/1");

  RunRounds();

  const v1::MatchingRound round = Get(started->round().name());
  EXPECT_EQ(round.state(), v1::ROUND_STATE_PROPOSED);
  EXPECT_TRUE(round.certified());
  EXPECT_THAT(round.snapshot_hash(), SizeIs(64));
  EXPECT_EQ(round.statistics().adepts(), 3);
  EXPECT_EQ(round.statistics().seats(), 2);
  EXPECT_EQ(round.statistics().feasible_pairs(), 3);
  EXPECT_EQ(round.statistics().matched(), 2);
}

TEST_F(RoundHandlerTest, TheSamePeoplePolicyAndSeedGiveTheSamePairs) {
  Enrol({MentorOf("m1"), MentorOf("m2"), AdeptOf("a"), AdeptOf("b"), AdeptOf("c")});
  const v1::MatchingRound first = Solve();
  const v1::MatchingRound second = Solve();

  EXPECT_EQ(PairsOf(first), PairsOf(second));
  EXPECT_EQ(first.snapshot_hash(), second.snapshot_hash());
}

TEST_F(RoundHandlerTest, ContributionsAddUpToTheScore) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const v1::MatchingRound round = Solve();

  const auto pairs = Call<v1::ListRoundPairsResponse>(
      coordinator_, "ListRoundPairs", Parse<v1::ListRoundPairsRequest>("parent: '" + round.name() + "'"));

  ASSERT_THAT(pairs, IsOk());
  ASSERT_EQ(pairs->pairs_size(), 1);
  int sum = 0;
  for (const v1::Contribution& part : pairs->pairs(0).contributions()) sum += part.micro();
  EXPECT_EQ(sum, pairs->pairs(0).score());
  EXPECT_GT(sum, 0);
}

TEST_F(RoundHandlerTest, WatchShowsARoundUntilItIsProposed) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  service_->Start();
  const auto started = Start();
  ASSERT_THAT(started, IsOk());

  auto stream =
      server_->Open<v1::WatchRoundResponse>(coordinator_, "brygga.matching.v1.MatchingService/WatchRound",
                                            Parse<v1::WatchRoundRequest>("name: '" + started->round().name() + "'"));
  v1::WatchRoundResponse last;
  int seen = 0;
  for (v1::WatchRoundResponse response; stream.Read(&response); ++seen) last = response;

  EXPECT_THAT(stream.Finish(), IsOk());
  EXPECT_GE(seen, 1);
  EXPECT_EQ(last.round().state(), v1::ROUND_STATE_PROPOSED);
  service_->Stop();
}

TEST_F(RoundHandlerTest, WatchOfNothingIsNotFound) {
  auto stream =
      server_->Open<v1::WatchRoundResponse>(coordinator_, "brygga.matching.v1.MatchingService/WatchRound",
                                            Parse<v1::WatchRoundRequest>("name: 'programmes/p/cohorts/c/rounds/r'"));
  v1::WatchRoundResponse response;

  EXPECT_FALSE(stream.Read(&response));
  EXPECT_THAT(stream.Finish(), HasReason("NOT_FOUND"));
}

TEST_F(RoundHandlerTest, ACohortThatParticipantDoesNotKnowIsNotFound) { EXPECT_THAT(Start(), HasReason("NOT_FOUND")); }

TEST_F(RoundHandlerTest, WithoutParticipantNothingStartsOrIsPublished) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const v1::MatchingRound round = Solve();
  people_->SetUnreachable(true);

  EXPECT_THAT(Start("programmes/p/cohorts/unknown"), HasReason("PEOPLE_UNAVAILABLE"));
  EXPECT_THAT(Publish(round), HasReason("PEOPLE_UNAVAILABLE"));
  const v1::MatchingRound failed = Solve();
  EXPECT_EQ(failed.state(), v1::ROUND_STATE_FAILED);
  EXPECT_EQ(failed.failure_reason(), "PEOPLE_UNAVAILABLE");
}

TEST_F(RoundHandlerTest, ACohortThatOpensBetweenTwoReadingsCanBeMatched) {
  Enrol({MentorOf("m"), AdeptOf("a")}, kCohort, "VOCATIONAL", "DRAFT");
  EXPECT_THAT(Start(), HasReason("COHORT_NOT_MATCHABLE"));
  clock_.Advance(absl::Seconds(1));

  Enrol({MentorOf("m"), AdeptOf("a")});

  EXPECT_THAT(Start(), IsOk());
}

TEST_F(RoundHandlerTest, AKindWithoutADefaultPolicyNeedsOneOfItsOwn) {
  Enrol({MentorOf("m"), AdeptOf("a")}, kCohort, "MUTUAL");

  EXPECT_THAT(Start(), HasReason("NO_POLICY"));
}

TEST_F(RoundHandlerTest, OneRoundAtATimeAndACancelledOneMakesWay) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const auto started = Start();
  ASSERT_THAT(started, IsOk());
  EXPECT_THAT(Start(), HasReason("ROUND_UNDER_WAY"));
  const auto trial = Start(kCohort, "validate_only: true");
  ASSERT_THAT(trial, IsOk());
  EXPECT_EQ(trial->round().statistics().matched(), 1);

  const auto cancelled = Call<v1::CancelRoundResponse>(
      coordinator_, "CancelRound", Parse<v1::CancelRoundRequest>("name: '" + started->round().name() + "'"));

  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->round().state(), v1::ROUND_STATE_DISCARDED);
  EXPECT_EQ(cancelled->round().failure_reason(), "CANCELLED");
  EXPECT_EQ(Solve().state(), v1::ROUND_STATE_PROPOSED);
}

TEST_F(RoundHandlerTest, ARoundThatWasRunningWhenTheProcessDiedIsBegunAgain) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const auto started = Start();
  ASSERT_THAT(started, IsOk());
  const RoundId id = ParseName<RoundId>("rounds", started->round().name())->id;
  // A worker that is killed right after it has taken the round.
  ASSERT_THAT(service_->store().ClaimRound({.actor = "service:matching", .method = "work/round"}, id, "dead",
                                           absl::Seconds(10)),
              IsOk());
  RunRounds();
  ASSERT_EQ(Get(started->round().name()).state(), v1::ROUND_STATE_RUNNING);

  clock_.Advance(absl::Seconds(11));
  RunRounds();

  EXPECT_EQ(Get(started->round().name()).state(), v1::ROUND_STATE_PROPOSED);
}

TEST_F(RoundHandlerTest, PublicationMakesMatchesOnceHoweverOftenItIsAsked) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const v1::MatchingRound round = Solve();
  const std::string id = "request_id: '" + NewUuid(absl::Now()) + "'";

  const auto first = Publish(round, id);
  const auto again = Publish(round, id);

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(first->round().state(), v1::ROUND_STATE_PUBLISHED);
  EXPECT_THAT(MatchesOf("participants/a"), SizeIs(1));
  EXPECT_THAT(Publish(round), HasReason("ROUND_STATE"));
}

TEST_F(RoundHandlerTest, ATrialPublicationReportsAndLeavesNoTrace) {
  Enrol({MentorOf("m"), MentorOf("n"), AdeptOf("a"), AdeptOf("b")});
  const v1::MatchingRound round = Solve();
  people_->Remove(KeyOf(), ParticipantId("a"));
  clock_.Advance(absl::Seconds(1));

  const auto trial = Publish(round, "validate_only: true");

  ASSERT_THAT(trial, IsOk());
  EXPECT_EQ(trial->matches(), 1);
  ASSERT_EQ(trial->conflicts_size(), 1);
  EXPECT_EQ(trial->conflicts(0).reason(), "NOT_AVAILABLE");
  EXPECT_EQ(trial->round().state(), v1::ROUND_STATE_PROPOSED);
  EXPECT_THAT(MatchesOf("participants/b"), IsEmpty());
}

TEST_F(RoundHandlerTest, ASecondRoundMatchesThoseWhoAreLeft) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  ASSERT_THAT(Publish(Solve()), IsOk());
  clock_.Advance(absl::Seconds(1));
  Enrol({MentorOf("m"), MentorOf("n"), AdeptOf("a"), AdeptOf("b")});

  const v1::MatchingRound second = Solve();

  EXPECT_EQ(second.statistics().adepts(), 1);
  EXPECT_EQ(second.statistics().seats(), 1);
  EXPECT_THAT(PairsOf(second), UnorderedElementsAre(Pair("participants/b", "participants/n")));
  EXPECT_THAT(Publish(second), IsOk());
}

TEST_F(RoundHandlerTest, AnAdeptLeftOutByAPublishedRoundHasWaited) {
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  ASSERT_THAT(Publish(Solve()), IsOk());

  const v1::MatchingRound second = Solve();

  const auto unmatched = Call<v1::ListUnmatchedResponse>(
      coordinator_, "ListUnmatched", Parse<v1::ListUnmatchedRequest>("parent: '" + second.name() + "'"));
  ASSERT_THAT(unmatched, IsOk());
  ASSERT_EQ(unmatched->unmatched_size(), 1);
  EXPECT_EQ(unmatched->unmatched(0).rounds_waited(), 1);
  EXPECT_EQ(unmatched->unmatched(0).reason(), v1::UNMATCHED_REASON_NO_SEATS);
}

TEST_F(RoundHandlerTest, ADiscardedProposalIsNotPublished) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const v1::MatchingRound round = Solve();
  const auto discarded = Call<v1::DiscardRoundResponse>(
      coordinator_, "DiscardRound",
      Parse<v1::DiscardRoundRequest>("name: '" + round.name() + "' reason: 'TOO_FEW' etag: '" + round.etag() + "'"));

  ASSERT_THAT(discarded, IsOk());
  EXPECT_EQ(discarded->round().failure_reason(), "TOO_FEW");
  EXPECT_THAT(Publish(round), HasReason("ROUND_STATE"));
}

TEST_F(RoundHandlerTest, AnEtagThatIsOldIsRefused) {
  Enrol({MentorOf("m"), AdeptOf("a")});

  EXPECT_THAT(Publish(Solve(), "etag: '1'"), HasReason("ETAG_MISMATCH"));
}

TEST_F(RoundHandlerTest, RoundsAreListedNewestFirstAndOnlyToTheirProgramme) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const v1::MatchingRound first = Solve();
  clock_.Advance(absl::Seconds(1));
  const v1::MatchingRound second = Solve();
  const auto request =
      Parse<v1::ListRoundsRequest>(std::string("parent: '") + kCohort + "' order_by: 'create_time desc'");

  const auto rounds = Call<v1::ListRoundsResponse>(coordinator_, "ListRounds", request);

  ASSERT_THAT(rounds, IsOk());
  ASSERT_EQ(rounds->rounds_size(), 2);
  EXPECT_EQ(rounds->rounds(0).name(), second.name());
  EXPECT_EQ(rounds->rounds(1).name(), first.name());
  EXPECT_THAT(Call<v1::ListRoundsResponse>(rpc::CoordinatorOf("programmes/other"), "ListRounds", request),
              HasReason("NOT_FOUND"));
  EXPECT_THAT(Call<v1::ListRoundsResponse>(rpc::ParticipantNamed("participants/a"), "ListRounds", request),
              ::testing::Not(IsOk()));
}

TEST_F(RoundHandlerTest, ACertificateThatDoesNotHoldIsNotPublished) {
  Enrol({MentorOf("m"), MentorOf("n"), AdeptOf("a"), AdeptOf("b")});
  const auto started = Start();
  ASSERT_THAT(started, IsOk());
  const RoundId id = ParseName<RoundId>("rounds", started->round().name())->id;
  const Origin work{.actor = "service:matching", .method = "work/round"};
  const auto claimed = service_->store().ClaimRound(work, id, "worse", absl::Seconds(10));
  ASSERT_TRUE(claimed.ok() && *claimed);
  const auto input = service_->store().LoadInput(KeyOf(), 0, absl::Now() + absl::Seconds(10));
  ASSERT_THAT(input, IsOk());
  auto proposal = matching::Solve(engine::Reference::Load("data/reference").value(), ForRound(*input),
                                  engine::Objective::kCoverageThenScore, "seed");
  ASSERT_THAT(proposal, IsOk());
  proposal->pairs.pop_back();  // One pair fewer than there can be.
  ASSERT_THAT(service_->store().Propose(work, **claimed, *proposal), IsOk());

  EXPECT_THAT(Publish(Get(started->round().name())), HasReason("ROUND_NOT_CERTIFIED"));
  EXPECT_THAT(MatchesOf("participants/a"), IsEmpty());
}

TEST_F(RoundHandlerTest, EveryObjectiveIsSolvedAndCertifiedAndSaysWhatTheOthersCost) {
  Enrol({MentorOf("m1"), MentorOf("m2"), AdeptOf("a"), AdeptOf("b")});
  for (const std::string objective : {"COVERAGE_THEN_SCORE", "SCORE", "FAIREST", "STABLE"}) {
    const auto started = Start(kCohort, "objective: OBJECTIVE_" + objective);
    ASSERT_THAT(started, IsOk());
    RunRounds();

    const v1::MatchingRound round = Get(started->round().name());

    ASSERT_EQ(round.state(), v1::ROUND_STATE_PROPOSED) << objective << " " << round.failure_reason();
    EXPECT_EQ(v1::Objective_Name(round.objective()), "OBJECTIVE_" + objective);
    EXPECT_TRUE(round.certified());
    EXPECT_EQ(round.statistics().matched(), 2);
    EXPECT_TRUE(round.statistics().has_price_of_stability());
    EXPECT_TRUE(round.statistics().has_price_of_fairness());
    EXPECT_GT(round.statistics().stages_size(), 2);
    EXPECT_TRUE(Replay(round)->identical());
    EXPECT_THAT(Publish(round, "validate_only: true"), IsOk());
  }
}

// Somebody changes a certificate in the database, past the service.
TEST_F(RoundHandlerTest, ARoundWhoseCertificateWasTamperedWithIsNotPublished) {
  const brygga::testing::TempDir folder;
  const std::string url = "sqlite:" + folder.File("matching.db");
  auto people = std::make_unique<FakePeopleSource>(clock_);
  people_ = people.get();
  server_.reset();
  service_ = MatchingService::Open(url, {}, std::move(people), {.clock = &clock_}).value();
  server_ = std::make_unique<rpc::TestServer>(service_->services());
  Enrol({MentorOf("m"), MentorOf("n"), AdeptOf("a"), AdeptOf("b")});
  const v1::MatchingRound round = Solve();
  ASSERT_TRUE(round.certified());
  ASSERT_THAT(Publish(round, "validate_only: true"), IsOk());
  const auto outside = sql::Database::Open(url, {.migrations = kMigrations, .clock = &clock_});
  ASSERT_THAT(outside, IsOk());
  ASSERT_THAT((*outside)->Write(Origin{.actor = "somebody", .method = "test"},
                                [](sql::Transaction& tx) {
                                  return tx.Run(
                                      "UPDATE rounds SET certificate = REPLACE(certificate, "
                                      "'\"adept_price\":[', '\"adept_price\":[1')");
                                }),
              IsOk());

  EXPECT_THAT(Publish(round), HasReason("ROUND_NOT_CERTIFIED"));
  EXPECT_THAT(MatchesOf("participants/a"), IsEmpty());
  EXPECT_FALSE(Replay(round)->certified());
  EXPECT_TRUE(Replay(round)->identical());  // The pairs are what they were.
}

TEST_F(RoundHandlerTest, ATrialHasTheFiguresOfTheRoundAndLeavesNoTrace) {
  Enrol({MentorOf("m", 2), AdeptOf("a"), AdeptOf("b"), AdeptOf("c")});

  const auto trial = Start(kCohort, "validate_only: true");
  const v1::MatchingRound round = Solve();

  ASSERT_THAT(trial, IsOk());
  EXPECT_EQ(trial->round().name(), "");
  EXPECT_EQ(trial->round().state(), v1::ROUND_STATE_PROPOSED);
  EXPECT_EQ(trial->round().snapshot_hash(), round.snapshot_hash());
  v1::RoundStatistics expected = round.statistics(), tried = trial->round().statistics();
  expected.clear_solve_micros();
  tried.clear_solve_micros();
  EXPECT_EQ(tried.SerializeAsString(), expected.SerializeAsString());
  const auto rounds = Call<v1::ListRoundsResponse>(
      coordinator_, "ListRounds", Parse<v1::ListRoundsRequest>(std::string("parent: '") + kCohort + "'"));
  EXPECT_EQ(rounds->rounds_size(), 1);
}

TEST_F(RoundHandlerTest, ARoundIsComputedAgainAndIdentical) {
  Enrol({MentorOf("m1"), MentorOf("m2"), AdeptOf("a"), AdeptOf("b"), AdeptOf("c")});
  ASSERT_THAT(Lock("m1", "c"), IsOk());
  const v1::MatchingRound round = Solve();
  // Whatever happens later does not matter to it.
  people_->Remove(KeyOf(), ParticipantId("m2"));
  ASSERT_THAT(Veto(coordinator_, "m1", "a"), IsOk());

  const auto replay = Replay(round);

  ASSERT_THAT(replay, IsOk());
  EXPECT_TRUE(replay->identical()) << replay->DebugString();
  EXPECT_TRUE(replay->certified());
  EXPECT_EQ(replay->snapshot_hash(), round.snapshot_hash());
  const auto started = Start();
  ASSERT_THAT(started, IsOk());
  EXPECT_THAT(Replay(started->round()), HasReason("ROUND_STATE"));
}

TEST_F(RoundHandlerTest, ACancelledRoundStopsWithinFiftyMilliseconds) {
  std::vector<Person> people;
  for (int i = 0; i < 700; ++i) {
    people.push_back(MentorOf("m" + std::to_string(i)));
    people.push_back(AdeptOf("a" + std::to_string(i)));
  }
  Enrol(std::move(people));
  service_->Start();
  const auto started = Start();
  ASSERT_THAT(started, IsOk());
  const RoundId id = ParseName<RoundId>("rounds", started->round().name())->id;
  const auto phase = [&] {
    const auto position = service_->worker().PositionOf(id);
    return position ? position->phase : RoundPhase::kNone;
  };
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (phase() != RoundPhase::kScoring && phase() != RoundPhase::kSolving && absl::Now() < give_up) {
    absl::SleepFor(absl::Milliseconds(1));
  }

  const auto cancelled = Call<v1::CancelRoundResponse>(
      coordinator_, "CancelRound", Parse<v1::CancelRoundRequest>("name: '" + started->round().name() + "'"));
  const absl::Time from = absl::Now();
  while (service_->worker().PositionOf(id) && absl::Now() < give_up) absl::SleepFor(absl::Milliseconds(1));
  const absl::Duration took = absl::Now() - from;

  ASSERT_THAT(cancelled, IsOk());
  // The engine looks every few milliseconds; the rest is a busy test machine's.
  EXPECT_LT(took, absl::Milliseconds(250));
  RecordProperty("cancel_ms", static_cast<int>(absl::ToInt64Milliseconds(took)));
  EXPECT_EQ(Get(started->round().name()).state(), v1::ROUND_STATE_DISCARDED);
  service_->Stop();
}

TEST_F(RoundHandlerTest, WatchSpeaksMoreThanTenTimesASecondWhileARoundRuns) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const auto started = Start();
  ASSERT_THAT(started, IsOk());
  const RoundId id = ParseName<RoundId>("rounds", started->round().name())->id;
  const Origin work{.actor = "service:matching", .method = "work/round"};
  ASSERT_THAT(service_->store().ClaimRound(work, id, "somebody", absl::Seconds(60)), IsOk());

  auto stream = server_->Open<v1::WatchRoundResponse>(
      coordinator_, "brygga.matching.v1.MatchingService/WatchRound",
      Parse<v1::WatchRoundRequest>("name: '" + started->round().name() + "'"), absl::Seconds(2));
  int heard = 0;
  for (v1::WatchRoundResponse response; stream.Read(&response); ++heard) {
    EXPECT_EQ(response.round().state(), v1::ROUND_STATE_RUNNING);
  }

  EXPECT_GE(heard, 15);  // Of about 24 in two seconds: the test machine may be busy.
}

TEST_F(RoundHandlerTest, ARepairAfterADeclineKeepsWhatItCanAndIsPublishedAsAWhole) {
  Enrol({MentorOf("m1"), MentorOf("m2"), MentorOf("m3"), AdeptOf("a"), AdeptOf("b")});
  const v1::MatchingRound base = Solve();
  ASSERT_THAT(Publish(base), IsOk());
  const v1::Match declined = MatchesOf("participants/a").at(0);
  const v1::Match other = MatchesOf("participants/b").at(0);
  ASSERT_THAT(Call<v1::DeclineMatchResponse>(
                  coordinator_, "DeclineMatch",
                  Parse<v1::DeclineMatchRequest>("name: '" + declined.name() + "' side: SIDE_MENTOR reason: 'NO'")),
              IsOk());

  const v1::MatchingRound repair = Mend("base: '" + base.name() + "'");

  ASSERT_EQ(repair.state(), v1::ROUND_STATE_PROPOSED) << repair.failure_detail();
  EXPECT_EQ(repair.repair().base(), base.name());
  EXPECT_EQ(repair.statistics().kept_pairs(), 1);
  EXPECT_EQ(repair.statistics().changed_pairs(), 1);
  EXPECT_EQ(repair.statistics().new_pairs(), 1);
  const auto pairs = PairsOf(repair);
  EXPECT_EQ(pairs.at("participants/b"), other.mentor());
  EXPECT_NE(pairs.at("participants/a"), declined.mentor());
  EXPECT_TRUE(Replay(repair)->identical());
  const auto published = Publish(repair);
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->matches(), 1);
  EXPECT_EQ(published->kept(), 1);
  EXPECT_EQ(published->withdrawn(), 0);
  EXPECT_THAT(MatchesOf("participants/b"), SizeIs(1));
}

TEST_F(RoundHandlerTest, ARepairMayKeepEveryOpenMatch) {
  Enrol({MentorOf("m1"), AdeptOf("a")});
  ASSERT_THAT(Publish(Solve()), IsOk());
  clock_.Advance(absl::Seconds(1));
  Enrol({MentorOf("m1"), MentorOf("m2"), AdeptOf("a"), AdeptOf("b")});

  const v1::MatchingRound repair = Mend("keep_proposed: true");

  EXPECT_EQ(repair.statistics().adepts(), 1);
  EXPECT_EQ(repair.statistics().kept_pairs(), 1);
  EXPECT_THAT(PairsOf(repair), UnorderedElementsAre(Pair("participants/b", "participants/m2")));
  EXPECT_THAT(Publish(repair), IsOk());
}

TEST_F(RoundHandlerTest, ARepairIsOfAPublishedRoundOfTheSameCohort) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const v1::MatchingRound base = Solve();

  EXPECT_THAT(Repair("base: '" + base.name() + "'"), HasReason("ROUND_STATE"));
  EXPECT_THAT(Repair("base: 'programmes/p/cohorts/other/rounds/r'"), HasReason("NOT_FOUND"));
}

TEST_F(RoundHandlerTest, ATrialOfARepairSaysWhatWouldChange) {
  Enrol({MentorOf("m1"), MentorOf("m2"), AdeptOf("a")});
  ASSERT_THAT(Publish(Solve()), IsOk());

  const auto trial = Repair("validate_only: true change_price: 1000");

  ASSERT_THAT(trial, IsOk());
  EXPECT_EQ(trial->round().statistics().kept_pairs(), 1);
  EXPECT_EQ(trial->round().statistics().changed_pairs(), 0);
  EXPECT_EQ(trial->round().statistics().lost_score(), 0);
  EXPECT_EQ(trial->round().repair().change_price(), 1000);
}

TEST_F(RoundHandlerTest, OverridesAreListedInEveryRound) {
  Person ended = MentorOf("m");
  ended.features.agreement_active = false;
  Enrol({ended, MentorOf("n"), AdeptOf("a"), AdeptOf("b")});
  ASSERT_THAT(Lock("m", "a", "override_reason: 'TALKED_TO_BOTH'"), IsOk());

  for (int i = 0; i < 2; ++i) {
    const v1::MatchingRound round = Solve();
    const auto overrides = Call<v1::ListRoundPairsResponse>(
        coordinator_, "ListRoundPairs",
        Parse<v1::ListRoundPairsRequest>("parent: '" + round.name() + "' filter: 'override = true'"));

    EXPECT_EQ(round.statistics().overrides(), 1);
    ASSERT_THAT(overrides, IsOk());
    ASSERT_EQ(overrides->pairs_size(), 1);
    EXPECT_EQ(overrides->pairs(0).override_reason(), "TALKED_TO_BOTH");
  }
}

// Groups of the policy.

class GroupsTest : public MatchingRpcTest {
 protected:
  // Makes the cohort's policy one with these groups.
  void SetGroups(const std::string& groups) {
    ASSERT_THAT(Start(kCohort, "validate_only: true"), IsOk());  // The first look at a cohort gives it its policy.
    const auto current = Call<v1::GetPolicyResponse>(
        coordinator_, "GetPolicy",
        Parse<v1::GetPolicyRequest>(std::string("name: '") + kCohort + "/policies/current'"));
    ASSERT_THAT(current, IsOk());
    std::string document = current->policy().document();
    document.insert(document.find('{') + 1, "\"groups\": [" + groups + "],");
    v1::CreatePolicyRequest request;
    request.set_parent(kCohort);
    request.mutable_policy()->set_document(document);
    ASSERT_THAT(Call<v1::CreatePolicyResponse>(coordinator_, "CreatePolicy", request), IsOk());
  }
  static Person At(Person person, const std::string& employer) {
    person.features.organisation = employer;
    return person;
  }
};

TEST_F(GroupsTest, ACapForEachEmployerHoldsInEveryObjectiveAndSaysWhoIsLeftOut) {
  Enrol({At(MentorOf("m1"), "e"), At(MentorOf("m2"), "e"), MentorOf("m3"), AdeptOf("a"), AdeptOf("b"), AdeptOf("c")});
  SetGroups(R"({"name": "employer", "side": "MENTORS", "each": "EMPLOYER", "at_most": 1})");
  for (const std::string objective : {"COVERAGE_THEN_SCORE", "SCORE", "FAIREST", "STABLE"}) {
    const auto started = Start(kCohort, "objective: OBJECTIVE_" + objective);
    ASSERT_THAT(started, IsOk());
    RunRounds();

    const v1::MatchingRound round = Get(started->round().name());

    ASSERT_EQ(round.state(), v1::ROUND_STATE_PROPOSED) << objective << " " << round.failure_detail();
    EXPECT_TRUE(round.certified());
    EXPECT_EQ(round.statistics().matched(), 2) << objective;
    const auto unmatched = Call<v1::ListUnmatchedResponse>(
        coordinator_, "ListUnmatched", Parse<v1::ListUnmatchedRequest>("parent: '" + round.name() + "'"));
    ASSERT_THAT(unmatched, IsOk());
    ASSERT_EQ(unmatched->unmatched_size(), 1);
    EXPECT_EQ(unmatched->unmatched(0).reason(), v1::UNMATCHED_REASON_OBJECTIVE);
    EXPECT_TRUE(Replay(round)->identical());
    EXPECT_TRUE(Replay(round)->certified());
  }
}

TEST_F(GroupsTest, GuaranteedPeopleComeFirst) {
  Person old = AdeptOf("old");
  old.features.age = 61;
  Person young = AdeptOf("young");
  young.features.age = 20;
  young.features.rounds_waited = 5;
  Enrol({MentorOf("m"), old, young});
  SetGroups(R"({"name": "seniors", "side": "ADEPTS", "members": {"minimum_age": 60}, "guaranteed": true})");

  const v1::MatchingRound round = Solve();

  ASSERT_EQ(round.state(), v1::ROUND_STATE_PROPOSED) << round.failure_detail();
  EXPECT_EQ(round.statistics().guaranteed(), 1);
  EXPECT_THAT(PairsOf(round), UnorderedElementsAre(Pair("participants/old", "participants/m")));
}

TEST_F(GroupsTest, AMinimumLoadThatNobodyCanReachIsNamed) {
  Enrol({At(MentorOf("m"), "e"), AdeptOf("a")});
  SetGroups(R"({"name": "partners", "side": "MENTORS", "at_least": 2})");

  const v1::MatchingRound round = Solve();

  EXPECT_EQ(round.state(), v1::ROUND_STATE_FAILED);
  EXPECT_EQ(round.failure_reason(), "MINIMUM_LOAD");
  EXPECT_THAT(round.failure_detail(), ::testing::HasSubstr("partners"));
  EXPECT_THAT(Start(kCohort, "validate_only: true"), HasReason("MINIMUM_LOAD"));
}

}  // namespace
}  // namespace brygga::matching

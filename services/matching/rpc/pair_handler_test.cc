#include "services/matching/rpc/pair_handler.h"

#include "common/status/error.h"
#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::Contains;
using ::testing::Field;
using ::testing::Pair;

using PairHandlerTest = MatchingRpcTest;

// A mentor whom the vocational policy forbids to everybody here.
Person FarFromAll(Person mentor) {
  mentor.features.slots = {"sun_morning"};
  return mentor;
}

TEST_F(PairHandlerTest, AHandPickedPairSurvivesEveryRound) {
  Enrol({MentorOf("m"), MentorOf("n"), AdeptOf("a"), AdeptOf("b")});
  ASSERT_THAT(Lock("n", "a"), IsOk());

  EXPECT_THAT(PairsOf(Solve()), Contains(Pair("participants/a", "participants/n")));
  EXPECT_THAT(PairsOf(Solve()), Contains(Pair("participants/a", "participants/n")));
}

TEST_F(PairHandlerTest, ALockThatBreaksARuleNeedsAReasonAndTheRoundListsIt) {
  Enrol({FarFromAll(MentorOf("m")), AdeptOf("a")});
  const auto refused = Lock("m", "a");
  ASSERT_THAT(refused, HasReason("LOCK_BREAKS_RULES"));
  EXPECT_THAT(DetailsOf(refused.status()).preconditions,
              Contains(Field(&PreconditionViolation::type, "NO_COMMON_SLOT")));

  const auto lock = Lock("m", "a", "override_reason: 'WILL_FIND_TIME'");
  ASSERT_THAT(lock, IsOk());
  EXPECT_EQ(lock->lock().broken_rules(0), v1::HARD_RULE_NO_COMMON_SLOT);
  const v1::MatchingRound round = Solve();

  EXPECT_EQ(round.statistics().overrides(), 1);
  const auto overrides = Call<v1::ListRoundPairsResponse>(
      coordinator_, "ListRoundPairs",
      Parse<v1::ListRoundPairsRequest>("parent: '" + round.name() + "' filter: 'override = true'"));
  ASSERT_THAT(overrides, IsOk());
  ASSERT_EQ(overrides->pairs_size(), 1);
  EXPECT_EQ(overrides->pairs(0).lock(), lock->lock().name());
  EXPECT_THAT(Publish(round), IsOk());
}

TEST_F(PairHandlerTest, ALockThatTheWorldHasBrokenFailsTheRoundAndIsNamed) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const auto lock = Lock("m", "a");
  ASSERT_THAT(lock, IsOk());
  clock_.Advance(absl::Seconds(1));
  Enrol({FarFromAll(MentorOf("m")), AdeptOf("a")});

  const v1::MatchingRound round = Solve();

  EXPECT_EQ(round.state(), v1::ROUND_STATE_FAILED);
  EXPECT_EQ(round.failure_reason(), "LOCK_BROKEN");
  EXPECT_THAT(round.failure_detail(), ::testing::HasSubstr(lock->lock().name()));
}

TEST_F(PairHandlerTest, ADeletedLockBindsNobody) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const auto lock = Lock("m", "a");
  ASSERT_THAT(lock, IsOk());

  ASSERT_THAT(Call<v1::DeleteLockResponse>(coordinator_, "DeleteLock",
                                           Parse<v1::DeleteLockRequest>("name: '" + lock->lock().name() + "'")),
              IsOk());

  const auto locks = Call<v1::ListLocksResponse>(coordinator_, "ListLocks",
                                                 Parse<v1::ListLocksRequest>(std::string("parent: '") + kCohort + "'"));
  ASSERT_THAT(locks, IsOk());
  EXPECT_EQ(locks->locks_size(), 0);
}

TEST_F(PairHandlerTest, AVetoedPairIsNeitherProposedNorACandidate) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  ASSERT_THAT(Veto(coordinator_, "m", "a"), IsOk());

  EXPECT_EQ(Solve().statistics().matched(), 0);
  EXPECT_EQ(Candidates("a")->total_size(), 0);
  EXPECT_EQ(Explain("m", "a")->broken_rules(0).rule(), v1::HARD_RULE_VETO);
}

TEST_F(PairHandlerTest, AParticipantForbidsOwnPairsOnlyAndNothingPassesThat) {
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  const rpc::Identity adept = rpc::ParticipantNamed("participants/a");
  EXPECT_THAT(Veto(adept, "m", "b"), HasReason("NOT_FOUND"));
  EXPECT_THAT(Veto(rpc::ParticipantNamed("participants/x"), "m", "x"), HasReason("NOT_FOUND"));

  const auto veto = Veto(adept, "m", "a");

  ASSERT_THAT(veto, IsOk());
  EXPECT_EQ(veto->veto().origin(), v1::VETO_ORIGIN_PARTICIPANT);
  EXPECT_THAT(Lock("m", "a", "override_reason: 'BOSS_SAYS'"), HasReason("LOCK_VETOED"));
  EXPECT_THAT(Veto(adept, "m", "a"), HasReason("VETO_EXISTS"));
  const auto vetoes = Call<v1::ListVetoesResponse>(
      coordinator_, "ListVetoes",
      Parse<v1::ListVetoesRequest>(std::string("parent: '") + kCohort + "' filter: 'origin = PARTICIPANT'"));
  ASSERT_THAT(vetoes, IsOk());
  EXPECT_EQ(vetoes->vetoes_size(), 1);
}

TEST_F(PairHandlerTest, AnOverridePassesACoordinatorsVeto) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  ASSERT_THAT(Veto(coordinator_, "m", "a"), IsOk());
  EXPECT_THAT(Lock("m", "a"), HasReason("LOCK_BREAKS_RULES"));

  ASSERT_THAT(Lock("m", "a", "override_reason: 'CLEARED_UP'"), IsOk());

  EXPECT_THAT(Publish(Solve()), IsOk());
}

TEST_F(PairHandlerTest, WhoTakesNoPartIsNotFound) {
  Enrol({MentorOf("m"), AdeptOf("a")});

  EXPECT_THAT(Lock("m", "nobody"), HasReason("NOT_FOUND"));
  EXPECT_THAT(Lock("a", "m"), HasReason("NOT_FOUND"));
}

}  // namespace
}  // namespace brygga::matching

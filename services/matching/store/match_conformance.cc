// What every MatchingStore keeps its word on: matches by hand, and rounds that mend
// earlier answers.
#include <gmock/gmock.h>

#include <barrier>
#include <thread>
#include <utility>

#include "common/status/error.h"
#include "common/testing/matchers.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/matching_store_conformance.h"

namespace brygga::matching {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace {

// What the two return that begin at the same moment.
template <typename A, typename B>
std::pair<absl::Status, absl::Status> AtOnce(const A& a, const B& b) {
  std::barrier<> start(2);
  const auto together = [&](const auto& act) {
    start.arrive_and_wait();
    return act();
  };
  absl::Status first;
  std::thread other([&] { first = together(a); });
  const absl::Status second = together(b);
  other.join();
  return {first, second};
}

Match Wanted(const std::string& id, const std::string& mentor, const std::string& adept, const CohortKey& key,
             const std::string& override_reason = "") {
  return {.id = MatchId(id),
          .cohort = key,
          .mentor = ParticipantId(mentor),
          .adept = ParticipantId(adept),
          .reason = "HAND_PICKED",
          .override_reason = override_reason};
}

MatchStore::DecideNewMatch ByWish(const Match& match, const ByHand& by_hand = {}) {
  return [=](const PairFacts& facts, absl::Time now) {
    return DecideMatch(match, facts, {.score = 700000}, by_hand, now);
  };
}

MatchState StateOf(MatchingStore& store, const Match& match) {
  return store.GetMatch(match.cohort, match.id, absl::Now() + absl::Seconds(20))->state;
}

}  // namespace

// Matches by hand.

TEST_P(MatchingStoreConformance, AMatchByHandComesBackAsItWasKeptAndTakesASeat) {
  Know({MentorOf("m", 2), AdeptOf("a")});
  const Match wanted = Wanted("1", "m", "a", Key());

  const auto made = store_.CreateMatch(New<Match>(), wanted, ByWish(wanted, {.accepted = true}));

  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->state, MatchState::kActive);
  EXPECT_EQ(made->score, 700000);
  EXPECT_EQ(made->created_at, clock_.Now());
  EXPECT_THAT(store_.GetMatch(Key(), MatchId("1"), Soon()), IsOkAndHolds(*made));
  EXPECT_EQ(SeatsOf("m"), (Seats{.capacity = 2, .taken = 1, .taken_here = 1}));
  const auto listed = store_.ListMatches(Key(), {}, Soon());
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(listed->items, ElementsAre(*made));
}

TEST_P(MatchingStoreConformance, ARepeatedMatchByHandGetsTheFirstAnswer) {
  Know({MentorOf("m", 2), AdeptOf("a")});
  const Match wanted = Wanted("1", "m", "a", Key());
  ASSERT_THAT(store_.CreateMatch(Repeat<Match>("again"), wanted, ByWish(wanted)), IsOk());

  EXPECT_TRUE(ReplayedAnswer(store_.CreateMatch(Repeat<Match>("again"), wanted, ByWish(wanted)).status()));
  EXPECT_EQ(SeatsOf("m").taken, 1);
}

TEST_P(MatchingStoreConformance, AMatchByHandNeedsASeatOrAnOverrideWhichTakesOneMore) {
  Know({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  const Match first = Wanted("1", "m", "a", Key()), second = Wanted("2", "m", "b", Key());
  const Match over = Wanted("2", "m", "b", Key(), "SAME_SPORT");
  ASSERT_THAT(store_.CreateMatch(New<Match>(), first, ByWish(first)), IsOk());

  EXPECT_THAT(store_.CreateMatch(New<Match>(), second, ByWish(second)), HasReason("MATCH_BREAKS_RULES"));
  const auto made = store_.CreateMatch(New<Match>(), over, ByWish(over));

  ASSERT_THAT(made, IsOk());
  EXPECT_TRUE(made->over_capacity);
  EXPECT_THAT(store_.GetMatch(Key(), MatchId("2"), Soon()), IsOkAndHolds(*made));
  EXPECT_EQ(SeatsOf("m"), (Seats{.capacity = 2, .taken = 2, .taken_here = 2}));
}

TEST_P(MatchingStoreConformance, AMatchByHandKnowsLocksVetoesAndMatchesOfItsPair) {
  Know({MentorOf("m", 3), MentorOf("n"), AdeptOf("a"), AdeptOf("b")});
  const Lock lock{.id = LockId("l"),
                  .cohort = Key(),
                  .mentor = ParticipantId("n"),
                  .adept = ParticipantId("a"),
                  .reason = "HAND_PICKED",
                  .author = "x"};
  ASSERT_THAT(store_.CreateLock(New<Lock>(), lock, AsAsked(lock)), IsOk());
  ASSERT_THAT(store_.CreateVeto(New<Veto>(), {.id = VetoId("v"),
                                              .cohort = Key(),
                                              .mentor = ParticipantId("m"),
                                              .adept = ParticipantId("b"),
                                              .reason = "R",
                                              .origin = VetoOrigin::kParticipant}),
              IsOk());
  const Match locked = Wanted("1", "m", "a", Key()), vetoed = Wanted("2", "m", "b", Key(), "WHY_NOT");
  const Match unknown = Wanted("3", "m", "nobody", Key());

  EXPECT_THAT(store_.CreateMatch(New<Match>(), locked, ByWish(locked)), HasReason("ADEPT_LOCKED"));
  EXPECT_THAT(store_.CreateMatch(New<Match>(), vetoed, ByWish(vetoed)), HasReason("MATCH_VETOED"));
  EXPECT_THAT(store_.CreateMatch(New<Match>(), unknown, ByWish(unknown)), HasReason("NOT_FOUND"));
  const Match kept = Wanted("4", "n", "a", Key());
  ASSERT_THAT(store_.CreateMatch(New<Match>(), kept, ByWish(kept)), IsOk());
  const Match twice = Wanted("5", "m", "a", Key());
  EXPECT_THAT(store_.CreateMatch(New<Match>(), twice, ByWish(twice)), HasReason("ADEPT_HAS_MATCH"));
}

TEST_P(MatchingStoreConformance, APausedMatchKeepsItsSeatAndItsPauses) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Match wanted = Wanted("1", "m", "a", Key());
  const auto active = store_.CreateMatch(New<Match>(), wanted, ByWish(wanted, {.accepted = true}));
  ASSERT_THAT(active, IsOk());

  const auto paused = Say(*active, [](const Match& match, absl::Time now) { return PauseMatch(match, "ILL", now); });
  clock_.Advance(absl::Hours(48));
  EXPECT_EQ(SeatsOf("m").taken, 1);
  const auto resumed = Say(*active, [](const Match& match, absl::Time now) { return Resume(match, now); });
  const auto again = Say(*active, [](const Match& match, absl::Time now) { return PauseMatch(match, "AWAY", now); });

  ASSERT_THAT(paused, IsOkAndHolds(Field(&Match::state, MatchState::kPaused)));
  ASSERT_THAT(resumed, IsOkAndHolds(Field(&Match::state, MatchState::kActive)));
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(store_.GetMatch(Key(), MatchId("1"), Soon()), IsOkAndHolds(*again));
  ASSERT_THAT(again->pauses, SizeIs(2));
  EXPECT_EQ(again->pauses[0].until, clock_.Now());
  const auto ended =
      Say(*active, [](const Match& match, absl::Time now) { return End(match, Ending::kEarly, "MOVED", now); });
  ASSERT_THAT(ended, IsOk());
  EXPECT_EQ(SeatsOf("m").taken, 0);
}

TEST_P(MatchingStoreConformance, AKindChangesUnlessTheAdeptHasOneOfIt) {
  Know({MentorOf("m", 2), MentorOf("n"), AdeptOf("a")});
  const Match wanted = Wanted("1", "m", "a", Key());
  const auto first = store_.CreateMatch(New<Match>(), wanted, ByWish(wanted));
  ASSERT_THAT(first, IsOk());
  const auto mutual = [](const Match& match, absl::Time) { return ChangeKind(match, MatchKind::kMutual); };

  const auto changed = Say(*first, mutual);

  ASSERT_THAT(changed, IsOkAndHolds(Field(&Match::kind, MatchKind::kMutual)));
  EXPECT_THAT(store_.GetMatch(Key(), MatchId("1"), Soon()), IsOkAndHolds(*changed));
  // What it was may not come beside what it is, for the adept is still matched.
  const Match other = Wanted("2", "n", "a", Key());
  EXPECT_THAT(store_.CreateMatch(New<Match>(), other, ByWish(other)), HasReason("ADEPT_HAS_MATCH"));
  const auto input = store_.LoadInput(Key(), 0, Soon());
  ASSERT_THAT(input, IsOk());
  EXPECT_TRUE(input->matched.contains(ParticipantId("a")));
  // A publication that was under way makes one of the old kind; then that cannot change.
  const Round round = Proposed("r", {{"n", "a"}});
  ASSERT_THAT(Publish(round), IsOk());
  EXPECT_THAT(Say(MatchOf(round, "a"), mutual), HasReason("ADEPT_HAS_MATCH"));
}

TEST_P(MatchingStoreConformance, AVetoThatIsDeletedIsGoneUnlessTheCheckRefuses) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Veto veto{.id = VetoId("v"),
                  .cohort = Key(),
                  .mentor = ParticipantId("m"),
                  .adept = ParticipantId("a"),
                  .reason = "R",
                  .origin = VetoOrigin::kParticipant,
                  .by = Side::kAdept,
                  .author = "x"};
  const auto made = store_.CreateVeto(New<Veto>(), veto);
  ASSERT_THAT(made, IsOk());
  const int64_t epoch = store_.GetCohort(Key(), Soon())->epoch;

  EXPECT_THAT(store_.DeleteVeto(New<Veto>(), Key(), VetoId("v"), &VetoOfParticipant), HasReason("VETO_OF_PARTICIPANT"));
  const auto deleted = store_.DeleteVeto(New<Veto>(), Key(), VetoId("v"), [](const Veto&) { return absl::OkStatus(); });

  EXPECT_THAT(deleted, IsOkAndHolds(*made));
  EXPECT_GT(store_.GetCohort(Key(), Soon())->epoch, epoch);
  EXPECT_THAT(store_.ListVetoes(Key(), {}, Soon())->items, IsEmpty());
  EXPECT_THAT(store_.DeleteVeto(New<Veto>(), Key(), VetoId("v"), [](const Veto&) { return absl::OkStatus(); }),
              HasReason("NOT_FOUND"));
}

// Matched twice: a coordinator's match and an automatic publication begin at the
// same moment, again and again. The adept takes part in two cohorts of the
// programme, so that no lock of a cohort keeps the two apart.

TEST_P(MatchingStoreConformance, AMatchByHandAndAPublicationAtOnceMatchAnAdeptOnce) {
  const CohortKey other = Key("d");
  constexpr int kTimes = 25;
  for (int i = 0; i < kTimes; ++i) {
    const std::string n = std::to_string(i);
    Know({MentorOf("m" + n), AdeptOf("a" + n)});
    Know({MentorOf("n" + n), AdeptOf("a" + n)}, other);
    const Round round = Proposed("r" + n, {{"m" + n, "a" + n}});
    const Match wanted = Wanted("h" + n, "n" + n, "a" + n, other);
    const auto by_hand = New<Match>();
    const auto by_round = New<Publication>();
    const auto [hand, published] = AtOnce([&] { return store_.CreateMatch(by_hand, wanted, ByWish(wanted)).status(); },
                                          [&] { return store_.PublishRound(by_round, Order(round)).status(); });

    EXPECT_NE(hand.ok(), published.ok()) << hand << " " << published;
    if (!hand.ok()) {
      EXPECT_THAT(hand, HasReason("ADEPT_HAS_MATCH"));
    }
    if (!published.ok()) {
      EXPECT_THAT(published, HasReason("ROUND_OUTDATED"));
    }
    const auto matches = store_.ListMatchesOf(ParticipantId("a" + n), std::nullopt, {}, Soon());
    ASSERT_THAT(matches, IsOk());
    EXPECT_THAT(matches->items, SizeIs(1));
    EXPECT_EQ(SeatsOf("m" + n).taken + SeatsOf("n" + n, other).taken, 1);
  }
}

TEST_P(MatchingStoreConformance, AMatchByHandAndAPublicationAtOnceNeverTakeTheSameSeat) {
  const CohortKey other = Key("d", "q");
  constexpr int kTimes = 25;
  for (int i = 0; i < kTimes; ++i) {
    const std::string n = std::to_string(i);
    Know({MentorOf("m" + n), AdeptOf("a" + n)});
    Know({MentorOf("m" + n), AdeptOf("b" + n)}, other);
    const Round round = Proposed("r" + n, {{"m" + n, "a" + n}});
    const Match wanted = Wanted("h" + n, "m" + n, "b" + n, other);
    const auto by_hand = New<Match>();
    const auto by_round = New<Publication>();
    const auto [hand, published] = AtOnce([&] { return store_.CreateMatch(by_hand, wanted, ByWish(wanted)).status(); },
                                          [&] { return store_.PublishRound(by_round, Order(round)).status(); });

    EXPECT_NE(hand.ok(), published.ok()) << hand << " " << published;
    if (!hand.ok()) {
      EXPECT_THAT(hand, HasReason("MATCH_BREAKS_RULES"));
    }
    EXPECT_EQ(SeatsOf("m" + n), (Seats{.capacity = 1, .taken = 1, .taken_here = published.ok() ? 1 : 0}));
  }
}

// Rounds that mend earlier answers.

TEST_P(MatchingStoreConformance, ARepairComesBackAsItWasKept) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Round base = Proposed("base", {{"m", "a"}});
  ASSERT_THAT(Publish(base), IsOk());
  const RepairOrder order{.base = RoundId("base"), .keep_proposed = true, .change_price = 5};
  const Round wanted{
      .id = RoundId("r"), .cohort = Key(), .objective = engine::Objective::kScore, .seed = "seed", .repair = order};

  const auto made = store_.CreateRound(New<Round>(), wanted);

  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->repair, order);
  EXPECT_THAT(store_.GetRound(Key(), RoundId("r"), Soon()), IsOkAndHolds(*made));
  const auto claimed = store_.ClaimRound(Work(), RoundId("r"), "worker", absl::Seconds(10));
  ASSERT_THAT(claimed, IsOk());
  Proposal proposal{.snapshot_hash = "snapshot", .certificate = "certificate"};
  proposal.input.cohort.as_of = clock_.Now();
  proposal.input.repair = RepairInput{.earlier = {{.mentor = ParticipantId("m"),
                                                   .adept = ParticipantId("a"),
                                                   .match = MatchOf(base, "a").id,
                                                   .fate = Fate::kStays}},
                                      .change_price = 5};
  proposal.statistics = {.blocking_pairs = 3,
                         .kept_pairs = 1,
                         .changed_pairs = 2,
                         .new_pairs = 4,
                         .lost_score = 7,
                         .price_of_stability = engine::Price{.pairs = 1, .total_score = -2, .pairs_part = 3}};
  ASSERT_THAT(store_.Propose(Work(), **claimed, proposal), IsOk());
  const auto loaded = store_.LoadProposal(Key(), RoundId("r"), Soon());
  ASSERT_THAT(loaded, IsOk());
  ASSERT_TRUE(loaded->input.repair.has_value());
  EXPECT_EQ(loaded->input.repair->earlier, proposal.input.repair->earlier);
  EXPECT_EQ(loaded->input.repair->change_price, 5);
  EXPECT_EQ(loaded->statistics, proposal.statistics);
}

TEST_P(MatchingStoreConformance, OnlyAPublishedRoundIsMended) {
  Know({MentorOf("m"), AdeptOf("a")});
  Proposed("base", {{"m", "a"}});
  const auto mend = [&](const std::string& base) {
    return store_.CreateRound(
        New<Round>(),
        {.id = RoundId("r"), .cohort = Key(), .seed = "seed", .repair = RepairOrder{.base = RoundId(base)}});
  };

  EXPECT_THAT(mend("base"), HasReason("ROUND_STATE"));
  EXPECT_THAT(mend("none"), HasReason("NOT_FOUND"));
}

TEST_P(MatchingStoreConformance, ARepairKeepsTakesBackAndMakesMatchesAtOnce) {
  Know({MentorOf("m"), MentorOf("n"), MentorOf("o"), AdeptOf("a"), AdeptOf("b"), AdeptOf("c")});
  const Round base = Proposed("base", {{"m", "a"}, {"n", "b"}});
  ASSERT_THAT(Publish(base), IsOk());
  const Match kept = MatchOf(base, "a"), taken_back = MatchOf(base, "b");

  const Round repair = ProposedRepair("r", {{"m", "a"}, {"n", "c"}, {"o", "b"}}, {kept, taken_back});
  const auto published = Publish(repair);

  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->matches, 2);
  EXPECT_EQ(published->kept, 1);
  EXPECT_EQ(published->withdrawn, 1);
  EXPECT_THAT(store_.GetMatch(Key(), kept.id, Soon()), IsOkAndHolds(kept));
  const auto withdrawn = store_.GetMatch(Key(), taken_back.id, Soon());
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_EQ(withdrawn->state, MatchState::kExpired);
  EXPECT_EQ(withdrawn->end_reason, "SUPERSEDED");
  EXPECT_EQ(MatchOf(repair, "b").mentor, ParticipantId("o"));
  EXPECT_EQ(MatchOf(repair, "c").mentor, ParticipantId("n"));
  for (const char* mentor : {"m", "n", "o"}) EXPECT_EQ(SeatsOf(mentor).taken, 1) << mentor;
  const auto pairs = store_.LoadProposal(Key(), RoundId("r"), Soon());
  ASSERT_THAT(pairs, IsOk());
  EXPECT_EQ(pairs->pairs[0].match, kept.id);
}

TEST_P(MatchingStoreConformance, ARepairThatIsOutdatedLeavesEveryMatchAsItWas) {
  Know({MentorOf("m"), MentorOf("n"), AdeptOf("a"), AdeptOf("b")});
  const Round base = Proposed("base", {{"m", "a"}, {"n", "b"}});
  ASSERT_THAT(Publish(base), IsOk());
  const Match declined = MatchOf(base, "a"), accepted = MatchOf(base, "b");
  // Both stand in the way by the time of the publication: one has been declined that
  // was to stay, and one accepted whose mentor was to change.
  const Round repair = ProposedRepair("r", {{"m", "a"}}, {declined, accepted});
  ASSERT_THAT(Say(declined, [](const Match& m, absl::Time now) { return Decline(m, Side::kMentor, "NO", now); }),
              IsOk());
  ASSERT_THAT(Say(accepted, [](const Match& m, absl::Time now) { return Accept(m, Side::kMentor, now); }), IsOk());

  const auto published = Publish(repair);

  EXPECT_THAT(published, HasReason("ROUND_OUTDATED"));
  EXPECT_THAT(DetailsOf(published.status()).preconditions,
              ElementsAre(Field(&PreconditionViolation::type, "MATCH_OVER")));
  EXPECT_EQ(StateOf(store_, accepted), MatchState::kAcceptedByOne);
  EXPECT_EQ(StateOf(store_, declined), MatchState::kDeclined);
}

TEST_P(MatchingStoreConformance, WhoIsLeftOutByARepairHasNotWaitedOnceMore) {
  Know({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  const Round base = Proposed("base", {{"m", "a"}});
  ASSERT_THAT(Publish(base), IsOk());
  Round repair = ProposedRepair("r", {{"m", "a"}}, {MatchOf(base, "a")}, {ParticipantId("b")});

  ASSERT_THAT(Publish(repair), IsOk());

  EXPECT_FALSE(store_.LoadInput(Key(), 0, Soon())->waited.contains(ParticipantId("b")));
}

}  // namespace brygga::matching

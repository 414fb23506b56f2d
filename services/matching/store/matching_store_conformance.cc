#include "services/matching/store/matching_store_conformance.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "common/status/error.h"
#include "common/testing/matchers.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

Person MatchingStoreConformance::MentorOf(const std::string& id, int capacity) {
  Person person{.id = ParticipantId(id), .role = Side::kMentor, .person_capacity = capacity};
  person.features.tie_key = "tie-" + id;
  person.features.capacity = capacity;
  return person;
}

Person MatchingStoreConformance::AdeptOf(const std::string& id) {
  Person person{.id = ParticipantId(id), .role = Side::kAdept};
  person.features.tie_key = "tie-" + id;
  return person;
}

MatchingPolicy MatchingStoreConformance::Policy() { return {.kind = "VOCATIONAL", .document = "{}", .hash = "hash"}; }

void MatchingStoreConformance::Know(std::vector<Person> people, const CohortKey& key, const std::string& state) {
  clock_.Advance(absl::Microseconds(1));
  const Cohort cohort{.key = key, .kind = "VOCATIONAL", .state = state, .as_of = clock_.Now()};
  ASSERT_THAT(store_.ReplacePeople(Work(), {.cohort = cohort, .people = std::move(people)}, Policy()), IsOk());
}

Round MatchingStoreConformance::MakeRound(const std::string& id, const CohortKey& key) {
  const auto round = store_.CreateRound(New<Round>(), {.id = RoundId(id), .cohort = key, .seed = "seed"});
  EXPECT_THAT(round, IsOk());
  return round.value_or(Round{});
}

Round MatchingStoreConformance::Proposed(const std::string& id, std::vector<RoundPair> pairs, const CohortKey& key) {
  MakeRound(id, key);
  const auto claimed = store_.ClaimRound(Work(), RoundId(id), "worker", absl::Seconds(10));
  EXPECT_THAT(claimed, IsOk());
  Proposal proposal{.snapshot_hash = "snapshot", .certificate = "certificate", .pairs = std::move(pairs)};
  proposal.input.cohort.as_of = clock_.Now();
  proposal.statistics.matched = static_cast<int>(proposal.pairs.size());
  EXPECT_THAT(store_.Propose(Work(), **claimed, proposal), IsOk());
  return store_.GetRound(key, RoundId(id), Soon()).value_or(Round{});
}

Round MatchingStoreConformance::Proposed(const std::string& id,
                                         const std::vector<std::pair<std::string, std::string>>& pairs,
                                         const CohortKey& key) {
  std::vector<RoundPair> made;
  for (const auto& [mentor, adept] : pairs) {
    made.push_back({.mentor = ParticipantId(mentor), .adept = ParticipantId(adept), .score = 500000});
  }
  return Proposed(id, std::move(made), key);
}

Round MatchingStoreConformance::ProposedRepair(const std::string& id,
                                               const std::vector<std::pair<std::string, std::string>>& pairs,
                                               const std::vector<Match>& open,
                                               const std::vector<ParticipantId>& unmatched) {
  EXPECT_THAT(
      store_.CreateRound(New<Round>(), {.id = RoundId(id), .cohort = Key(), .seed = "seed", .repair = RepairOrder{}}),
      IsOk());
  const auto claimed = store_.ClaimRound(Work(), RoundId(id), "worker", absl::Seconds(10));
  EXPECT_THAT(claimed, IsOk());
  Proposal proposal{.snapshot_hash = "snapshot", .certificate = "certificate"};
  proposal.input.cohort.as_of = clock_.Now();
  for (const auto& [mentor, adept] : pairs) {
    proposal.pairs.push_back({.mentor = ParticipantId(mentor), .adept = ParticipantId(adept), .score = 500000});
  }
  for (const ParticipantId& adept : unmatched) proposal.unmatched.push_back({.adept = adept, .reason = "NO_SEATS"});
  RepairInput& repair = proposal.input.repair.emplace();
  for (const Match& match : open) {
    repair.earlier.push_back({.mentor = match.mentor, .adept = match.adept, .match = match.id});
  }
  std::sort(repair.earlier.begin(), repair.earlier.end(),
            [](const EarlierPair& a, const EarlierPair& b) { return a.match < b.match; });
  proposal.statistics.matched = static_cast<int>(proposal.pairs.size());
  EXPECT_THAT(store_.Propose(Work(), **claimed, proposal), IsOk());
  return store_.GetRound(Key(), RoundId(id), Soon()).value_or(Round{});
}

Match MatchingStoreConformance::SomeMatch(const std::string& adept, const ByHand& by_hand) {
  known_.push_back(MentorOf("mentor-of-" + adept));
  known_.push_back(AdeptOf(adept));
  Know(known_);
  const Match wanted{.id = MatchId("match-" + adept),
                     .cohort = Key(),
                     .mentor = ParticipantId("mentor-of-" + adept),
                     .adept = ParticipantId(adept),
                     .reason = "HAND_PICKED"};
  const auto made = store_.CreateMatch(New<Match>(), wanted, [&](const PairFacts& facts, absl::Time now) {
    return DecideMatch(wanted, facts, {}, by_hand, now);
  });
  EXPECT_THAT(made, IsOk());
  return made.value_or(wanted);
}

PublishOrder MatchingStoreConformance::Order(const Round& round) {
  PublishOrder order{.cohort = round.cohort, .round = round.id, .answer_within = absl::Hours(24)};
  for (int i = 0; i < round.statistics.matched; ++i) {
    order.match_ids.emplace_back(round.id.value() + "-match-" + std::to_string(i));
  }
  return order;
}

Match MatchingStoreConformance::MatchOf(const Round& round, const std::string& adept) {
  const auto matches = store_.ListMatchesOf(ParticipantId(adept), std::nullopt, {}, Soon());
  EXPECT_THAT(matches, IsOk());
  for (const Match& match : matches->items) {
    if (match.round == round.id) return match;
  }
  ADD_FAILURE() << "no match of " << adept << " in " << round.id;
  return {};
}

Seats MatchingStoreConformance::SeatsOf(const std::string& mentor, const CohortKey& key) {
  const auto input = store_.LoadInput(key, 0, Soon());
  EXPECT_THAT(input, IsOk());
  return input->seats.at(ParticipantId(mentor));
}

PairStore::DecideLockFn MatchingStoreConformance::AsAsked(const Lock& lock) {
  return [lock](const PairFacts& facts, absl::Time now) { return DecideLock(lock, facts, {}, now); };
}

namespace {

std::vector<std::string> Adepts(const std::vector<PairConflict>& conflicts) {
  std::vector<std::string> words;
  for (const PairConflict& conflict : conflicts) words.push_back(conflict.adept.value() + " " + conflict.reason);
  return words;
}

}  // namespace

// People and policies.

TEST_P(MatchingStoreConformance, KeepsEveryFeatureOfAPerson) {
  Person mentor = MentorOf("m", 3);
  mentor.enrolment = "programmes/p/cohorts/c/enrolments/e";
  mentor.features = {.tie_key = "tie",
                     .occupation_id = "iWoz_Qa7_UQC",
                     .ssyk4 = "2143",
                     .target_occupation_id = "4bkL_eTC_tAq",
                     .target_ssyk4 = "3352",
                     .skills = {"a", "b"},
                     .languages = {{"sv", "N"}, {"en", "B2"}},
                     .sun_field = "522",
                     .municipality_code = "0180",
                     .max_distance_km = 25,
                     .format = engine::MeetingFormat::kEither,
                     .slots = {"mon_lunch", "fri_evening"},
                     .goals = {"network"},
                     .years_experience = 0,
                     .organisation = "o",
                     .agreement_active = true,
                     .excluded_organisations = {"x", "y"},
                     .gender = engine::Gender::kOther,
                     .preferred_gender = engine::Gender::kFemale,
                     .age = 44,
                     .referral_source = "SFI",
                     .screening_passed = true,
                     .rounds_waited = 2,
                     .rounds_before = 7,
                     .capacity = 2};

  Know({mentor, AdeptOf("a")});

  const auto input = store_.LoadInput(Key(), 0, Soon());
  ASSERT_THAT(input, IsOk());
  ASSERT_THAT(input->people, SizeIs(2));
  EXPECT_EQ(Canonical(input->people[0]), Canonical(AdeptOf("a")));
  EXPECT_EQ(Canonical(input->people[1]), Canonical(mentor));
}

TEST_P(MatchingStoreConformance, TheEpochGrowsOnlyWhenSomebodyChanges) {
  Know({MentorOf("m"), AdeptOf("a")});
  const int64_t first = store_.GetCohort(Key(), Soon())->epoch;
  Know({MentorOf("m"), AdeptOf("a")});
  const int64_t same = store_.GetCohort(Key(), Soon())->epoch;
  Know({MentorOf("m")});
  const int64_t later = store_.GetCohort(Key(), Soon())->epoch;

  EXPECT_EQ(same, first);
  EXPECT_GT(later, same);
  EXPECT_THAT(store_.LoadInput(Key(), 0, Soon())->people, SizeIs(1));
}

TEST_P(MatchingStoreConformance, AnOlderReadingNeverReplacesANewerOne) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Cohort stale{.key = Key(), .kind = "VOCATIONAL", .state = "DRAFT", .as_of = clock_.Now() - absl::Seconds(1)};

  EXPECT_THAT(store_.ReplacePeople(Work(), {.cohort = stale}, Policy()), IsOk());

  EXPECT_THAT(store_.LoadInput(Key(), 0, Soon())->people, SizeIs(2));
}

TEST_P(MatchingStoreConformance, ACohortBelongsToOneProgramme) {
  Know({});

  EXPECT_THAT(store_.GetCohort(Key("c", "other"), Soon()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.LoadInput(Key("c", "other"), 0, Soon()), StatusIs(absl::StatusCode::kNotFound));
  const Cohort elsewhere{.key = Key("c", "other"), .kind = "VOCATIONAL", .state = "OPEN", .as_of = clock_.Now()};
  EXPECT_THAT(store_.ReplacePeople(Work(), {.cohort = elsewhere}, Policy()), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(MatchingStoreConformance, TheDefaultPolicyIsVersionOneAndEachNewOneIsInForce) {
  Know({});
  MatchingPolicy changed = Policy();
  changed.cohort = Key();
  changed.hash = "changed";

  const auto second = store_.CreatePolicy(New<MatchingPolicy>(), changed);

  ASSERT_THAT(second, IsOkAndHolds(Field(&MatchingPolicy::version, 2)));
  EXPECT_THAT(store_.GetPolicy(Key(), 0, Soon()), IsOkAndHolds(*second));
  EXPECT_THAT(store_.GetPolicy(Key(), 1, Soon()), IsOkAndHolds(Field(&MatchingPolicy::hash, "hash")));
  EXPECT_THAT(store_.GetPolicy(Key(), 3, Soon()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.ListPolicies(Key(), {.order = {{"version", true}, {"id", true}}}, Soon())->items,
              ElementsAre(Field(&MatchingPolicy::version, 2), Field(&MatchingPolicy::version, 1)));
}

// Rounds.

TEST_P(MatchingStoreConformance, ACohortHasOneRoundUnderWay) {
  Know({});
  const Round first = MakeRound("r1");

  EXPECT_THAT(store_.CreateRound(New<Round>(), {.id = RoundId("r2"), .cohort = Key()}), HasReason("ROUND_UNDER_WAY"));
  Mutation<Round> trial = New<Round>();
  trial.validate_only = true;
  EXPECT_THAT(store_.CreateRound(trial, {.id = RoundId("r3"), .cohort = Key()}), IsOk());
  EXPECT_THAT(store_.GetRound(Key(), RoundId("r3"), Soon()), HasReason("NOT_FOUND"));

  ASSERT_THAT(store_.ChangeRound(New<Round>(), Key(), first.id, [](const Round& r, absl::Time) { return Cancel(r); }),
              IsOk());
  EXPECT_THAT(store_.CreateRound(New<Round>(), {.id = RoundId("r2"), .cohort = Key()}), IsOk());
}

TEST_P(MatchingStoreConformance, ACohortThatIsNotOpenHasNoRounds) {
  Know({}, Key(), "DRAFT");

  EXPECT_THAT(store_.CreateRound(New<Round>(), {.id = RoundId("r"), .cohort = Key()}),
              HasReason("COHORT_NOT_MATCHABLE"));
  EXPECT_THAT(store_.CreateRound(New<Round>(), {.id = RoundId("r"), .cohort = Key("unknown")}),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(MatchingStoreConformance, ARepeatedStartGetsTheFirstAnswerThoughARoundIsUnderWay) {
  Know({});
  ASSERT_THAT(store_.CreateRound(Repeat<Round>("again"), {.id = RoundId("r1"), .cohort = Key()}), IsOk());

  const auto again = store_.CreateRound(Repeat<Round>("again"), {.id = RoundId("r2"), .cohort = Key()});

  EXPECT_EQ(ReplayedAnswer(again.status()), "answer");
}

TEST_P(MatchingStoreConformance, OneWorkerHasARoundAndADeadOneLosesIt) {
  Know({});
  MakeRound("r");
  const auto first = store_.ClaimRound(Work(), RoundId("r"), "one", absl::Seconds(10));
  ASSERT_TRUE(first.ok() && *first);
  EXPECT_THAT(store_.ClaimRound(Work(), RoundId("r"), "two", absl::Seconds(10)), IsOkAndHolds(std::nullopt));

  clock_.Advance(absl::Seconds(11));
  ASSERT_THAT(store_.ListClaimable(Soon()), IsOkAndHolds(SizeIs(1)));
  const auto second = store_.ClaimRound(Work(), RoundId("r"), "two", absl::Seconds(10));

  ASSERT_TRUE(second.ok() && *second);
  EXPECT_THAT(store_.Beat(Work(), **first, RoundPhase::kSolving, 1, absl::Seconds(10)), HasReason("ROUND_LOST"));
  EXPECT_THAT(store_.Propose(Work(), **first, {}), HasReason("ROUND_LOST"));
  EXPECT_THAT(store_.FailRound(Work(), **first, "INTERNAL", ""), HasReason("ROUND_LOST"));
  EXPECT_THAT(store_.Propose(Work(), **second, {}), IsOk());
}

TEST_P(MatchingStoreConformance, ABeatingWorkerKeepsItsRoundAndSaysWhereItIs) {
  Know({});
  MakeRound("r");
  const auto claimed = store_.ClaimRound(Work(), RoundId("r"), "one", absl::Seconds(10));
  clock_.Advance(absl::Seconds(9));

  EXPECT_THAT(store_.Beat(Work(), **claimed, RoundPhase::kSolving, 412, absl::Seconds(10)), IsOk());

  clock_.Advance(absl::Seconds(9));
  EXPECT_THAT(store_.ListClaimable(Soon()), IsOkAndHolds(IsEmpty()));
  const auto round = store_.GetRound(Key(), RoundId("r"), Soon());
  EXPECT_EQ(round->phase, RoundPhase::kSolving);
  EXPECT_EQ(round->progress_permille, 412);
}

TEST_P(MatchingStoreConformance, ACancelledRoundIsLostToItsWorker) {
  Know({});
  MakeRound("r");
  const auto claimed = store_.ClaimRound(Work(), RoundId("r"), "one", absl::Seconds(10));

  ASSERT_THAT(
      store_.ChangeRound(New<Round>(), Key(), RoundId("r"), [](const Round& r, absl::Time) { return Cancel(r); }),
      IsOk());

  EXPECT_THAT(store_.Propose(Work(), **claimed, {}), HasReason("ROUND_LOST"));
}

TEST_P(MatchingStoreConformance, ARoundWhoseWorkersKeepDyingFails) {
  Know({});
  MakeRound("r");
  for (int i = 0; i <= kMaxAttempts; ++i) {
    ASSERT_THAT(store_.ClaimRound(Work(), RoundId("r"), "one", absl::Seconds(10)), IsOk());
    clock_.Advance(absl::Seconds(11));
  }

  const auto round = store_.GetRound(Key(), RoundId("r"), Soon());
  EXPECT_EQ(round->state, RoundState::kFailed);
  EXPECT_EQ(round->failure_reason, "INTERRUPTED");
  EXPECT_THAT(store_.ListClaimable(Soon()), IsOkAndHolds(IsEmpty()));
}

TEST_P(MatchingStoreConformance, AProposalComesBackAsItWasKept) {
  Know({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  MakeRound("r");
  const auto claimed = store_.ClaimRound(Work(), RoundId("r"), "one", absl::Seconds(10));
  Proposal proposal{.snapshot_hash = "snapshot",
                    .statistics = {.adepts = 2,
                                   .mentors = 1,
                                   .seats = 1,
                                   .feasible_pairs = 1,
                                   .matched = 1,
                                   .total_score = 700000,
                                   .worst_score = 700000,
                                   .solve_us = 12,
                                   .overrides = 1},
                    .certificate = "certificate"};
  proposal.input.people = {AdeptOf("a"), AdeptOf("b"), MentorOf("m")};
  proposal.input.locks = {{.id = LockId("l"),
                           .cohort = Key(),
                           .mentor = ParticipantId("m"),
                           .adept = ParticipantId("a"),
                           .reason = "PICKED",
                           .override_reason = "FRIENDS"}};
  proposal.input.vetoes = {{.id = VetoId("v"),
                            .cohort = Key(),
                            .mentor = ParticipantId("m"),
                            .adept = ParticipantId("b"),
                            .origin = VetoOrigin::kParticipant}};
  proposal.pairs = {{.mentor = ParticipantId("m"),
                     .adept = ParticipantId("a"),
                     .score = 700000,
                     .contributions = {{.criterion = engine::Criterion::kDistance,
                                        .value = 0.7,
                                        .micro = 700000,
                                        .maximum = 1000000,
                                        .unknown = true,
                                        .detail = "ONLINE"}},
                     .lock = LockId("l"),
                     .overrides = true}};
  proposal.unmatched = {{.adept = ParticipantId("b"),
                         .reason = "BOTTLENECK",
                         .rules = {{.rule = engine::HardRule::kTooFar, .mentors = 3, .alone = 1}},
                         .group = {ParticipantId("a"), ParticipantId("b")},
                         .group_mentors = {ParticipantId("m")},
                         .group_seats = 1,
                         .rounds_waited = 4}};

  ASSERT_THAT(store_.Propose(Work(), **claimed, proposal), IsOk());

  const auto round = store_.GetRound(Key(), RoundId("r"), Soon());
  EXPECT_EQ(round->state, RoundState::kProposed);
  EXPECT_TRUE(round->certified);
  EXPECT_EQ(round->statistics, proposal.statistics);
  const auto kept = store_.LoadProposal(Key(), RoundId("r"), Soon());
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->certificate, "certificate");
  ASSERT_THAT(kept->input.people, SizeIs(3));
  EXPECT_EQ(Canonical(kept->input.people[2]), Canonical(MentorOf("m")));
  EXPECT_EQ(kept->input.locks, proposal.input.locks);
  EXPECT_EQ(kept->input.vetoes, proposal.input.vetoes);
  const auto pairs = store_.ListPairs(Key(), RoundId("r"), {}, Soon());
  ASSERT_THAT(pairs->items, SizeIs(1));
  EXPECT_EQ(pairs->items[0].lock, LockId("l"));
  EXPECT_TRUE(pairs->items[0].overrides);
  ASSERT_THAT(pairs->items[0].contributions, SizeIs(1));
  EXPECT_EQ(pairs->items[0].contributions[0].detail, "ONLINE");
  EXPECT_EQ(pairs->items[0].contributions[0].micro, 700000);
  const auto unmatched = store_.ListUnmatched(Key(), RoundId("r"), {}, Soon());
  ASSERT_THAT(unmatched->items, SizeIs(1));
  EXPECT_EQ(unmatched->items[0].rules, proposal.unmatched[0].rules);
  EXPECT_EQ(unmatched->items[0].group, proposal.unmatched[0].group);
  EXPECT_EQ(unmatched->items[0].rounds_waited, 4);
  EXPECT_THAT(store_.ListPairs(Key(), RoundId("other"), {}, Soon()), StatusIs(absl::StatusCode::kNotFound));
}

// Publication.

TEST_P(MatchingStoreConformance, PublicationMakesMatchesAndTakesSeats) {
  Know({MentorOf("m", 2), AdeptOf("a"), AdeptOf("b")});
  const Round round = Proposed("r", {{"m", "a"}, {"m", "b"}});

  const auto publication = Publish(round);

  ASSERT_THAT(publication, IsOk());
  EXPECT_EQ(publication->matches, 2);
  EXPECT_EQ(publication->round.state, RoundState::kPublished);
  const Match match = MatchOf(round, "a");
  EXPECT_EQ(match.state, MatchState::kProposed);
  EXPECT_EQ(match.expires_at, clock_.Now() + absl::Hours(24));
  EXPECT_EQ(SeatsOf("m"), (Seats{.capacity = 2, .taken = 2, .taken_here = 2}));
  EXPECT_EQ(store_.ListPairs(Key(), round.id, {}, Soon())->items[0].match, match.id);
  EXPECT_THAT(store_.LoadInput(Key(), 0, Soon())->matched, SizeIs(2));
  EXPECT_THAT(Publish(round), HasReason("ROUND_STATE"));
}

TEST_P(MatchingStoreConformance, ARepeatedPublicationGetsTheFirstAnswer) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Round round = Proposed("r", {{"m", "a"}});
  ASSERT_THAT(store_.PublishRound(Repeat<Publication>("again"), Order(round)), IsOk());

  EXPECT_EQ(ReplayedAnswer(store_.PublishRound(Repeat<Publication>("again"), Order(round)).status()), "answer");
}

TEST_P(MatchingStoreConformance, AMentorsSeatsAreOneNumberOverAllCohorts) {
  Know({MentorOf("m"), AdeptOf("a")});
  Know({MentorOf("m"), AdeptOf("b")}, Key("language", "q"));
  const Round here = Proposed("r1", {{"m", "a"}});
  const Round there = Proposed("r2", {{"m", "b"}}, Key("language", "q"));
  ASSERT_THAT(Publish(here), IsOk());

  const auto refused = Publish(there);

  EXPECT_THAT(refused, HasReason("ROUND_OUTDATED"));
  EXPECT_EQ(DetailsOf(refused.status()).preconditions[0].type, "MENTOR_CAPACITY");
}

TEST_P(MatchingStoreConformance, ACohortsOwnCapacityMayBeLower) {
  Person mentor = MentorOf("m", 3);
  mentor.features.capacity = 1;
  Know({mentor, AdeptOf("a"), AdeptOf("b")});

  EXPECT_THAT(Publish(Proposed("r", {{"m", "a"}, {"m", "b"}})), HasReason("ROUND_OUTDATED"));
}

TEST_P(MatchingStoreConformance, NothingIsHalfPublishedAndEveryConflictIsNamed) {
  Know({MentorOf("m1"), MentorOf("m2"), MentorOf("m3", 2), AdeptOf("a"), AdeptOf("b"), AdeptOf("c"), AdeptOf("d")});
  ASSERT_THAT(Publish(Proposed("r0", {{"m3", "a"}})), IsOk());
  const Round round = Proposed("r1", {{"m1", "a"}, {"m2", "b"}, {"gone", "c"}, {"m3", "d"}});
  ASSERT_THAT(store_.CreateVeto(New<Veto>(), {.id = VetoId("v"),
                                              .cohort = Key(),
                                              .mentor = ParticipantId("m2"),
                                              .adept = ParticipantId("b"),
                                              .reason = "KNOWS_HER"}),
              IsOk());

  Mutation<Publication> trial = New<Publication>();
  trial.validate_only = true;
  const auto report = store_.PublishRound(trial, Order(round));
  const auto refused = Publish(round);

  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(Adepts(report->conflicts), UnorderedElementsAre("a ADEPT_HAS_MATCH", "b VETO", "c NOT_AVAILABLE"));
  EXPECT_EQ(report->matches, 1);
  EXPECT_THAT(refused, HasReason("ROUND_OUTDATED"));
  EXPECT_THAT(DetailsOf(refused.status()).preconditions, SizeIs(3));
  EXPECT_THAT(store_.ListMatches(Key(), {}, Soon())->items, SizeIs(1));
  EXPECT_EQ(SeatsOf("m3").taken, 1);
  EXPECT_EQ(SeatsOf("m1").taken, 0);
  EXPECT_EQ(store_.GetRound(Key(), round.id, Soon())->state, RoundState::kProposed);
}

TEST_P(MatchingStoreConformance, SomebodyWhoHasLeftIsNotPublished) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Round round = Proposed("r", {{"m", "a"}});
  Know({MentorOf("m")});

  EXPECT_THAT(Publish(round), HasReason("ROUND_OUTDATED"));
}

TEST_P(MatchingStoreConformance, AnOverrideTakesOneSeatMoreThanThereIs) {
  Know({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  ASSERT_THAT(Publish(Proposed("r1", {{"m", "a"}})), IsOk());
  const Round round = Proposed(
      "r2", {{.mentor = ParticipantId("m"), .adept = ParticipantId("b"), .lock = LockId("l"), .overrides = true}},
      Key());

  ASSERT_THAT(Publish(round), IsOk());

  EXPECT_EQ(SeatsOf("m"), (Seats{.capacity = 2, .taken = 2, .taken_here = 2}));
}

TEST_P(MatchingStoreConformance, AnEtagThatIsOldIsRefused) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Round round = Proposed("r", {{"m", "a"}});
  PublishOrder order = Order(round);
  order.etag = "1";

  EXPECT_THAT(store_.PublishRound(New<Publication>(), order), HasReason("ETAG_MISMATCH"));
}

TEST_P(MatchingStoreConformance, ThoseLeftOutOfAPublishedRoundHaveWaited) {
  Know({AdeptOf("a")});
  MakeRound("r");
  const auto claimed = store_.ClaimRound(Work(), RoundId("r"), "one", absl::Seconds(10));
  ASSERT_THAT(store_.Propose(Work(), **claimed, {.unmatched = {{.adept = ParticipantId("a"), .reason = "NO_SEATS"}}}),
              IsOk());
  EXPECT_THAT(store_.LoadInput(Key(), 0, Soon())->waited, IsEmpty());

  ASSERT_THAT(Publish(*store_.GetRound(Key(), RoundId("r"), Soon())), IsOk());

  EXPECT_EQ(store_.LoadInput(Key(), 0, Soon())->waited.at(ParticipantId("a")), 1);
}

TEST_P(MatchingStoreConformance, PublicationsAtOnceMatchAnAdeptOnce) {
  constexpr int kRounds = 6;
  std::vector<Round> rounds;
  for (int i = 0; i < kRounds; ++i) {
    const CohortKey key = Key("c" + std::to_string(i));
    const std::string mentor = "m" + std::to_string(i);
    Know({MentorOf(mentor), AdeptOf("a")}, key);
    rounds.push_back(Proposed("r" + std::to_string(i), {{mentor, "a"}}, key));
  }

  std::atomic<int> published = 0;
  std::vector<std::thread> threads;
  for (const Round& round : rounds) {
    threads.emplace_back([&, round] {
      Mutation<Publication> mutation{{.actor = "test", .method = "Publish", .request_id = round.id.value()}};
      published += store_.PublishRound(mutation, Order(round)).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(published, 1);
  EXPECT_THAT(store_.ListMatchesOf(ParticipantId("a"), std::nullopt, {}, Soon())->items, SizeIs(1));
}

TEST_P(MatchingStoreConformance, PublicationsAtOnceNeverTakeMoreSeatsThanThereAre) {
  constexpr int kRounds = 6;
  std::vector<Round> rounds;
  for (int i = 0; i < kRounds; ++i) {
    const CohortKey key = Key("c" + std::to_string(i));
    const std::string adept = "a" + std::to_string(i);
    Know({MentorOf("m", 2), AdeptOf(adept)}, key);
    rounds.push_back(Proposed("r" + std::to_string(i), {{"m", adept}}, key));
  }

  std::atomic<int> published = 0;
  std::vector<std::thread> threads;
  for (const Round& round : rounds) {
    threads.emplace_back([&, round] {
      Mutation<Publication> mutation{{.actor = "test", .method = "Publish", .request_id = round.id.value()}};
      published += store_.PublishRound(mutation, Order(round)).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(published, 2);
  EXPECT_EQ(SeatsOf("m", Key("c0")).taken, 2);
}

// Matches.

TEST_P(MatchingStoreConformance, TwoYesMakeAMatchActiveAndKeepItsSeat) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Round round = Proposed("r", {{"m", "a"}});
  ASSERT_THAT(Publish(round), IsOk());
  const Match match = MatchOf(round, "a");

  ASSERT_THAT(Say(match, [](const Match& m, absl::Time now) { return Accept(m, Side::kAdept, now); }), IsOk());
  const auto active = Say(match, [](const Match& m, absl::Time now) { return Accept(m, Side::kMentor, now); });

  EXPECT_THAT(active, IsOkAndHolds(Field(&Match::state, MatchState::kActive)));
  EXPECT_THAT(store_.GetMatch(Key(), match.id, Soon()), IsOkAndHolds(*active));
  EXPECT_EQ(active->revision, 3);
  EXPECT_EQ(SeatsOf("m").taken, 1);
}

TEST_P(MatchingStoreConformance, WhatDecideLeavesUnchangedIsNotWritten) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Round round = Proposed("r", {{"m", "a"}});
  ASSERT_THAT(Publish(round), IsOk());

  const auto same = Say(MatchOf(round, "a"), [](const Match& m, absl::Time) { return m; });

  EXPECT_THAT(same, IsOkAndHolds(Field(&Match::revision, 1)));
}

TEST_P(MatchingStoreConformance, ADeclinedMatchGivesSeatAndAdeptBack) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Round round = Proposed("r1", {{"m", "a"}});
  ASSERT_THAT(Publish(round), IsOk());

  ASSERT_THAT(Say(MatchOf(round, "a"),
                  [](const Match& m, absl::Time now) { return Decline(m, Side::kMentor, "NO_TIME", now); }),
              IsOk());

  EXPECT_EQ(SeatsOf("m").taken, 0);
  EXPECT_THAT(Publish(Proposed("r2", {{"m", "a"}})), IsOk());
  EXPECT_EQ(SeatsOf("m").taken, 1);
}

TEST_P(MatchingStoreConformance, WhatIsNotAnsweredExpiresAndGivesItsSeatBack) {
  Know({MentorOf("m", 2), AdeptOf("a"), AdeptOf("b")});
  const Round round = Proposed("r", {{"m", "a"}, {"m", "b"}});
  ASSERT_THAT(Publish(round), IsOk());
  for (const Side side : {Side::kMentor, Side::kAdept}) {
    ASSERT_THAT(Say(MatchOf(round, "b"), [&](const Match& m, absl::Time now) { return Accept(m, side, now); }), IsOk());
  }

  EXPECT_THAT(store_.ExpireDue(Work(), 10), IsOkAndHolds(0));
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(store_.ExpireDue(Work(), 10), IsOkAndHolds(1));
  EXPECT_THAT(store_.ExpireDue(Work(), 10), IsOkAndHolds(0));

  EXPECT_EQ(MatchOf(round, "a").state, MatchState::kExpired);
  EXPECT_EQ(MatchOf(round, "b").state, MatchState::kActive);
  EXPECT_EQ(SeatsOf("m").taken, 1);
}

TEST_P(MatchingStoreConformance, ALowerCapacityKeepsRunningMatchesAndCountsOnceTheyEnd) {
  Know({MentorOf("m", 2), AdeptOf("a"), AdeptOf("b")});
  const Round round = Proposed("r", {{"m", "a"}, {"m", "b"}});
  ASSERT_THAT(Publish(round), IsOk());

  Know({MentorOf("m", 1), AdeptOf("a"), AdeptOf("b")});
  EXPECT_EQ(SeatsOf("m"), (Seats{.capacity = 2, .taken = 2, .taken_here = 2}));
  ASSERT_THAT(
      Say(MatchOf(round, "a"), [](const Match& m, absl::Time now) { return Decline(m, Side::kAdept, "MOVED", now); }),
      IsOk());

  EXPECT_EQ(SeatsOf("m"), (Seats{.capacity = 1, .taken = 1, .taken_here = 1}));
}

TEST_P(MatchingStoreConformance, ARunningMatchOutlivesItsPeoplesEnrolment) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Round round = Proposed("r", {{"m", "a"}});
  ASSERT_THAT(Publish(round), IsOk());
  for (const Side side : {Side::kMentor, Side::kAdept}) {
    ASSERT_THAT(Say(MatchOf(round, "a"), [&](const Match& m, absl::Time now) { return Accept(m, side, now); }), IsOk());
  }

  Know({});

  EXPECT_EQ(MatchOf(round, "a").state, MatchState::kActive);
}

TEST_P(MatchingStoreConformance, ListsAndBatchesMatches) {
  Know({MentorOf("m", 2), AdeptOf("a"), AdeptOf("b")});
  Know({MentorOf("m", 3), AdeptOf("a")}, Key("c2", "q"));
  const Round round = Proposed("r1", {{"m", "a"}, {"m", "b"}});
  ASSERT_THAT(Publish(round), IsOk());
  const Round elsewhere = Proposed("r2", {{"m", "a"}}, Key("c2", "q"));
  ASSERT_THAT(Publish(elsewhere), IsOk());
  const Match a = MatchOf(round, "a"), b = MatchOf(round, "b");

  EXPECT_THAT(store_.ListMatches(Key(), {.filter = {{"adept", list::Op::kEqual, "b"}}}, Soon())->items, ElementsAre(b));
  EXPECT_THAT(store_.ListMatches(Key(), {.filter = {{"state", list::Op::kEqual, "ACTIVE"}}}, Soon())->items, IsEmpty());
  EXPECT_THAT(store_.ListMatchesOf(ParticipantId("m"), std::nullopt, {}, Soon())->items, SizeIs(3));
  EXPECT_THAT(store_.ListMatchesOf(ParticipantId("m"), {{ProgrammeId("q")}}, {}, Soon())->items, SizeIs(1));
  EXPECT_THAT(store_.ListMatchesOf(ParticipantId("m"), std::vector<ProgrammeId>(), {}, Soon())->items, IsEmpty());
  EXPECT_THAT(store_.BatchGetMatches(Key(), {b.id, a.id}, Soon()), IsOkAndHolds(ElementsAre(b, a)));
  EXPECT_THAT(store_.BatchGetMatches(Key(), {a.id, MatchId("none")}, Soon()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.GetMatch(Key("c2", "q"), a.id, Soon()), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(MatchingStoreConformance, PagesThroughMatchesInOrder) {
  Know({MentorOf("m", 3), AdeptOf("a"), AdeptOf("b"), AdeptOf("c")});
  std::vector<RoundPair> pairs;
  for (const auto& [adept, score] : std::vector<std::pair<std::string, int>>{{"a", 300}, {"b", 100}, {"c", 200}}) {
    pairs.push_back({.mentor = ParticipantId("m"), .adept = ParticipantId(adept), .score = score});
  }
  ASSERT_THAT(Publish(Proposed("r", pairs, Key())), IsOk());

  list::ListQuery query{.order = {{"score", true}, {"id", true}}, .limit = 2};
  const auto first = store_.ListMatches(Key(), query, Soon());
  query.after = first->next;
  const auto second = store_.ListMatches(Key(), query, Soon());

  EXPECT_THAT(first->items, ElementsAre(Field(&Match::score, 300), Field(&Match::score, 200)));
  EXPECT_THAT(second->items, ElementsAre(Field(&Match::score, 100)));
  EXPECT_EQ(second->next, std::nullopt);
}

// Locks and vetoes.

TEST_P(MatchingStoreConformance, ALockKnowsSeatsVetoesAndMatchesOfItsPair) {
  Know({MentorOf("m", 2), AdeptOf("a"), AdeptOf("b"), AdeptOf("c")});
  ASSERT_THAT(Publish(Proposed("r", {{"m", "a"}})), IsOk());
  ASSERT_THAT(store_.CreateVeto(New<Veto>(), {.id = VetoId("v"),
                                              .cohort = Key(),
                                              .mentor = ParticipantId("m"),
                                              .adept = ParticipantId("b"),
                                              .reason = "NO",
                                              .origin = VetoOrigin::kParticipant}),
              IsOk());
  Lock lock{.id = LockId("l"), .cohort = Key(), .mentor = ParticipantId("m"), .reason = "PICKED"};

  lock.adept = ParticipantId("a");
  EXPECT_THAT(store_.CreateLock(New<Lock>(), lock, AsAsked(lock)), HasReason("ADEPT_HAS_MATCH"));
  lock.adept = ParticipantId("b");
  EXPECT_THAT(store_.CreateLock(New<Lock>(), lock, AsAsked(lock)), HasReason("LOCK_VETOED"));
  lock.adept = ParticipantId("nobody");
  EXPECT_THAT(store_.CreateLock(New<Lock>(), lock, AsAsked(lock)), StatusIs(absl::StatusCode::kNotFound));
  lock.adept = ParticipantId("c");
  EXPECT_THAT(store_.CreateLock(New<Lock>(), lock, AsAsked(lock)), IsOk());
  EXPECT_THAT(store_.ListLocks(Key(), {}, Soon())->items, ElementsAre(Field(&Lock::adept, ParticipantId("c"))));
  EXPECT_THAT(store_.LoadInput(Key(), 0, Soon())->locks, SizeIs(1));
}

TEST_P(MatchingStoreConformance, ASeatThatALockWaitsForIsNotFreeForAnother) {
  Know({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  const Lock first{.id = LockId("l1"),
                   .cohort = Key(),
                   .mentor = ParticipantId("m"),
                   .adept = ParticipantId("a"),
                   .reason = "PICKED"};
  Lock second = first;
  second.id = LockId("l2");
  second.adept = ParticipantId("b");
  ASSERT_THAT(store_.CreateLock(New<Lock>(), first, AsAsked(first)), IsOk());

  EXPECT_THAT(store_.CreateLock(New<Lock>(), second, AsAsked(second)), HasReason("LOCK_BREAKS_RULES"));
  second.override_reason = "BOTH_AGREE";
  const auto made = store_.CreateLock(New<Lock>(), second, AsAsked(second));

  ASSERT_THAT(made, IsOk());
  EXPECT_TRUE(made->over_capacity);
}

TEST_P(MatchingStoreConformance, AnAdeptHasOneLockUntilItIsDeleted) {
  Know({MentorOf("m"), MentorOf("n"), AdeptOf("a")});
  const Lock lock{.id = LockId("l1"),
                  .cohort = Key(),
                  .mentor = ParticipantId("m"),
                  .adept = ParticipantId("a"),
                  .reason = "PICKED"};
  Lock other = lock;
  other.id = LockId("l2");
  other.mentor = ParticipantId("n");
  ASSERT_THAT(store_.CreateLock(New<Lock>(), lock, AsAsked(lock)), IsOk());
  EXPECT_THAT(store_.CreateLock(New<Lock>(), other, AsAsked(other)), HasReason("LOCK_EXISTS"));

  EXPECT_THAT(store_.DeleteLock(New<Lock>(), Key(), lock.id, "7"), HasReason("ETAG_MISMATCH"));
  ASSERT_THAT(store_.DeleteLock(New<Lock>(), Key(), lock.id, "1"), IsOk());
  EXPECT_THAT(store_.DeleteLock(New<Lock>(), Key(), lock.id, ""), StatusIs(absl::StatusCode::kNotFound));

  EXPECT_THAT(store_.CreateLock(New<Lock>(), other, AsAsked(other)), IsOk());
}

TEST_P(MatchingStoreConformance, AVetoIsKeptOncePerPairAndOrigin) {
  Know({MentorOf("m"), AdeptOf("a")});
  const int64_t before = store_.GetCohort(Key(), Soon())->epoch;
  Veto veto{
      .id = VetoId("v1"), .cohort = Key(), .mentor = ParticipantId("m"), .adept = ParticipantId("a"), .reason = "NO"};
  ASSERT_THAT(store_.CreateVeto(New<Veto>(), veto), IsOk());

  veto.id = VetoId("v2");
  EXPECT_THAT(store_.CreateVeto(New<Veto>(), veto), HasReason("VETO_EXISTS"));
  veto.origin = VetoOrigin::kParticipant;
  EXPECT_THAT(store_.CreateVeto(New<Veto>(), veto), IsOk());

  EXPECT_THAT(store_.ListVetoes(Key(), {}, Soon())->items, SizeIs(2));
  EXPECT_GT(store_.GetCohort(Key(), Soon())->epoch, before);
}

}  // namespace brygga::matching

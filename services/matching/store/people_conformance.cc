#include "services/matching/store/people_conformance.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"

namespace brygga::matching {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST_P(PeopleConformance, AChangeOfSomePeopleLeavesTheOthersAlone) {
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  const int64_t before = Epoch();
  Person changed = AdeptOf("a");
  changed.features.ssyk4 = "9999";

  EXPECT_THAT(Apply(Said({ParticipantId("a"), ParticipantId("c")}, {changed, AdeptOf("c")})),
              IsOkAndHolds(PeopleApplied{.people = 2, .cohorts = 1}));

  EXPECT_THAT(Ids(), ElementsAre("a", "b", "c", "m"));
  EXPECT_EQ(store_.LoadInput(Key(), 0, Soon())->people[0].features.ssyk4, "9999");
  EXPECT_EQ(Epoch(), before + 1);
}

TEST_P(PeopleConformance, WhoIsAskedForAndNotFoundIsGone) {
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  PeopleChange change = Said({ParticipantId("a")}, {});
  change.enrolments = {NameOf(Key(), "enrolments", "b")};

  EXPECT_THAT(Apply(change), IsOkAndHolds(PeopleApplied{.people = 2, .cohorts = 1}));

  EXPECT_THAT(Ids(), ElementsAre("m"));
}

TEST_P(PeopleConformance, WhatIsSaidAgainDoesNotLetTheEpochGrow) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const int64_t before = Epoch();

  EXPECT_THAT(Apply(Said({ParticipantId("a"), ParticipantId("nobody")}, {AdeptOf("a")})),
              IsOkAndHolds(PeopleApplied{}));

  EXPECT_EQ(Epoch(), before);
}

TEST_P(PeopleConformance, APersonChangesInAllCohortsAtOnceAndOnlyThere) {
  const CohortKey other = Key("d"), third = Key("e");
  Enrol({MentorOf("m"), AdeptOf("a")});
  Enrol({AdeptOf("a")}, other);
  Enrol({AdeptOf("b")}, third);
  const int64_t untouched = Epoch(third);

  EXPECT_THAT(Apply(Said({ParticipantId("a")}, {})), IsOkAndHolds(PeopleApplied{.people = 2, .cohorts = 2}));

  EXPECT_THAT(Ids(), ElementsAre("m"));
  EXPECT_THAT(Ids(other), IsEmpty());
  EXPECT_EQ(Epoch(third), untouched);
}

TEST_P(PeopleConformance, CohortsThatAreNotKnownArePassedOver) {
  Enrol({MentorOf("m")});

  EXPECT_THAT(Apply(Said({ParticipantId("x")}, {AdeptOf("x")}, Key("unknown"))), IsOkAndHolds(PeopleApplied{}));

  EXPECT_THAT(store_.GetCohort(Key("unknown"), Soon()), HasReason("NOT_FOUND"));
}

TEST_P(PeopleConformance, ACohortsStateChangesWithItsEpoch) {
  Enrol({MentorOf("m")});
  const int64_t before = Epoch();
  PeopleChange change{.mark = Mark(), .cohorts = {{.key = Key(), .kind = "VOCATIONAL", .state = "COMPLETED"}}};

  EXPECT_THAT(Apply(change), IsOkAndHolds(PeopleApplied{.cohorts = 1}));
  EXPECT_THAT(Apply(change), IsOkAndHolds(PeopleApplied{}));

  EXPECT_EQ(store_.GetCohort(Key(), Soon())->state, "COMPLETED");
  EXPECT_EQ(Epoch(), before + 1);
}

TEST_P(PeopleConformance, SeatsFollowTheirMentors) {
  Enrol({MentorOf("m"), AdeptOf("a")});

  ASSERT_THAT(Apply(Said({ParticipantId("m")}, {MentorOf("m", 3)})), IsOk());

  EXPECT_EQ(SeatsOf("m").capacity, 3);
}

TEST_P(PeopleConformance, AnAgreementThatIsNotKnownStaysAsItWas) {
  Person employed = MentorOf("m");
  employed.features.organisation = "o";
  employed.features.agreement_active = true;
  Enrol({employed});
  Person changed = employed;
  changed.features.agreement_active = false;
  changed.features.ssyk4 = "9999";
  PeopleChange change = Said({ParticipantId("m")}, {changed});
  change.found[0].agreement_known = false;

  ASSERT_THAT(Apply(change), IsOk());

  const Person known = store_.LoadInput(Key(), 0, Soon())->people[0];
  EXPECT_TRUE(known.features.agreement_active);
  EXPECT_EQ(known.features.ssyk4, "9999");
  EXPECT_THAT(store_.ListEmployed({"o", "p"}, Soon()), IsOkAndHolds(ElementsAre(ParticipantId("m"))));
}

// The guard: what was read early and is written late changes nothing.

TEST_P(PeopleConformance, AReadingOfTheCohortDoesNotUndoWhatTheFeedHasSaidSince) {
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  const int64_t mark = Mark();  // The reading begins: a and b are there, and so is c.
  Person changed = AdeptOf("b");
  changed.features.ssyk4 = "9999";
  ASSERT_THAT(Apply(Said({ParticipantId("a"), ParticipantId("b"), ParticipantId("c")}, {changed})), IsOk());

  const auto left = Replace({MentorOf("m"), AdeptOf("a"), AdeptOf("b"), AdeptOf("c"), MentorOf("n")}, mark);

  // Whoever may have been overtaken is to be read again: also n, who is new.
  EXPECT_THAT(left, IsOkAndHolds(::testing::UnorderedElementsAre(
                        NameOf(Key(), "enrolments", "a"), NameOf(Key(), "enrolments", "b"),
                        NameOf(Key(), "enrolments", "c"), NameOf(Key(), "enrolments", "n"))));
  EXPECT_THAT(Ids(), ElementsAre("b", "m"));
  EXPECT_EQ(store_.LoadInput(Key(), 0, Soon())->people[0].features.ssyk4, "9999");
}

TEST_P(PeopleConformance, WhatTheFeedConfirmedIsNotTakenOutByAnEarlierReading) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const int64_t mark = Mark();                                             // The reading begins while a has withdrawn,
  ASSERT_THAT(Apply(Said({ParticipantId("a")}, {AdeptOf("a")})), IsOk());  // and a is back before it ends.

  EXPECT_THAT(Replace({MentorOf("m")}, mark), IsOkAndHolds(ElementsAre(NameOf(Key(), "enrolments", "a"))));

  EXPECT_THAT(Ids(), ElementsAre("a", "m"));
}

TEST_P(PeopleConformance, TheFeedDoesNotUndoWhatALaterReadingOfTheCohortHasSaid) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const PeopleChange early = Said({ParticipantId("a")}, {AdeptOf("a")});
  ASSERT_THAT(Replace({MentorOf("m")}, Mark()), IsOkAndHolds(IsEmpty()));

  EXPECT_THAT(Apply(early), HasReason("READING_OVERTAKEN"));

  EXPECT_THAT(Ids(), ElementsAre("m"));
}

TEST_P(PeopleConformance, WhatIsHeardOfACohortThatHasJustComeToBeKnownIsReadAgain) {
  PeopleChange early{.mark = Mark(), .heard_of = {Key()}};
  ASSERT_THAT(Replace({MentorOf("m")}, Mark()), IsOk());

  EXPECT_THAT(Apply(early), HasReason("READING_OVERTAKEN"));

  early.mark = Mark();
  EXPECT_THAT(Apply(early), IsOk());
  EXPECT_THAT(Ids(), ElementsAre("m"));
}

TEST_P(PeopleConformance, OfTwoReadingsOfACohortTheOneThatEndsLastReadsAgain) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const int64_t mark = Mark();
  ASSERT_THAT(Replace({MentorOf("m")}, mark), IsOk());

  EXPECT_THAT(Replace({MentorOf("m"), AdeptOf("a")}, mark), HasReason("READING_OVERTAKEN"));

  EXPECT_THAT(Ids(), ElementsAre("m"));
}

TEST_P(PeopleConformance, TwoWhoReadTheSamePersonWriteInOrder) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const PeopleChange early = Said({ParticipantId("a")}, {AdeptOf("a")});
  ASSERT_THAT(Apply(Said({ParticipantId("a")}, {})), IsOk());

  EXPECT_THAT(Apply(early), HasReason("READING_OVERTAKEN"));

  EXPECT_THAT(Ids(), ElementsAre("m"));
}

// The step.

TEST_P(PeopleConformance, AStepIsTakenWithTheChangeOrNotAtAll) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const PeopleChange early = Said({ParticipantId("a")}, {});
  ASSERT_THAT(Replace({MentorOf("m"), AdeptOf("a")}, Mark()), IsOk());

  EXPECT_THAT(Apply(early, StepTo("t1", std::nullopt)), HasReason("READING_OVERTAKEN"));
  EXPECT_THAT(store_.GetProgress("participant", Soon()), IsOkAndHolds(std::nullopt));
  EXPECT_THAT(Apply(Said({ParticipantId("a")}, {}), StepTo("t1", std::nullopt)), IsOk());

  EXPECT_THAT(store_.GetProgress("participant", Soon()),
              IsOkAndHolds(Optional(feed::Progress{.token = "t1", .as_of = absl::FromUnixSeconds(9)})));
}

TEST_P(PeopleConformance, OfTwoWhoTakeTheSameStepOneChangesNothing) {
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  ASSERT_THAT(Apply({}, StepTo("t1", std::nullopt)), IsOk());
  ASSERT_THAT(Apply(Said({ParticipantId("a")}, {}), StepTo("t2", "t1")), IsOk());

  EXPECT_THAT(Apply(Said({ParticipantId("b")}, {}), StepTo("t2", "t1")), HasReason("FEED_MOVED"));
  EXPECT_THAT(Apply(Said({ParticipantId("b")}, {}), StepTo("t2", std::nullopt)), HasReason("FEED_MOVED"));

  EXPECT_THAT(Ids(), ElementsAre("b", "m"));
}

TEST_P(PeopleConformance, ACohortIsAsOfWhatTheFeedHasSaidLast) {
  Enrol({MentorOf("m")});
  const absl::Time read = store_.GetCohort(Key(), Soon())->as_of;
  feed::Step step = StepTo("t1", std::nullopt);
  step.to.as_of = read - absl::Seconds(1);
  ASSERT_THAT(Apply({}, step), IsOk());
  EXPECT_EQ(store_.GetCohort(Key(), Soon())->as_of, read);
  step = StepTo("t2", "t1");
  step.to.as_of = read + absl::Seconds(1);

  ASSERT_THAT(Apply({}, step), IsOk());

  EXPECT_EQ(store_.GetCohort(Key(), Soon())->as_of, read + absl::Seconds(1));
}

TEST_P(PeopleConformance, RemovalsAreForgottenWithoutAChangeOfAnything) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  ASSERT_THAT(Apply(Said({ParticipantId("a")}, {})), IsOk());
  const int64_t before = Epoch();

  EXPECT_THAT(store_.ForgetRemovals(Work(), clock_.Now() + absl::Seconds(1)), IsOk());
  EXPECT_THAT(Apply(Said({ParticipantId("a")}, {AdeptOf("a")})), IsOk());

  EXPECT_EQ(Epoch(), before + 1);
  EXPECT_THAT(Ids(), ElementsAre("a", "m"));
}

}  // namespace brygga::matching

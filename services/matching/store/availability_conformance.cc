// What every MatchingStore keeps its word on: who is free, by version.
#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "services/matching/store/matching_store_conformance.h"

namespace brygga::matching {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;

TEST_P(MatchingStoreConformance, TheStandingOfACohortIsItsVersions) {
  EXPECT_THAT(store_.GetStanding(Key(), Soon()), HasReason("NOT_FOUND"));
  EXPECT_THAT(store_.ListTaken(Key(), Soon()), HasReason("NOT_FOUND"));
  Know({MentorOf("m"), AdeptOf("a")});

  const auto standing = store_.GetStanding(Key(), Soon());

  ASSERT_THAT(standing, IsOk());
  EXPECT_EQ(standing->cohort, store_.GetCohort(Key(), Soon()).value());
  EXPECT_EQ(standing->policy_hash, store_.GetPolicy(Key(), 0, Soon())->hash);
  EXPECT_TRUE(store_.ListTaken(Key(), Soon())->Holds(*standing));
}

TEST_P(MatchingStoreConformance, WhoIsTakenIsToldWithItsVersion) {
  Know({MentorOf("m", 2), MentorOf("full"), MentorOf("other"), AdeptOf("a"), AdeptOf("b"), AdeptOf("c")});
  const Standing before = store_.GetStanding(Key(), Soon()).value();
  const Taken nobody = store_.ListTaken(Key(), Soon()).value();
  EXPECT_TRUE(nobody.IsFree(Side::kMentor, ParticipantId("full")));

  const Round round = Proposed("r", {{"m", "a"}, {"full", "b"}});
  ASSERT_THAT(Publish(round), IsOk());

  const Standing after = store_.GetStanding(Key(), Soon()).value();
  const Taken taken = store_.ListTaken(Key(), Soon()).value();
  EXPECT_NE(after.availability, before.availability);
  EXPECT_TRUE(taken.Holds(after));
  EXPECT_FALSE(nobody.Holds(after));
  EXPECT_FALSE(taken.IsFree(Side::kMentor, ParticipantId("full")));
  EXPECT_FALSE(taken.IsFree(Side::kAdept, ParticipantId("a")));
  EXPECT_TRUE(taken.IsFree(Side::kMentor, ParticipantId("m")));
  EXPECT_TRUE(taken.IsFree(Side::kMentor, ParticipantId("other")));
  EXPECT_TRUE(taken.IsFree(Side::kAdept, ParticipantId("c")));
  EXPECT_EQ(taken.FreeSeats(ParticipantId("m"), 2), 1);
  EXPECT_EQ(taken.FreeSeats(ParticipantId("other"), 1), 1);
}

TEST_P(MatchingStoreConformance, WhoComesFreeAgainGrowsTheVersionToo) {
  Know({MentorOf("m"), AdeptOf("a")});
  const Round round = Proposed("r", {{"m", "a"}});
  ASSERT_THAT(Publish(round), IsOk());
  const Standing before = store_.GetStanding(Key(), Soon()).value();
  const Match match = MatchOf(round, "a");

  ASSERT_THAT(Say(match, [](Match known, absl::Time now) { return Accept(std::move(known), Side::kMentor, now); }),
              IsOk());
  EXPECT_EQ(store_.GetStanding(Key(), Soon())->availability, before.availability);
  clock_.Advance(absl::Hours(24 * 60));
  ASSERT_THAT(store_.ExpireDue(Work(), 10), IsOk());

  const Standing after = store_.GetStanding(Key(), Soon()).value();
  EXPECT_NE(after.availability, before.availability);
  const Taken taken = store_.ListTaken(Key(), Soon()).value();
  EXPECT_TRUE(taken.IsFree(Side::kMentor, ParticipantId("m")));
  EXPECT_TRUE(taken.IsFree(Side::kAdept, ParticipantId("a")));
}

TEST_P(MatchingStoreConformance, AMentorOfTwoCohortsIsTakenInBoth) {
  Know({MentorOf("m"), AdeptOf("a")});
  Know({MentorOf("m"), AdeptOf("b")}, Key("d"));
  const Standing before = store_.GetStanding(Key("d"), Soon()).value();
  EXPECT_TRUE(store_.ListTaken(Key("d"), Soon())->IsFree(Side::kMentor, ParticipantId("m")));

  ASSERT_THAT(Publish(Proposed("r", {{"m", "a"}})), IsOk());

  EXPECT_NE(store_.GetStanding(Key("d"), Soon())->availability, before.availability);
  EXPECT_FALSE(store_.ListTaken(Key("d"), Soon())->IsFree(Side::kMentor, ParticipantId("m")));
}

TEST_P(MatchingStoreConformance, WhatAMentorOffersOtherwiseGrowsTheVersionOfTheirOtherCohorts) {
  Know({MentorOf("m", 2), AdeptOf("a")});
  Know({MentorOf("m", 2), AdeptOf("b")}, Key("d"));
  ASSERT_THAT(Publish(Proposed("r", {{"m", "a"}})), IsOk());
  const Standing before = store_.GetStanding(Key("d"), Soon()).value();
  ASSERT_TRUE(store_.ListTaken(Key("d"), Soon())->IsFree(Side::kMentor, ParticipantId("m")));

  Know({MentorOf("m", 1), AdeptOf("a")});

  EXPECT_NE(store_.GetStanding(Key("d"), Soon())->availability, before.availability);
  EXPECT_FALSE(store_.ListTaken(Key("d"), Soon())->IsFree(Side::kMentor, ParticipantId("m")));
}

}  // namespace brygga::matching

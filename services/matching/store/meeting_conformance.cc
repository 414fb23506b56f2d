// What every MatchingStore keeps its word on: meetings and their cadence.
#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "services/matching/store/matching_store_conformance.h"

namespace brygga::matching {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::SizeIs;

namespace {

MeetingStore::DecideMeeting To(MeetingState state, absl::Time starts_at, int minutes = 60) {
  return [=](const Meeting& before, const Match&, absl::Time) -> absl::StatusOr<Meeting> {
    Meeting meeting = before;
    meeting.state = state;
    meeting.starts_at = starts_at;
    meeting.minutes = minutes;
    meeting.author = "x";
    return meeting;
  };
}

const absl::Time kNoon = absl::FromUnixSeconds(1'655'000'000);

}  // namespace

TEST_P(MatchingStoreConformance, AMeetingIsKeptChangedAndListed) {
  const Match match = SomeMatch("a");
  const Match other = SomeMatch("b");

  const auto planned = store_.RecordMeeting(New<Meeting>(), Key(), match.id, std::nullopt, MeetingId("t"),
                                            To(MeetingState::kPlanned, kNoon));
  ASSERT_THAT(planned, IsOk());
  EXPECT_EQ(planned->id, MeetingId("t"));
  EXPECT_EQ(planned->created_at, clock_.Now());
  clock_.Advance(absl::Seconds(1));
  const auto held = store_.RecordMeeting(New<Meeting>(), Key(), match.id, MeetingId("t"), MeetingId("unused"),
                                         To(MeetingState::kHeld, kNoon, 90));
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->revision, 2);
  EXPECT_EQ(held->minutes, 90);
  EXPECT_EQ(held->created_at, planned->created_at);
  ASSERT_THAT(store_.RecordMeeting(New<Meeting>(), Key(), other.id, std::nullopt, MeetingId("u"),
                                   To(MeetingState::kMissed, kNoon)),
              IsOk());

  EXPECT_THAT(store_.ListMeetings(Key(), match.id, {}, Soon())->items, ElementsAre(*held));
  EXPECT_THAT(store_.ListMeetings(Key(), std::nullopt, {}, Soon())->items, SizeIs(2));
}

TEST_P(MatchingStoreConformance, AMeetingBelongsToItsMatch) {
  const Match match = SomeMatch("a");
  const Match other = SomeMatch("b");
  ASSERT_THAT(store_.RecordMeeting(New<Meeting>(), Key(), match.id, std::nullopt, MeetingId("t"),
                                   To(MeetingState::kPlanned, kNoon)),
              IsOk());

  EXPECT_THAT(store_.RecordMeeting(New<Meeting>(), Key(), other.id, MeetingId("t"), MeetingId("u"),
                                   To(MeetingState::kHeld, kNoon)),
              HasReason("NOT_FOUND"));
  EXPECT_THAT(store_.RecordMeeting(New<Meeting>(), Key(), MatchId("none"), std::nullopt, MeetingId("u"),
                                   To(MeetingState::kHeld, kNoon)),
              HasReason("NOT_FOUND"));
  EXPECT_THAT(store_.RecordMeeting(New<Meeting>(), Key("c", "other"), match.id, std::nullopt, MeetingId("u"),
                                   To(MeetingState::kHeld, kNoon)),
              HasReason("NOT_FOUND"));
}

TEST_P(MatchingStoreConformance, ARepeatedMeetingIsKeptOnce) {
  const Match match = SomeMatch("a");
  const auto record = [&](const std::string& id) {
    return store_.RecordMeeting(Repeat<Meeting>("again"), Key(), match.id, std::nullopt, MeetingId(id),
                                To(MeetingState::kHeld, kNoon));
  };
  ASSERT_THAT(record("t"), IsOk());

  EXPECT_TRUE(ReplayedAnswer(record("u").status()));
  EXPECT_THAT(store_.ListMeetings(Key(), match.id, {}, Soon())->items, SizeIs(1));
}

TEST_P(MatchingStoreConformance, ACadenceIsSetChangedAndReadBack) {
  Know({});
  const Cadence wanted{.cohort = Key(), .meetings = 1, .first_month = 4, .last_month = 11, .except = {7, 8}};
  EXPECT_THAT(store_.GetCadence(Key(), Soon()), HasReason("NOT_FOUND"));

  const auto first = store_.SetCadence(New<Cadence>(), wanted, "");
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(store_.GetCadence(Key(), Soon()), IsOkAndHolds(*first));
  clock_.Advance(absl::Seconds(1));
  Cadence oftener = wanted;
  oftener.meetings = 2;
  oftener.except = {};
  EXPECT_THAT(store_.SetCadence(New<Cadence>(), oftener, "7"), HasReason("ETAG_MISMATCH"));
  const auto second = store_.SetCadence(New<Cadence>(), oftener, "1");
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->revision, 2);
  EXPECT_EQ(second->created_at, first->created_at);
  EXPECT_THAT(store_.GetCadence(Key(), Soon()), IsOkAndHolds(*second));
  EXPECT_THAT(store_.SetCadence(New<Cadence>(), {.cohort = Key("none")}, ""), HasReason("NOT_FOUND"));
}

TEST_P(MatchingStoreConformance, TheBookHasThePairsThatRanAndTheMeetingsThatWereHeld) {
  const Match ran = SomeMatch("a", {.accepted = true});
  const Match waits = SomeMatch("b");
  EXPECT_THAT(store_.LoadMeetings(Key(), Soon()), HasReason("NO_CADENCE"));
  EXPECT_THAT(store_.LoadMeetings(Key("none"), Soon()), HasReason("NOT_FOUND"));
  ASSERT_THAT(store_.SetCadence(New<Cadence>(), {.cohort = Key()}, ""), IsOk());
  const auto record = [&](const std::string& id, MeetingState state, absl::Time at) {
    return *store_.RecordMeeting(New<Meeting>(), Key(), ran.id, std::nullopt, MeetingId(id), To(state, at));
  };
  const Meeting later = record("1", MeetingState::kHeld, kNoon + absl::Hours(1));
  const Meeting earlier = record("2", MeetingState::kHeld, kNoon);
  record("3", MeetingState::kMissed, kNoon);

  const auto book = store_.LoadMeetings(Key(), Soon());

  ASSERT_THAT(book, IsOk());
  EXPECT_THAT(book->matches, ElementsAre(ran));
  EXPECT_THAT(book->meetings, ElementsAre(earlier, later));
  EXPECT_EQ(book->now, clock_.Now());
}

}  // namespace brygga::matching

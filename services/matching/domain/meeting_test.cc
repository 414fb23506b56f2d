#include "services/matching/domain/meeting.h"

#include <map>
#include <set>

#include "common/testing/matchers.h"

namespace brygga::matching {
namespace {

using brygga::testing::HasReason;
using brygga::testing::IsOk;
using brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Noon in Stockholm.
absl::Time On(int year, int month, int day) {
  return InstantOf({.time = absl::CivilSecond(year, month, day, 12)}).value();
}

Match ActiveFrom(absl::Time since) {
  return {.id = MatchId("m"),
          .cohort = {ProgrammeId("p"), CohortId("c")},
          .state = MatchState::kActive,
          .accepted_at = {{Side::kMentor, since}, {Side::kAdept, since}}};
}

// "At least monthly, April to November, except July."
const Cadence kMonthly = {.meetings = 1, .first_month = 4, .last_month = 11, .except = {7}};

std::vector<std::string> Names(const std::vector<absl::CivilMonth>& months) {
  std::vector<std::string> names;
  for (const absl::CivilMonth month : months) names.push_back(FormatMonth(month));
  return names;
}

std::vector<std::string> Required(const Match& match, Date as_of, const Cadence& cadence = kMonthly) {
  return Names(RequiredMonths(cadence, match, as_of));
}

Meeting HeldOn(absl::Time at) { return {.id = MeetingId("t"), .state = MeetingState::kHeld, .starts_at = at}; }

TEST(CadenceTest, ASeasonOfEightMonthsWithoutJulyHasSeven) {
  EXPECT_THAT(Required(ActiveFrom(On(2022, 4, 1)), Date(2022, 12, 1)),
              ElementsAre("2022-04", "2022-05", "2022-06", "2022-08", "2022-09", "2022-10", "2022-11"));
}

TEST(CadenceTest, AMonthCountsOnceItIsOver) {
  const Match match = ActiveFrom(On(2022, 4, 1));

  EXPECT_THAT(Required(match, Date(2022, 4, 30)), IsEmpty());
  EXPECT_THAT(Required(match, Date(2022, 5, 1)), ElementsAre("2022-04"));
}

TEST(CadenceTest, AMonthThatThePairDidNotRunThroughDoesNotCount) {
  Match match = ActiveFrom(On(2022, 4, 2));
  match.ended_at = On(2022, 9, 29);

  EXPECT_THAT(Required(match, Date(2023, 1, 1)), ElementsAre("2022-05", "2022-06", "2022-08"));
  match.ended_at = On(2022, 9, 30);
  EXPECT_THAT(Required(match, Date(2023, 1, 1)), SizeIs(4));
}

TEST(CadenceTest, AMonthWithAPauseDoesNotCount) {
  Match match = ActiveFrom(On(2022, 4, 1));
  match.pauses = {{.from = On(2022, 5, 31), .until = On(2022, 6, 1)}, {.from = On(2022, 10, 15)}};

  EXPECT_THAT(Required(match, Date(2023, 1, 1)), ElementsAre("2022-04", "2022-08", "2022-09"));
}

TEST(CadenceTest, ASeasonMayRunOverTheNewYear) {
  const Cadence winter{.first_month = 11, .last_month = 2};

  EXPECT_THAT(Required(ActiveFrom(On(2022, 10, 1)), Date(2023, 4, 1), winter),
              ElementsAre("2022-11", "2022-12", "2023-01", "2023-02"));
}

TEST(CadenceTest, AMonthIsStockholms) {
  // The first hour of May in Stockholm is still April in UTC.
  const absl::Time first_of_may = InstantOf({.time = absl::CivilSecond(2022, 5, 1, 0, 30)}).value();

  const Compliance compliance = Judge(kMonthly, ActiveFrom(On(2022, 4, 1)), {HeldOn(first_of_may)}, Date(2022, 6, 1));

  EXPECT_THAT(Names(compliance.overdue), ElementsAre("2022-04"));
  EXPECT_EQ(compliance.held, 1);
}

TEST(CadenceTest, NoneInJulyIsFineAndNoneInJuneIsNot) {
  std::vector<Meeting> meetings;
  for (const int month : {4, 5, 8, 9, 10, 11}) meetings.push_back(HeldOn(On(2022, month, 15)));

  const Compliance compliance = Judge(kMonthly, ActiveFrom(On(2022, 4, 1)), meetings, Date(2022, 12, 1));

  EXPECT_THAT(Names(compliance.overdue), ElementsAre("2022-06"));
  EXPECT_EQ(compliance.missing, 1);
  EXPECT_EQ(compliance.held, 6);
  EXPECT_EQ(compliance.last_held, On(2022, 11, 15));
}

TEST(CadenceTest, OneOfTwoMeetingsLeavesOneMissing) {
  const Cadence twice{.meetings = 2, .first_month = 4, .last_month = 4};

  const Compliance compliance = Judge(twice, ActiveFrom(On(2022, 4, 1)), {HeldOn(On(2022, 4, 3))}, Date(2022, 5, 1));

  EXPECT_EQ(compliance.missing, 1);
}

TEST(CadenceTest, OnlyMeetingsThatWereHeldCount) {
  Meeting missed = HeldOn(On(2022, 4, 3));
  missed.state = MeetingState::kMissed;

  EXPECT_EQ(Judge(kMonthly, ActiveFrom(On(2022, 4, 1)), {missed}, Date(2022, 5, 1)).missing, 1);
}

// Every state of a meeting, and what it may become.
TEST(MeetingTest, OnlyTheTransitionsOfTheTableAreAllowed) {
  using enum MeetingState;
  const absl::Time now = On(2022, 6, 1);
  const std::map<MeetingState, std::set<MeetingState>> allowed = {{kPlanned, {kPlanned, kHeld, kMissed, kCancelled}},
                                                                  {kHeld, {kHeld, kMissed}},
                                                                  {kMissed, {kHeld, kMissed}},
                                                                  {kCancelled, {}}};
  for (const MeetingState from : {kPlanned, kHeld, kMissed, kCancelled}) {
    for (const MeetingState to : {kPlanned, kHeld, kMissed, kCancelled}) {
      const Meeting before{.id = MeetingId("t"), .state = from, .starts_at = On(2022, 5, 1)};
      const auto after = Record(before, ActiveFrom(On(2022, 4, 1)), {.state = to, .author = "x"}, now);
      if (allowed.at(from).contains(to)) {
        EXPECT_THAT(after, IsOkAndHolds(Field(&Meeting::state, to))) << NameOf(from) << NameOf(to);
      } else {
        EXPECT_THAT(after, HasReason("MEETING_STATE")) << NameOf(from) << NameOf(to);
      }
    }
  }
}

TEST(MeetingTest, ANewMeetingIsNotCancelled) {
  const MeetingNews news{.state = MeetingState::kCancelled, .starts_at = On(2022, 5, 1)};

  EXPECT_THAT(Record({}, ActiveFrom(On(2022, 4, 1)), news, On(2022, 6, 1)), HasReason("MEETING_STATE"));
}

TEST(MeetingTest, WhatIsToComeCanOnlyBePlanned) {
  const Match match = ActiveFrom(On(2022, 4, 1));
  const absl::Time now = On(2022, 6, 1), tomorrow = On(2022, 6, 2);

  EXPECT_THAT(Record({}, match, {.state = MeetingState::kHeld, .starts_at = tomorrow}, now),
              HasReason("MEETING_IN_FUTURE"));
  EXPECT_THAT(Record({}, match, {.state = MeetingState::kPlanned, .starts_at = tomorrow}, now), IsOk());
}

TEST(MeetingTest, APairMeetsWhileItIsOne) {
  const absl::Time now = On(2022, 6, 1);
  Match match = ActiveFrom(On(2022, 4, 1));
  EXPECT_THAT(Record({}, match, {.state = MeetingState::kHeld, .starts_at = On(2022, 3, 31)}, now),
              HasReason("MATCH_NOT_RUNNING"));
  match.state = MatchState::kPaused;
  EXPECT_THAT(Record({}, match, {.state = MeetingState::kPlanned, .starts_at = On(2022, 7, 1)}, now),
              HasReason("MATCH_NOT_RUNNING"));
  EXPECT_THAT(Record({}, match, {.state = MeetingState::kHeld, .starts_at = On(2022, 4, 30)}, now), IsOk());
}

}  // namespace
}  // namespace brygga::matching

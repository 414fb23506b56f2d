#include "services/events/domain/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "services/events/domain/testing.h"

namespace brygga::events {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : DetailsOf(status).fields) fields.push_back(violation.field);
  return fields;
}

// Scenario 25 of domain.md.
TEST(EventTest, ALocalTimeIsTheInstantThatItsZoneGivesItThatDay) {
  Event autumn = DraftOf("autumn");
  autumn.sessions = {SessionAt("2022-10-06T10:00:00", "2022-10-06T12:00:00"),
                     SessionAt("2022-10-20T10:00:00", "2022-10-20T12:00:00")};
  Event winter = DraftOf("winter");
  winter.sessions = {SessionAt("2022-11-17T10:00:00", "2022-11-17T12:00:00"),
                     SessionAt("2022-12-01T10:00:00", "2022-12-01T12:00:00")};
  autumn = *NewEvent(autumn, kNow);
  winter = *NewEvent(winter, kNow);

  EXPECT_EQ(autumn.sessions[0].start, Utc(2022, 10, 6, 8));
  EXPECT_EQ(autumn.sessions[0].end, Utc(2022, 10, 6, 10));
  EXPECT_EQ(autumn.sessions[1].start, Utc(2022, 10, 20, 8));
  EXPECT_EQ(winter.sessions[0].start, Utc(2022, 11, 17, 9));
  EXPECT_EQ(winter.sessions[1].start, Utc(2022, 12, 1, 9));
}

TEST(EventTest, AWeeklySeriesKeepsItsLocalTimeOverTheEndOfSummerTime) {
  Event cafe = DraftOf("");
  cafe.sessions = {SessionAt("2022-09-13T17:00:00", "2022-09-13T18:30:00")};
  std::vector<std::string> ids(20, "x");

  const auto made = NewSeries({.id = SeriesId("s"), .recurrence = Recurrence::kWeekly}, cafe, 10, ids, kNow);

  ASSERT_THAT(made, IsOk());
  ASSERT_THAT(made->events, SizeIs(10));
  for (const Event& event : made->events) EXPECT_EQ(event.sessions.front().local_start.hour(), 17);
  EXPECT_EQ(made->events[6].start, Utc(2022, 10, 25, 15));  // The last in summer time.
  EXPECT_EQ(made->events[7].start, Utc(2022, 11, 1, 16));
}

TEST(EventTest, EveryWrongFieldIsNamedAtOnce) {
  Event event = DraftOf("e");
  event.title_sv = " ";
  event.organiser = "";
  event.zone = "Mars/Base";
  event.capacity = 0;
  event.ages = {.least = 21, .most = 16};
  event.audience = {};
  event.sessions = {SessionAt("2022-10-06T10:00:00", "2022-10-06T09:00:00"),
                    SessionAt("2022-10-07T10:00:00", "2022-10-25T09:00:00")};

  EXPECT_THAT(FieldsOf(NewEvent(event, kNow).status()),
              ElementsAre("event.title_sv", "event.organiser", "event.time_zone", "event.sessions[0].local_end",
                          "event.sessions[1].local_end", "event.capacity", "event.age_max", "event.audience"));
}

TEST(EventTest, SessionsMayNotOverlap) {
  Event event = DraftOf("e");
  event.sessions = {SessionAt("2022-10-06T10:00:00", "2022-10-06T12:00:00"),
                    SessionAt("2022-10-06T11:59:59", "2022-10-06T13:00:00")};

  EXPECT_THAT(FieldsOf(NewEvent(event, kNow).status()), ElementsAre("event.sessions[1].local_start"));
}

TEST(EventTest, RegistrationClosesWhenSaidOrElseAtTheStart) {
  Event event = DraftOf("e");
  event.registration_closes = absl::CivilSecond(2022, 9, 29, 23, 59, 59);

  EXPECT_EQ(NewEvent(event, kNow)->closes, Utc(2022, 9, 29, 21) + absl::Minutes(59) + absl::Seconds(59));
  event.registration_closes.reset();
  EXPECT_EQ(NewEvent(event, kNow)->closes, NewEvent(event, kNow)->start);
}

TEST(EventTest, EveryStepGoesOnlyFromTheStatesThatAllowIt) {
  const auto steps =
      std::vector<std::pair<std::function<absl::StatusOr<Event>(const Event&)>, std::vector<EventState>>>{
          {[](const Event& e) { return Publish(e, "", kNow); }, {EventState::kTentative}},
          {[](const Event& e) { return Start(e, "", kNow); }, {EventState::kPublished}},
          {[](const Event& e) { return Finish(e, "", kNow); }, {EventState::kLive}},
          {[](const Event& e) { return Cancel(e, "ILL", "", kNow); }, {EventState::kTentative, EventState::kPublished}},
          {[](const Event& e) -> absl::StatusOr<Event> {
             const auto postponed = Postpone(e, {.id = EventId("n"), .sessions = e.sessions}, "", kNow);
             if (!postponed.ok()) return postponed.status();
             return postponed->event;
           },
           {EventState::kTentative, EventState::kPublished}},
          {[](const Event& e) { return Update(e, e, "", kNow); }, {EventState::kTentative, EventState::kPublished}},
      };
  for (const auto& [step, allowed] : steps) {
    for (const std::string& word : AllNames<EventState>()) {
      Event event = *NewEvent(DraftOf("e"), kNow);
      event.state = FromName<EventState>(word);
      const bool may = std::find(allowed.begin(), allowed.end(), event.state) != allowed.end();
      const auto after = step(event);
      EXPECT_EQ(after.ok(), may) << word;
      EXPECT_EQ(ReasonOf(after.status()), may ? "" : "EVENT_STATE");
      EXPECT_THAT(Publish(event, "99", kNow), HasReason("ETAG_MISMATCH"));
    }
  }
}

TEST(EventTest, ACourseIsPublishedOnlyWithAllItsParts) {
  Event event = *NewEvent(DraftOf("e"), kNow);
  event.parts_total = 2;

  EXPECT_THAT(Publish(event, "", kNow), HasReason("COURSE_INCOMPLETE"));
}

TEST(EventTest, PostponingLinksBothWaysAndAsksForNoSeats) {
  const Event event = *Publish(*NewEvent(DraftOf("e"), kNow), "", kNow);

  const auto postponed = Postpone(
      event, {.id = EventId("next"), .sessions = {SessionAt("2023-05-25T10:00:00", "2023-05-25T12:00:00")}}, "2", kNow);

  ASSERT_THAT(postponed, IsOk());
  EXPECT_EQ(postponed->event.state, EventState::kPostponed);
  EXPECT_EQ(postponed->event.successor, EventId("next"));
  EXPECT_EQ(postponed->successor.predecessor, event.id);
  EXPECT_EQ(postponed->successor.state, EventState::kTentative);
  EXPECT_EQ(postponed->successor.start, Utc(2023, 5, 25, 8));
  EXPECT_EQ(postponed->successor.external_ref, std::nullopt);
}

TEST(EventTest, CapacityIsNotLoweredBelowWhatIsTaken) {
  Event event = *NewEvent(DraftOf("e"), kNow);
  event.capacity = 10;
  event.taken = 7;
  Event wanted = event;
  wanted.capacity = 6;

  const absl::Status refused = Update(event, wanted, "", kNow).status();

  EXPECT_THAT(refused, HasReason("CAPACITY_BELOW_TAKEN"));
  EXPECT_THAT(DetailsOf(refused).preconditions.front().description, ::testing::HasSubstr("7 seats are taken"));
  wanted.capacity = 7;
  EXPECT_EQ(Update(event, wanted, "", kNow)->capacity, 7);
}

TEST(EventTest, TheWaitingListStaysWhileSomebodyWaits) {
  Event event = *NewEvent(DraftOf("e"), kNow);
  event.waiting = 1;
  Event wanted = event;
  wanted.waiting_list = false;

  EXPECT_THAT(Update(event, wanted, "", kNow), HasReason("WAITING_LIST_IN_USE"));
}

TEST(EventTest, AnUpdateWithoutADifferenceChangesNothing) {
  const Event event = *NewEvent(DraftOf("e"), kNow);

  EXPECT_EQ(*Update(event, event, "1", kNow + absl::Hours(1)), event);
}

}  // namespace
}  // namespace brygga::events

// The scenarios of the domain that events answers for, through a real channel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "services/events/rpc/events_rpc_testing.h"

namespace brygga::events {
namespace {

using ::brygga::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class ScenarioTest : public EventsFixture {
 protected:
  // The first sample rows that matter here, as their file has them.
  static v1::ImportEventRow Row(const std::string& event_id) {
    v1::ImportEventRow row;
    row.set_event_id(event_id);
    row.set_part_no("1");
    row.set_parts_total("1");
    row.set_attend_all_parts("0");
    row.set_organiser("organisations/o");
    row.set_municipality_code("0180");
    row.set_mode("onsite");
    row.set_waiting_list("1");
    return row;
  }

  static v1::ImportEventRow CoursePart(const std::string& event_id, const std::string& series, int part,
                                       const std::string& day, const std::string& offset) {
    v1::ImportEventRow row = Row(event_id);
    row.set_series_id(series);
    row.set_part_no(std::to_string(part));
    row.set_parts_total("2");
    row.set_attend_all_parts("1");
    row.set_kind("training");
    row.set_title_sv("Coachning och mentorskap på arbetsplatsen (CMA), fördjupad handledning, dag " +
                     std::to_string(part));
    row.set_venue("Medborgarhuset, sal 3");
    row.set_starts_at(day + "T10:00:00" + offset);
    row.set_ends_at(day + "T12:00:00" + offset);
    row.set_capacity("24");
    row.set_audience("supervisors;mentors");
    row.set_language("sv");
    return row;
  }

  static v1::ImportEventRow Cafe() {
    v1::ImportEventRow row = Row("E006");
    row.set_kind("language_cafe");
    row.set_title_sv("Språkcafé online för nybörjare");
    row.set_mode("online");
    row.set_starts_at("2022-09-13T17:00:00+02:00");
    row.set_ends_at("2022-09-13T18:30:00+02:00");
    row.set_repeats("weekly:10");
    row.set_capacity("20");
    row.set_audience("mentees;public");
    row.set_language("sv");
    return row;
  }

  static v1::ImportEventRow DataCourse() {
    v1::ImportEventRow row = Row("E008");
    row.set_series_id("S-DATA");
    row.set_kind("course");
    row.set_title_sv("Datakurs: Word, PowerPoint, Excel, Outlook och Teams");
    row.set_venue("Lärcenter, datasal");
    row.set_starts_at("2023-06-26T09:00:00+02:00");
    row.set_ends_at("2023-06-26T12:00:00+02:00");
    row.set_repeats("daily:5");
    row.set_capacity("45");
    row.set_age_min("16");
    row.set_age_max("24");
    row.set_audience("youth");
    row.set_language("sv");
    row.set_registration_closes("2023-06-16T23:59:59+02:00");
    return row;
  }

  absl::StatusOr<v1::ImportEventsResponse> Import(const std::vector<v1::ImportEventRow>& rows,
                                                  bool validate_only = false) {
    v1::ImportEventsRequest request;
    request.set_source("sample");
    request.set_programme("programmes/p");
    for (const v1::ImportEventRow& row : rows) *request.add_rows() = row;
    request.set_publish(true);
    request.set_validate_only(validate_only);
    request.set_request_id(NewRequestId());
    return Call<v1::ImportEventsResponse>(coordinator_, "ImportEvents", request);
  }

  std::vector<absl::Time> StartsOf(const std::string& name) {
    const auto event = GetEvent(name, rpc::Anonymous());
    std::vector<absl::Time> starts;
    for (const v1::Session& session : event->sessions()) {
      starts.push_back(absl::FromUnixSeconds(session.start_time().seconds()));
    }
    return starts;
  }
};

// 23, first part: 45 seats fill, the 46th is waitlisted with a position; a seat
// that is given up goes to the first eligible person waiting.
TEST_F(ScenarioTest, ADataCourseFillsAndItsWaitingListMoves) {
  const auto imported = Import({DataCourse()});
  ASSERT_THAT(imported, IsOk());
  ASSERT_THAT(imported->results(0).events(), SizeIs(1));
  const std::string course = imported->results(0).events(0);
  EXPECT_THAT(StartsOf(course), SizeIs(5));

  std::vector<v1::Registration> all;
  for (int i = 1; i <= 48; ++i) {
    const std::string person = "participants/p" + std::to_string(i);
    ages_.Born(person, Date(2004, 5, 1));
    const auto registered = Register(course, person);
    ASSERT_THAT(registered, IsOk());
    all.push_back(*registered);
  }
  EXPECT_EQ(all[44].state(), v1::REGISTRATION_STATE_REGISTERED);
  EXPECT_EQ(all[45].state(), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_EQ(all[45].waiting_position(), 1);
  EXPECT_EQ(all[45].waiting_reason(), v1::WAITING_REASON_EVENT_FULL);
  EXPECT_EQ(all[47].waiting_position(), 3);

  ages_.Born("participants/p46", Date(1990, 5, 1));  // Turns out to be too old.
  ASSERT_THAT(Cancel(all[9].name(), rpc::ParticipantNamed("participants/p10")), IsOk());

  EXPECT_EQ(GetRegistration(all[45].name(), coordinator_)->state(), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_EQ(GetRegistration(all[46].name(), coordinator_)->state(), v1::REGISTRATION_STATE_REGISTERED);
  EXPECT_EQ(GetRegistration(all[47].name(), coordinator_)->waiting_position(), 2);
  const auto event = GetEvent(course, rpc::Anonymous());
  EXPECT_EQ(event->taken(), 45);
  EXPECT_EQ(event->waiting(), 2);
}

// 25, the instants: two courses of two sessions each, on both sides of the end
// of summer time.
TEST_F(ScenarioTest, SupervisorCoursesAreAtTenInSummerAndInWinter) {
  const auto imported = Import({CoursePart("E001", "S-CMA-1", 1, "2022-10-06", "+02:00"),
                                CoursePart("E002", "S-CMA-1", 2, "2022-10-20", "+02:00"),
                                CoursePart("E003", "S-CMA-2", 1, "2022-11-17", "+01:00"),
                                CoursePart("E004", "S-CMA-2", 2, "2022-12-01", "+01:00")});

  ASSERT_THAT(imported, IsOk());
  EXPECT_EQ(imported->created_count(), 4);
  EXPECT_EQ(imported->results(0).events(0), imported->results(1).events(0));
  EXPECT_THAT(StartsOf(imported->results(0).events(0)), ElementsAre(Utc(2022, 10, 6, 8), Utc(2022, 10, 20, 8)));
  EXPECT_THAT(StartsOf(imported->results(2).events(0)), ElementsAre(Utc(2022, 11, 17, 9), Utc(2022, 12, 1, 9)));
  EXPECT_EQ(GetEvent(imported->results(0).events(0), rpc::Anonymous())->title_sv(),
            "Coachning och mentorskap på arbetsplatsen (CMA), fördjupad handledning");
}

// 28, as far as it goes now: a weekly series keeps its local time over the end of
// summer time, and a full café waitlists while the next has seats.
TEST_F(ScenarioTest, ALanguageCafeIsEveryWeekAtFiveAndFillsOneByOne) {
  const auto imported = Import({Cafe()});
  ASSERT_THAT(imported, IsOk());
  const auto& events = imported->results(0).events();
  ASSERT_THAT(events, SizeIs(10));
  for (int week = 0; week < 10; ++week) {
    const absl::Time instant = Utc(2022, 9, 13, 15) + week * absl::Hours(7 * 24);
    const absl::Duration winter = week >= 7 ? absl::Hours(1) : absl::ZeroDuration();
    EXPECT_THAT(StartsOf(events[week]), ElementsAre(instant + winter)) << "week " << week;
  }

  for (int i = 0; i < 21; ++i) {
    v1::RegisterRequest request;
    request.set_parent(events[0]);
    request.set_participant("participants/p" + std::to_string(i));
    request.set_audience(v1::AUDIENCE_MENTEES);
    request.set_request_id(NewRequestId());
    const auto response = Call<v1::RegisterResponse>(coordinator_, "Register", request);
    ASSERT_THAT(response, IsOk());
    EXPECT_EQ(response->registration().state(),
              i < 20 ? v1::REGISTRATION_STATE_REGISTERED : v1::REGISTRATION_STATE_WAITLISTED);
  }
  EXPECT_EQ(GetEvent(events[1], rpc::Anonymous())->taken(), 0);
}

TEST_F(ScenarioTest, ImportingAgainChangesNothingAndTriesNothing) {
  const std::vector<v1::ImportEventRow> rows = {CoursePart("E001", "S-CMA-1", 1, "2022-10-06", "+02:00"),
                                                CoursePart("E002", "S-CMA-1", 2, "2022-10-20", "+02:00"), Cafe(),
                                                DataCourse()};
  EXPECT_EQ(Import(rows, /*validate_only=*/true)->created_count(), 4);
  EXPECT_EQ(Import(rows)->created_count(), 4);

  const auto again = Import(rows);

  EXPECT_EQ(again->unchanged_count(), 4);
  v1::ListEventsRequest request;
  request.set_page_size(100);
  EXPECT_EQ(Call<v1::ListEventsResponse>(coordinator_, "ListEvents", request)->events_size(), 12);
}

TEST_F(ScenarioTest, AWrongRowIsReportedAndStopsNoOther) {
  v1::ImportEventRow wrong = Cafe();
  wrong.set_event_id("E99");
  wrong.set_kind("party");
  wrong.set_starts_at("2022-09-13T17:00:00+01:00");

  const auto imported = Import({wrong, DataCourse()});

  ASSERT_THAT(imported, IsOk());
  EXPECT_EQ(imported->refused_count(), 1);
  EXPECT_EQ(imported->created_count(), 1);
  EXPECT_EQ(imported->results(0).event_id(), "E99");
  ASSERT_THAT(imported->results(0).violations(), SizeIs(2));
  EXPECT_EQ(imported->results(0).violations(0).field(), "kind");
  EXPECT_EQ(imported->results(0).violations(1).field(), "starts_at");
}

}  // namespace
}  // namespace brygga::events

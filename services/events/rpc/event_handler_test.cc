#include "services/events/rpc/event_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/events/rpc/events_rpc_testing.h"

namespace brygga::events {
namespace {

using ::brygga::testing::EqualsProto;
using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EventHandlerTest : public EventsFixture {
 protected:
  absl::StatusOr<v1::Event> Update(const v1::Event& event, const std::vector<std::string>& paths,
                                   const rpc::Identity& caller) {
    v1::UpdateEventRequest request;
    *request.mutable_event() = event;
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    request.set_request_id(NewRequestId());
    const auto response = Call<v1::UpdateEventResponse>(caller, "UpdateEvent", request);
    if (!response.ok()) return response.status();
    return response->event();
  }

  std::vector<std::string> Listed(const rpc::Identity& caller, const std::string& filter = "",
                                  const std::string& cohort = "") {
    v1::ListEventsRequest request;
    request.set_filter(filter);
    request.set_cohort(cohort);
    const auto response = Call<v1::ListEventsResponse>(caller, "ListEvents", request);
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> names;
    for (int i = 0; response.ok() && i < response->events_size(); ++i) names.push_back(response->events(i).name());
    return names;
  }
};

TEST_F(EventHandlerTest, AnEventIsCreatedTentativeAndReadBack) {
  const auto created = Create(ValidEvent());

  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->state(), v1::EVENT_STATE_TENTATIVE);
  EXPECT_EQ(created->time_zone(), "Europe/Stockholm");
  EXPECT_EQ(created->etag(), "1");
  EXPECT_EQ(created->sessions(0).start_time().seconds(), absl::ToUnixSeconds(Utc(2022, 10, 6, 8)));
  EXPECT_THAT(GetEvent(created->name(), coordinator_), IsOkAndHolds(EqualsProto(*created)));
}

// Answered on the thread that asks, in several statements.
TEST_F(EventHandlerTest, AnEventIsReadAsOftenAsAnybodyAsks) {
  const auto created = Create(ValidEvent());
  ASSERT_THAT(created, IsOk());

  for (int i = 0; i < 8000; ++i) ASSERT_THAT(GetEvent(created->name(), coordinator_), IsOk()) << i;
}

TEST_F(EventHandlerTest, ARepeatedRequestGetsTheFirstAnswer) {
  v1::CreateEventRequest request;
  *request.mutable_event() = ValidEvent();
  request.set_request_id(NewRequestId());
  const auto first = Call<v1::CreateEventResponse>(coordinator_, "CreateEvent", request);
  ASSERT_THAT(first, IsOk());

  EXPECT_THAT(Call<v1::CreateEventResponse>(coordinator_, "CreateEvent", request), IsOkAndHolds(EqualsProto(*first)));
  request.mutable_event()->set_capacity(4);
  EXPECT_THAT(Call<v1::CreateEventResponse>(coordinator_, "CreateEvent", request), HasReason("REQUEST_ID_REUSED"));
}

TEST_F(EventHandlerTest, WhatWasNeverPublishedIsHiddenInTheSameWordsAsWhatIsNotThere) {
  const std::string name = Create(ValidEvent())->name();

  for (const rpc::Identity& caller : {rpc::Anonymous(), other_coordinator_, rpc::ParticipantNamed("participants/x"),
                                      rpc::ContactOf("organisations/o")}) {
    const absl::Status hidden = GetEvent(name, caller).status();
    EXPECT_THAT(hidden, HasReason("NOT_FOUND"));
    EXPECT_EQ(hidden.message(), NotFound(name).message());
    EXPECT_THAT(Listed(caller), IsEmpty());
  }
  EXPECT_THAT(Listed(coordinator_), ElementsAre(name));
  EXPECT_THAT(Listed(rpc::ServiceNamed("gateway")), ElementsAre(name));

  ASSERT_THAT(Publish(name), IsOk());
  EXPECT_THAT(GetEvent(name, rpc::Anonymous()), IsOk());
  EXPECT_THAT(Listed(rpc::Anonymous()), ElementsAre(name));
}

TEST_F(EventHandlerTest, OnlyTheProgrammesCoordinatorsManageItsEvents) {
  const std::string name = Create(ValidEvent())->name();
  EXPECT_THAT((Step<v1::PublishEventResponse, v1::PublishEventRequest>("PublishEvent", name, other_coordinator_)),
              HasReason("NOT_FOUND"));
  ASSERT_THAT(Publish(name), IsOk());

  EXPECT_THAT((Step<v1::CancelEventResponse, v1::CancelEventRequest>("CancelEvent", name, other_coordinator_)),
              HasReason("PERMISSION_DENIED"));
  EXPECT_THAT(Create(ValidEvent(), other_coordinator_), HasReason("PERMISSION_DENIED"));
  v1::Event unowned = ValidEvent();
  unowned.clear_programme();
  EXPECT_THAT(Create(unowned, coordinator_), HasReason("PERMISSION_DENIED"));
  EXPECT_THAT(Create(unowned, rpc::Admin()), IsOk());
  v1::Event foreign = ValidEvent();
  foreign.add_cohorts("programmes/q/cohorts/c");
  EXPECT_THAT(Create(foreign), HasReason("PERMISSION_DENIED"));
  EXPECT_THAT(Create(ValidEvent(), rpc::ParticipantNamed("participants/p")),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(EventHandlerTest, AnEventGoesThroughItsLife) {
  const std::string name = Create(ValidEvent())->name();

  EXPECT_EQ(Publish(name)->state(), v1::EVENT_STATE_PUBLISHED);
  EXPECT_THAT((Step<v1::FinishEventResponse, v1::FinishEventRequest>("FinishEvent", name, coordinator_)),
              HasReason("EVENT_STATE"));
  EXPECT_EQ((Step<v1::StartEventResponse, v1::StartEventRequest>("StartEvent", name, coordinator_))->state(),
            v1::EVENT_STATE_LIVE);
  EXPECT_EQ((Step<v1::FinishEventResponse, v1::FinishEventRequest>("FinishEvent", name, coordinator_))->state(),
            v1::EVENT_STATE_DONE);
  EXPECT_THAT((Step<v1::CancelEventResponse, v1::CancelEventRequest>("CancelEvent", name, coordinator_)),
              HasReason("EVENT_STATE"));
}

TEST_F(EventHandlerTest, ACancelledEventSaysWhy) {
  const std::string name = Published(ValidEvent()).name();

  const auto cancelled = Step<v1::CancelEventResponse, v1::CancelEventRequest>("CancelEvent", name, coordinator_);

  EXPECT_EQ(cancelled->state(), v1::EVENT_STATE_CANCELLED);
  EXPECT_EQ(cancelled->cancel_reason(), "ORGANISER_ILL");
}

TEST_F(EventHandlerTest, PostponingKeepsTheLinkBothWays) {
  const std::string name = Published(ValidEvent()).name();
  v1::PostponeEventRequest request;
  request.set_name(name);
  request.set_request_id(NewRequestId());
  AddSession("2023-05-25T10:00:00", "2023-05-25T15:00:00", &request);

  const auto postponed = Call<v1::PostponeEventResponse>(coordinator_, "PostponeEvent", request);

  ASSERT_THAT(postponed, IsOk());
  EXPECT_EQ(postponed->event().state(), v1::EVENT_STATE_POSTPONED);
  EXPECT_EQ(postponed->event().successor(), postponed->successor().name());
  EXPECT_EQ(postponed->successor().predecessor(), name);
  EXPECT_THAT(GetEvent(postponed->successor().name(), coordinator_), IsOkAndHolds(EqualsProto(postponed->successor())));
  EXPECT_THAT(Register(name, "participants/a"), HasReason("EVENT_STATE"));
}

TEST_F(EventHandlerTest, AnUpdateChangesWhatTheMaskNames) {
  const v1::Event event = Published(ValidEvent());
  v1::Event wanted;
  wanted.set_name(event.name());
  wanted.set_title_sv("Ny titel");
  wanted.set_venue("Biblioteket");

  const auto updated = Update(wanted, {"venue"}, coordinator_);

  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->venue(), "Biblioteket");
  EXPECT_EQ(updated->title_sv(), "Handledarkurs");
  wanted.set_etag(event.etag());
  EXPECT_THAT(Update(wanted, {"venue"}, coordinator_), HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(Update(wanted, {"state"}, coordinator_), HasReason("INVALID_FIELDS"));
  wanted.clear_etag();
  wanted.add_cohorts("programmes/q/cohorts/c");
  EXPECT_THAT(Update(wanted, {"cohorts"}, coordinator_), HasReason("PERMISSION_DENIED"));
  EXPECT_THAT(Update(wanted, {"venue"}, other_coordinator_), HasReason("PERMISSION_DENIED"));
}

TEST_F(EventHandlerTest, CapacityGoesUpForThoseWhoWaitAndNotBelowWhatIsTaken) {
  v1::Event event = ValidEvent();
  event.set_capacity(2);
  event = Published(event);
  for (const char* person : {"a", "b", "c", "d"})
    ASSERT_THAT(Register(event.name(), "participants/" + std::string(person)), IsOk());
  v1::Event wanted;
  wanted.set_name(event.name());
  wanted.set_capacity(1);

  const absl::Status refused = Update(wanted, {"capacity"}, coordinator_).status();
  EXPECT_THAT(refused, HasReason("CAPACITY_BELOW_TAKEN"));
  EXPECT_THAT(DetailsOf(refused).preconditions.front().description, ::testing::HasSubstr("2 seats are taken"));

  wanted.set_capacity(3);
  const auto updated = Update(wanted, {"capacity"}, coordinator_);
  EXPECT_EQ(updated->taken(), 3);
  EXPECT_EQ(updated->waiting(), 1);
}

TEST_F(EventHandlerTest, MoreSeatsGoPastThoseWhoAreOutsideTheNewAges) {
  v1::Event event = ValidEvent();
  event.set_capacity(1);
  event.set_age_max(60);
  event = Published(event);
  for (const auto& [person, year] : {std::pair("a", 1980), std::pair("b", 1980), std::pair("c", 2000)}) {
    const std::string participant = "participants/" + std::string(person);
    ages_.Born(participant, Date(year, 1, 1));
    ASSERT_THAT(Register(event.name(), participant), IsOk());
  }
  v1::Event wanted;
  wanted.set_name(event.name());
  wanted.set_capacity(2);
  wanted.set_age_max(30);

  ASSERT_THAT(Update(wanted, {"capacity", "age_max"}, coordinator_), IsOk());

  v1::ListRegistrationsRequest request;
  request.set_parent(event.name());
  request.set_order_by("queue_number");
  const auto listed = Call<v1::ListRegistrationsResponse>(coordinator_, "ListRegistrations", request);
  ASSERT_THAT(listed->registrations(), SizeIs(3));
  EXPECT_EQ(listed->registrations(1).waiting_reason(), v1::WAITING_REASON_NOT_ELIGIBLE);
  EXPECT_EQ(listed->registrations(2).state(), v1::REGISTRATION_STATE_REGISTERED);
}

TEST_F(EventHandlerTest, EventsAreListedByFilterAndCohort) {
  v1::Event fair = ValidEvent();
  fair.set_kind(v1::EVENT_KIND_JOB_FAIR);
  fair.add_cohorts("programmes/p/cohorts/c");
  const std::string fair_name = Published(fair).name();
  const std::string training = Published(ValidEvent()).name();

  EXPECT_THAT(Listed(rpc::Anonymous(), "kind = JOB_FAIR"), ElementsAre(fair_name));
  EXPECT_THAT(Listed(rpc::Anonymous(), "", "programmes/p/cohorts/c"), ElementsAre(fair_name));
  EXPECT_THAT(Listed(rpc::Anonymous(), "start_time >= \"2022-10-06T08:00:00Z\" AND capacity = 3"),
              ::testing::UnorderedElementsAre(fair_name, training));
  v1::ListEventsRequest request;
  request.set_filter("colour = RED");
  request.set_order_by("kind");
  EXPECT_THAT(Call<v1::ListEventsResponse>(rpc::Anonymous(), "ListEvents", request), HasReason("INVALID_FIELDS"));
  request.Clear();
  request.set_page_size(1);
  const auto first = Call<v1::ListEventsResponse>(rpc::Anonymous(), "ListEvents", request);
  request.set_page_token(first->next_page_token());
  const auto second = Call<v1::ListEventsResponse>(rpc::Anonymous(), "ListEvents", request);
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT((std::vector{first->events(0).name(), second->events(0).name()}),
              ::testing::UnorderedElementsAre(fair_name, training));
  EXPECT_EQ(second->next_page_token(), "");
  request.set_cohort("programmes/p/cohorts/c");
  EXPECT_THAT(Call<v1::ListEventsResponse>(rpc::Anonymous(), "ListEvents", request), HasReason("PAGE_TOKEN_MISMATCH"));
}

TEST_F(EventHandlerTest, SeveralEventsAreGotAtOnceInTheOrderAskedFor) {
  const std::string first = Published(ValidEvent()).name();
  const std::string second = Published(ValidEvent()).name();
  const std::string hidden = Create(ValidEvent())->name();
  v1::BatchGetEventsRequest request;
  request.add_names(second);
  request.add_names(first);

  const auto response = Call<v1::BatchGetEventsResponse>(rpc::Anonymous(), "BatchGetEvents", request);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->events(0).name(), second);
  EXPECT_EQ(response->events(1).name(), first);
  request.add_names(hidden);
  EXPECT_THAT(Call<v1::BatchGetEventsResponse>(rpc::Anonymous(), "BatchGetEvents", request), HasReason("NOT_FOUND"));
}

TEST_F(EventHandlerTest, ASeriesHasSeatsPerEvent) {
  v1::CreateSeriesRequest request;
  *request.mutable_event() = ValidEvent();
  request.set_recurrence(v1::RECURRENCE_WEEKLY);
  request.set_count(4);
  request.mutable_external_ref()->set_source("crm");
  request.mutable_external_ref()->set_key("cafe");
  request.set_request_id(NewRequestId());

  const auto made = Call<v1::CreateSeriesResponse>(coordinator_, "CreateSeries", request);

  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->series().event_count(), 4);
  ASSERT_THAT(made->events(), SizeIs(4));
  EXPECT_EQ(made->events(3).sessions(0).local_start(), "2022-10-27T10:00:00");
  EXPECT_THAT(Listed(coordinator_, "series = \"" + made->series().name() + "\""), SizeIs(4));
  v1::GetSeriesRequest get;
  get.set_name(made->series().name());
  EXPECT_THAT(Call<v1::GetSeriesResponse>(coordinator_, "GetSeries", get)->series(), EqualsProto(made->series()));
  EXPECT_THAT(Call<v1::GetSeriesResponse>(other_coordinator_, "GetSeries", get), HasReason("NOT_FOUND"));
  request.set_request_id(NewRequestId());
  EXPECT_THAT(Call<v1::CreateSeriesResponse>(coordinator_, "CreateSeries", request), HasReason("EXTERNAL_REF_TAKEN"));
}

}  // namespace
}  // namespace brygga::events

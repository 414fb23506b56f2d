#include "services/events/rpc/registration_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/events/rpc/events_rpc_testing.h"

namespace brygga::events {
namespace {

using ::brygga::testing::EqualsProto;
using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class RegistrationHandlerTest : public EventsFixture {
 protected:
  v1::Event ForAges(int least, int most, int capacity = 3) {
    v1::Event event = ValidEvent();
    event.set_age_min(least);
    event.set_age_max(most);
    event.set_capacity(capacity);
    return Published(event);
  }

  absl::StatusOr<v1::BatchRegisterResponse> Batch(const std::string& event, const std::vector<std::string>& people,
                                                  bool validate_only = false) {
    v1::BatchRegisterRequest request;
    request.set_parent(event);
    for (const std::string& person : people) request.add_items()->set_participant("participants/" + person);
    request.set_validate_only(validate_only);
    request.set_request_id(NewRequestId());
    return Call<v1::BatchRegisterResponse>(coordinator_, "BatchRegister", request);
  }

  std::vector<std::string> Listed(const rpc::Identity& caller, const std::string& parent,
                                  const std::string& filter = "") {
    v1::ListRegistrationsRequest request;
    request.set_parent(parent);
    request.set_filter(filter);
    const auto response = Call<v1::ListRegistrationsResponse>(caller, "ListRegistrations", request);
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> participants;
    for (int i = 0; response.ok() && i < response->registrations_size(); ++i) {
      participants.push_back(response->registrations(i).participant());
    }
    return participants;
  }
};

TEST_F(RegistrationHandlerTest, APersonRegistersThemself) {
  const v1::Event event = Published(ValidEvent());

  const auto registered = Register(event.name(), "participants/a");

  ASSERT_THAT(registered, IsOk());
  EXPECT_EQ(registered->state(), v1::REGISTRATION_STATE_REGISTERED);
  EXPECT_EQ(registered->audience(), v1::AUDIENCE_MENTORS);
  EXPECT_EQ(GetEvent(event.name(), rpc::Anonymous())->taken(), 1);
  EXPECT_THAT(GetRegistration(registered->name(), rpc::ParticipantNamed("participants/a")),
              IsOkAndHolds(EqualsProto(*registered)));
}

TEST_F(RegistrationHandlerTest, NobodyActsForAnotherButTheProgrammesCoordinators) {
  const v1::Event event = Published(ValidEvent());
  const rpc::Identity stranger = rpc::ParticipantNamed("participants/x");

  EXPECT_THAT(Register(event.name(), "participants/a", stranger), HasReason("NOT_FOUND"));
  EXPECT_THAT(Register(event.name(), "participants/a", other_coordinator_), HasReason("NOT_FOUND"));
  EXPECT_FALSE(Register(event.name(), "participants/a", rpc::Anonymous()).ok());
  const auto registered = Register(event.name(), "participants/a", coordinator_);
  ASSERT_THAT(registered, IsOk());
  EXPECT_THAT(GetRegistration(registered->name(), stranger), HasReason("NOT_FOUND"));
  EXPECT_THAT(GetRegistration(registered->name(), other_coordinator_), HasReason("NOT_FOUND"));
  EXPECT_THAT(Cancel(registered->name(), stranger), HasReason("NOT_FOUND"));
  EXPECT_EQ(GetRegistration(registered->name(), stranger).status().message(), NotFound(registered->name()).message());
  EXPECT_THAT(Cancel(registered->name(), rpc::ParticipantNamed("participants/a")), IsOk());
}

TEST_F(RegistrationHandlerTest, AnEventThatWasNeverPublishedIsNotThereForAPerson) {
  const std::string name = Create(ValidEvent())->name();

  EXPECT_THAT(Register(name, "participants/a"), HasReason("NOT_FOUND"));
  EXPECT_THAT(Register(name, "participants/a", coordinator_), HasReason("EVENT_STATE"));
}

TEST_F(RegistrationHandlerTest, TheDeadlineIsLocalTime) {
  v1::Event event = ValidEvent();
  event.set_registration_closes("2022-09-29T23:59:59");
  event = Published(event);
  const absl::Time closes = Utc(2022, 9, 29, 21) + absl::Minutes(59) + absl::Seconds(59);
  EXPECT_EQ(event.registration_close_time().seconds(), absl::ToUnixSeconds(closes));

  clock_.Set(closes - absl::Seconds(1));
  EXPECT_THAT(Register(event.name(), "participants/a"), IsOk());
  clock_.Set(closes);
  EXPECT_THAT(Register(event.name(), "participants/b"), HasReason("REGISTRATION_CLOSED"));
  EXPECT_THAT(Batch(event.name(), {"b"}), HasReason("REGISTRATION_CLOSED"));
}

// Scenario 27 of domain.md: the ages of a job fair.
TEST_F(RegistrationHandlerTest, TheAgeIsThatOfTheEventsDay) {
  const v1::Event event = ForAges(16, 21);  // On 6 October 2022.
  ages_.Born("participants/15", Date(2006, 10, 7));
  ages_.Born("participants/16", Date(2006, 10, 6));
  ages_.Born("participants/21", Date(2000, 10, 7));
  ages_.Born("participants/22", Date(2000, 10, 6));

  EXPECT_THAT(Register(event.name(), "participants/15"), HasReason("OUTSIDE_AGE_WINDOW"));
  EXPECT_THAT(Register(event.name(), "participants/16"), IsOk());
  EXPECT_THAT(Register(event.name(), "participants/21"), IsOk());
  EXPECT_THAT(Register(event.name(), "participants/22"), HasReason("OUTSIDE_AGE_WINDOW"));
  EXPECT_THAT(Register(event.name(), "participants/nobody"), HasReason("NOT_FOUND"));
}

TEST_F(RegistrationHandlerTest, WithoutAnAnswerAboutAgesNobodyIsRegisteredButARepeatIsAnswered) {
  const v1::Event event = ForAges(16, 21);
  ages_.Born("participants/a", Date(2004, 1, 1));
  v1::RegisterRequest request;
  request.set_parent(event.name());
  request.set_participant("participants/a");
  request.set_request_id(NewRequestId());
  const rpc::Identity person = rpc::ParticipantNamed("participants/a");
  const auto first = Call<v1::RegisterResponse>(person, "Register", request);
  ASSERT_THAT(first, IsOk());

  ages_.Unavailable(true);

  EXPECT_THAT(Register(event.name(), "participants/b"), HasReason("AGE_CHECK_UNAVAILABLE"));
  EXPECT_THAT(Batch(event.name(), {"b"}), HasReason("AGE_CHECK_UNAVAILABLE"));
  EXPECT_THAT(Call<v1::RegisterResponse>(person, "Register", request), IsOkAndHolds(EqualsProto(*first)));
}

TEST_F(RegistrationHandlerTest, ASeatGoesToTheFirstWhoIsStillOfTheRightAge) {
  const v1::Event event = ForAges(16, 21, 1);
  for (const char* person : {"a", "b", "c"}) ages_.Born("participants/" + std::string(person), Date(2004, 1, 1));
  const auto seated = Register(event.name(), "participants/a");
  const auto second = Register(event.name(), "participants/b");
  const auto third = Register(event.name(), "participants/c");
  ages_.Born("participants/b", Date(1994, 1, 1));  // The date is put right.

  ASSERT_THAT(Cancel(seated->name(), coordinator_), IsOk());

  EXPECT_EQ(GetRegistration(third->name(), coordinator_)->state(), v1::REGISTRATION_STATE_REGISTERED);
  const auto passed_over = GetRegistration(second->name(), rpc::ParticipantNamed("participants/b"));
  EXPECT_EQ(passed_over->state(), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_EQ(passed_over->waiting_reason(), v1::WAITING_REASON_NOT_ELIGIBLE);
}

TEST_F(RegistrationHandlerTest, ASeatStaysNotIdleWhenNobodyCanBeAsked) {
  const v1::Event event = ForAges(16, 21, 1);
  for (const char* person : {"a", "b"}) ages_.Born("participants/" + std::string(person), Date(2004, 1, 1));
  const auto seated = Register(event.name(), "participants/a");
  const auto waiting = Register(event.name(), "participants/b");
  ages_.Unavailable(true);

  ASSERT_THAT(Cancel(seated->name(), coordinator_), IsOk());

  EXPECT_EQ(GetRegistration(waiting->name(), coordinator_)->state(), v1::REGISTRATION_STATE_REGISTERED);
}

TEST_F(RegistrationHandlerTest, OneComesOnceAndInARoleTheEventIsFor) {
  v1::Event event = ValidEvent();
  event.add_audience(v1::AUDIENCE_SUPERVISORS);
  event = Published(event);
  v1::RegisterRequest request;
  request.set_parent(event.name());
  request.set_participant("participants/a");
  request.set_request_id(NewRequestId());
  const rpc::Identity person = rpc::ParticipantNamed("participants/a");

  EXPECT_THAT(Call<v1::RegisterResponse>(person, "Register", request), HasReason("NOT_IN_AUDIENCE"));
  request.set_audience(v1::AUDIENCE_YOUTH);
  EXPECT_THAT(Call<v1::RegisterResponse>(person, "Register", request), HasReason("NOT_IN_AUDIENCE"));
  request.set_audience(v1::AUDIENCE_SUPERVISORS);
  EXPECT_THAT(Call<v1::RegisterResponse>(person, "Register", request), IsOk());
  request.set_request_id(NewRequestId());
  EXPECT_THAT(Call<v1::RegisterResponse>(person, "Register", request), HasReason("ALREADY_REGISTERED"));
}

TEST_F(RegistrationHandlerTest, WithoutAWaitingListAFullEventSaysSo) {
  v1::Event event = ValidEvent();
  event.set_capacity(1);
  event.set_waiting_list(false);
  event = Published(event);
  ASSERT_THAT(Register(event.name(), "participants/a"), IsOk());

  EXPECT_THAT(Register(event.name(), "participants/b"), HasReason("EVENT_FULL"));
}

TEST_F(RegistrationHandlerTest, ABatchTellsOfEachPerson) {
  const v1::Event event = ForAges(16, 21, 2);
  for (const char* person : {"a", "b", "c", "d"}) ages_.Born("participants/" + std::string(person), Date(2004, 1, 1));
  ages_.Born("participants/old", Date(1990, 1, 1));
  ASSERT_THAT(Register(event.name(), "participants/d"), IsOk());

  const auto tried = Batch(event.name(), {"a"}, /*validate_only=*/true);
  EXPECT_EQ(tried->registered_count(), 1);
  EXPECT_EQ(GetEvent(event.name(), coordinator_)->taken(), 1);

  const auto batch = Batch(event.name(), {"a", "old", "nobody", "d", "b", "c", "a"});
  ASSERT_THAT(batch, IsOk());
  std::vector<std::string> reasons;
  for (const auto& result : batch->results()) reasons.push_back(result.reason());
  EXPECT_THAT(reasons,
              ElementsAre("", "OUTSIDE_AGE_WINDOW", "NOT_FOUND", "ALREADY_REGISTERED", "", "", "ALREADY_REGISTERED"));
  EXPECT_EQ(batch->registered_count(), 1);
  EXPECT_EQ(batch->waitlisted_count(), 2);
  EXPECT_EQ(batch->already_registered_count(), 2);
  EXPECT_EQ(batch->refused_count(), 2);
  EXPECT_EQ(batch->results(5).registration().waiting_position(), 2);
  EXPECT_EQ(batch->results(6).registration().name(), batch->results(0).registration().name());
}

TEST_F(RegistrationHandlerTest, OnlyTheProgrammesCoordinatorsRegisterMany) {
  const v1::Event event = Published(ValidEvent());
  v1::BatchRegisterRequest request;
  request.set_parent(event.name());
  request.add_items()->set_participant("participants/a");
  request.set_request_id(NewRequestId());

  EXPECT_THAT(Call<v1::BatchRegisterResponse>(other_coordinator_, "BatchRegister", request),
              HasReason("PERMISSION_DENIED"));
}

TEST_F(RegistrationHandlerTest, RegistrationsAreListedByEventAndByPerson) {
  const v1::Event first = Published(ValidEvent());
  v1::Event elsewhere = ValidEvent();
  elsewhere.set_programme("programmes/q");
  const std::string second = Create(elsewhere, other_coordinator_)->name();
  ASSERT_THAT((Step<v1::PublishEventResponse, v1::PublishEventRequest>("PublishEvent", second, other_coordinator_)),
              IsOk());
  for (const std::string& event : {first.name(), second}) {
    for (const char* person : {"a", "b"}) ASSERT_THAT(Register(event, "participants/" + std::string(person)), IsOk());
  }

  EXPECT_THAT(Listed(coordinator_, first.name()), SizeIs(2));
  EXPECT_THAT(Listed(coordinator_, "events/-"), SizeIs(2));
  EXPECT_THAT(Listed(coordinator_, second), SizeIs(0));
  EXPECT_THAT(Listed(rpc::Admin(), "events/-", "participant = \"participants/a\""), SizeIs(2));
  EXPECT_THAT(Listed(rpc::ParticipantNamed("participants/a"), "events/-"),
              ElementsAre("participants/a", "participants/a"));
  EXPECT_THAT(Listed(coordinator_, first.name(), "state = WAITLISTED"), SizeIs(0));
  v1::ListRegistrationsRequest request;
  request.set_parent("events/none");
  EXPECT_THAT(Call<v1::ListRegistrationsResponse>(coordinator_, "ListRegistrations", request), HasReason("NOT_FOUND"));
}

TEST_F(RegistrationHandlerTest, ARepeatedCancellationGetsTheFirstAnswer) {
  const v1::Event event = Published(ValidEvent());
  const auto registered = Register(event.name(), "participants/a");
  v1::CancelRegistrationRequest request;
  request.set_name(registered->name());
  request.set_reason("ILL");
  request.set_etag(registered->etag());
  request.set_request_id(NewRequestId());
  const auto first = Call<v1::CancelRegistrationResponse>(coordinator_, "CancelRegistration", request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->registration().cancel_reason(), "ILL");

  EXPECT_THAT(Call<v1::CancelRegistrationResponse>(coordinator_, "CancelRegistration", request),
              IsOkAndHolds(EqualsProto(*first)));
  request.set_request_id(NewRequestId());
  EXPECT_THAT(Call<v1::CancelRegistrationResponse>(coordinator_, "CancelRegistration", request),
              HasReason("ETAG_MISMATCH"));
  request.clear_etag();
  EXPECT_THAT(Call<v1::CancelRegistrationResponse>(coordinator_, "CancelRegistration", request),
              HasReason("REGISTRATION_STATE"));
}

}  // namespace
}  // namespace brygga::events

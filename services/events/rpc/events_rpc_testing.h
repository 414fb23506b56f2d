// The events service behind a real channel, on SQLite, with a clock and ages
// that a test sets.
#ifndef BRYGGA_SERVICES_EVENTS_RPC_EVENTS_RPC_TESTING_H_
#define BRYGGA_SERVICES_EVENTS_RPC_EVENTS_RPC_TESTING_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "brygga/events/v1/event_service.pb.h"
#include "brygga/events/v1/registration_service.pb.h"
#include "common/ids/uuid.h"
#include "common/rpc/testing.h"
#include "common/testing/matchers.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/stores.h"
#include "services/events/domain/fake_age_check.h"
#include "services/events/domain/testing.h"
#include "services/events/service.h"
#include "services/events/store/sql/migrations.h"
#include "services/events/store/sql/sql_event_store.h"
#include "services/events/store/sql/sql_pair_store.h"

namespace brygga::events {

class EventsFixture : public ::testing::Test {
 protected:
  // Names are short: "CreateEvent", "Register".
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const rpc::Identity& caller, const std::string& method, const Request& request) {
    return server_.Call<Response>(caller, FullName(method), request);
  }

  static std::string FullName(const std::string& method) {
    const bool about_registrations = method.find("Regist") != std::string::npos || method == "ListPairs";
    return std::string("brygga.events.v1.") + (about_registrations ? "RegistrationService/" : "EventService/") + method;
  }

  std::string NewRequestId() { return UuidOf("request " + std::to_string(++requests_)); }

  // A valid event: 3 seats and a waiting list, on 6 October 2022, 10 to 12, of
  // programmes/p.
  static v1::Event ValidEvent() {
    v1::Event event;
    event.set_kind(v1::EVENT_KIND_TRAINING);
    event.set_title_sv("Handledarkurs");
    event.set_organiser("organisations/o");
    event.set_programme("programmes/p");
    event.set_mode(v1::ATTENDANCE_MODE_ONSITE);
    AddSession("2022-10-06T10:00:00", "2022-10-06T12:00:00", &event);
    event.set_capacity(3);
    event.set_waiting_list(true);
    event.add_audience(v1::AUDIENCE_MENTORS);
    return event;
  }
  template <typename Message>
  static void AddSession(const std::string& start, const std::string& end, Message* message) {
    v1::Session& session = *message->add_sessions();
    session.set_local_start(start);
    session.set_local_end(end);
  }

  absl::StatusOr<v1::Event> Create(const v1::Event& event, const rpc::Identity& caller) {
    v1::CreateEventRequest request;
    *request.mutable_event() = event;
    request.set_request_id(NewRequestId());
    const auto response = Call<v1::CreateEventResponse>(caller, "CreateEvent", request);
    if (!response.ok()) return response.status();
    return response->event();
  }
  absl::StatusOr<v1::Event> Create(const v1::Event& event) { return Create(event, coordinator_); }

  // PublishEvent and the other steps that take a name.
  template <typename Response, typename Request>
  absl::StatusOr<v1::Event> Step(const std::string& method, const std::string& name, const rpc::Identity& caller) {
    Request request;
    request.set_name(name);
    request.set_request_id(NewRequestId());
    if constexpr (requires { request.set_reason(""); }) request.set_reason("ORGANISER_ILL");
    const auto response = Call<Response>(caller, method, request);
    if (!response.ok()) return response.status();
    return response->event();
  }
  absl::StatusOr<v1::Event> Publish(const std::string& name) {
    return Step<v1::PublishEventResponse, v1::PublishEventRequest>("PublishEvent", name, coordinator_);
  }
  v1::Event Published(const v1::Event& event) { return Publish(Create(event)->name()).value(); }

  absl::StatusOr<v1::Registration> Register(const std::string& event, const std::string& participant,
                                            const rpc::Identity& caller) {
    v1::RegisterRequest request;
    request.set_parent(event);
    request.set_participant(participant);
    request.set_request_id(NewRequestId());
    const auto response = Call<v1::RegisterResponse>(caller, "Register", request);
    if (!response.ok()) return response.status();
    return response->registration();
  }
  absl::StatusOr<v1::Registration> Register(const std::string& event, const std::string& participant) {
    return Register(event, participant, rpc::ParticipantNamed(participant));
  }
  absl::StatusOr<v1::Registration> Cancel(const std::string& name, const rpc::Identity& caller) {
    v1::CancelRegistrationRequest request;
    request.set_name(name);
    request.set_request_id(NewRequestId());
    const auto response = Call<v1::CancelRegistrationResponse>(caller, "CancelRegistration", request);
    if (!response.ok()) return response.status();
    return response->registration();
  }
  absl::StatusOr<v1::Registration> GetRegistration(const std::string& name, const rpc::Identity& caller) {
    v1::GetRegistrationRequest request;
    request.set_name(name);
    const auto response = Call<v1::GetRegistrationResponse>(caller, "GetRegistration", request);
    if (!response.ok()) return response.status();
    return response->registration();
  }
  absl::StatusOr<v1::Event> GetEvent(const std::string& name, const rpc::Identity& caller) {
    v1::GetEventRequest request;
    request.set_name(name);
    const auto response = Call<v1::GetEventResponse>(caller, "GetEvent", request);
    if (!response.ok()) return response.status();
    return response->event();
  }

  const rpc::Identity coordinator_ = rpc::CoordinatorOf("programmes/p");
  const rpc::Identity other_coordinator_ = rpc::CoordinatorOf("programmes/q");
  ManualClock clock_{kNow};
  std::unique_ptr<testing::TestDatabase> ground_ = testing::NewSqlite({.migrations = kMigrations, .clock = &clock_});
  SqlEventStore store_{ground_->database()};
  FakeAgeCheck ages_;
  SqlPairStore pairs_{ground_->database()};
  EventsService service_{store_, pairs_, ages_};
  rpc::TestServer server_{service_.services()};

 private:
  int requests_ = 0;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_RPC_EVENTS_RPC_TESTING_H_

// Bad input for every method that changes anything: the code, the reason and
// every wrong field.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "services/events/rpc/events_rpc_testing.h"

namespace brygga::events {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::StatusIs;
using ::testing::UnorderedElementsAreArray;

struct BadInput {
  std::string method;
  std::string request;  // In text format.
  std::vector<std::string> fields;
};

void PrintTo(const BadInput& bad, std::ostream* out) { *out << bad.method << " {" << bad.request << "}"; }

constexpr char kId[] = "request_id: '0187c7a0-0000-7000-8000-000000000000' ";

class BadInputTest : public EventsFixture, public ::testing::WithParamInterface<BadInput> {
 protected:
  template <typename Request, typename Response>
  absl::Status Send(const std::string& method, const std::string& text) {
    Request request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
    return Call<Response>(rpc::Admin(), method, request).status();
  }

  absl::Status Send(const std::string& method, const std::string& text) {
    if (method == "CreateEvent") return Send<v1::CreateEventRequest, v1::CreateEventResponse>(method, text);
    if (method == "CreateSeries") return Send<v1::CreateSeriesRequest, v1::CreateSeriesResponse>(method, text);
    if (method == "UpdateEvent") return Send<v1::UpdateEventRequest, v1::UpdateEventResponse>(method, text);
    if (method == "PublishEvent") return Send<v1::PublishEventRequest, v1::PublishEventResponse>(method, text);
    if (method == "StartEvent") return Send<v1::StartEventRequest, v1::StartEventResponse>(method, text);
    if (method == "FinishEvent") return Send<v1::FinishEventRequest, v1::FinishEventResponse>(method, text);
    if (method == "PostponeEvent") return Send<v1::PostponeEventRequest, v1::PostponeEventResponse>(method, text);
    if (method == "CancelEvent") return Send<v1::CancelEventRequest, v1::CancelEventResponse>(method, text);
    if (method == "ImportEvents") return Send<v1::ImportEventsRequest, v1::ImportEventsResponse>(method, text);
    if (method == "Register") return Send<v1::RegisterRequest, v1::RegisterResponse>(method, text);
    if (method == "BatchRegister") return Send<v1::BatchRegisterRequest, v1::BatchRegisterResponse>(method, text);
    if (method == "RegisterPairs") return Send<v1::RegisterPairsRequest, v1::RegisterPairsResponse>(method, text);
    if (method == "ListPairs") return Send<v1::ListPairsRequest, v1::ListPairsResponse>(method, text);
    return Send<v1::CancelRegistrationRequest, v1::CancelRegistrationResponse>(method, text);
  }
};

TEST_P(BadInputTest, IsRefusedWithEveryWrongFieldNamed) {
  const absl::Status refused = Send(GetParam().method, GetParam().request);

  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(refused, HasReason("INVALID_FIELDS"));
  std::vector<std::string> fields;
  for (const FieldViolation& violation : DetailsOf(refused).fields) {
    fields.push_back(violation.field);
    EXPECT_FALSE(violation.description.empty());
  }
  EXPECT_THAT(fields, UnorderedElementsAreArray(GetParam().fields));
}

std::vector<BadInput> AllBadInputs() {
  const std::string id = kId;
  const std::string session = "sessions { local_start: '2022-10-06T10:00:00' local_end: '2022-10-06T12:00:00' } ";
  const std::string good_event =
      "kind: EVENT_KIND_SEMINAR title_sv: 'T' organiser: 'organisations/o' mode: ATTENDANCE_MODE_ONLINE capacity: 1 "
      "audience: AUDIENCE_PUBLIC ";
  std::vector<BadInput> all = {
      {"CreateEvent", "", {"event", "request_id"}},
      {"CreateEvent", "request_id: 'x' event { kind: 99 }", {"request_id", "event.kind"}},
      {"CreateEvent",
       id + "event { }",
       {"event.kind", "event.mode", "event.title_sv", "event.organiser", "event.sessions", "event.capacity",
        "event.audience"}},
      {"CreateEvent",
       id + "event { organiser: 'o' programme: 'p' cohorts: 'c' municipality: '18' mode: 9 time_zone: 'Mars/Base' "
            "registration_closes: 'soon' capacity: -1 age_min: 200 languages: 'Swedish' audience: [AUDIENCE_PUBLIC, "
            "AUDIENCE_PUBLIC] pairs: -1 external_ref { source: 's' } sessions { local_start: 'now' } }",
       {"event.organiser", "event.programme", "event.cohorts[0]", "event.municipality", "event.mode", "event.time_zone",
        "event.registration_closes", "event.capacity", "event.age_min", "event.languages[0]", "event.audience[1]",
        "event.pairs", "event.external_ref.key", "event.sessions[0].local_start", "event.sessions[0].local_end"}},
      {"CreateEvent",
       id + "event { " + good_event + "age_min: 20 age_max: 10 " + session + session + "}",
       {"event.age_max", "event.sessions[1].local_start"}},
      {"CreateSeries", "", {"event", "recurrence", "count", "request_id"}},
      {"CreateSeries", id + "event { } recurrence: 7 count: 101", {"recurrence", "count"}},
      {"CreateSeries",
       id + "event { " + good_event + session +
           "sessions { local_start: '2022-10-07T10:00:00' local_end: '2022-10-07T12:00:00' } external_ref { source: "
           "'s' key: 'k' } } recurrence: RECURRENCE_DAILY count: 2",
       {"event.sessions", "event.external_ref"}},
      {"UpdateEvent", "", {"event", "request_id"}},
      {"UpdateEvent", id + "event { title_sv: 'T' } update_mask { paths: 'title_sv' }", {"event.name"}},
      {"UpdateEvent", id + "event { name: 'events/e' } update_mask { paths: 'state' }", {"update_mask.paths[0]"}},
      {"PostponeEvent", "", {"name", "sessions", "request_id"}},
      {"PostponeEvent",
       id + "name: 'events/e' registration_closes: 'x' sessions { }",
       {"registration_closes", "sessions[0].local_start", "sessions[0].local_end"}},
      {"CancelEvent", "", {"name", "reason", "request_id"}},
      {"CancelEvent", id + "name: 'events/e/x' reason: 'because I say so'", {"name", "reason"}},
      {"ImportEvents", "", {"source", "rows", "request_id"}},
      {"ImportEvents", id + "source: 's' programme: 'p' rows { }", {"programme"}},
      {"Register", "", {"parent", "participant", "request_id"}},
      {"Register", id + "parent: 'events' participant: 'p' audience: 77", {"parent", "participant", "audience"}},
      {"BatchRegister", "", {"parent", "items", "request_id"}},
      {"BatchRegister",
       id + "parent: 'events/e' items { } items { participant: 'participants/p' audience: 77 }",
       {"items[0].participant", "items[1].audience"}},
      {"RegisterPairs", "", {"parent", "request_id"}},
      {"RegisterPairs", id + "parent: 'events' round: 'rounds/r'", {"parent", "round"}},
      {"ListPairs", "", {"parent"}},
      {"ListPairs", "parent: 'events/e' page_size: -1", {"page_size"}},
      {"ListPairs", "parent: 'events/e' filter: 'goals = x'", {"filter"}},
      {"CancelRegistration", "", {"name", "request_id"}},
      {"CancelRegistration", id + "name: 'events/e' reason: 'no code'", {"name", "reason"}},
  };
  for (const char* method : {"PublishEvent", "StartEvent", "FinishEvent"}) {
    all.push_back({method, "", {"name", "request_id"}});
    all.push_back({method,
                   "request_id: 'x' name: 'events/' etag: '" + std::string(41, '1') + "'",
                   {"name", "etag", "request_id"}});
  }
  std::string many = id + "source: 's' ";
  for (int i = 0; i < 501; ++i) many += "rows { } ";
  all.push_back({"ImportEvents", many, {"rows"}});
  return all;
}

INSTANTIATE_TEST_SUITE_P(EveryMutation, BadInputTest, ::testing::ValuesIn(AllBadInputs()));

}  // namespace
}  // namespace brygga::events

#include "services/events/rpc/event_handler.h"

#include <string>
#include <utility>
#include <vector>

#include "common/rpc/list.h"
#include "common/rpc/update_mask.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/events/rpc/access.h"
#include "services/events/rpc/convert.h"
#include "services/events/rpc/waiting_review.h"

namespace brygga::events {
namespace {

// For the many responses that hold one event.
template <typename Response>
Response ToResponse(const Event& event) {
  Response response;
  *response.mutable_event() = ToProto(event);
  return response;
}

v1::CreateSeriesResponse ToSeriesResponse(const SeriesWithEvents& made) {
  v1::CreateSeriesResponse response;
  *response.mutable_series() = ToProto(made.series);
  for (const Event& event : made.events) *response.add_events() = ToProto(event);
  return response;
}

v1::PostponeEventResponse ToPostponeResponse(const Postponed& postponed) {
  v1::PostponeEventResponse response;
  *response.mutable_event() = ToProto(postponed.event);
  *response.mutable_successor() = ToProto(postponed.successor);
  return response;
}

v1::ImportEventsResponse ToImportResponse(const std::vector<ImportResult>& results) {
  v1::ImportEventsResponse response;
  int counts[4] = {};
  for (const ImportResult& result : results) {
    v1::ImportEventResult& entry = *response.add_results();
    entry = ToProto(result);
    entry.set_index(response.results_size() - 1);
    ++counts[entry.outcome()];
  }
  response.set_created_count(counts[v1::IMPORT_EVENT_OUTCOME_CREATED]);
  response.set_unchanged_count(counts[v1::IMPORT_EVENT_OUTCOME_UNCHANGED]);
  response.set_refused_count(counts[v1::IMPORT_EVENT_OUTCOME_REFUSED]);
  return response;
}

}  // namespace

absl::StatusOr<Event> EventHandler::Managed(const std::string& name, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(Event event, store_.GetEvent(ToEventId(name), call.deadline()));
  BRYGGA_RETURN_IF_ERROR(ExpectManager(call, event));
  return event;
}

absl::StatusOr<v1::CreateEventResponse> EventHandler::Create(const v1::CreateEventRequest& request,
                                                             const rpc::Call& call) {
  Event draft = ToDomain(request.event());
  draft.id = EventId(MakeNewId());
  BRYGGA_RETURN_IF_ERROR(ExpectOwn(call, draft.programme, draft.cohorts));
  const auto make = [&](absl::Time now) { return NewEvent(draft, now); };
  BRYGGA_ASSIGN_OR_RETURN(const Event event,
                          store_.CreateEvent(call.Mutates(&ToResponse<v1::CreateEventResponse>), make));
  return ToResponse<v1::CreateEventResponse>(event);
}

absl::StatusOr<v1::CreateSeriesResponse> EventHandler::CreateSeries(const v1::CreateSeriesRequest& request,
                                                                    const rpc::Call& call) {
  const Event first = ToDomain(request.event());
  BRYGGA_RETURN_IF_ERROR(ExpectOwn(call, first.programme, first.cohorts));
  const Series series = {.id = SeriesId(MakeNewId()),
                         .external_ref = ToRef(request.external_ref()),
                         .recurrence = ToDomain<Recurrence>(request.recurrence())};
  std::vector<std::string> ids;
  for (int i = 0; i < 2 * request.count(); ++i) ids.push_back(MakeNewId());
  const auto make = [&](absl::Time now) { return NewSeries(series, first, request.count(), ids, now); };
  BRYGGA_ASSIGN_OR_RETURN(const SeriesWithEvents made, store_.CreateSeries(call.Mutates(&ToSeriesResponse), make));
  return ToSeriesResponse(made);
}

absl::StatusOr<v1::GetSeriesResponse> EventHandler::GetSeries(const v1::GetSeriesRequest& request,
                                                              const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Series series, store_.GetSeries(ToSeriesId(request.name()), call.deadline()));
  if (!Coordinates(call, series.programme)) return NotFound(request.name());
  v1::GetSeriesResponse response;
  *response.mutable_series() = ToProto(series);
  return response;
}

absl::StatusOr<v1::GetEventResponse> EventHandler::Get(const v1::GetEventRequest& request, const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Event event, store_.GetEvent(ToEventId(request.name()), call.deadline()));
  if (!MaySee(call, event)) return NotFound(request.name());
  return ToResponse<v1::GetEventResponse>(event);
}

absl::StatusOr<v1::BatchGetEventsResponse> EventHandler::BatchGet(const v1::BatchGetEventsRequest& request,
                                                                  const rpc::Call& call) {
  std::vector<EventId> ids;
  for (const std::string& name : request.names()) ids.push_back(ToEventId(name));
  BRYGGA_ASSIGN_OR_RETURN(const auto events, store_.GetEvents(ids, call.deadline()));
  v1::BatchGetEventsResponse response;
  for (const Event& event : events) {
    if (!MaySee(call, event)) return NotFound(NameOf(event.id));
    *response.add_events() = ToProto(event);
  }
  return response;
}

absl::StatusOr<v1::ListEventsResponse> EventHandler::List(const v1::ListEventsRequest& request, const rpc::Call& call) {
  rpc::ListArguments arguments = rpc::ListArgumentsOf(request);
  arguments.scope = request.cohort();
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, EventSchema()));
  const EventScope scope = {.viewer = ViewerOf(call), .cohort = request.cohort()};
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListEvents(scope, query, call.deadline()));
  v1::ListEventsResponse response;
  for (const Event& event : page.items) *response.add_events() = ToProto(event);
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  return response;
}

absl::StatusOr<v1::UpdateEventResponse> EventHandler::Update(const v1::UpdateEventRequest& request,
                                                             const rpc::Call& call) {
  const v1::Event& wanted = request.event();
  if (wanted.name().empty()) return InvalidFields({{"event.name", "is missing; it names what to change"}});
  BRYGGA_ASSIGN_OR_RETURN(const rpc::UpdateMask mask, rpc::ParseUpdateMask(request.update_mask(), wanted));
  BRYGGA_ASSIGN_OR_RETURN(const Event known, Managed(wanted.name(), call));
  if (mask.Has("cohorts")) {
    BRYGGA_RETURN_IF_ERROR(ExpectOwn(call, known.programme, {wanted.cohorts().begin(), wanted.cohorts().end()}));
  }
  const auto update = [&](const Event& before, absl::Time now) {
    v1::Event merged = ToProto(before);
    rpc::ApplyUpdateMask(mask, wanted, &merged);
    return events::Update(before, ToDomain(merged), wanted.etag(), now);
  };
  Ineligible ineligible;
  if (const auto after = update(known, known.updated_at); after.ok()) {
    const Consider consider = after->ages == known.ages ? Consider::kInLine : Consider::kEverybody;
    ineligible = ReviewWaiting(store_, ages_, *after, after->capacity - after->taken, consider, call.deadline());
  }
  BRYGGA_ASSIGN_OR_RETURN(const Event event, store_.ChangeEvent(call.Mutates(&ToResponse<v1::UpdateEventResponse>),
                                                                known.id, update, ineligible));
  return ToResponse<v1::UpdateEventResponse>(event);
}

template <typename Response, typename Request>
absl::StatusOr<Response> EventHandler::Step(const Request& request, const rpc::Call& call,
                                            const Decide<Event>& decide) {
  BRYGGA_ASSIGN_OR_RETURN(const Event known, Managed(request.name(), call));
  BRYGGA_ASSIGN_OR_RETURN(const Event event,
                          store_.ChangeEvent(call.Mutates(&ToResponse<Response>), known.id, decide, {}));
  return ToResponse<Response>(event);
}

absl::StatusOr<v1::PublishEventResponse> EventHandler::Publish(const v1::PublishEventRequest& request,
                                                               const rpc::Call& call) {
  return Step<v1::PublishEventResponse>(
      request, call, [&](const Event& event, absl::Time now) { return events::Publish(event, request.etag(), now); });
}

absl::StatusOr<v1::StartEventResponse> EventHandler::Start(const v1::StartEventRequest& request,
                                                           const rpc::Call& call) {
  return Step<v1::StartEventResponse>(
      request, call, [&](const Event& event, absl::Time now) { return events::Start(event, request.etag(), now); });
}

absl::StatusOr<v1::FinishEventResponse> EventHandler::Finish(const v1::FinishEventRequest& request,
                                                             const rpc::Call& call) {
  return Step<v1::FinishEventResponse>(
      request, call, [&](const Event& event, absl::Time now) { return events::Finish(event, request.etag(), now); });
}

absl::StatusOr<v1::CancelEventResponse> EventHandler::Cancel(const v1::CancelEventRequest& request,
                                                             const rpc::Call& call) {
  return Step<v1::CancelEventResponse>(request, call, [&](const Event& event, absl::Time now) {
    return events::Cancel(event, request.reason(), request.etag(), now);
  });
}

absl::StatusOr<v1::PostponeEventResponse> EventHandler::Postpone(const v1::PostponeEventRequest& request,
                                                                 const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const Event known, Managed(request.name(), call));
  const NewTimes times = {.id = EventId(MakeNewId()),
                          .sessions = ToSessions(request.sessions()),
                          .registration_closes = ToLocalTime(request.registration_closes())};
  const auto postpone = [&](const Event& event, absl::Time now) {
    return events::Postpone(event, times, request.etag(), now);
  };
  BRYGGA_ASSIGN_OR_RETURN(const Postponed postponed,
                          store_.PostponeEvent(call.Mutates(&ToPostponeResponse), known.id, postpone));
  return ToPostponeResponse(postponed);
}

absl::StatusOr<v1::ImportEventsResponse> EventHandler::Import(const v1::ImportEventsRequest& request,
                                                              const rpc::Call& call) {
  BRYGGA_RETURN_IF_ERROR(ExpectOwn(call, request.programme(), {}));
  ImportBatch batch = {.publish = request.publish() ? PublishImported::kYes : PublishImported::kNo};
  for (const v1::ImportEventRow& row : request.rows()) {
    batch.items.push_back(ParseRow(ToDomain(row), request.source(), request.programme(), &MakeNewId));
  }
  BRYGGA_ASSIGN_OR_RETURN(const auto results, store_.Import(call.Mutates(&ToImportResponse), batch));
  return ToImportResponse(results);
}

}  // namespace brygga::events

// The methods about events and series.
#ifndef BRYGGA_SERVICES_EVENTS_RPC_EVENT_HANDLER_H_
#define BRYGGA_SERVICES_EVENTS_RPC_EVENT_HANDLER_H_

#include "absl/status/statusor.h"
#include "brygga/events/v1/event_service.pb.h"
#include "common/rpc/call.h"
#include "services/events/domain/age_check.h"
#include "services/events/store/event_store.h"

namespace brygga::events {

// Safe for concurrent use. What each method does and answers is in the proto.
// `store` and `ages` outlive it.
class EventHandler {
 public:
  EventHandler(EventStore& store, AgeCheck& ages) : store_(store), ages_(ages) {}

  absl::StatusOr<v1::CreateEventResponse> Create(const v1::CreateEventRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CreateSeriesResponse> CreateSeries(const v1::CreateSeriesRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetSeriesResponse> GetSeries(const v1::GetSeriesRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::GetEventResponse> Get(const v1::GetEventRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::BatchGetEventsResponse> BatchGet(const v1::BatchGetEventsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ListEventsResponse> List(const v1::ListEventsRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::UpdateEventResponse> Update(const v1::UpdateEventRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::PublishEventResponse> Publish(const v1::PublishEventRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::StartEventResponse> Start(const v1::StartEventRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::FinishEventResponse> Finish(const v1::FinishEventRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::PostponeEventResponse> Postpone(const v1::PostponeEventRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::CancelEventResponse> Cancel(const v1::CancelEventRequest& request, const rpc::Call& call);
  absl::StatusOr<v1::ImportEventsResponse> Import(const v1::ImportEventsRequest& request, const rpc::Call& call);

 private:
  // The event of that name, which the caller manages.
  absl::StatusOr<Event> Managed(const std::string& name, const rpc::Call& call);
  // One step of an event's life.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Step(const Request& request, const rpc::Call& call, const Decide<Event>& decide);

  EventStore& store_;
  AgeCheck& ages_;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_RPC_EVENT_HANDLER_H_

// The only place where proto and domain meet. Requests have passed the
// validator, so that what it checks is not checked again.
#ifndef BRYGGA_SERVICES_EVENTS_RPC_CONVERT_H_
#define BRYGGA_SERVICES_EVENTS_RPC_CONVERT_H_

#include <optional>
#include <string_view>
#include <vector>

#include "brygga/events/v1/event.pb.h"
#include "brygga/events/v1/event_service.pb.h"
#include "brygga/events/v1/registration_service.pb.h"
#include "services/events/domain/event.h"
#include "services/events/domain/ids.h"
#include "services/events/domain/import.h"
#include "services/events/domain/registration.h"
#include "services/events/store/event_store.h"

namespace brygga::events {

// The id in a resource name that the validator has accepted. "-", which means
// all, gives an empty id.
EventId ToEventId(std::string_view name);
SeriesId ToSeriesId(std::string_view name);

// The ids in the name of a registration.
struct RegistrationName {
  EventId event;
  RegistrationId id;
};
RegistrationName ToRegistrationName(std::string_view name);

// A new id, time-ordered.
std::string MakeNewId();

// Domain and proto enums have the same numbers.
template <typename Domain, typename Proto>
Domain ToDomain(Proto value) {
  return static_cast<Domain>(value);
}
template <typename Proto, typename Domain>
Proto ToEnum(Domain value) {
  return static_cast<Proto>(value);
}

// In whole microseconds.
void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp);

v1::Event ToProto(const Event& event);
// Without identity, state, counts and times; sessions get new ids.
Event ToDomain(const v1::Event& event);
std::vector<Session> ToSessions(const google::protobuf::RepeatedPtrField<v1::Session>& sessions);
std::optional<absl::CivilSecond> ToLocalTime(std::string_view text);
std::optional<ExternalRef> ToRef(const v1::ExternalRef& ref);

v1::Series ToProto(const Series& series);
v1::Registration ToProto(const Registration& registration);

ImportRow ToDomain(const v1::ImportEventRow& row);
v1::ImportEventResult ToProto(const ImportResult& result);

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_RPC_CONVERT_H_

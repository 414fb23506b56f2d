// The ids of the events service and the resource names they make.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_IDS_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_IDS_H_

#include <string>

#include "common/ids/id.h"

namespace brygga::events {

using EventId = Id<struct EventTag>;
using SessionId = Id<struct SessionTag>;
using SeriesId = Id<struct SeriesTag>;
using RegistrationId = Id<struct RegistrationTag>;

inline std::string NameOf(const EventId& id) { return "events/" + id.value(); }
inline std::string NameOf(const SeriesId& id) { return "series/" + id.value(); }
inline std::string NameOf(const EventId& event, const SessionId& id) {
  return NameOf(event) + "/sessions/" + id.value();
}
inline std::string NameOf(const EventId& event, const RegistrationId& id) {
  return NameOf(event) + "/registrations/" + id.value();
}

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_IDS_H_

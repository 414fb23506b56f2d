// What tests of events are made of.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_TESTING_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_TESTING_H_

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/time/local_time.h"
#include "services/events/domain/event.h"

namespace brygga::events {

inline absl::Time Utc(int year, int month, int day, int hour) {
  return absl::FromCivil(absl::CivilHour(year, month, day, hour), absl::UTCTimeZone());
}

inline const absl::Time kNow = Utc(2022, 9, 1, 10);

inline Session SessionAt(std::string_view local_start, std::string_view local_end) {
  return {.id = SessionId("s-" + std::string(local_start.substr(0, 13))),
          .local_start = ParseLocalTime(local_start).value(),
          .local_end = ParseLocalTime(local_end).value()};
}

// A draft with 3 seats and a waiting list, on 6 October 2022, 10 to 12.
inline Event DraftOf(const std::string& id) {
  return {.id = EventId(id),
          .kind = EventKind::kTraining,
          .title_sv = "Handledarkurs",
          .title_en = "Supervisor course",
          .organiser = "organisations/o",
          .mode = AttendanceMode::kOnsite,
          .sessions = {SessionAt("2022-10-06T10:00:00", "2022-10-06T12:00:00")},
          .capacity = 3,
          .waiting_list = true,
          .audience = {Audience::kMentors, Audience::kSupervisors},
          .languages = {"sv"}};
}

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_TESTING_H_

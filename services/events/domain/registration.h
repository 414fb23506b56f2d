// Registrations: who has a seat at an event and who waits for one.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_REGISTRATION_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_REGISTRATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "services/events/domain/age_check.h"
#include "services/events/domain/event.h"
#include "services/events/domain/ids.h"
#include "services/events/domain/words.h"

namespace brygga::events {

struct Registration {
  RegistrationId id;
  EventId event;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  std::string participant;  // participants/{p}.
  Audience audience = Audience::kPublic;
  RegistrationState state = RegistrationState::kRegistered;
  int64_t queue_number = 0;                     // The order of the waiting list; 0: never waited.
  int waiting_position = 0;                     // Derived when read: the place in line, from 1.
  std::optional<WaitingReason> waiting_reason;  // While waiting.
  std::string cancel_reason;
  std::optional<absl::Time> seated_at;

  bool live() const { return state != RegistrationState::kCancelled; }
  friend bool operator==(const Registration&, const Registration&) = default;
};

// Who wants a seat.
struct Applicant {
  RegistrationId id;  // Of the registration to be.
  std::string participant;
  std::optional<Audience> audience;  // Empty: the event's own, where it has one.
  std::optional<AgeEvidence> age;    // Where it was asked.
};

// True where the event takes registrations at `now`.
//
// kFailedPrecondition: not PUBLISHED; too late.
absl::Status ExpectOpen(const Event& event, absl::Time now);

// In what role the applicant comes, where nothing but the number of seats can
// stand in the way.
//
// kFailedPrecondition: not in the audience; outside the ages, or unknown.
// kNotFound: no such person. kAborted: the age was asked for another window or
// day than the event has now.
absl::StatusOr<Audience> ExpectEligible(const Event& event, const Applicant& applicant);

// A new registration, with a seat or, with a queue number, without.
Registration Seated(const Event& event, const Applicant& applicant, Audience audience, absl::Time now);
Registration Waiting(const Event& event, const Applicant& applicant, Audience audience, int64_t queue_number,
                     absl::Time now);

// kFailedPrecondition: cancelled already, or the event is LIVE or over.
// kAborted: etag.
absl::StatusOr<Registration> CancelRegistration(const Event& event, Registration registration, std::string_view reason,
                                                std::string_view etag, absl::Time now);

// Somebody who waits gets a seat, or is passed over from now on.
Registration Promote(Registration registration, absl::Time now);
Registration PassOver(Registration registration, absl::Time now);
// Somebody who was passed over waits as before.
Registration Readmit(Registration registration, absl::Time now);
// The event is cancelled.
Registration CancelWithEvent(Registration registration, absl::Time now);
// The person is erased: it names `stand_in` from now on. Before the event it is
// cancelled and gives back its seat or place in line; once the event is LIVE it
// stays as it was, so that who came is still counted.
Registration Erase(const Event& event, Registration registration, std::string_view stand_in, absl::Time now);

// "participants/{key}": what the registrations of an erased person name, all of
// them the same, so that distinct people can be counted. `key` is random and
// names nobody.
std::string StandIn(std::string_view key);

// Participants who are known to be outside an event's ages by now.
using Ineligible = std::set<std::string>;

// Gives the free seats of `event` to those who wait, in order, and passes over
// the ineligible, until there is no seat or nobody left. `first` gives the first
// in line who is not passed over; `save` keeps what became of them. Updates the
// event's counts; any error of the two ends it.
absl::Status FillSeats(Event& event, const Ineligible& ineligible, absl::Time now,
                       const std::function<absl::StatusOr<std::optional<Registration>>()>& first,
                       const std::function<absl::Status(const Registration&)>& save);

// The fields that lists filter and sort by, and their values.
const list::Schema& RegistrationSchema();
list::Value FieldOf(const Registration& registration, std::string_view field);

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_REGISTRATION_H_

// Every error that the events service answers with beside those of
// common/status/error.h: the reason, and what a caller does about it.
#ifndef BRYGGA_SERVICES_EVENTS_DOMAIN_ERRORS_H_
#define BRYGGA_SERVICES_EVENTS_DOMAIN_ERRORS_H_

#include <vector>

#include "absl/status/status.h"
#include "services/events/domain/event.h"
#include "services/events/domain/registration.h"

namespace brygga::events {

// kAlreadyExists, EXTERNAL_REF_TAKEN: another event or series has it.
absl::Status ExternalRefTaken(const EventId& holder);
absl::Status ExternalRefTaken(const SeriesId& holder);
// kAlreadyExists, ALREADY_REGISTERED: the person has a seat or waits.
absl::Status AlreadyRegistered(const EventId& event, const RegistrationId& registration);

// kFailedPrecondition, EVENT_STATE.
absl::Status WrongEventState(const EventId& event, EventState state, const std::vector<EventState>& allowed);
// kFailedPrecondition, COURSE_INCOMPLETE: parts are missing.
absl::Status CourseIncomplete(const Event& event);
// kFailedPrecondition, CAPACITY_BELOW_TAKEN: cancel registrations first.
absl::Status CapacityBelowTaken(const Event& event, int wanted);
// kFailedPrecondition, WAITING_LIST_IN_USE: somebody waits.
absl::Status WaitingListInUse(const Event& event);

// kFailedPrecondition: why a person gets no seat.
absl::Status RegistrationClosed(const Event& event);  // REGISTRATION_CLOSED
absl::Status EventFull(const Event& event);           // EVENT_FULL
absl::Status NotInAudience(const Event& event);       // NOT_IN_AUDIENCE
absl::Status OutsideAgeWindow(const Event& event);    // OUTSIDE_AGE_WINDOW
absl::Status AgeUnknown(const Event& event);          // AGE_UNKNOWN
// kFailedPrecondition, REGISTRATION_STATE: it is cancelled already.
absl::Status AlreadyCancelled(const Registration& registration);

// kAborted, EVENT_CHANGED: decide again.
absl::Status EventChanged(const EventId& event);
// kUnavailable, AGE_CHECK_UNAVAILABLE: try again later.
absl::Status AgeCheckUnavailable();

// kFailedPrecondition: why an event has no pairs.
absl::Status NoCohorts(const Event& event);               // NO_COHORTS
absl::Status TooManyPairs(const Event& event, int most);  // TOO_MANY_PAIRS
// kUnavailable, PAIRS_BEHIND: what matching publishes is not known as of now.
absl::Status PairsBehind();
// kAborted, PERSON_ERASED: what was read before may tell of them; read again.
absl::Status PersonErased();

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_DOMAIN_ERRORS_H_

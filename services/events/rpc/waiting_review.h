// Who of those that wait is no longer of an event's ages.
#ifndef BRYGGA_SERVICES_EVENTS_RPC_WAITING_REVIEW_H_
#define BRYGGA_SERVICES_EVENTS_RPC_WAITING_REVIEW_H_

#include "absl/time/time.h"
#include "services/events/domain/age_check.h"
#include "services/events/domain/registration.h"
#include "services/events/store/event_store.h"

namespace brygga::events {

// Whom to ask about: those in line, or also those who were passed over, because
// the event's ages are about to change.
enum class Consider { kInLine, kEverybody };

// Asks about those who wait for `event`, in order, until `seats` of them are
// found to be eligible, and gives those who are not. Done before the transaction
// that gives the seats, so that no row is locked while another service is asked.
// Where nobody can be asked, or not fast, what they said when they joined the
// line holds: a seat must not stay idle.
Ineligible ReviewWaiting(EventStore& store, AgeCheck& ages, const Event& event, int seats, Consider consider,
                         absl::Time deadline);

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_RPC_WAITING_REVIEW_H_

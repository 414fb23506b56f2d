// The port: what the events service asks of storage.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_EVENT_STORE_H_
#define BRYGGA_SERVICES_EVENTS_STORE_EVENT_STORE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/mutation.h"
#include "services/events/domain/event.h"
#include "services/events/domain/ids.h"
#include "services/events/domain/import.h"
#include "services/events/domain/registration.h"

namespace brygga::events {

// Makes a thing, or decides what becomes of one: sees it as it is in this
// transaction and the transaction's time. It may be called again when the
// transaction is retried, so it must be pure. Where it returns what it got,
// nothing is written.
template <typename T>
using Make = std::function<absl::StatusOr<T>(absl::Time now)>;
template <typename T>
using Decide = std::function<absl::StatusOr<T>(const T& before, absl::Time now)>;
using DecidePostponed = std::function<absl::StatusOr<Postponed>(const Event& before, absl::Time now)>;
using DecideRegistration =
    std::function<absl::StatusOr<Registration>(const Event& event, const Registration& before, absl::Time now)>;

// What a caller may see.
struct Viewer {
  bool all = false;
  std::vector<std::string> programmes = {};    // Everything of the events of these...
  std::vector<std::string> participants = {};  // ...and the registrations of these.
};

// Which events to list: those that were published and those of the viewer.
struct EventScope {
  Viewer viewer;
  std::string cohort = {};  // Not empty: only those that are for it.
};

// Which registrations to list.
struct RegistrationScope {
  Viewer viewer;
  EventId event = {};  // Not empty: only those for it.
};

// What became of one of many applicants: a registration, or why there is none.
// With ALREADY_REGISTERED there are both.
struct Admission {
  std::optional<Registration> registration;
  absl::Status refusal;

  friend bool operator==(const Admission&, const Admission&) = default;
};

// Keeps events, series and registrations.
//
// Safe for concurrent use. Calls block until the answer is durable or the
// deadline passes. Any call may return kUnavailable or kDeadlineExceeded;
// repeating it is always safe. Mutations happen once per request id: a repeat is
// answered with a Replay of the first answer, another request under the same id
// is refused (common/mutation). "Not found" is NotFound of the resource's name.
//
// Seats: at every instant an event has as many registrations in REGISTERED as it
// says are taken, never more than its capacity, and no seat is free while
// somebody waits who is not passed over.
class EventStore {
 public:
  virtual ~EventStore() = default;

  // The time of a transaction that would begin now.
  virtual absl::Time Now() const = 0;

  // --- Events and series ---

  // kAlreadyExists: ExternalRefTaken; whatever `make` returns.
  virtual absl::StatusOr<Event> CreateEvent(const Mutation<Event>& mutation, const Make<Event>& make) = 0;
  virtual absl::StatusOr<SeriesWithEvents> CreateSeries(const Mutation<SeriesWithEvents>& mutation,
                                                        const Make<SeriesWithEvents>& make) = 0;
  // kNotFound; whatever `decide` returns. Free seats go to those who wait, but
  // for `ineligible`; where the ages change, nobody else is passed over any
  // more. An event that becomes CANCELLED cancels its registrations.
  virtual absl::StatusOr<Event> ChangeEvent(const Mutation<Event>& mutation, const EventId& id,
                                            const Decide<Event>& decide, const Ineligible& ineligible) = 0;
  // Changes the event and creates its successor. kNotFound; whatever `decide` returns.
  virtual absl::StatusOr<Postponed> PostponeEvent(const Mutation<Postponed>& mutation, const EventId& id,
                                                  const DecidePostponed& decide) = 0;
  // Brings in a batch in one transaction: PlanRow decides about each row, in
  // order, knowing what the rows before it did.
  virtual absl::StatusOr<std::vector<ImportResult>> Import(const Mutation<std::vector<ImportResult>>& mutation,
                                                           const ImportBatch& batch) = 0;
  // kNotFound.
  virtual absl::StatusOr<Event> GetEvent(const EventId& id, absl::Time deadline) = 0;
  // In the order of `ids`. kNotFound: the first that does not exist.
  virtual absl::StatusOr<std::vector<Event>> GetEvents(const std::vector<EventId>& ids, absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Event>> ListEvents(const EventScope& scope, const list::ListQuery& query,
                                                       absl::Time deadline) = 0;
  // kNotFound.
  virtual absl::StatusOr<Series> GetSeries(const SeriesId& id, absl::Time deadline) = 0;

  // --- Registrations ---

  // Takes a seat, or joins the waiting list. kNotFound: the event; what
  // ExpectOpen and ExpectEligible return; kAlreadyExists: AlreadyRegistered;
  // kFailedPrecondition: EventFull, which is true of the moment it is said.
  // kAborted: EventChanged.
  virtual absl::StatusOr<Registration> Register(const Mutation<Registration>& mutation, const EventId& event,
                                                const Applicant& applicant) = 0;
  // The same for many, in order, in one transaction. kNotFound: the event; what
  // ExpectOpen returns; kAborted: EventChanged. Everything else is the
  // applicant's own.
  virtual absl::StatusOr<std::vector<Admission>> RegisterMany(const Mutation<std::vector<Admission>>& mutation,
                                                              const EventId& event,
                                                              const std::vector<Applicant>& applicants) = 0;
  // Changes a registration to what `decide`, which cancels it, says. Its seat
  // goes to the first who waits and is not `ineligible`. kNotFound; whatever
  // `decide` returns.
  virtual absl::StatusOr<Registration> CancelRegistration(const Mutation<Registration>& mutation, const EventId& event,
                                                          const RegistrationId& id, const DecideRegistration& decide,
                                                          const Ineligible& ineligible) = 0;
  // kNotFound.
  virtual absl::StatusOr<Registration> GetRegistration(const EventId& event, const RegistrationId& id,
                                                       absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Registration>> ListRegistrations(const RegistrationScope& scope,
                                                                     const list::ListQuery& query,
                                                                     absl::Time deadline) = 0;
  // Makes every registration of `participant` (participants/{p}) name
  // StandIn(key), by Erase, in one transaction. Seats and places that are given
  // back go to those who wait. Answers that told of them are erased. Doing it
  // again finds nothing; how many there were.
  virtual absl::StatusOr<int> ErasePerson(const Origin& origin, const std::string& participant,
                                          const std::string& key) = 0;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_EVENT_STORE_H_

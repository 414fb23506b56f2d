#include "services/events/store/fake_event_store.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/events/domain/errors.h"

namespace brygga::events {
namespace {

bool Holds(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

const auto kFieldOf = [](const auto& item, std::string_view field) { return FieldOf(item, field); };

}  // namespace

// --- What a database would hold ---

absl::StatusOr<Event*> FakeEventStore::State::Find(const EventId& id) {
  const auto found = events.find(id);
  if (found == events.end()) return NotFound(NameOf(id));
  return &found->second;
}

const Event* FakeEventStore::State::FindRef(const ExternalRef& ref) const {
  const auto found =
      std::find_if(events.begin(), events.end(), [&](const auto& entry) { return entry.second.external_ref == ref; });
  return found == events.end() ? nullptr : &found->second;
}

const Series* FakeEventStore::State::FindSeriesRef(const ExternalRef& ref) const {
  const auto found =
      std::find_if(series.begin(), series.end(), [&](const auto& entry) { return entry.second.external_ref == ref; });
  return found == series.end() ? nullptr : &found->second;
}

const Registration* FakeEventStore::State::FindLive(const EventId& event, const std::string& participant) const {
  const auto found = std::find_if(registrations.begin(), registrations.end(), [&](const auto& entry) {
    return entry.second.event == event && entry.second.participant == participant && entry.second.live();
  });
  return found == registrations.end() ? nullptr : &found->second;
}

std::optional<Registration> FakeEventStore::State::FirstWaiting(const EventId& event) const {
  std::optional<Registration> first;
  for (const auto& [id, registration] : registrations) {
    if (registration.event == event && registration.waiting_reason == WaitingReason::kEventFull &&
        (!first || registration.queue_number < first->queue_number)) {
      first = registration;
    }
  }
  return first;
}

Registration FakeEventStore::State::Placed(const Registration& registration) const {
  Registration placed = registration;
  if (registration.state != RegistrationState::kWaitlisted) return placed;
  placed.waiting_position =
      static_cast<int>(std::count_if(registrations.begin(), registrations.end(), [&](const auto& entry) {
        return entry.second.event == registration.event && entry.second.state == RegistrationState::kWaitlisted &&
               entry.second.queue_number <= registration.queue_number;
      }));
  return placed;
}

absl::Status FakeEventStore::Insert(const Event& event) {
  if (event.external_ref) {
    if (const Event* holder = state_.FindRef(*event.external_ref)) return ExternalRefTaken(holder->id);
  }
  state_.events[event.id] = event;
  ledger_.Changed(NameOf(event.id), ChangeKind::kCreated, event.revision);
  return absl::OkStatus();
}

void FakeEventStore::Save(const Registration& registration) {
  state_.registrations[registration.id] = registration;
  ledger_.Changed(NameOf(registration.event, registration.id),
                  registration.revision == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated, registration.revision);
}

absl::Status FakeEventStore::Fill(Event& event, const Ineligible& ineligible, absl::Time now) {
  return FillSeats(
      event, ineligible, now,
      [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<std::optional<Registration>> {
        return state_.FirstWaiting(event.id);
      },
      [&](const Registration& registration) ABSL_NO_THREAD_SAFETY_ANALYSIS {
        Save(registration);
        return absl::OkStatus();
      });
}

// --- Events and series ---

absl::StatusOr<Event> FakeEventStore::CreateEvent(const Mutation<Event>& mutation, const Make<Event>& make) {
  MutexLock lock(&mutex_);
  return ledger_.Once(mutation, state_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<Event> {
    BRYGGA_ASSIGN_OR_RETURN(const Event event, make(clock_.Now()));
    BRYGGA_RETURN_IF_ERROR(Insert(event));
    return event;
  });
}

absl::StatusOr<SeriesWithEvents> FakeEventStore::CreateSeries(const Mutation<SeriesWithEvents>& mutation,
                                                              const Make<SeriesWithEvents>& make) {
  MutexLock lock(&mutex_);
  return ledger_.Once(mutation, state_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<SeriesWithEvents> {
    BRYGGA_ASSIGN_OR_RETURN(const SeriesWithEvents made, make(clock_.Now()));
    if (made.series.external_ref) {
      if (const Series* holder = state_.FindSeriesRef(*made.series.external_ref)) return ExternalRefTaken(holder->id);
    }
    state_.series[made.series.id] = made.series;
    ledger_.Changed(NameOf(made.series.id), ChangeKind::kCreated, made.series.revision);
    for (const Event& event : made.events) BRYGGA_RETURN_IF_ERROR(Insert(event));
    return made;
  });
}

absl::StatusOr<Event> FakeEventStore::ChangeEvent(const Mutation<Event>& mutation, const EventId& id,
                                                  const Decide<Event>& decide, const Ineligible& ineligible) {
  MutexLock lock(&mutex_);
  return ledger_.Once(mutation, state_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<Event> {
    BRYGGA_ASSIGN_OR_RETURN(Event* const known, state_.Find(id));
    const Event before = *known;
    const absl::Time now = clock_.Now();
    BRYGGA_ASSIGN_OR_RETURN(Event after, decide(before, now));
    if (after == before) return before;
    for (const auto& [other, registration] : std::map(state_.registrations)) {
      if (registration.event != id) continue;
      if (after.state == EventState::kCancelled && registration.live()) Save(CancelWithEvent(registration, now));
      if (after.ages != before.ages && registration.waiting_reason == WaitingReason::kNotEligible &&
          after.state != EventState::kCancelled) {
        Save(Readmit(registration, now));
      }
    }
    if (after.state == EventState::kCancelled) after.taken = after.waiting = 0;
    BRYGGA_RETURN_IF_ERROR(Fill(after, ineligible, now));
    *known = after;
    ledger_.Changed(NameOf(id), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<Postponed> FakeEventStore::PostponeEvent(const Mutation<Postponed>& mutation, const EventId& id,
                                                        const DecidePostponed& decide) {
  MutexLock lock(&mutex_);
  return ledger_.Once(mutation, state_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<Postponed> {
    BRYGGA_ASSIGN_OR_RETURN(Event* const known, state_.Find(id));
    BRYGGA_ASSIGN_OR_RETURN(const Postponed postponed, decide(*known, clock_.Now()));
    *known = postponed.event;
    ledger_.Changed(NameOf(id), ChangeKind::kUpdated, postponed.event.revision);
    BRYGGA_RETURN_IF_ERROR(Insert(postponed.successor));
    return postponed;
  });
}

absl::StatusOr<std::vector<ImportResult>> FakeEventStore::Import(const Mutation<std::vector<ImportResult>>& mutation,
                                                                 const ImportBatch& batch) {
  MutexLock lock(&mutex_);
  return ledger_.Once(
      mutation, state_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<std::vector<ImportResult>> {
        std::vector<ImportResult> results;
        for (const ImportItem& item : batch.items) {
          BRYGGA_ASSIGN_OR_RETURN(results.emplace_back(), ImportItemNow(item, batch.publish, clock_.Now()));
        }
        return results;
      });
}

absl::StatusOr<ImportResult> FakeEventStore::ImportItemNow(const ImportItem& item, PublishImported publish,
                                                           absl::Time now) {
  Known known;
  if (item.series) {
    if (const Series* series = state_.FindSeriesRef(*item.series->external_ref)) known.series = *series;
  }
  for (const Event& draft : item.events) {
    const Event* event = state_.FindRef(*draft.external_ref);
    known.events.push_back(event != nullptr ? std::optional(*event) : std::nullopt);
  }
  const ImportPlan plan = PlanRow(item, known, publish, now);
  for (const auto& series : {plan.create_series, plan.update_series}) {
    if (!series) continue;
    state_.series[series->id] = *series;
    ledger_.Changed(NameOf(series->id), series->revision == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated,
                    series->revision);
  }
  for (const Event& event : plan.create) BRYGGA_RETURN_IF_ERROR(Insert(event));
  if (plan.update) {
    state_.events[plan.update->id] = *plan.update;
    ledger_.Changed(NameOf(plan.update->id), ChangeKind::kUpdated, plan.update->revision);
  }
  return plan.result;
}

absl::StatusOr<Event> FakeEventStore::GetEvent(const EventId& id, absl::Time) {
  MutexLock lock(&mutex_);
  BRYGGA_ASSIGN_OR_RETURN(const Event* event, state_.Find(id));
  return *event;
}

absl::StatusOr<std::vector<Event>> FakeEventStore::GetEvents(const std::vector<EventId>& ids, absl::Time deadline) {
  std::vector<Event> events;
  for (const EventId& id : ids) {
    BRYGGA_ASSIGN_OR_RETURN(events.emplace_back(), GetEvent(id, deadline));
  }
  return events;
}

absl::StatusOr<list::Page<Event>> FakeEventStore::ListEvents(const EventScope& scope, const list::ListQuery& query,
                                                             absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<Event> chosen;
  for (const auto& [id, event] : state_.events) {
    const bool seen = event.published_at || scope.viewer.all || Holds(scope.viewer.programmes, event.programme);
    if (seen && (scope.cohort.empty() || Holds(event.cohorts, scope.cohort))) chosen.push_back(event);
  }
  return list::Apply(std::move(chosen), query, kFieldOf);
}

absl::StatusOr<Series> FakeEventStore::GetSeries(const SeriesId& id, absl::Time) {
  MutexLock lock(&mutex_);
  const auto found = state_.series.find(id);
  if (found == state_.series.end()) return NotFound(NameOf(id));
  return found->second;
}

// --- Registrations ---

absl::StatusOr<Registration> FakeEventStore::Admit(Event& event, const Applicant& applicant, absl::Time now) {
  BRYGGA_ASSIGN_OR_RETURN(const Audience audience, ExpectEligible(event, applicant));
  if (const Registration* live = state_.FindLive(event.id, applicant.participant)) {
    return AlreadyRegistered(event.id, live->id);
  }
  if (event.taken < event.capacity) {
    ++event.taken;
    Save(Seated(event, applicant, audience, now));
  } else if (event.waiting_list) {
    ++event.waiting;
    Save(Waiting(event, applicant, audience, ++event.last_queue_number, now));
  } else {
    return EventFull(event);
  }
  return state_.Placed(state_.registrations[applicant.id]);
}

absl::StatusOr<Registration> FakeEventStore::Register(const Mutation<Registration>& mutation, const EventId& event,
                                                      const Applicant& applicant) {
  MutexLock lock(&mutex_);
  return ledger_.Once(mutation, state_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<Registration> {
    BRYGGA_ASSIGN_OR_RETURN(Event* const known, state_.Find(event));
    BRYGGA_RETURN_IF_ERROR(ExpectOpen(*known, clock_.Now()));
    return Admit(*known, applicant, clock_.Now());
  });
}

absl::StatusOr<std::vector<Admission>> FakeEventStore::RegisterMany(const Mutation<std::vector<Admission>>& mutation,
                                                                    const EventId& event,
                                                                    const std::vector<Applicant>& applicants) {
  MutexLock lock(&mutex_);
  return ledger_.Once(mutation, state_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<std::vector<Admission>> {
    BRYGGA_ASSIGN_OR_RETURN(Event* const known, state_.Find(event));
    BRYGGA_RETURN_IF_ERROR(ExpectOpen(*known, clock_.Now()));
    std::vector<Admission> admissions;
    for (const Applicant& applicant : applicants) {
      const auto admitted = Admit(*known, applicant, clock_.Now());
      if (absl::IsAborted(admitted.status())) return admitted.status();
      Admission& admission = admissions.emplace_back();
      admission.refusal = admitted.status();
      if (admitted.ok()) admission.registration = *admitted;
      if (absl::IsAlreadyExists(admitted.status())) {
        admission.registration = state_.Placed(*state_.FindLive(event, applicant.participant));
      }
    }
    return admissions;
  });
}

absl::StatusOr<Registration> FakeEventStore::CancelRegistration(const Mutation<Registration>& mutation,
                                                                const EventId& event, const RegistrationId& id,
                                                                const DecideRegistration& decide,
                                                                const Ineligible& ineligible) {
  MutexLock lock(&mutex_);
  return ledger_.Once(mutation, state_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<Registration> {
    const auto found = state_.registrations.find(id);
    if (found == state_.registrations.end() || found->second.event != event) return NotFound(NameOf(event, id));
    BRYGGA_ASSIGN_OR_RETURN(Event* const known, state_.Find(event));
    const Registration before = found->second;
    BRYGGA_ASSIGN_OR_RETURN(const Registration after, decide(*known, before, clock_.Now()));
    Save(after);
    --(before.state == RegistrationState::kRegistered ? known->taken : known->waiting);
    BRYGGA_RETURN_IF_ERROR(Fill(*known, ineligible, clock_.Now()));
    return after;
  });
}

absl::StatusOr<Registration> FakeEventStore::GetRegistration(const EventId& event, const RegistrationId& id,
                                                             absl::Time) {
  MutexLock lock(&mutex_);
  const auto found = state_.registrations.find(id);
  if (found == state_.registrations.end() || found->second.event != event) return NotFound(NameOf(event, id));
  return state_.Placed(found->second);
}

absl::StatusOr<list::Page<Registration>> FakeEventStore::ListRegistrations(const RegistrationScope& scope,
                                                                           const list::ListQuery& query, absl::Time) {
  MutexLock lock(&mutex_);
  std::vector<Registration> chosen;
  for (const auto& [id, registration] : state_.registrations) {
    if (!scope.event.empty() && registration.event != scope.event) continue;
    if (scope.viewer.all || Holds(scope.viewer.participants, registration.participant) ||
        Holds(scope.viewer.programmes, state_.events[registration.event].programme)) {
      chosen.push_back(state_.Placed(registration));
    }
  }
  return list::Apply(std::move(chosen), query, kFieldOf);
}

absl::StatusOr<int> FakeEventStore::ErasePerson(const Origin& origin, const std::string& participant,
                                                const std::string& key) {
  MutexLock lock(&mutex_);
  const Mutation<int> mutation{origin, nullptr};
  return ledger_.Once(mutation, state_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<int> {
    std::vector<Registration> found;
    for (const auto& [id, registration] : state_.registrations) {
      if (registration.participant == participant) found.push_back(registration);
    }
    for (const Registration& before : found) {
      BRYGGA_ASSIGN_OR_RETURN(Event* const event, state_.Find(before.event));
      const Registration after = Erase(*event, before, StandIn(key), clock_.Now());
      Save(after);
      if (after.live() || !before.live()) continue;
      --(before.state == RegistrationState::kRegistered ? event->taken : event->waiting);
      BRYGGA_RETURN_IF_ERROR(Fill(*event, {}, clock_.Now()));
    }
    return static_cast<int>(found.size());
  });
}

}  // namespace brygga::events

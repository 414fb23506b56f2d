// The port in memory, for tests of what stands above it.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_FAKE_EVENT_STORE_H_
#define BRYGGA_SERVICES_EVENTS_STORE_FAKE_EVENT_STORE_H_

#include <map>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutation/fake_ledger.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/events/store/event_store.h"

namespace brygga::events {

// Safe for concurrent use. `clock` outlives it.
class FakeEventStore final : public EventStore {
 public:
  explicit FakeEventStore(const Clock& clock) : clock_(clock) {}

  absl::Time Now() const override { return clock_.Now(); }

  absl::StatusOr<Event> CreateEvent(const Mutation<Event>& mutation, const Make<Event>& make) override;
  absl::StatusOr<SeriesWithEvents> CreateSeries(const Mutation<SeriesWithEvents>& mutation,
                                                const Make<SeriesWithEvents>& make) override;
  absl::StatusOr<Event> ChangeEvent(const Mutation<Event>& mutation, const EventId& id, const Decide<Event>& decide,
                                    const Ineligible& ineligible) override;
  absl::StatusOr<Postponed> PostponeEvent(const Mutation<Postponed>& mutation, const EventId& id,
                                          const DecidePostponed& decide) override;
  absl::StatusOr<std::vector<ImportResult>> Import(const Mutation<std::vector<ImportResult>>& mutation,
                                                   const ImportBatch& batch) override;
  absl::StatusOr<Event> GetEvent(const EventId& id, absl::Time deadline) override;
  absl::StatusOr<std::vector<Event>> GetEvents(const std::vector<EventId>& ids, absl::Time deadline) override;
  absl::StatusOr<list::Page<Event>> ListEvents(const EventScope& scope, const list::ListQuery& query,
                                               absl::Time deadline) override;
  absl::StatusOr<Series> GetSeries(const SeriesId& id, absl::Time deadline) override;

  absl::StatusOr<Registration> Register(const Mutation<Registration>& mutation, const EventId& event,
                                        const Applicant& applicant) override;
  absl::StatusOr<std::vector<Admission>> RegisterMany(const Mutation<std::vector<Admission>>& mutation,
                                                      const EventId& event,
                                                      const std::vector<Applicant>& applicants) override;
  absl::StatusOr<Registration> CancelRegistration(const Mutation<Registration>& mutation, const EventId& event,
                                                  const RegistrationId& id, const DecideRegistration& decide,
                                                  const Ineligible& ineligible) override;
  absl::StatusOr<Registration> GetRegistration(const EventId& event, const RegistrationId& id,
                                               absl::Time deadline) override;
  absl::StatusOr<list::Page<Registration>> ListRegistrations(const RegistrationScope& scope,
                                                             const list::ListQuery& query,
                                                             absl::Time deadline) override;
  absl::StatusOr<int> ErasePerson(const Origin& origin, const std::string& participant,
                                  const std::string& key) override;

 private:
  // What a database would hold.
  struct State {
    std::map<EventId, Event> events;
    std::map<SeriesId, Series> series;
    std::map<RegistrationId, Registration> registrations;

    absl::StatusOr<Event*> Find(const EventId& id);
    const Event* FindRef(const ExternalRef& ref) const;
    const Series* FindSeriesRef(const ExternalRef& ref) const;
    const Registration* FindLive(const EventId& event, const std::string& participant) const;
    std::optional<Registration> FirstWaiting(const EventId& event) const;
    // The registration with its place in line.
    Registration Placed(const Registration& registration) const;
  };

  absl::Status Insert(const Event& event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Save(const Registration& registration) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Fill(Event& event, const Ineligible& ineligible, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Registration> Admit(Event& event, const Applicant& applicant, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<ImportResult> ImportItemNow(const ImportItem& item, PublishImported publish, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  FakeLedger ledger_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_FAKE_EVENT_STORE_H_

// The port over SQL: SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_SQL_SQL_EVENT_STORE_H_
#define BRYGGA_SERVICES_EVENTS_STORE_SQL_SQL_EVENT_STORE_H_

#include <vector>

#include "common/sql/database.h"
#include "services/events/store/event_store.h"

namespace brygga::events {

// Safe for concurrent use, by any number of processes on one database.
// `database` is migrated with kMigrations and outlives it.
//
// Whoever changes the seats of an event locks its row first and its
// registrations after, so that two never wait for each other.
class SqlEventStore : public EventStore {
 public:
  explicit SqlEventStore(sql::Database& database) : database_(database) {}

  absl::Time Now() const override { return database_.Now(); }

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

 protected:
  sql::Database& database_;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_SQL_SQL_EVENT_STORE_H_

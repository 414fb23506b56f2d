#include "services/events/store/sql/sql_event_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/events/domain/errors.h"
#include "services/events/store/sql/rows.h"
#include "services/events/store/sql/seats.h"
#include "services/events/store/sql/statements.h"

namespace brygga::events {
namespace {

// How many events one statement names, where there are several: two texts in
// all, which stay prepared.
constexpr size_t kChunk = 50;

// Runs `select`, a statement that ends before "IN (…)", for chunks of `ids`.
absl::Status ForEachRow(sql::Reader& reader, const std::string& select, const std::string& order,
                        const std::vector<EventId>& ids, const std::function<void(const sql::Row&)>& use) {
  const size_t chunk = ids.size() == 1 ? 1 : kChunk;
  std::string statement = select + " IN (";
  for (size_t i = 0; i < chunk; ++i) statement += (i == 0 ? ":id" : ", :id") + std::to_string(i);
  statement += ")" + order;
  for (size_t from = 0; from < ids.size(); from += chunk) {
    sql::Args args;
    for (size_t i = 0; i < chunk; ++i) {
      args.Set("id" + std::to_string(i), from + i < ids.size() ? ids[from + i].value() : std::string());
    }
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<sql::Row> rows, reader.Query(statement, args));
    for (const sql::Row& row : rows) use(row);
  }
  return absl::OkStatus();
}

// Adds their sessions and cohorts to `events`.
absl::Status Complete(sql::Reader& reader, std::vector<Event>& events) {
  std::map<EventId, Event*> by_id;
  std::vector<EventId> ids;
  for (Event& event : events) {
    by_id[event.id] = &event;
    ids.push_back(event.id);
  }
  BRYGGA_RETURN_IF_ERROR(
      ForEachRow(reader, "SELECT * FROM event_sessions WHERE event_id", " ORDER BY event_id, part", ids,
                 [&](const sql::Row& row) { by_id[row.As<EventId>("event_id")]->sessions.push_back(ToSession(row)); }));
  return ForEachRow(
      reader, "SELECT * FROM event_cohorts WHERE event_id", " ORDER BY event_id, cohort", ids,
      [&](const sql::Row& row) { by_id[row.As<EventId>("event_id")]->cohorts.push_back(row.Text("cohort")); });
}

absl::StatusOr<Event> Complete(sql::Reader& reader, Event event) {
  std::vector<Event> events = {std::move(event)};
  BRYGGA_RETURN_IF_ERROR(Complete(reader, events));
  return std::move(events.front());
}

absl::StatusOr<std::optional<Event>> FindByRef(sql::Reader& reader, const ExternalRef& ref) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<sql::Row> row,
                          reader.QueryOne(kSelectEventByRef, {{"source", ref.source}, {"key", ref.key}}));
  if (!row) return std::optional<Event>();
  BRYGGA_ASSIGN_OR_RETURN(Event event, Complete(reader, ToEvent(*row)));
  return std::optional<Event>(std::move(event));
}

absl::StatusOr<std::optional<Series>> FindSeriesByRef(sql::Reader& reader, const ExternalRef& ref) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<sql::Row> row,
                          reader.QueryOne(kSelectSeriesByRef, {{"source", ref.source}, {"key", ref.key}}));
  return row ? std::optional<Series>(ToSeries(*row)) : std::nullopt;
}

absl::Status InsertCohorts(sql::Transaction& tx, const Event& event) {
  for (const std::string& cohort : event.cohorts) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertCohort, {{"event_id", event.id}, {"cohort", cohort}}));
  }
  return absl::OkStatus();
}

// Inserts an event. Two that take one external_ref at the same time: the index
// stops the later, who may try again and is told who has it.
absl::Status Insert(sql::Transaction& tx, const Event& event) {
  if (event.external_ref) {
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Event> holder, FindByRef(tx, *event.external_ref));
    if (holder) return ExternalRefTaken(holder->id);
  }
  absl::Status inserted = tx.Run(kInsertEvent, InsertArgs(event));
  if (sql::ConstraintOf(inserted) == "events_external_ref") return EventChanged(event.id);
  BRYGGA_RETURN_IF_ERROR(inserted);
  for (const Session& session : event.sessions) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertSession, InsertArgs(event, session)));
  }
  BRYGGA_RETURN_IF_ERROR(InsertCohorts(tx, event));
  tx.Changed(NameOf(event.id), ChangeKind::kCreated, event.revision);
  return absl::OkStatus();
}

absl::Status InsertSeries(sql::Transaction& tx, const Series& series) {
  absl::Status inserted = tx.Run(kInsertSeries, InsertArgs(series));
  if (sql::ConstraintOf(inserted) == "series_external_ref") {
    return MakeError(absl::StatusCode::kAborted, "the series was created meanwhile; try again",
                     {.reason = "EVENT_CHANGED"});
  }
  BRYGGA_RETURN_IF_ERROR(inserted);
  tx.Changed(NameOf(series.id), ChangeKind::kCreated, series.revision);
  return absl::OkStatus();
}

absl::Status UpdateEvent(sql::Transaction& tx, const Event& before, const Event& after) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateEvent, UpdateArgs(after)));
  if (after.cohorts != before.cohorts) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteCohorts, {{"event_id", after.id}}));
    BRYGGA_RETURN_IF_ERROR(InsertCohorts(tx, after));
  }
  tx.Changed(NameOf(after.id), ChangeKind::kUpdated, after.revision);
  return absl::OkStatus();
}

// Writes what `change` makes of each registration that `statement` finds.
absl::Status ChangeEach(sql::Transaction& tx, std::string_view statement, const EventId& event,
                        Registration (*change)(Registration, absl::Time)) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<sql::Row> rows, tx.Query(statement, {{"event_id", event}}));
  for (const sql::Row& row : rows) BRYGGA_RETURN_IF_ERROR(Save(tx, change(ToRegistration(row), tx.now())));
  return absl::OkStatus();
}

// What a change of an event means to those who are registered for it.
absl::Status ChangeRegistrations(sql::Transaction& tx, const Event& before, Event& after,
                                 const Ineligible& ineligible) {
  if (after.state == EventState::kCancelled) {
    after.taken = after.waiting = 0;
    return ChangeEach(tx, kSelectAllLive, after.id, &CancelWithEvent);
  }
  if (after.ages != before.ages) {
    BRYGGA_RETURN_IF_ERROR(ChangeEach(tx, kSelectPassedOver, after.id, &Readmit));
  }
  return Fill(tx, after, ineligible);
}

absl::StatusOr<ImportResult> ImportItemNow(sql::Transaction& tx, const ImportItem& item, PublishImported publish) {
  Known known;
  if (item.series) {
    BRYGGA_ASSIGN_OR_RETURN(known.series, FindSeriesByRef(tx, *item.series->external_ref));
  }
  for (const Event& draft : item.events) {
    BRYGGA_ASSIGN_OR_RETURN(known.events.emplace_back(), FindByRef(tx, *draft.external_ref));
  }
  const ImportPlan plan = PlanRow(item, known, publish, tx.now());
  if (plan.create_series) BRYGGA_RETURN_IF_ERROR(InsertSeries(tx, *plan.create_series));
  if (plan.update_series) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateSeries, UpdateArgs(*plan.update_series)));
    tx.Changed(NameOf(plan.update_series->id), ChangeKind::kUpdated, plan.update_series->revision);
  }
  for (const Event& event : plan.create) BRYGGA_RETURN_IF_ERROR(Insert(tx, event));
  if (plan.add_session) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertSession, InsertArgs(*plan.update, *plan.add_session)));
  }
  if (plan.update) BRYGGA_RETURN_IF_ERROR(UpdateEvent(tx, *known.events.front(), *plan.update));
  return plan.result;
}

}  // namespace

absl::StatusOr<Event> SqlEventStore::CreateEvent(const Mutation<Event>& mutation, const Make<Event>& make) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Event> {
    BRYGGA_ASSIGN_OR_RETURN(const Event event, make(tx.now()));
    BRYGGA_RETURN_IF_ERROR(Insert(tx, event));
    return event;
  });
}

absl::StatusOr<SeriesWithEvents> SqlEventStore::CreateSeries(const Mutation<SeriesWithEvents>& mutation,
                                                             const Make<SeriesWithEvents>& make) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<SeriesWithEvents> {
    BRYGGA_ASSIGN_OR_RETURN(const SeriesWithEvents made, make(tx.now()));
    if (made.series.external_ref) {
      BRYGGA_ASSIGN_OR_RETURN(const auto holder, FindSeriesByRef(tx, *made.series.external_ref));
      if (holder) return ExternalRefTaken(holder->id);
    }
    BRYGGA_RETURN_IF_ERROR(InsertSeries(tx, made.series));
    for (const Event& event : made.events) BRYGGA_RETURN_IF_ERROR(Insert(tx, event));
    return made;
  });
}

absl::StatusOr<Event> SqlEventStore::ChangeEvent(const Mutation<Event>& mutation, const EventId& id,
                                                 const Decide<Event>& decide, const Ineligible& ineligible) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Event> {
    BRYGGA_ASSIGN_OR_RETURN(Event locked, SelectEvent(tx, kLockEvent, id));
    BRYGGA_ASSIGN_OR_RETURN(const Event before, Complete(tx, std::move(locked)));
    BRYGGA_ASSIGN_OR_RETURN(Event after, decide(before, tx.now()));
    if (after == before) return before;
    BRYGGA_RETURN_IF_ERROR(ChangeRegistrations(tx, before, after, ineligible));
    BRYGGA_RETURN_IF_ERROR(UpdateEvent(tx, before, after));
    return after;
  });
}

absl::StatusOr<Postponed> SqlEventStore::PostponeEvent(const Mutation<Postponed>& mutation, const EventId& id,
                                                       const DecidePostponed& decide) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Postponed> {
    BRYGGA_ASSIGN_OR_RETURN(Event locked, SelectEvent(tx, kLockEvent, id));
    BRYGGA_ASSIGN_OR_RETURN(const Event before, Complete(tx, std::move(locked)));
    BRYGGA_ASSIGN_OR_RETURN(const Postponed postponed, decide(before, tx.now()));
    BRYGGA_RETURN_IF_ERROR(UpdateEvent(tx, before, postponed.event));
    BRYGGA_RETURN_IF_ERROR(Insert(tx, postponed.successor));
    return postponed;
  });
}

absl::StatusOr<std::vector<ImportResult>> SqlEventStore::Import(const Mutation<std::vector<ImportResult>>& mutation,
                                                                const ImportBatch& batch) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<std::vector<ImportResult>> {
    std::vector<ImportResult> results;
    for (const ImportItem& item : batch.items) {
      BRYGGA_ASSIGN_OR_RETURN(results.emplace_back(), ImportItemNow(tx, item, batch.publish));
    }
    return results;
  });
}

absl::StatusOr<Event> SqlEventStore::GetEvent(const EventId& id, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<Event> {
    BRYGGA_ASSIGN_OR_RETURN(Event event, SelectEvent(reader, kSelectEvent, id));
    return Complete(reader, std::move(event));
  });
}

absl::StatusOr<std::vector<Event>> SqlEventStore::GetEvents(const std::vector<EventId>& ids, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<std::vector<Event>> {
    std::map<EventId, Event> found;
    BRYGGA_RETURN_IF_ERROR(ForEachRow(reader, "SELECT * FROM events WHERE id", "", ids, [&](const sql::Row& row) {
      Event event = ToEvent(row);
      found[event.id] = std::move(event);
    }));
    std::vector<Event> known;
    for (auto& [id, event] : found) known.push_back(std::move(event));
    BRYGGA_RETURN_IF_ERROR(Complete(reader, known));
    for (Event& event : known) found[event.id] = event;
    std::vector<Event> events;
    for (const EventId& id : ids) {
      const auto event = found.find(id);
      if (event == found.end()) return NotFound(NameOf(id));
      events.push_back(event->second);
    }
    return events;
  });
}

absl::StatusOr<list::Page<Event>> SqlEventStore::ListEvents(const EventScope& scope, const list::ListQuery& query,
                                                            absl::Time deadline) {
  static const sql::Columns kColumns = {
      {"series", "CASE WHEN series_id IS NULL THEN '' ELSE 'series/' || series_id END"},
      {"start_time", "start_us"},
      {"end_time", "end_us"},
      {"external_key", "COALESCE(ref_key, '')"}};
  sql::Args args;
  std::string base = "SELECT * FROM events WHERE ";
  base += scope.viewer.all
              ? "(1 = 1"
              : "(published_at_us IS NOT NULL" + OrIn("programme", "programme", scope.viewer.programmes, args);
  base += ")";
  if (!scope.cohort.empty()) {
    base += " AND id IN (SELECT event_id FROM event_cohorts WHERE cohort = :cohort)";
    args.Set("cohort", scope.cohort);
  }
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<list::Page<Event>> {
    BRYGGA_ASSIGN_OR_RETURN(list::Page<Event> page,
                            sql::SelectPage<Event>(reader, base, args, query, EventSchema(), kColumns, &ToEvent));
    BRYGGA_RETURN_IF_ERROR(Complete(reader, page.items));
    return page;
  });
}

absl::StatusOr<Series> SqlEventStore::GetSeries(const SeriesId& id, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<sql::Row> row, database_.QueryOne(deadline, kSelectSeries, {{"id", id}}));
  if (!row) return NotFound(NameOf(id));
  return ToSeries(*row);
}

}  // namespace brygga::events

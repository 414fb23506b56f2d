// Seats and registrations: the half of the adapter that many callers meet in.
#include "services/events/store/sql/seats.h"

#include <optional>
#include <string>
#include <utility>

#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/events/domain/errors.h"
#include "services/events/store/sql/rows.h"
#include "services/events/store/sql/sql_event_store.h"
#include "services/events/store/sql/statements.h"

namespace brygga::events {
namespace {

// How often a seat is tried for anew after the event changed under the try.
constexpr int kAttempts = 16;

absl::Status Insert(sql::Transaction& tx, const Registration& registration) {
  absl::Status inserted = tx.Run(kInsertRegistration, InsertArgs(registration));
  if (sql::ConstraintOf(inserted) == "registrations_live") return EventChanged(registration.event);
  BRYGGA_RETURN_IF_ERROR(inserted);
  tx.Changed(NameOf(registration.event, registration.id), ChangeKind::kCreated, registration.revision);
  return absl::OkStatus();
}

absl::StatusOr<Registration> Place(sql::Reader& reader, Registration registration) {
  if (registration.state != RegistrationState::kWaitlisted) return registration;
  BRYGGA_ASSIGN_OR_RETURN(
      const std::optional<sql::Row> row,
      reader.QueryOne(kCountBefore, {{"event_id", registration.event}, {"queue_number", registration.queue_number}}));
  registration.waiting_position = static_cast<int>(row->Int("place"));
  return registration;
}

absl::StatusOr<std::optional<Registration>> FindLive(sql::Reader& reader, const EventId& event,
                                                     const std::string& participant) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<sql::Row> row,
                          reader.QueryOne(kSelectLive, {{"event_id", event}, {"participant", participant}}));
  return row ? std::optional<Registration>(ToRegistration(*row)) : std::nullopt;
}

// Takes a seat or joins the line, by conditional update: what was read of the
// event may be old by now. Nothing where neither could be.
absl::StatusOr<std::optional<Registration>> TakeSeatOrWait(sql::Transaction& tx, const Event& event,
                                                           const Applicant& applicant, Audience audience) {
  const sql::Args args = {{"id", event.id}, {"revision", event.revision}};
  if (event.taken < event.capacity) {
    BRYGGA_ASSIGN_OR_RETURN(const int64_t taken, tx.Affect(kTakeSeat, args));
    if (taken == 1) return std::optional<Registration>(Seated(event, applicant, audience, tx.now()));
  }
  if (!event.waiting_list) return std::optional<Registration>();
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<sql::Row> rows, tx.Query(kJoinLine, args));
  if (rows.empty()) return std::optional<Registration>();
  Registration waiting = Waiting(event, applicant, audience, rows.front().Int("last_queue_number"), tx.now());
  waiting.waiting_position = static_cast<int>(rows.front().Int("waiting"));
  return std::optional<Registration>(std::move(waiting));
}

// Registers one of many for an event whose row is locked, and counts in `event`.
absl::StatusOr<Admission> Admit(sql::Transaction& tx, Event& event, const Applicant& applicant) {
  const auto audience = ExpectEligible(event, applicant);
  if (absl::IsAborted(audience.status())) return audience.status();
  if (!audience.ok()) return Admission{.refusal = audience.status()};
  BRYGGA_ASSIGN_OR_RETURN(const auto live, FindLive(tx, event.id, applicant.participant));
  if (live) {
    BRYGGA_ASSIGN_OR_RETURN(Registration placed, Place(tx, *live));
    return Admission{.registration = std::move(placed), .refusal = AlreadyRegistered(event.id, live->id)};
  }
  const bool seat = event.taken < event.capacity;
  if (!seat && !event.waiting_list) return Admission{.refusal = EventFull(event)};
  Registration registration = seat ? Seated(event, applicant, *audience, tx.now())
                                   : Waiting(event, applicant, *audience, ++event.last_queue_number, tx.now());
  ++(seat ? event.taken : event.waiting);
  BRYGGA_RETURN_IF_ERROR(Insert(tx, registration));
  if (!seat) registration.waiting_position = event.waiting;
  return Admission{.registration = std::move(registration)};
}

}  // namespace

absl::StatusOr<Event> SelectEvent(sql::Reader& reader, std::string_view statement, const EventId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<sql::Row> row, reader.QueryOne(statement, {{"id", id}}));
  if (!row) return NotFound(NameOf(id));
  return ToEvent(*row);
}

absl::Status SetCounts(sql::Transaction& tx, const Event& event) {
  return tx.Run(kSetCounts, {{"id", event.id},
                             {"taken", event.taken},
                             {"waiting", event.waiting},
                             {"last_queue_number", event.last_queue_number}});
}

absl::Status Save(sql::Transaction& tx, const Registration& registration) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateRegistration, UpdateArgs(registration)));
  tx.Changed(NameOf(registration.event, registration.id), ChangeKind::kUpdated, registration.revision);
  return absl::OkStatus();
}

absl::Status Fill(sql::Transaction& tx, Event& event, const Ineligible& ineligible) {
  return FillSeats(
      event, ineligible, tx.now(),
      [&]() -> absl::StatusOr<std::optional<Registration>> {
        BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectFirstWaiting, {{"event_id", event.id}}));
        return row ? std::optional<Registration>(ToRegistration(*row)) : std::nullopt;
      },
      [&](const Registration& registration) { return Save(tx, registration); });
}

std::string OrIn(std::string_view column, std::string_view name, const std::vector<std::string>& values,
                 sql::Args& args) {
  if (values.empty()) return "";
  std::string text = " OR " + std::string(column) + " IN (";
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string parameter = std::string(name) + std::to_string(i);
    text += (i == 0 ? ":" : ", :") + parameter;
    args.Set(parameter, values[i]);
  }
  return text + ")";
}

absl::StatusOr<Registration> SqlEventStore::Register(const Mutation<Registration>& mutation, const EventId& event_id,
                                                     const Applicant& applicant) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Registration> {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      BRYGGA_ASSIGN_OR_RETURN(const Event event, SelectEvent(tx, kSelectEvent, event_id));
      BRYGGA_RETURN_IF_ERROR(ExpectOpen(event, tx.now()));
      BRYGGA_ASSIGN_OR_RETURN(const Audience audience, ExpectEligible(event, applicant));
      BRYGGA_ASSIGN_OR_RETURN(const auto registration, TakeSeatOrWait(tx, event, applicant, audience));
      // With a seat taken the row is locked: whoever registered before is seen.
      BRYGGA_ASSIGN_OR_RETURN(const auto live, FindLive(tx, event_id, applicant.participant));
      if (live) return AlreadyRegistered(event_id, live->id);
      if (registration) {
        BRYGGA_RETURN_IF_ERROR(Insert(tx, *registration));
        return *registration;
      }
      if (event.taken >= event.capacity && !event.waiting_list) return EventFull(event);
    }
    return EventChanged(event_id);
  });
}

absl::StatusOr<std::vector<Admission>> SqlEventStore::RegisterMany(const Mutation<std::vector<Admission>>& mutation,
                                                                   const EventId& event_id,
                                                                   const std::vector<Applicant>& applicants) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<std::vector<Admission>> {
    BRYGGA_ASSIGN_OR_RETURN(Event event, SelectEvent(tx, kLockEvent, event_id));
    BRYGGA_RETURN_IF_ERROR(ExpectOpen(event, tx.now()));
    std::vector<Admission> admissions;
    for (const Applicant& applicant : applicants) {
      BRYGGA_ASSIGN_OR_RETURN(admissions.emplace_back(), Admit(tx, event, applicant));
    }
    BRYGGA_RETURN_IF_ERROR(SetCounts(tx, event));
    return admissions;
  });
}

absl::StatusOr<Registration> SqlEventStore::CancelRegistration(const Mutation<Registration>& mutation,
                                                               const EventId& event_id, const RegistrationId& id,
                                                               const DecideRegistration& decide,
                                                               const Ineligible& ineligible) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Registration> {
    auto locked = SelectEvent(tx, kLockEvent, event_id);
    if (absl::IsNotFound(locked.status())) return NotFound(NameOf(event_id, id));
    BRYGGA_ASSIGN_OR_RETURN(Event event, std::move(locked));
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<sql::Row> row,
                            tx.QueryOne(kSelectRegistration, {{"id", id}, {"event_id", event_id}}));
    if (!row) return NotFound(NameOf(event_id, id));
    const Registration before = ToRegistration(*row);
    BRYGGA_ASSIGN_OR_RETURN(const Registration after, decide(event, before, tx.now()));
    BRYGGA_RETURN_IF_ERROR(Save(tx, after));
    --(before.state == RegistrationState::kRegistered ? event.taken : event.waiting);
    BRYGGA_RETURN_IF_ERROR(Fill(tx, event, ineligible));
    BRYGGA_RETURN_IF_ERROR(SetCounts(tx, event));
    return after;
  });
}

absl::StatusOr<Registration> SqlEventStore::GetRegistration(const EventId& event, const RegistrationId& id,
                                                            absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<Registration> {
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<sql::Row> row,
                            reader.QueryOne(kSelectRegistration, {{"id", id}, {"event_id", event}}));
    if (!row) return NotFound(NameOf(event, id));
    return Place(reader, ToRegistration(*row));
  });
}

absl::StatusOr<list::Page<Registration>> SqlEventStore::ListRegistrations(const RegistrationScope& scope,
                                                                          const list::ListQuery& query,
                                                                          absl::Time deadline) {
  static const sql::Columns kColumns = {{"event", "'events/' || event_id"}, {"create_time", "created_at_us"}};
  sql::Args args;
  std::string base = "SELECT * FROM registrations WHERE ";
  if (scope.viewer.all) {
    base += "(1 = 1)";
  } else {
    base += "(1 = 0" + OrIn("participant", "participant", scope.viewer.participants, args);
    if (!scope.viewer.programmes.empty()) {
      base += " OR event_id IN (SELECT id FROM events WHERE 1 = 0" +
              OrIn("programme", "programme", scope.viewer.programmes, args) + ")";
    }
    base += ")";
  }
  if (!scope.event.empty()) {
    base += " AND event_id = :event_id";
    args.Set("event_id", scope.event);
  }
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<list::Page<Registration>> {
    BRYGGA_ASSIGN_OR_RETURN(
        list::Page<Registration> page,
        sql::SelectPage<Registration>(reader, base, args, query, RegistrationSchema(), kColumns, &ToRegistration));
    for (Registration& registration : page.items) {
      BRYGGA_ASSIGN_OR_RETURN(registration, Place(reader, std::move(registration)));
    }
    return page;
  });
}

}  // namespace brygga::events

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "common/sql/requests.h"
#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/failpoint.h"
#include "common/status/macros.h"
#include "services/participant/store/sql/reads.h"
#include "services/participant/store/sql/rows.h"
#include "services/participant/store/sql/sql_participant_store.h"
#include "services/participant/store/sql/statements.h"
#include "services/participant/store/sql/writes.h"

namespace brygga::participant {
namespace {

using sql::Args;
using sql::Reader;
using sql::Row;
using sql::Transaction;

constexpr char kImport[] = "brygga.participant.v1.ParticipantService/ImportParticipants";

DataSubjectRequest ToRequest(const Row& row) {
  return {.id = row.As<DataSubjectRequestId>("id"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .kind = FromWord<DataSubjectRequestKind>(row.Text("kind")),
          .person = row.As<ParticipantId>("participant_id"),
          .requested_by = row.Text("requested_by"),
          .completed_at = row.OptionalTime("completed_at_us")};
}

// Adds their holders.
absl::Status FillRequests(Reader& reader, std::vector<DataSubjectRequest>& requests) {
  if (requests.empty()) return absl::OkStatus();
  std::map<std::string, DataSubjectRequest*> by_id;
  std::vector<std::string> ids;
  for (DataSubjectRequest& request : requests) {
    by_id[request.id.value()] = &request;
    ids.push_back(request.id.value());
  }
  Args args;
  const std::string select =
      kSelectHolders + (" WHERE request_id IN " + InList("request", ids, args)) + " ORDER BY request_id, position";
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, reader.Query(select, args));
  for (const Row& row : rows) {
    by_id.at(row.Text("request_id"))
        ->holders.push_back({.name = row.Text("holder"),
                             .due_at = row.Time("due_at_us"),
                             .acknowledged_at = row.OptionalTime("acknowledged_at_us")});
  }
  return absl::OkStatus();
}

absl::StatusOr<DataSubjectRequest> ReadRequest(Reader& reader, const DataSubjectRequestId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          reader.QueryOne(std::string(kSelectRequests) + " WHERE r.id = :id", {{"id", id}}));
  if (!row) return NotFound(NameOf(id));
  std::vector<DataSubjectRequest> requests = {ToRequest(*row)};
  BRYGGA_RETURN_IF_ERROR(FillRequests(reader, requests));
  return std::move(requests[0]);
}

absl::Status Insert(Transaction& tx, const DataSubjectRequest& request) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertRequest, {{"id", request.id},
                                                 {"revision", request.revision},
                                                 {"created_at", request.created_at},
                                                 {"updated_at", request.updated_at},
                                                 {"kind", WordOf(request.kind)},
                                                 {"state", WordOf(StateOf(request))},
                                                 {"participant", request.person},
                                                 {"requested_by", request.requested_by},
                                                 {"completed_at", request.completed_at}}));
  for (size_t i = 0; i < request.holders.size(); ++i) {
    const Holder& holder = request.holders[i];
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertHolder, {{"request", request.id},
                                                  {"position", i},
                                                  {"holder", holder.name},
                                                  {"due_at", holder.due_at},
                                                  {"acknowledged_at", holder.acknowledged_at}}));
  }
  tx.Changed(NameOf(request.id), ChangeKind::kCreated, request.revision);
  return absl::OkStatus();
}

absl::Status Update(Transaction& tx, const DataSubjectRequest& after) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateRequest, {{"id", after.id},
                                                 {"revision", after.revision},
                                                 {"updated_at", after.updated_at},
                                                 {"state", WordOf(StateOf(after))},
                                                 {"completed_at", after.completed_at}}));
  for (const Holder& holder : after.holders) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(
        kUpdateHolder, {{"request", after.id}, {"holder", holder.name}, {"acknowledged_at", holder.acknowledged_at}}));
  }
  tx.Changed(NameOf(after.id), ChangeKind::kUpdated, after.revision);
  return absl::OkStatus();
}

// A text as it stands in an answer, which is a message on the wire: behind its
// field's tag and its length.
std::string Written(char tag, std::string_view text) {
  std::string written(1, tag);
  for (size_t left = text.size();; left >>= 7) {
    const bool is_last = left < 0x80;
    written += static_cast<char>((left & 0x7F) | (is_last ? 0 : 0x80));
    if (is_last) break;
  }
  return written.append(text);
}

// An ExternalRef of the API: a key of which another is the beginning is another's.
std::string Written(const ExternalRef& ref) { return Written('\x0A', ref.source) + Written('\x12', ref.key); }

// Answers to imports tell of everybody in their rows, also of whom they did not
// change, and of whom a row resembles: those that name the person go.
absl::Status EraseImportAnswers(Transaction& tx, const Participant& person) {
  return sql::EraseAnswersThat(tx, kImport, [&](std::string_view answer) {
    const auto names = [&](const std::string& text) { return answer.find(text) != std::string_view::npos; };
    return names(NameOf(person.id)) || (person.external_ref && names(Written(*person.external_ref)));
  });
}

absl::Status EraseEnquiriesOf(Transaction& tx, const Participant& person) {
  BRYGGA_ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      tx.Query(kSelectPersonsEnquiries, {{"participant", person.id}, {"email", ComparableEmail(person)}}));
  for (const Row& row : rows) {
    BRYGGA_ASSIGN_OR_RETURN(const Enquiry erased,
                            MoveEnquiry(ToEnquiry(row), EnquiryState::kDeleted, std::nullopt, tx.now()));
    BRYGGA_RETURN_IF_ERROR(Update(tx, erased));
  }
  return absl::OkStatus();
}

// Says which things of the person are gone, and erases the answers that told of
// them.
absl::Status NoteErased(Transaction& tx, const Participant& person, const std::vector<Enrolment>& enrolments) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Consent> consents, ReadConsents(tx, person.id));
  for (const Enrolment& enrolment : enrolments) {
    BRYGGA_RETURN_IF_ERROR(sql::EraseAnswers(tx, NameOf(enrolment.ref)));
    tx.Changed(NameOf(enrolment.ref), ChangeKind::kDeleted, enrolment.revision + 1);
  }
  for (const Consent& consent : consents) {
    tx.Changed(NameOf(person.id) + "/consents/" + consent.id.value(), ChangeKind::kDeleted, consent.revision + 1);
  }
  BRYGGA_RETURN_IF_ERROR(sql::EraseAnswers(tx, NameOf(person.id)));
  BRYGGA_RETURN_IF_ERROR(EraseImportAnswers(tx, person));
  tx.Changed(NameOf(person.id), ChangeKind::kDeleted, person.revision + 1);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Enrolment>> EnrolmentsOf(Transaction& tx, const ParticipantId& person) {
  BRYGGA_ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      tx.Query(std::string(kSelectEnrolments) + " WHERE e.participant_id = :participant ORDER BY e.id",
               {{"participant", person}}));
  std::vector<Enrolment> enrolments;
  for (const Row& row : rows) enrolments.push_back(ToEnrolment(row));
  return enrolments;
}

}  // namespace

absl::StatusOr<DataSubjectRequest> SqlParticipantStore::ErasePerson(const Mutation<DataSubjectRequest>& mutation,
                                                                    const Erasure& erasure) {
  const auto erased = database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<DataSubjectRequest> {
    const ParticipantId& id = erasure.person;
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> locked, tx.QueryOne(kLockParticipant, {{"id", id}}));
    if (!locked) return NotFound(NameOf(id));
    BRYGGA_ASSIGN_OR_RETURN(const auto persons, ReadPersons(tx, {id}));
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<Enrolment> enrolments, EnrolmentsOf(tx, id));
    BRYGGA_RETURN_IF_ERROR(EraseEnquiriesOf(tx, persons.at(id)));
    BRYGGA_RETURN_IF_ERROR(NoteErased(tx, persons.at(id), enrolments));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kKeepEnrolments, {{"participant", id}, {"person_key", erasure.person_key}}));
    for (const char* statement : kErasePerson) BRYGGA_RETURN_IF_ERROR(tx.Run(statement, {{"participant", id}}));
    const DataSubjectRequest request = RequestOf(erasure, tx.now());
    BRYGGA_RETURN_IF_ERROR(Insert(tx, request));
    Failpoint("erasure.written");
    return request;
  });
  if (erased.ok()) Failpoint("erasure.committed");
  return erased;
}

absl::StatusOr<DataSubjectRequest> SqlParticipantStore::ChangeDataSubjectRequest(
    const Mutation<DataSubjectRequest>& mutation, const DataSubjectRequestId& id,
    const Change<DataSubjectRequest>& change) {
  const auto changed = database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<DataSubjectRequest> {
    BRYGGA_RETURN_IF_ERROR(tx.Query(kLockRequest, {{"id", id}}));
    BRYGGA_ASSIGN_OR_RETURN(const DataSubjectRequest before, ReadRequest(tx, id));
    BRYGGA_ASSIGN_OR_RETURN(DataSubjectRequest after, change(before, tx.now()));
    if (after != before) BRYGGA_RETURN_IF_ERROR(Update(tx, after));
    Failpoint("acknowledgement.written");
    return after;
  });
  if (changed.ok()) Failpoint("acknowledgement.committed");
  return changed;
}

absl::StatusOr<DataSubjectRequest> SqlParticipantStore::GetDataSubjectRequest(const DataSubjectRequestId& id,
                                                                              absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) { return ReadRequest(reader, id); });
}

absl::StatusOr<list::Page<DataSubjectRequest>> SqlParticipantStore::ListDataSubjectRequests(
    const RequestAudience& audience, const list::ListQuery& query, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<list::Page<DataSubjectRequest>> {
    Args args;
    std::string select = kSelectRequests;
    if (!audience.everything) {
      std::vector<std::string> persons;
      for (const ParticipantId& person : audience.persons) persons.push_back(person.value());
      args.Set("requester", audience.requester);
      select += " WHERE (r.requested_by = :requester OR r.participant_id IN " + InList("self", persons, args) + ")";
    }
    BRYGGA_ASSIGN_OR_RETURN(
        auto page,
        sql::SelectPage<DataSubjectRequest>(
            reader, select, std::move(args), query, kDataSubjectRequestSchema,
            {{"participant", "'participants/' || participant_id"}, {"create_time", "created_at_us"}}, &ToRequest));
    BRYGGA_RETURN_IF_ERROR(FillRequests(reader, page.items));
    return page;
  });
}

}  // namespace brygga::participant

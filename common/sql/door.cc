#include "common/sql/door.h"

#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "common/sql/driver_error.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::sql {
namespace {

constexpr std::string_view kSelectAnswer =
    "SELECT method, digest, answer FROM requests WHERE actor = :actor AND request_id = :request_id";
constexpr std::string_view kInsertAnswer =
    "INSERT INTO requests (actor, request_id, method, digest, answer, created_at_us) "
    "VALUES (:actor, :request_id, :method, :digest, :answer, :now) ON CONFLICT DO NOTHING";
constexpr std::string_view kInsertChange =
    "INSERT INTO change_log (resource, kind, revision, at_us) VALUES (:resource, :kind, :revision, :now)";
constexpr std::string_view kInsertAudit =
    "INSERT INTO audit_log (at_us, actor, method, request_id, reason, resource, kind, revision, fields) "
    "VALUES (:now, :actor, :method, :request_id, :reason, :resource, :kind, :revision, :fields)";

absl::Status AnswerErased() {
  return FailedPrecondition("ANSWER_ERASED", {.type = "ERASED",
                                              .subject = "request_id",
                                              .description = "was answered before, and the answer has been erased "
                                                             "with the person it spoke of"});
}

absl::Status WriteChanges(Transaction& tx, const Origin& origin) {
  for (const Change& change : tx.changes()) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertChange, {{"resource", change.resource},
                                                  {"kind", NameOf(change.kind)},
                                                  {"revision", change.revision},
                                                  {"now", tx.now()}}));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertAudit, {{"now", tx.now()},
                                                 {"actor", origin.actor},
                                                 {"method", origin.method},
                                                 {"request_id", origin.request_id},
                                                 {"reason", origin.reason},
                                                 {"resource", change.resource},
                                                 {"kind", NameOf(change.kind)},
                                                 {"revision", change.revision},
                                                 {"fields", absl::StrJoin(change.fields, ",")}}));
  }
  return absl::OkStatus();
}

absl::Status WriteAnswer(Transaction& tx, const Origin& origin, const std::string& answer) {
  BRYGGA_ASSIGN_OR_RETURN(const int64_t written,
                          tx.Affect(kInsertAnswer, {{"actor", origin.actor},
                                                    {"request_id", origin.request_id},
                                                    {"method", origin.method},
                                                    {"digest", origin.request_digest},
                                                    {"answer", absl::WebSafeBase64Escape(answer)},
                                                    {"now", tx.now()}}));
  // The same request came in twice at the same time and the other was first:
  // done again, this one finds its answer.
  return written == 1 ? absl::OkStatus() : PostgresqlStatus("40001", "");
}

}  // namespace

absl::Status FindAnswer(Reader& reader, const Origin& origin) {
  if (origin.request_id.empty()) return absl::OkStatus();
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          reader.QueryOne(kSelectAnswer, {{"actor", origin.actor}, {"request_id", origin.request_id}}));
  if (!row) return absl::OkStatus();
  if (row->Text("method") != origin.method || row->Text("digest") != origin.request_digest) return RequestIdReused();
  if (row->IsNull("answer")) return AnswerErased();
  std::string answer;
  BRYGGA_CHECK(absl::WebSafeBase64Unescape(row->Text("answer"), &answer));
  return Replay(answer);
}

absl::Status PassDoor(Transaction& tx, const Origin& origin, ChangeFunction change) {
  BRYGGA_RETURN_IF_ERROR(FindAnswer(tx, origin));
  BRYGGA_ASSIGN_OR_RETURN(const std::string answer, change(tx));
  BRYGGA_RETURN_IF_ERROR(tx.failure());
  if (origin.validate_only) return absl::OkStatus();
  BRYGGA_RETURN_IF_ERROR(WriteChanges(tx, origin));
  return origin.request_id.empty() ? absl::OkStatus() : WriteAnswer(tx, origin, answer);
}

}  // namespace brygga::sql

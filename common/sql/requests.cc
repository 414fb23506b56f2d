#include "common/sql/requests.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace brygga::sql {
namespace {

constexpr int kChunk = 1000;

constexpr std::string_view kSweep =
    "DELETE FROM requests WHERE (actor, request_id) IN "
    "(SELECT actor, request_id FROM requests WHERE created_at_us < :before ORDER BY created_at_us LIMIT :chunk)";
constexpr std::string_view kErase =
    "UPDATE requests SET answer = NULL WHERE (actor, request_id) IN "
    "(SELECT actor, request_id FROM audit_log WHERE resource = :resource OR (resource > :first AND resource < :last))";
constexpr std::string_view kSelectAnswers =
    "SELECT actor, request_id, answer FROM requests WHERE method = :method AND answer IS NOT NULL";
constexpr std::string_view kEraseAnswer =
    "UPDATE requests SET answer = NULL WHERE actor = :actor AND request_id = :request_id";

}  // namespace

absl::StatusOr<int64_t> SweepAnswers(Database& database, absl::Time deadline) {
  const Origin origin = {.actor = "service", .method = "work/sweep-answers", .deadline = deadline};
  for (int64_t total = 0;;) {
    int64_t gone = 0;
    BRYGGA_RETURN_IF_ERROR(database.Write(origin, [&](Transaction& tx) -> absl::Status {
      BRYGGA_ASSIGN_OR_RETURN(gone, tx.Affect(kSweep, {{"before", tx.now() - kKeepAnswers}, {"chunk", kChunk}}));
      return absl::OkStatus();
    }));
    total += gone;
    if (gone < kChunk) return total;
  }
}

absl::Status EraseAnswers(Transaction& tx, std::string_view resource) {
  const std::string name(resource);
  // '0' is the character after '/'.
  return tx.Run(kErase, {{"resource", name}, {"first", absl::StrCat(name, "/")}, {"last", absl::StrCat(name, "0")}});
}

absl::Status EraseAnswersThat(Transaction& tx, std::string_view method,
                              absl::FunctionRef<bool(std::string_view answer)> tells) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, tx.Query(kSelectAnswers, {{"method", method}}));
  for (const Row& row : rows) {
    std::string answer;
    if (absl::WebSafeBase64Unescape(row.Text("answer"), &answer) && !tells(answer)) continue;
    BRYGGA_RETURN_IF_ERROR(
        tx.Run(kEraseAnswer, {{"actor", row.Text("actor")}, {"request_id", row.Text("request_id")}}));
  }
  return absl::OkStatus();
}

}  // namespace brygga::sql

// Housekeeping of the answers that are kept for repeated requests.
#ifndef BRYGGA_COMMON_SQL_REQUESTS_H_
#define BRYGGA_COMMON_SQL_REQUESTS_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/database.h"

namespace brygga::sql {

// How long a repeated request gets its first answer.
inline constexpr absl::Duration kKeepAnswers = absl::Hours(7 * 24);

// Deletes the answers older than kKeepAnswers, in small transactions, and says
// how many went. Called now and then by a service's work.
absl::StatusOr<int64_t> SweepAnswers(Database& database, absl::Time deadline);

// Erases the stored answers to all requests that changed `resource` or
// something under it ("participants/p" and "participants/p/consents/c"): part
// of the erasure of a person. The request ids stay known: a repeat fails with
// kFailedPrecondition, reason ANSWER_ERASED, and changes nothing.
absl::Status EraseAnswers(Transaction& tx, std::string_view resource);

// Erases the stored answers to requests of `method`, "brygga.x.v1.XService/Do", of
// which `tells` says so: those of an import tell also of what they did not change.
// `tells` gets the bytes of the message. Reads all answers of the method.
absl::Status EraseAnswersThat(Transaction& tx, std::string_view method,
                              absl::FunctionRef<bool(std::string_view answer)> tells);

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_REQUESTS_H_

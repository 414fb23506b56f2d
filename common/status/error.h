// Errors that tell a program what went wrong and a person how to mend it.
//
// An error is an absl::Status that carries, beside code and message, a reason
// from the service's catalogue (its domain/errors.h) and details. common/rpc
// turns them into google.rpc.ErrorInfo, BadRequest, PreconditionFailure,
// RetryInfo and QuotaFailure. Messages and details never hold personal data,
// SQL, paths or driver text.
#ifndef BRYGGA_COMMON_STATUS_ERROR_H_
#define BRYGGA_COMMON_STATUS_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace brygga {

// One wrong field of a request. `field` is its path in the request
// ("organisation.sector", "rows[3].email"); `description` says what is wrong
// and what would be right.
struct FieldViolation {
  std::string field;
  std::string description;

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

// One thing in the world that must change before the call can succeed.
struct PreconditionViolation {
  std::string type;         // What kind of thing, a code: "STATE", "CAPACITY".
  std::string subject;      // The resource name it is about.
  std::string description;  // What is, and what would do.

  friend bool operator==(const PreconditionViolation&, const PreconditionViolation&) = default;
};

struct ErrorDetails {
  std::string reason;  // UPPER_SNAKE, from a catalogue; never empty in an answer.
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> fields;
  std::vector<PreconditionViolation> preconditions;
  std::optional<absl::Duration> retry_after;

  friend bool operator==(const ErrorDetails&, const ErrorDetails&) = default;
};

// A status of `code` that carries `details`. `code` is not kOk.
absl::Status MakeError(absl::StatusCode code, std::string_view message, const ErrorDetails& details);

// What MakeError put there; empty details (and an empty reason) for a status
// from elsewhere.
ErrorDetails DetailsOf(const absl::Status& status);

// The reason of an error of ours, "" for any other status.
std::string ReasonOf(const absl::Status& status);

// The errors that every service answers with.

// kInvalidArgument, reason INVALID_FIELDS: the request is wrong in these
// fields, all of them named at once. `fields` is not empty.
absl::Status InvalidFields(std::vector<FieldViolation> fields);

// kNotFound, reason NOT_FOUND: no such resource, or none that this caller may
// see; the words are the same.
absl::Status NotFound(std::string_view resource_name);

// kAlreadyExists: `reason` says which uniqueness was broken, `resource_name`
// the resource that exists already.
absl::Status AlreadyExists(std::string_view reason, std::string_view resource_name, std::string_view message);

// kAborted, reason ETAG_MISMATCH: `resource_name` changed since the caller read
// it; read again and decide again.
absl::Status EtagMismatch(std::string_view resource_name);

// kFailedPrecondition with one PreconditionViolation.
absl::Status FailedPrecondition(std::string_view reason, PreconditionViolation violation);

// kFailedPrecondition, type STATE: `resource_name` is in `state` and the call
// needs it in one of `allowed`.
absl::Status WrongState(std::string_view reason, std::string_view resource_name, std::string_view state,
                        const std::vector<std::string>& allowed);

// kPermissionDenied, reason PERMISSION_DENIED.
absl::Status PermissionDenied(std::string_view message);

// kResourceExhausted with RetryInfo.
absl::Status Exhausted(std::string_view reason, std::string_view message, absl::Duration retry_after);

// kUnavailable with RetryInfo.
absl::Status Unavailable(std::string_view reason, std::string_view message, absl::Duration retry_after);

}  // namespace brygga

#endif  // BRYGGA_COMMON_STATUS_ERROR_H_

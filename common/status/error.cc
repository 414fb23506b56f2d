#include "common/status/error.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/check.h"

namespace brygga {
namespace {

// absl::Status carries bytes under a URL; ours never leaves the process in this
// form.
constexpr std::string_view kPayloadUrl = "brygga/error-details";

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view message, const ErrorDetails& details) {
  BRYGGA_CHECK(code != absl::StatusCode::kOk);
  absl::Status status(code, ToAbsl(message));
  nlohmann::json json = {{"reason", details.reason}, {"metadata", details.metadata}};
  for (const FieldViolation& field : details.fields) json["fields"].push_back({field.field, field.description});
  for (const PreconditionViolation& violation : details.preconditions) {
    json["preconditions"].push_back({violation.type, violation.subject, violation.description});
  }
  if (details.retry_after) json["retry_us"] = absl::ToInt64Microseconds(*details.retry_after);
  status.SetPayload(ToAbsl(kPayloadUrl),
                    absl::Cord(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  return status;
}

ErrorDetails DetailsOf(const absl::Status& status) {
  ErrorDetails details;
  const auto payload = status.GetPayload(ToAbsl(kPayloadUrl));
  if (!payload) return details;
  const nlohmann::json json = nlohmann::json::parse(std::string(*payload), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return details;
  details.reason = json.at("reason");
  details.metadata = json.at("metadata");
  if (json.contains("fields")) {
    for (const auto& field : json["fields"]) details.fields.push_back({field.at(0), field.at(1)});
  }
  if (json.contains("preconditions")) {
    for (const auto& row : json["preconditions"]) details.preconditions.push_back({row.at(0), row.at(1), row.at(2)});
  }
  if (json.contains("retry_us")) details.retry_after = absl::Microseconds(json["retry_us"].get<int64_t>());
  return details;
}

std::string ReasonOf(const absl::Status& status) { return DetailsOf(status).reason; }

absl::Status InvalidFields(std::vector<FieldViolation> fields) {
  BRYGGA_CHECK(!fields.empty());
  const std::string message = absl::StrJoin(fields, "; ", [](std::string* out, const FieldViolation& field) {
    absl::StrAppend(out, field.field, ": ", field.description);
  });
  return MakeError(absl::StatusCode::kInvalidArgument, message,
                   {.reason = "INVALID_FIELDS", .fields = std::move(fields)});
}

absl::Status NotFound(std::string_view resource_name) {
  return MakeError(absl::StatusCode::kNotFound, absl::StrCat(ToAbsl(resource_name), " does not exist"),
                   {.reason = "NOT_FOUND", .metadata = {{"resource", std::string(resource_name)}}});
}

absl::Status AlreadyExists(std::string_view reason, std::string_view resource_name, std::string_view message) {
  return MakeError(absl::StatusCode::kAlreadyExists, message,
                   {.reason = std::string(reason), .metadata = {{"resource", std::string(resource_name)}}});
}

absl::Status EtagMismatch(std::string_view resource_name) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat(ToAbsl(resource_name), " has changed since it was read; read it again and retry"),
                   {.reason = "ETAG_MISMATCH", .metadata = {{"resource", std::string(resource_name)}}});
}

absl::Status FailedPrecondition(std::string_view reason, PreconditionViolation violation) {
  const std::string message = absl::StrCat(violation.subject, ": ", violation.description);
  return MakeError(absl::StatusCode::kFailedPrecondition, message,
                   {.reason = std::string(reason), .preconditions = {std::move(violation)}});
}

absl::Status WrongState(std::string_view reason, std::string_view resource_name, std::string_view state,
                        const std::vector<std::string>& allowed) {
  return FailedPrecondition(reason, {.type = "STATE",
                                     .subject = std::string(resource_name),
                                     .description = absl::StrCat("is ", ToAbsl(state), "; this needs it to be ",
                                                                 absl::StrJoin(allowed, " or "))});
}

absl::Status PermissionDenied(std::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, message, {.reason = "PERMISSION_DENIED"});
}

absl::Status Exhausted(std::string_view reason, std::string_view message, absl::Duration retry_after) {
  return MakeError(absl::StatusCode::kResourceExhausted, message,
                   {.reason = std::string(reason), .retry_after = retry_after});
}

absl::Status Unavailable(std::string_view reason, std::string_view message, absl::Duration retry_after) {
  return MakeError(absl::StatusCode::kUnavailable, message,
                   {.reason = std::string(reason), .retry_after = retry_after});
}

}  // namespace brygga

#include "common/rpc/wire_status.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace brygga::rpc {
namespace {

constexpr char kDomain[] = "brygga";
constexpr size_t kMaxMessage = 1024;
constexpr size_t kMaxDetails = 5 * 1024;  // Of the violations together.

bool IsOurs(absl::StatusCode code) { return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown; }

// `text` in at most `limit` bytes, cut between characters.
std::string Shorten(std::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return absl::StrCat(std::string(text.substr(0, end)), "…");
}

// Adds what fits of `violations` to the budget and says how many did not.
template <typename Violation, typename Add>
size_t AddWhatFits(const std::vector<Violation>& violations, Add add) {
  size_t used = 0;
  for (size_t i = 0; i < violations.size(); ++i) {
    used += add(violations[i]);
    if (used > kMaxDetails && i + 1 < violations.size()) return violations.size() - i - 1;
  }
  return 0;
}

void AddFields(const std::vector<FieldViolation>& fields, google::rpc::Status* out) {
  google::rpc::BadRequest bad_request;
  const size_t left_out = AddWhatFits(fields, [&](const FieldViolation& field) {
    auto* violation = bad_request.add_field_violations();
    violation->set_field(Shorten(field.field, 200));
    violation->set_description(Shorten(field.description, 400));
    return violation->ByteSizeLong();
  });
  if (left_out > 0) {
    auto* violation = bad_request.add_field_violations();
    violation->set_field("*");
    violation->set_description(absl::StrCat("and ", left_out, " more wrong fields"));
  }
  out->add_details()->PackFrom(bad_request);
}

void AddPreconditions(const std::vector<PreconditionViolation>& preconditions, google::rpc::Status* out) {
  google::rpc::PreconditionFailure failure;
  AddWhatFits(preconditions, [&](const PreconditionViolation& precondition) {
    auto* violation = failure.add_violations();
    violation->set_type(Shorten(precondition.type, 100));
    violation->set_subject(Shorten(precondition.subject, 200));
    violation->set_description(Shorten(precondition.description, 400));
    return violation->ByteSizeLong();
  });
  out->add_details()->PackFrom(failure);
}

void AddRetry(absl::Duration after, google::rpc::Status* out) {
  google::rpc::RetryInfo retry;
  const int64_t ns = std::max<int64_t>(0, absl::ToInt64Nanoseconds(after));
  retry.mutable_retry_delay()->set_seconds(ns / 1000000000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(ns % 1000000000));
  out->add_details()->PackFrom(retry);
}

}  // namespace

std::string_view CodeName(int code) {
  static constexpr std::string_view kNames[] = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  return code >= 0 && code < static_cast<int>(std::size(kNames)) ? kNames[code] : "UNKNOWN";
}

WireStatus ToWire(const absl::Status& status, std::string_view trace_id) {
  WireStatus wire{.code = static_cast<int>(status.code())};
  if (status.ok()) return wire;
  ErrorDetails details = DetailsOf(status);
  if (IsOurs(status.code())) {
    details = {.metadata = {{"trace_id", std::string(trace_id)}}};
    wire.message = absl::StrCat("something is wrong on our side; tell us the trace ", std::string(trace_id));
  } else {
    wire.message = Shorten(std::string_view(status.message().data(), status.message().size()), kMaxMessage);
  }
  wire.reason = details.reason.empty() ? std::string(CodeName(wire.code)) : details.reason;

  google::rpc::Status proto;
  proto.set_code(wire.code);
  // The message stays in the trailers alone: twice would halve the room.
  google::rpc::ErrorInfo info;
  info.set_reason(wire.reason);
  info.set_domain(kDomain);
  for (const auto& [key, value] : details.metadata) (*info.mutable_metadata())[key] = Shorten(value, 400);
  proto.add_details()->PackFrom(info);
  if (!details.fields.empty()) AddFields(details.fields, &proto);
  if (!details.preconditions.empty()) AddPreconditions(details.preconditions, &proto);
  if (details.retry_after) AddRetry(*details.retry_after, &proto);
  wire.details = proto.SerializeAsString();
  return wire;
}

absl::Status FromWire(int code, std::string_view message, std::string_view details) {
  if (code == 0) return absl::OkStatus();
  const auto status_code = static_cast<absl::StatusCode>(code);
  google::rpc::Status proto;
  ErrorDetails read;
  if (proto.ParseFromArray(details.data(), static_cast<int>(details.size()))) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::PreconditionFailure failure;
    google::rpc::RetryInfo retry;
    for (const auto& any : proto.details()) {
      if (any.UnpackTo(&info)) {
        read.reason = info.reason();
        read.metadata = {info.metadata().begin(), info.metadata().end()};
      } else if (any.UnpackTo(&bad_request)) {
        for (const auto& field : bad_request.field_violations()) {
          read.fields.push_back({field.field(), field.description()});
        }
      } else if (any.UnpackTo(&failure)) {
        for (const auto& violation : failure.violations()) {
          read.preconditions.push_back({violation.type(), violation.subject(), violation.description()});
        }
      } else if (any.UnpackTo(&retry)) {
        read.retry_after =
            absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
      }
    }
  }
  if (read.reason.empty()) return absl::Status(status_code, absl::string_view(message.data(), message.size()));
  return MakeError(status_code, message, read);
}

}  // namespace brygga::rpc

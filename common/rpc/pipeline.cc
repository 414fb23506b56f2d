#include "common/rpc/pipeline.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/auth/claims.h"
#include "common/rpc/validator.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::rpc {
namespace {

constexpr std::string_view kScheme = "Bearer ";

LogLevel LevelOf(int code) {
  switch (static_cast<absl::StatusCode>(code)) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return LogLevel::kError;
    default:
      return LogLevel::kInfo;
  }
}

}  // namespace

void OpenStreams::Add(Drainable* stream) {
  const std::lock_guard lock(mutex_);
  streams_.insert(stream);
}

void OpenStreams::Remove(Drainable* stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase(stream);
}

void OpenStreams::DrainAll() {
  const std::lock_guard lock(mutex_);
  for (Drainable* stream : streams_) stream->Drain();
}

absl::Status Draining() {
  return Unavailable("DRAINING", "this server is stopping; call again and another will answer",
                     absl::Milliseconds(100));
}

absl::Status Overloaded() {
  return Exhausted("OVERLOADED", "more calls wait than this server can answer; call again later",
                   absl::Milliseconds(250));
}

absl::Status TooManyStreams() {
  return Exhausted("TOO_MANY_STREAMS", "as many streams are open as this server can feed; call again later",
                   absl::Seconds(1));
}

Pipeline::Pipeline(const ServerOptions& options)
    : metrics(options.name),
      executor(options.threads, options.queue),
      stream_threads(options.streams, 0),
      max_queue_wait_(options.max_queue_wait),
      authenticator_(options.authenticator),
      log_(options.log) {}

absl::StatusOr<BoundMethod> Pipeline::Bind(const Service& service, const Service::Method& method) {
  BRYGGA_ASSIGN_OR_RETURN(AccessRule access, AccessRule::Of(*method.descriptor));
  std::string name = absl::StrCat(service.descriptor().full_name(), "/", method.descriptor->name());
  auto method_metrics = std::make_unique<MethodMetrics>(metrics, name);
  return BoundMethod{.method = &method,
                     .access = std::move(access),
                     .rules = &PrepareValidation(*method.descriptor->input_type()),
                     .name = std::move(name),
                     .metrics = std::move(method_metrics),
                     .backend = service.backend().get()};
}

absl::Time Pipeline::GrantedDeadline(absl::Time asked, const MethodOptions& options, absl::Time now) {
  if (asked == absl::InfiniteFuture()) return now + options.default_deadline;
  return std::min(asked, now + options.max_deadline);
}

absl::Status Pipeline::InTime(const CallRecord& record, bool cancelled) {
  if (absl::Now() >= record.state.deadline) {
    return MakeError(absl::StatusCode::kDeadlineExceeded, "the deadline passed before there was an answer",
                     {.reason = "DEADLINE_EXCEEDED"});
  }
  return cancelled ? absl::CancelledError("the caller left before there was an answer") : absl::OkStatus();
}

absl::Status Pipeline::AfterQueue(const CallRecord& record, bool cancelled) const {
  BRYGGA_RETURN_IF_ERROR(InTime(record, cancelled));
  return record.queued > max_queue_wait_ ? Overloaded() : absl::OkStatus();
}

absl::Status Pipeline::Authenticate(std::optional<std::string_view> authorization, int headers,
                                    CallRecord* record) const {
  if (!authorization) return absl::OkStatus();
  if (headers != 1) return InvalidToken("there is more than one authorization header");
  const absl::string_view header(authorization->data(), authorization->size());
  if (!absl::StartsWithIgnoreCase(header, absl::string_view(kScheme.data(), kScheme.size()))) {
    return InvalidToken("the authorization header is not `Bearer` and a token");
  }
  if (authenticator_ == nullptr) return InvalidToken("this server knows no issuer");
  const std::string_view token = authorization->substr(kScheme.size());
  BRYGGA_ASSIGN_OR_RETURN(record->state.caller, authenticator_->Authenticate(token));
  record->state.token = token;
  return absl::OkStatus();
}

absl::Status Pipeline::Judge(const BoundMethod& method, const CallRecord& record,
                             const google::protobuf::Message& request) const {
  const absl::Status scope = method.access.CheckScope(record.state.caller, request);
  if (method.backend == nullptr || !scope.ok()) {
    if (auto wrong = Validate(*method.rules, request); !wrong.empty()) return InvalidFields(std::move(wrong));
  }
  return scope;
}

WireStatus Pipeline::Ended(const BoundMethod& method, const CallRecord& record, const absl::Status& status) {
  WireStatus wire = ToWire(status, record.trace.trace_id());
  const absl::Duration elapsed = record.Elapsed();
  method.metrics->Ended(wire.code, elapsed, record.queued);
  const LogLevel level = LevelOf(wire.code);
  if (log_ == nullptr || !log_->Enabled(level)) return wire;
  const auto ms = absl::ToChronoMicroseconds(elapsed), queue_ms = absl::ToChronoMicroseconds(record.queued);
  if (level == LogLevel::kError) {
    // The one place where what a caller must not see is kept.
    log_->Error("call", {{"method", method.name},
                         {"code", CodeName(wire.code)},
                         {"reason", wire.reason},
                         {"error", std::string_view(status.message().data(), status.message().size())},
                         {"ms", ms},
                         {"queue_ms", queue_ms},
                         {"actor", record.state.caller.subject},
                         {"trace_id", record.trace.trace_id()},
                         {"span_id", record.trace.span_id()}});
  } else {
    log_->Info("call", {{"method", method.name},
                        {"code", CodeName(wire.code)},
                        {"reason", wire.reason},
                        {"ms", ms},
                        {"queue_ms", queue_ms},
                        {"actor", record.state.caller.subject},
                        {"trace_id", record.trace.trace_id()},
                        {"span_id", record.trace.span_id()}});
  }
  return wire;
}

}  // namespace brygga::rpc

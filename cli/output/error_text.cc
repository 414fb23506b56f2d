#include "cli/output/error_text.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/output/text.h"
#include "common/status/error.h"

namespace brygga::cli {
namespace {

// A sentence ends in a full stop and begins with a capital.
std::string Sentence(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

std::string_view Advice(ExitCode code) {
  switch (code) {
    case kNotAllowed:
      return "Use a token that may do this: BRYGGA_TOKEN_FILE names the file, `brygga token --help` tells more.";
    case kTryAgain:
      return "Nothing is lost: the same command can be given again.";
    case kBroken:
      return "This is a fault in Brygga, not in what you asked.";
    default:
      return "";
  }
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return kNotAllowed;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return kTryAgain;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnimplemented:
      return kBroken;
    default:
      return kRefused;
  }
}

std::string ErrorText(const absl::Status& error) {
  const ErrorDetails details = DetailsOf(error);
  const std::string message = Printable(std::string_view(error.message().data(), error.message().size()));
  std::string text = Sentence(message.empty() ? absl::StatusCodeToString(error.code()) : message);
  for (const FieldViolation& field : details.fields) {
    absl::StrAppend(&text, "\n  ", Printable(field.field), ": ", Printable(field.description));
  }
  for (const PreconditionViolation& violation : details.preconditions) {
    if (violation.description == error.message()) continue;
    absl::StrAppend(&text, "\n  ", Printable(violation.subject), ": ", Printable(violation.description));
  }
  if (details.retry_after) {
    absl::StrAppend(&text, "\n  Try again in ", absl::FormatDuration(*details.retry_after), ".");
  }
  const std::string_view advice = Advice(ExitCodeOf(error));
  if (!advice.empty()) absl::StrAppend(&text, "\n  ", absl::string_view(advice.data(), advice.size()));
  if (!details.reason.empty()) absl::StrAppend(&text, "\n  (", details.reason, ")");
  return text + "\n";
}

}  // namespace brygga::cli

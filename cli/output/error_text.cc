#include "cli/output/error_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "cli/output/text.h"
#include "common/status/error.h"

namespace brygga::cli {
namespace {

// A sentence ends in a full stop and begins with a capital, unless it begins
// with the name of something ("programmes/…", "filter:").
std::string Sentence(std::string text) {
  const size_t end_of_word = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  if (end_of_word != 0 && (end_of_word == std::string::npos || text[end_of_word] == ' ')) {
    text[0] = absl::ascii_toupper(static_cast<unsigned char>(text[0]));
  }
  // A list of names at the end needs no full stop.
  const bool is_list = text.find('\n') != std::string::npos;
  if (!text.empty() && !is_list && text.find_last_of(".!?") != text.size() - 1) text += '.';
  return text;
}

// Lines behind the first one stand under it.
std::string Indented(const std::string& text) { return absl::StrReplaceAll(PrintableLines(text), {{"\n", "\n  "}}); }

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
  if (ReasonOf(error) == kCommandLine) return kUsage;
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
  const std::string message = PrintableLines(std::string_view(error.message().data(), error.message().size()));
  // Of several fields each gets a line; of one, the message says it.
  const bool several = details.fields.size() > 1;
  std::string text = several           ? "Several things are wrong:"
                     : message.empty() ? absl::StatusCodeToString(error.code())
                                       : Sentence(message);
  const auto add = [&](const std::string& subject, const std::string& description) {
    if (!several && absl::StrContains(error.message(), description)) return;
    absl::StrAppend(&text, "\n  ", Printable(subject), ": ", Indented(description));
  };
  for (const FieldViolation& field : details.fields) add(field.field, field.description);
  for (const PreconditionViolation& violation : details.preconditions) add(violation.subject, violation.description);
  if (details.retry_after) {
    absl::StrAppend(&text, "\n  Try again in ", absl::FormatDuration(*details.retry_after), ".");
  }
  const std::string_view advice = Advice(ExitCodeOf(error));
  if (!advice.empty()) absl::StrAppend(&text, "\n  ", absl::string_view(advice.data(), advice.size()));
  if (!details.reason.empty() && details.reason != kCommandLine) absl::StrAppend(&text, "\n  (", details.reason, ")");
  return text + "\n";
}

}  // namespace brygga::cli

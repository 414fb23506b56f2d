#include "cli/app/findings.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/output/error_text.h"

namespace brygga::cli {
namespace {

constexpr std::string_view kRequestId = "request_id";

// Errors that leave nothing to say of what was asked.
bool IsAway(const absl::Status& error) {
  const ExitCode code = ExitCodeOf(error);
  return code == kTryAgain || code == kBroken || code == kNotAllowed;
}

bool LiesUnder(std::string_view field, std::string_view path) {
  return field.starts_with(path) &&
         (field.size() == path.size() || field[path.size()] == '.' || field[path.size()] == '[');
}

// What is wrong with one argument, in a sentence or a field's description.
std::string DescriptionOf(const absl::Status& error) {
  const ErrorDetails details = DetailsOf(error);
  return details.fields.size() == 1 ? details.fields.front().description : std::string(error.message());
}

}  // namespace

absl::Status UsageError(std::string_view argument, std::string_view description) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, absl::StrCat(std::string(argument), ": ", std::string(description)),
      {.reason = std::string(kCommandLine), .fields = {{std::string(argument), std::string(description)}}});
}

void Findings::Note(std::string_view argument, const absl::Status& error) {
  if (error.ok()) return;
  if (IsAway(error)) {
    away_.Update(error);
    return;
  }
  const ErrorDetails details = DetailsOf(error);
  const bool is_word =
      details.reason == kCommandLine && details.fields.size() == 1 && details.fields.front().field.starts_with('"');
  if (is_word) {
    const std::string given = absl::StrCat(std::string(argument), " ", details.fields.front().field);
    faults_.push_back({given, UsageError(given, details.fields.front().description)});
  } else {
    faults_.push_back({std::string(argument), error});
  }
}

// What the service says of an argument of which something is said already is no
// news: it was left out of the request.
void Findings::NoteRest(const absl::Status& refused) {
  if (refused.ok() || IsAway(refused)) return;
  const ErrorDetails details = DetailsOf(InArguments(refused));
  for (const FieldViolation& violation : details.fields) {
    const bool is_said =
        violation.field == kRequestId || std::any_of(faults_.begin(), faults_.end(), [&](const Fault& fault) {
          return fault.argument.substr(0, fault.argument.find(' ')) == violation.field;
        });
    if (!is_said) faults_.push_back({violation.field, InvalidFields({violation})});
  }
}

absl::Status Findings::status() const {
  if (!away_.ok()) return away_;
  if (faults_.empty()) return absl::OkStatus();
  if (faults_.size() == 1) return faults_.front().error;
  ErrorDetails details{.reason = std::string(kInvalidFields)};
  std::string message;
  for (const Fault& fault : faults_) {
    details.fields.push_back({fault.argument, DescriptionOf(fault.error)});
    absl::StrAppend(&message, message.empty() ? "" : "; ", fault.argument, ": ", details.fields.back().description);
    if (ReasonOf(fault.error) == kCommandLine) details.reason = std::string(kCommandLine);
  }
  return MakeError(absl::StatusCode::kInvalidArgument, message, details);
}

std::string Findings::ArgumentOf(std::string_view field) const {
  for (const auto& [path, argument] : fields_) {
    if (LiesUnder(field, path)) return argument;
  }
  return std::string(field);
}

absl::Status Findings::InArguments(const absl::Status& error) const {
  ErrorDetails details = DetailsOf(error);
  if (details.fields.empty() || fields_.empty()) return error;
  std::vector<FieldViolation> told;
  for (FieldViolation& violation : details.fields) {
    violation.field = ArgumentOf(violation.field);
    if (std::find(told.begin(), told.end(), violation) == told.end()) told.push_back(std::move(violation));
  }
  details.fields = std::move(told);
  std::string message;
  for (const FieldViolation& violation : details.fields) {
    absl::StrAppend(&message, message.empty() ? "" : "; ", violation.field, ": ", violation.description);
  }
  return MakeError(error.code(), message, details);
}

}  // namespace brygga::cli

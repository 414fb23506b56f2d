#include "cli/import/applications.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;
namespace people = ::brygga::participant::v1;
namespace places = ::brygga::partner::v1;

std::vector<std::string> List(const std::string& text) { return absl::StrSplit(text, ';', absl::SkipWhitespace()); }

RowOutcome OutcomeOf(v1::ApplicationOutcome outcome) {
  switch (outcome) {
    case v1::APPLICATION_OUTCOME_CREATED:
      return RowOutcome::kCreated;
    case v1::APPLICATION_OUTCOME_UPDATED:
      return RowOutcome::kUpdated;
    case v1::APPLICATION_OUTCOME_UNCHANGED:
      return RowOutcome::kUnchanged;
    default:
      return RowOutcome::kRefused;
  }
}

RowResult ResultOf(const v1::ApplicationResult& answer) {
  RowResult result{.outcome = OutcomeOf(answer.outcome()), .stored_as = answer.application()};
  for (const v1::ApplicationProblem& problem : answer.problems()) {
    result.violations.push_back({problem.field(), problem.description()});
  }
  return result;
}

bool IsName(const std::string& text) { return text.find('/') != std::string::npos; }

}  // namespace

ApplicationsImporter::ApplicationsImporter(const Api& api, ApplicationsTarget target)
    : api_(api), target_(std::move(target)) {
  batch_.set_parent(target_.allocation);
  aside_ = batch_;
}

const CsvFormat& ApplicationsImporter::format() const {
  static const CsvFormat format = {.columns = {"participant_id", "choices", "priority", "groups", "meets"},
                                   .key = "participant_id"};
  return format;
}

std::vector<RowProblem> ApplicationsImporter::Add(const CsvRow& csv) {
  v1::Application& application = *batch_.add_applications();
  application.set_participant(csv["participant_id"]);
  for (const std::string& choice : List(csv["choices"])) application.add_choices(choice);
  application.set_priority(csv["priority"]);
  for (const std::string& code : List(csv["groups"])) application.add_groups(code);
  for (const std::string& code : List(csv["meets"])) application.add_meets(code);
  return {};
}

absl::Status ApplicationsImporter::ReadNames() {
  if (std::exchange(names_read_, true)) return absl::OkStatus();
  people::ListParticipantsRequest persons;
  persons.set_filter(absl::StrCat("external_source = \"", target_.source, "\""));
  BRYGGA_ASSIGN_OR_RETURN(const auto known, api_.All<people::ListParticipantsResponse>(
                                                "brygga.participant.v1.ParticipantService/ListParticipants", persons));
  for (const people::Participant& person : known.participants()) people_[person.external_ref().key()] = person.name();
  places::ListOpeningsRequest openings;
  openings.set_parent("organisations/-");
  BRYGGA_ASSIGN_OR_RETURN(const auto listed, api_.All<places::ListOpeningsResponse>(
                                                 "brygga.partner.v1.OpeningService/ListOpenings", openings));
  for (const places::Opening& opening : listed.openings()) {
    const auto [first, is_new] = openings_.try_emplace(opening.display_name(), opening.name());
    if (!is_new) first->second.clear();  // Who is meant by a title that several have?
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::vector<FieldViolation>>> ApplicationsImporter::Resolve() {
  BRYGGA_RETURN_IF_ERROR(ReadNames());
  std::vector<std::vector<FieldViolation>> violations;
  google::protobuf::RepeatedPtrField<v1::Application> rest;
  for (v1::Application& application : *batch_.mutable_applications()) {
    std::vector<FieldViolation>& wrong = violations.emplace_back();
    const auto person = people_.find(application.participant());
    if (person != people_.end()) {
      application.set_participant(person->second);
    } else if (!IsName(application.participant())) {
      wrong.push_back(
          {"participant", "Nobody has been imported under this id. Import the person first, or mend the id."});
    }
    for (int i = 0; i < application.choices_size(); ++i) {
      if (IsName(application.choices(i))) continue;
      const auto opening = openings_.find(application.choices(i));
      if (opening != openings_.end() && !opening->second.empty()) {
        application.set_choices(i, opening->second);
      } else {
        wrong.push_back(
            {absl::StrCat("choices[", i, "]"), opening == openings_.end()
                                                   ? "No opening is called so. `brygga opening list` shows them."
                                                   : "Several openings are called so. Give its name, organisations/…"});
      }
    }
    *(wrong.empty() ? rest.Add() : aside_.add_applications()) = std::move(application);
  }
  *batch_.mutable_applications() = std::move(rest);
  return violations;
}

std::string ApplicationsImporter::Content() const {
  return batch_.applications_size() == 0 ? "" : batch_.SerializeAsString();
}

absl::StatusOr<std::vector<RowResult>> ApplicationsImporter::Send(const std::string& request_id, DryRun dry_run) {
  return Import(batch_, request_id, dry_run);
}

// Names that were not found are wrong in form as well: what the service says of
// them has been said.
absl::StatusOr<std::vector<RowResult>> ApplicationsImporter::Probe(const std::string& request_id) {
  BRYGGA_ASSIGN_OR_RETURN(auto results, Import(aside_, request_id, DryRun::kYes));
  for (RowResult& result : results) {
    std::erase_if(result.violations, [](const FieldViolation& violation) {
      return violation.field == "participant" || violation.field.rfind("choices[", 0) == 0;
    });
  }
  return results;
}

absl::StatusOr<std::vector<RowResult>> ApplicationsImporter::Import(v1::ImportApplicationsRequest request,
                                                                    const std::string& request_id,
                                                                    DryRun dry_run) const {
  request.set_request_id(request_id);
  request.set_validate_only(dry_run == DryRun::kYes);
  BRYGGA_ASSIGN_OR_RETURN(const auto response, api_.Call<v1::ImportApplicationsResponse>(
                                                   "brygga.matching.v1.AllocationService/ImportApplications", request));
  std::vector<RowResult> results;
  for (const v1::ApplicationResult& answer : response.results()) results.push_back(ResultOf(answer));
  return results;
}

void ApplicationsImporter::Clear() {
  batch_.clear_applications();
  aside_.clear_applications();
}

std::string_view ApplicationsImporter::ColumnOf(std::string_view field) const {
  if (field == "participant") return "participant_id";
  for (const char* column : {"choices", "priority", "groups", "meets"}) {
    if (field.rfind(column, 0) == 0) return column;
  }
  return "";
}

}  // namespace brygga::cli

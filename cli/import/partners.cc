#include "cli/import/partners.h"

#include "cli/import/row_parser.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::partner::v1;

struct OrganisationType {
  v1::Sector sector = v1::SECTOR_UNSPECIFIED;
  v1::OrganisationKind kind = v1::ORGANISATION_KIND_UNSPECIFIED;
};

constexpr Word<OrganisationType> kTypes[] = {
    {"private", {v1::SECTOR_PRIVATE, v1::ORGANISATION_KIND_COMPANY}},
    {"municipality", {v1::SECTOR_PUBLIC, v1::ORGANISATION_KIND_MUNICIPALITY}},
    {"state", {v1::SECTOR_PUBLIC, v1::ORGANISATION_KIND_AGENCY}},
    {"region", {v1::SECTOR_PUBLIC, v1::ORGANISATION_KIND_REGION}},
    {"civil_society", {v1::SECTOR_CIVIL_SOCIETY, v1::ORGANISATION_KIND_ASSOCIATION}},
};

constexpr Word<v1::AgreementKind> kAgreements[] = {
    {"network", v1::AGREEMENT_KIND_NETWORK},
    {"programme", v1::AGREEMENT_KIND_MENTOR_PARTNER},
    {"strategic", v1::AGREEMENT_KIND_STRATEGIC_PARTNER},
};

constexpr FieldColumn kColumns[] = {
    {"organisation.external_ref", "partner_id"},
    {"organisation.display_name", "name"},
    {"organisation.organisation_number", "org_number"},
    {"organisation.sector", "org_type"},
    {"organisation.kind", "org_type"},
    {"organisation.industry", "sni_section"},
    {"organisation.municipality_code", "municipality_code"},
    {"organisation.employees", "employees"},
    {"terms.kind", "agreement"},
    {"terms.valid_from", "partner_since"},
    {"terms.mentor_seats", "mentor_quota"},
    {"terms", "agreement"},
    {"contact_email", "contact_email"},
};

RowOutcome OutcomeOf(v1::ImportOutcome outcome) {
  switch (outcome) {
    case v1::IMPORT_OUTCOME_CREATED:
      return RowOutcome::kCreated;
    case v1::IMPORT_OUTCOME_UPDATED:
      return RowOutcome::kUpdated;
    case v1::IMPORT_OUTCOME_UNCHANGED:
      return RowOutcome::kUnchanged;
    case v1::IMPORT_OUTCOME_AMBIGUOUS:
      return RowOutcome::kAmbiguous;
    default:
      return RowOutcome::kRefused;
  }
}

RowResult ResultOf(const v1::ImportRowResult& answer) {
  RowResult result{.outcome = OutcomeOf(answer.outcome()), .stored_as = answer.organisation()};
  for (const v1::RowProblem& problem : answer.problems()) {
    result.violations.push_back({problem.field(), problem.description()});
  }
  result.resembles.assign(answer.candidates().begin(), answer.candidates().end());
  return result;
}

}  // namespace

PartnersImporter::PartnersImporter(const Api& api, const PartnersTarget& target) : api_(api) {
  batch_.set_operator_(target.operator_name);
  batch_.set_source(target.source);
  aside_ = batch_;
}

const CsvFormat& PartnersImporter::format() const {
  static const CsvFormat format = {
      .columns = {"partner_id", "org_number", "name", "org_type", "sni_section", "municipality_code", "employees",
                  "partner_since", "agreement", "mentor_quota", "job_partner", "contact_email"},
      .key = "partner_id"};
  return format;
}

std::vector<RowProblem> PartnersImporter::Add(const CsvRow& csv) {
  RowParser parser(csv, "partner_id");
  v1::ImportOrganisationRow row;
  v1::Organisation& organisation = *row.mutable_organisation();
  organisation.mutable_external_ref()->set_source(batch_.source());
  organisation.mutable_external_ref()->set_key(parser.key());
  organisation.set_display_name(parser.Text("name"));
  organisation.set_organisation_number(parser.Text("org_number"));
  const OrganisationType type = parser.Choice("org_type", kTypes);
  organisation.set_sector(type.sector);
  organisation.set_kind(type.kind);
  organisation.set_industry(parser.Text("sni_section"));
  organisation.set_municipality_code(parser.Text("municipality_code"));
  organisation.set_employees(parser.Number("employees").value_or(0));
  row.mutable_terms()->set_kind(parser.Choice("agreement", kAgreements));
  row.mutable_terms()->set_valid_from(parser.Text("partner_since"));
  row.mutable_terms()->set_mentor_seats(parser.Number("mentor_quota").value_or(0));
  parser.Flag("job_partner");  // Read for its form; being a job partner is a membership of a network.
  row.set_contact_email(parser.Text("contact_email"));
  std::vector<RowProblem> problems = parser.TakeProblems();
  *(problems.empty() ? batch_ : aside_).add_rows() = std::move(row);
  return problems;
}

absl::StatusOr<std::vector<std::vector<FieldViolation>>> PartnersImporter::Resolve() {
  return std::vector<std::vector<FieldViolation>>(static_cast<size_t>(batch_.rows_size()));
}

std::string PartnersImporter::Content() const { return batch_.rows_size() == 0 ? "" : batch_.SerializeAsString(); }

absl::StatusOr<std::vector<RowResult>> PartnersImporter::Send(const std::string& request_id, DryRun dry_run) {
  return Import(batch_, request_id, dry_run);
}

absl::StatusOr<std::vector<RowResult>> PartnersImporter::Probe(const std::string& request_id) {
  return Import(aside_, request_id, DryRun::kYes);
}

absl::StatusOr<std::vector<RowResult>> PartnersImporter::Import(v1::ImportOrganisationsRequest request,
                                                                const std::string& request_id, DryRun dry_run) const {
  request.set_request_id(request_id);
  request.set_validate_only(dry_run == DryRun::kYes);
  BRYGGA_ASSIGN_OR_RETURN(const auto response, api_.Call<v1::ImportOrganisationsResponse>(
                                                   "brygga.partner.v1.PartnerService/ImportOrganisations", request));
  std::vector<RowResult> results;
  for (const v1::ImportRowResult& answer : response.results()) results.push_back(ResultOf(answer));
  return results;
}

void PartnersImporter::Clear() {
  batch_.clear_rows();
  aside_.clear_rows();
}

std::string_view PartnersImporter::ColumnOf(std::string_view field) const { return FindColumn(kColumns, field); }

}  // namespace brygga::cli

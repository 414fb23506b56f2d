#include "services/partner/store/sql/rows.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace brygga::partner {
namespace {

// A date that we wrote ourselves.
Date ToDate(const std::string& text) { return *ParseDate(text); }

// The words of promised services, joined by commas: few, and read as a whole.
std::string Join(const std::vector<ServiceKind>& services) {
  return absl::StrJoin(services, ",", [](std::string* out, ServiceKind kind) { out->append(NameOf(kind)); });
}

std::vector<ServiceKind> Split(const std::string& text) {
  std::vector<ServiceKind> services;
  for (const auto word : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    services.push_back(FromName<ServiceKind>({word.data(), word.size()}));
  }
  return services;
}

}  // namespace

Organisation ToOrganisation(const sql::Row& row) {
  Organisation organisation = {
      .id = row.As<OrganisationId>("id"),
      .revision = row.Int("revision"),
      .created_at = row.Time("created_at_us"),
      .updated_at = row.Time("updated_at_us"),
      .display_name = row.Text("display_name"),
      .organisation_number = row.Text("organisation_number"),
      .sector = FromName<Sector>(row.Text("sector")),
      .kind = FromName<OrganisationKind>(row.Text("kind")),
      .industry = row.Text("industry"),
      .municipality_code = row.Text("municipality_code"),
      .employees = static_cast<int>(row.Int("employees")),
      .parent = OrganisationId(row.OptionalText("parent_id").value_or("")),
  };
  if (!row.IsNull("external_key")) {
    organisation.external_ref = {.source = row.Text("external_source"), .key = row.Text("external_key")};
  }
  return organisation;
}

sql::Args UpdateArgs(const Organisation& organisation) {
  return {{"id", organisation.id},
          {"revision", organisation.revision},
          {"updated_at", organisation.updated_at},
          {"display_name", organisation.display_name},
          {"organisation_number", organisation.organisation_number},
          {"sector", NameOf(organisation.sector)},
          {"kind", NameOf(organisation.kind)},
          {"industry", organisation.industry},
          {"municipality_code", organisation.municipality_code},
          {"employees", organisation.employees}};
}

sql::Args InsertArgs(const Organisation& organisation) {
  const auto& ref = organisation.external_ref;
  return UpdateArgs(organisation)
      .Set("created_at", organisation.created_at)
      .Set("external_source", ref ? sql::Value(ref->source) : sql::Value())
      .Set("external_key", ref ? sql::Value(ref->key) : sql::Value())
      .Set("parent_id", organisation.IsUnit() ? sql::Value(organisation.parent) : sql::Value());
}

Network ToNetwork(const sql::Row& row) {
  return {.id = row.As<NetworkId>("id"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .display_name = row.Text("display_name")};
}

sql::Args InsertArgs(const Network& network) {
  return {{"id", network.id},
          {"revision", network.revision},
          {"created_at", network.created_at},
          {"updated_at", network.updated_at},
          {"display_name", network.display_name}};
}

Membership ToMembership(const sql::Row& row) {
  return {.id = row.As<MembershipId>("id"),
          .network = row.As<NetworkId>("network_id"),
          .organisation = row.As<OrganisationId>("organisation_id"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .kind = FromName<MembershipKind>(row.Text("kind")),
          .period = {.from = ToDate(row.Text("start_date")), .to = ToDate(row.Text("end_date"))}};
}

sql::Args InsertArgs(const Membership& membership) {
  return UpdateArgs(membership)
      .Set("network", membership.network)
      .Set("organisation", membership.organisation)
      .Set("created_at", membership.created_at)
      .Set("kind", NameOf(membership.kind))
      .Set("start_date", FormatDate(membership.period.from));
}

sql::Args UpdateArgs(const Membership& membership) {
  return {{"id", membership.id},
          {"revision", membership.revision},
          {"updated_at", membership.updated_at},
          {"end_date", FormatDate(membership.period.to)}};
}

Agreement ToAgreement(const sql::Row& row) {
  return {.id = row.As<AgreementId>("id"),
          .organisation = row.As<OrganisationId>("organisation_id"),
          .operator_id = row.As<OrganisationId>("operator_id"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .recorded_at = row.Time("recorded_at_us"),
          .reason = row.Text("reason"),
          .terms = {.kind = FromName<AgreementKind>(row.Text("kind")),
                    .period = {.from = ToDate(row.Text("valid_from")), .to = ToDate(row.Text("valid_to"))},
                    .mentor_seats = static_cast<int>(row.Int("mentor_seats")),
                    .openings = static_cast<int>(row.Int("openings")),
                    .services = Split(row.Text("services"))}};
}

sql::Args VersionArgs(const Agreement& agreement) {
  return {{"id", agreement.id},
          {"revision", agreement.revision},
          {"recorded_at", agreement.recorded_at},
          {"reason", agreement.reason},
          {"kind", NameOf(agreement.terms.kind)},
          {"valid_from", FormatDate(agreement.terms.period.from)},
          {"valid_to", FormatDate(agreement.terms.period.to)},
          {"mentor_seats", agreement.terms.mentor_seats},
          {"openings", agreement.terms.openings},
          {"services", Join(agreement.terms.services)}};
}

ContactPerson ToContactPerson(const sql::Row& row) {
  ContactPerson person = {.id = row.As<ContactPersonId>("id"),
                          .organisation = row.As<OrganisationId>("organisation_id"),
                          .revision = row.Int("revision"),
                          .created_at = row.Time("created_at_us"),
                          .updated_at = row.Time("updated_at_us"),
                          .role = FromName<ContactRole>(row.Text("role")),
                          .display_name = row.Text("display_name"),
                          .email = row.Text("email"),
                          .phone = row.Text("phone"),
                          .end_date = ToDate(row.Text("end_date")),
                          .publish_consent = row.Bool("publish_consent")};
  if (const auto start = row.OptionalText("start_date")) person.start_date = ToDate(*start);
  return person;
}

sql::Args UpdateArgs(const ContactPerson& person) {
  return {{"id", person.id},
          {"revision", person.revision},
          {"updated_at", person.updated_at},
          {"role", NameOf(person.role)},
          {"display_name", person.display_name},
          {"email", person.email},
          {"email_key", EmailKey(person.email)},
          {"phone", person.phone},
          {"start_date", person.start_date ? sql::Value(FormatDate(*person.start_date)) : sql::Value()},
          {"end_date", FormatDate(person.end_date)},
          {"publish_consent", person.publish_consent}};
}

sql::Args InsertArgs(const ContactPerson& person) {
  return UpdateArgs(person).Set("organisation", person.organisation).Set("created_at", person.created_at);
}

}  // namespace brygga::partner

#include "services/partner/store/sql/rows.h"

#include <optional>
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

// Codes, joined by semicolons.
std::string JoinCodes(const std::vector<std::string>& codes) { return absl::StrJoin(codes, ";"); }

std::vector<std::string> SplitCodes(const std::string& text) { return absl::StrSplit(text, ';', absl::SkipEmpty()); }

// The value of a word that may be empty, and the other way round.
template <typename Enum>
std::optional<Enum> FromOptional(const std::string& word) {
  return word.empty() ? std::nullopt : std::optional(FromName<Enum>(word));
}
template <typename Enum>
std::string ToOptional(const std::optional<Enum>& value) {
  return value ? NameOf(*value) : "";
}

std::optional<int> OptionalInt(const sql::Row& row, std::string_view column) {
  const auto value = row.OptionalInt(column);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

sql::Value ToValue(const std::optional<int>& value) { return value ? sql::Value(int64_t{*value}) : sql::Value(); }

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

Opening ToOpening(const sql::Row& row) {
  return {.id = row.As<OpeningId>("id"),
          .organisation = row.As<OrganisationId>("organisation_id"),
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .kind = FromName<OpeningKind>(row.Text("kind")),
          .subtype = FromOptional<OpeningSubtype>(row.Text("subtype")),
          .display_name = row.Text("display_name"),
          .state = FromName<OpeningState>(row.Text("state")),
          .seats = static_cast<int>(row.Int("seats")),
          .taken = static_cast<int>(row.Int("taken_seats")),
          .ssyk4 = row.Text("ssyk4"),
          .municipality_code = row.Text("municipality_code"),
          .place = row.Text("place"),
          .period = {.from = ToDate(row.Text("start_date")), .to = ToDate(row.Text("end_date"))},
          .age_min = OptionalInt(row, "age_min"),
          .age_max = OptionalInt(row, "age_max"),
          .requirements = SplitCodes(row.Text("requirements")),
          .adaptation_possible = row.Bool("adaptation_possible"),
          .host = FromOptional<OpeningHost>(row.Text("host")),
          .contract = row.Text("contract"),
          .operator_id = OrganisationId(row.OptionalText("operator_id").value_or(""))};
}

sql::Args UpdateArgs(const Opening& opening) {
  return {{"id", opening.id},
          {"revision", opening.revision},
          {"updated_at", opening.updated_at},
          {"display_name", opening.display_name},
          {"state", NameOf(opening.state)},
          {"seats", opening.seats},
          {"ssyk4", opening.ssyk4},
          {"municipality_code", opening.municipality_code},
          {"place", opening.place},
          {"start_date", FormatDate(opening.period.from)},
          {"end_date", FormatDate(opening.period.to)},
          {"age_min", ToValue(opening.age_min)},
          {"age_max", ToValue(opening.age_max)},
          {"requirements", JoinCodes(opening.requirements)},
          {"adaptation_possible", opening.adaptation_possible}};
}

sql::Args InsertArgs(const Opening& opening) {
  return UpdateArgs(opening)
      .Set("organisation", opening.organisation)
      .Set("created_at", opening.created_at)
      .Set("kind", NameOf(opening.kind))
      .Set("subtype", ToOptional(opening.subtype))
      .Set("host", ToOptional(opening.host))
      .Set("contract", opening.contract)
      .Set("operator", opening.operator_id.empty() ? sql::Value() : sql::Value(opening.operator_id));
}

Seat ToSeat(const sql::Row& row) {
  return {.key = {.organisation = row.As<OrganisationId>("organisation_id"),
                  .opening = row.As<OpeningId>("opening_id"),
                  .match = row.Text("match")},
          .revision = row.Int("revision"),
          .created_at = row.Time("created_at_us"),
          .updated_at = row.Time("updated_at_us"),
          .state = FromName<SeatState>(row.Text("state"))};
}

sql::Args InsertArgs(const Seat& seat) {
  return UpdateArgs(seat).Set("match", seat.key.match).Set("created_at", seat.created_at);
}

sql::Args UpdateArgs(const Seat& seat) {
  return {{"opening", seat.key.opening},
          {"match_id", seat.key.match_id()},
          {"revision", seat.revision},
          {"updated_at", seat.updated_at},
          {"state", NameOf(seat.state)}};
}

}  // namespace brygga::partner

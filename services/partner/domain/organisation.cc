#include "services/partner/domain/organisation.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "common/status/etag.h"
#include "common/status/macros.h"

namespace brygga::partner {

std::string DigitsOf(std::string_view organisation_number) {
  std::string digits;
  std::copy_if(organisation_number.begin(), organisation_number.end(), std::back_inserter(digits),
               [](unsigned char c) { return std::isdigit(c); });
  return digits;
}

std::string FormatOrganisationNumber(std::string_view digits) {
  if (digits.size() != 10) return std::string(digits);
  return std::string(digits.substr(0, 6)) + "-" + std::string(digits.substr(6));
}

absl::StatusOr<Organisation> Update(const Organisation& before, const Organisation& wanted, std::string_view etag,
                                    absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.revision, NameOf(before.id)));
  Organisation after = wanted;
  after.id = before.id;
  after.revision = before.revision;
  after.created_at = before.created_at;
  after.updated_at = before.updated_at;
  after.external_ref = before.external_ref;
  after.parent = before.parent;
  if (after == before) return before;
  ++after.revision;
  after.updated_at = now;
  return after;
}

const list::Schema& OrganisationSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "display_name", .sortable = Sortable::kYes},
      {.name = "organisation_number"},
      {.name = "sector", .kind = FieldKind::kEnum, .enum_values = AllNames<Sector>()},
      {.name = "kind", .kind = FieldKind::kEnum, .enum_values = AllNames<OrganisationKind>()},
      {.name = "industry"},
      {.name = "municipality_code", .sortable = Sortable::kYes},
      {.name = "employees", .kind = FieldKind::kInteger, .sortable = Sortable::kYes},
      {.name = "parent"},
      {.name = "external_source"},
      {.name = "external_key"},
      {.name = "create_time", .kind = FieldKind::kTime, .sortable = Sortable::kYes},
  };
  return kSchema;
}

list::Value FieldOf(const Organisation& organisation, std::string_view field) {
  if (field == "display_name") return organisation.display_name;
  if (field == "organisation_number") return FormatOrganisationNumber(organisation.organisation_number);
  if (field == "sector") return NameOf(organisation.sector);
  if (field == "kind") return NameOf(organisation.kind);
  if (field == "industry") return organisation.industry;
  if (field == "municipality_code") return organisation.municipality_code;
  if (field == "employees") return int64_t{organisation.employees};
  if (field == "parent") return organisation.IsUnit() ? NameOf(organisation.parent) : "";
  if (field == "external_source") return organisation.external_ref ? organisation.external_ref->source : "";
  if (field == "external_key") return organisation.external_ref ? organisation.external_ref->key : "";
  if (field == "create_time") return absl::ToUnixMicros(organisation.created_at);
  return organisation.id.value();
}

}  // namespace brygga::partner

// Organisations and their units.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_ORGANISATION_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_ORGANISATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/words.h"

namespace brygga::partner {

// What a client calls an organisation. Unique.
struct ExternalRef {
  std::string source;
  std::string key;

  friend auto operator<=>(const ExternalRef&, const ExternalRef&) = default;
};

struct Organisation {
  OrganisationId id;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  std::optional<ExternalRef> external_ref;
  std::string display_name;
  std::string organisation_number;  // Ten digits, or empty. Unique but for units.
  Sector sector = Sector::kPrivate;
  OrganisationKind kind = OrganisationKind::kCompany;
  std::string industry;           // SNI 2007, or empty.
  std::string municipality_code;  // Four digits, or empty.
  int employees = 0;              // 0: not known.
  OrganisationId parent;          // Empty: not a unit.

  bool IsUnit() const { return !parent.empty(); }
  friend bool operator==(const Organisation&, const Organisation&) = default;
};

// The ten digits of an organisation number written with or without its hyphen,
// and the way we write it for people.
std::string DigitsOf(std::string_view organisation_number);
std::string FormatOrganisationNumber(std::string_view digits);

// `before` with the values of `wanted` that may change: all but identity,
// external_ref and parent. A change adds one to the revision; where nothing
// differs, the answer equals `before`.
//
// kAborted: `etag` is neither empty nor that of `before`.
absl::StatusOr<Organisation> Update(const Organisation& before, const Organisation& wanted, std::string_view etag,
                                    absl::Time now);

// The fields that lists filter and sort by, and their values.
const list::Schema& OrganisationSchema();
list::Value FieldOf(const Organisation& organisation, std::string_view field);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_ORGANISATION_H_

// Contact persons: the personal data of this service.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_CONTACT_PERSON_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_CONTACT_PERSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/status/error.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/period.h"
#include "services/partner/domain/words.h"

namespace brygga::partner {

struct ContactPerson {
  ContactPersonId id;
  OrganisationId organisation;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  ContactRole role = ContactRole::kGeneral;
  std::string display_name;
  std::string email;  // At most one of an organisation has it, letter case aside.
  std::string phone;
  std::optional<Date> start_date;
  Date end_date = kNoEnd;
  bool publish_consent = false;

  friend bool operator==(const ContactPerson&, const ContactPerson&) = default;
};

// An e-mail address as it is compared: letter case aside.
std::string EmailKey(std::string_view email);

// What is wrong with a contact person that each field alone does not show;
// `path` leads to it in the request.
std::vector<FieldViolation> Problems(const ContactPerson& person, std::string_view path);

// `before` with the values of `wanted` but for identity. A change adds one to
// the revision; where nothing differs, the answer equals `before`.
//
// kAborted: `etag` is neither empty nor that of `before`; kInvalidArgument: the
// result has Problems.
absl::StatusOr<ContactPerson> Update(const ContactPerson& before, const ContactPerson& wanted, std::string_view etag,
                                     absl::Time now);

const list::Schema& ContactPersonSchema();
list::Value FieldOf(const ContactPerson& person, std::string_view field);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_CONTACT_PERSON_H_

// Networks, and who belongs to them when.
#ifndef BRYGGA_SERVICES_PARTNER_DOMAIN_NETWORK_H_
#define BRYGGA_SERVICES_PARTNER_DOMAIN_NETWORK_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/period.h"
#include "services/partner/domain/words.h"

namespace brygga::partner {

struct Network {
  NetworkId id;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  std::string display_name;  // Unique.

  friend bool operator==(const Network&, const Network&) = default;
};

// An organisation in a network. No two of one kind overlap; an ended one stays.
struct Membership {
  MembershipId id;
  NetworkId network;
  OrganisationId organisation;
  int64_t revision = 1;
  absl::Time created_at;
  absl::Time updated_at;
  MembershipKind kind = MembershipKind::kMember;
  Period period;

  friend bool operator==(const Membership&, const Membership&) = default;
};

// Ends `membership` with `last_day`. Ending it again with the same day changes
// nothing.
//
// kAborted: `etag` is neither empty nor that of the membership;
// kFailedPrecondition: it has another end; kInvalidArgument: `last_day` is
// before its start.
absl::StatusOr<Membership> End(Membership membership, Date last_day, std::string_view etag, absl::Time now);

const list::Schema& NetworkSchema();
list::Value FieldOf(const Network& network, std::string_view field);
const list::Schema& MembershipSchema();
list::Value FieldOf(const Membership& membership, std::string_view field);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_DOMAIN_NETWORK_H_

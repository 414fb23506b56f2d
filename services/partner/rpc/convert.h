// The only place where proto and domain meet. Requests have passed the
// validator, so that what it checks is not checked again.
#ifndef BRYGGA_SERVICES_PARTNER_RPC_CONVERT_H_
#define BRYGGA_SERVICES_PARTNER_RPC_CONVERT_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brygga/partner/v1/agreement.pb.h"
#include "brygga/partner/v1/contact_person.pb.h"
#include "brygga/partner/v1/network.pb.h"
#include "brygga/partner/v1/opening.pb.h"
#include "brygga/partner/v1/organisation.pb.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "services/partner/domain/agreement.h"
#include "services/partner/domain/contact_person.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/import.h"
#include "services/partner/domain/network.h"
#include "services/partner/domain/opening.h"
#include "services/partner/domain/organisation.h"

namespace brygga::partner {

// The id in a resource name that the validator has accepted; empty for "".
// "-", which means all, gives an empty id.
OrganisationId ToOrganisationId(std::string_view name);
NetworkId ToNetworkId(std::string_view name);

// The ids in the name of something below.
struct MembershipName {
  NetworkId network;
  MembershipId id;
};
struct AgreementName {
  OrganisationId organisation;
  AgreementId id;
};
struct ContactPersonName {
  OrganisationId organisation;
  ContactPersonId id;
};
MembershipName ToMembershipName(std::string_view name);
AgreementName ToAgreementName(std::string_view name);
ContactPersonName ToContactPersonName(std::string_view name);
struct OpeningName {
  OrganisationId organisation;
  OpeningId id;
};
OpeningName ToOpeningName(std::string_view name);

// A date that the validator has accepted; `otherwise` for "".
Date ToDate(std::string_view text, Date otherwise);

// The day and the belief that a read asks about, where it says so.
Date AsOf(std::string_view as_of, absl::Time now);
template <typename Request>
std::optional<absl::Time> KnownAt(const Request& request) {
  if (!request.has_known_at()) return std::nullopt;
  return absl::FromUnixSeconds(request.known_at().seconds()) + absl::Nanoseconds(request.known_at().nanos());
}

// Domain and proto enums have the same numbers.
template <typename Domain, typename Proto>
Domain ToDomain(Proto value) {
  return static_cast<Domain>(value);
}
template <typename Proto, typename Domain>
Proto ToEnum(Domain value) {
  return static_cast<Proto>(value);
}

v1::Organisation ToProto(const Organisation& organisation);
// Without identity, revision and times.
Organisation ToDomain(const v1::Organisation& organisation);

v1::Network ToProto(const Network& network);
v1::Membership ToProto(const Membership& membership);
// kInvalidArgument: it ends before it begins. `path` leads to it in the request.
absl::StatusOr<Membership> ToDomain(const v1::Membership& membership, std::string_view path);

AgreementTerms ToDomain(const v1::AgreementTerms& terms);
// With the status on `day`.
v1::Agreement ToProto(const Agreement& agreement, Date day);
v1::Partnership ToProto(const Partnership& partnership, Date day);

v1::ContactPerson ToProto(const ContactPerson& person);
ContactPerson ToDomain(const v1::ContactPerson& person);

v1::ImportRowResult ToProto(const ImportResult& result);

v1::Opening ToProto(const Opening& opening);
// Without identity, revision, times, state and taken seats.
Opening ToDomain(const v1::Opening& opening);
v1::OpeningSeat ToProto(const Seat& seat);

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_RPC_CONVERT_H_

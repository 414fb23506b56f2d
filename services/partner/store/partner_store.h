// The port: what the partner service asks of storage.
#ifndef BRYGGA_SERVICES_PARTNER_STORE_PARTNER_STORE_H_
#define BRYGGA_SERVICES_PARTNER_STORE_PARTNER_STORE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/list/list_query.h"
#include "common/mutation/mutation.h"
#include "services/partner/domain/agreement.h"
#include "services/partner/domain/contact_person.h"
#include "services/partner/domain/ids.h"
#include "services/partner/domain/import.h"
#include "services/partner/domain/network.h"
#include "services/partner/domain/organisation.h"
#include "services/partner/store/opening_store.h"

namespace brygga::partner {

// What becomes of a thing: sees it as it is in this transaction and the
// transaction's time. It may be called again when the transaction is retried, so
// it must be pure. Where it returns what it got, nothing is written.
template <typename T>
using Decide = std::function<absl::StatusOr<T>(const T& before, absl::Time now)>;

// Which organisations to read.
struct OrganisationScope {
  NetworkId network = {};  // Not empty: only those that belong to it on `as_of`...
  std::optional<MembershipKind> membership_kind = std::nullopt;  // ...in this kind.
  Date as_of = {};
};

// Which memberships to read. Empty ids and an absent day choose all.
struct MembershipScope {
  NetworkId network = {};
  OrganisationId organisation = {};
  std::optional<Date> as_of = std::nullopt;  // Only those that hold on this day.
};

// Which agreements to read, and as of when. Empty ids choose all.
struct AgreementScope {
  OrganisationId organisation = {};
  OrganisationId operator_id = {};
  std::optional<AgreementStatus> status = std::nullopt;  // On `as_of`.
  Date as_of = {};
  std::optional<absl::Time> known_at = std::nullopt;  // The instant whose belief is asked for; absent: the latest.
};

// Keeps organisations, networks, agreements, contact persons and (opening_store.h)
// openings.
//
// Safe for concurrent use. Calls block until the answer is durable or the
// deadline passes. Any call may return kUnavailable or kDeadlineExceeded;
// repeating it is always safe. Mutations happen once per request id: a repeat is
// answered with a Replay of the first answer, another request under the same id
// is refused (common/mutation). New things come with their ids; revision and
// times are set here. "Not found" is NotFound of the resource's name.
class PartnerStore : public OpeningStore {
 public:
  // The time of a transaction that would begin now.
  virtual absl::Time Now() const = 0;

  // --- Organisations ---

  // kAlreadyExists: ExternalRefTaken, OrganisationNumberTaken.
  // kFailedPrecondition: ParentUnusable.
  virtual absl::StatusOr<Organisation> CreateOrganisation(const Mutation<Organisation>& mutation,
                                                          const Organisation& organisation) = 0;
  // kNotFound; OrganisationNumberTaken; ChangedMeanwhile; whatever `decide` returns.
  virtual absl::StatusOr<Organisation> ChangeOrganisation(const Mutation<Organisation>& mutation,
                                                          const OrganisationId& id,
                                                          const Decide<Organisation>& decide) = 0;
  // Brings in a batch in one transaction: PlanRow decides about each row, in
  // order, knowing what the rows before it did.
  //
  // kFailedPrecondition: OperatorUnusable. kAborted: ChangedMeanwhile.
  virtual absl::StatusOr<std::vector<ImportResult>> Import(const Mutation<std::vector<ImportResult>>& mutation,
                                                           const ImportBatch& batch) = 0;
  // kNotFound.
  virtual absl::StatusOr<Organisation> GetOrganisation(const OrganisationId& id, absl::Time deadline) = 0;
  // In the order of `ids`. kNotFound: the first that does not exist.
  virtual absl::StatusOr<std::vector<Organisation>> GetOrganisations(const std::vector<OrganisationId>& ids,
                                                                     absl::Time deadline) = 0;
  // The organisations with these keys of `source`; unknown keys are absent.
  virtual absl::StatusOr<std::map<std::string, OrganisationId>> LookUp(std::string_view source,
                                                                       const std::vector<std::string>& keys,
                                                                       absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Organisation>> ListOrganisations(const OrganisationScope& scope,
                                                                     const list::ListQuery& query,
                                                                     absl::Time deadline) = 0;
  // How many organisations, units aside, each sector has; all sectors are there.
  virtual absl::StatusOr<std::map<Sector, int>> CountSectors(const OrganisationScope& scope, absl::Time deadline) = 0;

  // --- Networks and memberships ---

  // kAlreadyExists: NetworkNameTaken.
  virtual absl::StatusOr<Network> CreateNetwork(const Mutation<Network>& mutation, const Network& network) = 0;
  virtual absl::StatusOr<list::Page<Network>> ListNetworks(const list::ListQuery& query, absl::Time deadline) = 0;
  // kNotFound: the network. kFailedPrecondition: OrganisationUnusable.
  // kAlreadyExists: MembershipOverlaps, also when two are created at once.
  virtual absl::StatusOr<Membership> CreateMembership(const Mutation<Membership>& mutation,
                                                      const Membership& membership) = 0;
  // kNotFound; whatever `decide` returns. `decide` only ever shortens it.
  virtual absl::StatusOr<Membership> ChangeMembership(const Mutation<Membership>& mutation, const NetworkId& network,
                                                      const MembershipId& id, const Decide<Membership>& decide) = 0;
  virtual absl::StatusOr<list::Page<Membership>> ListMemberships(const MembershipScope& scope,
                                                                 const list::ListQuery& query, absl::Time deadline) = 0;

  // --- Agreements ---

  // kNotFound: the organisation. kFailedPrecondition: OperatorUnusable.
  // kAlreadyExists: AgreementOverlaps, also when two are created at once.
  virtual absl::StatusOr<Agreement> CreateAgreement(const Mutation<Agreement>& mutation,
                                                    const Agreement& agreement) = 0;
  // Adds what `decide` makes of the latest version as the next one; all versions
  // stay. kNotFound; AgreementOverlaps; whatever `decide` returns.
  virtual absl::StatusOr<Agreement> CorrectAgreement(const Mutation<Agreement>& mutation,
                                                     const OrganisationId& organisation, const AgreementId& id,
                                                     const Decide<Agreement>& decide) = 0;
  // kNotFound: no such agreement, or none recorded by `known_at`.
  virtual absl::StatusOr<Agreement> GetAgreement(const OrganisationId& organisation, const AgreementId& id,
                                                 std::optional<absl::Time> known_at, absl::Time deadline) = 0;
  virtual absl::StatusOr<list::Page<Agreement>> ListAgreements(const AgreementScope& scope,
                                                               const list::ListQuery& query, absl::Time deadline) = 0;
  // Those of `organisations` that have an agreement with `operator_id` that holds
  // on `day`, as we believe now; by id.
  virtual absl::StatusOr<std::vector<OrganisationId>> WithActiveAgreement(
      const OrganisationId& operator_id, const std::vector<OrganisationId>& organisations, Date day,
      absl::Time deadline) = 0;
  // Partnerships with `scope.operator_id` that had begun by `scope.as_of`; the
  // scope's organisation and status are not looked at.
  virtual absl::StatusOr<list::Page<Partnership>> ListPartnerships(const AgreementScope& scope,
                                                                   const list::ListQuery& query,
                                                                   absl::Time deadline) = 0;

  // --- Contact persons ---

  // kNotFound: the organisation. kAlreadyExists: ContactEmailTaken.
  virtual absl::StatusOr<ContactPerson> CreateContactPerson(const Mutation<ContactPerson>& mutation,
                                                            const ContactPerson& person) = 0;
  // kNotFound; ContactEmailTaken; ChangedMeanwhile; whatever `decide` returns.
  virtual absl::StatusOr<ContactPerson> ChangeContactPerson(const Mutation<ContactPerson>& mutation,
                                                            const OrganisationId& organisation,
                                                            const ContactPersonId& id,
                                                            const Decide<ContactPerson>& decide) = 0;
  virtual absl::StatusOr<list::Page<ContactPerson>> ListContactPersons(const OrganisationId& organisation,
                                                                       const list::ListQuery& query,
                                                                       absl::Time deadline) = 0;
  // The record, then every other with the same e-mail address, by id. kNotFound.
  virtual absl::StatusOr<std::vector<ContactPerson>> ExportContactPerson(const OrganisationId& organisation,
                                                                         const ContactPersonId& id,
                                                                         absl::Time deadline) = 0;
  // Deletes what ExportContactPerson gives, and the kept answers that hold them.
  // Gives the names of the records. kNotFound.
  virtual absl::StatusOr<std::vector<std::string>> EraseContactPerson(
      const Mutation<std::vector<std::string>>& mutation, const OrganisationId& organisation,
      const ContactPersonId& id) = 0;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_STORE_PARTNER_STORE_H_

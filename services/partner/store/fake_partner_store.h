// The port in memory, for tests of what stands above it.
#ifndef BRYGGA_SERVICES_PARTNER_STORE_FAKE_PARTNER_STORE_H_
#define BRYGGA_SERVICES_PARTNER_STORE_FAKE_PARTNER_STORE_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutation/fake_ledger.h"
#include "common/time/clock.h"
#include "common/wait/mutex.h"
#include "services/partner/store/partner_store.h"

namespace brygga::partner {

// Safe for concurrent use. `clock` outlives it.
class FakePartnerStore final : public PartnerStore {
 public:
  explicit FakePartnerStore(const Clock& clock) : clock_(clock) {}

  absl::Time Now() const override { return clock_.Now(); }

  absl::StatusOr<Organisation> CreateOrganisation(const Mutation<Organisation>& mutation,
                                                  const Organisation& organisation) override;
  absl::StatusOr<Organisation> ChangeOrganisation(const Mutation<Organisation>& mutation, const OrganisationId& id,
                                                  const Decide<Organisation>& decide) override;
  absl::StatusOr<std::vector<ImportResult>> Import(const Mutation<std::vector<ImportResult>>& mutation,
                                                   const ImportBatch& batch) override;
  absl::StatusOr<Organisation> GetOrganisation(const OrganisationId& id, absl::Time deadline) override;
  absl::StatusOr<std::vector<Organisation>> GetOrganisations(const std::vector<OrganisationId>& ids,
                                                             absl::Time deadline) override;
  absl::StatusOr<std::map<std::string, OrganisationId>> LookUp(std::string_view source,
                                                               const std::vector<std::string>& keys,
                                                               absl::Time deadline) override;
  absl::StatusOr<list::Page<Organisation>> ListOrganisations(const OrganisationScope& scope,
                                                             const list::ListQuery& query,
                                                             absl::Time deadline) override;
  absl::StatusOr<std::map<Sector, int>> CountSectors(const OrganisationScope& scope, absl::Time deadline) override;

  absl::StatusOr<Network> CreateNetwork(const Mutation<Network>& mutation, const Network& network) override;
  absl::StatusOr<list::Page<Network>> ListNetworks(const list::ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<Membership> CreateMembership(const Mutation<Membership>& mutation,
                                              const Membership& membership) override;
  absl::StatusOr<Membership> ChangeMembership(const Mutation<Membership>& mutation, const NetworkId& network,
                                              const MembershipId& id, const Decide<Membership>& decide) override;
  absl::StatusOr<list::Page<Membership>> ListMemberships(const MembershipScope& scope, const list::ListQuery& query,
                                                         absl::Time deadline) override;

  absl::StatusOr<Agreement> CreateAgreement(const Mutation<Agreement>& mutation, const Agreement& agreement) override;
  absl::StatusOr<Agreement> CorrectAgreement(const Mutation<Agreement>& mutation, const OrganisationId& organisation,
                                             const AgreementId& id, const Decide<Agreement>& decide) override;
  absl::StatusOr<Agreement> GetAgreement(const OrganisationId& organisation, const AgreementId& id,
                                         std::optional<absl::Time> known_at, absl::Time deadline) override;
  absl::StatusOr<list::Page<Agreement>> ListAgreements(const AgreementScope& scope, const list::ListQuery& query,
                                                       absl::Time deadline) override;
  absl::StatusOr<std::vector<OrganisationId>> WithActiveAgreement(const OrganisationId& operator_id,
                                                                  const std::vector<OrganisationId>& organisations,
                                                                  Date day, absl::Time deadline) override;
  absl::StatusOr<list::Page<Partnership>> ListPartnerships(const AgreementScope& scope, const list::ListQuery& query,
                                                           absl::Time deadline) override;

  absl::StatusOr<ContactPerson> CreateContactPerson(const Mutation<ContactPerson>& mutation,
                                                    const ContactPerson& person) override;
  absl::StatusOr<ContactPerson> ChangeContactPerson(const Mutation<ContactPerson>& mutation,
                                                    const OrganisationId& organisation, const ContactPersonId& id,
                                                    const Decide<ContactPerson>& decide) override;
  absl::StatusOr<list::Page<ContactPerson>> ListContactPersons(const OrganisationId& organisation,
                                                               const list::ListQuery& query,
                                                               absl::Time deadline) override;
  absl::StatusOr<std::vector<ContactPerson>> ExportContactPerson(const OrganisationId& organisation,
                                                                 const ContactPersonId& id,
                                                                 absl::Time deadline) override;
  absl::StatusOr<std::vector<std::string>> EraseContactPerson(const Mutation<std::vector<std::string>>& mutation,
                                                              const OrganisationId& organisation,
                                                              const ContactPersonId& id) override;

  absl::StatusOr<Opening> CreateOpening(const Mutation<Opening>& mutation, const Opening& opening) override;
  absl::StatusOr<Opening> ChangeOpening(const Mutation<Opening>& mutation, const OrganisationId& organisation,
                                        const OpeningId& id, const Decide<Opening>& decide) override;
  absl::StatusOr<Opening> GetOpening(const OrganisationId& organisation, const OpeningId& id,
                                     absl::Time deadline) override;
  absl::StatusOr<std::vector<Opening>> GetOpenings(const std::vector<std::pair<OrganisationId, OpeningId>>& ids,
                                                   absl::Time deadline) override;
  absl::StatusOr<list::Page<Opening>> ListOpenings(const OrganisationId& organisation, const list::ListQuery& query,
                                                   absl::Time deadline) override;
  absl::StatusOr<std::vector<Seat>> HoldSeats(const Mutation<std::vector<Seat>>& mutation,
                                              const std::vector<SeatKey>& keys) override;
  absl::StatusOr<std::vector<Seat>> ConfirmSeats(const Mutation<std::vector<Seat>>& mutation,
                                                 const std::vector<SeatKey>& keys) override;
  absl::StatusOr<std::vector<Seat>> ReleaseSeats(const Mutation<std::vector<Seat>>& mutation,
                                                 const std::vector<SeatKey>& keys) override;
  absl::StatusOr<list::Page<Seat>> ListSeats(const OrganisationId& organisation, const OpeningId& id,
                                             const list::ListQuery& query, absl::Time deadline) override;

 private:
  // What a database would hold.
  struct State {
    std::map<OrganisationId, Organisation> organisations;
    std::map<NetworkId, Network> networks;
    std::map<MembershipId, Membership> memberships;
    std::map<AgreementId, std::vector<Agreement>> agreements;  // All versions, oldest first.
    std::map<ContactPersonId, ContactPerson> contacts;
    std::map<OpeningId, Opening> openings;
    std::map<std::pair<OpeningId, std::string>, Seat> seats;  // By opening and match.

    // The version that was believed at `known_at`, or null.
    static const Agreement* Believed(const std::vector<Agreement>& versions, std::optional<absl::Time> known_at);
    bool Belongs(const Organisation& organisation, const OrganisationScope& scope) const;
    list::Page<Organisation> List(const OrganisationScope& scope, const list::ListQuery& query) const;
    absl::Status CheckUnique(const Organisation& organisation) const;
    absl::Status CheckOverlap(const Agreement& agreement) const;
    absl::Status CheckEmail(const ContactPerson& person) const;
    std::vector<Agreement> Overlapping(const OrganisationId& organisation, const OrganisationId& operator_id,
                                       const AgreementTerms& terms) const;
    Known KnownOf(const ImportRow& row, const OrganisationId& operator_id) const;
    absl::StatusOr<std::vector<ContactPerson>> RecordsOf(const OrganisationId& organisation,
                                                         const ContactPersonId& id) const;
    void Apply(const ImportPlan& plan, FakeLedger& ledger);
    absl::StatusOr<Opening*> FindOpening(const OrganisationId& organisation, const OpeningId& id);
    absl::StatusOr<Seat> Hold(const SeatKey& key, absl::Time now, std::vector<Opening>& full);
    absl::StatusOr<Seat> Settle(const SeatKey& key, SeatState state, absl::Time now);
  };

  // Runs `change(state, ledger)` once per mutation, all or nothing.
  template <typename T, typename F>
  absl::StatusOr<T> Once(const Mutation<T>& mutation, const F& change) {
    MutexLock lock(&mutex_);
    return OnceIn(state_, ledger_, mutation, change);
  }
  template <typename T, typename F>
  static absl::StatusOr<T> OnceIn(State& state, FakeLedger& ledger, const Mutation<T>& mutation, const F& change) {
    return ledger.Once(mutation, state, [&] { return change(state, ledger); });
  }

  const Clock& clock_;
  Mutex mutex_;
  FakeLedger ledger_ ABSL_GUARDED_BY(mutex_);
  State state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_STORE_FAKE_PARTNER_STORE_H_

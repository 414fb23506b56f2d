// The port over SQL: one adapter for SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_PARTNER_STORE_SQL_SQL_PARTNER_STORE_H_
#define BRYGGA_SERVICES_PARTNER_STORE_SQL_SQL_PARTNER_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/sql/database.h"
#include "services/partner/store/partner_store.h"

namespace brygga::partner {

// What keeps agreements and memberships of one organisation from overlapping.
// Off only in tests, to show that they see it.
enum class OverlapGuard {
  kOn,        // The organisation is locked, then looked at.
  kUnlocked,  // It is only looked at: two at once both find it free.
  kOff,
};

// What keeps an opening from having more seats taken than it has. Off only in
// tests, to show that they see it.
enum class SeatGuard {
  kOn,   // A seat is counted only where one is free, in one statement.
  kOff,  // Nobody asks.
};

// Safe for concurrent use. `database`, migrated with kMigrations, outlives it.
class SqlPartnerStore final : public PartnerStore {
 public:
  explicit SqlPartnerStore(sql::Database& database, OverlapGuard guard = OverlapGuard::kOn,
                           SeatGuard seat_guard = SeatGuard::kOn)
      : database_(database), guard_(guard), seat_guard_(seat_guard) {}

  absl::Time Now() const override { return database_.Now(); }

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
  // Locks the organisation for the rest of the transaction. False: none.
  absl::StatusOr<bool> Lock(sql::Transaction& tx, const OrganisationId& id) const;

  // AgreementOverlaps where another current agreement covers one of the days.
  // The organisation is locked.
  absl::Status CheckOverlap(sql::Transaction& tx, const Agreement& agreement) const;

  absl::StatusOr<Known> KnownOf(sql::Transaction& tx, const ImportRow& row, const OrganisationId& operator_id) const;
  absl::Status Apply(sql::Transaction& tx, const ImportPlan& plan) const;

  // Counts one seat more, where one is free. False: none is, or nothing is OPEN.
  absl::StatusOr<bool> CountSeat(sql::Transaction& tx, const Opening& opening) const;
  absl::StatusOr<Seat> Hold(sql::Transaction& tx, const SeatKey& key, std::vector<Opening>& full) const;

  sql::Database& database_;
  const OverlapGuard guard_;
  const SeatGuard seat_guard_;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_STORE_SQL_SQL_PARTNER_STORE_H_

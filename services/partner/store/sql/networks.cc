#include <utility>

#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/domain/errors.h"
#include "services/partner/store/sql/rows.h"
#include "services/partner/store/sql/sql_partner_store.h"
#include "services/partner/store/sql/statements.h"

namespace brygga::partner {

using sql::Reader;
using sql::Row;
using sql::Transaction;

absl::StatusOr<Network> SqlPartnerStore::CreateNetwork(const Mutation<Network>& mutation, const Network& network) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Network> {
    Network created = network;
    created.revision = 1;
    created.created_at = created.updated_at = tx.now();
    BRYGGA_ASSIGN_OR_RETURN(const int64_t inserted, tx.Affect(kInsertNetwork, InsertArgs(created)));
    if (inserted == 0) {
      BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> holder,
                              tx.QueryOne(kSelectNetworkByName, {{"display_name", created.display_name}}));
      return NetworkNameTaken(holder ? holder->As<NetworkId>("id") : created.id);
    }
    tx.Changed(NameOf(created.id), ChangeKind::kCreated, 1);
    return created;
  });
}

absl::StatusOr<list::Page<Network>> SqlPartnerStore::ListNetworks(const list::ListQuery& query, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) {
    return sql::SelectPage<Network>(reader, kSelectNetworks, {}, query, NetworkSchema(), {}, &ToNetwork);
  });
}

absl::StatusOr<Membership> SqlPartnerStore::CreateMembership(const Mutation<Membership>& mutation,
                                                             const Membership& membership) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Membership> {
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> network,
                            tx.QueryOne(kSelectNetwork, {{"id", membership.network}}));
    if (!network) return NotFound(NameOf(membership.network));
    BRYGGA_ASSIGN_OR_RETURN(const bool exists, Lock(tx, membership.organisation));
    if (!exists) return OrganisationUnusable(membership.organisation);
    if (guard_ != OverlapGuard::kOff) {
      BRYGGA_ASSIGN_OR_RETURN(
          const std::optional<Row> other,
          tx.QueryOne(kSelectOverlappingMembership, {{"network", membership.network},
                                                     {"organisation", membership.organisation},
                                                     {"kind", NameOf(membership.kind)},
                                                     {"start_date", FormatDate(membership.period.from)},
                                                     {"end_date", FormatDate(membership.period.to)}}));
      if (other) return MembershipOverlaps(membership.network, other->As<MembershipId>("id"));
    }
    Membership created = membership;
    created.revision = 1;
    created.created_at = created.updated_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertMembership, InsertArgs(created)));
    tx.Changed(NameOf(created.network, created.id), ChangeKind::kCreated, 1);
    return created;
  });
}

absl::StatusOr<Membership> SqlPartnerStore::ChangeMembership(const Mutation<Membership>& mutation,
                                                             const NetworkId& network, const MembershipId& id,
                                                             const Decide<Membership>& decide) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Membership> {
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                            tx.QueryOne(kSelectMembershipForUpdate, {{"id", id}, {"network", network}}));
    if (!row) return NotFound(NameOf(network, id));
    const Membership before = ToMembership(*row);
    BRYGGA_ASSIGN_OR_RETURN(Membership after, decide(before, tx.now()));
    if (after == before) return after;
    BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateMembership, UpdateArgs(after)));
    tx.Changed(NameOf(network, id), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<list::Page<Membership>> SqlPartnerStore::ListMemberships(const MembershipScope& scope,
                                                                        const list::ListQuery& query,
                                                                        absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) {
    return sql::SelectPage<Membership>(reader, kSelectMemberships,
                                       {{"network", scope.network},
                                        {"organisation", scope.organisation},
                                        {"as_of", scope.as_of ? FormatDate(*scope.as_of) : std::string()}},
                                       query, MembershipSchema(), {}, &ToMembership);
  });
}

}  // namespace brygga::partner

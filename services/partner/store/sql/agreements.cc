#include <set>
#include <utility>

#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner/domain/errors.h"
#include "services/partner/store/sql/rows.h"
#include "services/partner/store/sql/sql_partner_store.h"
#include "services/partner/store/sql/statements.h"
#include "services/partner/store/sql/writes.h"

namespace brygga::partner {
namespace {

using sql::Reader;
using sql::Row;
using sql::Transaction;

// The partnership of a row of kSelectPartnerships, with the agreements that had
// begun.
absl::StatusOr<Partnership> Complete(Reader& reader, Partnership partnership, const AgreementScope& scope) {
  partnership.operator_id = scope.operator_id;
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                          reader.Query(kSelectBegunAgreements, {{"organisation", partnership.organisation.id},
                                                                {"operator", scope.operator_id},
                                                                {"known", KnownUs(scope.known_at)},
                                                                {"as_of", FormatDate(scope.as_of)}}));
  for (const Row& row : rows) partnership.terms.push_back(ToAgreement(row).terms);
  return partnership;
}

Partnership ToPartnership(const Row& row) {
  return {.organisation = ToOrganisation(row), .start_date = *ParseDate(row.Text("start_date"))};
}

}  // namespace

absl::Status SqlPartnerStore::CheckOverlap(Transaction& tx, const Agreement& agreement) const {
  if (guard_ == OverlapGuard::kOff) return absl::OkStatus();
  BRYGGA_ASSIGN_OR_RETURN(
      const std::vector<Row> others,
      tx.Query(kSelectOverlappingAgreements, {{"id", agreement.id},
                                              {"organisation", agreement.organisation},
                                              {"operator", agreement.operator_id},
                                              {"kind", NameOf(agreement.terms.kind)},
                                              {"valid_from", FormatDate(agreement.terms.period.from)},
                                              {"valid_to", FormatDate(agreement.terms.period.to)}}));
  if (others.empty()) return absl::OkStatus();
  return AgreementOverlaps(agreement.organisation, others.front().As<AgreementId>("id"));
}

absl::StatusOr<Agreement> SqlPartnerStore::CreateAgreement(const Mutation<Agreement>& mutation,
                                                           const Agreement& agreement) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Agreement> {
    BRYGGA_ASSIGN_OR_RETURN(const bool exists, Lock(tx, agreement.organisation));
    if (!exists) return NotFound(NameOf(agreement.organisation));
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> with,
                            tx.QueryOne(kSelectOrganisation, {{"id", agreement.operator_id}}));
    if (!with || agreement.operator_id == agreement.organisation) return OperatorUnusable(agreement.operator_id);
    BRYGGA_RETURN_IF_ERROR(CheckOverlap(tx, agreement));
    Agreement created = agreement;
    created.revision = 1;
    created.created_at = created.recorded_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(Insert(tx, created));
    return created;
  });
}

absl::StatusOr<Agreement> SqlPartnerStore::CorrectAgreement(const Mutation<Agreement>& mutation,
                                                            const OrganisationId& organisation, const AgreementId& id,
                                                            const Decide<Agreement>& decide) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Agreement> {
    BRYGGA_RETURN_IF_ERROR(Lock(tx, organisation));
    BRYGGA_ASSIGN_OR_RETURN(
        const std::optional<Row> row,
        tx.QueryOne(kSelectAgreement, {{"id", id}, {"organisation", organisation}, {"known", KnownUs(std::nullopt)}}));
    if (!row) return NotFound(NameOf(organisation, id));
    const Agreement before = ToAgreement(*row);
    BRYGGA_ASSIGN_OR_RETURN(Agreement after, decide(before, tx.now()));
    if (after == before) return after;
    BRYGGA_RETURN_IF_ERROR(CheckOverlap(tx, after));
    BRYGGA_RETURN_IF_ERROR(InsertNextVersion(tx, after));
    return after;
  });
}

absl::StatusOr<Agreement> SqlPartnerStore::GetAgreement(const OrganisationId& organisation, const AgreementId& id,
                                                        std::optional<absl::Time> known_at, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(
      const std::optional<Row> row,
      database_.QueryOne(deadline, kSelectAgreement,
                         {{"id", id}, {"organisation", organisation}, {"known", KnownUs(known_at)}}));
  if (!row) return NotFound(NameOf(organisation, id));
  return ToAgreement(*row);
}

absl::StatusOr<list::Page<Agreement>> SqlPartnerStore::ListAgreements(const AgreementScope& scope,
                                                                      const list::ListQuery& query,
                                                                      absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) {
    return sql::SelectPage<Agreement>(reader, kSelectAgreements,
                                      {{"organisation", scope.organisation},
                                       {"operator", scope.operator_id},
                                       {"known", KnownUs(scope.known_at)},
                                       {"status", scope.status ? NameOf(*scope.status) : std::string()},
                                       {"as_of", FormatDate(scope.as_of)}},
                                      query, AgreementSchema(), {}, &ToAgreement);
  });
}

absl::StatusOr<std::vector<OrganisationId>> SqlPartnerStore::WithActiveAgreement(
    const OrganisationId& operator_id, const std::vector<OrganisationId>& organisations, Date day,
    absl::Time deadline) {
  using Ids = std::vector<OrganisationId>;
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<Ids> {
    Ids active;
    for (const OrganisationId& id : std::set<OrganisationId>(organisations.begin(), organisations.end())) {
      BRYGGA_ASSIGN_OR_RETURN(
          const std::optional<Row> row,
          reader.QueryOne(kSelectActiveAgreement,
                          {{"organisation", id}, {"operator", operator_id}, {"day", FormatDate(day)}}));
      if (row) active.push_back(id);
    }
    return active;
  });
}

absl::StatusOr<list::Page<Partnership>> SqlPartnerStore::ListPartnerships(const AgreementScope& scope,
                                                                          const list::ListQuery& query,
                                                                          absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<list::Page<Partnership>> {
    BRYGGA_ASSIGN_OR_RETURN(
        list::Page<Partnership> page,
        sql::SelectPage<Partnership>(
            reader, kSelectPartnerships,
            {{"operator", scope.operator_id}, {"known", KnownUs(scope.known_at)}, {"as_of", FormatDate(scope.as_of)}},
            query, PartnershipSchema(), {}, &ToPartnership));
    for (Partnership& partnership : page.items) {
      BRYGGA_ASSIGN_OR_RETURN(partnership, Complete(reader, std::move(partnership), scope));
    }
    return page;
  });
}

}  // namespace brygga::partner

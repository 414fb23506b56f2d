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

// ParentUnusable unless `parent` is an organisation and no unit.
absl::Status CheckParent(Transaction& tx, const OrganisationId& parent) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, tx.QueryOne(kLockOrganisation, {{"id", parent}}));
  if (!row || !row->IsNull("parent_id")) return ParentUnusable(parent);
  return absl::OkStatus();
}

// OrganisationNumberTaken where another organisation has the number.
absl::Status CheckNumber(Transaction& tx, const Organisation& organisation) {
  if (organisation.organisation_number.empty() || organisation.IsUnit()) return absl::OkStatus();
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> holder,
                          tx.QueryOne(kSelectOrganisationByNumber, {{"number", organisation.organisation_number}}));
  if (!holder || holder->Text("id") == organisation.id.value()) return absl::OkStatus();
  return OrganisationNumberTaken(holder->As<OrganisationId>("id"));
}

// Who has what `organisation` could not get.
absl::Status WhoHasIt(Transaction& tx, const Organisation& organisation) {
  if (const auto& ref = organisation.external_ref) {
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> holder,
                            tx.QueryOne(kSelectOrganisationByRef, {{"source", ref->source}, {"key", ref->key}}));
    if (holder) return ExternalRefTaken(holder->As<OrganisationId>("id"));
  }
  BRYGGA_RETURN_IF_ERROR(CheckNumber(tx, organisation));
  return ChangedMeanwhile(organisation.id);
}

absl::StatusOr<Organisation> Select(Reader& reader, const char* statement, const OrganisationId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, reader.QueryOne(statement, {{"id", id}}));
  if (!row) return NotFound(NameOf(id));
  return ToOrganisation(*row);
}

}  // namespace

absl::StatusOr<bool> SqlPartnerStore::Lock(Transaction& tx, const OrganisationId& id) const {
  const char* statement = guard_ == OverlapGuard::kOn ? kLockOrganisation : kSelectOrganisation;
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, tx.QueryOne(statement, {{"id", id}}));
  return row.has_value();
}

absl::StatusOr<Organisation> SqlPartnerStore::CreateOrganisation(const Mutation<Organisation>& mutation,
                                                                 const Organisation& organisation) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Organisation> {
    Organisation created = organisation;
    created.revision = 1;
    created.created_at = created.updated_at = tx.now();
    if (created.IsUnit()) BRYGGA_RETURN_IF_ERROR(CheckParent(tx, created.parent));
    BRYGGA_ASSIGN_OR_RETURN(const bool inserted, Insert(tx, created));
    if (!inserted) return WhoHasIt(tx, created);
    return created;
  });
}

absl::StatusOr<Organisation> SqlPartnerStore::ChangeOrganisation(const Mutation<Organisation>& mutation,
                                                                 const OrganisationId& id,
                                                                 const Decide<Organisation>& decide) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Organisation> {
    BRYGGA_ASSIGN_OR_RETURN(const Organisation before, Select(tx, kSelectOrganisationForUpdate, id));
    BRYGGA_ASSIGN_OR_RETURN(Organisation after, decide(before, tx.now()));
    if (after == before) return after;
    BRYGGA_RETURN_IF_ERROR(CheckNumber(tx, after));
    BRYGGA_RETURN_IF_ERROR(Update(tx, after));
    return after;
  });
}

absl::StatusOr<Organisation> SqlPartnerStore::GetOrganisation(const OrganisationId& id, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          database_.QueryOne(deadline, kSelectOrganisation, {{"id", id}}));
  if (!row) return NotFound(NameOf(id));
  return ToOrganisation(*row);
}

absl::StatusOr<std::vector<Organisation>> SqlPartnerStore::GetOrganisations(const std::vector<OrganisationId>& ids,
                                                                            absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<std::vector<Organisation>> {
    std::vector<Organisation> organisations;
    for (const OrganisationId& id : ids) {
      BRYGGA_ASSIGN_OR_RETURN(organisations.emplace_back(), Select(reader, kSelectOrganisation, id));
    }
    return organisations;
  });
}

absl::StatusOr<std::map<std::string, OrganisationId>> SqlPartnerStore::LookUp(std::string_view source,
                                                                              const std::vector<std::string>& keys,
                                                                              absl::Time deadline) {
  using Found = std::map<std::string, OrganisationId>;
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<Found> {
    Found found;
    for (const std::string& key : keys) {
      BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                              reader.QueryOne(kSelectOrganisationByRef, {{"source", source}, {"key", key}}));
      if (row) found[key] = row->As<OrganisationId>("id");
    }
    return found;
  });
}

absl::StatusOr<list::Page<Organisation>> SqlPartnerStore::ListOrganisations(const OrganisationScope& scope,
                                                                            const list::ListQuery& query,
                                                                            absl::Time deadline) {
  static const sql::Columns kColumns = {
      {"parent", "COALESCE('organisations/' || parent_id, '')"},
      {"organisation_number",
       "CASE WHEN organisation_number = '' THEN ''"
       " ELSE substr(organisation_number, 1, 6) || '-' || substr(organisation_number, 7) END"},
      {"external_source", "COALESCE(external_source, '')"},
      {"external_key", "COALESCE(external_key, '')"},
      {"create_time", "created_at_us"}};
  return database_.Read(deadline, [&](Reader& reader) {
    return sql::SelectPage<Organisation>(
        reader, kSelectOrganisations,
        {{"network", scope.network},
         {"kind", scope.membership_kind ? NameOf(*scope.membership_kind) : std::string()},
         {"as_of", FormatDate(scope.as_of)}},
        query, OrganisationSchema(), kColumns, &ToOrganisation);
  });
}

absl::StatusOr<std::map<Sector, int>> SqlPartnerStore::CountSectors(const OrganisationScope& scope,
                                                                    absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      database_.Query(deadline, kCountSectors, {{"network", scope.network}, {"as_of", FormatDate(scope.as_of)}}));
  std::map<Sector, int> counts = {{Sector::kPrivate, 0}, {Sector::kCivilSociety, 0}, {Sector::kPublic, 0}};
  for (const Row& row : rows) counts[FromName<Sector>(row.Text("sector"))] = static_cast<int>(row.Int("count"));
  return counts;
}

}  // namespace brygga::partner

#include <utility>

#include "common/sql/requests.h"
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

// ContactEmailTaken where another contact person of the organisation has it.
absl::Status CheckEmail(Transaction& tx, const ContactPerson& person) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> holder,
                          tx.QueryOne(kSelectContactPersonByEmail,
                                      {{"organisation", person.organisation}, {"email_key", EmailKey(person.email)}}));
  if (!holder || holder->Text("id") == person.id.value()) return absl::OkStatus();
  return ContactEmailTaken(person.organisation, holder->As<ContactPersonId>("id"));
}

absl::StatusOr<ContactPerson> Select(Reader& reader, const char* statement, const OrganisationId& organisation,
                                     const ContactPersonId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          reader.QueryOne(statement, {{"id", id}, {"organisation", organisation}}));
  if (!row) return NotFound(NameOf(organisation, id));
  return ToContactPerson(*row);
}

// The record and every other with its e-mail address.
absl::StatusOr<std::vector<ContactPerson>> SelectRecords(Reader& reader, const char* statement,
                                                         const OrganisationId& organisation,
                                                         const ContactPersonId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const ContactPerson person, Select(reader, statement, organisation, id));
  BRYGGA_ASSIGN_OR_RETURN(
      const std::vector<Row> others,
      reader.Query(kSelectContactPersonsByEmail, {{"email_key", EmailKey(person.email)}, {"id", id}}));
  std::vector<ContactPerson> records = {person};
  for (const Row& row : others) records.push_back(ToContactPerson(row));
  return records;
}

}  // namespace

absl::StatusOr<ContactPerson> SqlPartnerStore::CreateContactPerson(const Mutation<ContactPerson>& mutation,
                                                                   const ContactPerson& person) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<ContactPerson> {
    BRYGGA_ASSIGN_OR_RETURN(const bool exists, Lock(tx, person.organisation));
    if (!exists) return NotFound(NameOf(person.organisation));
    ContactPerson created = person;
    created.revision = 1;
    created.created_at = created.updated_at = tx.now();
    BRYGGA_ASSIGN_OR_RETURN(const bool inserted, Insert(tx, created));
    if (!inserted) {
      BRYGGA_RETURN_IF_ERROR(CheckEmail(tx, created));
      return ChangedMeanwhile(created.organisation);
    }
    return created;
  });
}

absl::StatusOr<ContactPerson> SqlPartnerStore::ChangeContactPerson(const Mutation<ContactPerson>& mutation,
                                                                   const OrganisationId& organisation,
                                                                   const ContactPersonId& id,
                                                                   const Decide<ContactPerson>& decide) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<ContactPerson> {
    BRYGGA_ASSIGN_OR_RETURN(const ContactPerson before, Select(tx, kSelectContactPersonForUpdate, organisation, id));
    BRYGGA_ASSIGN_OR_RETURN(ContactPerson after, decide(before, tx.now()));
    if (after == before) return after;
    BRYGGA_RETURN_IF_ERROR(CheckEmail(tx, after));
    const absl::Status updated = tx.Run(kUpdateContactPerson, UpdateArgs(after));
    if (sql::ConstraintOf(updated) == "contact_persons_by_email") return ChangedMeanwhile(organisation);
    BRYGGA_RETURN_IF_ERROR(updated);
    tx.Changed(NameOf(organisation, id), ChangeKind::kUpdated, after.revision);
    return after;
  });
}

absl::StatusOr<list::Page<ContactPerson>> SqlPartnerStore::ListContactPersons(const OrganisationId& organisation,
                                                                              const list::ListQuery& query,
                                                                              absl::Time deadline) {
  static const sql::Columns kColumns = {{"start_date", "COALESCE(start_date, '')"}};
  return database_.Read(deadline, [&](Reader& reader) {
    return sql::SelectPage<ContactPerson>(reader, kSelectContactPersons, {{"organisation", organisation}}, query,
                                          ContactPersonSchema(), kColumns, &ToContactPerson);
  });
}

absl::StatusOr<std::vector<ContactPerson>> SqlPartnerStore::ExportContactPerson(const OrganisationId& organisation,
                                                                                const ContactPersonId& id,
                                                                                absl::Time deadline) {
  return database_.Read(deadline,
                        [&](Reader& reader) { return SelectRecords(reader, kSelectContactPerson, organisation, id); });
}

absl::StatusOr<std::vector<std::string>> SqlPartnerStore::EraseContactPerson(
    const Mutation<std::vector<std::string>>& mutation, const OrganisationId& organisation, const ContactPersonId& id) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<std::vector<std::string>> {
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<ContactPerson> records,
                            SelectRecords(tx, kSelectContactPersonForUpdate, organisation, id));
    std::vector<std::string> names;
    for (const ContactPerson& person : records) {
      names.push_back(NameOf(person.organisation, person.id));
      BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteContactPerson, {{"id", person.id}}));
      BRYGGA_RETURN_IF_ERROR(sql::EraseAnswers(tx, names.back()));
      tx.Changed(names.back(), ChangeKind::kDeleted, person.revision + 1);
    }
    return names;
  });
}

}  // namespace brygga::partner

#include <utility>

#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/store/sql/reads.h"
#include "services/participant/store/sql/rows.h"
#include "services/participant/store/sql/sql_participant_store.h"
#include "services/participant/store/sql/statements.h"
#include "services/participant/store/sql/writes.h"

namespace brygga::participant {
namespace {

using sql::Args;
using sql::Reader;
using sql::Row;
using sql::Transaction;

absl::StatusOr<Enquiry> ReadEnquiry(Reader& reader, const EnquiryId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          reader.QueryOne(std::string(kSelectEnquiries) + " WHERE q.id = :id", {{"id", id}}));
  if (!row) return NotFound(NameOf(id));
  return ToEnquiry(*row);
}

absl::StatusOr<EnquiryLoad> ReadLoad(Transaction& tx, const Enquiry& enquiry) {
  BRYGGA_ASSIGN_OR_RETURN(const auto all, tx.QueryOne(kCountLately, {{"since", tx.now() - kAllWindow}}));
  BRYGGA_ASSIGN_OR_RETURN(const auto same, tx.QueryOne(kCountFromAddress, {{"since", tx.now() - kAddressWindow},
                                                                           {"email", EnquiryAddress(enquiry)}}));
  return EnquiryLoad{.from_address = static_cast<int>(same->Int("n")), .from_all = static_cast<int>(all->Int("n"))};
}

}  // namespace

absl::StatusOr<Enquiry> SqlParticipantStore::SubmitEnquiry(const Mutation<Enquiry>& mutation, const Enquiry& wanted) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Enquiry> {
    if (wanted.programme) BRYGGA_RETURN_IF_ERROR(ReadProgramme(tx, *wanted.programme));
    BRYGGA_ASSIGN_OR_RETURN(const EnquiryLoad load, ReadLoad(tx, wanted));
    BRYGGA_RETURN_IF_ERROR(CheckRate(load));
    Enquiry enquiry = wanted;
    enquiry.created_at = enquiry.updated_at = enquiry.consented_at = tx.now();
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertEnquiry, ArgsOf(enquiry)));
    tx.Changed(NameOf(enquiry.id), ChangeKind::kCreated, 1);
    return enquiry;
  });
}

absl::StatusOr<Enquiry> SqlParticipantStore::ChangeEnquiry(const Mutation<Enquiry>& mutation, const EnquiryId& id,
                                                           const Change<Enquiry>& change) {
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<Enquiry> {
    BRYGGA_RETURN_IF_ERROR(tx.Query(kLockEnquiry, {{"id", id}}));
    BRYGGA_ASSIGN_OR_RETURN(const Enquiry before, ReadEnquiry(tx, id));
    BRYGGA_ASSIGN_OR_RETURN(Enquiry after, change(before, tx.now()));
    if (after == before) return after;
    if (after.person) {
      BRYGGA_ASSIGN_OR_RETURN(const auto persons, ReadPersons(tx, {*after.person}));
      if (persons.empty()) return NotFound(NameOf(*after.person));
    }
    BRYGGA_RETURN_IF_ERROR(Update(tx, after));
    return after;
  });
}

absl::StatusOr<Enquiry> SqlParticipantStore::GetEnquiry(const EnquiryId& id, absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) { return ReadEnquiry(reader, id); });
}

absl::StatusOr<list::Page<Enquiry>> SqlParticipantStore::ListEnquiries(const Audience& audience,
                                                                       const list::ListQuery& query,
                                                                       absl::Time deadline) {
  return database_.Read(deadline, [&](Reader& reader) {
    Args args;
    const std::string select = kSelectEnquiries + ProgrammeSeenBy(audience, "q.programme_id", args);
    return sql::SelectPage<Enquiry>(
        reader, select, std::move(args), query, kEnquirySchema,
        {{"programme", "COALESCE('programmes/' || programme_id, '')"}, {"create_time", "created_at_us"}}, &ToEnquiry);
  });
}

absl::StatusOr<int> SqlParticipantStore::EraseEnquiries(absl::Time before, absl::Time deadline) {
  Mutation<int> mutation{{.actor = "service:participant", .method = "work/old_enquiries", .deadline = deadline},
                         nullptr};
  return database_.Write(mutation, [&](Transaction& tx) -> absl::StatusOr<int> {
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, tx.Query(kSelectOldEnquiries, {{"before", before}}));
    for (const Row& row : rows) {
      BRYGGA_ASSIGN_OR_RETURN(const Enquiry after,
                              MoveEnquiry(ToEnquiry(row), EnquiryState::kDeleted, std::nullopt, tx.now()));
      BRYGGA_RETURN_IF_ERROR(Update(tx, after));
    }
    return static_cast<int>(rows.size());
  });
}

}  // namespace brygga::participant

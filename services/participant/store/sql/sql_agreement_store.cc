#include "services/participant/store/sql/sql_agreement_store.h"

#include <algorithm>
#include <map>

#include "common/sql/feed_progress.h"
#include "common/status/macros.h"
#include "services/participant/store/sql/reads.h"

namespace brygga::participant {
namespace {

using sql::Args;
using sql::Reader;
using sql::Row;
using sql::Transaction;

constexpr size_t kMostInAList = 500;

constexpr char kSelectAgreements[] = "SELECT name, revision, operator, valid_from, valid_to FROM agreements";
constexpr char kPutAgreement[] =
    "INSERT INTO agreements (name, organisation, operator, valid_from, valid_to, revision) VALUES (:name, "
    ":organisation, :operator, :valid_from, :valid_to, :revision) ON CONFLICT (name) DO UPDATE SET "
    "operator = excluded.operator, valid_from = excluded.valid_from, valid_to = excluded.valid_to, "
    "revision = excluded.revision";
constexpr char kDeleteAgreement[] = "DELETE FROM agreements WHERE name = :name";
constexpr char kSelectActive[] =
    "SELECT DISTINCT organisation FROM agreements WHERE operator = :operator AND valid_from <= :day AND "
    "valid_to >= :day AND organisation IN ";
constexpr char kSelectAsOf[] = "SELECT as_of_us FROM feed_progress WHERE feed = :feed";

Agreement ToAgreement(const Row& row) {
  return {.name = row.Text("name"),
          .operator_name = row.Text("operator"),
          .from = *ParseDate(row.Text("valid_from")),
          .to = *ParseDate(row.Text("valid_to")),
          .revision = row.Int("revision")};
}

// Writes what differs from what is known, and notes it.
absl::Status Put(Transaction& tx, const Agreement* known, const Agreement& agreement) {
  if (known != nullptr && *known == agreement) return absl::OkStatus();
  tx.Changed(agreement.name, known == nullptr ? ChangeKind::kCreated : ChangeKind::kUpdated, agreement.revision);
  return tx.Run(kPutAgreement, {{"name", agreement.name},
                                {"organisation", OrganisationOf(agreement.name)},
                                {"operator", agreement.operator_name},
                                {"valid_from", FormatDate(agreement.from)},
                                {"valid_to", FormatDate(agreement.to)},
                                {"revision", agreement.revision}});
}

}  // namespace

absl::StatusOr<std::optional<feed::Progress>> SqlAgreementStore::GetProgress(absl::Time deadline) {
  return sql::ReadProgress(database_, kPartnerFeed, deadline);
}

absl::Status SqlAgreementStore::Replace(const Origin& origin, const std::vector<Agreement>& agreements,
                                        const feed::Step& step) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_RETURN_IF_ERROR(sql::TakeStep(tx, step));
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, tx.Query(kSelectAgreements));
    std::map<std::string, Agreement> known;
    for (const Row& row : rows) known.emplace(row.Text("name"), ToAgreement(row));
    for (const Agreement& agreement : agreements) {
      const auto before = known.find(agreement.name);
      BRYGGA_RETURN_IF_ERROR(Put(tx, before == known.end() ? nullptr : &before->second, agreement));
      if (before != known.end()) known.erase(before);
    }
    for (const auto& [name, gone] : known) {
      BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteAgreement, {{"name", name}}));
      tx.Changed(name, ChangeKind::kDeleted, gone.revision + 1);
    }
    return absl::OkStatus();
  });
}

absl::Status SqlAgreementStore::Apply(const Origin& origin, const std::vector<Agreement>& agreements,
                                      const feed::Step& step) {
  return database_.Write(origin, [&](Transaction& tx) -> absl::Status {
    BRYGGA_RETURN_IF_ERROR(sql::TakeStep(tx, step));
    for (const Agreement& agreement : agreements) {
      BRYGGA_ASSIGN_OR_RETURN(
          const std::optional<Row> row,
          tx.QueryOne(std::string(kSelectAgreements) + " WHERE name = :name", {{"name", agreement.name}}));
      const std::optional<Agreement> known = row ? std::optional(ToAgreement(*row)) : std::nullopt;
      BRYGGA_RETURN_IF_ERROR(Put(tx, known ? &*known : nullptr, agreement));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<ActiveAgreements>> SqlAgreementStore::FindActive(
    const std::string& operator_name, const std::set<std::string>& organisations, Date day, absl::Time deadline) {
  using Found = std::optional<ActiveAgreements>;
  return database_.Read(deadline, [&](Reader& reader) -> absl::StatusOr<Found> {
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> progress, reader.QueryOne(kSelectAsOf, {{"feed", kPartnerFeed}}));
    if (!progress) return Found();
    ActiveAgreements active{.as_of = progress->Time("as_of_us")};
    const std::vector<std::string> wanted(organisations.begin(), organisations.end());
    for (size_t begin = 0; begin < wanted.size(); begin += kMostInAList) {
      const size_t end = std::min(wanted.size(), begin + kMostInAList);
      Args args = {{"operator", operator_name}, {"day", FormatDate(day)}};
      const std::string select = kSelectActive + InList("wanted", {wanted.begin() + begin, wanted.begin() + end}, args);
      BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, reader.Query(select, args));
      for (const Row& row : rows) active.organisations.insert(row.Text("organisation"));
    }
    return Found(std::move(active));
  });
}

}  // namespace brygga::participant

#include "common/sql/lease.h"

#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::sql {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO leases (name, holder, fence, expires_at_us) VALUES (:name, '', 0, 0) ON CONFLICT DO NOTHING";
constexpr std::string_view kTake =
    "UPDATE leases SET fence = CASE WHEN holder = :holder THEN fence ELSE fence + 1 END, holder = :holder, "
    "expires_at_us = :expires WHERE name = :name AND (holder = :holder OR expires_at_us <= :now)";
constexpr std::string_view kSelect = "SELECT holder, fence FROM leases WHERE name = :name {for_update}";
constexpr std::string_view kRelease =
    "UPDATE leases SET holder = '', expires_at_us = 0 WHERE name = :name AND holder = :holder AND fence = :fence";

Origin Ours(const char* method, absl::Time deadline) {
  return {.actor = "service", .method = method, .deadline = deadline};
}

}  // namespace

absl::StatusOr<std::optional<Lease>> AcquireLease(Database& database, std::string_view name, std::string_view holder,
                                                  absl::Duration length, absl::Time deadline) {
  std::optional<Lease> lease;
  BRYGGA_RETURN_IF_ERROR(database.Write(Ours("work/lease", deadline), [&](Transaction& tx) -> absl::Status {
    lease.reset();
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsert, {{"name", name}}));
    BRYGGA_ASSIGN_OR_RETURN(
        const int64_t taken,
        tx.Affect(kTake, {{"name", name}, {"holder", holder}, {"now", tx.now()}, {"expires", tx.now() + length}}));
    if (taken == 0) return absl::OkStatus();
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, tx.QueryOne(kSelect, {{"name", name}}));
    lease = Lease{.name = std::string(name), .holder = row->Text("holder"), .fence = row->Int("fence")};
    return absl::OkStatus();
  }));
  return lease;
}

absl::Status ReleaseLease(Database& database, const Lease& lease, absl::Time deadline) {
  return database.Write(Ours("work/lease", deadline), [&](Transaction& tx) {
    return tx.Run(kRelease, {{"name", lease.name}, {"holder", lease.holder}, {"fence", lease.fence}});
  });
}

absl::Status CheckLease(Transaction& tx, const Lease& lease) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, tx.QueryOne(kSelect, {{"name", lease.name}}));
  if (row && row->Int("fence") == lease.fence && row->Text("holder") == lease.holder) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAborted, "somebody else has taken over this work",
                   {.reason = "LEASE_LOST", .metadata = {{"lease", lease.name}}});
}

}  // namespace brygga::sql

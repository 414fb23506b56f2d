// SqlMatchingStore: who is free.
#include "services/matching/store/sql/sql_availability.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "absl/random/random.h"
#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/store/sql/availability_tables.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

// Columns in their order, which is the cheapest to read them in.
Standing ToStanding(const CohortKey& key, const sql::Row& row) {
  Standing standing = {.cohort = {.key = key,
                                  .kind = row.Text("kind"),
                                  .state = row.Text("state"),
                                  .epoch = row.Int("epoch"),
                                  .policy_version = static_cast<int>(row.Int("policy_version")),
                                  .as_of = row.Time("as_of_us")}};
  if (const auto followed = row.OptionalTime("followed_us")) {
    standing.cohort.as_of = std::max(standing.cohort.as_of, *followed);
  }
  standing.policy_hash = row.Text("policy_hash");
  standing.availability = row.Int("availability");
  return standing;
}

int SeatsLeft(const sql::Row& row) {
  const Seats seats = {.capacity = static_cast<int>(row.Int("capacity")),
                       .taken = static_cast<int>(row.Int("taken")),
                       .taken_here = static_cast<int>(row.Int("taken_here"))};
  return std::max(0, FreeSeats(seats, static_cast<int>(row.Int("capacity_here"))));
}

}  // namespace

absl::StatusOr<Standing> SqlMatchingStore::GetStanding(const CohortKey& key, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database_.QueryOne(deadline, kSelectStanding, KeyArgs(key)));
  if (!row) return NotFound(NameOf(key));
  return ToStanding(key, *row);
}

absl::StatusOr<Taken> SqlMatchingStore::ListTaken(const CohortKey& key, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<Taken> {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(kSelectStanding, KeyArgs(key)));
    if (!row) return NotFound(NameOf(key));
    const Standing standing = ToStanding(key, *row);
    Taken taken{.epoch = standing.cohort.epoch, .availability = standing.availability};
    BRYGGA_ASSIGN_OR_RETURN(const auto seats, reader.Query(kSelectTakenSeats, {{"cohort_id", key.cohort}}));
    for (const sql::Row& mentor : seats) {
      taken.seats_left.emplace(mentor.As<ParticipantId>("participant_id"), SeatsLeft(mentor));
    }
    BRYGGA_ASSIGN_OR_RETURN(const auto matched,
                            reader.Query(kSelectMatchedAdepts, {{"programme_id", key.programme},
                                                                {"kind", NameOf(MatchKindFor(standing.cohort.kind))}}));
    for (const sql::Row& match : matched) {
      taken.matches.emplace(match.As<ParticipantId>("adept_id"), NameOf(KeyOf(match), match.As<MatchId>("id")));
    }
    return taken;
  });
}

absl::Status AwaitGrowth(sql::Transaction& tx) {
  thread_local absl::BitGen random;
  for (;;) {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kTryJoinGate));
    if (row->Int("is_ours") != 0) return absl::OkStatus();
    absl::SleepFor(absl::Microseconds(absl::Uniform(random, 500, 5000)));
  }
}

absl::Status AvailabilityGrowth::Write(sql::Transaction& tx) const {
  if (people_.empty() && around_.empty()) return absl::OkStatus();
  BRYGGA_RETURN_IF_ERROR(tx.Query(kJoinGateShared));
  std::set<CohortId> cohorts;
  const auto add = [&](std::string_view select, const sql::Args& args) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const auto rows, tx.Query(select, args));
    for (const sql::Row& row : rows) cohorts.insert(row.As<CohortId>("cohort_id"));
    return absl::OkStatus();
  };
  for (const CohortId& cohort : around_) BRYGGA_RETURN_IF_ERROR(add(kSelectCohortsAround, {{"cohort_id", cohort}}));
  for (const ParticipantId& person : people_) {
    BRYGGA_RETURN_IF_ERROR(add(kSelectCohortsOf, {{"participant_id", person}}));
  }
  for (const CohortId& cohort : cohorts) BRYGGA_RETURN_IF_ERROR(tx.Run(kGrowAvailability, {{"cohort_id", cohort}}));
  return absl::OkStatus();
}

absl::StatusOr<std::string> RankingSecret(sql::Database& database, absl::Time deadline) {
  std::array<unsigned char, 32> bytes;
  BRYGGA_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  const std::string fresh =
      absl::WebSafeBase64Escape(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  BRYGGA_RETURN_IF_ERROR(database.Write(
      Origin{.actor = "matching", .method = "work/ranking-secret", .deadline = deadline}, [&](sql::Transaction& tx) {
        return tx.Run(kInsertRankingSecret, {{"secret", fresh}});
      }));
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database.QueryOne(deadline, kSelectRankingSecret));
  return row->Text("secret");
}

}  // namespace brygga::matching

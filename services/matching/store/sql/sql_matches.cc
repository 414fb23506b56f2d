// SqlMatchingStore: matches.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/sql_availability.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

sql::Args MatchArgs(const CohortKey& key, const MatchId& id) { return KeyArgs(key).Set("id", id); }

absl::StatusOr<list::Page<Match>> SelectMatches(sql::Reader& reader, const std::string& statement, sql::Args args,
                                                const list::ListQuery& query) {
  return sql::SelectPage<Match>(reader, statement, std::move(args), query, MatchSchema(),
                                {{"mentor", "mentor_id"},
                                 {"adept", "adept_id"},
                                 {"round", "COALESCE(round_id, '')"},
                                 {"create_time", "created_at_us"},
                                 {"expire_time", "expires_at_us"}},
                                &ToMatch);
}

}  // namespace

absl::StatusOr<Match> SqlMatchingStore::GetMatch(const CohortKey& key, const MatchId& id, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database_.QueryOne(deadline, kSelectMatch, MatchArgs(key, id)));
  if (!row) return NotFound(NameOf(key, id));
  return ToMatch(*row);
}

absl::StatusOr<std::vector<Match>> SqlMatchingStore::BatchGetMatches(const CohortKey& key,
                                                                     const std::vector<MatchId>& ids,
                                                                     absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<std::vector<Match>> {
    std::vector<Match> matches;
    for (const MatchId& id : ids) {
      BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(kSelectMatch, MatchArgs(key, id)));
      if (!row) return NotFound(NameOf(key, id));
      matches.push_back(ToMatch(*row));
    }
    return matches;
  });
}

absl::StatusOr<list::Page<Match>> SqlMatchingStore::ListMatches(const CohortKey& key, const list::ListQuery& query,
                                                                absl::Time deadline) {
  return database_.Read(
      deadline, [&](sql::Reader& reader) { return SelectMatches(reader, kSelectMatches, KeyArgs(key), query); });
}

absl::StatusOr<list::Page<Match>> SqlMatchingStore::ListMatchesOf(
    const ParticipantId& person, const std::optional<std::vector<ProgrammeId>>& programmes,
    const list::ListQuery& query, absl::Time deadline) {
  std::string statement = kSelectMatchesOf;
  sql::Args args = {{"participant_id", person}};
  if (programmes) {
    if (programmes->empty()) return list::Page<Match>();
    std::vector<std::string> names;
    for (const ProgrammeId& programme : *programmes) {
      const std::string name = absl::StrCat("programme_", names.size());
      args.Set(name, programme);
      names.push_back(":" + name);
    }
    absl::StrAppend(&statement, " AND programme_id IN (", absl::StrJoin(names, ", "), ")");
  }
  return database_.Read(deadline, [&](sql::Reader& reader) { return SelectMatches(reader, statement, args, query); });
}

absl::StatusOr<Match> SqlMatchingStore::CreateMatch(const Mutation<Match>& mutation, const Match& pair,
                                                    const DecideNewMatch& decide) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Match> {
    // The cohort before the seats, as in a publication. What is read after that
    // stays true of this mentor until the end.
    BRYGGA_RETURN_IF_ERROR(tx.QueryOne(kSelectCohortForUpdate, KeyArgs(pair.cohort)));
    BRYGGA_RETURN_IF_ERROR(tx.QueryOne(kLockSeats, {{"mentor_id", pair.mentor}}));
    BRYGGA_ASSIGN_OR_RETURN(const PairFacts facts, SelectFacts(tx, pair.cohort, pair.mentor, pair.adept));
    BRYGGA_ASSIGN_OR_RETURN(const Match match, decide(facts, tx.now()));
    BRYGGA_ASSIGN_OR_RETURN(const bool seated, TakeSeat(tx, match.cohort, match.mentor, match.over_capacity,
                                                        facts.mentor.features.capacity));
    if (!seated) return MatchBreaksRules(match, {}, /*over_capacity=*/true);
    BRYGGA_ASSIGN_OR_RETURN(const int64_t made, tx.Affect(kInsertMatch, InsertArgs(match)));
    if (made == 0) return AdeptHasMatch(match.cohort, match.adept, MatchId("one made at the same time"));
    tx.Changed(match.name(), ChangeKind::kCreated, match.revision);
    AvailabilityGrowth growth;
    growth.Of(match);
    BRYGGA_RETURN_IF_ERROR(growth.Write(tx));
    return match;
  });
}

absl::StatusOr<Match> SqlMatchingStore::ChangeMatch(const Mutation<Match>& mutation, const CohortKey& key,
                                                    const MatchId& id, const DecideChange& decide) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Match> {
    BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectMatchForUpdate, MatchArgs(key, id)));
    if (!row) return NotFound(NameOf(key, id));
    const Match before = ToMatch(*row);
    BRYGGA_ASSIGN_OR_RETURN(const Match after, decide(before, tx.now()));
    AvailabilityGrowth growth;
    BRYGGA_ASSIGN_OR_RETURN(const Match written, WriteMatch(tx, before, after, growth));
    BRYGGA_RETURN_IF_ERROR(growth.Write(tx));
    return written;
  });
}

absl::StatusOr<int> SqlMatchingStore::ExpireDue(const Origin& origin, int limit) {
  Mutation<int> mutation;
  static_cast<Origin&>(mutation) = origin;
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<int> {
    BRYGGA_ASSIGN_OR_RETURN(const auto rows, tx.Query(kSelectDueMatches, {{"now", tx.now()}, {"limit", limit}}));
    AvailabilityGrowth growth;
    for (const sql::Row& row : rows) {
      const Match before = ToMatch(row);
      BRYGGA_RETURN_IF_ERROR(WriteMatch(tx, before, Expire(before, tx.now()), growth));
    }
    BRYGGA_RETURN_IF_ERROR(growth.Write(tx));
    return static_cast<int>(rows.size());
  });
}

}  // namespace brygga::matching

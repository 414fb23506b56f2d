#include "services/events/store/sql/sql_pair_store.h"

#include "common/sql/feed_progress.h"
#include "common/sql/select_page.h"
#include "common/status/macros.h"
#include "services/events/domain/errors.h"
#include "services/events/store/sql/seats.h"

namespace brygga::events {
namespace {

constexpr char kSelectMark[] = "SELECT mark FROM pair_marks";
// Whoever erases waits for who writes what was read before, and the other way round.
constexpr char kHoldMark[] = "UPDATE pair_marks SET mark = mark WHERE mark = :mark";
constexpr char kMoveMark[] = "UPDATE pair_marks SET mark = mark + 1";
constexpr char kPutPair[] =
    "INSERT INTO pairs (id, match_name, cohort, round, kind, mentor, adept) VALUES (:id, :match_name, :cohort, :round, "
    ":kind, :mentor, :adept) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, mentor = excluded.mentor, "
    "adept = excluded.adept";
constexpr char kDeletePair[] = "DELETE FROM pairs WHERE id = :id";
constexpr char kDeleteAll[] = "DELETE FROM pairs";
constexpr char kDeleteOf[] = "DELETE FROM pairs WHERE mentor = :participant OR adept = :participant";
constexpr char kSelectAsOf[] = "SELECT as_of_us FROM feed_progress WHERE feed = :feed";

Pair ToPair(const sql::Row& row) {
  return {.match = row.Text("match_name"),
          .round = row.Text("round"),
          .kind = FromName<PairKind>(row.Text("kind")),
          .mentor = row.Text("mentor"),
          .adept = row.Text("adept")};
}

absl::Status Put(sql::Transaction& tx, const Pair& pair) {
  return tx.Run(kPutPair, {{"id", MatchIdOf(pair.match)},
                           {"match_name", pair.match},
                           {"cohort", CohortOf(pair.match)},
                           {"round", pair.round},
                           {"kind", NameOf(pair.kind)},
                           {"mentor", pair.mentor},
                           {"adept", pair.adept}});
}

absl::Status Begin(sql::Transaction& tx, int64_t mark, const feed::Step& step) {
  BRYGGA_RETURN_IF_ERROR(sql::TakeStep(tx, step));
  BRYGGA_ASSIGN_OR_RETURN(const int64_t held, tx.Affect(kHoldMark, {{"mark", mark}}));
  return held == 1 ? absl::OkStatus() : PersonErased();
}

}  // namespace

absl::StatusOr<std::optional<feed::Progress>> SqlPairStore::GetProgress(absl::Time deadline) {
  return sql::ReadProgress(database_, kMatchingFeed, deadline);
}

absl::StatusOr<int64_t> SqlPairStore::GetMark(absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database_.QueryOne(deadline, kSelectMark));
  return row->Int("mark");
}

absl::Status SqlPairStore::Replace(const Origin& origin, const std::vector<Pair>& pairs, int64_t mark,
                                   const feed::Step& step) {
  return database_.Write(origin, [&](sql::Transaction& tx) -> absl::Status {
    BRYGGA_RETURN_IF_ERROR(Begin(tx, mark, step));
    BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteAll));
    for (const Pair& pair : pairs) BRYGGA_RETURN_IF_ERROR(Put(tx, pair));
    return absl::OkStatus();
  });
}

absl::Status SqlPairStore::Apply(const Origin& origin, const PairNews& news, int64_t mark, const feed::Step& step) {
  return database_.Write(origin, [&](sql::Transaction& tx) -> absl::Status {
    BRYGGA_RETURN_IF_ERROR(Begin(tx, mark, step));
    for (const std::string& match : news.gone) {
      BRYGGA_RETURN_IF_ERROR(tx.Run(kDeletePair, {{"id", MatchIdOf(match)}}));
    }
    for (const Pair& pair : news.standing) BRYGGA_RETURN_IF_ERROR(Put(tx, pair));
    return absl::OkStatus();
  });
}

absl::StatusOr<int> SqlPairStore::ErasePerson(const Origin& origin, const std::string& participant) {
  return database_.Write(Mutation<int>{origin, nullptr}, [&](sql::Transaction& tx) -> absl::StatusOr<int> {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kMoveMark));
    BRYGGA_ASSIGN_OR_RETURN(const int64_t gone, tx.Affect(kDeleteOf, {{"participant", participant}}));
    return static_cast<int>(gone);
  });
}

absl::StatusOr<KnownPairs> SqlPairStore::List(const std::vector<std::string>& cohorts, const list::ListQuery& query,
                                              absl::Time deadline) {
  sql::Args args;
  const std::string base = "SELECT * FROM pairs WHERE (1 = 0" + OrIn("cohort", "cohort", cohorts, args) + ")";
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<KnownPairs> {
    KnownPairs known;
    BRYGGA_ASSIGN_OR_RETURN(known.page, sql::SelectPage<Pair>(reader, base, args, query, PairSchema(), {}, &ToPair));
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<sql::Row> row, reader.QueryOne(kSelectAsOf, {{"feed", kMatchingFeed}}));
    if (row) known.as_of = row->Time("as_of_us");
    return known;
  });
}

}  // namespace brygga::events

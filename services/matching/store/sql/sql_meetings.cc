// SqlMatchingStore: meetings and their cadence.
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/sql/select_page.h"
#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/sql/rows.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/store/sql/statements.h"

namespace brygga::matching {
namespace {

Cadence ToCadence(const sql::Row& row) {
  Cadence cadence{.cohort = KeyOf(row),
                  .meetings = static_cast<int>(row.Int("meetings")),
                  .first_month = static_cast<int>(row.Int("first_month")),
                  .last_month = static_cast<int>(row.Int("last_month")),
                  .revision = row.Int("revision"),
                  .created_at = row.Time("created_at_us"),
                  .updated_at = row.Time("updated_at_us")};
  for (const absl::string_view part : absl::StrSplit(row.Text("except_months"), ';', absl::SkipEmpty())) {
    int month = 0;
    if (absl::SimpleAtoi(part, &month)) cadence.except.insert(month);
  }
  return cadence;
}

absl::StatusOr<Match> SelectMatch(sql::Reader& reader, const CohortKey& key, const MatchId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, reader.QueryOne(kSelectMatch, KeyArgs(key).Set("id", id)));
  if (!row) return NotFound(NameOf(key, id));
  return ToMatch(*row);
}

absl::StatusOr<Meeting> SelectMeeting(sql::Reader& reader, const CohortKey& key, const MatchId& match,
                                      const std::optional<MeetingId>& id) {
  if (!id) return Meeting{.cohort = key, .match = match};
  BRYGGA_ASSIGN_OR_RETURN(const auto row,
                          reader.QueryOne(kSelectMeeting, KeyArgs(key).Set("match_id", match).Set("id", *id)));
  if (!row) return NotFound(MeetingName(key, match, *id));
  return ToMeeting(*row);
}

sql::Args UpdateArgs(const Meeting& meeting) {
  return {{"id", meeting.id},
          {"state", NameOf(meeting.state)},
          {"starts_at_us", meeting.starts_at},
          {"minutes", meeting.minutes},
          {"author", meeting.author},
          {"revision", meeting.revision},
          {"updated_at_us", meeting.updated_at}};
}

absl::Status InsertMeeting(sql::Transaction& tx, const Meeting& meeting) {
  return tx.Run(kInsertMeeting, UpdateArgs(meeting)
                                    .Set("programme_id", meeting.cohort.programme)
                                    .Set("cohort_id", meeting.cohort.cohort)
                                    .Set("match_id", meeting.match)
                                    .Set("created_at_us", meeting.created_at));
}

}  // namespace

absl::StatusOr<Meeting> SqlMatchingStore::RecordMeeting(const Mutation<Meeting>& mutation, const CohortKey& key,
                                                        const MatchId& match, const std::optional<MeetingId>& known,
                                                        const MeetingId& new_id, const DecideMeeting& decide) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Meeting> {
    BRYGGA_ASSIGN_OR_RETURN(const Match of, SelectMatch(tx, key, match));
    BRYGGA_ASSIGN_OR_RETURN(const Meeting before, SelectMeeting(tx, key, match, known));
    BRYGGA_ASSIGN_OR_RETURN(Meeting after, decide(before, of, tx.now()));
    if (known && after == before) return after;
    after.updated_at = tx.now();
    if (known) {
      ++after.revision;
      BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateMeeting, UpdateArgs(after)));
    } else {
      after.id = new_id;
      after.created_at = tx.now();
      BRYGGA_RETURN_IF_ERROR(InsertMeeting(tx, after));
    }
    tx.Changed(after.name(), known ? ChangeKind::kUpdated : ChangeKind::kCreated, after.revision);
    return after;
  });
}

absl::StatusOr<list::Page<Meeting>> SqlMatchingStore::ListMeetings(const CohortKey& key,
                                                                   const std::optional<MatchId>& match,
                                                                   const list::ListQuery& query, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) {
    sql::Args args = KeyArgs(key);
    if (match) args.Set("match_id", *match);
    return sql::SelectPage<Meeting>(reader, match ? kSelectMeetingsOf : kSelectMeetings, std::move(args), query,
                                    MeetingSchema(), {{"start_time", "starts_at_us"}}, &ToMeeting);
  });
}

absl::StatusOr<Cadence> SqlMatchingStore::GetCadence(const CohortKey& key, absl::Time deadline) {
  BRYGGA_ASSIGN_OR_RETURN(const auto row, database_.QueryOne(deadline, kSelectCadence, KeyArgs(key)));
  if (!row) return NotFound(Cadence{.cohort = key}.name());
  return ToCadence(*row);
}

absl::StatusOr<Cadence> SqlMatchingStore::SetCadence(const Mutation<Cadence>& mutation, const Cadence& cadence,
                                                     std::string_view etag) {
  return database_.Write(mutation, [&](sql::Transaction& tx) -> absl::StatusOr<Cadence> {
    BRYGGA_ASSIGN_OR_RETURN(const auto cohort, tx.QueryOne(kSelectCohortForUpdate, KeyArgs(cadence.cohort)));
    if (!cohort) return NotFound(NameOf(cadence.cohort));
    BRYGGA_ASSIGN_OR_RETURN(const auto row, tx.QueryOne(kSelectCadence, KeyArgs(cadence.cohort)));
    Cadence after = cadence;
    after.created_at = after.updated_at = tx.now();
    after.revision = 1;
    if (row) {
      const Cadence before = ToCadence(*row);
      BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.revision, before.name()));
      after.revision = before.revision + 1;
      after.created_at = before.created_at;
    }
    BRYGGA_RETURN_IF_ERROR(tx.Run(kUpsertCadence, KeyArgs(after.cohort)
                                                      .Set("meetings", after.meetings)
                                                      .Set("first_month", after.first_month)
                                                      .Set("last_month", after.last_month)
                                                      .Set("except_months", absl::StrJoin(after.except, ";"))
                                                      .Set("revision", after.revision)
                                                      .Set("created_at_us", after.created_at)
                                                      .Set("updated_at_us", after.updated_at)));
    tx.Changed(after.name(), row ? ChangeKind::kUpdated : ChangeKind::kCreated, after.revision);
    return after;
  });
}

absl::StatusOr<MeetingBook> SqlMatchingStore::LoadMeetings(const CohortKey& key, absl::Time deadline) {
  return database_.Read(deadline, [&](sql::Reader& reader) -> absl::StatusOr<MeetingBook> {
    BRYGGA_RETURN_IF_ERROR(SelectCohort(reader, key));
    BRYGGA_ASSIGN_OR_RETURN(const auto cadence, reader.QueryOne(kSelectCadence, KeyArgs(key)));
    if (!cadence) return NoCadence(key);
    MeetingBook book{.cadence = ToCadence(*cadence), .now = reader.now()};
    BRYGGA_ASSIGN_OR_RETURN(const auto matches, reader.Query(kSelectPairsThatRan, KeyArgs(key)));
    for (const sql::Row& row : matches) book.matches.push_back(ToMatch(row));
    BRYGGA_ASSIGN_OR_RETURN(const auto meetings, reader.Query(kSelectHeldMeetings, KeyArgs(key)));
    for (const sql::Row& row : meetings) book.meetings.push_back(ToMeeting(row));
    return book;
  });
}

}  // namespace brygga::matching

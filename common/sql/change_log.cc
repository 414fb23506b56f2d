#include "common/sql/change_log.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::sql {
namespace {

constexpr int64_t kCompactChunk = 2000;

constexpr std::string_view kSelectState =
    "SELECT database_id, secret, anchor FROM change_log_state WHERE id = 1 {for_update}";
constexpr std::string_view kSelectAnchor = "SELECT {anchor} AS anchor";
constexpr std::string_view kInsertState =
    "INSERT INTO change_log_state (id, database_id, secret, anchor, floor_order, floor_seq) "
    "VALUES (1, :database_id, :secret, :anchor, 0, 0) ON CONFLICT DO NOTHING";
constexpr std::string_view kReplaceState =
    "UPDATE change_log_state SET database_id = :database_id, secret = :secret, anchor = :anchor, floor_order = 0, "
    "floor_seq = 0 WHERE id = 1";
constexpr std::string_view kDeleteAll = "DELETE FROM change_log";

constexpr std::string_view kSelectMoment =
    "SELECT {snapshot} AS snapshot, (SELECT MAX(seq) FROM change_log) AS last, "
    "(SELECT {order} FROM change_log ORDER BY {newest_first} LIMIT 1) AS newest, floor_order, floor_seq "
    "FROM change_log_state WHERE id = 1";
// "+ 0" keeps PostgreSQL from walking the whole primary key for its ends.
constexpr std::string_view kSelectBatch =
    "SELECT MIN(seq + 0) AS first, MAX(seq + 0) AS last FROM change_log WHERE {unseen}";
constexpr std::string_view kSelectPage =
    "SELECT resource, kind, revision, at_us, {order} AS transaction_number, seq FROM change_log "
    "WHERE seq > :seq AND seq <= :last ORDER BY seq LIMIT :limit";
constexpr std::string_view kSelectWitness = "SELECT at_us FROM change_log WHERE seq = :seq";
constexpr std::string_view kSelectOldest =
    "SELECT seq, at_us, {order} AS transaction_number, {horizon} AS horizon, (SELECT MAX(seq) FROM change_log) AS "
    "newest "
    "FROM change_log WHERE {settled} ORDER BY seq LIMIT :limit";
constexpr std::string_view kDeleteOldest = "DELETE FROM change_log WHERE seq <= :seq AND {before:high}";
constexpr std::string_view kRaiseFloor =
    "UPDATE change_log_state SET floor_order = CASE WHEN floor_order < :floor_order THEN :floor_order ELSE floor_order "
    "END, floor_seq = CASE WHEN floor_seq < :floor_seq THEN :floor_seq ELSE floor_seq END WHERE id = 1";

Origin Ours(const char* method, absl::Time deadline) {
  return {.actor = "service", .method = method, .deadline = deadline};
}

// What is true of the log at one moment.
struct Moment {
  LogSnapshot snapshot;
  int64_t last = 0;  // The greatest `seq` that can be seen, or 0.
  int64_t floor_order = 0;
  int64_t floor_seq = 0;
};

// From "horizon:next:running,running", as PostgreSQL writes it.
absl::StatusOr<LogSnapshot> ParseSnapshot(const std::string& text) {
  LogSnapshot snapshot;
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  bool sound = parts.size() == 3 && absl::SimpleAtoi(parts[1], &snapshot.next);
  if (sound && !parts[2].empty()) {
    for (const absl::string_view number : absl::StrSplit(parts[2], ',')) {
      sound = absl::SimpleAtoi(number, &snapshot.running.emplace_back()) && sound;
    }
  }
  if (!sound) return absl::InternalError("the database's snapshot has another form");
  std::sort(snapshot.running.begin(), snapshot.running.end());
  return snapshot;
}

// The same as far as the log needs it: up to the newest transaction that it has,
// whose commit is on disk. After a crash PostgreSQL may give later numbers out
// again.
LogSnapshot UpTo(int64_t newest, LogSnapshot snapshot) {
  snapshot.next = std::min(snapshot.next, newest + 1);
  snapshot.running.erase(std::lower_bound(snapshot.running.begin(), snapshot.running.end(), snapshot.next),
                         snapshot.running.end());
  return snapshot;
}

absl::StatusOr<Moment> SelectMoment(Reader& reader) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, reader.QueryOne(kSelectMoment));
  if (!row) return absl::InternalError("the change log was not opened");
  BRYGGA_ASSIGN_OR_RETURN(LogSnapshot snapshot, ParseSnapshot(row->Text("snapshot")));
  const int64_t newest = std::max(row->OptionalInt("newest").value_or(0), row->Int("floor_order"));
  return Moment{.snapshot = UpTo(newest, std::move(snapshot)),
                .last = row->OptionalInt("last").value_or(0),
                .floor_order = row->Int("floor_order"),
                .floor_seq = row->Int("floor_seq")};
}

absl::Status Compacted(std::string_view why) {
  return MakeError(absl::StatusCode::kOutOfRange,
                   absl::StrCat("changes after this resume token can no longer be read: ", std::string(why),
                                "; read everything anew and resume from a token taken before"),
                   {.reason = "TOKEN_COMPACTED"});
}

// Whether rows that a reader at `position` has not read may have been deleted.
absl::Status CheckFloor(const Moment& moment, const LogPosition& position) {
  const bool passed = position.until && moment.floor_seq <= position.seq;
  if (!passed && moment.floor_order >= position.seen.horizon()) return Compacted("it is older than what is kept");
  if (position.end().IsAfter(moment.snapshot)) return Compacted("this database has been set back to an earlier state");
  return absl::OkStatus();
}

absl::Status TooManyRun() {
  return Unavailable("TOO_MANY_TRANSACTIONS", "more transactions are open than a place in the log can name",
                     absl::Seconds(1));
}

LogPosition AfterBatch(LogPosition position) {
  position.seen = *std::move(position.until);
  position.until.reset();
  return position;
}

ChangeKind KindOf(const std::string& word) {
  for (const ChangeKind kind : {ChangeKind::kCreated, ChangeKind::kDeleted}) {
    if (word == NameOf(kind)) return kind;
  }
  return ChangeKind::kUpdated;
}

LoggedChange ToChange(const Row& row) {
  return {.resource = row.Text("resource"),
          .kind = KindOf(row.Text("kind")),
          .revision = row.Int("revision"),
          .at = row.Time("at_us"),
          .transaction = row.Int("transaction_number"),
          .seq = row.Int("seq")};
}

absl::StatusOr<std::string> SelectAnchor(Reader& reader) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, reader.QueryOne(kSelectAnchor));
  return row->Text("anchor");
}

// Begins the batch that lies behind `position`, which is between batches.
absl::StatusOr<LogPosition> BeginBatch(Reader& reader, const LogPosition& position, const LogSnapshot& now) {
  const std::string running = absl::StrCat("{", absl::StrJoin(position.seen.running, ","), "}");
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          reader.QueryOne(kSelectBatch, {{"next", position.seen.next}, {"running", running}}));
  LogPosition batch = position;
  if (const std::optional<int64_t> first = row->OptionalInt("first")) {
    batch.until = now;
    batch.seq = *first - 1;
    batch.last = row->Int("last");
  } else {
    batch.seen = now;  // Transactions that changed nothing here.
  }
  return batch;
}

}  // namespace

absl::StatusOr<LogIdentity> OpenLog(Database& database, absl::Time deadline) {
  LogIdentity identity;
  const auto open = [&identity](Transaction& tx) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const std::string anchor, SelectAnchor(tx));
    identity = {.database_id = NewUuid(tx.now()),
                .secret = absl::StrCat(NewUuid(tx.now()), NewUuid(tx.now())),
                .others_write = !anchor.empty()};
    const Args fresh = {{"database_id", identity.database_id}, {"secret", identity.secret}, {"anchor", anchor}};
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertState, fresh));
    BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, tx.QueryOne(kSelectState));
    if (row->Text("anchor") == anchor) {
      identity.database_id = row->Text("database_id");
      identity.secret = row->Text("secret");
      return absl::OkStatus();
    }
    BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteAll));
    return tx.Run(kReplaceState, fresh);
  };
  BRYGGA_RETURN_IF_ERROR(database.Write(Ours("work/open-change-log", deadline), open));
  return identity;
}

absl::StatusOr<LogPosition> LogEnd(Reader& reader) {
  BRYGGA_ASSIGN_OR_RETURN(Moment moment, SelectMoment(reader));
  if (moment.snapshot.running.size() > kMostRunning) return TooManyRun();
  LogPosition end = {.seen = std::move(moment.snapshot), .seq = moment.last, .last = moment.last};
  if (moment.last == 0) return end;
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, reader.QueryOne(kSelectWitness, {{"seq", moment.last}}));
  end.witness_us = row->Int("at_us");
  return end;
}

absl::StatusOr<LogPage> ReadLog(Reader& reader, const LogPosition& position, int limit) {
  BRYGGA_ASSIGN_OR_RETURN(const Moment moment, SelectMoment(reader));
  BRYGGA_RETURN_IF_ERROR(CheckFloor(moment, position));
  LogPage page{.next = position};
  if (!position.until) {
    if (moment.snapshot.running.size() > kMostRunning) return page;
    BRYGGA_ASSIGN_OR_RETURN(page.next, BeginBatch(reader, position, moment.snapshot));
  }
  if (page.next.until) {
    const Args args = {{"seq", page.next.seq}, {"last", page.next.last}, {"limit", limit}};
    BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, reader.Query(kSelectPage, args));
    for (const Row& row : rows) {
      LoggedChange change = ToChange(row);
      const bool ours = page.next.until->Sees(change.transaction) && !page.next.seen.Sees(change.transaction);
      page.next.seq = change.seq;
      page.next.witness_us = Us(change.at);
      if (ours) page.changes.push_back(std::move(change));
    }
    if (rows.empty() || page.next.seq >= page.next.last) page.next = AfterBatch(std::move(page.next));
  }
  page.more = page.next.until || moment.snapshot.IsAfter(page.next.seen);
  if (!page.more) page.as_of = reader.now();
  return page;
}

absl::Status CheckPosition(Reader& reader, const LogPosition& position) {
  BRYGGA_ASSIGN_OR_RETURN(const Moment moment, SelectMoment(reader));
  BRYGGA_RETURN_IF_ERROR(CheckFloor(moment, position));
  if (position.witness_us == 0 || position.seq <= moment.floor_seq) return absl::OkStatus();
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, reader.QueryOne(kSelectWitness, {{"seq", position.seq}}));
  if (row && row->Int("at_us") == position.witness_us) return absl::OkStatus();
  return Compacted("this database has been set back to an earlier state");
}

absl::StatusOr<int64_t> CompactLog(Database& database, const Lease& lease, const LogRetention& keep,
                                   absl::Time deadline) {
  for (int64_t total = 0;;) {
    int64_t gone = 0;
    bool more = false;
    const auto compact = [&](Transaction& tx) -> absl::Status {
      gone = 0;
      more = false;
      BRYGGA_RETURN_IF_ERROR(CheckLease(tx, lease));
      BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, tx.Query(kSelectOldest, {{"limit", kCompactChunk}}));
      int64_t last = 0, order = 0;
      for (const Row& row : rows) {
        const bool surplus = row.Int("seq") <= row.Int("newest") - keep.changes;
        more = surplus || row.Time("at_us") < tx.now() - keep.age;
        if (!more) break;
        last = row.Int("seq");
        order = std::max(order, row.Int("transaction_number"));
      }
      if (last == 0) return absl::OkStatus();
      BRYGGA_ASSIGN_OR_RETURN(gone, tx.Affect(kDeleteOldest, {{"seq", last}, {"high", rows.front().Int("horizon")}}));
      return tx.Run(kRaiseFloor, {{"floor_order", order}, {"floor_seq", last}});
    };
    BRYGGA_RETURN_IF_ERROR(database.Write(Ours("work/compact-change-log", deadline), compact));
    total += gone;
    if (!more) return total;
  }
}

}  // namespace brygga::sql

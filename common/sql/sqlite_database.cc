#include "common/sql/sqlite_database.h"

#include <stdlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/time/clock.h"
#include "common/sql/driver_error.h"
#include "common/sql/schema.h"
#include "common/status/check.h"
#include "common/status/macros.h"
#include "common/wait/mutex.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

constexpr size_t kMaxBatch = 512;

// How many batches are run with a savepoint for each write after one had to be
// done again for want of them.
constexpr int kCarefulBatches = 64;

// How long reads may hold the log as it is while this process writes nothing:
// others may have the file open.
constexpr absl::Duration kMarkStays = absl::Seconds(1);

}  // namespace

// A write that waits for the worker; lives on its caller's stack.
struct SqliteDatabase::Job {
  const Origin& origin;
  ChangeFunction change;
  absl::Time deadline;
  absl::Status status = absl::OkStatus();
  bool changed = false;  // Wrote to the change log.
  // Those that this one's thread wakes when it is woken: to wake sixty threads
  // is work that the worker better leaves to them.
  std::array<Job*, 2> wakes = {};
  Notification done = {};
};

SqliteDatabase::SqliteDatabase(std::string path, std::string temporary_folder, Options options)
    : path_(std::move(path)),
      temporary_folder_(std::move(temporary_folder)),
      options_(std::move(options)),
      clock_(options_.clock != nullptr ? *options_.clock : Clock::System()),
      readers_(options_.connections, kConnectionPatience, [this] {
        return SqliteConnection::Open(path_, SqliteConnection::Use::kRead, SqliteConnection::Durable::kYes,
                                      options_.log);
      }) {}

absl::StatusOr<std::unique_ptr<Database>> SqliteDatabase::Open(std::string path, Options options) {
  std::string folder;
  if (path.empty()) {
    folder = (std::filesystem::temp_directory_path() / "brygga-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) return StorageUnavailable();
    path = folder + "/temporary.db";
  }
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(std::move(path), std::move(folder), std::move(options)));
  const auto durable =
      database->temporary_folder_.empty() ? SqliteConnection::Durable::kYes : SqliteConnection::Durable::kNo;
  BRYGGA_ASSIGN_OR_RETURN(database->writer_, SqliteConnection::Open(database->path_, SqliteConnection::Use::kWrite,
                                                                    durable, database->options_.log));
  SqliteConnection& writer = *database->writer_;
  BRYGGA_RETURN_IF_ERROR(Migrate(writer, Engine::kSqlite, database->options_.migrations,
                                 [&writer] { return writer.RunScript("BEGIN IMMEDIATE"); }));
  BRYGGA_ASSIGN_OR_RETURN(auto mark, SqliteConnection::Open(database->path_, SqliteConnection::Use::kRead, durable,
                                                            database->options_.log));
  database->mark_ = std::make_unique<ReadMark>(std::move(mark));
  database->worker_ = std::thread([raw = database.get()] { raw->Work(); });
  return database;
}

SqliteDatabase::~SqliteDatabase() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (worker_.joinable()) worker_.join();
  if (!temporary_folder_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(temporary_folder_, ignored);
  }
}

absl::Time SqliteDatabase::Limit(absl::Time deadline) const {
  return std::min(deadline, absl::Now() + options_.longest_wait);
}

absl::StatusOr<std::vector<Row>> SqliteDatabase::Query(absl::Time deadline, std::string_view sql, const Args& args) {
  // A thread that must not wait gives up sooner than any deadline passes.
  const absl::Time limit = NoWait::Active() ? absl::InfiniteFuture() : Limit(deadline);
  BRYGGA_ASSIGN_OR_RETURN(const auto connection, readers_.Borrow(limit));
  mark_->Hold();
  connection->SetDeadline(limit);
  std::vector<Row> rows;
  BRYGGA_RETURN_IF_ERROR(connection->Execute(sql, args, &rows));
  return rows;
}

absl::Status SqliteDatabase::RunRead(absl::Time deadline, absl::FunctionRef<absl::Status(Reader&)> fn) {
  const absl::Time limit = Limit(deadline);
  BRYGGA_ASSIGN_OR_RETURN(const auto connection, readers_.Borrow(limit));
  mark_->Hold();
  connection->SetDeadline(limit);
  // Also where BEGIN fails: whoever gives it up may have begun.
  const absl::Cleanup end = [&connection = *connection] {
    connection.SetDeadline(absl::InfiniteFuture());
    if (connection.InTransaction()) connection.Run("ROLLBACK").IgnoreError();
  };
  BRYGGA_RETURN_IF_ERROR(connection->Run("BEGIN"));
  Reader reader(*connection, Now(), deadline);
  const absl::Status status = fn(reader);
  return status.ok() ? reader.failure() : status;
}

absl::Status SqliteDatabase::RunWrite(const Origin& origin, ChangeFunction fn) {
  if (NoWait::Refuses()) return NoWait::Refusal();
  BRYGGA_CHECK(std::this_thread::get_id() != worker_.get_id());  // A Write inside a Write waits for itself.
  Job job{.origin = origin, .change = fn, .deadline = Limit(origin.deadline)};
  {
    MutexLock lock(&mutex_);
    if (queue_.size() >= static_cast<size_t>(options_.queue)) return StorageBusy();
    queue_.push_back(&job);
  }
  job.done.WaitForNotification();
  for (Job* next : job.wakes) {
    if (next != nullptr) next->done.Notify();
  }
  return job.status;
}

void SqliteDatabase::Work() {
  for (;;) {
    const std::vector<Job*> jobs = TakeJobs();
    if (jobs.empty()) return;
    mark_->Forbid();
    RunJobs(jobs);
    mark_->Allow();
    for (size_t i = 1; i < jobs.size(); ++i) jobs[(i - 1) / 2]->wakes[(i - 1) % 2] = jobs[i];
    jobs.front()->done.Notify();
  }
}

std::vector<SqliteDatabase::Job*> SqliteDatabase::TakeJobs() {
  const auto something_to_do = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !queue_.empty(); };
  for (;; mark_->LetGo()) {
    MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(Condition(&something_to_do), kMarkStays)) continue;
    const size_t most = options_.group_commit == GroupCommit::kOn ? kMaxBatch : 1;
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(most, queue_.size()));
    std::vector<Job*> jobs(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    return jobs;
  }
}

void SqliteDatabase::RunJobs(const std::vector<Job*>& jobs) {
  const Care care = careful_batches_ > 0 ? Care::kSavepoints : Care::kNone;
  if (careful_batches_ > 0) --careful_batches_;
  switch (RunTogether(jobs, care)) {
    case Outcome::kAnswered:
      return;
    case Outcome::kSpoiled:
      careful_batches_ = kCarefulBatches;
      if (RunTogether(jobs, Care::kSavepoints) == Outcome::kAnswered) return;
      break;
    case Outcome::kLost:
      break;
  }
  for (Job* job : jobs) RunTogether({job}, Care::kSavepoints);
}

// A savepoint costs a write about a tenth, so writes do without as long as they
// succeed, or fail before they have written anything.
SqliteDatabase::Outcome SqliteDatabase::RunTogether(const std::vector<Job*>& jobs, Care care) {
  const bool alone = jobs.size() == 1;
  writer_->SetDeadline(absl::InfiniteFuture());
  absl::Status status = writer_->Run("BEGIN IMMEDIATE");
  if (!status.ok()) {
    for (Job* job : jobs) job->status = status;
    return Outcome::kAnswered;
  }
  for (Job* job : jobs) {
    const bool undone = RunOne(*job, job->origin.validate_only ? Care::kSavepoints : care);
    // An error may have ended the transaction for all: then each is to be run
    // again alone.
    if (!writer_->InTransaction()) return alone ? Outcome::kAnswered : Outcome::kLost;
    if (!undone) {
      if (writer_->Run("ROLLBACK").ok() && alone) return Outcome::kAnswered;
      return Outcome::kSpoiled;
    }
  }
  status = writer_->Run("COMMIT");
  if (status.ok()) {
    if (std::any_of(jobs.begin(), jobs.end(), [](const Job* job) { return job->changed; })) changes().Notify();
    return Outcome::kAnswered;
  }
  if (writer_->InTransaction()) writer_->Run("ROLLBACK").IgnoreError();
  if (!alone) return Outcome::kLost;
  jobs.front()->status = status;
  return Outcome::kAnswered;
}

// False where it failed and left something in the transaction.
bool SqliteDatabase::RunOne(Job& job, Care care) {
  job.status = absl::OkStatus();
  if (absl::Now() >= job.deadline) {
    job.status = DeadlinePassed();
    return true;
  }
  const bool savepoint = care == Care::kSavepoints;
  if (savepoint) job.status = writer_->Run("SAVEPOINT request");
  if (!job.status.ok()) return true;
  const int64_t before = writer_->RowsChanged();
  writer_->SetDeadline(job.deadline);
  {
    Transaction tx(*writer_, Now(), job.origin.deadline);
    job.status = PassDoor(tx, job.origin, job.change);
    job.changed = !tx.changes().empty();
    // What the function made of a failed transaction does not count; what it
    // made of a failed constraint does.
    if (job.status.ok()) job.status = tx.failure();
  }
  writer_->SetDeadline(absl::InfiniteFuture());
  if (!writer_->InTransaction()) {
    if (job.status.ok()) job.status = StorageUnavailable();
    return true;
  }
  if (!savepoint) return job.status.ok() || writer_->RowsChanged() == before;
  absl::Status ended;
  if (!job.status.ok() || job.origin.validate_only) ended = writer_->Run("ROLLBACK TO request");
  if (ended.ok()) ended = writer_->Run("RELEASE request");
  if (job.status.ok()) job.status = ended;
  return true;
}

}  // namespace brygga::sql

#include "common/sql/sqlite_database.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/sql/driver_error.h"
#include "common/sql/schema.h"
#include "common/status/check.h"
#include "common/status/macros.h"
#include "common/wait/no_wait.h"

namespace brygga::sql {
namespace {

constexpr size_t kMaxBatch = 512;

}  // namespace

// A write that waits for the worker; lives on its caller's stack.
struct SqliteDatabase::Job {
  const Origin& origin;
  ChangeFunction change;
  absl::Time deadline;
  absl::Status status = absl::OkStatus();
  absl::Notification done = {};
};

SqliteDatabase::SqliteDatabase(std::string path, std::string temporary_folder, Options options)
    : path_(std::move(path)),
      temporary_folder_(std::move(temporary_folder)),
      options_(std::move(options)),
      clock_(options_.clock != nullptr ? *options_.clock : Clock::System()),
      readers_(options_.connections, [this] {
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
  database->worker_ = std::thread([raw = database.get()] { raw->Work(); });
  return database;
}

SqliteDatabase::~SqliteDatabase() {
  {
    absl::MutexLock lock(&mutex_);
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
  const absl::Time limit = Limit(deadline);
  BRYGGA_ASSIGN_OR_RETURN(const auto connection, readers_.Borrow(limit));
  connection->SetDeadline(limit);
  std::vector<Row> rows;
  BRYGGA_RETURN_IF_ERROR(connection->Execute(sql, args, &rows));
  return rows;
}

absl::Status SqliteDatabase::RunRead(absl::Time deadline, absl::FunctionRef<absl::Status(Reader&)> fn) {
  const absl::Time limit = Limit(deadline);
  BRYGGA_ASSIGN_OR_RETURN(const auto connection, readers_.Borrow(limit));
  connection->SetDeadline(limit);
  BRYGGA_RETURN_IF_ERROR(connection->Run("BEGIN"));
  Reader reader(*connection, Now());
  const absl::Status status = fn(reader);
  connection->SetDeadline(absl::InfiniteFuture());
  if (connection->InTransaction()) BRYGGA_RETURN_IF_ERROR(connection->Run("ROLLBACK"));
  return status.ok() ? reader.failure() : status;
}

absl::Status SqliteDatabase::RunWrite(const Origin& origin, ChangeFunction fn) {
  if (NoWait::Refuses()) return NoWait::Refusal();
  BRYGGA_CHECK(std::this_thread::get_id() != worker_.get_id());  // A Write inside a Write waits for itself.
  Job job{.origin = origin, .change = fn, .deadline = Limit(origin.deadline)};
  {
    absl::MutexLock lock(&mutex_);
    if (queue_.size() >= static_cast<size_t>(options_.queue)) return StorageBusy();
    queue_.push_back(&job);
  }
  job.done.WaitForNotification();
  return job.status;
}

void SqliteDatabase::Work() {
  for (;;) {
    const std::vector<Job*> jobs = TakeJobs();
    if (jobs.empty()) return;
    RunJobs(jobs);
    for (Job* job : jobs) job->done.Notify();
  }
}

std::vector<SqliteDatabase::Job*> SqliteDatabase::TakeJobs() {
  const auto something_to_do = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !queue_.empty(); };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&something_to_do));
  const size_t most = options_.group_commit == GroupCommit::kOn ? kMaxBatch : 1;
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(most, queue_.size()));
  std::vector<Job*> jobs(queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
  return jobs;
}

void SqliteDatabase::RunJobs(const std::vector<Job*>& jobs) {
  if (RunTogether(jobs)) return;
  for (Job* job : jobs) RunTogether({job});
}

// True where every job has its answer. An error may have ended the transaction
// for all: then each is to be run again alone.
bool SqliteDatabase::RunTogether(const std::vector<Job*>& jobs) {
  const bool alone = jobs.size() == 1;
  writer_->SetDeadline(absl::InfiniteFuture());
  absl::Status status = writer_->Run("BEGIN IMMEDIATE");
  if (!status.ok()) {
    for (Job* job : jobs) job->status = status;
    return true;
  }
  for (Job* job : jobs) {
    RunOne(*job);
    if (!writer_->InTransaction()) return alone;
  }
  status = writer_->Run("COMMIT");
  if (status.ok()) return true;
  if (writer_->InTransaction()) writer_->Run("ROLLBACK").IgnoreError();
  if (alone) jobs.front()->status = status;
  return alone;
}

void SqliteDatabase::RunOne(Job& job) {
  if (absl::Now() >= job.deadline) {
    job.status = DeadlinePassed();
    return;
  }
  job.status = writer_->Run("SAVEPOINT request");
  if (!job.status.ok()) return;
  writer_->SetDeadline(job.deadline);
  {
    Transaction tx(*writer_, Now());
    job.status = PassDoor(tx, job.origin, job.change);
    // What the function made of a failed transaction does not count; what it
    // made of a failed constraint does.
    if (job.status.ok()) job.status = tx.failure();
  }
  writer_->SetDeadline(absl::InfiniteFuture());
  if (!writer_->InTransaction()) {
    if (job.status.ok()) job.status = StorageUnavailable();
    return;
  }
  absl::Status ended;
  if (!job.status.ok() || job.origin.validate_only) ended = writer_->Run("ROLLBACK TO request");
  if (ended.ok()) ended = writer_->Run("RELEASE request");
  if (job.status.ok()) job.status = ended;
}

}  // namespace brygga::sql

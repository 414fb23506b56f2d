// A SQLite file as a Database. Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_SQLITE_DATABASE_H_
#define BRYGGA_COMMON_SQL_SQLITE_DATABASE_H_

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/database.h"
#include "common/sql/door.h"
#include "common/sql/pool.h"
#include "common/sql/read_mark.h"
#include "common/sql/sqlite_connection.h"
#include "common/wait/mutex.h"

namespace brygga::sql {

// Readers each have a connection of their own. Writers queue for one thread,
// which takes all that wait into one transaction and answers them after the one
// commit: the disk is waited for once for all. Where one fails that had written
// something, all are undone and run again, each behind a savepoint.
class SqliteDatabase final : public Database {
 public:
  // `path` empty: a temporary file.
  static absl::StatusOr<std::unique_ptr<Database>> Open(std::string path, Options options);
  ~SqliteDatabase() override;

  absl::StatusOr<std::vector<Row>> Query(absl::Time deadline, std::string_view sql, const Args& args) override;
  absl::Time Now() const override { return clock_.Now(); }

 private:
  struct Job;

  SqliteDatabase(std::string path, std::string temporary_folder, Options options);

  absl::Status RunRead(absl::Time deadline, absl::FunctionRef<absl::Status(Reader&)> fn) override;
  absl::Status RunWrite(const Origin& origin, ChangeFunction fn) override;
  absl::Time Limit(absl::Time deadline) const;

  void Work();
  std::vector<Job*> TakeJobs();
  void RunJobs(const std::vector<Job*>& jobs);
  enum class Care { kNone, kSavepoints };
  enum class Outcome {
    kAnswered,  // Every job has its answer.
    kSpoiled,   // One that failed had written: nothing is written, all are to be run again, each behind a savepoint.
    kLost,      // An error ended the transaction: nothing is written, each is to be run again alone.
  };
  Outcome RunTogether(const std::vector<Job*>& jobs, Care care);
  bool RunOne(Job& job, Care care);

  const std::string path_;
  const std::string temporary_folder_;  // Deleted at the end; "" for a database that stays.
  const Options options_;
  const Clock& clock_;
  Pool<SqliteConnection> readers_;
  std::unique_ptr<ReadMark> mark_;            // Set once the database is open.
  std::unique_ptr<SqliteConnection> writer_;  // The worker's, once that runs.
  int careful_batches_ = 0;                   // Of the worker.
  std::thread worker_;

  Mutex mutex_;
  std::deque<Job*> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_SQLITE_DATABASE_H_

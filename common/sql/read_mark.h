// What makes a short read of a SQLite file cheap. Internal to common/sql.
#ifndef BRYGGA_COMMON_SQL_READ_MARK_H_
#define BRYGGA_COMMON_SQL_READ_MARK_H_

#include <atomic>
#include <memory>
#include <mutex>

#include "common/sql/sqlite_connection.h"

namespace brygga::sql {

// Every read locks the write-ahead log and unlocks it: two system calls, more
// than half of a point read. But SQLite counts the readers of a process and
// calls the system for the first and the last of them alone. So one connection
// stays in a transaction that reads nothing more, at the newest state, and the
// reads beside it find the lock taken. They see what is newest as ever.
//
// Meanwhile the log cannot be begun anew, by this process or another. So the
// lock is let go of before each write, and by whoever owns this when it has been
// held for a while. Safe for concurrent use.
class ReadMark {
 public:
  explicit ReadMark(std::unique_ptr<SqliteConnection> connection) : connection_(std::move(connection)) {}

  // Before a read: takes the lock, if it is free and no write runs. Never waits
  // for another thread.
  void Hold();

  // Before and after a write; the first waits for a Hold that runs.
  void Forbid();
  void Allow();

  // Where the lock has been held for longer than a write would leave it.
  void LetGo();

 private:
  enum class State { kFree, kHeld, kForbidden };

  void Release();

  std::atomic<State> state_ = State::kFree;  // Written under mutex_.
  std::mutex mutex_;
  const std::unique_ptr<SqliteConnection> connection_;  // Used under mutex_.
};

}  // namespace brygga::sql

#endif  // BRYGGA_COMMON_SQL_READ_MARK_H_

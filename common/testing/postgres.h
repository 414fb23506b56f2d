// A real PostgreSQL for tests.
#ifndef BRYGGA_COMMON_TESTING_POSTGRES_H_
#define BRYGGA_COMMON_TESTING_POSTGRES_H_

#include <memory>
#include <string>
#include <string_view>

#include "common/testing/process.h"
#include "common/testing/temp_dir.h"

namespace brygga::testing {

// Whether the server waits for its disk. Off is fast, and enough where neither
// the server nor the machine is killed.
enum class Fsync { kOff, kOn };

// A server of its own in a temporary folder, reached by a unix socket, so that
// any number of test programs run at the same time. It runs as the user
// "postgres" where the test is root, since PostgreSQL refuses that. It goes when
// this object or the process that made it goes. Failing to start ends the
// process. Not thread-safe; make it in the main thread.
class PostgresServer {
 public:
  explicit PostgresServer(Fsync fsync = Fsync::kOff);
  ~PostgresServer();

  // The server that this test program shares, started when first asked for.
  static PostgresServer& Shared();

  // A new database, a copy of `origin`; gives its URL, which sql::Database::Open
  // takes. Milliseconds.
  std::string NewDatabase(std::string_view origin = "template1");
  // The URL of the database `name`.
  std::string Url(std::string_view name) const;
  // Deletes the database of a URL that NewDatabase gave, cutting its connections. One
  // that cannot be deleted within 30 seconds is told of and left.
  void DropDatabase(std::string_view url);

  // Kills the server as a power cut would, without a word to anybody.
  void Kill();
  // Starts it again on the same data; the URLs stay.
  void Start();

  // Runs SQL in the database of `url`, for what Brygga's own code cannot do.
  // Gives the first column of the first row, or "".
  std::string Run(std::string_view url, const std::string& sql);

 private:
  // The first column of the first row, or what was wrong.
  struct Answer {
    bool ok;
    std::string text;
  };
  static Answer Ask(std::string_view url, const std::string& sql);

  TempDir folder_;
  Fsync fsync_;
  std::unique_ptr<Process> process_;
  int databases_ = 0;
};

}  // namespace brygga::testing

#endif  // BRYGGA_COMMON_TESTING_POSTGRES_H_

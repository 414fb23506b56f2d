// Nothing that was acknowledged is lost when the program, or PostgreSQL, is
// killed. The program under test is a fork of this one, made before anything
// here has threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/sql/database.h"
#include "common/status/check.h"
#include "common/status/macros.h"
#include "common/testing/forgetful_disk.h"
#include "common/testing/matchers.h"
#include "common/testing/postgres.h"
#include "common/testing/temp_dir.h"

namespace brygga::sql {
namespace {

using testing::IsOk;
using testing::IsOkAndHolds;
using testing::PostgresServer;
using testing::TempDir;

constexpr int kWriters = 4;

constexpr Migration kMigrations[] = {{1,
                                      "CREATE TABLE entries (id TEXT PRIMARY KEY, half BIGINT NOT NULL);"
                                      "CREATE TABLE halves (id TEXT PRIMARY KEY);"}};

std::unique_ptr<Database> OpenOrDie(const std::string& url) {
  auto database = Database::Open(url, {.migrations = kMigrations});
  BRYGGA_CHECK(database.ok());
  return *std::move(database);
}

// Two rows that belong together; `inside` is called before they are committed.
absl::StatusOr<std::string> WriteEntry(
    Database& database, const std::string& id, const std::function<void()>& inside = [] {}) {
  const Mutation<std::string> request = {{.actor = "a", .method = "m", .request_id = id, .request_digest = "d"},
                                         [](const std::string& text) { return text; }};
  return database.Write(request, [&](Transaction& tx) -> absl::StatusOr<std::string> {
    BRYGGA_RETURN_IF_ERROR(tx.Run("INSERT INTO entries (id, half) VALUES (:id, 1)", {{"id", id}}));
    BRYGGA_RETURN_IF_ERROR(tx.Run("INSERT INTO halves (id) VALUES (:id)", {{"id", id}}));
    tx.Changed("entries/" + id, ChangeKind::kCreated, 1);
    inside();
    return id;
  });
}

void Acknowledge(int pipe, const std::string& id) {
  const std::string line = id + "\n";
  BRYGGA_CHECK(write(pipe, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

// A fork that runs `body` with the writing end of a pipe until it is killed.
class Child {
 public:
  explicit Child(const std::function<void(int pipe)>& body) {
    int ends[2];
    BRYGGA_CHECK(pipe(ends) == 0);
    pid_ = fork();
    BRYGGA_CHECK(pid_ >= 0);
    if (pid_ == 0) {
      close(ends[0]);
      body(ends[1]);
      _exit(0);
    }
    close(ends[1]);
    pipe_ = ends[0];
  }

  // Waits for at least `count` acknowledgements in all, or its end.
  void WaitFor(size_t count) {
    while (static_cast<size_t>(std::count(text_.begin(), text_.end(), '\n')) < count && ReadSome()) {
    }
  }

  // Waits for `count` that come after what it has said so far.
  void WaitForMore(size_t count) {
    pollfd readable = {.fd = pipe_, .events = POLLIN};
    while (poll(&readable, 1, /*timeout=*/0) == 1 && ReadSome()) {
    }
    WaitFor(static_cast<size_t>(std::count(text_.begin(), text_.end(), '\n')) + count);
  }

  // Waits for at least `count` in all, then kills it, and gives all that it acknowledged.
  std::set<std::string> KillAfter(size_t count) {
    WaitFor(count);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    while (ReadSome()) {
    }
    close(pipe_);
    const size_t end = text_.rfind('\n');
    if (end == std::string::npos) return {};
    return absl::StrSplit(text_.substr(0, end), '\n');
  }

 private:
  bool ReadSome() {
    char buffer[4096];
    const ssize_t got = read(pipe_, buffer, sizeof(buffer));
    if (got > 0) text_.append(buffer, static_cast<size_t>(got));
    return got > 0;
  }

  pid_t pid_;
  int pipe_;
  std::string text_;
};

void WriteForEver(const std::string& url, const std::string& prefix, int pipe) {
  const auto database = OpenOrDie(url);
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0;; ++j) {
        const std::string id = absl::StrCat(prefix, "-", i, "-", j);
        if (WriteEntry(*database, id).ok()) {
          Acknowledge(pipe, id);
        } else {
          absl::SleepFor(absl::Milliseconds(10));  // The server is away; leave it the machine to come back.
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

absl::StatusOr<std::set<std::string>> Ids(Reader& reader, std::string_view sql) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, reader.Query(sql));
  std::set<std::string> ids;
  for (const Row& row : rows) ids.insert(row.Text("id"));
  return ids;
}

std::set<std::string> Entries(const std::string& url) {
  const auto kept = OpenOrDie(url)->Read(absl::Now() + absl::Seconds(20),
                                         [](Reader& reader) { return Ids(reader, "SELECT id FROM entries"); });
  EXPECT_THAT(kept, IsOk());
  return kept.value_or(std::set<std::string>{"?"});
}

// In one snapshot: the server may yet end a transaction of a client that was killed.
absl::Status ReadAll(Database& database, const std::set<std::string>& acknowledged) {
  return database.Read(absl::Now() + absl::Seconds(20), [&](Reader& reader) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const auto kept, Ids(reader, "SELECT id FROM entries"));
    EXPECT_THAT(kept, ::testing::IsSupersetOf(acknowledged));
    EXPECT_THAT(Ids(reader, "SELECT id FROM halves"), IsOkAndHolds(kept));
    EXPECT_THAT(Ids(reader, "SELECT request_id AS id FROM requests"), IsOkAndHolds(kept));
    EXPECT_THAT(Ids(reader, "SELECT substr(resource, 9) AS id FROM change_log"), IsOkAndHolds(kept));
    return absl::OkStatus();
  });
}

void ExpectNothingLostOrHalfDone(const std::string& url, const std::set<std::string>& acknowledged) {
  const auto database = OpenOrDie(url);
  EXPECT_THAT(ReadAll(*database, acknowledged), IsOk());
  for (const std::string& id : acknowledged) {
    EXPECT_EQ(ReplayedAnswer(WriteEntry(*database, id).status()), id);
    break;  // One tells enough.
  }
}

// The database is opened by children only, until the last one is dead.
void KillAndCompare(const std::string& url) {
  std::set<std::string> acknowledged;
  std::mt19937 random(7);
  for (int round = 0; round < 8; ++round) {
    Child child([&](int pipe) { WriteForEver(url, absl::StrCat(round), pipe); });
    acknowledged.merge(child.KillAfter(1 + random() % 200));
  }
  ASSERT_GT(acknowledged.size(), 100u);
  ExpectNothingLostOrHalfDone(url, acknowledged);
}

// The negative control: a program that acknowledges before the commit loses,
// and the comparison sees it.
void AcknowledgeTooEarly(const std::string& url) {
  Child child([&](int pipe) {
    const auto database = OpenOrDie(url);
    WriteEntry(*database, "early", [&] {
      Acknowledge(pipe, "early");
      pause();
    }).IgnoreError();
  });
  const std::set<std::string> acknowledged = child.KillAfter(1);
  EXPECT_EQ(acknowledged, std::set<std::string>{"early"});
  EXPECT_EQ(Entries(url), std::set<std::string>{});
}

TEST(SqliteDurabilityTest, NothingAcknowledgedIsLostWhenTheProgramIsKilled) {
  const TempDir folder;
  KillAndCompare("sqlite:" + folder.File("test.db"));
}

TEST(SqliteDurabilityTest, NothingAcknowledgedIsLostWhenThePowerGoes) {
  const TempDir folder;
  const std::string path = folder.File("test.db");
  std::set<std::string> acknowledged;
  for (int round = 0; round < 5; ++round) {
    Child child([&](int pipe) {
      testing::UseForgetfulDisk();
      WriteForEver("sqlite:" + path, absl::StrCat(round), pipe);
    });
    acknowledged.merge(child.KillAfter(round == 2 ? 600 : 40));  // Once past a checkpoint of the log.
    testing::CutPower(path);
  }
  ASSERT_GT(acknowledged.size(), 100u);
  ExpectNothingLostOrHalfDone("sqlite:" + path, acknowledged);
}

TEST(SqliteDurabilityTest, ADiskThatOnlySaysItSyncsWouldBeSeen) {
  const TempDir folder;
  const std::string path = folder.File("test.db");
  Child child([&](int pipe) {
    testing::UseForgetfulDisk(testing::Disk::kLying);
    WriteForEver("sqlite:" + path, "lost", pipe);
  });
  EXPECT_GT(child.KillAfter(40).size(), 0u);
  testing::CutPower(path);
  EXPECT_EQ(Entries("sqlite:" + path), std::set<std::string>{});
}

TEST(SqliteDurabilityTest, AnAcknowledgementBeforeTheCommitWouldBeSeen) {
  const TempDir folder;
  AcknowledgeTooEarly("sqlite:" + folder.File("test.db"));
}

TEST(PostgresqlDurabilityTest, NothingAcknowledgedIsLostWhenTheProgramIsKilled) {
  PostgresServer server;
  KillAndCompare(server.NewDatabase());
}

TEST(PostgresqlDurabilityTest, AnAcknowledgementBeforeTheCommitWouldBeSeen) {
  PostgresServer server;
  AcknowledgeTooEarly(server.NewDatabase());
}

TEST(PostgresqlDurabilityTest, NothingAcknowledgedIsLostWhenTheServerIsKilled) {
  PostgresServer server(testing::Fsync::kOn);
  const std::string url = server.NewDatabase();
  std::set<std::string> acknowledged;
  for (int round = 0; round < 2; ++round) {
    // The program lives through it, and goes on with connections of a new server.
    Child child([&](int pipe) { WriteForEver(url, absl::StrCat(round), pipe); });
    child.WaitFor(50);
    server.Kill();
    server.Start();
    child.WaitForMore(50);
    acknowledged.merge(child.KillAfter(0));
  }
  ASSERT_GE(acknowledged.size(), 200u);
  ExpectNothingLostOrHalfDone(url, acknowledged);
}

}  // namespace
}  // namespace brygga::sql

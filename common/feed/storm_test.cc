// Random commits by eight writers on PostgreSQL, and consumers that are cut and
// resumed while the server of the feed is killed: nothing is missed, nothing comes
// twice but what lies behind the token that is resumed from, and the changes of
// one resource come in their order. BRYGGA_FEED_COMMITS says how many commits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/feed/feed_testing.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/testing/matchers.h"
#include "common/testing/postgres.h"
#include "common/testing/process.h"
#include "common/testing/setting.h"
#include "common/testing/temp_dir.h"

namespace brygga::feed {
namespace {

using testing::IsOk;

constexpr int kWriters = 8;
constexpr int kConsumers = 3;
constexpr int kThings = 60;
constexpr absl::Duration kPatience = absl::Minutes(2);  // Without any progress.

unsigned Seed() {
  static const unsigned seed =
      static_cast<unsigned>(testing::Setting("BRYGGA_SEED", static_cast<int>(std::random_device()() >> 1)));
  return seed;
}

// The server of the feed, in a process that may be killed at any time.
class KillableServer {
 public:
  KillableServer(std::string database, std::string folder)
      : database_(std::move(database)), folder_(std::move(folder)) {
    Start();
  }

  void Start() {
    const std::string log = absl::StrCat(folder_, "/log", ++starts_);
    process_ = std::make_unique<testing::Process>(
        std::vector<std::string>{std::string(std::getenv("BRYGGA_BUILD_DIR")) + "/tests/feed_server",
                                 "--database=" + database_, "--local-issuer=" + folder_ + "/issuer"},
        testing::Process::Options{.log = log});
    for (const absl::Time limit = absl::Now() + absl::Seconds(60); absl::Now() < limit;) {
      std::ifstream lines(log);
      for (std::string line; std::getline(lines, line);) {
        const auto entry = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
        if (entry.is_object() && entry.value("message", "") == "ready") {
          const std::lock_guard lock(mutex_);
          address_ = entry["address"];
          return;
        }
      }
      absl::SleepFor(absl::Milliseconds(20));
    }
    ADD_FAILURE() << "the server does not start";
  }
  void Kill() {
    process_->Signal(SIGKILL);
    process_->Wait();
  }
  std::string address() const {
    const std::lock_guard lock(mutex_);
    return address_;
  }

 private:
  const std::string database_;
  const std::string folder_;
  int starts_ = 0;
  std::unique_ptr<testing::Process> process_;
  mutable std::mutex mutex_;
  std::string address_;
};

// What one consumer derives: the last revision of each thing. It is kept with the
// token now and then, and a cut goes back to what was kept, as a consumer does
// that was killed.
struct Derived {
  std::string token;
  std::map<std::string, int64_t> revisions;
};

class StormTest : public ::testing::Test {
 protected:
  StormTest() { std::cout << "seed " << Seed() << "\n"; }

  // Commits until all writers together have made `commits`; their transactions
  // take a thing each after the other, so that they wait for each other with
  // their number taken.
  void Write(int writer) {
    const auto database = OpenOrDie();
    std::mt19937 random(Seed() + static_cast<unsigned>(writer));
    while (committed_ < commits_) {
      std::set<std::string> names;
      for (int i = std::uniform_int_distribution(1, 4)(random); i > 0; --i) {
        names.insert(absl::StrCat("things/", std::uniform_int_distribution(0, kThings - 1)(random)));
      }
      const Origin origin = {.actor = "a", .method = "m", .deadline = absl::Now() + absl::Seconds(60)};
      const bool gives_up = std::uniform_int_distribution(0, 19)(random) == 0;
      const absl::Status written = database->Write(origin, [&](sql::Transaction& tx) -> absl::Status {
        for (const std::string& name : names) BRYGGA_RETURN_IF_ERROR(Touch(tx, name));
        return gives_up ? absl::CancelledError("gives up") : absl::OkStatus();
      });
      if (written.ok()) ++committed_;
      EXPECT_TRUE(written.ok() || absl::IsCancelled(written)) << written;
    }
  }

  void Consume(int consumer, KillableServer& server, const std::string& begin) {
    std::mt19937 random(Seed() + 100 + static_cast<unsigned>(consumer));
    Derived kept{.token = begin};
    absl::Time progress = absl::Now();
    while (!Complete(kept)) {
      if (absl::Now() - progress > kPatience) {
        ADD_FAILURE() << "consumer " << consumer << " goes no further";
        return;
      }
      Derived state = kept;
      const auto channel = rpc::Channel::Connect(server.address());
      FeedServer::Request request;
      request.set_resume_token(state.token);
      auto reader = channel->Open<FeedServer::Response>(
          rpc::CallOptions::Within(absl::Minutes(10), issuer_->Mint(rpc::ServiceNamed("matching"))),
          FeedServer::kMethod, request);
      int until_cut = std::uniform_int_distribution(1, 200)(random);
      FeedServer::Response response;
      while (until_cut-- > 0 && reader.Read(&response)) {
        if (!Apply(response, state)) {
          failed_ = true;
          return;
        }
        if (std::uniform_int_distribution(0, 2)(random) == 0) {
          kept = state;
          progress = absl::Now();
          if (Complete(kept)) break;
        }
      }
      ++cuts_;
      reader.Cancel();
      const absl::Status ended = reader.Finish();
      EXPECT_FALSE(absl::IsOutOfRange(ended) || absl::IsInvalidArgument(ended)) << ended;
      if (failed_) return;
    }
  }

  // False where a change was missed, came twice or out of order.
  static bool Apply(const FeedServer::Response& response, Derived& state) {
    for (const auto& change : response.changes()) {
      int64_t& revision = state.revisions[change.resource()];
      EXPECT_EQ(change.revision(), revision + 1) << change.resource();
      if (change.revision() != revision + 1) return false;
      revision = change.revision();
    }
    state.token = response.resume_token();
    return true;
  }

  bool Complete(const Derived& state) {
    if (!written_) return false;
    std::map<std::string, int64_t> final;
    const auto rows = database_->Query(absl::Now() + absl::Seconds(20), "SELECT name, revision FROM things");
    EXPECT_THAT(rows, IsOk());
    for (const sql::Row& row : *rows) final[row.Text("name")] = row.Int("revision");
    return state.revisions == final;
  }

  // Readers that do without one of the guards, on the database itself: how often
  // they go wrong.
  struct Wrongs {
    int64_t missed = 0;      // By `seq` alone.
    int64_t disordered = 0;  // By (xid, seq) below the horizon.
  };
  Wrongs ReadWithoutGuards() {
    const auto database = OpenOrDie();
    Wrongs wrongs;
    int64_t last_seq = 0, low = 0;
    std::map<std::string, std::set<int64_t>> seen;
    std::map<std::string, int64_t> latest;
    for (bool last = false; !last;) {
      last = written_;
      const auto by_seq = database->Query(
          absl::Now() + absl::Seconds(20),
          "SELECT seq, resource, revision FROM change_log WHERE seq > :seq ORDER BY seq", {{"seq", last_seq}});
      EXPECT_THAT(by_seq, IsOk());
      for (const sql::Row& row : *by_seq) {
        seen[row.Text("resource")].insert(row.Int("revision"));
        last_seq = row.Int("seq");
      }
      const auto by_xid = database->Query(absl::Now() + absl::Seconds(20),
                                          "SELECT {order} AS number, resource, revision FROM change_log WHERE xid >= "
                                          "CAST(:low AS XID8) AND {settled} ORDER BY change_log.xid, seq",
                                          {{"low", low}});
      EXPECT_THAT(by_xid, IsOk());
      for (const sql::Row& row : *by_xid) {
        int64_t& revision = latest[row.Text("resource")];
        if (row.Int("revision") < revision) ++wrongs.disordered;
        revision = std::max(revision, row.Int("revision"));
        low = row.Int("number") + 1;
      }
    }
    for (const auto& [name, revision] : latest) {
      wrongs.missed += revision - static_cast<int64_t>(seen[name].size());
    }
    return wrongs;
  }

  std::unique_ptr<sql::Database> OpenOrDie() {
    auto database = sql::Database::Open(url_, {.migrations = kTestMigrations});
    EXPECT_THAT(database, IsOk());
    return *std::move(database);
  }

  const int commits_ = testing::Setting("BRYGGA_FEED_COMMITS", 3000);
  const std::string url_ = testing::PostgresServer::Shared().NewDatabase();
  const std::unique_ptr<sql::Database> database_ = OpenOrDie();
  testing::TempDir folder_;
  const std::shared_ptr<const rpc::LocalIssuer> issuer_ =
      rpc::LocalIssuer::OpenOrCreate(std::string(folder_.path()) + "/issuer").value();
  std::atomic<int> committed_ = 0;
  std::atomic<bool> written_ = false;
  std::atomic<bool> failed_ = false;
  std::atomic<int> cuts_ = 0;
};

TEST_F(StormTest, NothingIsMissedDoubledOrOutOfOrder) {
  KillableServer server(url_, std::string(folder_.path()));
  std::string begin;
  {
    const auto channel = rpc::Channel::Connect(server.address());
    auto reader =
        channel->Open<FeedServer::Response>(rpc::CallOptions::Within(absl::Seconds(30), issuer_->Mint(rpc::Admin())),
                                            FeedServer::kMethod, FeedServer::Request());
    FeedServer::Response first;
    ASSERT_TRUE(reader.Read(&first)) << reader.Finish();
    begin = first.resume_token();
    reader.Cancel();
    reader.Finish().IgnoreError();
  }

  const absl::Time started = absl::Now();
  std::vector<std::thread> writers, consumers;
  for (int i = 0; i < kWriters; ++i) writers.emplace_back([this, i] { Write(i); });
  for (int i = 0; i < kConsumers; ++i) consumers.emplace_back([&, i] { Consume(i, server, begin); });
  Wrongs wrongs;
  std::thread careless([&] { wrongs = ReadWithoutGuards(); });
  int kills = 0;
  for (const int step = std::max(1000, commits_ / 40); committed_ < commits_ && !failed_;) {
    const int next = committed_ + step;
    while (committed_ < std::min(next, commits_) && !failed_) absl::SleepFor(absl::Milliseconds(20));
    server.Kill();
    server.Start();
    ++kills;
  }
  for (std::thread& writer : writers) writer.join();
  const absl::Duration writing = absl::Now() - started;
  written_ = true;
  for (std::thread& consumer : consumers) consumer.join();
  careless.join();

  std::cout << committed_ << " commits in " << writing << ", " << cuts_ << " cuts, " << kills << " kills; by seq alone "
            << wrongs.missed << " missed, by transaction numbers " << wrongs.disordered << " out of order\n";
  // The same changes through readers that lack a guard: the storm can tell.
  EXPECT_GT(wrongs.missed + wrongs.disordered, 0);
  if (commits_ >= 50'000) {
    EXPECT_GT(wrongs.missed, 0);
    EXPECT_GT(wrongs.disordered, 0);
  }
}

}  // namespace
}  // namespace brygga::feed

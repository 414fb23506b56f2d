// brygga-bench-feed: how soon and how fast a consumer learns of commits, through
// a real channel over TCP, with everything on that a service has on.
//
//   brygga-bench-feed [--seconds N]
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "brygga/partner/v1/change_service.pb.h"
#include "common/feed/change_feed.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "common/sql/database.h"
#include "common/status/check.h"
#include "common/testing/postgres.h"

namespace brygga::bench {
namespace {

using Request = partner::v1::WatchPartnerChangesRequest;
using Response = partner::v1::WatchPartnerChangesResponse;

constexpr std::string_view kCollections[] = {"things"};
constexpr sql::Migration kMigrations[] = {{1, "CREATE TABLE things (n BIGINT PRIMARY KEY);"}};

std::unique_ptr<sql::Database> OpenOrDie(const std::string& url) {
  auto database = sql::Database::Open(url, {.migrations = kMigrations});
  BRYGGA_CHECK(database.ok());
  return *std::move(database);
}

// One durable transaction that tells of `changes` changes.
void Commit(sql::Database& database, int64_t first, int changes) {
  const Origin origin = {.actor = "bench", .method = "bench", .deadline = absl::Now() + absl::Seconds(30)};
  BRYGGA_CHECK(database
                   .Write(origin,
                          [&](sql::Transaction& tx) -> absl::Status {
                            for (int i = 0; i < changes; ++i) {
                              tx.Changed(absl::StrCat("things/", first + i), ChangeKind::kCreated, 1);
                            }
                            return absl::OkStatus();
                          })
                   .ok());
}

// A feed and a server of its own over `url`, and a channel to it.
class Served {
 public:
  Served(const std::string& url, const std::string& folder) : database_(OpenOrDie(url)) {
    feed_ = feed::ChangeFeed::Open(*database_, {.service = "partner", .collections = kCollections}).value();
    issuer_ = rpc::LocalIssuer::OpenOrCreate(folder + "/issuer").value();
    std::vector<rpc::Service> services;
    services.push_back(feed_->Serve<Request, Response>("brygga.partner.v1.ChangeService", "WatchPartnerChanges"));
    server_ = rpc::Server::Start({.name = "bench",
                                  .address = "127.0.0.1:0",
                                  .authenticator = rpc::OpenJwtAuthenticator(issuer_->jwt_options()).value(),
                                  .local_issuer = true},
                                 std::move(services))
                  .value();
    channel_ = rpc::Channel::Connect(server_->address());
  }

  rpc::StreamReader<Response> Watch(const std::string& token) {
    Request request;
    request.set_resume_token(token);
    return channel_->Open<Response>(
        rpc::CallOptions::Within(absl::Minutes(10), issuer_->Mint("bench", {{.role = rpc::Role::kAdmin}})),
        "brygga.partner.v1.ChangeService/WatchPartnerChanges", request);
  }
  std::string Now() {
    auto reader = Watch("");
    Response first;
    BRYGGA_CHECK(reader.Read(&first));
    reader.Cancel();
    reader.Finish().IgnoreError();
    return first.resume_token();
  }

  sql::Database& database() { return *database_; }

 private:
  const std::unique_ptr<sql::Database> database_;
  std::unique_ptr<feed::ChangeFeed> feed_;
  std::shared_ptr<const rpc::LocalIssuer> issuer_;
  std::unique_ptr<rpc::Server> server_;
  std::shared_ptr<rpc::Channel> channel_;
};

void Tell(const std::string& name, double value, const char* unit, const char* sign, double goal) {
  const bool ok = sign[0] == '<' ? value <= goal : value >= goal;
  std::printf("%-56s ours=%10.2f %-3s goal=%s=%.1f %s %s\n", name.c_str(), value, unit, sign, goal, unit,
              ok ? "OK" : "MISS");
  std::fflush(stdout);
}

// A commit every few milliseconds by `writer`; from its acknowledgement to the
// consumer. (A consumer may be quicker than the acknowledgement: that counts 0.)
void Latency(const std::string& name, Served& served, sql::Database& writer, absl::Duration length) {
  std::mutex mutex;
  std::map<std::string, absl::Time> arrived;
  auto reader = served.Watch(served.Now());
  std::thread consumer([&] {
    Response response;
    while (reader.Read(&response)) {
      const absl::Time now = absl::Now();
      const std::lock_guard lock(mutex);
      for (const auto& change : response.changes()) arrived.emplace(change.resource(), now);
    }
  });
  std::vector<std::pair<std::string, absl::Time>> committed;
  int64_t n = absl::ToUnixMicros(absl::Now());
  for (const absl::Time end = absl::Now() + length; absl::Now() < end;) {
    Commit(writer, ++n, 1);
    committed.emplace_back(absl::StrCat("things/", n), absl::Now());
    absl::SleepFor(absl::Milliseconds(5 + n % 7));
  }
  absl::SleepFor(absl::Seconds(1));
  reader.Cancel();
  consumer.join();
  reader.Finish().IgnoreError();
  std::vector<double> waits;
  for (const auto& [resource, acknowledged] : committed) {
    BRYGGA_CHECK(arrived.contains(resource));
    waits.push_back(std::max(0.0, absl::ToDoubleMilliseconds(arrived[resource] - acknowledged)));
  }
  std::sort(waits.begin(), waits.end());
  Tell(name + ", commit to consumer p50", waits[waits.size() / 2], "ms", "<", 5);
  std::printf("%-56s ours=%10.2f ms  goal=none -\n", (name + ", p99").c_str(), waits[waits.size() * 99 / 100]);
}

// Reads until `count` changes have come; changes a second.
double Drain(rpc::StreamReader<Response>& reader, int64_t count) {
  const absl::Time begun = absl::Now();
  Response response;
  for (int64_t seen = 0; seen < count; seen += response.changes_size()) BRYGGA_CHECK(reader.Read(&response));
  return static_cast<double>(count) / absl::ToDoubleSeconds(absl::Now() - begun);
}

void Rates(Served& served, absl::Duration length) {
  constexpr int kChanges = 50;  // In a transaction.
  constexpr int64_t kBacklog = 200'000;
  const std::string begin = served.Now();
  for (int64_t n = 0; n < kBacklog; n += kChanges) Commit(served.database(), n, kChanges);
  auto late = served.Watch(begin);
  Tell("SQLite, a consumer that catches up", Drain(late, kBacklog), "/s", ">", 20'000);

  // Live, while the commits go on.
  std::atomic<bool> stop = false;
  std::atomic<int64_t> written = 0;
  const absl::Time begun = absl::Now();
  std::atomic<int64_t> next = kBacklog;
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      while (!stop) {
        Commit(served.database(), next.fetch_add(kChanges), kChanges);
        written += kChanges;
        // No faster than 25,000 a second: what is measured is the feed.
        const absl::Time due = begun + absl::Seconds(1) * (static_cast<double>(written) / 25'000);
        absl::SleepFor(std::max(absl::ZeroDuration(), due - absl::Now()));
      }
    });
  }
  int64_t seen = 0;
  Response response;
  while (absl::Now() - begun < length) {
    BRYGGA_CHECK(late.Read(&response));
    seen += response.changes_size();
  }
  const double rate = static_cast<double>(seen) / absl::ToDoubleSeconds(absl::Now() - begun);
  const int64_t behind = std::max<int64_t>(0, written - seen);
  stop = true;
  for (std::thread& writer : writers) writer.join();
  Tell("SQLite, sustained while commits go on", rate, "/s", ">", 20'000);
  std::printf("%-56s ours=%10lld of %lld\n", "  behind at the end", static_cast<long long>(behind),
              static_cast<long long>(written.load()));
  late.Cancel();
  late.Finish().IgnoreError();
}

int Main(int argc, char** argv) {
  int seconds = 5;
  CLI::App app("How soon and how fast a consumer learns of commits.");
  app.add_option("--seconds", seconds, "Length of each measurement")->check(CLI::Range(1, 600));
  CLI11_PARSE(app, argc, argv);
  std::string folder = (std::filesystem::temp_directory_path() / "brygga-bench-XXXXXX").string();
  BRYGGA_CHECK(mkdtemp(folder.data()) != nullptr);
  {
    Served sqlite(absl::StrCat("sqlite:", folder, "/feed.db"), folder);
    Latency("SQLite", sqlite, sqlite.database(), absl::Seconds(seconds));
    Rates(sqlite, absl::Seconds(seconds));
    const std::string url = testing::PostgresServer::Shared().NewDatabase();
    Served postgresql(url, folder);
    Latency("PostgreSQL", postgresql, postgresql.database(), absl::Seconds(seconds));
    const auto replica = OpenOrDie(url);
    Latency("PostgreSQL, by another replica", postgresql, *replica, absl::Seconds(seconds));
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace brygga::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return brygga::bench::Main(argc, argv);
}

#include "common/sql/write_bench.h"

#include <time.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/status/macros.h"

namespace brygga::sql {
namespace {

constexpr Migration kMigrations[] = {
    {1,
     "CREATE TABLE bench_rows (id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, "
     "created_at_us BIGINT NOT NULL, revision BIGINT NOT NULL)"}};

constexpr std::string_view kInsert =
    "INSERT INTO bench_rows (id, name, state, created_at_us, revision) VALUES (:id, :name, 'OPEN', :now, 1)";
constexpr std::string_view kSelect = "SELECT id, name, state, created_at_us, revision FROM bench_rows WHERE id = :id";
constexpr int kRows = 1000;

double CpuMicroseconds() {
  timespec spent = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

absl::Status Insert(Database& database, const std::string& id) {
  const Mutation<std::string> request = {{.actor = "bench",
                                          .method = "brygga.bench.v1.Bench/Insert",
                                          .request_id = id,
                                          .request_digest = id,
                                          .deadline = absl::Now() + absl::Seconds(30)},
                                         [](const std::string& answer) { return answer; }};
  return database
      .Write(request,
             [&](Transaction& tx) -> absl::StatusOr<std::string> {
               BRYGGA_RETURN_IF_ERROR(tx.Run(kInsert, {{"id", id}, {"name", "A row of the bench"}, {"now", tx.now()}}));
               tx.Changed(absl::StrCat("rows/", id), ChangeKind::kCreated, 1);
               return id;
             })
      .status();
}

// Runs `operation` over and over in `threads` threads until `length` has passed
// or it fails.
absl::StatusOr<BenchRate> Measure(int threads, absl::Duration length,
                                  const std::function<absl::Status(int64_t)>& operation) {
  std::atomic<int64_t> done{0};
  std::atomic<bool> failed{false};
  const double cpu_before = CpuMicroseconds();
  const absl::Time begin = absl::Now(), end = begin + length;
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      while (!failed && absl::Now() < end) {
        if (!operation(done.fetch_add(1)).ok()) failed = true;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  if (failed) return absl::InternalError("an operation failed");
  const auto operations = static_cast<double>(done.load());
  return BenchRate{.operations = done.load(),
                   .per_second = operations / absl::ToDoubleSeconds(absl::Now() - begin),
                   .cpu_us = (CpuMicroseconds() - cpu_before) / operations};
}

}  // namespace

absl::StatusOr<BenchRate> MeasureWrites(const std::string& url, GroupCommit group_commit, int writers,
                                        absl::Duration length) {
  BRYGGA_ASSIGN_OR_RETURN(const auto database,
                          Database::Open(url, {.migrations = kMigrations, .group_commit = group_commit}));
  return Measure(writers, length, [&](int64_t) { return Insert(*database, NewUuid(absl::Now())); });
}

absl::StatusOr<BenchRate> MeasurePointReads(const std::string& url, absl::Duration length) {
  BRYGGA_ASSIGN_OR_RETURN(const auto database, Database::Open(url, {.migrations = kMigrations}));
  std::vector<std::string> ids;
  for (int i = 0; i < kRows; ++i) {
    ids.push_back(NewUuid(absl::Now()));
    BRYGGA_RETURN_IF_ERROR(Insert(*database, ids.back()));
  }
  return Measure(1, length, [&](int64_t n) {
    return database
        ->QueryOne(absl::Now() + absl::Seconds(5), kSelect, {{"id", ids[static_cast<size_t>(n) % ids.size()]}})
        .status();
  });
}

}  // namespace brygga::sql

// A holder that is stopped (SIGSTOP), outlives its lease and wakes: a process of
// its own, on the real clock. The long run is this test, repeated.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "common/sql/lease.h"
#include "common/status/macros.h"
#include "common/testing/matchers.h"
#include "common/testing/process.h"
#include "common/testing/stores.h"
#include "common/testing/temp_dir.h"

namespace brygga::sql {
namespace {

using testing::HasReason;
using testing::IsOk;

constexpr Migration kMigrations[] = {{1, "CREATE TABLE effects (id {serial}, holder TEXT NOT NULL);"}};
constexpr absl::Duration kLength = absl::Milliseconds(300);

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
bool Exists(const std::string& path) { return std::filesystem::exists(path); }
void Touch(const std::string& path) { std::ofstream(path).put('\n'); }
void Await(const std::function<bool()>& condition) {
  const absl::Time end = Soon();
  while (!condition() && absl::Now() < end) absl::SleepFor(absl::Milliseconds(1));
  ASSERT_TRUE(condition());
}

enum class Fence { kChecked, kIgnored };

absl::Status WorkUnder(Database& database, const Lease& lease, Fence fence) {
  return database.Write(Origin{.actor = "test", .method = "work/test", .deadline = Soon()},
                        [&](Transaction& tx) -> absl::Status {
                          if (fence == Fence::kChecked) BRYGGA_RETURN_IF_ERROR(CheckLease(tx, lease));
                          return tx.Run("INSERT INTO effects (holder) VALUES (:holder)", {{"holder", lease.holder}});
                        });
}

// What the other process runs: takes the lease, says so, and when it is told to
// go on does its work as if no time had passed.
TEST(LeaseHolder, DISABLED_WorksWhenItIsToldTo) {
  const std::string folder = getenv("LEASE_FOLDER");
  const auto database = Database::Open(getenv("LEASE_URL"), {.migrations = kMigrations});
  ASSERT_THAT(database, IsOk());
  const auto lease = AcquireLease(**database, "sweep", "stopped", kLength, Soon());
  ASSERT_TRUE(lease.ok() && *lease);
  Touch(folder + "/acquired");
  while (!Exists(folder + "/go")) absl::SleepFor(absl::Milliseconds(1));

  const bool ignores = getenv("LEASE_IGNORED") != nullptr;
  const absl::Status worked = WorkUnder(**database, **lease, ignores ? Fence::kIgnored : Fence::kChecked);

  if (ignores) {
    EXPECT_THAT(worked, IsOk());
  } else {
    EXPECT_THAT(worked, HasReason("LEASE_LOST"));
  }
}

class LeaseStopTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  // How often the work was done when its first holder was stopped in the middle.
  int64_t EffectsWith(Fence fence) {
    const testing::TempDir folder;
    const auto ground = GetParam()({.migrations = kMigrations});
    setenv("LEASE_FOLDER", folder.path().c_str(), 1);
    setenv("LEASE_URL", ground->url().c_str(), 1);
    fence == Fence::kIgnored ? setenv("LEASE_IGNORED", "1", 1) : unsetenv("LEASE_IGNORED");
    testing::Process holder({std::filesystem::read_symlink("/proc/self/exe").string(),
                             "--gtest_also_run_disabled_tests", "--gtest_filter=LeaseHolder.*"},
                            {.log = folder.File("log")});
    Await([&] { return Exists(folder.File("acquired")); });
    holder.Signal(SIGSTOP);
    std::optional<Lease> mine;
    Await([&] {
      const auto lease = AcquireLease(ground->database(), "sweep", "next", kLength, Soon());
      mine = lease.value_or(std::nullopt);
      return mine.has_value();
    });
    EXPECT_THAT(WorkUnder(ground->database(), *mine, Fence::kChecked), IsOk());
    Touch(folder.File("go"));
    holder.Signal(SIGCONT);
    EXPECT_EQ(holder.Wait(), 0);
    const auto row = ground->database().QueryOne(Soon(), "SELECT COUNT(*) AS n FROM effects");
    EXPECT_THAT(row, IsOk());
    return (*row)->Int("n");
  }
};

TEST_P(LeaseStopTest, AHolderThatWasStoppedIsFencedWhenItWakes) { EXPECT_EQ(EffectsWith(Fence::kChecked), 1); }

// The negative control.
TEST_P(LeaseStopTest, WithoutTheFenceTheWorkIsDoneTwice) { EXPECT_EQ(EffectsWith(Fence::kIgnored), 2); }

INSTANTIATE_TEST_SUITE_P(Sqlite, LeaseStopTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, LeaseStopTest, ::testing::Values(&testing::NewPostgresql));

}  // namespace
}  // namespace brygga::sql

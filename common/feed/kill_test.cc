// A consumer in a process of its own is killed again and again while others
// write: in the end it has applied each change once and in order, as a replay of
// what was acknowledged says. BRYGGA_CONSUMER_KILLS says how often.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/feed/consumer_probe.h"
#include "common/feed/feed_testing.h"
#include "common/sql/feed_progress.h"
#include "common/testing/matchers.h"
#include "common/testing/process.h"
#include "common/testing/setting.h"
#include "common/testing/stores.h"
#include "common/testing/temp_dir.h"
#include "common/wait/mutex.h"

namespace brygga::feed {
namespace {

constexpr int kWriters = 2;
constexpr int kThings = 40;

struct Row {
  int64_t revision = 0;
  int64_t applied = 0;
  int64_t in_order = 1;

  friend bool operator==(const Row&, const Row&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.revision << " applied " << row.applied << (row.in_order == 1 ? "" : " out of order");
  }
};
using Rows = std::map<std::string, Row>;

// Feed and consumer on databases of the same kind.
class KillTest : public ::testing::TestWithParam<testing::MakeDatabase> {
 protected:
  KillTest() {
    std::cout << "seed " << seed_ << "\n";
    std::ofstream(token_file_) << rpc::TokenOf(rpc::ServiceNamed("probe"));
  }

  std::unique_ptr<testing::Process> StartProbe(const std::string& mode) {
    return std::make_unique<testing::Process>(
        std::vector<std::string>{std::string(std::getenv("BRYGGA_BUILD_DIR")) + "/tests/consumer_probe",
                                 server_.server().server().address(), token_file_, derived_ground_->url(), mode});
  }

  // Changes things until stopped, and counts what was acknowledged.
  void Write(unsigned writer) {
    std::mt19937 random(seed_ + writer);
    std::map<std::string, int64_t> acknowledged;
    while (!stopping_) {
      std::vector<std::string> names;
      for (unsigned i = 0; i <= random() % 3; ++i) names.push_back(absl::StrCat("things/", random() % kThings));
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
      ASSERT_THAT(TouchAll(ground_->database(), names), testing::IsOk());
      for (const std::string& name : names) ++acknowledged[name];
      absl::SleepFor(absl::Milliseconds(1));
    }
    const MutexLock lock(&mutex_);
    for (const auto& [name, count] : acknowledged) acknowledged_[name] += count;
  }
  void StartWriting() {
    for (unsigned i = 0; i < kWriters; ++i) {
      writers_.emplace_back([this, i] { Write(i); });
    }
  }
  void StopWriting() {
    stopping_ = true;
    for (std::thread& writer : writers_) writer.join();
  }

  Progress Known() {
    const auto progress = sql::ReadProgress(derived_ground_->database(), "probe", absl::Now() + absl::Seconds(20));
    return progress.ok() && *progress ? **progress : Progress();
  }
  // True as soon as the probe has taken a step.
  bool Moves(absl::Duration within = absl::Seconds(60)) {
    const Progress before = Known();
    for (const absl::Time until = absl::Now() + within; absl::Now() < until; absl::SleepFor(absl::Milliseconds(1))) {
      if (Known() != before) return true;
    }
    return false;
  }
  void KillRepeatedly(int times, const std::string& mode, unsigned within_us = 30000) {
    std::mt19937 random(seed_ + 1000 + static_cast<unsigned>(++killing_));
    for (int i = 0; i < times; ++i) {
      const auto probe = StartProbe(mode);
      ASSERT_TRUE(Moves()) << "kill " << i;
      absl::SleepFor(absl::Microseconds(random() % within_us));
      probe->Signal(SIGKILL);
      probe->Wait();
    }
  }

  Rows Derived() {
    Rows rows;
    const auto found = derived_ground_->database().Query(absl::Now() + absl::Seconds(20), "SELECT * FROM derived");
    for (const sql::Row& row : *found) {
      rows[row.Text("resource")] = {row.Int("revision"), row.Int("applied"), row.Int("in_order")};
    }
    return rows;
  }
  Rows Replayed() {
    const MutexLock lock(&mutex_);
    Rows rows;
    for (const auto& [name, count] : acknowledged_) rows[name] = {count, count, 1};
    return rows;
  }
  // Lets a probe live until it has come to the end of the log.
  void CatchUp(const std::string& mode) {
    const auto probe = StartProbe(mode);
    const absl::Time until = absl::Now() + absl::Seconds(60);
    const auto at_end = [&] {
      const Rows derived = Derived(), replayed = Replayed();
      return std::all_of(replayed.begin(), replayed.end(), [&](const auto& row) {
        const auto found = derived.find(row.first);
        return found != derived.end() && found->second.revision == row.second.revision;
      });
    };
    while (!at_end() && absl::Now() < until) absl::SleepFor(absl::Milliseconds(10));
    ASSERT_TRUE(at_end());
    ASSERT_TRUE(Moves());  // A bookmark: nothing is on its way.
  }

  const unsigned seed_ =
      static_cast<unsigned>(testing::Setting("BRYGGA_SEED", static_cast<int>(std::random_device()() >> 1)));
  const testing::TempDir folder_;
  const std::string token_file_ = folder_.path() + "/token";
  std::unique_ptr<testing::TestDatabase> ground_ = GetParam()({.migrations = kTestMigrations});
  std::unique_ptr<testing::TestDatabase> derived_ground_ = GetParam()({.migrations = kProbeMigrations});
  FeedServer server_{
      ground_->database(), FeedServer::Quick(), {.name = "test", .address = "127.0.0.1:0", .threads = 4}};
  std::atomic<bool> stopping_ = false;
  int killing_ = 0;
  std::vector<std::thread> writers_;
  Mutex mutex_;
  std::map<std::string, int64_t> acknowledged_ ABSL_GUARDED_BY(mutex_);
};

INSTANTIATE_TEST_SUITE_P(Sqlite, KillTest, ::testing::Values(&testing::NewSqlite));
INSTANTIATE_TEST_SUITE_P(Postgresql, KillTest, ::testing::Values(&testing::NewPostgresql));

TEST_P(KillTest, NothingIsMissedAndNothingDoubled) {
  const int kills = testing::Setting("BRYGGA_CONSUMER_KILLS", 20);
  {
    const auto first = StartProbe("together");  // Takes the place where everything begins.
    ASSERT_TRUE(Moves());
  }
  StartWriting();
  KillRepeatedly(kills, "together");
  StopWriting();

  CatchUp("together");

  EXPECT_EQ(Derived(), Replayed());
  int64_t changes = 0;
  for (const auto& [name, row] : Replayed()) changes += row.revision;
  std::cout << "killed " << kills << " times, " << changes << " changes\n";
}

TEST_P(KillTest, WithTheTokenInAnotherTransactionChangesAreDoubled) {
  {
    const auto first = StartProbe("apart");
    ASSERT_TRUE(Moves());
  }
  StartWriting();
  const auto is_doubled = [&] {
    const Rows rows = Derived();
    return std::any_of(rows.begin(), rows.end(),
                       [](const auto& row) { return row.second.applied > row.second.revision; });
  };
  // Where everything is slow, later and later: a kill must come after what it applies.
  for (unsigned tries = 1; tries <= 20 && !is_doubled(); ++tries) {
    KillRepeatedly(3, "apart", /*within_us=*/150000 * tries);
  }
  StopWriting();

  CatchUp("apart");

  EXPECT_NE(Derived(), Replayed());
}

}  // namespace
}  // namespace brygga::feed

// A consumer for kill_test: follows a feed into a database until it is killed.
//
//   consumer_probe ADDRESS TOKEN_FILE DATABASE together|apart
//
// apart: the token is stored in a transaction of its own, behind the one that
// applies. That is wrong, and the test shows it.
#include "common/feed/consumer_probe.h"

#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "brygga/partner/v1/change_service.pb.h"
#include "common/feed/channel_source.h"
#include "common/feed/consumer.h"
#include "common/log/log.h"
#include "common/sql/database.h"
#include "common/sql/feed_progress.h"
#include "common/status/macros.h"
#include "common/wait/mutex.h"

namespace brygga::feed {
namespace {

class Probe final : public Derivation {
 public:
  Probe(sql::Database& database, bool apart) : database_(database), apart_(apart) {}

  absl::StatusOr<std::optional<Progress>> Load(absl::Time deadline) override {
    return sql::ReadProgress(database_, "probe", deadline);
  }
  // Everything begins with the feed: there is nothing to read before.
  absl::Status Snapshot(const Step& step, absl::Time deadline) override { return Apply({}, step, deadline); }
  absl::Status Apply(const std::vector<Change>& changes, const Step& step, absl::Time deadline) override {
    const Origin origin = {.actor = "probe", .method = "probe", .deadline = deadline};
    BRYGGA_RETURN_IF_ERROR(database_.Write(origin, [&](sql::Transaction& tx) -> absl::Status {
      if (!apart_) BRYGGA_RETURN_IF_ERROR(sql::TakeStep(tx, step));
      for (const Change& change : changes) BRYGGA_RETURN_IF_ERROR(Count(tx, change));
      return absl::OkStatus();
    }));
    if (!apart_) return absl::OkStatus();
    absl::SleepFor(absl::Milliseconds(50));  // So that kills fall between the two.
    return database_.Write(origin, [&](sql::Transaction& tx) { return sql::TakeStep(tx, step); });
  }

 private:
  static absl::Status Count(sql::Transaction& tx, const Change& change) {
    return tx.Run(
        "INSERT INTO derived VALUES (:resource, :revision, 1, 1) ON CONFLICT (resource) DO UPDATE SET "
        "in_order = CASE WHEN derived.revision + 1 = EXCLUDED.revision THEN derived.in_order ELSE 0 END, "
        "revision = EXCLUDED.revision, applied = derived.applied + 1",
        {{"resource", change.resource}, {"revision", change.revision}});
  }

  sql::Database& database_;
  const bool apart_;
};

int Run(const std::string& address, const std::string& token_file, const std::string& url, bool apart) {
  const auto database = sql::Database::Open(url, {.migrations = kProbeMigrations});
  if (!database.ok()) {
    std::cerr << database.status() << "\n";
    return 1;
  }
  const auto tokens = rpc::TokenFile(token_file);
  ChannelSource<partner::v1::WatchPartnerChangesRequest, partner::v1::WatchPartnerChangesResponse> source(
      rpc::Channel::Connect(address), *tokens, "brygga.partner.v1.ChangeService/WatchPartnerChanges", {});
  Probe probe(**database, apart);
  Consumer consumer(source, probe,
                    {.feed = "probe",
                     .burst = 1000,
                     .pace = absl::Milliseconds(1),
                     .bookmark = absl::Milliseconds(50),
                     .log = Log::ToStderr("probe", LogLevel::kWarning)});
  consumer.Start();
  for (;;) pause();
}

}  // namespace
}  // namespace brygga::feed

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 5) return 2;
  return brygga::feed::Run(argv[1], argv[2], argv[3], std::string(argv[4]) == "apart");
}

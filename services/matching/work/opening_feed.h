// What is known of openings follows the feed of partner.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_OPENING_FEED_H_
#define BRYGGA_SERVICES_MATCHING_WORK_OPENING_FEED_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/feed/change_source.h"
#include "common/feed/consumer.h"
#include "common/log/log.h"
#include "common/sql/database.h"
#include "common/time/periodic.h"
#include "services/matching/store/opening_store.h"
#include "services/matching/work/known_openings.h"

namespace brygga::matching {

// The name in feed_progress. Partner's agreements are followed by themselves
// (people_feeds.h): no rush for seats makes a withdrawn agreement wait.
inline constexpr char kOpeningFeed[] = "openings";

// Reads anew the openings that changed, or one of whose seats did. Not thread-safe:
// its consumer's. What it is made from outlives it.
class OpeningDerivation final : public feed::Derivation {
 public:
  OpeningDerivation(KnownOpenings& known, OpeningStore& store) : known_(known), store_(store) {}

  absl::StatusOr<std::optional<feed::Progress>> Load(absl::Time deadline) override;
  absl::Status Snapshot(const feed::Step& step, absl::Time deadline) override;
  absl::Status Apply(const std::vector<feed::Change>& changes, const feed::Step& step, absl::Time deadline) override;

 private:
  KnownOpenings& known_;
  OpeningStore& store_;
};

struct OpeningFeedOptions {
  std::string holder;                          // Of this process, random.
  absl::Duration interval = absl::Minutes(2);  // Between two readings of all openings, by one replica.
};

// Its owner starts and stops it; what it is made from outlives it.
class OpeningFeed {
 public:
  OpeningFeed(std::unique_ptr<feed::ChangeSource> source, KnownOpenings& known, OpeningStore& store,
              sql::Database& database, OpeningFeedOptions options, std::shared_ptr<Log> log);

  void Start();
  void Stop();
  // At most once.
  void Measure(const std::shared_ptr<prometheus::Registry>& registry) { consumer_.Measure(registry); }

  feed::Consumer& consumer() { return consumer_; }

 private:
  void Refresh();

  const std::unique_ptr<feed::ChangeSource> source_;
  KnownOpenings& known_;
  sql::Database& database_;
  const OpeningFeedOptions options_;
  const std::shared_ptr<Log> log_;  // Shared with the server; may be null.
  OpeningDerivation derivation_;
  feed::Consumer consumer_;
  std::optional<Periodic> refresh_;  // While it runs.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_OPENING_FEED_H_

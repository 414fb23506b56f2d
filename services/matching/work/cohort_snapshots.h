// Cohorts ready for ranking, kept in step with the database.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_COHORT_SNAPSHOTS_H_
#define BRYGGA_SERVICES_MATCHING_WORK_COHORT_SNAPSHOTS_H_

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/wait/mutex.h"
#include "engine/reference.h"
#include "services/matching/domain/cohort_snapshot.h"
#include "services/matching/store/cohort_store.h"

namespace brygga::matching {

struct CohortSnapshotsOptions {
  // Kept in all; the cohorts that were asked for longest ago go first. One is kept
  // whatever its size.
  int64_t most_people = 500'000;
};

// Safe for concurrent use. Who has a snapshot that is new enough never waits, also
// while a newer one is made, and sees one epoch and never half of another. What it
// is made from outlives it.
class CohortSnapshots {
 public:
  // Shared with the rankings that run; an old one goes with the last of them.
  using Snapshot = std::shared_ptr<const CohortSnapshot>;

  CohortSnapshots(CohortStore& store, const engine::Reference& reference, CohortSnapshotsOptions options = {})
      : store_(store), reference_(reference), options_(options) {}

  // The cohort at `epoch` or later, if it is in memory. Never waits.
  Snapshot InMemory(const CohortKey& key, int64_t epoch) ABSL_LOCKS_EXCLUDED(mutex_);

  // The same; where it is older, what has changed since is read and put in. Blocks;
  // of those who ask at the same time one reads and the others wait for it.
  //
  // kNotFound: no such cohort. kFailedPrecondition NO_POLICY. kDeadlineExceeded.
  absl::StatusOr<Snapshot> Get(const CohortKey& key, int64_t epoch, absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  const engine::Reference& reference() const { return reference_; }

  // So often a whole cohort was read, and what had changed.
  int64_t rebuilt() const { return rebuilt_; }
  int64_t applied() const { return applied_; }

 private:
  struct Kept {
    CohortKey key;
    Snapshot snapshot;  // Null until the first is made.
    bool is_reading = false;
  };
  using Place = std::list<Kept>::iterator;

  Place Find(const CohortKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Trim() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Snapshot> Read(const CohortKey& key, const Snapshot& before, absl::Time deadline);

  CohortStore& store_;
  const engine::Reference& reference_;
  const CohortSnapshotsOptions options_;
  std::atomic<int64_t> rebuilt_ = 0, applied_ = 0;
  Mutex mutex_;                                   // Held for a moment only; never while something is read or made.
  std::list<Kept> kept_ ABSL_GUARDED_BY(mutex_);  // The last asked for first.
  std::map<CohortKey, Place> places_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_COHORT_SNAPSHOTS_H_
